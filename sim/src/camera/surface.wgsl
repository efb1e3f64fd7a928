// Shading of bodies and of paint.

@group(1) @binding(0) var layers: texture_2d_array<f32>;
@group(1) @binding(1) var tiling: sampler;
@group(1) @binding(2) var shadow_map: texture_depth_2d;
@group(1) @binding(3) var shadow_edge: sampler_comparison;

struct Lit {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour_gloss: vec4<f32>,
    @location(1) normal_emission: vec4<f32>,
    @location(2) uv: vec4<f32>,
    @location(3) @interpolate(flat) tag_texture: vec2<u32>,
}

struct Shaded {
    @location(0) picture: vec4<f32>,
    @location(1) tag: u32,
}

@vertex
fn place(v: Vertex) -> Lit {
    let n = v.normal.xyz;
    let normal = vec3(dot(v.row_x.xyz, n), dot(v.row_y.xyz, n), dot(v.row_z.xyz, n));
    var lit: Lit;
    lit.clip = frame.clip_from_camera * camera_relative(v);
    lit.colour_gloss = vec4(v.colour_root.xyz * v.colour_root.xyz, v.emission_gloss.y);
    lit.normal_emission = vec4(normal, v.emission_gloss.x);
    lit.uv = vec4(v.uv_0, v.uv_1);
    lit.tag_texture = v.tag_texture;
    return lit;
}

// Share of sun (or of open sky, under clouds) that reaches a point; 1 outside the map.
fn light_share(position: vec3<f32>, normal: vec3<f32>) -> f32 {
    let lifted = frame.shadow_from_camera * vec4(position + 0.06 * normal, 1.0);
    let uv = lifted.xy * vec2(0.5, -0.5) + 0.5;
    let share = textureSampleCompareLevel(shadow_map, shadow_edge, uv, lifted.z);
    let edge = max(abs(lifted.x), abs(lifted.y));
    return mix(share, 1.0, smoothstep(0.85, 0.98, edge));
}

// A point of a surface, as the lens sees it.
struct Seen {
    view: vec3<f32>,     // unit direction from the camera
    normal: vec3<f32>,
    distance_m: f32,
    sunlit: f32,         // share of the sun that reaches it
    diffuse: vec3<f32>,  // light it scatters
}

fn look(at: Lit, albedo: vec3<f32>) -> Seen {
    let depth_m = frame.ray_corner.w / at.clip.z;
    let position = ray(at.clip.xy) * depth_m;
    let distance_m = length(position);
    let normal = normalize(at.normal_emission.xyz);

    let share = light_share(position, normal);
    let sunlit = mix(1.0, share, frame.sun.w);
    let open = mix(1.0, share, frame.sky_light.w);
    let height_m = position.y + frame.ray_per_u.w;
    let crevice = mix(1.0, 0.62 + 0.38 * clamp(height_m, 0.0, 1.0), 1.0 - abs(normal.y));

    let facing = max(dot(normal, frame.to_sun.xyz), 0.0);
    let ambient = mix(frame.ground_light.xyz, frame.sky_light.xyz * open, 0.5 + 0.5 * normal.y);
    let light = ambient * crevice + frame.sun.xyz * (facing * sunlit) + at.normal_emission.w;
    return Seen(position / distance_m, normal, distance_m, sunlit, albedo * light);
}

// What glossy surfaces add: the sky they mirror and the sun's highlight.
fn polish(seen: Seen, gloss: f32) -> vec3<f32> {
    let mirror = reflect(seen.view, seen.normal);
    let grazing = 1.0 - max(-dot(seen.view, seen.normal), 0.0);
    let g2 = grazing * grazing;
    let fresnel = gloss * (0.05 + 0.75 * g2 * g2 * grazing);
    let above = smoothstep(-0.15, 0.1, mirror.y);
    let mirrored = mix(frame.ground_light.xyz * 0.35, sky_radiance(mirror), above);
    let hit = max(dot(mirror, frame.to_sun.xyz), 0.0);
    let sparkle = pow(hit, 20.0 + 380.0 * gloss * gloss) * gloss * 2.5 * seen.sunlit;
    return mix(seen.diffuse, mirrored, fresnel) + frame.sun.xyz * sparkle;
}

// Through the air into the film; the air's own light is that of the horizon, brighter towards the sun.
fn develop(seen: Seen, light: vec3<f32>) -> vec3<f32> {
    let towards = max(dot(seen.view, frame.to_sun.xyz), 0.0);
    let t2 = towards * towards;
    let air_light = frame.horizon.xyz + frame.glow.xyz * (0.06 * t2 * t2);
    return film(mix(air_light, light, transmission(seen.distance_m)));
}

// A texel under the colour of the vertices, as far as its alpha lets it be tinted.
fn tinted(texel: vec4<f32>, colour: vec3<f32>) -> vec3<f32> {
    return texel.xyz * mix(vec3(1.0), colour, texel.w);
}

// The detail texture's colour (polynomial fit of the sRGB curve) and alpha.
fn detail(at: Lit) -> vec4<f32> {
    let texel = textureSample(layers, tiling, at.uv.xy, at.tag_texture.y);
    let c = texel.xyz;
    return vec4(c * (c * (c * 0.305306 + 0.682171) + 0.012523), texel.w);
}

@fragment
fn shade(at: Lit) -> Shaded {
    let seen = look(at, tinted(detail(at), at.colour_gloss.xyz));
    return Shaded(vec4(develop(seen, seen.diffuse), 1.0), at.tag_texture.x);
}

@fragment
fn shade_glossy(at: Lit) -> Shaded {
    let seen = look(at, tinted(detail(at), at.colour_gloss.xyz));
    return Shaded(vec4(develop(seen, polish(seen, at.colour_gloss.w)), 1.0), at.tag_texture.x);
}

@fragment
fn shade_paint(at: Lit) -> @location(0) vec4<f32> {
    let worn = detail(at);
    let seen = look(at, at.colour_gloss.xyz * worn.xyz);
    return vec4(develop(seen, seen.diffuse), coverage(at.uv.zw) * worn.w);
}

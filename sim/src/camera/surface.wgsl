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

// Radiance towards the camera of a surface with an albedo.
fn radiance(at: Lit, albedo: vec3<f32>) -> vec3<f32> {
    let depth_m = frame.ray_corner.w / at.clip.z;
    let position = ray(at.clip.xy) * depth_m;
    let distance_m = length(position);
    let view = position / distance_m;
    let normal = normalize(at.normal_emission.xyz);

    let share = light_share(position, normal);
    let sunlit = mix(1.0, share, frame.sun.w);
    let open = mix(1.0, share, frame.sky_light.w);
    let height_m = position.y + frame.ray_per_u.w;
    let crevice = mix(1.0, 0.62 + 0.38 * clamp(height_m, 0.0, 1.0), 1.0 - abs(normal.y));

    let facing = max(dot(normal, frame.to_sun.xyz), 0.0);
    let ambient = mix(frame.ground_light.xyz, frame.sky_light.xyz * open, 0.5 + 0.5 * normal.y);
    var light = albedo * (ambient * crevice + frame.sun.xyz * (facing * sunlit));

    let gloss = at.colour_gloss.w;
    if gloss > 0.01 {
        let mirror = reflect(view, normal);
        let grazing = 1.0 - max(-dot(view, normal), 0.0);
        let g2 = grazing * grazing;
        let fresnel = gloss * (0.05 + 0.75 * g2 * g2 * grazing);
        let above = smoothstep(-0.15, 0.1, mirror.y);
        let mirrored = mix(frame.ground_light.xyz * 0.35, sky_radiance(mirror), above);
        let hit = max(dot(mirror, frame.to_sun.xyz), 0.0);
        let sparkle = pow(hit, 20.0 + 380.0 * gloss * gloss) * gloss * 2.5 * sunlit;
        light = mix(light, mirrored, fresnel) + frame.sun.xyz * sparkle;
    }
    light += albedo * at.normal_emission.w;

    let through = transmission(distance_m);
    let level = normalize(vec3(view.x, max(view.y, 0.0), view.z));
    return mix(sky_radiance(level), light, through);
}

@fragment
fn shade(at: Lit) -> Shaded {
    let detail = textureSample(layers, tiling, at.uv.xy, at.tag_texture.y).xyz;
    let seen = film(radiance(at, at.colour_gloss.xyz * detail));
    return Shaded(vec4(seen, 1.0), at.tag_texture.x);
}

@fragment
fn shade_paint(at: Lit) -> @location(0) vec4<f32> {
    let detail = textureSample(layers, tiling, at.uv.xy, at.tag_texture.y);
    let covered = coverage(at.uv.zw) * detail.w;
    let seen = film(radiance(at, at.colour_gloss.xyz * detail.xyz));
    return vec4(seen, covered);
}

// Shading of bodies and of paint. How light meets a surface is worked out at its vertices; shadows, detail,
// air and mirrors are worked out per pixel.

@group(1) @binding(0) var layers: texture_2d_array<f32>;
@group(1) @binding(1) var tiling: sampler;
@group(1) @binding(2) var shadow_map: texture_depth_2d;
@group(1) @binding(3) var shadow_edge: sampler_comparison;

struct Lit {
    @builtin(position) clip: vec4<f32>,
    // w: depth in the shadow map.
    @location(0) colour: vec4<f32>,
    // Light of sky and ground; w: cosine between the surface and the sun.
    @location(1) ambient: vec4<f32>,
    // Place in the texture and in the shadow map.
    @location(2) uv: vec4<f32>,
    // Tag, texture layer, and as bits of f32: how upright the surface is, and its emission.
    @location(3) @interpolate(flat) fixed: vec4<u32>,
}

struct Shaded {
    @location(0) picture: vec4<f32>,
    @location(1) tag: u32,
}

fn world_normal(v: Vertex) -> vec3<f32> {
    let n = v.normal.xyz;
    return normalize(vec3(dot(v.row_x.xyz, n), dot(v.row_y.xyz, n), dot(v.row_z.xyz, n)));
}

fn meet(v: Vertex) -> Lit {
    let position = camera_relative(v);
    let normal = world_normal(v);
    let ambient = mix(frame.ground_light.xyz, frame.sky_light.xyz, 0.5 + 0.5 * normal.y);
    let facing = max(dot(normal, frame.to_sun.xyz), 0.0);
    let shaded = frame.shadow_from_camera * vec4(position.xyz + 0.06 * normal, 1.0);
    let upright = 1.0 - abs(normal.y);
    var lit: Lit;
    lit.clip = frame.clip_from_camera * position;
    lit.colour = vec4(v.colour_root.xyz * v.colour_root.xyz, shaded.z);
    lit.ambient = vec4(ambient, facing);
    lit.uv = vec4(v.uv_0, shaded.xy * vec2(0.5, -0.5) + 0.5);
    lit.fixed = vec4(v.tag_texture, bitcast<u32>(upright), bitcast<u32>(v.emission_gloss.x));
    return lit;
}

// The detail texture's colour (polynomial fit of the sRGB curve) and alpha.
fn detail(at: Lit) -> vec4<f32> {
    let texel = textureSample(layers, tiling, at.uv.xy, at.fixed.y);
    let c = texel.xyz;
    return vec4(c * (c * (c * 0.305306 + 0.682171) + 0.012523), texel.w);
}

// A texel under the colour of the vertices, as far as its alpha lets it be tinted.
fn tinted(texel: vec4<f32>, colour: vec3<f32>) -> vec3<f32> {
    return texel.xyz * mix(vec3(1.0), colour, texel.w);
}

// Share of the sun (under clouds: of the open sky) that reaches a point; nothing blocks it beyond the shadow
// map, whose outermost texels stay clear.
fn share(at: Lit) -> f32 {
    let depth = min(at.colour.w, 1.0);
    return textureSampleCompareLevel(shadow_map, shadow_edge, at.uv.zw, depth);
}

// Position relative to the camera.
fn position_at(clip: vec4<f32>) -> vec3<f32> {
    return ray(clip.xy) * (frame.ray_corner.w / clip.z);
}

// Light that a surface scatters or gives off; near the ground, upright surfaces see less of the sky.
fn scattered(at: Lit, albedo: vec3<f32>, position: vec3<f32>, share: f32) -> vec3<f32> {
    let height_m = clamp(position.y + frame.ray_per_u.w, 0.0, 1.0);
    let crevice = 1.0 - 0.38 * bitcast<f32>(at.fixed.z) * (1.0 - height_m);
    let open = 1.0 - frame.sky_light.w * (1.0 - share);
    let sunlit = at.ambient.w * (1.0 - frame.sun.w * (1.0 - share));
    let emission = bitcast<f32>(at.fixed.w);
    return albedo * (at.ambient.xyz * (crevice * open) + frame.sun.xyz * sunlit + emission);
}

// Through the air, whose own light is that of the horizon.
fn through_air(light: vec3<f32>, position: vec3<f32>) -> vec3<f32> {
    return mix(frame.horizon.xyz, light, transmission(length(position)));
}

// Through the air into the film.
fn develop(light: vec3<f32>, position: vec3<f32>) -> vec3<f32> {
    return film(through_air(light, position));
}

@vertex
fn place(v: Vertex) -> Lit {
    return meet(v);
}

@fragment
fn shade(at: Lit) -> Shaded {
    let position = position_at(at.clip);
    let albedo = tinted(detail(at), at.colour.xyz);
    let seen = scattered(at, albedo, position, share(at));
    return Shaded(vec4(develop(seen, position), 1.0), at.fixed.x);
}

// ---- glossy bodies: they mirror the sky and the sun ----

struct Polished {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
    @location(1) ambient: vec4<f32>,
    @location(2) uv: vec4<f32>,
    @location(3) @interpolate(flat) fixed: vec4<u32>,
    @location(4) normal_gloss: vec4<f32>,
}

@vertex
fn place_glossy(v: Vertex) -> Polished {
    let lit = meet(v);
    let normal_gloss = vec4(world_normal(v), v.emission_gloss.y);
    return Polished(lit.clip, lit.colour, lit.ambient, lit.uv, lit.fixed, normal_gloss);
}

// What is seen of a surface that scatters `matt` light and reflects the sky and the sun.
fn polish(at: Polished, matt: vec3<f32>, view: vec3<f32>, share: f32) -> vec3<f32> {
    let normal = normalize(at.normal_gloss.xyz);
    let gloss = at.normal_gloss.w;
    let mirror = reflect(view, normal);
    let grazing = 1.0 - max(-dot(view, normal), 0.0);
    let g2 = grazing * grazing;
    let fresnel = gloss * (0.05 + 0.75 * g2 * g2 * grazing);
    let above = smoothstep(-0.15, 0.1, mirror.y);
    let mirrored = mix(frame.ground_light.xyz * 0.35, sky_radiance(mirror), above);
    let hit = max(dot(mirror, frame.to_sun.xyz), 0.0);
    let sparkle = pow(hit, 20.0 + 380.0 * gloss * gloss) * gloss * 2.5 * share;
    return mix(matt, mirrored, fresnel) + frame.sun.xyz * sparkle;
}

@fragment
fn shade_glossy(at: Polished) -> Shaded {
    let lit = Lit(at.clip, at.colour, at.ambient, at.uv, at.fixed);
    let position = position_at(at.clip);
    let share = share(lit);
    let albedo = tinted(detail(lit), at.colour.xyz);
    let matt = scattered(lit, albedo, position, share);
    let seen = polish(at, matt, normalize(position), share);
    return Shaded(vec4(develop(seen, position), 1.0), at.fixed.x);
}

// ---- paint on the road: the texture's alpha is what is left of it ----

struct Painted {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
    @location(1) ambient: vec4<f32>,
    @location(2) uv: vec4<f32>,
    @location(3) @interpolate(flat) fixed: vec4<u32>,
    @location(4) uv_1: vec2<f32>,
}

@vertex
fn place_paint(v: Vertex) -> Painted {
    let lit = meet(v);
    return Painted(lit.clip, lit.colour, lit.ambient, lit.uv, lit.fixed, v.uv_1);
}

@fragment
fn shade_paint(at: Painted) -> @location(0) vec4<f32> {
    let lit = Lit(at.clip, at.colour, at.ambient, at.uv, at.fixed);
    let worn = detail(lit);
    let position = position_at(at.clip);
    let seen = scattered(lit, worn.xyz * at.colour.xyz, position, share(lit));
    return vec4(develop(seen, position), coverage(at.uv_1) * worn.w);
}

// What every shader of the sensor camera shares: the frame, the way of a vertex, tags.
// Positions are relative to the camera, along Bevy's axes (y up), in metres.

struct Frame {
    clip_from_camera: mat4x4<f32>,
    shadow_from_camera: mat4x4<f32>,
    ray_corner: vec4<f32>, // w: near plane, m
    ray_per_u: vec4<f32>,  // w: height of the camera, m
    ray_per_v: vec4<f32>,  // w: extinction of the air, 1/m
    to_sun: vec4<f32>,     // w: cloud cover
    sun: vec4<f32>,        // w: darkness of sun shadows
    sky_light: vec4<f32>,  // w: darkness of shadows of the open sky
    ground_light: vec4<f32>,
    zenith: vec4<f32>,
    horizon: vec4<f32>,
    glow: vec4<f32>,
}

@group(0) @binding(0) var<uniform> frame: Frame;

struct Vertex {
    @location(0) position: vec3<f32>,
    @location(1) normal: vec4<f32>,
    @location(2) colour_root: vec4<f32>,
    @location(3) uv_0: vec2<f32>,
    @location(4) uv_1: vec2<f32>,
    @location(5) row_x: vec4<f32>,
    @location(6) row_y: vec4<f32>,
    @location(7) row_z: vec4<f32>,
    @location(8) tag_texture: vec2<u32>,
    @location(9) emission_gloss: vec2<f32>,
}

fn camera_relative(v: Vertex) -> vec4<f32> {
    let p = vec4(v.position, 1.0);
    return vec4(dot(v.row_x, p), dot(v.row_y, p), dot(v.row_z, p), 1.0);
}

// ---- shadow map ----

@vertex
fn cast_shadow(v: Vertex) -> @builtin(position) vec4<f32> {
    return frame.shadow_from_camera * camera_relative(v);
}

// ---- tags: class in the upper half, instance in the lower ----

struct Tagged {
    @builtin(position) clip: vec4<f32>,
    @location(0) uv_1: vec2<f32>,
    @location(1) @interpolate(flat) tag: u32,
}

@vertex
fn place_tag(v: Vertex) -> Tagged {
    return Tagged(frame.clip_from_camera * camera_relative(v), v.uv_1, v.tag_texture.x);
}

@fragment
fn tag(at: Tagged) -> @location(0) u32 {
    return at.tag;
}

@fragment
fn tag_paint(at: Tagged) -> @location(0) u32 {
    if coverage(at.uv_1) < 0.5 {
        discard;
    }
    return at.tag;
}

@fragment
fn tag_paint_beside_picture(at: Tagged) -> @location(1) u32 {
    if coverage(at.uv_1) < 0.5 {
        discard;
    }
    return at.tag;
}

// ---- rays ----

fn ray(pixel: vec2<f32>) -> vec3<f32> {
    return frame.ray_corner.xyz + pixel.x * frame.ray_per_u.xyz + pixel.y * frame.ray_per_v.xyz;
}

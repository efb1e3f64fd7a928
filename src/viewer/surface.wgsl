// Surfaces, paint and sky as Bevy's renderer draws them: light per pixel, the same paint, air and film as the
// sensor camera's (`sim::camera::SHARED_WGSL` is appended).

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::{view, lights}
#import bevy_pbr::mesh_functions
#ifdef SHADOWED
#import bevy_pbr::shadows
#endif

struct Frame {
    ray_per_v: vec4<f32>,  // w: extinction of the air, 1/m
    to_sun: vec4<f32>,     // w: cloud cover
    sun: vec4<f32>,        // w: 0 by day to 1 by night
    sky_light: vec4<f32>,
    ground_light: vec4<f32>,
    zenith: vec4<f32>,
    horizon: vec4<f32>,
    glow: vec4<f32>,
}

// Texture layer, emission, gloss, retroreflection.
@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> frame: Frame;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var<uniform> look: vec4<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var layers: texture_2d_array<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(3) var tiling: sampler;

// Light of ego's low beam on a surface 1 m away.
const BEAM = 900.0;

// What is stored as these sRGB values.
fn encoded(values: vec3<f32>) -> vec4<f32> {
    let low = values / 12.92;
    let high = pow((max(values, vec3(0.0)) + 0.055) / 1.055, vec3(2.4));
    return vec4(select(high, low, values <= vec3(0.04045)), 1.0);
}

#ifdef TAGGED

// Class plus one, instance.
@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
#ifdef PAINT
    if coverage(in.uv_b) < 0.5 {
        discard;
    }
#endif
    let tag = mesh_functions::get_tag(in.instance_index);
    let bytes = vec3(f32(tag >> 16u) + 1.0, f32((tag >> 8u) & 255u), f32(tag & 255u));
    return encoded(bytes / 255.0);
}

#else ifdef SKY

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let direction = normalize(in.world_position.xyz - view.world_position);
    return encoded(film(sky(direction)));
}

#else

fn share_of_sun(in: VertexOutput, normal: vec3<f32>) -> f32 {
#ifdef SHADOWED
    if lights.n_directional_lights > 0u {
        let view_z = dot(vec4(view.view_from_world[0].z, view.view_from_world[1].z,
            view.view_from_world[2].z, view.view_from_world[3].z), in.world_position);
        return shadows::fetch_directional_shadow(0u, in.world_position, normal, view_z, in.position.xy);
    }
#endif
    return 1.0;
}

// Share of ego's low beam that goes a way from the camera, by night.
fn low_beam(arm: vec3<f32>) -> f32 {
    let ahead = -view.world_from_view[2].xyz;
    let towards = normalize(arm);
    let spread = smoothstep(0.80, 0.985, dot(towards, ahead));
    let below = smoothstep(0.06, -0.01, towards.y);
    return frame.sun.w * spread * (0.12 + 0.88 * below) / (dot(arm, arm) + 9.0);
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let arm = in.world_position.xyz - view.world_position;
    let normal = normalize(in.world_normal);
    let texel = textureSample(layers, tiling, in.uv, u32(look.x));
    let share = share_of_sun(in, normal);
#ifdef PAINT
    let albedo = texel.xyz * in.color.xyz;
#else
    let albedo = texel.xyz * mix(vec3(1.0), in.color.xyz, texel.w);
#endif
    let ambient = mix(frame.ground_light.xyz, frame.sky_light.xyz, 0.5 + 0.5 * normal.y);
    let facing = max(dot(normal, frame.to_sun.xyz), 0.0) * share;
    let lamp = BEAM * low_beam(arm) * (max(dot(normal, -normalize(arm)), 0.0) + look.w);
    var seen = albedo * (ambient + frame.sun.xyz * facing + look.y + vec3(1.0, 0.93, 0.80) * lamp);
#ifdef GLOSSY
    let towards = normalize(arm);
    let mirror = reflect(towards, normal);
    let grazing = 1.0 - max(-dot(towards, normal), 0.0);
    let g2 = grazing * grazing;
    let fresnel = look.z * (0.05 + 0.75 * g2 * g2 * grazing);
    let above = smoothstep(-0.15, 0.1, mirror.y);
    seen = mix(seen, mix(frame.ground_light.xyz * 0.35, sky_radiance(mirror), above), fresnel);
    let hit = max(dot(mirror, frame.to_sun.xyz), 0.0);
    seen += frame.sun.xyz * (pow(hit, 20.0 + 380.0 * look.z * look.z) * look.z * 2.5 * share);
#endif
    let through = mix(frame.horizon.xyz, seen, transmission(length(arm)));
    var colour = encoded(film(through));
#ifdef PAINT
    colour.a = coverage(in.uv_b) * texel.w;
#endif
    return colour;
}

#endif

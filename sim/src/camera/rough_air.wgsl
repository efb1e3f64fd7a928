// What hangs before a picture taken at night or in rain: the glare of lamps and streaks of falling drops.

struct Veil {
    @builtin(position) clip: vec4<f32>,
    // Across and along, -1 to 1.
    @location(0) at: vec2<f32>,
    // Encoded colour and opacity.
    @location(1) @interpolate(flat) colour: vec4<f32>,
}

const NOWHERE = vec4(0.0, 0.0, -1.0, 1.0);

fn corner_of(index: u32) -> vec2<f32> {
    let right = index == 1u || index == 2u || index == 4u;
    let up = index == 2u || index == 4u || index == 5u;
    return vec2(select(-1.0, 1.0, right), select(-1.0, 1.0, up));
}

// ---- glare: two to a lamp, which lie in the middle of a single one ----

@vertex
fn glare(@builtin(vertex_index) index: u32, @builtin(instance_index) number: u32) -> Veil {
    let lamp = rough.lamps[number >> 1u];
    let sideways = normalize(vec3(lamp.towards.z + 1e-4, 0.0, -lamp.towards.x));
    let side = select(-1.0, 1.0, (number & 1u) == 1u);
    let middle = lamp.place.xyz + sideways * (side * lamp.towards.w);
    let distance_m = length(middle);
    let seen_from = -dot(middle, lamp.towards.xyz) / distance_m;
    let faces = clamp(0.15 + 1.2 * seen_from, 0.0, 1.0);
    let strength = lamp.light.w * faces * transmission(distance_m) * 14.0 / (14.0 + distance_m);
    let right = normalize(frame.ray_per_u.xyz);
    let up = -normalize(frame.ray_per_v.xyz);
    let radius_m = (0.12 + 0.027 * distance_m) * (0.5 + min(strength, 1.5)) * (1.0 + 0.3 * rough.beam_ahead.w);
    let corner = corner_of(index);
    let nearer = middle * (1.0 - 0.35 / max(distance_m, 1.0));
    let position = nearer + (right * corner.x + up * corner.y) * radius_m;
    let clip = frame.clip_from_camera * vec4(position, 1.0);
    let hue = lamp.light.xyz / max(max(lamp.light.x, lamp.light.y), max(lamp.light.z, 1e-3));
    let is_shown = strength > 0.02 && dot(middle, rough.beam_ahead.xyz) > 1.0;
    return Veil(select(NOWHERE, clip, is_shown), corner, vec4(hue, min(strength, 1.2)));
}

@fragment
fn glow(veil: Veil) -> @location(0) vec4<f32> {
    let r = min(length(veil.at), 1.0);
    let fall = (1.0 - r) * (1.0 - r);
    let core = fall * fall * fall;
    let bright = veil.colour.xyz * (0.35 * fall) + (0.4 + 0.6 * veil.colour.xyz) * core;
    return vec4(bright * veil.colour.w, 0.0);
}

// ---- rain: each drop is a streak as long as its way within the exposure ----

@vertex
fn fall(@builtin(vertex_index) index: u32, @builtin(instance_index) number: u32) -> Veil {
    let dice = three(scramble(number * 747796405u ^ rough.counts.y));
    let depth_m = 1.2 + 13.0 * dice.z * dice.z;
    let pixel = vec2(dice.x * 560.0 - 24.0, dice.y * 300.0 - 40.0);
    let start = ray(pixel) * depth_m;
    let end = start + rough.drop_path.xyz;
    let view = normalize(start);
    let across = normalize(cross(rough.drop_path.xyz, view));
    let half_m = max(0.0011, 0.0011 * depth_m);
    let corner = corner_of(index);
    let position = mix(start, end, 0.5 + 0.5 * corner.y) + across * (corner.x * half_m);
    let arm = start - rough.beam_place.xyz;
    let lamps = BEAM_COLOUR * min(0.006 * beam(arm, dot(arm, arm)), 1.2);
    let light = frame.horizon.xyz * 1.15 + frame.sky_light.xyz * 0.25 + lamps;
    let opacity = 0.42 * min(0.0022 / half_m, 1.0);
    return Veil(frame.clip_from_camera * vec4(position, 1.0), corner, vec4(film(light), opacity));
}

@fragment
fn streak(veil: Veil) -> @location(0) vec4<f32> {
    let soft = (1.0 - veil.at.y * veil.at.y) * (1.0 - 0.6 * veil.at.x * veil.at.x);
    return vec4(veil.colour.xyz, veil.colour.w * soft);
}

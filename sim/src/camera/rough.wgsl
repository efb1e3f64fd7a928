// Surfaces and sky at night and in rain: lit by lamps, mirroring where they are wet, seen by a camera whose
// amplifier hisses. Shades what `surface.wgsl` and `sky.wgsl` shade by day. Lamps throw no shadows.

override IS_DARK: bool = false;
override IS_WET: bool = false;

struct Lamp {
    place: vec4<f32>,   // w: cosine at which its cone ends
    towards: vec4<f32>, // w: half the gap of a pair, m
    light: vec4<f32>,   // w: how much it dazzles
}

struct Rough {
    beam_place: vec4<f32>, // w: strength of ego's headlamps
    beam_ahead: vec4<f32>, // w: how wet the ground is, 0 to 1
    beam_right: vec4<f32>, // w: amplitude of the grain
    eye: vec4<f32>,        // place of the camera in the world
    drop_path: vec4<f32>,  // way of a drop past the camera within one exposure, m
    counts: vec4<u32>,     // lamps that light, seed of grain and drops
    lamps: array<Lamp, 48>,
}

@group(2) @binding(0) var<uniform> rough: Rough;

const BEAM_COLOUR = vec3(1.0, 0.95, 0.86);
const WET_ALBEDO: f32 = 0.55;
const GRASS: u32 = 3u;

fn scramble(x: u32) -> u32 {
    let y = (x ^ (x >> 16u)) * 0x7feb352du;
    let z = (y ^ (y >> 15u)) * 0x846ca68bu;
    return z ^ (z >> 16u);
}

// Three shares of one number.
fn three(bits: u32) -> vec3<f32> {
    return vec3<f32>(vec3(bits & 1023u, (bits >> 10u) & 1023u, (bits >> 20u) & 1023u)) / 1023.0;
}

// The film's answer with the grain of a raised amplification, strongest in the dark.
fn expose(radiance: vec3<f32>, pixel: vec2<f32>) -> vec4<f32> {
    let clean = film(radiance);
    let at = u32(pixel.x) + 512u * u32(pixel.y);
    let noise = three(scramble(at ^ rough.counts.y)) - 0.5;
    let grey = noise.x + noise.y + noise.z;
    let grain = (0.6 * noise + 0.4 * grey) * rough.beam_right.w;
    return vec4(clean + grain * (1.0 - 0.6 * clean), 1.0);
}

// Strength of ego's low beam at a place: below a cut-off that rises to the right, widest near the car.
fn beam(to: vec3<f32>, d2: f32) -> f32 {
    let ahead = max(dot(to, rough.beam_ahead.xyz), 0.3);
    let aside = dot(to, rough.beam_right.xyz) / ahead;
    let up = to.y / ahead;
    let cutoff = clamp(0.27 * aside, 0.0, 0.03) - 0.009;
    let below = 1.0 - smoothstep(cutoff - 0.008, cutoff + 0.014, up);
    let along = 1.0 / (1.0 + 190.0 * up * up);
    let across = 1.0 / (1.0 + 9.0 * aside * aside);
    return rough.beam_place.w * (0.025 + 0.975 * below * along) * across * across / (d2 + 2.0);
}

// What a surface meets of the lamps' light: scattered, and mirrored by a wet one.
struct Lamplight {
    scattered: vec3<f32>,
    mirrored: vec3<f32>,
}

fn lamplight(position: vec3<f32>, normal: vec3<f32>, retroreflection: f32) -> Lamplight {
    let to = position - rough.beam_place.xyz;
    let d2 = dot(to, to);
    let facing = max(-dot(normal, to) * inverseSqrt(d2), 0.0);
    let strength = beam(to, d2) * (facing * (1.0 - 0.5 * rough.beam_ahead.w) + retroreflection);
    var lit = Lamplight(BEAM_COLOUR * strength, vec3(0.0));
    let back = -normalize(position);
    for (var i = 0u; i < rough.counts.x; i++) {
        let lamp = rough.lamps[i];
        let arm = lamp.place.xyz - position;
        let near = 1.0 / (dot(arm, arm) + 0.3);
        let direction = arm * inverseSqrt(dot(arm, arm) + 0.01);
        let off_axis = -dot(direction, lamp.towards.xyz);
        let cone = clamp((off_axis - lamp.place.w) / (1.0 - lamp.place.w), 0.0, 1.0);
        let light = lamp.light.xyz * (cone * near);
        lit.scattered += light * max(dot(normal, direction), 0.0);
        if IS_WET {
            let h2 = max(dot(normal, normalize(direction + back)), 0.0);
            let h4 = h2 * h2 * h2 * h2;
            let h16 = h4 * h4 * h4 * h4;
            lit.mirrored += lamp.light.xyz * (sqrt(cone) * near) * (h16 * h16 * h16 * h16);
        }
    }
    return lit;
}

// How much of a film of water lies on a surface: on level ground, most of it in puddles.
fn wetness(at: RoughLit, position: vec3<f32>, normal: vec3<f32>) -> f32 {
    let level = smoothstep(0.8, 1.0, normal.y) * (1.0 - step(0.5, position.y + rough.eye.y));
    let place = (position + rough.eye.xyz).xz;
    let drained = 0.62 + 0.38 * noise(place * vec2(0.45, 0.45) + 31.0) - 0.12 * noise(place * 2.3);
    let soaks = select(1.0, 0.12, at.fixed.y == GRASS);
    return rough.beam_ahead.w * level * drained * soaks;
}

// What a wet surface mirrors: the sky, dimmed by all that stands around, and the sun.
fn sheen(position: vec3<f32>, normal: vec3<f32>, wet: f32) -> vec4<f32> {
    let view = normalize(position);
    let grazing = 1.0 - max(-dot(view, normal), 0.0);
    let g2 = grazing * grazing;
    let fresnel = wet * (0.03 + 0.45 * g2 * g2 * grazing);
    let mirror = reflect(view, normal);
    let raised = normalize(vec3(mirror.x, mirror.y + 0.25, mirror.z));
    return vec4(sky_radiance(raised) * 0.8, fresnel);
}

struct RoughLit {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
    @location(1) ambient: vec4<f32>,
    @location(2) uv: vec4<f32>,
    @location(3) @interpolate(flat) fixed: vec4<u32>,
    @location(4) normal_gloss: vec4<f32>,
    // Place across and along paint; retroreflection.
    @location(5) paint: vec3<f32>,
}

@vertex
fn place_rough(v: Vertex, @location(10) retroreflection: f32) -> RoughLit {
    let lit = meet(v);
    let normal_gloss = vec4(world_normal(v), v.emission_gloss.y);
    let paint = vec3(v.uv_1, retroreflection);
    return RoughLit(lit.clip, lit.colour, lit.ambient, lit.uv, lit.fixed, normal_gloss, paint);
}

fn as_lit(at: RoughLit) -> Lit {
    return Lit(at.clip, at.colour, at.ambient, at.uv, at.fixed);
}

// A matt surface of some albedo, under lamps and water.
fn weathered(at: RoughLit, dry: vec3<f32>, position: vec3<f32>) -> vec3<f32> {
    let normal = normalize(at.normal_gloss.xyz);
    var albedo = dry;
    var wet = 0.0;
    if IS_WET {
        wet = wetness(at, position, normal);
        albedo = dry * (1.0 - (1.0 - WET_ALBEDO) * min(1.4 * wet, 1.0));
    }
    let lit = as_lit(at);
    var seen = scattered(lit, albedo, position, share(lit));
    if IS_DARK {
        let lamps = lamplight(position, normal, at.paint.z);
        seen += albedo * lamps.scattered;
        if IS_WET {
            seen += lamps.mirrored * wet;
        }
    }
    if IS_WET {
        let mirrored = sheen(position, normal, wet);
        seen = mix(seen, mirrored.xyz, mirrored.w);
    }
    return seen;
}

@fragment
fn shade_rough(at: RoughLit) -> Shaded {
    let position = position_at(at.clip);
    let albedo = tinted(detail(as_lit(at)), at.colour.xyz);
    let seen = through_air(weathered(at, albedo, position), position);
    return Shaded(expose(seen, at.clip.xy), at.fixed.x);
}

@fragment
fn shade_rough_glossy(at: RoughLit) -> Shaded {
    let position = position_at(at.clip);
    let lit = as_lit(at);
    let albedo = tinted(detail(lit), at.colour.xyz);
    let matt = weathered(at, albedo, position);
    let polished = Polished(at.clip, at.colour, at.ambient, at.uv, at.fixed, at.normal_gloss);
    let seen = polish(polished, matt, normalize(position), share(lit));
    return Shaded(expose(through_air(seen, position), at.clip.xy), at.fixed.x);
}

@fragment
fn shade_rough_paint(at: RoughLit) -> @location(0) vec4<f32> {
    let worn = detail(as_lit(at));
    let position = position_at(at.clip);
    let seen = through_air(weathered(at, worn.xyz * at.colour.xyz, position), position);
    return vec4(expose(seen, at.clip.xy).xyz, coverage(at.paint.xy) * worn.w);
}

@fragment
fn shine_rough(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
    return expose(sky(normalize(ray(at.xy))), at.xy);
}

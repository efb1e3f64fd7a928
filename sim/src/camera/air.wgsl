// Sky, air and film, from the colours of a global `frame`: whose `zenith`, `horizon`, `glow` and `to_sun` (w: cloud
// cover) are linear RGB in xyz, and whose `ray_per_v.w` is the extinction of the air per metre.

// Radiance of the sky without clouds and disc, for a unit direction; below the horizon that of the haze.
fn sky_radiance(direction: vec3<f32>) -> vec3<f32> {
    let up = clamp(direction.y, 0.0, 1.0);
    let from_horizon = 1.0 - up;
    let f2 = from_horizon * from_horizon;
    let base = mix(frame.zenith.xyz, frame.horizon.xyz, f2 * f2);
    let towards = max(dot(direction, frame.to_sun.xyz), 0.0);
    let t4 = towards * towards * towards * towards;
    return base + frame.glow.xyz * (0.12 * t4 * t4 * t4 * t4);
}

// Share of light that reaches the camera through the air (Koschmieder).
fn transmission(distance_m: f32) -> f32 {
    return exp(-frame.ray_per_v.w * distance_m);
}

// Filmic response (Hejl and Burgess-Dawson), from radiance to encoded sRGB values in one fraction.
fn film(radiance: vec3<f32>) -> vec3<f32> {
    let x = radiance * 1.05;
    return x * (6.2 * x + 0.5) / (x * (6.2 * x + 1.7) + 0.06);
}

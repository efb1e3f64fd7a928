// The sky with clouds and the sun's disc, over `air.wgsl`.

fn scatter(cell: vec2<f32>) -> f32 {
    let q = fract(cell * vec2(0.1031, 0.1030));
    let r = q + dot(q, q.yx + 33.33);
    return fract((r.x + r.y) * r.x * 43.7);
}

fn noise(p: vec2<f32>) -> f32 {
    let cell = floor(p);
    let f = p - cell;
    let t = f * f * (3.0 - 2.0 * f);
    let low = mix(scatter(cell), scatter(cell + vec2(1.0, 0.0)), t.x);
    let high = mix(scatter(cell + vec2(0.0, 1.0)), scatter(cell + vec2(1.0, 1.0)), t.x);
    return mix(low, high, t.y);
}

fn clouds(direction: vec3<f32>) -> f32 {
    let p = direction.xz / (direction.y + 0.08) * 1.3 + 17.0;
    return 0.5 * noise(p) + 0.3 * noise(p * 2.1 + 5.0) + 0.2 * noise(p * 4.3 + 9.0);
}

fn sky(direction: vec3<f32>) -> vec3<f32> {
    var seen = sky_radiance(direction);
    let cover = frame.to_sun.w;
    if direction.y > 0.0 {
        let floor_level = mix(0.64, 0.25, cover);
        let thick = smoothstep(floor_level, floor_level + 0.35, clouds(direction));
        let white = mix(frame.sky_light.xyz * 1.5 + frame.sun.xyz * 0.22, frame.horizon.xyz * 0.8, cover);
        let haze = smoothstep(0.0, 0.14, direction.y) * transmission(2000.0);
        seen = mix(seen, white, thick * haze * mix(0.85, 0.45, cover));
        let towards = dot(direction, frame.to_sun.xyz);
        let disc = smoothstep(0.99985, 0.99995, towards) * (1.0 - thick);
        seen += frame.sun.xyz * disc * 20.0 * transmission(4000.0);
    }
    return seen;
}

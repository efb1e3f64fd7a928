// Sky where nothing stands before it: gradient, clouds and the sun.

@vertex
fn cover(@builtin(vertex_index) corner: u32) -> @builtin(position) vec4<f32> {
    let x = f32(corner & 1u) * 4.0 - 1.0;
    let y = f32(corner >> 1u) * 4.0 - 1.0;
    return vec4(x, y, 0.0, 1.0);
}

@fragment
fn shine(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
    return vec4(film(sky(normalize(ray(at.xy)))), 1.0);
}

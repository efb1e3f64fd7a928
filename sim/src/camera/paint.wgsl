// Paint on the road: uv_1 runs from -1 to 1 across and along a stroke.

// The share of a pixel's footprint that lies within -1..1.
fn overlap(x: f32) -> f32 {
    let width = max(fwidth(x), 1e-5);
    let inside = min(x + 0.5 * width, 1.0) - max(x - 0.5 * width, -1.0);
    return clamp(inside / width, 0.0, 1.0);
}

fn coverage(uv_1: vec2<f32>) -> f32 {
    return overlap(uv_1.x) * overlap(uv_1.y);
}

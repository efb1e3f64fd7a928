//! What every shape must be: assertions shared by the tests of this module.

use bevy::math::Vec3;

use super::shape::Shape;

/// Unit normals that agree with the winding, valid indices, equally many of everything, no stray numbers.
pub(crate) fn assert_sound(shape: &Shape, name: &str) {
    let count = shape.positions.len();
    assert!(
        shape.normals.len() == count && shape.uvs.len() == count,
        "{name}"
    );
    assert!(shape.colours.len() == count, "{name}");
    assert!(
        shape.paint_uvs.is_empty() || shape.paint_uvs.len() == count,
        "{name}"
    );
    assert!(shape.indices.len().is_multiple_of(3), "{name}");
    assert!(shape.positions.iter().all(|p| p.is_finite()), "{name}");
    assert!(shape.uvs.iter().all(|uv| uv.is_finite()), "{name}");
    for normal in &shape.normals {
        assert!(
            (normal.length() - 1.0).abs() < 1e-3,
            "{name}: normal {normal}"
        );
    }
    for colour in &shape.colours {
        assert!(
            colour.iter().all(|c| (0.0..=1.0).contains(c)),
            "{name}: colour {colour:?}"
        );
    }
    for corners in shape.indices.chunks_exact(3) {
        let [a, b, c] = [0, 1, 2].map(|i| shape.positions[corners[i] as usize]);
        let face = (b - a).cross(c - a);
        let shaded: Vec3 = corners.iter().map(|&i| shape.normals[i as usize]).sum();
        assert!(face.dot(shaded) > 0.0, "{name}: winding at {a}");
    }
}

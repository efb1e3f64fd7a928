//! Boxes in the picture.

use drive::labels::BoxPx;

/// Added on each side before boxes are compared, in pixels: the boxes of one distant pedestrian,
/// a few pixels wide, would else hardly overlap.
const MARGIN_PX: f32 = 4.0;

/// How much two boxes, each grown by a small margin, share: intersection over union, 0 to 1.
pub(super) fn overlap(a: &BoxPx, b: &BoxPx) -> f32 {
    let (a, b) = (grown(a), grown(b));
    let width = a.right.min(b.right) - a.left.max(b.left);
    let height = a.bottom.min(b.bottom) - a.top.max(b.top);
    if width <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    let shared = width * height;
    shared / (area(&a) + area(&b) - shared)
}

fn grown(b: &BoxPx) -> BoxPx {
    BoxPx {
        left: b.left - MARGIN_PX,
        top: b.top - MARGIN_PX,
        right: b.right + MARGIN_PX,
        bottom: b.bottom + MARGIN_PX,
    }
}

fn area(b: &BoxPx) -> f32 {
    (b.right - b.left) * (b.bottom - b.top)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(left: f32, side: f32) -> BoxPx {
        BoxPx {
            left,
            top: 0.0,
            right: left + side,
            bottom: side,
        }
    }

    #[test]
    fn equal_boxes_overlap_fully_and_distant_ones_not_at_all() {
        assert_eq!(overlap(&square(10.0, 20.0), &square(10.0, 20.0)), 1.0);
        assert_eq!(overlap(&square(10.0, 20.0), &square(60.0, 20.0)), 0.0);
    }
}

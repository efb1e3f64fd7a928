//! Where the ground is raised: footways and kerbs, for whoever stands on them.

use drive::frames::Point2;
use scenarios::road::Strip;

/// The raised strips of a road network.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    raised: Vec<Raised>,
}

/// A raised strip within its bounding rectangle.
#[derive(Debug, Clone)]
struct Raised {
    strip: Strip,
    low: Point2,
    high: Point2,
}

impl Ground {
    /// Keeps the raised ones among the strips.
    pub(crate) fn new(strips: &[Strip]) -> Self {
        let raised = strips.iter().filter(|strip| strip.height_m > 0.0);
        Self {
            raised: raised.cloned().map(Raised::new).collect(),
        }
    }

    /// Height of the ground at a place in the world, in metres.
    pub(crate) fn height_m(&self, place: Point2) -> f64 {
        let found = self.raised.iter().find(|raised| raised.contains(place));
        found.map_or(0.0, |raised| raised.strip.height_m)
    }
}

impl Raised {
    fn new(strip: Strip) -> Self {
        let bound = |pick: fn(f64, f64) -> f64, start: f64| {
            let points = strip.left.iter().chain(&strip.right);
            points.fold(Point2::new(start, start), |found, point| {
                Point2::new(pick(found.x_m, point.x_m), pick(found.y_m, point.y_m))
            })
        };
        let (low, high) = (bound(f64::min, f64::MAX), bound(f64::max, f64::MIN));
        Self { strip, low, high }
    }

    fn contains(&self, place: Point2) -> bool {
        let near = (self.low.x_m..=self.high.x_m).contains(&place.x_m)
            && (self.low.y_m..=self.high.y_m).contains(&place.y_m);
        let (left, right) = (&self.strip.left, &self.strip.right);
        near && left
            .windows(2)
            .zip(right.windows(2))
            .any(|(left, right)| surrounds([right[0], right[1], left[1], left[0]], place))
    }
}

/// Whether a quadrilateral, its corners in either sense of rotation, contains a point.
fn surrounds(corners: [Point2; 4], point: Point2) -> bool {
    let side = |index: usize| {
        let (a, b) = (corners[index], corners[(index + 1) % 4]);
        (b.x_m - a.x_m) * (point.y_m - a.y_m) - (b.y_m - a.y_m) * (point.x_m - a.x_m)
    };
    (0..4).all(|index| side(index) >= 0.0) || (0..4).all(|index| side(index) <= 0.0)
}

#[cfg(test)]
mod tests {
    use scenarios::road::Ground as Kind;

    use super::*;

    #[test]
    fn a_place_on_the_footway_is_raised_and_one_on_the_carriageway_is_not() {
        let edge = |y_m: f64| {
            (0..5)
                .map(|i| Point2::new(f64::from(i) * 10.0, y_m))
                .collect()
        };
        let strip = |ground, height_m, right_m, left_m| Strip {
            ground,
            height_m,
            left: edge(left_m),
            right: edge(right_m),
        };
        let ground = Ground::new(&[
            strip(Kind::Carriageway, 0.0, -3.5, 3.5),
            strip(Kind::Footway, 0.12, -6.0, -3.5),
        ]);
        assert_eq!(ground.height_m(Point2::new(17.0, -4.0)), 0.12);
        assert_eq!(ground.height_m(Point2::new(17.0, -3.0)), 0.0);
        assert_eq!(ground.height_m(Point2::new(41.0, -4.0)), 0.0);
    }
}

//! Where lane boundaries cross the picture's lane rows.

use drive::frames::{Point2, Pose2};
use drive::labels::{LANE_BOUNDARIES, LANE_ROWS, LaneLabels, lane_row_v_px};
use drive::math::lerp;
use scenarios::road::LaneBoundaries;

use super::maps::Maps;

/// Finds each boundary's visible crossing of each lane row; the nearest along the boundary counts.
pub(super) fn label(
    maps: &Maps<'_>,
    world_from_ego: Pose2,
    boundaries: &LaneBoundaries,
) -> LaneLabels {
    let mut lanes = [[None; LANE_ROWS]; LANE_BOUNDARIES];
    for (boundary, crossings) in boundaries.iter().zip(&mut lanes) {
        let in_ego: Vec<Point2> = boundary
            .iter()
            .map(|&point| world_from_ego.inverse_transform(point))
            .collect();
        for (row, crossing) in crossings.iter_mut().enumerate() {
            *crossing = crossing_u_px(maps, &in_ego, lane_row_v_px(row));
        }
    }
    lanes
}

/// The column in which a boundary crosses a row, if it does so in view.
fn crossing_u_px(maps: &Maps<'_>, boundary_in_ego: &[Point2], v_px: f64) -> Option<f32> {
    let row_x_m = maps.camera.ground_at(maps.camera.centre_u_px, v_px)?.x_m;
    let crossing = boundary_in_ego.windows(2).find_map(|ends| {
        let (a, b) = (ends[0], ends[1]);
        let crosses = (a.x_m <= row_x_m) != (b.x_m <= row_x_m);
        let t = (row_x_m - a.x_m) / (b.x_m - a.x_m);
        crosses.then(|| Point2::new(row_x_m, lerp(a.y_m, b.y_m, t)))
    })?;
    maps.visible_ground(crossing).map(|image| image.u_px as f32)
}

#[cfg(test)]
mod tests {
    use drive::camera::CameraModel;

    use super::super::maps::fixture::{empty_plain, put_screen};
    use super::*;
    use crate::camera::RawExposure;

    /// A straight road along ego's x axis with lanes of 3.5 m, ego in the right lane of two.
    fn boundaries(world_from_ego: Pose2) -> LaneBoundaries {
        [Some(5.25), Some(1.75), Some(-1.75), None].map(|y_m| {
            let along = y_m
                .into_iter()
                .flat_map(|y_m| (0..8).map(move |i| (f64::from(i) * 10.0, y_m)));
            along
                .map(|(x_m, y_m)| world_from_ego.transform(Point2::new(x_m, y_m)))
                .collect()
        })
    }

    fn label_straight(raw: &RawExposure) -> LaneLabels {
        let world_from_ego = Pose2::new(-30.0, 12.0, -2.0);
        let maps = Maps::new(CameraModel::standard(), raw);
        label(&maps, world_from_ego, &boundaries(world_from_ego))
    }

    #[test]
    fn boundaries_converge_towards_the_horizon_and_lie_on_the_ground() {
        let lanes = label_straight(&empty_plain());
        let camera = CameraModel::standard();
        for (row, u_px) in lanes[1].iter().enumerate() {
            let Some(u_px) = *u_px else { continue };
            let ground = camera
                .ground_at(f64::from(u_px), lane_row_v_px(row))
                .unwrap();
            assert!((ground.y_m - 1.75).abs() < 1e-3, "row {row}: {ground:?}");
        }
        assert!(lanes[1][0].is_some() && lanes[2][0].is_some());
        assert!(lanes[3].iter().all(Option::is_none));
        assert!(lanes[1][2].unwrap() > lanes[1][10].unwrap());
    }

    #[test]
    fn a_vehicle_hides_the_boundary_behind_it() {
        let mut raw = empty_plain();
        put_screen(&mut raw, 1, 20.0, [0.5, 3.0], 1.5);
        let (open, hidden) = (label_straight(&empty_plain()), label_straight(&raw));
        assert!(open[1][1].is_some() && hidden[1][1].is_none());
        assert_eq!(open[1][12], hidden[1][12]);
        assert_eq!(open[2], hidden[2]);
    }
}

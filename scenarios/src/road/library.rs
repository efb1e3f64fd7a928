//! The road networks that ship with the program, as OpenDRIVE files in `roads/`.

use super::RoadError;

/// Names of the library's networks.
pub const ROAD_NAMES: &[&str] = &[
    "straight",
    "winding",
    "curve",
    "multilane",
    "town",
    "crossing",
    "t_junction",
];

/// The text of the network `name`.
pub(super) fn text(name: &str) -> Result<&'static str, RoadError> {
    let text = match name {
        "straight" => include_str!("../../roads/straight.xodr"),
        "winding" => include_str!("../../roads/winding.xodr"),
        "curve" => include_str!("../../roads/curve.xodr"),
        "multilane" => include_str!("../../roads/multilane.xodr"),
        "town" => include_str!("../../roads/town.xodr"),
        "crossing" => include_str!("../../roads/crossing.xodr"),
        "t_junction" => include_str!("../../roads/t_junction.xodr"),
        _ => {
            return Err(RoadError::Unknown {
                name: name.to_owned(),
            });
        }
    };
    Ok(text)
}

//! The models of road users: what kinds exist, how large they are, which are kept out of training.

use drive::labels::ObjectClass;

/// A model of road user; its shape is drawn by the simulator under the same name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActorModel {
    /// Name used in stories, `snake_case`.
    pub name: &'static str,
    /// What the labels call it.
    pub class: ObjectClass,
    /// Length of its bounding box in metres.
    pub length_m: f64,
    /// Width of its bounding box in metres.
    pub width_m: f64,
    /// Height of its bounding box in metres.
    pub height_m: f64,
    /// Kept out of every training set, to measure how the networks bear an unseen shape.
    pub held_out: bool,
}

const fn model(
    name: &'static str,
    class: ObjectClass,
    size_m: [f64; 3],
    held_out: bool,
) -> ActorModel {
    ActorModel {
        name,
        class,
        length_m: size_m[0],
        width_m: size_m[1],
        height_m: size_m[2],
        held_out,
    }
}

/// Every model, in a fixed order.
pub const ACTOR_MODELS: &[ActorModel] = &[
    model("hatchback", ObjectClass::Car, [4.0, 1.75, 1.48], false),
    model("sedan", ObjectClass::Car, [4.7, 1.82, 1.44], false),
    model("estate", ObjectClass::Car, [4.8, 1.84, 1.5], false),
    model("suv", ObjectClass::Car, [4.6, 1.9, 1.75], false),
    model("van", ObjectClass::Car, [5.2, 1.98, 2.0], false),
    model("pickup", ObjectClass::Car, [5.3, 1.9, 1.85], true),
    model("box_truck", ObjectClass::Truck, [7.5, 2.4, 3.3], false),
    model("lorry", ObjectClass::Truck, [12.0, 2.5, 3.8], false),
    model("bus", ObjectClass::Truck, [11.5, 2.55, 3.1], false),
    model("tipper_truck", ObjectClass::Truck, [8.2, 2.5, 3.2], true),
    model(
        "adult_slim",
        ObjectClass::Pedestrian,
        [0.45, 0.5, 1.78],
        false,
    ),
    model(
        "adult_broad",
        ObjectClass::Pedestrian,
        [0.5, 0.6, 1.72],
        false,
    ),
    model(
        "adult_skirt",
        ObjectClass::Pedestrian,
        [0.5, 0.5, 1.66],
        false,
    ),
    model("child", ObjectClass::Pedestrian, [0.35, 0.38, 1.2], false),
    model(
        "adult_coat",
        ObjectClass::Pedestrian,
        [0.5, 0.62, 1.8],
        true,
    ),
    model(
        "city_cyclist",
        ObjectClass::Cyclist,
        [1.8, 0.6, 1.75],
        false,
    ),
    model(
        "racing_cyclist",
        ObjectClass::Cyclist,
        [1.75, 0.5, 1.6],
        false,
    ),
    model(
        "cargo_cyclist",
        ObjectClass::Cyclist,
        [2.4, 0.7, 1.75],
        false,
    ),
];

/// Looks a model up by name.
pub fn actor_model(name: &str) -> Option<&'static ActorModel> {
    ACTOR_MODELS.iter().find(|model| model.name == name)
}

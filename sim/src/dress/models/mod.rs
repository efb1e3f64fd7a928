//! The shapes of road users, one function per kind, named in [`scenarios::actor::ACTOR_MODELS`].
//!
//! A model stands in its own frame: x forward, y left, z up, origin on the ground under the centre.

mod bus;
mod cabin;
mod car;
mod car_body;
mod car_trim;
mod cycle;
mod parts;
mod person;
mod truck;
mod wheels;

use bevy::math::Vec3;
use rand_chacha::ChaCha8Rng;
use scenarios::actor::ActorModel;

pub(crate) use self::parts::{Far, Joint, Part, swing};

/// The parts of a model, coloured by chance, exactly as large as its bounding box.
pub(crate) fn build(model: &ActorModel, rng: &mut ChaCha8Rng) -> Vec<Part> {
    let size = Vec3::new(
        model.length_m as f32,
        model.width_m as f32,
        model.height_m as f32,
    );
    let mut parts = match model.name {
        "box_truck" => truck::box_truck(rng),
        "lorry" => truck::lorry(rng),
        "tipper_truck" => truck::tipper(rng),
        "bus" => bus::bus(rng),
        name if name.ends_with("cyclist") => cycle::cyclist(name, rng),
        name if car::plan(name).is_some() => car::car(name, rng),
        name => person::person(name, size, rng),
    };
    parts::fit(&mut parts, size);
    parts
}

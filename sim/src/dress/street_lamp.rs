//! Street lamps: stored once to stand in many places, shining from dusk on.

use bevy::math::Vec3;
use bevy::transform::components::Transform;
use drive::labels::Class;

use super::buildings::LitWindows;
use super::furniture;
use super::stagehand::{Far, Prop, Stagehand, Thing};
use crate::axes::bevy_from_world;
use crate::scene::{Lamp, Lamps, Surface};

/// Height of the arm, and how far it reaches over the road, in metres.
const HEIGHT_M: f32 = 5.6;
const REACH_M: f32 = 1.3;
/// Distance beyond which posts are coarse and heads left out, in metres.
const FAR_POST_M: f32 = 60.0;
const FAR_HEAD_M: f32 = 90.0;
/// Emission of the glass when it shines.
const EMISSION: f32 = 6.0;
/// Its light, and the cosine of the angle off the vertical at which it ends.
const LIGHT: Vec3 = Vec3::new(34.0, 24.0, 13.5);
const CONE_COS: f32 = 0.12;

/// A street lamp, stored to stand in many places.
pub(crate) struct StreetLamp {
    post: Prop,
    head: Prop,
    shines: bool,
}

impl StreetLamp {
    /// Stores post and head; the head shines when `lit`.
    pub(crate) fn new(hand: &mut Stagehand<'_>, lit: LitWindows) -> Self {
        let shines = lit.share > 0.0;
        let glass = Surface {
            emission: if shines { EMISSION } else { 0.0 },
            casts_shadow: false,
            ..Surface::default()
        };
        let far = Far::Coarse(furniture::far_lamp_post(HEIGHT_M, REACH_M), FAR_POST_M);
        let post = furniture::lamp_post(HEIGHT_M, REACH_M);
        let post = Thing::new(post, Surface::default(), Class::Pole);
        let head = Thing::new(furniture::lamp_head(HEIGHT_M, REACH_M), glass, Class::Pole);
        Self {
            post: hand.prop(post.seen_afar(far)),
            head: hand.prop(head.seen_afar(Far::Gone(FAR_HEAD_M))),
            shines,
        }
    }

    /// Puts one up.
    pub(crate) fn stand(&self, hand: &mut Stagehand<'_>, transform: Transform) {
        hand.place(&self.post, transform);
        let head = hand.place(&self.head, transform);
        if self.shines {
            let lamp = Lamp {
                place: bevy_from_world([REACH_M + 0.2, 0.0, HEIGHT_M + 0.1]),
                towards: Vec3::NEG_Y,
                light: LIGHT,
                cone_cos: CONE_COS,
                half_gap_m: 0.0,
            };
            hand.hang(head, Lamps(vec![lamp]));
        }
    }
}

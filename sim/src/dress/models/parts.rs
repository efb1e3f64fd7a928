//! A model's parts: what is drawn as one entity, and how it moves.

use bevy::math::{Affine3A, Quat, Vec3};
use drive::math::{cos, sin};

use crate::dress::shape::Shape;
use crate::dress::solids::bounds;
use crate::scene::Surface;

/// What is drawn of a part from afar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Far {
    /// The same.
    Same,
    /// A coarser shape.
    Coarse(Shape),
}

/// How a part turns about its pivot's y axis as its owner moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Motion {
    /// Not at all.
    Still,
    /// To and fro, by so much, so far into the stride.
    Swing {
        /// Largest angle in radians.
        amplitude_rad: f64,
        /// Where in the stride it begins, in radians.
        phase_rad: f64,
    },
    /// Bends backwards while the limb it hangs on comes forward.
    Bend {
        /// Largest angle in radians.
        amplitude_rad: f64,
        /// Where in the stride it begins, in radians.
        phase_rad: f64,
    },
}

/// What a part hangs on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Joint {
    /// The part that carries it, by number; `None` for the body's own frame.
    pub(crate) parent: Option<usize>,
    /// The point it turns about, in the model's frame at rest.
    pub(crate) pivot: Vec3,
    /// How it turns.
    pub(crate) motion: Motion,
}

impl Joint {
    /// A part of the rigid body.
    pub(crate) const FIXED: Self = Self {
        parent: None,
        pivot: Vec3::ZERO,
        motion: Motion::Still,
    };

    /// The turn in radians, about y, at a place in the stride; `vigour` is 0 at rest and 1 at a walk.
    fn angle_rad(&self, stride_rad: f64, vigour: f64) -> f64 {
        match self.motion {
            Motion::Still => 0.0,
            Motion::Swing {
                amplitude_rad,
                phase_rad,
            } => vigour * amplitude_rad * sin(stride_rad + phase_rad),
            Motion::Bend {
                amplitude_rad,
                phase_rad,
            } => vigour * amplitude_rad * (0.12 + 0.88 * cos(stride_rad + phase_rad).max(0.0)),
        }
    }
}

/// A shape with its surface: one drawn entity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) near: Shape,
    pub(crate) far: Far,
    pub(crate) surface: Surface,
    pub(crate) joint: Joint,
    /// Whether it shines when lamps are lit.
    pub(crate) is_lamp: bool,
}

impl Part {
    /// A rigid part.
    pub(crate) fn fixed(near: Shape, far: Far, surface: Surface) -> Self {
        Self {
            near,
            far,
            surface,
            joint: Joint::FIXED,
            is_lamp: false,
        }
    }

    /// The lamps of a vehicle.
    pub(crate) fn lamps(near: Shape) -> Self {
        let glass = Surface {
            gloss: 0.6,
            casts_shadow: false,
            ..Surface::default()
        };
        Self {
            is_lamp: true,
            ..Self::fixed(near, Far::Same, glass)
        }
    }
}

/// Motion of each joint's part from its place at rest, in the model's frame, parents before children.
pub(crate) fn swing(joints: &[Joint], stride_rad: f64, vigour: f64) -> Vec<Affine3A> {
    let mut motions: Vec<Affine3A> = Vec::with_capacity(joints.len());
    for joint in joints {
        let half_rad = joint.angle_rad(stride_rad, vigour) / 2.0;
        let turn = Quat::from_xyzw(0.0, sin(half_rad) as f32, 0.0, cos(half_rad) as f32);
        let own = Affine3A::from_translation(joint.pivot)
            * Affine3A::from_quat(turn)
            * Affine3A::from_translation(-joint.pivot);
        let carried = joint
            .parent
            .map_or(Affine3A::IDENTITY, |parent| motions[parent]);
        motions.push(carried * own);
    }
    motions
}

/// Stretches a model, at rest, to exactly fill its bounding box.
pub(crate) fn fit(parts: &mut [Part], size: Vec3) {
    let (low, high) = bounds(parts.iter().map(|part| &part.near));
    let scale = size / (high - low);
    let centre = (low + high) / 2.0 * Vec3::new(1.0, 1.0, 0.0) + Vec3::new(0.0, 0.0, low.z);
    let place = |p: &mut Vec3| *p = (*p - centre) * scale;
    for part in parts {
        part.near.positions.iter_mut().for_each(place);
        if let Far::Coarse(far) = &mut part.far {
            far.positions.iter_mut().for_each(place);
        }
        place(&mut part.joint.pivot);
    }
}

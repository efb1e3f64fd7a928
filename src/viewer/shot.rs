//! Pictures of the window without anybody at it: at a moment of the run the window is saved, and closes.

use std::path::PathBuf;

use bevy::ecs::observer::On;
use bevy::ecs::resource::Resource;
use bevy::ecs::system::{Commands, ResMut};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured, save_to_disk};
use drive::time::Tick;

use super::show::{Probe, Show};

/// Frames drawn at the moment before the picture is taken: textures and panels are up to date then.
const SETTLING: u32 = 3;

/// A picture to be taken.
#[derive(Debug, Clone, Resource)]
pub struct Shot {
    /// The moment.
    pub at: Tick,
    /// The PNG file.
    pub file: PathBuf,
    /// The camera pixel whose soft targets it shows.
    pub probe_px: Option<[f32; 2]>,
}

/// How far the taking of a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Resource, Default)]
pub(super) enum Shooting {
    #[default]
    Waiting,
    Settling(u32),
    Asked,
    Done,
}

impl Shot {
    /// Goes on towards the picture; says whether it is there.
    pub(super) fn advance(
        &self,
        show: &mut Show,
        shooting: &mut Shooting,
        commands: &mut Commands<'_, '_>,
    ) -> bool {
        match *shooting {
            Shooting::Waiting => {
                if show.heading_for.is_none() {
                    show.probe = self.probe_px.map(|[u_px, v_px]| Probe { u_px, v_px });
                    *shooting = Shooting::Settling(0);
                }
            }
            Shooting::Settling(frames) if frames < SETTLING => {
                *shooting = Shooting::Settling(frames + 1);
            }
            Shooting::Settling(_) => {
                let mut save = save_to_disk(self.file.clone());
                let take = move |captured: On<'_, '_, ScreenshotCaptured>,
                                 mut shooting: ResMut<'_, Shooting>| {
                    save(captured);
                    *shooting = Shooting::Done;
                };
                commands.spawn(Screenshot::primary_window()).observe(take);
                *shooting = Shooting::Asked;
            }
            Shooting::Asked => {}
            Shooting::Done => return true,
        }
        false
    }
}

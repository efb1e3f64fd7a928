//! What a camera has before it has seen any world: a device, its pipelines, what it draws into.
//!
//! Opening it takes longer than a frame: the driver compiles every shader. It is therefore lent, and the next camera
//! of the same process takes what an earlier one gave back.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use super::device::{AdapterChoice, CameraError, Gpu};
use super::pipelines::Pipelines;
use super::rough::Roughs;
use super::targets::Targets;
use super::textures::Textures;
use super::view::FrameUniform;

/// Everything that serves one world after the other.
pub(super) struct Equipment {
    choice: AdapterChoice,
    pub(super) gpu: Gpu,
    pub(super) pipelines: Pipelines,
    /// What draws at night and in rain.
    pub(super) roughs: Roughs,
    pub(super) targets: Targets,
    pub(super) textures: Textures,
    pub(super) frame: wgpu::Buffer,
}

impl Equipment {
    fn open(choice: AdapterChoice) -> Result<Self, CameraError> {
        let gpu = Gpu::open(choice)?;
        Ok(Self {
            choice,
            pipelines: Pipelines::new(&gpu.device),
            roughs: Roughs::default(),
            targets: Targets::new(&gpu.device),
            textures: Textures::plain(&gpu),
            frame: gpu.buffer::<FrameUniform>("frame", 1, wgpu::BufferUsages::UNIFORM),
            gpu,
        })
    }
}

/// Equipment that nobody uses.
static IDLE: Mutex<Vec<Equipment>> = Mutex::new(Vec::new());

/// Equipment on loan; goes back when dropped.
pub(super) struct Lent {
    /// Absent only while it is dropped.
    equipment: Option<Equipment>,
    is_broken: bool,
}

impl Lent {
    /// Takes what lies idle, or opens more.
    pub(super) fn take(choice: AdapterChoice) -> Result<Self, CameraError> {
        let idle = {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            let fits = idle.iter().position(|one| one.choice == choice);
            fits.map(|index| idle.swap_remove(index))
        };
        let mut equipment = idle.map_or_else(|| Equipment::open(choice), Ok)?;
        equipment.textures.forget_world();
        Ok(Self {
            equipment: Some(equipment),
            is_broken: false,
        })
    }

    /// Keeps it from being lent again: its device is lost.
    pub(super) fn retire(&mut self) {
        self.is_broken = true;
    }
}

impl Deref for Lent {
    type Target = Equipment;

    fn deref(&self) -> &Equipment {
        self.equipment.as_ref().expect("it is there until dropped")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Equipment {
        self.equipment.as_mut().expect("it is there until dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // A panic may have left the readback mapped.
        if let Some(equipment) = self.equipment.take()
            && !self.is_broken
            && !std::thread::panicking()
        {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(equipment);
        }
    }
}

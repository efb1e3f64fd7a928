//! The Vulkan device that draws, and what can go wrong with it.

use bevy::ecs::entity::Entity;
use thiserror::Error;

/// What can go wrong while opening the camera or exposing a frame.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CameraError {
    // Opening the device.
    /// The machine has no Vulkan driver at all.
    #[error("no Vulkan driver found; on Debian: apt-get install mesa-vulkan-drivers")]
    NoDriver,
    /// A GPU was asked for, but only software drivers are there.
    #[error("no GPU with a Vulkan driver found, only {found}; use the software renderer instead")]
    NoGpu {
        /// Name of the adapter that was found instead.
        found: String,
    },
    /// The driver refused to open a device.
    #[error("the Vulkan driver of {adapter} refused a device: {reason}")]
    Device {
        /// Name of the adapter.
        adapter: String,
        /// The driver's words.
        reason: String,
    },

    // Exposing a frame.
    /// There must be one camera.
    #[error(
        "the world has {found} entities with a SensorEye and a GlobalTransform; it needs exactly 1"
    )]
    Eyes {
        /// How many there are.
        found: usize,
    },
    /// An entity names a mesh that is not (or no longer) in `Assets<Mesh>`.
    #[error(
        "the mesh of entity {entity} is not in Assets<Mesh>; keep its handle alive while it is drawn"
    )]
    MeshMissing {
        /// The entity.
        entity: Entity,
    },
    /// A mesh lacks what the camera needs.
    #[error("the mesh of entity {entity} has no {lacks}; see sim::scene for what a mesh carries")]
    MeshUnfit {
        /// The entity.
        entity: Entity,
        /// What is missing.
        lacks: &'static str,
    },
    /// The image of the texture layers is not what the camera expects.
    #[error("the texture layers are unfit: {reason}")]
    TextureUnfit {
        /// What is wrong with them.
        reason: String,
    },
    /// The pixels could not be read back.
    #[error("the pixels could not be read back from the device: {reason}")]
    Readback {
        /// The driver's words.
        reason: String,
    },
}

/// Which kind of adapter to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AdapterChoice {
    /// The software renderer if there is one, so that runs repeat to the bit on every machine; else a GPU.
    #[default]
    Software,
    /// A GPU.
    Gpu,
}

/// The adapter that draws: part of what must be equal for two runs to be equal to the bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// The device's name, such as "llvmpipe (LLVM 15.0.6, 256 bits)".
    pub name: String,
    /// The driver's name, such as "llvmpipe".
    pub driver: String,
    /// The driver's version, such as "Mesa 22.3.6 (LLVM 15.0.6)".
    pub driver_info: String,
    /// Whether it computes on the CPU.
    pub is_software: bool,
}

impl Adapter {
    fn new(info: wgpu::AdapterInfo) -> Self {
        Self {
            is_software: info.device_type == wgpu::DeviceType::Cpu,
            name: info.name,
            driver: info.driver,
            driver_info: info.driver_info,
        }
    }
}

/// An open device and its queue.
pub(super) struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) adapter: Adapter,
}

impl Gpu {
    pub(super) fn open(choice: AdapterChoice) -> Result<Self, CameraError> {
        keep_freed_memory();
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::VULKAN,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
        let chosen = choose(found, choice)?;
        let adapter = Adapter::new(chosen.get_info());
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("sensor camera"),
            ..Default::default()
        };
        let (device, queue) =
            pollster::block_on(chosen.request_device(&descriptor)).map_err(|error| {
                CameraError::Device {
                    adapter: adapter.name.clone(),
                    reason: error.to_string(),
                }
            })?;
        Ok(Self {
            device,
            queue,
            adapter,
        })
    }

    /// An empty buffer for `count` elements that can be written from the CPU.
    pub(super) fn buffer<T>(
        &self,
        label: &str,
        count: usize,
        usage: wgpu::BufferUsages,
    ) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: (count * size_of::<T>()) as u64,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }
}

/// Keeps glibc from handing memory back to the system after every frame.
///
/// The software renderer takes and frees megabytes a frame; giving them back and faulting them in again was a
/// sixth of a frame's time. Freeing one large block raises glibc's limits for good (see `M_MMAP_THRESHOLD` in
/// mallopt(3)); other allocators do not care.
fn keep_freed_memory() {
    const LARGE_BYTES: usize = 31 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE_BYTES)));
}

fn choose(found: Vec<wgpu::Adapter>, choice: AdapterChoice) -> Result<wgpu::Adapter, CameraError> {
    let first = found.first().ok_or(CameraError::NoDriver)?;
    let first_name = first.get_info().name;
    let is_wanted = |adapter: &wgpu::Adapter| {
        let is_software = adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        is_software == (choice == AdapterChoice::Software)
    };
    let wanted = found.iter().position(is_wanted);
    match (wanted, choice) {
        (Some(index), _) => Ok(found.into_iter().nth(index)),
        (None, AdapterChoice::Software) => Ok(found.into_iter().next()),
        (None, AdapterChoice::Gpu) => Err(CameraError::NoGpu { found: first_name }),
    }?
    .ok_or(CameraError::NoDriver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_driver_is_told_what_to_install() {
        let error = choose(Vec::new(), AdapterChoice::Software).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("apt-get install mesa-vulkan-drivers")
        );
    }

    #[test]
    fn the_software_renderer_is_chosen_by_default() {
        let gpu = Gpu::open(AdapterChoice::default()).unwrap();
        assert!(gpu.adapter.is_software, "{:?}", gpu.adapter);
    }
}

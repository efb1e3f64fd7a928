//! What a run ran on.

use perception::network::Backend;

use crate::record::Machine;

/// This program on this machine, with what ran the networks and the camera's driver.
pub fn machine(backend: Backend, camera_driver: &str) -> Machine {
    Machine {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        cpu: processor(),
        engine: match backend {
            Backend::Engine { isa, .. } => format!("{isa:?}").to_lowercase(),
            Backend::Candle => "candle".to_owned(),
        },
        camera_driver: camera_driver.to_owned(),
    }
}

/// Name of the processor, or of its architecture where the system does not tell.
pub fn processor() -> String {
    model_name().unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Memory that this process has in use; `None` where the system does not tell.
pub fn resident_bytes() -> Option<u64> {
    /// Linux counts in pages of this size on x86 and most of ARM.
    const PAGE_BYTES: u64 = 4096;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE_BYTES)
}

fn model_name() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

//! The camera with its faults: what becomes of a frame between the lens and the networks.
//!
//! Picture faults (dirt, exposure, noise) change the pixels, in the order light passes lens and sensor;
//! delivery faults (freeze, dropped frames, a dead camera) decide what arrives. Truth sees labels, not
//! pixels: only delivery faults reach it.

mod dirt;
mod option;
mod picture;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use drive::frame::CameraFrame;
use drive::labels::Labels;
use drive::random::stream;
use drive::time::Tick;
use scenarios::director::ActiveFault;
use scenarios::story::Fault;

use crate::perceiver::Exposure;
use dirt::Dirt;
pub use option::TimedFault;

/// Microseconds in a millisecond.
const US_PER_MS: f64 = 1000.0;

/// A camera that can fail.
pub struct FaultyCamera {
    seed: u64,
    /// The newest frame before the sensor got stuck.
    last: Option<Exposure>,
    /// The spots of each dirt event.
    dirt: BTreeMap<usize, Dirt>,
}

impl FaultyCamera {
    /// The camera of a run with this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            last: None,
            dirt: BTreeMap::new(),
        }
    }

    /// What arrives on a tick; `None` between exposures and where a frame is lost. `expose` is called only
    /// where the sensor takes a new frame that arrives.
    ///
    /// # Errors
    /// Those of `expose`.
    pub fn take(
        &mut self,
        tick: Tick,
        faults: &[ActiveFault],
        expose: impl FnOnce() -> Result<Exposure>,
    ) -> Result<Option<Exposure>> {
        let has = |is: fn(&Fault<f64>) -> bool| faults.iter().any(|active| is(&active.fault));
        if !tick.is_exposure()
            || has(|fault| matches!(fault, Fault::DropFrames { .. } | Fault::CameraDies))
        {
            return Ok(None);
        }
        if has(|fault| matches!(fault, Fault::Freeze { .. }))
            && let Some(last) = &self.last
        {
            return Ok(Some(repeated(last, tick)));
        }
        let mut exposure = expose()?;
        if faults.iter().any(|active| is_of_the_picture(&active.fault)) {
            exposure.frame = exposure.frame.map(|frame| self.spoiled(&frame, faults));
        }
        self.last = Some(exposure.clone());
        Ok(Some(exposure))
    }

    /// The picture after its faults.
    fn spoiled(&mut self, frame: &CameraFrame, faults: &[ActiveFault]) -> CameraFrame {
        let mut rgb = frame.rgb.to_vec();
        let size = (frame.width, frame.height);
        for active in faults {
            if let Fault::Dirt { cover, .. } = active.fault {
                let stream = stream(self.seed, &format!("fault/{}/dirt", active.event));
                let dirt = self.dirt.entry(active.event);
                dirt.or_insert_with(|| Dirt::new(size, cover, stream))
                    .soil(&mut rgb);
            }
        }
        for active in faults {
            if let Fault::Exposure { ev, .. } = active.fault {
                picture::expose(&mut rgb, ev);
            }
        }
        for active in faults {
            if let Fault::Noise { sigma, .. } = active.fault {
                let name = format!("fault/{}/noise/{}", active.event, frame.tick.0);
                picture::add_noise(&mut rgb, sigma, &mut stream(self.seed, &name));
            }
        }
        CameraFrame {
            rgb: rgb.into(),
            ..frame.clone()
        }
    }
}

/// By how much longer than usual every inference takes, in microseconds.
pub fn late_us(faults: &[ActiveFault]) -> u64 {
    let late_ms = faults.iter().map(|active| match active.fault {
        Fault::Late { by_ms, .. } => by_ms,
        _ => 0.0,
    });
    (late_ms.sum::<f64>() * US_PER_MS).round() as u64
}

fn is_of_the_picture(fault: &Fault<f64>) -> bool {
    matches!(
        fault,
        Fault::Dirt { .. } | Fault::Exposure { .. } | Fault::Noise { .. }
    )
}

/// The same pixels and labels under a new exposure tick.
fn repeated(last: &Exposure, tick: Tick) -> Exposure {
    Exposure {
        tick,
        frame: last
            .frame
            .clone()
            .map(|frame| CameraFrame { tick, ..frame }),
        labels: Arc::new(Labels {
            tick,
            ..last.labels.as_ref().clone()
        }),
    }
}

#[cfg(test)]
mod tests;

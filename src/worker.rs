//! A thread that perceives beside the simulation. Channels never drop: the loop waits for a result when,
//! and only when, the simulation clock says that it is due.

use std::thread::{self, JoinHandle};
use std::time::Instant;

use anyhow::Result;
use crossbeam_channel::{Receiver, Sender, bounded};

use crate::defect::Defect;
use crate::digest::hex_of;
use crate::perceiver::{Exposure, Perceiver, Sight};

/// A perceiver on its own thread.
pub struct Worker {
    exposures: Option<Sender<Exposure>>,
    sights: Receiver<Result<Sight>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(name: &str, mut perceiver: Box<dyn Perceiver>) -> Result<Self> {
        let (exposures, incoming) = bounded::<Exposure>(1);
        let (outgoing, sights) = bounded(1);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                for exposure in incoming {
                    if outgoing.send(timed(perceiver.as_mut(), &exposure)).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self {
            exposures: Some(exposures),
            sights,
            thread: Some(thread),
        })
    }

    /// Hands an exposure over; the worker must be idle.
    ///
    /// # Errors
    /// When the thread has died.
    pub fn submit(&self, exposure: Exposure) -> Result<()> {
        self.exposures
            .as_ref()
            .and_then(|channel| channel.send(exposure).ok())
            .ok_or_else(died)
    }

    /// Waits for the result of the exposure handed over last.
    ///
    /// # Errors
    /// When perceiving failed or the thread has died.
    pub fn take(&self) -> Result<Sight> {
        self.sights.recv().map_err(|_| died())?
    }

    /// The result of the exposure handed over last, if it is there already.
    ///
    /// # Errors
    /// When perceiving failed.
    pub fn try_take(&self) -> Result<Option<Sight>> {
        self.sights.try_recv().ok().transpose()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.exposures.take());
        // A full result channel would keep the thread waiting for ever.
        while self.sights.recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported by the call that missed its result.
            let _ = thread.join();
        }
    }
}

fn died() -> anyhow::Error {
    Defect("the perception thread ended unexpectedly".to_owned()).into()
}

/// Perceives an exposure and tells how long it took.
///
/// # Errors
/// When perceiving fails.
#[expect(
    clippy::disallowed_methods,
    reason = "measures inference time for statistics; never enters the run"
)]
pub fn timed(perceiver: &mut dyn Perceiver, exposure: &Exposure) -> Result<Sight> {
    let start = Instant::now();
    let percept = perceiver.perceive(exposure)?;
    // The digest proves a run; a car needs none.
    let wall = start.elapsed();
    Ok(Sight {
        percept,
        output: perceiver.logits().map(|logits| {
            let digest = hex_of(&logits.to_le_bytes());
            (logits, digest)
        }),
        segmentation: perceiver.segmentation(),
        wall,
    })
}

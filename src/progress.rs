//! Progress bars for work beyond a second; silent when nobody watches a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts to `length`, with a word about what it counts.
pub fn bar(length: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{msg:28} [{bar:36}] {pos}/{len}  {elapsed} elapsed, {eta} left",
    )
    .expect("the template is constant")
    .progress_chars("=> ");
    ProgressBar::new(length)
        .with_style(style)
        .with_message(what.to_owned())
}

/// A flag that Ctrl-C raises, so that long work ends at its next whole step with its files finished.
///
/// # Errors
/// When the signal handler cannot be installed.
pub fn stop_flag() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::SeqCst) {
            // The second Ctrl-C means now.
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

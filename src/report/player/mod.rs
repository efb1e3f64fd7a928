//! The player of a run: its pictures, what everyone made of them, and the measures, drawn by the page itself.

mod data;
mod percepts;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parting::Parting;
use crate::theatre::Played;
pub use data::PlayerData;

/// The script of the page: plain, without a library, without the network.
pub(super) const SCRIPT: &str = concat!(
    include_str!("player.js"),
    include_str!("pictures.js"),
    include_str!("tracks.js"),
    include_str!("page.js"),
    include_str!("selftest.js"),
);
/// The player's part of the style.
pub(super) const STYLE: &str = include_str!("player.css");

/// The player of the page's run with this number.
///
/// # Errors
/// When the data cannot be written.
pub(super) fn player(played: &Played, parting: Option<&Parting>, number: usize) -> Result<String> {
    let data = serde_json::to_string(&PlayerData::of(played, parting))?;
    Ok(format!(
        "<div class=player id='run-{number}'><noscript>The player needs JavaScript; it is part of this file.</noscript>\
         </div><script type='application/json' id='run-{number}-data'>{}</script>",
        data.replace("</", "<\\/")
    ))
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A number with so many decimals.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

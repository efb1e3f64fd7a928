//! `report.html`: one self-contained page that opens offline in any browser.

mod card_page;
mod card_pictures;
mod check_page;
mod delay_chart;
mod envelope_chart;
mod grid_chart;
mod grid_page;
mod ladder_chart;
mod latency_chart;
mod moments;
mod parting;
mod player;
mod plot;
mod section;
mod soft_targets;
mod svg;
mod sweep_page;
mod table;

pub use card_page::card_page;
pub use card_pictures::{disagreement_picture, similarity_matrix};
pub use check_page::check_page;
pub use delay_chart::{DelayRow, delay_chart};
pub use envelope_chart::{EnvelopeRow, envelope_chart};
pub use grid_page::grid_page;
pub use ladder_chart::ladder_chart;
pub use latency_chart::latency_chart;
pub use player::PlayerData;
pub use section::{Section, section};
pub use soft_targets::SoftTargets;
pub use svg::{kind_word, light_word};
pub use sweep_page::sweep_page;

use crate::record::RunRecord;
use crate::summary;

/// The page of some runs: how each ended, why, and at what cost; then their players, then every number.
pub fn page(records: &[RunRecord], sections: &[Section]) -> String {
    let body = format!(
        "<h1>Understudy report</h1>{overview}{sections}<section class=numbers><h2>Every number</h2>\
         <p>Latencies are wall-clock inference times on this machine; <em>applied</em> is the delay the run was given \
         on the simulation clock.</p><pre tabindex=0>{runs}</pre><pre tabindex=0>{networks}</pre></section>\
         <script>{script}</script>",
        overview = section::overview(sections),
        runs = svg::escape(&summary::runs_table(records)),
        networks = svg::escape(&networks(records)),
        sections = section::joined(sections),
        script = player::SCRIPT,
    );
    framed("Understudy report", player::STYLE, &body)
}

/// A whole page.
fn document(title: &str, body: &str) -> String {
    framed(title, "", body)
}

/// A whole page with a style besides the common one. It may load nothing from anywhere.
fn framed(title: &str, more_style: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src data:; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\
         <title>{title}</title><style>{style}{more_style}</style><main>{body}</main></html>\n",
        title = svg::escape(title),
        style = include_str!("style.css"),
    )
}

/// The table of networks; nothing where only the truth was in the car.
fn networks(records: &[RunRecord]) -> String {
    if records.iter().all(|record| record.networks.is_empty()) {
        String::new()
    } else {
        summary::networks_table(records)
    }
}

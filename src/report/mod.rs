//! `report.html`: one self-contained page that opens offline in any browser.

mod card_page;
mod card_pictures;
mod chart;
mod check_page;
mod delay_chart;
mod envelope_chart;
mod grid_chart;
mod grid_page;
mod ladder_chart;
mod latency_chart;
mod moments;
mod plot;
mod section;
mod soft_targets;
mod svg;
mod sweep_page;

pub use card_page::card_page;
pub use card_pictures::{disagreement_picture, similarity_matrix};
pub use check_page::check_page;
pub use delay_chart::{DelayRow, delay_chart};
pub use envelope_chart::{EnvelopeRow, envelope_chart};
pub use grid_page::grid_page;
pub use ladder_chart::ladder_chart;
pub use latency_chart::latency_chart;
pub use moments::hardest_braking;
pub use section::section;
pub use soft_targets::SoftTargets;
pub use svg::{kind_word, light_word};
pub use sweep_page::sweep_page;

use crate::record::RunRecord;
use crate::summary;

/// The page around sections of single runs, the comparison first.
pub fn page(records: &[RunRecord], sections: &[String]) -> String {
    let body = format!(
        "<h1>Understudy</h1><p>Who drove, who watched, and how it ended. Latencies are wall-clock inference times on this machine; \
         <em>applied</em> is the delay the run was given on the simulation clock.</p>\
         <pre>{runs}</pre><pre>{failures}</pre><pre>{networks}</pre>{sections}",
        runs = svg::escape(&summary::runs_table(records)),
        failures = svg::escape(&summary::failures(records)),
        networks = svg::escape(&networks(records)),
        sections = sections.join("\n"),
    );
    document("Understudy report", &body)
}

/// A whole page.
fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{title}</title><style>{style}</style><main>{body}</main></html>\n",
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

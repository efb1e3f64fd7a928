//! The page of a grid: the cause in words first, then every cell, then each story's cause.

use std::fmt::Write as _;

use super::document;
use super::grid_chart::grid_chart;
use super::svg::escape;
use crate::grid::cause::Cause;
use crate::grid::record::{GridRecord, NamedAttribution, StoryRecord};

/// The page.
pub fn grid_page(record: &GridRecord) -> String {
    let body = format!(
        "<h1>Why they drive differently from the {reference}</h1>{causes}\
         <p class=note>Points of the pass rate with 95 % intervals over stories and seeds. Quality: what changes with \
         the network at equal latency. Latency: what changes with the latency for the same network.</p>\
         <h2>Who passes what, and how late</h2><div class=wide>{chart}</div>{latencies}\
         <h2>Story by story</h2>{stories}<p class=note>Computed on {machine}.</p>",
        reference = escape(&record.reference),
        causes = causes(record),
        chart = grid_chart(record),
        latencies = latencies(record),
        stories = stories(record),
        machine = escape(&record.machine.cpu),
    );
    document("Understudy grid", &body)
}

/// One sentence each for every other contestant.
fn causes(record: &GridRecord) -> String {
    let mut html = String::new();
    for line in &record.over_stories {
        let _ = write!(
            html,
            "<p class=verdict>{}</p>",
            escape(&line.sentence(record))
        );
    }
    html
}

fn latencies(record: &GridRecord) -> String {
    let mut html =
        "<div class=wide><table class=runs><thead><tr><th>driver<th>latency<th class=n>passed\
                    <th class=n>frames dropped</thead><tbody>"
            .to_owned();
    for cell in &record.cells {
        let _ = write!(
            html,
            "<tr><td>{}<td>{}<td class=n>{} of {}<td class=n>{:.1} %</tr>",
            escape(&cell.driver),
            escape(&cell.latency),
            cell.passed,
            cell.runs,
            100.0 * cell.dropped_share
        );
    }
    html.push_str("</tbody></table></div>");
    html
}

fn stories(record: &GridRecord) -> String {
    let mut html =
        "<div class=wide><table class=runs><thead><tr><th>story<th>driver<th>cause<th>quality\
                    <th>latency<th>own beside own<th>look at a run</thead><tbody>"
            .to_owned();
    for story in &record.stories {
        for line in &story.attributions {
            html.push_str(&story_row(story, line));
        }
    }
    html.push_str("</tbody></table></div>");
    html
}

fn story_row(story: &StoryRecord, line: &NamedAttribution) -> String {
    let found = &line.attribution;
    let tone = match found.cause {
        Cause::Neither | Cause::NotEnoughEvidence => "",
        _ => "bad",
    };
    format!(
        "<tr><td title=\"{title}\">{name}<td>{driver}<td class='{tone}'>{cause}<td>{quality}<td>{latency}<td>{whole}\
         <td><code>{command}</code></tr>",
        title = escape(&story.title),
        name = escape(&story.scenario),
        driver = escape(&line.driver),
        cause = found.cause,
        quality = found.quality.words(),
        latency = found.latency.words(),
        whole = found.whole.words(),
        command = escape(line.command.as_deref().unwrap_or_default()),
    )
}

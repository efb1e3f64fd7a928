//! One run on the page: verdict, cause and cost, then its player.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;
use drive::time::Tick;

use super::SoftTargets;
use super::parting::{Parting, parting};
use super::player::player;
use super::svg::escape;
use crate::record::{NetworkRecord, Outcome, RunRecord};
use crate::table::{number, percent};
use crate::theatre::Played;

/// One run on the page, and its line in the overview.
#[derive(Debug, Clone)]
pub struct Section {
    html: String,
    row: String,
}

/// The section of the page's run with this number, with the soft targets of one pixel where both networks took part.
///
/// # Errors
/// When its data cannot be written.
pub fn section(
    played: &Played,
    soft_targets: Option<&SoftTargets>,
    number: usize,
) -> Result<Section> {
    let record = &played.record;
    let parting = parting(&played.episode.frames, &record.seats());
    let html = format!(
        "<section class=run><h2>{story}: {who}</h2><p class=setting>{title} Seed {seed}, latency {latency}{faults}.{events}</p>\
         <div class=answers>{verdict}{cause}{cost}</div>{player}{soft_targets}</section>",
        story = escape(&record.scenario),
        who = escape(&who(record)),
        title = escape(&sentence(&record.title)),
        seed = record.seed,
        latency = escape(&record.latency),
        faults = faults(record),
        events = events(record, number),
        verdict = verdict(record, number),
        cause = cause(played, parting.as_ref(), number),
        cost = cost(record),
        player = player(played, parting.as_ref(), number)?,
        soft_targets = soft_targets.map_or_else(String::new, SoftTargets::html),
    );
    let row = row(record, parting.as_ref(), number);
    Ok(Section { html, row })
}

/// The runs of a page in a table, when there are several.
pub(super) fn overview(sections: &[Section]) -> String {
    if sections.len() < 2 {
        return String::new();
    }
    let rows: String = sections
        .iter()
        .map(|section| section.row.as_str())
        .collect();
    format!(
        "<div class=wide><table class=runs><thead><tr><th>story</th><th>driver</th><th>verdict</th>\
         <th>first disagreement</th><th class=n>min TTC s</th><th class=n>braking m/s²</th><th class=n>score</th></tr></thead><tbody>{rows}\
         </tbody></table></div>"
    )
}

/// The sections one after the other.
pub(super) fn joined(sections: &[Section]) -> String {
    sections
        .iter()
        .map(|section| section.html.as_str())
        .collect()
}

fn row(record: &RunRecord, parting: Option<&Parting>, number_on_page: usize) -> String {
    let metrics = &record.metrics;
    format!(
        "<tr><td><a href='#run-{number_on_page}'>{}</a></td><td>{}</td><td>{}</td><td>{}</td>\
         <td class=n>{}</td><td class=n>{}</td><td class=n>{}</td></tr>",
        escape(&record.scenario),
        escape(&record.driver),
        verdict_word(record),
        parting.map_or_else(
            || if record.shadow.is_some() {
                "none"
            } else {
                "–"
            }
            .to_owned(),
            |parting| jump(
                number_on_page,
                parting.tick.0,
                &format!("{:.2} s", parting.tick.seconds())
            )
        ),
        number(metrics.min_ttc_s, 2),
        number(Some(metrics.max_decel_mps2), 1),
        number(Some(metrics.driving_score_v2_0), 0),
    )
}

fn who(record: &RunRecord) -> String {
    match &record.shadow {
        Some(shadow) => format!("{} drives, {shadow} watches", record.driver),
        None => format!("{} drives", record.driver),
    }
}

fn faults(record: &RunRecord) -> String {
    if record.faults.is_empty() {
        return String::new();
    }
    format!(
        ", faults laid over it: {}",
        escape(&record.faults.join(", "))
    )
}

/// When the storyboard's events began, each a link.
fn events(record: &RunRecord, run: usize) -> String {
    if record.events.is_empty() {
        return String::new();
    }
    let began = record.events.iter().map(|event| match event.began_s {
        Some(began_s) => {
            let tick = Tick::nearest(began_s);
            let when = jump(run, tick.0, &format!("at {began_s:.2} s"));
            format!("{} {when}", escape(&event.name))
        }
        None => format!("{} never", escape(&event.name)),
    });
    let began: Vec<String> = began.collect();
    format!(" Events: {}.", began.join(", "))
}

/// A link that shows a tick in a run's player.
fn jump(run: usize, tick: u64, words: &str) -> String {
    format!(
        "<a class=jump href='#run-{run}@{tick}'>{}</a>",
        escape(words)
    )
}

/// The verdict as a word with a sign, so that it is not told by colour alone.
fn verdict_word(record: &RunRecord) -> String {
    let (tone, sign) = match record.verdict {
        Outcome::Pass => ("good", "✓"),
        Outcome::Fail => ("bad", "✗"),
    };
    format!("<span class={tone}>{sign} {}</span>", record.verdict.word())
}

fn verdict(record: &RunRecord, run: usize) -> String {
    let mut html = format!(
        "<div><h3>Verdict</h3><p class=verdict>{}</p>",
        verdict_word(record)
    );
    for failure in &record.failures {
        let when = format!("see {:.2} s", failure.tick.seconds());
        let _ = write!(
            html,
            "<p>{} {}</p>",
            escape(&sentence(&failure.text)),
            jump(run, failure.tick.0, &when)
        );
    }
    if record.failures.is_empty() {
        html.push_str("<p>Every criterion of the story held.</p>");
    }
    html + "</div>"
}

fn cause(played: &Played, parting: Option<&Parting>, run: usize) -> String {
    let record = &played.record;
    let mut html = String::from("<div><h3>Cause</h3>");
    match (parting, &record.shadow) {
        (Some(parting), _) => {
            let when = format!("First disagreement at {:.2} s", parting.tick.seconds());
            let _ = write!(
                html,
                "<p>{}: {}; {}.</p><p><b>{}</b> {}</p>",
                jump(run, parting.tick.0, &when),
                escape(&parting.decisions[0]),
                escape(&parting.decisions[1]),
                escape(&sentence(&parting.reason)),
                escape(&sentence(&parting.sequel)),
            );
        }
        (None, Some(shadow)) => {
            let _ = write!(
                html,
                "<p>{} and {} decide alike throughout.</p>",
                escape(&record.driver),
                escape(shadow)
            );
        }
        (None, None) => {
            html.push_str(&decided_at_failures(played));
            html.push_str(
                "<p>Nobody watches: drive it again with <code>--shadow teacher</code> to see who decides differently.</p>",
            );
        }
    }
    html + "</div>"
}

/// What the driver was about when the run failed.
fn decided_at_failures(played: &Played) -> String {
    let record = &played.record;
    let ticks: BTreeSet<Tick> = record.failures.iter().map(|failure| failure.tick).collect();
    let words = ticks.into_iter().filter_map(|tick| {
        let frames = played.episode.frames.iter();
        let frame = frames.rev().find(|frame| frame.tick <= tick)?;
        let decision = &frame.seats.first()?.decision;
        Some(format!(
            "<p>At {:.2} s {} decides: {}.</p>",
            tick.seconds(),
            escape(&record.driver),
            escape(&crate::words::decision(decision)),
        ))
    });
    words.collect()
}

fn cost(record: &RunRecord) -> String {
    let metrics = &record.metrics;
    let impact = metrics
        .impact_speed_mps
        .map_or_else(String::new, |mps| format!(", impact at {mps:.1} m/s"));
    let mut rows = vec![
        (
            "smallest TTC",
            format!("{} s{impact}", number(metrics.min_ttc_s, 2)),
        ),
        (
            "hardest braking",
            format!("{:.1} m/s²", metrics.max_decel_mps2),
        ),
    ];
    rows.push((
        "driving score",
        format!("{:.0} of 100", metrics.driving_score_v2_0),
    ));
    if record.agreement.is_some() {
        rows.push(("decided alike", percent(record.agreement)));
    }
    let each = |words: &dyn Fn(&NetworkRecord) -> Option<String>| -> Vec<String> {
        let networks = record.networks.iter();
        networks
            .filter_map(|(name, network)| Some(format!("{name} {}", words(network)?)))
            .collect()
    };
    let fixed = each(&|network| Some(format!("{:.0} ms", network.applied_latency_ms?)));
    let dropped = each(&|network| {
        let offered = network.frames + network.dropped;
        Some(format!("{} of {offered}", network.dropped))
    });
    for (what, words) in [("a frame takes", fixed), ("dropped", dropped)] {
        if !words.is_empty() {
            rows.push((what, words.join(", ")));
        }
    }
    let mut html = String::from("<div><h3>Cost</h3><dl>");
    for (what, much) in &rows {
        let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escape(what), escape(much));
    }
    html + "</dl></div>"
}

/// With a full stop and a capital.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str() + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_run_needs_no_overview() {
        let section = Section {
            html: "<section></section>".to_owned(),
            row: "<tr></tr>".to_owned(),
        };
        assert_eq!(overview(std::slice::from_ref(&section)), "");
        assert!(overview(&[section.clone(), section]).contains("<tr></tr><tr></tr>"));
    }

    #[test]
    fn words_of_stories_become_sentences() {
        assert_eq!(sentence("hit `walker`"), "Hit `walker`.");
        assert_eq!(sentence("A car cuts in."), "A car cuts in.");
    }
}

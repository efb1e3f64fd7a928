//! The page of a check: failures first, every run in a table, and what to type to see one.

use std::fmt::Write as _;

use super::document;
use super::svg::escape;
use crate::pack::judging::{JudgedRun, Standing};
use crate::pack::result::CheckRecord;
use crate::table::{number, percent};

/// The page.
pub fn check_page(record: &CheckRecord) -> String {
    let pack = &record.pack;
    let heading = format!("Understudy check: {}", pack.name);
    let body = format!(
        "<h1>{heading}</h1><p>{title} {cast}. {judge}</p><p class='verdict {tone}'>{sum}</p>{notes}{failures}{table}{commands}",
        heading = escape(&heading),
        title = escape(&pack.title),
        cast = escape(&capital(&pack.cast.sentence())),
        judge = if pack.has_baseline {
            "The baseline decides: a run must end as it did when it was blessed, every number within its \
             tolerance."
        } else {
            "The stories' criteria decide."
        },
        tone = if record.failed == 0 { "good" } else { "bad" },
        sum = escape(&record.sentence()),
        notes = notes(record),
        failures = failures(record),
        table = table(record),
        commands = commands(record),
    );
    document(&heading, &body)
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn notes(record: &CheckRecord) -> String {
    let mut html = String::new();
    let timing = record.timing.map(|timing| timing.sentence());
    for line in record.notes.iter().chain(&timing) {
        let _ = write!(html, "<p class=note>{}</p>", escape(line));
    }
    html
}

/// One section a failed run, with all that is wrong with it.
fn failures(record: &CheckRecord) -> String {
    let failed: Vec<&JudgedRun> = record
        .runs
        .iter()
        .filter(|run| !run.standing.is_held())
        .collect();
    if failed.is_empty() {
        return String::new();
    }
    let mut html = "<h2>What is not as it should be</h2>".to_owned();
    for run in failed {
        let _ = write!(
            html,
            "<section id='{id}'><h3><span class=bad>{word}</span> {id}</h3><p>{title}</p><ul>",
            id = escape(&run.id()),
            word = run.standing.word(),
            title = escape(&run.finished.run.title),
        );
        for finding in &run.findings {
            let _ = write!(html, "<li>{}</li>", escape(&finding.text));
        }
        let _ = write!(
            html,
            "</ul><pre>{}</pre></section>",
            escape(&run.repeat_command())
        );
    }
    html
}

fn table(record: &CheckRecord) -> String {
    let mut html = "<h2>Every run</h2><div class=wide><table class=runs><thead><tr><th>story<th class=n>seed<th>result\
                    <th class=n>score<th class=n>min TTC s<th class=n>min gap m<th class=n>braking m/s²\
                    <th class=n>lane error m<th class=n>agreement</thead><tbody>"
        .to_owned();
    for run in record.failures_first() {
        html.push_str(&row(run));
    }
    html.push_str("</tbody></table></div>");
    html
}

fn row(run: &JudgedRun) -> String {
    let (record, metrics) = (&run.finished.run, &run.finished.run.metrics);
    let word = run.standing.word();
    let result = match run.standing {
        Standing::Pass => format!("<span class=good>{word}</span>"),
        Standing::ExpectedFail => {
            let failures = record.failures.iter();
            let texts: Vec<&str> = failures.map(|failure| failure.text.as_str()).collect();
            format!(
                "<span title=\"{}\">{word}</span>",
                escape(&texts.join("\n"))
            )
        }
        _ => format!("<a class=bad href='#{}'>{word}</a>", escape(&run.id())),
    };
    let cells = [
        number(Some(metrics.driving_score_v2_0), 1),
        number(metrics.min_ttc_s, 2),
        number(metrics.min_gap_m, 2),
        number(Some(metrics.max_decel_mps2), 1),
        number(Some(metrics.lane_error_m), 2),
        percent(record.agreement),
    ];
    format!(
        "<tr><td>{story}<td class=n>{seed}<td>{result}<td class=n>{cells}</tr>",
        story = escape(&record.scenario),
        seed = record.seed,
        cells = cells.join("<td class=n>"),
    )
}

/// How to see any run.
fn commands(record: &CheckRecord) -> String {
    let Some(run) = record.failures_first().next() else {
        return String::new();
    };
    format!(
        "<h2>Look at a run</h2><p>With its pictures, its charts and its trace:</p><pre>{}</pre>",
        escape(&run.repeat_command())
    )
}

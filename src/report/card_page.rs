//! A student's report card as a page: the verdict, what it kept, how true it is, what it costs, where it fails.

use distill::evaluate::{Evaluation, MACRO, macro_figure};
use drive::labels::Class;

use super::document;
use super::svg::escape;
use super::sweep_page::{standing_cells, words};
use super::table::table;
use crate::evaluation::card::ENTRANTS;
use crate::evaluation::{Contestant, ReportCard};
use crate::grid::record::{GridRecord, NamedAttribution};

/// The page. `driving` is what a grid found, `pictures` the disagreements as HTML, `explanation` the soft targets in
/// detail.
pub fn card_page(
    card: &ReportCard,
    driving: Option<&GridRecord>,
    pictures: &[String],
    explanation: Option<&str>,
) -> String {
    let body = format!(
        "<h1>The student's report card</h1>{verdict}{heads}<h2>What it costs</h2>{costs}\
         <h2>How it drives</h2>{driving}<h2>How true it is to its teacher</h2>{fidelity}\
         <h2>How far its confidence can be believed</h2>{calibration}<h2>Class by class</h2>{classes}\
         <h2>By weather, light and what was held out</h2>{slices}{explanation}\
         <h2>The worst disagreements</h2>{pictures}",
        verdict = verdict(card),
        heads = heads(card),
        costs = costs(card),
        driving = driving.map_or_else(no_driving, how_it_drives),
        fidelity = fidelity(card),
        calibration = calibration(card),
        classes = classes(card),
        slices = slices(card),
        explanation = explanation.unwrap_or_default(),
        pictures = pictures.concat(),
    );
    document("Understudy report card", &body)
}

fn verdict(card: &ReportCard) -> String {
    let all = &card.standings[MACRO];
    let gain = all.gain.map_or_else(String::new, |gain| {
        format!(
            " The teacher's soft targets add {} points to the same student on hard labels.",
            words(gain)
        )
    });
    format!(
        "<p class=verdict>It keeps {:.1} % of its teacher's figures, {:.1} % in its worst head.{gain}</p>\
         <p class=note>{} frames of {} worlds that nobody learned from; 95 % intervals over worlds drawn again.</p>",
        100.0 * card.retention_macro,
        100.0 * card.retention_worst,
        card.frames,
        card.worlds,
    )
}

fn heads(card: &ReportCard) -> String {
    table(
        1,
        &[
            "head",
            "who never looks",
            "teacher",
            "student",
            "hard labels",
            "retention",
            "above the floor",
            "gain",
        ],
        card.standings.iter().map(standing_cells),
    )
}

/// The networks, the teacher first.
fn in_order(card: &ReportCard) -> impl Iterator<Item = (&String, &Contestant)> {
    ENTRANTS
        .iter()
        .filter_map(|who| card.networks.get_key_value(&*who.name()))
}

fn costs(card: &ReportCard) -> String {
    let row = |(name, network): (&String, &Contestant)| {
        let latency = |index: usize| {
            network
                .latency_ms
                .map_or_else(String::new, |ms: [f64; 2]| format!("{:.2}", ms[index]))
        };
        let sees = macro_figure(&network.evaluation.heads);
        vec![
            escape(name),
            format!("{:.1}", 100.0 * sees),
            network.parameters.to_string(),
            format!("{:.3}", network.flops as f64 / 1e9),
            format!("{:.2}", network.bytes as f64 / 1e6),
            format!("{:.2}", network.memory_bytes as f64 / 1e6),
            latency(0),
            latency(1),
            format!("{:.2}", network.training_operations / 1e15),
        ]
    };
    table(
        1,
        &[
            "network",
            "mean over the heads",
            "parameters",
            "G operations a frame",
            "MB of weights",
            "MB of memory",
            "p50 ms",
            "p99 ms",
            "P operations of training",
        ],
        in_order(card).map(row),
    ) + "<p class=note>Latencies are the recorded ones: one thread, the renderer beside it. Memory is what weights \
         and activations take while it runs, in whatever numbers. A student's training does \
         not count its teacher's.</p>"
}

fn no_driving() -> String {
    "<p>No grid was named. <code>understudy grid --driver teacher,student,hard_label_student --out runs/grid</code> \
     drives, and <code>understudy evaluate --driving runs/grid/grid.json</code> puts it here.</p>"
        .to_owned()
}

fn how_it_drives(grid: &GridRecord) -> String {
    let sentence =
        |line| "<p>".to_owned() + &escape(&NamedAttribution::sentence(line, grid)) + "</p>";
    let sentences: String = grid.over_stories.iter().map(sentence).collect();
    let rows = grid.cells.iter().map(|cell| {
        vec![
            escape(&cell.driver),
            escape(&cell.latency),
            format!("{} of {}", cell.passed, cell.runs),
            format!("{:.1} %", cell.percent()),
            format!("{:.1} %", 100.0 * cell.dropped_share),
        ]
    });
    sentences
        + &table(
            1,
            &["driver", "latency", "passed", "share", "frames dropped"],
            rows,
        )
}

fn fidelity(card: &ReportCard) -> String {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let row = |(name, head): (&String, &crate::evaluation::card::HeadCard)| {
        let found = &head.fidelity;
        vec![
            escape(name),
            percent(found.agreement),
            format!("{:.3}", found.kl),
            percent(found.negative_flips),
            found.error_inheritance.map_or_else(String::new, percent),
        ]
    };
    table(
        1,
        &[
            "head",
            "same top class",
            "KL in nats",
            "negative flips",
            "errors inherited",
        ],
        card.heads.iter().map(row),
    ) + "<p class=note>Negative flips: right in the teacher, wrong in the student. Errors inherited: of the positions \
         wrong in the teacher and right in the student on hard labels, those where the student says what the teacher \
         says.</p>"
}

fn calibration(card: &ReportCard) -> String {
    let mut heading = vec!["head"];
    heading.extend(in_order(card).map(|(name, _)| name.as_str()));
    let row = |head: &String| {
        let mut cells = vec![escape(head)];
        for (_, network) in in_order(card) {
            let raw = network.evaluation.calibration.get(head);
            let raw = raw.map_or(0.0, |found| found.expected_calibration_error);
            let after = network.calibrated.get(head).copied().unwrap_or(0.0);
            cells.push(format!(
                "{:.1} <small>{:.1}</small>",
                100.0 * raw,
                100.0 * after
            ));
        }
        cells
    };
    table(1, &heading, card.heads.keys().map(row))
        + "<p class=note>Expected calibration error in points, 15 bins; small: after one temperature for the head, \
           found on validation worlds. Who gains calibration by distillation must beat the small number of the student \
           on hard labels.</p>"
}

fn classes(card: &ReportCard) -> String {
    let columns = ["teacher", "student", "hard_label_student"];
    let of = |name: &str, figure: &dyn Fn(&Evaluation) -> Option<f64>| {
        let found = card
            .networks
            .get(name)
            .and_then(|network| figure(&network.evaluation));
        found.map_or_else(String::new, |value| format!("{:.1}", 100.0 * value))
    };
    let row = |name: String, figure: &dyn Fn(&Evaluation) -> Option<f64>| {
        let mut cells = vec![name];
        cells.extend(columns.map(|column| of(column, figure)));
        cells
    };
    let mut rows: Vec<Vec<String>> = Class::ALL
        .iter()
        .map(|&class| {
            let word = class.word();
            row(format!("{word}, IoU"), &|e| {
                e.segmentation.iou.get(word).copied()
            })
        })
        .collect();
    for kind in ["car", "truck", "pedestrian", "cyclist"] {
        rows.push(row(format!("{kind}, F1"), &|e| {
            e.objects.by_class.get(kind).map(|d| d.f1)
        }));
    }
    for band in ["0-15 m", "15-30 m", "30-50 m", "50-80 m"] {
        rows.push(row(format!("road users {band}, F1"), &|e| {
            e.objects.by_distance.get(band).map(|d| d.f1)
        }));
    }
    rows.push(row("red lights, recall".to_owned(), &|e| {
        e.light.red_recall
    }));
    table(
        1,
        &["class", "teacher", "student", "hard labels"],
        rows.into_iter(),
    )
}

fn slices(card: &ReportCard) -> String {
    let slice_of = |name: &str, slice: &str| -> Option<f64> {
        let figures = card.networks.get(name)?.evaluation.slices.get(slice)?;
        Some(macro_figure(figures))
    };
    let Some(teacher) = card.networks.get("teacher") else {
        return String::new();
    };
    let rows = teacher.evaluation.slices.keys().map(|slice| {
        let cell =
            |name| slice_of(name, slice).map_or_else(String::new, |v| format!("{:.1}", 100.0 * v));
        let kept = slice_of("student", slice).zip(slice_of("teacher", slice));
        vec![
            escape(slice),
            cell("teacher"),
            cell("student"),
            cell("hard_label_student"),
            kept.map_or_else(String::new, |(s, t)| format!("{:.1} %", 100.0 * s / t)),
        ]
    });
    table(
        1,
        &["worlds", "teacher", "student", "hard labels", "retention"],
        rows,
    ) + "<p class=note>Mean over the heads, in points of a hundred.</p>"
}

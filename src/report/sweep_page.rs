//! The page of a sweep: what the chosen few gained, then every axis as a plot.

use distill::evaluate::{Estimate, MACRO, Standing};
use distill::sweep::{AxisSummary, FinalsSummary, PlaceSummary, Summary};

use super::document;
use super::plot::{Across, Level, Mark, Plot, Series};
use super::svg::escape;
use super::table::table;

/// The page.
pub fn sweep_page(summary: &Summary) -> String {
    let plots: String = summary
        .axes
        .iter()
        .filter(|axis| !axis.places.is_empty())
        .flat_map(|axis| plots_of(axis, summary))
        .map(|plot| "<figure>".to_owned() + &plot.svg() + "</figure>")
        .collect();
    let body = format!(
        "<h1>What decides distillation</h1>{finals}<h2>One axis at a time</h2>\
         <p class=note>Mean over the eight heads on validation worlds, in points of a hundred, one short training each; \
         lines are 95 % intervals over worlds drawn again. The teacher has {teacher:.1}, who never looks \
         {floor:.1}.</p><div class=plots>{plots}</div>{numbers}",
        finals = summary.finals.as_ref().map_or_else(String::new, finals),
        teacher = 100.0 * summary.teacher.value,
        floor = 100.0 * summary.floor,
        numbers = numbers(summary),
    );
    document("Understudy sweep", &body)
}

/// The plots of an axis: the score, what the teacher adds where that is known, and cost for sizes.
fn plots_of(axis: &AxisSummary, summary: &Summary) -> Vec<Plot> {
    let mut plots = vec![score_plot(axis, summary)];
    if axis.places.iter().any(|place| place.gain.is_some()) {
        plots.push(gain_plot(axis));
    }
    if axis.name == "size of the student" {
        plots.push(cost_plot(axis, summary));
    }
    plots
}

/// Where a place lies across, and how places lie apart.
fn across(axis: &AxisSummary) -> (Across, Vec<f64>) {
    let values: Option<Vec<f64>> = axis.places.iter().map(|place| place.value).collect();
    match values {
        Some(values) if values.iter().all(|&value| value > 0.0) => (Across::Logarithmic, values),
        _ => (
            Across::Even,
            (0..axis.places.len()).map(|i| i as f64).collect(),
        ),
    }
}

fn score_plot(axis: &AxisSummary, summary: &Summary) -> Plot {
    let (kind, at) = across(axis);
    let of = |figure: &dyn Fn(&PlaceSummary) -> Option<Estimate>| -> Vec<(f64, Estimate)> {
        let places = at.iter().zip(&axis.places);
        places
            .filter_map(|(&x, place)| Some((x, points(figure(place)?))))
            .collect()
    };
    let mut series = vec![Series {
        name: "with the teacher",
        mark: Mark::Disc,
        points: of(&|place| Some(place.score)),
    }];
    let twins = of(&|place| place.hard_labels);
    if !twins.is_empty() {
        series.push(Series {
            name: "hard labels alone",
            mark: Mark::Square,
            points: twins,
        });
    } else if kind == Across::Even {
        series[0].name = "student";
    }
    Plot {
        title: format!("Score by {}", axis.name),
        across: (kind, axis.name.clone()),
        places: names(axis, &at),
        series,
        levels: vec![level("teacher", summary.teacher.value)],
    }
}

fn gain_plot(axis: &AxisSummary) -> Plot {
    let (kind, at) = across(axis);
    let gains = at.iter().zip(&axis.places);
    Plot {
        title: format!("What the teacher adds, by {}", axis.name),
        across: (kind, axis.name.clone()),
        places: names(axis, &at),
        series: vec![Series {
            name: "gain over hard labels",
            mark: Mark::Disc,
            points: gains
                .filter_map(|(&x, place)| Some((x, points(place.gain?))))
                .collect(),
        }],
        levels: vec![level("nothing gained", 0.0)],
    }
}

fn cost_plot(axis: &AxisSummary, summary: &Summary) -> Plot {
    let of = |figure: &dyn Fn(&PlaceSummary) -> Option<Estimate>| -> Vec<(f64, Estimate)> {
        let places = axis.places.iter();
        places
            .filter_map(|place| Some((place.latency_ms, points(figure(place)?))))
            .collect()
    };
    Plot {
        title: "Score by time of one frame".to_owned(),
        across: (
            Across::Logarithmic,
            "milliseconds, median, one thread".to_owned(),
        ),
        places: axis
            .places
            .iter()
            .map(|place| (place.latency_ms, format!("{:.2}", place.latency_ms)))
            .collect(),
        series: vec![
            Series {
                name: "with the teacher",
                mark: Mark::Disc,
                points: of(&|place| Some(place.score)),
            },
            Series {
                name: "hard labels alone",
                mark: Mark::Square,
                points: of(&|place| place.hard_labels),
            },
        ],
        levels: vec![level("teacher", summary.teacher.value)],
    }
}

fn names(axis: &AxisSummary, at: &[f64]) -> Vec<(f64, String)> {
    let places = at.iter().zip(&axis.places);
    places.map(|(&x, place)| (x, place.name.clone())).collect()
}

fn level(name: &str, value: f64) -> Level {
    Level {
        name: name.to_owned(),
        value: 100.0 * value,
    }
}

/// In points of a hundred.
pub(super) fn points(estimate: Estimate) -> Estimate {
    Estimate {
        value: 100.0 * estimate.value,
        low: 100.0 * estimate.low,
        high: 100.0 * estimate.high,
    }
}

/// An estimate in words, in points of a hundred.
pub(super) fn words(estimate: Estimate) -> String {
    let e = points(estimate);
    format!(
        "{:.1} <small>[{:.1}, {:.1}]</small>",
        e.value, e.low, e.high
    )
}

/// What the chosen few show on test worlds.
fn finals(finals: &FinalsSummary) -> String {
    let standings = &finals.standings;
    let of_all = &standings.heads[MACRO];
    let html = format!(
        "<p class=verdict>The student keeps {retention} % of the teacher's figures (worst head {worst} %), and the \
         teacher's soft targets add {gain} points to the same student on hard labels.</p>\
         <p class=note>Test worlds, {seeds} seeds; 95 % intervals over worlds and seeds drawn again.</p>",
        retention = words(standings.retention_macro),
        worst = words(standings.retention_worst),
        gain = of_all.gain.map_or_else(|| "no known".to_owned(), words),
        seeds = finals.seeds,
    );
    let row = |(name, standing): (&String, &Standing)| {
        let mut cells = standing_cells((name, standing));
        let over_argmax = standing.gain_over_argmax;
        cells.push(over_argmax.map_or_else(String::new, words));
        cells
    };
    let heading = [
        "head",
        "who never looks",
        "teacher",
        "student",
        "hard labels",
        "retention",
        "above the floor",
        "gain",
        "gain over the argmax",
    ];
    html + &table(1, &heading, standings.heads.iter().map(row))
}

/// A head's row: who never looks, teacher, student, hard labels, retention, above the floor, gain.
pub(super) fn standing_cells((name, head): (&String, &Standing)) -> Vec<String> {
    vec![
        escape(name),
        format!("{:.1}", 100.0 * head.floor),
        words(head.teacher),
        words(head.student),
        head.hard_labels.map_or_else(String::new, words),
        words(head.retention),
        head.retention_above_floor.map_or_else(String::new, words),
        head.gain.map_or_else(String::new, words),
    ]
}

/// Every place in numbers.
fn numbers(summary: &Summary) -> String {
    let places = summary.axes.iter().flat_map(|axis| {
        let name = escape(&axis.name);
        axis.places.iter().map(move |place| (name.clone(), place))
    });
    let row = |(axis, place): (String, &PlaceSummary)| {
        vec![
            axis,
            escape(&place.name),
            words(place.score),
            place.hard_labels.map_or_else(String::new, words),
            place.gain.map_or_else(String::new, words),
            place.parameters.to_string(),
            format!("{:.2}", place.latency_ms),
            format!("{:.1}", place.training_s / 60.0),
        ]
    };
    let heading = [
        "axis",
        "place",
        "score",
        "hard labels",
        "gain",
        "parameters",
        "ms a frame",
        "minutes of training",
    ];
    "<h2>In numbers</h2>".to_owned() + &table(2, &heading, places.map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64) -> Estimate {
        Estimate {
            value,
            low: value - 0.01,
            high: value + 0.01,
        }
    }

    #[test]
    fn an_axis_with_twins_shows_what_the_teacher_adds() {
        let place = |name: &str, value: f64| PlaceSummary {
            name: name.to_owned(),
            value: Some(value),
            score: estimate(0.7),
            hard_labels: Some(estimate(0.65)),
            gain: Some(estimate(0.05)),
            parameters: 187_511,
            latency_ms: 1.5,
            training_s: 120.0,
        };
        let summary = Summary {
            teacher: estimate(0.8),
            floor: 0.2,
            axes: vec![AxisSummary {
                name: "share of labelled worlds".into(),
                places: vec![place("0.05", 0.05), place("1", 1.0)],
            }],
            finals: None,
        };
        let page = sweep_page(&summary);
        assert_eq!(page.matches("<svg").count(), 2);
        assert!(page.contains("5.0 <small>[4.0, 6.0]"), "{page}");
    }
}

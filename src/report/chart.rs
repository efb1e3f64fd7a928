//! Charts: lines over time, as SVG.

use std::fmt::Write as _;

use super::svg::escape;

/// One line of a chart.
pub(super) struct Series<'a> {
    /// What it shows.
    pub(super) name: &'a str,
    /// CSS class that colours it.
    pub(super) class: &'a str,
    /// (time in seconds, value); gaps are breaks in the line.
    pub(super) points: Vec<(f64, Option<f64>)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 120.0;
const MARGIN_LEFT: f64 = 38.0;
const MARGIN_BOTTOM: f64 = 16.0;

/// A chart of lines over time. `unit` names the vertical axis.
pub(super) fn chart(title: &str, unit: &str, series: &[Series<'_>]) -> String {
    let scale = Scale::around(series);
    let mut svg = format!(
        "<figure><figcaption>{} ({})</figcaption><svg class=chart viewBox='0 -8 {WIDTH} {}'>",
        escape(title),
        escape(unit),
        HEIGHT + 8.0
    );
    svg.push_str(&scale.axes());
    for line in series {
        svg.push_str(&polylines(line, &scale));
    }
    svg.push_str("</svg><p class=legend>");
    for line in series {
        let _ = write!(
            svg,
            "<span class='{}'>{}</span> ",
            line.class,
            escape(line.name)
        );
    }
    svg.push_str("</p></figure>");
    svg
}

/// How times and values map to the drawing.
struct Scale {
    low: f64,
    high: f64,
    end_s: f64,
}

impl Scale {
    /// The scale that holds every point; zero is always in sight.
    fn around(series: &[Series<'_>]) -> Self {
        let points = || series.iter().flat_map(|line| &line.points);
        let values = || points().filter_map(|point| point.1);
        let low = values().fold(0.0, f64::min);
        Self {
            low,
            high: values().fold(low + 1.0, f64::max),
            end_s: points().map(|point| point.0).fold(1.0, f64::max),
        }
    }

    fn place(&self, time_s: f64, value: f64) -> (f64, f64) {
        let x = MARGIN_LEFT + (WIDTH - MARGIN_LEFT) * time_s / self.end_s;
        let y = (HEIGHT - MARGIN_BOTTOM) * (1.0 - (value - self.low) / (self.high - self.low));
        (x, y)
    }

    fn axes(&self) -> String {
        let mut svg = String::new();
        for value in [self.low, self.high] {
            let y = self.place(0.0, value).1;
            let _ = write!(
                svg,
                "<line class=grid x1='{MARGIN_LEFT}' y1='{y:.1}' x2='{WIDTH}' y2='{y:.1}'/>\
                 <text class=axis x='2' y='{:.1}'>{value:.1}</text>",
                y + 4.0
            );
        }
        let _ = write!(
            svg,
            "<text class=axis x='{:.1}' y='{HEIGHT}' text-anchor=end>{:.0} s</text>",
            WIDTH - 2.0,
            self.end_s
        );
        svg
    }
}

fn polylines(line: &Series<'_>, scale: &Scale) -> String {
    let mut svg = String::new();
    for points in unbroken(&line.points) {
        let drawn: Vec<String> = points
            .iter()
            .map(|&(time_s, value)| scale.place(time_s, value))
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = write!(
            svg,
            "<polyline class='line {}' points='{}'/>",
            line.class,
            drawn.join(" ")
        );
    }
    svg
}

fn unbroken(points: &[(f64, Option<f64>)]) -> Vec<Vec<(f64, f64)>> {
    points
        .split(|point| point.1.is_none())
        .filter(|part| part.len() > 1)
        .map(|part| {
            part.iter()
                .filter_map(|&(time_s, value)| value.map(|value| (time_s, value)))
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_a_series_breaks_its_line() {
        let lines = unbroken(&[
            (0.0, Some(1.0)),
            (1.0, Some(1.0)),
            (2.0, None),
            (3.0, Some(2.0)),
            (4.0, Some(2.0)),
        ]);
        assert_eq!(lines.len(), 2);
    }
}

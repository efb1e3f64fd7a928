//! A plot of points with intervals, and of levels as lines across it.

use std::fmt::Write as _;

use distill::evaluate::Estimate;

use super::svg::{escape, text};

const WIDTH_PX: f64 = 560.0;
const HEIGHT_PX: f64 = 330.0;
const LEFT_PX: f64 = 56.0;
const RIGHT_PX: f64 = 470.0;
const TOP_PX: f64 = 62.0;
const BOTTOM_PX: f64 = 276.0;
/// Room between the frame and the outermost places.
const INSET_PX: f64 = 28.0;
/// Steps between two marks of the upright axis, in points.
const MARKS: [f64; 7] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// How many marks the upright axis has at most.
const MOST_MARKS: f64 = 7.0;

/// How a series is drawn: by shape as well as by colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A full blue disc.
    Disc,
    /// An open orange square.
    Square,
}

/// Points of one kind.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) mark: Mark,
    /// Place across, and the figure in points of a hundred.
    pub(super) points: Vec<(f64, Estimate)>,
}

/// A level that everything is compared with.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) name: String,
    pub(super) value: f64,
}

/// How far apart places across lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Across {
    /// One after the other, evenly.
    Even,
    /// By the logarithm of their value.
    Logarithmic,
}

/// A plot.
#[derive(Debug, Clone)]
pub(super) struct Plot {
    pub(super) title: String,
    /// What lies across.
    pub(super) across: (Across, String),
    /// Names of places across.
    pub(super) places: Vec<(f64, String)>,
    pub(super) series: Vec<Series>,
    pub(super) levels: Vec<Level>,
}

impl Plot {
    /// The plot as SVG.
    pub(super) fn svg(&self) -> String {
        let mut svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH_PX} {HEIGHT_PX}' width='{WIDTH_PX}' \
             height='{HEIGHT_PX}' font-family='sans-serif' font-size='11' role='img'><title>{title}</title>\
             <rect width='100%' height='100%' fill='#fff'/>",
            title = escape(&self.title)
        );
        text(
            &mut svg,
            [12.0, 20.0],
            "font-size='14' font-weight='bold'",
            &self.title,
        );
        self.legend(&mut svg);
        let frame = self.frame();
        self.marks(&mut svg, &frame);
        for level in &self.levels {
            let y = frame.y(level.value);
            let _ = write!(
                svg,
                "<path d='M{LEFT_PX} {y:.1}H{RIGHT_PX}' stroke='#555' stroke-dasharray='5 4'/>"
            );
            text(
                &mut svg,
                [RIGHT_PX + 6.0, y + 4.0],
                "fill='#555'",
                &level.name,
            );
        }
        for series in &self.series {
            draw(&mut svg, series, &frame);
        }
        svg.push_str("</svg>");
        svg
    }

    fn legend(&self, svg: &mut String) {
        for (index, series) in self.series.iter().enumerate() {
            let x = 18.0 + 150.0 * index as f64;
            mark(svg, series.mark, [x, 38.0]);
            text(svg, [x + 10.0, 42.0], "", series.name);
        }
    }

    /// Marks and their names on both axes.
    fn marks(&self, svg: &mut String, frame: &Frame) {
        let _ = write!(
            svg,
            "<path d='M{LEFT_PX} {TOP_PX}V{BOTTOM_PX}H{RIGHT_PX}' fill='none' stroke='#999'/>"
        );
        let range = frame.high - frame.low;
        let step = MARKS
            .into_iter()
            .find(|step| range / step <= MOST_MARKS)
            .unwrap_or(20.0);
        let mut value = (frame.low / step).ceil() * step;
        while value <= frame.high {
            let y = frame.y(value);
            let _ = write!(
                svg,
                "<path d='M{LEFT_PX} {y:.1}H{RIGHT_PX}' stroke='#eee'/>"
            );
            // Adding zero turns a negative one into the usual one.
            let words = format!(
                "{:.*}",
                usize::from(step < 1.0),
                (value / step).round() * step + 0.0
            );
            text(svg, [LEFT_PX - 6.0, y + 4.0], "text-anchor='end'", &words);
            value += step;
        }
        for (place, name) in &self.places {
            let x = frame.x(*place);
            let _ = write!(svg, "<path d='M{x:.1} {BOTTOM_PX}v4' stroke='#999'/>");
            text(svg, [x, BOTTOM_PX + 17.0], "text-anchor='middle'", name);
        }
        let middle = f64::midpoint(LEFT_PX, RIGHT_PX);
        text(
            svg,
            [middle, BOTTOM_PX + 38.0],
            "text-anchor='middle' fill='#555'",
            &self.across.1,
        );
    }

    fn frame(&self) -> Frame {
        let ends = self
            .series
            .iter()
            .flat_map(|series| &series.points)
            .flat_map(|(_, e)| [e.low, e.high]);
        let values: Vec<f64> = ends
            .chain(self.levels.iter().map(|level| level.value))
            .collect();
        let places: Vec<f64> = self.places.iter().map(|(place, _)| *place).collect();
        let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let spare = 0.06 * (most(&values) - least(&values)).max(0.5);
        Frame {
            low: least(&values) - spare,
            high: most(&values) + spare,
            first: least(&places),
            last: most(&places),
            across: self.across.0,
        }
    }
}

/// What the edges stand for.
struct Frame {
    low: f64,
    high: f64,
    first: f64,
    last: f64,
    across: Across,
}

impl Frame {
    fn x(&self, place: f64) -> f64 {
        let scaled = |value: f64| match self.across {
            Across::Even => value,
            Across::Logarithmic => drive::math::ln(value),
        };
        let (first, last) = (scaled(self.first), scaled(self.last));
        let share = if last > first {
            (scaled(place) - first) / (last - first)
        } else {
            0.5
        };
        LEFT_PX + INSET_PX + share * (RIGHT_PX - LEFT_PX - 2.0 * INSET_PX)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM_PX - (value - self.low) / (self.high - self.low) * (BOTTOM_PX - TOP_PX)
    }
}

/// A series: its intervals, and a mark at each figure.
fn draw(svg: &mut String, series: &Series, frame: &Frame) {
    // Side by side, so that intervals at one place do not hide each other.
    let aside = match series.mark {
        Mark::Disc => -4.0,
        Mark::Square => 4.0,
    };
    for (place, estimate) in &series.points {
        let (x, y) = (frame.x(*place) + aside, frame.y(estimate.value));
        let (low, high) = (frame.y(estimate.low), frame.y(estimate.high));
        let colour = colour(series.mark);
        let _ = write!(
            svg,
            "<g><title>{name}: {value:.2} ({l:.2} to {h:.2})</title>\
             <path d='M{x:.1} {low:.1}V{high:.1}' stroke='{colour}' stroke-width='1.5'/>",
            name = series.name,
            value = estimate.value,
            l = estimate.low,
            h = estimate.high,
        );
        mark(svg, series.mark, [x, y]);
        svg.push_str("</g>");
    }
}

fn colour(mark: Mark) -> &'static str {
    match mark {
        Mark::Disc => "#1f5f99",
        Mark::Square => "#b3590a",
    }
}

fn mark(svg: &mut String, mark: Mark, [x, y]: [f64; 2]) {
    let colour = colour(mark);
    let _ = match mark {
        Mark::Disc => write!(
            svg,
            "<circle cx='{x:.1}' cy='{y:.1}' r='4.5' fill='{colour}'/>"
        ),
        Mark::Square => write!(
            svg,
            "<rect x='{:.1}' y='{:.1}' width='8' height='8' fill='#fff' stroke='{colour}' stroke-width='1.8'/>",
            x - 4.0,
            y - 4.0
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_figures_lie_higher_and_logarithms_are_even() {
        let estimate = |value| Estimate {
            value,
            low: value - 1.0,
            high: value + 1.0,
        };
        let plot = Plot {
            title: "Score".into(),
            across: (Across::Logarithmic, "temperature".into()),
            places: [1.0, 2.0, 4.0].map(|t| (t, t.to_string())).into(),
            series: vec![Series {
                name: "with the teacher",
                mark: Mark::Disc,
                points: vec![(1.0, estimate(70.0)), (4.0, estimate(75.0))],
            }],
            levels: vec![Level {
                name: "teacher".into(),
                value: 80.0,
            }],
        };
        let frame = plot.frame();
        assert!(frame.y(75.0) < frame.y(70.0) && frame.y(80.0) > TOP_PX);
        let between = frame.x(2.0) - frame.x(1.0);
        assert!((frame.x(4.0) - frame.x(2.0) - between).abs() < 1e-9);
        assert_eq!(plot.svg().matches("<circle").count(), 2 + 1);
    }
}

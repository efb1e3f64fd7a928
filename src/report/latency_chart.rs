//! Recorded latencies as a picture: a line from the median to the 99th percentile of each profile, and its largest
//! sample as a tick.

use std::fmt::Write as _;

use drive::latency::LatencyProfile;

use super::svg::escape;

const ROW_PX: f64 = 22.0;
const TOP_PX: f64 = 26.0;
const LEFT_PX: f64 = 330.0;
const WIDTH_PX: f64 = 960.0;
/// The axis spans these milliseconds, each decade as wide as the next.
const AXIS_MS: (f64, f64) = (0.1, 1000.0);
const TICKS_MS: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1000.0];

/// One row a profile, on a logarithmic axis of milliseconds.
pub fn latency_chart(profiles: &[LatencyProfile]) -> String {
    let height = TOP_PX + ROW_PX * (profiles.len() as f64 + 0.5);
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH_PX} {height}' font-family='sans-serif' \
         font-size='12' role='img'><title>Latency of single frames: median to 99th percentile, largest</title>\
         <rect width='100%' height='100%' fill='#fff'/>"
    );
    for tick in TICKS_MS {
        let x = x_px(tick);
        let _ = write!(
            svg,
            "<path d='M{x:.1} {TOP_PX}V{height}' stroke='#ddd'/><text x='{x:.1}' y='16' \
             text-anchor='middle' fill='#555'>{tick} ms</text>"
        );
    }
    for (index, profile) in profiles.iter().enumerate() {
        row(&mut svg, profile, TOP_PX + ROW_PX * (index as f64 + 0.75));
    }
    svg.push_str("</svg>\n");
    svg
}

fn row(svg: &mut String, profile: &LatencyProfile, y: f64) {
    let of = |percent| profile.percentile_ms(percent).map(x_px);
    let (Some(median), Some(late), Some(largest)) = (of(50.0), of(99.0), of(100.0)) else {
        return;
    };
    let name = match &profile.conditions {
        Some(conditions) => format!("{}, {conditions}", profile.network),
        None => profile.network.clone(),
    };
    let _ = write!(
        svg,
        "<text x='{label:.1}' y='{base:.1}' text-anchor='end'>{name}</text>\
         <path d='M{median:.1} {y:.1}H{late:.1}' stroke='#1f77b4' stroke-width='6'/>\
         <circle cx='{median:.1}' cy='{y:.1}' r='5' fill='#0b3c5d'/>\
         <path d='M{largest:.1} {top:.1}v10' stroke='#d62728' stroke-width='2'/>",
        label = LEFT_PX - 12.0,
        base = y + 4.0,
        top = y - 5.0,
        name = escape(&name),
    );
}

fn x_px(ms: f64) -> f64 {
    let share = |ms: f64| drive::math::ln(ms / AXIS_MS.0) / drive::math::ln(AXIS_MS.1 / AXIS_MS.0);
    LEFT_PX + (WIDTH_PX - LEFT_PX - 40.0) * share(ms).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_samples_lie_further_right_and_every_profile_has_its_name() {
        let profile = |network: &str, ms: f64| LatencyProfile {
            network: network.to_owned(),
            machine: "bench".to_owned(),
            conditions: Some("1 thread".to_owned()),
            scale: 1.0,
            samples_ms: vec![ms; 3],
        };
        let svg = latency_chart(&[profile("teacher", 8.0), profile("student", 0.6)]);
        assert!(svg.contains("teacher, 1 thread") && svg.contains("student, 1 thread"));
        assert!(x_px(8.0) > x_px(0.6));
    }
}

//! From the cells of a head's map to the head's logits, as ONNX nodes; the same as `nets::aggregate` computes.

use super::builder::Builder;
use super::messages::Attribute;
use crate::heads::Head;
use crate::nets::{Aggregation, BOUNDARIES, LANE_ROWS, MapSize};

/// Axis of the channels.
const CHANNELS: i64 = 1;
/// Axis of the rows.
const ROWS: i64 = 2;
/// Axis of the columns.
const COLUMNS: i64 = 3;

/// Turns the cells `[1, channels, rows, columns]` into the output of a head, `[1, positions, classes]`.
pub(super) fn logits(builder: &mut Builder, head: Head, cells: &str, size: MapSize) {
    let name = head.name();
    let flat = match Aggregation::of(head) {
        Aggregation::Cells => builder.node(
            (&format!("{name}.by_cell"), "Transpose"),
            &[cells],
            vec![Attribute::ints("perm", &[0, ROWS, COLUMNS, CHANNELS])],
        ),
        Aggregation::Rows => rows(builder, name, cells, size),
        Aggregation::Picture { none } => picture(builder, name, cells, (size, none)),
    };
    let dims = [1, head.positions(), head.classes()];
    builder.reshape(name, &flat, &dims);
    builder.output(name, &dims);
}

/// `[1, boundaries, rows, columns + 1]`: each row's columns, then the mean of what its cells say of "none".
fn rows(builder: &mut Builder, name: &str, cells: &str, size: MapSize) -> String {
    let part = |of: &str| format!("{name}.{of}");
    let lower = size.height - LANE_ROWS..size.height;
    let cells = builder.slice(&part("rows"), cells, ROWS, lower);
    let columns = builder.slice(&part("columns"), &cells, CHANNELS, 0..BOUNDARIES);
    let nones = BOUNDARIES..2 * BOUNDARIES;
    let nones = builder.slice(&part("nones"), &cells, CHANNELS, nones);
    let none = builder.reduce((&part("none"), "ReduceMean"), &nones, &[COLUMNS]);
    builder.concat(&part("all"), [&columns, &none], COLUMNS)
}

/// `[1, classes, 1, 1]`: each class is as likely as its mean likelihood over the cells; "none" is the mean logit.
fn picture(
    builder: &mut Builder,
    name: &str,
    cells: &str,
    (size, none): (MapSize, usize),
) -> String {
    let part = |of: &str| format!("{name}.{of}");
    let others = if none == 0 { 1..size.channels } else { 0..none };
    let nones = builder.slice(&part("nones"), cells, CHANNELS, none..none + 1);
    let mean = builder.reduce((&part("none"), "ReduceMean"), &nones, &[ROWS, COLUMNS]);
    let others = builder.slice(&part("states"), cells, CHANNELS, others);
    let likely = mean_likelihood(builder, name, &others);
    let order = if none == 0 {
        [&*mean, &likely]
    } else {
        [&*likely, &mean]
    };
    builder.concat(&part("all"), order, CHANNELS)
}

/// log(mean(exp(cells))) over the picture, with the highest cell taken out first.
fn mean_likelihood(builder: &mut Builder, name: &str, cells: &str) -> String {
    let part = |of: &str| format!("{name}.{of}");
    let highest = builder.reduce((&part("highest"), "ReduceMax"), cells, &[ROWS, COLUMNS]);
    let below = builder.node((&part("below"), "Sub"), &[cells, &highest], Vec::new());
    let shares = builder.node((&part("shares"), "Exp"), &[&below], Vec::new());
    let mean = builder.reduce((&part("mean"), "ReduceMean"), &shares, &[ROWS, COLUMNS]);
    let log = builder.node((&part("log"), "Log"), &[&mean], Vec::new());
    builder.node((&part("likely"), "Add"), &[&highest, &log], Vec::new())
}

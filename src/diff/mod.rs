//! Where two runs part: the first tick and the first layer that differ, and by how much they drift afterwards.

mod drift;
pub mod logits;
pub mod picture;
mod values;

use std::fmt::{self, Write as _};

use drive::time::Tick;
use serde::Serialize;
use serde_json::Value;

pub use drift::Drift;
pub use values::Leaf;

use crate::trace::{SeatTick, TickRecord, TraceLine};
use values::leaves;

/// How many differing values are told.
const MOST_LEAVES: usize = 8;

/// One stage of a tick, in the order in which they follow from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Poses, speeds, lights and contacts.
    World,
    /// The camera's picture.
    Pixels,
    /// The labels of the same pixels.
    Labels,
    /// A seat's raw network output.
    Logits,
    /// A seat's percept.
    Percept,
    /// A seat's decision.
    Decision,
    /// What a seat would have commanded.
    Wish,
    /// What the car was commanded.
    Command,
    /// One run goes on where the other has ended.
    End,
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Layer::World => "world",
            Layer::Pixels => "pixels",
            Layer::Labels => "labels",
            Layer::Logits => "logits",
            Layer::Percept => "percept",
            Layer::Decision => "decision",
            Layer::Wish => "wished command",
            Layer::Command => "command",
            Layer::End => "end",
        })
    }
}

/// The first place in which two runs differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The tick.
    pub tick: u64,
    /// The first layer of that tick.
    pub layer: Layer,
    /// Which seat's, the driver's being 0, where the layer is a seat's.
    pub seat: Option<usize>,
    /// The values that differ in that layer.
    pub leaves: Vec<Leaf>,
}

impl Difference {
    /// In words; `seats` are the names of everyone in the two cars, the drivers' first.
    pub fn words(&self, seats: [&[String]; 2]) -> String {
        let whose = self.seat.map(|seat| match seats.map(|names| &names[seat]) {
            [a, b] if a == b => format!(" of {a}"),
            [a, b] => format!(" of {a} | {b}"),
        });
        let mut words = format!(
            "first difference at tick {} ({:.2} s): {}{}",
            self.tick,
            Tick(self.tick).seconds(),
            self.layer,
            whose.unwrap_or_default(),
        );
        for leaf in self.leaves.iter().take(MOST_LEAVES) {
            let _ = write!(words, "\n  {}", leaf.words());
        }
        if let Some(more) = self.leaves.len().checked_sub(MOST_LEAVES + 1) {
            let _ = write!(words, "\n  and {} more", more + 1);
        }
        words
    }
}

/// The first tick and layer in which two runs differ; `None` when they are equal to the bit.
///
/// Seats are compared as far as both runs have them.
pub fn first_difference(a: &[TraceLine], b: &[TraceLine]) -> Option<Difference> {
    for (a, b) in a.iter().zip(b) {
        if a.chain == b.chain {
            continue;
        }
        if let Some(found) = in_tick(&a.tick, &b.tick) {
            return Some(found);
        }
    }
    let shorter = a.len().min(b.len());
    (a.len() != b.len()).then(|| Difference {
        tick: shorter as u64,
        layer: Layer::End,
        seat: None,
        leaves: leaves(&Value::from(a.len()), &Value::from(b.len())),
    })
}

fn in_tick(a: &TickRecord, b: &TickRecord) -> Option<Difference> {
    layers(a)
        .into_iter()
        .zip(layers(b))
        .find_map(|((layer, seat, a), (_, _, b))| {
            let leaves = leaves(&a, &b);
            (!leaves.is_empty()).then_some(())?;
            Some((layer, seat, leaves))
        })
        .map(|(layer, seat, leaves)| Difference {
            tick: a.tick.0,
            layer,
            seat,
            leaves,
        })
}

type Stage = (Layer, Option<usize>, Value);

/// What a tick is made of. The command comes before the seats' where their numbers differ, so that both lists agree in
/// their common part.
fn layers(tick: &TickRecord) -> Vec<Stage> {
    let exposed = tick.exposed.as_ref();
    let mut layers = vec![
        (Layer::World, None, value(&tick.world)),
        (Layer::Pixels, None, value(&exposed.map(|of| &of.pixels))),
        (Layer::Labels, None, value(&exposed.map(|of| &of.labels))),
    ];
    let mut seats = tick.seats.iter().enumerate();
    if let Some((seat, driver)) = seats.next() {
        layers.extend(seat_layers(seat, driver));
    }
    layers.push((Layer::Command, None, value(&tick.command)));
    layers.extend(seats.flat_map(|(seat, of)| seat_layers(seat, of)));
    layers
}

fn seat_layers(seat: usize, of: &SeatTick) -> [Stage; 4] {
    [
        (Layer::Logits, value(&of.logits)),
        (Layer::Percept, value(&of.percept)),
        (Layer::Decision, value(&of.decision)),
        (Layer::Wish, value(&of.command)),
    ]
    .map(|(layer, value)| (layer, Some(seat), value))
}

fn value<T: Serialize>(of: &T) -> Value {
    serde_json::to_value(of).expect("plain data with string keys always serializes")
}

#[cfg(test)]
mod tests {
    use drive::decision::Decision;
    use drive::ego::VehicleCommand;
    use drive::time::Tick;
    use scenarios::world::WorldState;

    use super::*;
    use crate::trace::{ExposedDigests, Trace};

    fn tick(number: u64) -> TickRecord {
        TickRecord {
            tick: Tick(number),
            world: WorldState {
                tick: Tick(number),
                ..WorldState::default()
            },
            exposed: None,
            seats: vec![SeatTick {
                logits: None,
                percept: None,
                decision: Decision::default(),
                command: VehicleCommand::default(),
            }],
            command: VehicleCommand::default(),
        }
    }

    fn trace(change: impl Fn(&mut TickRecord)) -> Vec<TraceLine> {
        let mut trace = Trace::default();
        for number in 0..4 {
            let mut tick = tick(number);
            change(&mut tick);
            trace.push(tick);
        }
        trace.lines().to_vec()
    }

    #[test]
    fn equal_runs_do_not_differ() {
        assert_eq!(first_difference(&trace(|_| ()), &trace(|_| ())), None);
    }

    #[test]
    fn the_first_tick_and_layer_are_named_with_both_values() {
        let same = trace(|_| ());
        let other = trace(|tick| {
            if tick.tick.0 >= 2 {
                tick.world.ego.state.speed_mps = 3.5;
                tick.command.accel_mps2 = -1.0;
            }
        });
        let found = first_difference(&same, &other).unwrap();
        assert_eq!(
            (found.tick, found.layer, found.seat),
            (2, Layer::World, None)
        );
        assert_eq!(found.leaves.len(), 1);
        let leaf = &found.leaves[0];
        assert_eq!(leaf.path, "ego.state.speed_mps");
        assert_eq!((leaf.a.as_f64(), leaf.b.as_f64()), (Some(0.0), Some(3.5)));
    }

    #[test]
    fn causes_come_before_their_effects() {
        let digests = |pixels: &str| ExposedDigests {
            pixels: Some(pixels.to_owned()),
            labels: None,
        };
        let one = trace(|tick| tick.exposed = Some(digests("one")));
        let other = trace(|tick| {
            tick.exposed = Some(digests("other"));
            tick.seats[0].logits = Some("changed".to_owned());
        });
        assert_eq!(first_difference(&one, &other).unwrap().layer, Layer::Pixels);
        let logits = trace(|tick| {
            tick.exposed = Some(digests("one"));
            tick.seats[0].logits = Some("changed".to_owned());
        });
        let found = first_difference(&one, &logits).unwrap();
        assert_eq!((found.layer, found.seat), (Layer::Logits, Some(0)));
    }

    #[test]
    fn a_run_that_ends_earlier_differs_at_its_end() {
        let whole = trace(|_| ());
        let found = first_difference(&whole, &whole[..3]).unwrap();
        assert_eq!((found.tick, found.layer), (3, Layer::End));
    }
}

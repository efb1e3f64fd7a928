//! Looking on at a run changes nothing, and taking the wheel changes only what comes after.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use drive::latency::LatencyMode;
use drive::time::Tick;
use perception::network::Backend;
use perception::ops::Isa;
use scenarios::catalog;
use understudy::audience::Wheel;
use understudy::models::Who;
use understudy::record::RunRecord;
use understudy::theatre::{Cast, Theatre};
use understudy::trace::{ExposedDigests, TraceLine};
use understudy::watching::{Branch, Glimpse, History, Order, Session};

/// Long enough for every test: the last tick an onlooker could ask for.
const TO_THE_END: Tick = Tick(100_000);

fn theatre() -> Arc<Theatre> {
    let cast = Cast {
        shadow: Some(Who::Student),
        ..Cast::alone(
            Who::Truth,
            LatencyMode::Fixed(80.0),
            Backend::Engine {
                threads: 1,
                isa: Isa::best(),
            },
        )
    };
    let stop = Arc::new(AtomicBool::new(false));
    Arc::new(Theatre::open(None, cast, stop).expect("the student is in the repository"))
}

fn order() -> Order {
    Order {
        story: catalog::load("slow_lead").expect("the catalog is whole"),
        seed: 3,
        latency: LatencyMode::Fixed(80.0),
        parameters: BTreeMap::new(),
        fork: None,
    }
}

/// Watches a run to its end.
fn watch(branch: Branch) -> (History, RunRecord) {
    let session = Session::start(&theatre(), &order(), branch).expect("a thread starts");
    session.gate().allow(TO_THE_END);
    let mut history = History::default();
    while let Some(glimpse) = session.next() {
        history.push(glimpse);
    }
    let outcome = loop {
        if let Some(outcome) = session.outcome() {
            break outcome;
        }
    };
    (history, outcome.expect("the story plays to its end"))
}

#[test]
fn a_run_that_is_watched_is_the_run_that_nobody_watched_and_forks_leave_it_at_their_tick() {
    let order = order();
    let alone = theatre();
    let unwatched = alone
        .perform(&alone.performance(&order.story, order.seed))
        .unwrap();
    let left_out = |line: &TraceLine| line.tick.exposed == Some(ExposedDigests::default());
    assert!(unwatched.episode.trace.lines().iter().any(left_out));
    let (history, watched) = watch(Branch::default());
    assert_eq!(watched.digest, unwatched.record.digest);
    assert_eq!(history.all().len(), unwatched.episode.trace.lines().len());

    let fork_tick = Tick(history.newest().unwrap().tick().0 / 2);
    let (forked, _) = watch(Branch {
        commands: history.commands_before(fork_tick),
        at_wheel: 1,
    });
    let same = history.all().iter().zip(forked.all());
    for (before, again) in same.take(fork_tick.0 as usize + 1) {
        assert_eq!(before.world, again.world);
    }
    let at_wheel = forked.at(fork_tick).map(|glimpse| glimpse.wheel);
    assert_eq!(at_wheel, Some(Wheel::Seat(1)));
    let seen = forked.exposed_by(fork_tick).map(|(tick, _)| tick).unwrap();
    assert!(seen <= fork_tick && fork_tick.0 - seen.0 < 5);
}

#[test]
fn the_gate_holds_the_run_where_the_onlooker_wants_it() {
    let session = Session::start(&theatre(), &order(), Branch::default()).unwrap();
    session.gate().allow(Tick(7));
    let ticks: Vec<u64> = (0..8)
        .map(|_| session.next().map_or(99, |g: Glimpse| g.tick().0))
        .collect();
    assert_eq!(ticks, [0, 1, 2, 3, 4, 5, 6, 7]);
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert_eq!(session.news().count(), 0);
    assert!(session.outcome().is_none());
}

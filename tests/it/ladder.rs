//! The ladders of Euro NCAP's tests: an undelayed truth avoids the standing car, a late one does not at speed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use drive::latency::LatencyMode;
use perception::network::Backend;
use perception::ops::Isa;
use scenarios::catalog;
use understudy::ladder::band::Band;
use understudy::ladder::record::{Rung, SPEED_PARAMETER};
use understudy::models::Who;
use understudy::theatre::{Cast, Performance, Theatre};

/// The truth on the ladder CCRs at a test speed in km/h.
fn ccrs(test_speed_kph: f64, latency: LatencyMode) -> Rung {
    let backend = Backend::Engine {
        threads: 1,
        isa: Isa::best(),
    };
    let cast = Cast::alone(Who::Truth, latency, backend);
    let theatre = Theatre::open(None, cast, Arc::new(AtomicBool::new(false)));
    let theatre = theatre.expect("the truth needs no files");
    let story = catalog::load("ccrs").expect("it is built in");
    let played = theatre.perform(&Performance {
        parameters: BTreeMap::from([(SPEED_PARAMETER.to_owned(), test_speed_kph)]),
        ..theatre.performance(&story, 1)
    });
    Rung::of(
        test_speed_kph,
        test_speed_kph,
        &played.expect("it plays to its end").record,
    )
}

#[test]
fn truth_is_green_at_30_kph_and_not_at_80_kph_a_second_late() {
    let prompt = ccrs(30.0, LatencyMode::None);
    assert_eq!(prompt.colour, Some(Band::Green), "{prompt:?}");
    assert!(prompt.impact_kph.abs() < 1e-9, "{prompt:?}");
    let late = ccrs(80.0, LatencyMode::Fixed(1000.0));
    assert!(late.colour > Some(Band::Green), "{late:?}");
    assert!(late.impact_kph > 0.0 && late.impact_kph < 81.0, "{late:?}");
}

#[test]
fn every_level_of_every_ladder_compiles() {
    for name in catalog::ladder_names() {
        let story = catalog::load(name).unwrap();
        for &level in &story.difficulty.levels {
            let parameters = BTreeMap::from([(story.difficulty.parameter.clone(), level)]);
            let compiled = story.compile(1, &parameters);
            assert!(compiled.is_ok(), "{name} at {level}: {:?}", compiled.err());
        }
    }
}

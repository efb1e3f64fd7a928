//! What arrives of each frame under each fault.

use drive::labels::{LANE_BOUNDARIES, LANE_ROWS, LightState};

use super::*;

/// A frame of 8 x 4 pixels that all have the tick's number as their grey.
fn frame_at(tick: Tick) -> Exposure {
    let grey = tick.0 as u8;
    Exposure {
        tick,
        frame: Some(CameraFrame {
            tick,
            width: 8,
            height: 4,
            rgb: vec![grey; 8 * 4 * 3].into(),
        }),
        labels: Arc::new(Labels {
            tick,
            width: 8,
            height: 4,
            class: vec![grey; 32],
            instance: vec![0; 32],
            depth_m: vec![1.0; 32],
            objects: Vec::new(),
            lanes: [[None; LANE_ROWS]; LANE_BOUNDARIES],
            light: LightState::default(),
            stop_line_m: None,
        }),
    }
}

fn active(fault: Fault<f64>) -> [ActiveFault; 1] {
    [ActiveFault {
        fault,
        event: 0,
        until: None,
    }]
}

fn take(camera: &mut FaultyCamera, tick: u64, faults: &[ActiveFault]) -> Option<Exposure> {
    let tick = Tick(tick);
    camera.take(tick, faults, || Ok(frame_at(tick))).unwrap()
}

fn pixels(exposure: &Exposure) -> Vec<u8> {
    exposure.frame.as_ref().unwrap().rgb.to_vec()
}

#[test]
fn without_a_fault_every_frame_arrives_as_it_is_and_only_on_exposure_ticks() {
    let mut camera = FaultyCamera::new(1);
    assert_eq!(pixels(&take(&mut camera, 5, &[]).unwrap()), [5; 96]);
    assert!(take(&mut camera, 6, &[]).is_none());
}

#[test]
fn nothing_arrives_from_a_dead_camera_nor_of_a_dropped_frame() {
    let mut camera = FaultyCamera::new(1);
    assert!(take(&mut camera, 5, &active(Fault::CameraDies)).is_none());
    let dropped = active(Fault::DropFrames { count: 1.0 });
    assert!(take(&mut camera, 10, &dropped).is_none());
}

#[test]
fn a_frozen_frame_repeats_pixels_and_labels_under_a_new_tick() {
    let mut camera = FaultyCamera::new(1);
    let frozen = active(Fault::Freeze { for_s: None });
    take(&mut camera, 5, &[]);
    let repeated = take(&mut camera, 10, &frozen).unwrap();
    assert_eq!(pixels(&repeated), [5; 96]);
    assert_eq!(repeated.labels.class, [5; 32]);
    assert_eq!((repeated.tick, repeated.labels.tick), (Tick(10), Tick(10)));
    assert_eq!(pixels(&take(&mut camera, 15, &[]).unwrap()), [15; 96]);
}

#[test]
fn picture_faults_repeat_with_the_seed_and_spare_the_labels() {
    for fault in [
        Fault::Noise {
            sigma: 20.0,
            for_s: None,
        },
        Fault::Dirt {
            cover: 0.5,
            for_s: None,
        },
    ] {
        let faults = active(fault);
        let of_seed = |seed| take(&mut FaultyCamera::new(seed), 100, &faults).unwrap();
        assert_eq!(pixels(&of_seed(1)), pixels(&of_seed(1)));
        assert_ne!(pixels(&of_seed(1)), pixels(&of_seed(2)));
        assert_eq!(of_seed(1).labels.class, [100; 32]);
    }
}

#[test]
fn dirt_stays_where_it_is_and_noise_does_not() {
    let frames = |fault| {
        let (mut camera, faults) = (FaultyCamera::new(1), active(fault));
        [100, 105].map(Tick).map(|tick| {
            // Both of the same grey.
            let taken = camera.take(tick, &faults, || Ok(repeated(&frame_at(Tick(100)), tick)));
            pixels(&taken.unwrap().unwrap())
        })
    };
    let [first, later] = frames(Fault::Dirt {
        cover: 0.5,
        for_s: None,
    });
    assert_eq!(first, later);
    let [first, later] = frames(Fault::Noise {
        sigma: 20.0,
        for_s: None,
    });
    assert_ne!(first, later);
}

#[test]
fn late_networks_add_up() {
    let late = |by_ms| Fault::Late { by_ms, for_s: None };
    let faults = [active(late(120.0)), active(late(30.5))].concat();
    assert_eq!(late_us(&faults), 150_500);
    assert_eq!(late_us(&active(Fault::CameraDies)), 0);
}

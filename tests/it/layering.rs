//! Who may depend on whom: a network cannot peek, a story needs no renderer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The crates a package depends on directly, from its Cargo.toml.
fn dependencies(package: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(package)
        .join("Cargo.toml");
    let text = fs::read_to_string(path).expect("every package has a manifest");
    let section = text
        .split("[dependencies]")
        .nth(1)
        .expect("every package has dependencies");
    section
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn assert_free_of(package: &str, forbidden: &[&str]) {
    let found = dependencies(package);
    for name in forbidden {
        assert!(
            !found.contains(*name),
            "{package} must not depend on {name}"
        );
    }
}

#[test]
fn networks_and_learning_cannot_see_the_world() {
    assert_free_of(
        "perception",
        &["sim", "scenarios", "bevy", "wgpu", "rapier3d"],
    );
    assert_free_of("distill", &["sim", "scenarios", "bevy", "wgpu", "rapier3d"]);
}

#[test]
fn the_world_knows_no_network() {
    assert_free_of(
        "sim",
        &["perception", "distill", "candle-core", "candle-nn"],
    );
}

#[test]
fn stories_know_neither_renderer_nor_network() {
    assert_free_of(
        "scenarios",
        &[
            "sim",
            "bevy",
            "wgpu",
            "rapier3d",
            "perception",
            "distill",
            "candle-core",
        ],
    );
}

#[test]
fn what_drives_in_the_car_knows_neither_world_nor_networks() {
    assert_free_of(
        "drive",
        &[
            "sim",
            "scenarios",
            "perception",
            "distill",
            "bevy",
            "candle-core",
        ],
    );
}

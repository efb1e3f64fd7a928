//! Renders the library roads and the built-in stories, and draws the labels over the pictures:
//! `cargo run -p sim --example pictures -- FOLDER [NAME...]`, only those named if any are.

mod overlay;
mod roads;
mod stories;

use std::error::Error;
use std::path::{Path, PathBuf};

use image::RgbImage;
use scenarios::catalog;
use scenarios::road::ROAD_NAMES;
use sim::{Exposure, Simulation};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next();
    let folder = folder.map_or_else(std::env::temp_dir, PathBuf::from);
    let names: Vec<String> = arguments.collect();
    std::fs::create_dir_all(&folder)?;
    let wanted = |name: &&str| names.is_empty() || names.iter().any(|asked| asked == name);
    for name in ROAD_NAMES.iter().copied().filter(wanted) {
        roads::render(&folder, name)?;
    }
    for name in catalog::names().filter(wanted) {
        stories::render(&folder, name)?;
    }
    Ok(())
}

/// Writes the picture of the world as it is, and the same with its labels drawn over it.
fn save(simulation: &mut Simulation, folder: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let (frame, labels) = simulation.expose(Exposure::Picture)?;
    let frame = frame.ok_or("an exposure without a picture")?;
    let (width, height) = (frame.width as u32, frame.height as u32);
    let picture = RgbImage::from_raw(width, height, frame.rgb.to_vec());
    let picture = picture.ok_or("a frame of the wrong size")?;
    picture.save(folder.join(format!("{name}.png")))?;
    overlay::overlay(&picture, &labels).save(folder.join(format!("{name}-labels.png")))?;
    Ok(())
}

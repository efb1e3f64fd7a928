//! A picture to draw on: blends, lines, boxes and words.

use std::io::Cursor;

use anyhow::{Context, Result};
use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::frame::CameraFrame;
use image::imageops::{FilterType, resize};
use image::{ImageFormat, Rgb, RgbImage};

use super::font::{GLYPH_COLUMNS, GLYPH_ROWS, glyph};

/// Sheets are drawn at this many times the camera's size.
pub(super) const SCALE: usize = 2;
/// Pixels of a sheet to one of the font.
const FONT_SCALE: i32 = 2;

/// A colour, red, green and blue.
pub(super) type Colour = [u8; 3];

/// A picture of twice the camera's size.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    picture: RgbImage,
    /// Left, top and right side of the words so far.
    taken: Vec<[i32; 3]>,
}

impl Sheet {
    fn new(picture: RgbImage) -> Self {
        let taken = Vec::new();
        Self { picture, taken }
    }

    /// A sheet whose colour at every camera pixel is given.
    pub(super) fn from_pixels(colour: impl Fn(usize, usize) -> Colour) -> Self {
        let size = [FRAME_WIDTH * SCALE, FRAME_HEIGHT * SCALE].map(|side| side as u32);
        Self::new(RgbImage::from_fn(size[0], size[1], |x, y| {
            Rgb(colour(x as usize / SCALE, y as usize / SCALE))
        }))
    }

    /// A camera frame.
    ///
    /// # Errors
    /// When it is not whole.
    pub(super) fn of_frame(frame: &CameraFrame) -> Result<Self> {
        let (width, height) = (frame.width as u32, frame.height as u32);
        let picture = RgbImage::from_raw(width, height, frame.rgb.to_vec())
            .context("a camera frame has three bytes a pixel")?;
        let scale = SCALE as u32;
        Ok(Self::new(resize(
            &picture,
            scale * width,
            scale * height,
            FilterType::Triangle,
        )))
    }

    /// Its pixels.
    pub(super) fn image(&self) -> &RgbImage {
        &self.picture
    }

    /// The colour at a camera pixel.
    pub(super) fn colour(&self, x: usize, y: usize) -> Colour {
        self.picture
            .get_pixel((x * SCALE) as u32, (y * SCALE) as u32)
            .0
    }

    /// A line between two points in camera pixels.
    pub(super) fn line(&mut self, from: [f64; 2], to: [f64; 2], colour: Colour) {
        let [dx, dy] = [to[0] - from[0], to[1] - from[1]].map(|length| length * SCALE as f64);
        let steps = dx.abs().max(dy.abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let share = step as f64 / steps;
            let x = from[0] * SCALE as f64 + share * dx;
            let y = from[1] * SCALE as f64 + share * dy;
            self.dot(x as i32, y as i32, 2, colour);
        }
    }

    /// A box with its sides in camera pixels: left, top, right, bottom.
    pub(super) fn frame(&mut self, [left, top, right, bottom]: [f64; 4], colour: Colour) {
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
        for (index, &from) in corners.iter().enumerate() {
            self.line(from, corners[(index + 1) % corners.len()], colour);
        }
    }

    /// Words on a dark plate whose upper left corner is given in camera pixels, moved into the picture, and up
    /// where they would cover others.
    pub(super) fn words(&mut self, [x, y]: [f64; 2], words: &str) {
        let advance = (GLYPH_COLUMNS as i32 + 1) * FONT_SCALE;
        let width = advance * words.chars().count() as i32 + 2 * FONT_SCALE;
        let height = (GLYPH_ROWS as i32 + 2) * FONT_SCALE;
        let (most_x, most_y) = (
            self.picture.width() as i32 - width,
            self.picture.height() as i32 - height,
        );
        let left = ((x * SCALE as f64) as i32).min(most_x).max(0);
        let mut top = ((y * SCALE as f64) as i32).min(most_y).max(0);
        let covers = |top: i32, other: &[i32; 3]| {
            left < other[2] && other[0] < left + width && (top - other[1]).abs() < height
        };
        while top >= height && self.taken.iter().any(|other| covers(top, other)) {
            top -= height;
        }
        self.taken.push([left, top, left + width]);
        for row in 0..height {
            for column in 0..width {
                self.dot(left + column, top + row, 1, [16, 16, 16]);
            }
        }
        for (index, letter) in words.chars().enumerate() {
            let start = left + FONT_SCALE + advance * index as i32;
            self.letter([start, top + FONT_SCALE], letter);
        }
    }

    /// The sheet as a JPEG file.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub(super) fn jpeg(&self) -> Result<Vec<u8>> {
        let mut jpeg = Cursor::new(Vec::new());
        self.picture.write_to(&mut jpeg, ImageFormat::Jpeg)?;
        Ok(jpeg.into_inner())
    }

    /// The sheet as a PNG file.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub(super) fn png(&self) -> Result<Vec<u8>> {
        let mut png = Cursor::new(Vec::new());
        self.picture.write_to(&mut png, ImageFormat::Png)?;
        Ok(png.into_inner())
    }

    fn letter(&mut self, [left, top]: [i32; 2], letter: char) {
        for (column, bits) in glyph(letter).into_iter().enumerate() {
            for row in (0..GLYPH_ROWS).filter(|row| bits >> row & 1 == 1) {
                let x = left + FONT_SCALE * column as i32;
                let y = top + FONT_SCALE * row as i32;
                self.dot(x, y, FONT_SCALE, [255, 255, 255]);
            }
        }
    }

    fn dot(&mut self, x: i32, y: i32, side: i32, colour: Colour) {
        for (x, y) in (0..side * side).map(|at| (x + at % side, y + at / side)) {
            if let (Ok(x), Ok(y)) = (x.try_into(), y.try_into())
                && let Some(pixel) = self.picture.get_pixel_mut_checked(x, y)
            {
                *pixel = Rgb(colour);
            }
        }
    }
}

/// A colour from dark over red to bright yellow for 0 to 1.
pub(super) fn ramp(share: f64) -> Colour {
    const STOPS: [Colour; 5] = [
        [8, 6, 30],
        [87, 16, 110],
        [188, 55, 84],
        [249, 142, 9],
        [252, 255, 164],
    ];
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (place as usize).min(STOPS.len() - 2);
    blend(STOPS[below], STOPS[below + 1], place - below as f64)
}

/// `share` of one colour over another.
pub(super) fn blend(under: Colour, over: Colour, share: f64) -> Colour {
    [0, 1, 2].map(|channel| {
        let (under, over) = (f64::from(under[channel]), f64::from(over[channel]));
        (under + share * (over - under)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_beyond_the_edge_are_moved_into_the_picture() {
        let mut sheet = Sheet::from_pixels(|_, _| [0, 0, 0]);
        sheet.words([10_000.0, -50.0], "CAR 12 M");
        assert!(
            sheet
                .picture
                .pixels()
                .any(|pixel| pixel.0 == [255, 255, 255])
        );
    }

    #[test]
    fn the_ramp_grows_brighter() {
        let brightness = |share| ramp(share).map(u32::from).iter().sum::<u32>();
        assert!(brightness(0.0) < brightness(0.5) && brightness(0.5) < brightness(1.0));
    }
}

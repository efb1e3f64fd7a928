//! Draws labels over a picture.

use drive::labels::{Labels, lane_row_v_px};
use image::{Rgb, RgbImage};

/// Colour of each class in the map, in the classes' order.
const CLASS_COLOURS: [[u8; 3]; 9] = [
    [90, 90, 90],
    [255, 255, 255],
    [200, 120, 200],
    [150, 80, 50],
    [60, 140, 50],
    [130, 190, 240],
    [40, 60, 220],
    [230, 40, 40],
    [240, 210, 40],
];
/// Colour of each lane boundary, from left to right.
const LANE_COLOURS: [[u8; 3]; 4] = [[255, 140, 0], [0, 220, 0], [0, 220, 220], [220, 0, 220]];

/// The picture with boxes, lanes, light and stop line over it; the class map below.
pub(crate) fn overlay(picture: &RgbImage, labels: &Labels) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut sheet = RgbImage::new(2 * width, 4 * height);
    for (x, y, pixel) in sheet.enumerate_pixels_mut() {
        let (column, row) = (x / 2, y / 2 % height);
        let class = labels.class[(row * width + column) as usize];
        let lower = y / 2 >= height;
        *pixel = if lower {
            Rgb(CLASS_COLOURS[usize::from(class)])
        } else {
            *picture.get_pixel(column, row)
        };
    }
    for object in &labels.objects {
        let b = object.box_px;
        frame(
            &mut sheet,
            [b.left, b.top, b.right, b.bottom],
            [255, 255, 0],
        );
    }
    for (boundary, colour) in labels.lanes.iter().zip(LANE_COLOURS) {
        for (row, u_px) in boundary.iter().enumerate() {
            let Some(u_px) = *u_px else { continue };
            let v_px = lane_row_v_px(row) as f32;
            frame(
                &mut sheet,
                [u_px - 1.5, v_px - 1.5, u_px + 1.5, v_px + 1.5],
                colour,
            );
        }
    }
    let light = [[60, 60, 60], [255, 0, 0], [255, 180, 0], [0, 255, 0]][labels.light as usize];
    frame(&mut sheet, [2.0, 2.0, 12.0, 12.0], light);
    if let Some(x_m) = labels.stop_line_m {
        frame(
            &mut sheet,
            [16.0, 2.0, 16.0 + 2.0 * x_m, 8.0],
            [255, 255, 255],
        );
    }
    sheet
}

/// Draws a rectangle's outline; sides left, top, right, bottom in the picture's pixels.
fn frame(sheet: &mut RgbImage, sides_px: [f32; 4], colour: [u8; 3]) {
    let [left, top, right, bottom] = sides_px.map(|side| (2.0 * side) as i64);
    let edges = (left..=right)
        .flat_map(|x| [(x, top), (x, bottom)])
        .chain((top..=bottom).flat_map(|y| [(left, y), (right, y)]));
    for (x, y) in edges {
        let inside = (0..i64::from(sheet.width())).contains(&x)
            && (0..i64::from(sheet.height())).contains(&y);
        if inside {
            sheet.put_pixel(x as u32, y as u32, Rgb(colour));
        }
    }
}

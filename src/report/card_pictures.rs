//! Pictures of disagreements, and soft targets in detail, for the report card.

use std::fmt::Write as _;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use distill::evaluate::Disagreement;
use drive::camera::CameraModel;
use drive::frame::CameraFrame;
use drive::labels::Class;
use perception::decode::decode;
use perception::probabilities::{Logits, softmax};

use super::svg::escape;
use crate::frames::overlaid;

/// Words of the classes of a head that has a similarity matrix.
fn class_words(head: &str) -> Vec<&'static str> {
    match head {
        "segmentation" => Class::ALL.map(Class::word).to_vec(),
        "objects" => vec!["nobody", "car", "truck", "pedestrian", "cyclist"],
        _ => vec!["none", "red", "amber", "green"],
    }
}

/// A disagreement: the frame twice, under the teacher's and the student's percept.
///
/// # Errors
/// When the picture cannot be encoded.
pub fn disagreement_picture(
    found: &Disagreement,
    frame: &CameraFrame,
    [teacher, student]: [Logits; 2],
) -> Result<String> {
    let camera = CameraModel::standard();
    let mut html = format!(
        "<h3>World {}, frame {}: {:.2} nats apart, most of it in {}</h3><div class=pair>",
        found.world,
        found.frame,
        found.divergence,
        escape(&found.head)
    );
    for (name, logits) in [("teacher", teacher), ("student", student)] {
        let percept = decode(&softmax(logits), &camera, frame.tick);
        let _ = write!(
            html,
            "<img src='data:image/jpeg;base64,{}' alt='camera frame as the {name} sees it: {} road users'>",
            STANDARD.encode(overlaid(frame, name, &percept)?),
            percept.objects.len()
        );
    }
    html.push_str("</div>");
    Ok(html)
}

/// What the teacher takes for what, as a table of shares, darker for more.
pub fn similarity_matrix(head: &str, matrix: &[Vec<f64>], temperature: f32) -> String {
    let words = class_words(head);
    let mut html = format!(
        "<figure><figcaption>{}: what the teacher says at T = {temperature} (across) of what is there (down), in \
         percent</figcaption><div class=wide><table class=similarity><tr><th>",
        escape(head)
    );
    for word in &words {
        let _ = write!(html, "<th>{word}");
    }
    for (word, row) in words.iter().zip(matrix) {
        let _ = write!(html, "<tr><th>{word}");
        for share in row {
            // The square root, since what is not the diagonal is small.
            let strength = 100.0 * share.sqrt();
            let _ = write!(
                html,
                "<td style='background:color-mix(in srgb, var(--wheel) {strength:.0}%, transparent)'>{:.1}",
                100.0 * share
            );
        }
    }
    html.push_str("</table></div></figure>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_has_a_row_for_each_class_in_words() {
        let matrix = vec![vec![0.25; 4]; 4];
        let html = similarity_matrix("light", &matrix, 2.0);
        assert_eq!(html.matches("25.0").count(), 16);
        assert!(html.contains("<th>amber"));
    }
}

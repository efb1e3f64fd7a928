//! Two raw network outputs of the same tick, and where they differ.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use drive::time::Tick;
use perception::heads::Head;

use crate::folder::{LOGITS, logits_file};

/// Tells how many logits of two seats' outputs on `tick` differ, and the first and the largest difference. Where a run
/// kept none, tells how to.
///
/// # Errors
/// When a file cannot be read or is not whole.
pub fn difference(runs: [(&Path, &String); 2], tick: Tick) -> Result<String> {
    let files = runs.map(|(run, seat)| run.join(LOGITS).join(logits_file(tick, seat)));
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        return Ok(format!(
            "no {}; record both runs with --logits to see the values",
            missing.display()
        ));
    }
    let [a, b] = files.map(|file| read(&file));
    let (a, b) = (a?, b?);
    let differing: Vec<usize> = (0..a.len())
        .filter(|&index| a[index].to_bits() != b[index].to_bits())
        .collect();
    let step = |index: usize| (a[index] - b[index]).abs();
    let largest = differing.iter().copied();
    let largest = largest.max_by(|&left, &right| step(left).total_cmp(&step(right)));
    let tell = |index: usize| format!("{}: {} | {}", name(index), a[index], b[index]);
    let (Some(&first), Some(largest)) = (differing.first(), largest) else {
        return Ok("the kept values are equal".to_owned());
    };
    Ok(format!(
        "{} of {} logits differ\n  first {}\n  largest {}",
        differing.len(),
        a.len(),
        tell(first),
        tell(largest)
    ))
}

fn read(file: &Path) -> Result<Vec<f32>> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let wanted: usize = Head::ALL.map(size).iter().sum();
    ensure!(
        bytes.len() == 4 * wanted,
        "{} is not whole: {} bytes instead of {}",
        file.display(),
        bytes.len(),
        4 * wanted
    );
    let numbers = bytes.as_chunks::<4>().0.iter();
    Ok(numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn size(head: Head) -> usize {
    head.positions() * head.classes()
}

/// `head[position, class]` of the logit with an index over all heads.
fn name(mut index: usize) -> String {
    for head in Head::ALL {
        if index < size(head) {
            let (position, class) = (index / head.classes(), index % head.classes());
            return format!("{}[{position}, {class}]", head.name());
        }
        index -= size(head);
    }
    unreachable!("the file has as many numbers as the heads")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_named_by_head_position_and_class() {
        assert_eq!(name(0), format!("{}[0, 0]", Head::ALL[0].name()));
        let first = size(Head::ALL[0]);
        let classes = Head::ALL[1].classes();
        assert_eq!(
            name(first + classes + 2),
            format!("{}[1, 2]", Head::ALL[1].name())
        );
    }
}

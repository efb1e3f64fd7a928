//! Whether two contestants did the same work.

use anyhow::{Result, ensure};

use crate::contestant::Answer;

/// How far an answer is from ours: the length of the difference as a share of the length, in the worst list.
///
/// # Errors
/// If the lists are not of the same lengths.
pub(crate) fn difference(answer: &Answer, ours: &Answer) -> Result<f64> {
    let lengths = |answer: &Answer| answer.iter().map(Vec::len).collect::<Vec<_>>();
    let (theirs, wanted) = (lengths(answer), lengths(ours));
    ensure!(
        theirs == wanted,
        "it answers with lists of {theirs:?} numbers, not {wanted:?}"
    );
    let shares = answer.iter().zip(ours).map(|(a, b)| {
        let apart = length(a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b)));
        apart / length(b.iter().map(|b| f64::from(*b)))
    });
    // The maximum would pass over what is no number.
    let worse = |worst: f64, share: f64| {
        if worst >= share || worst.is_nan() {
            worst
        } else {
            share
        }
    };
    Ok(shares.fold(0.0, worse))
}

fn length(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_list_counts() {
        let ours = vec![vec![3.0, 4.0], vec![1.0]];
        let answer = vec![vec![3.0, 4.0], vec![1.5]];
        assert_eq!(difference(&answer, &ours).unwrap(), 0.5);
    }

    #[test]
    fn an_answer_of_other_lengths_is_refused() {
        let error = difference(&vec![vec![1.0]], &vec![vec![1.0, 2.0]]).unwrap_err();
        assert!(error.to_string().contains("[1] numbers, not [2]"));
    }

    #[test]
    fn what_is_no_number_is_no_agreement() {
        let ours = vec![vec![1.0], vec![1.0]];
        let answer = vec![vec![f32::NAN], vec![1.0]];
        let far = difference(&answer, &ours).unwrap();
        assert!(far.is_nan());
    }
}

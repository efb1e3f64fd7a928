//! Independent work on all cores, with a bar.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

use crate::progress;

/// What `work` makes of every item, in the items' order. `what` names them on the bar.
///
/// # Errors
/// The first error in that order; what has not begun after an error is left out.
pub fn for_each<T: Sync, R: Send>(
    items: &[T],
    what: &str,
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let bar = progress::bar(items.len() as u64, what);
    let results = spread(items, |item| {
        let result = work(item);
        bar.inc(1);
        result
    });
    bar.finish_and_clear();
    results
}

/// The same without a bar.
///
/// # Errors
/// As [`for_each`].
pub fn spread<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let work_on = || {
        while let Some((index, item)) = take(items, &next) {
            let result = work(item);
            if result.is_err() {
                next.store(items.len(), Ordering::Relaxed);
            }
            results
                .lock()
                .expect("no thread panics with the lock held")
                .push((index, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(work_on);
        }
    });
    let results = results.into_inner();
    let mut results = results.expect("no thread panics with the lock held");
    results.sort_by_key(|&(index, _)| index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// How many pieces of work go on at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, items.get(index)?))
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn results_come_in_the_items_order() {
        let items: Vec<u64> = (0..100).collect();
        let doubled = for_each(&items, "numbers", |n| Ok(2 * n)).unwrap();
        assert!(
            doubled
                .iter()
                .zip(&items)
                .all(|(double, n)| *double == 2 * n)
        );
    }

    #[test]
    fn an_error_ends_the_work() {
        let items: Vec<u64> = (0..1000).collect();
        let result = for_each(&items, "numbers", |&n| {
            if n == 3 {
                bail!("three")
            }
            Ok(n)
        });
        assert_eq!(result.unwrap_err().to_string(), "three");
    }
}

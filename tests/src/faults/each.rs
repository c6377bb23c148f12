//! One run for each call that changes something, with a fault at exactly that call.
use super::{Call, Fault, Run, Traced, mutates};
use std::process::Command;

/// A place for a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Name of the system call.
    pub syscall: String,
    /// Which call of this name, counted in its thread.
    pub nth: u64,
    /// The call as it was without a fault.
    pub shown: String,
}

/// What was tried.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Places found in a run without a fault.
    pub points: usize,
    /// Places tried, after sampling.
    pub tried: usize,
    /// Runs in which the fault came to pass.
    pub hits: usize,
    /// Calls that strace has no name for and so cannot make fail.
    pub unreachable: Vec<String>,
}

/// The successful calls that change something, once per name and number.
pub fn points(calls: &[Call]) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for call in calls.iter().filter(|call| call.succeeded() && mutates(call)) {
        if !points.iter().any(|point| point.syscall == call.name && point.nth == call.nth) {
            points.push(Point { syscall: call.name.clone(), nth: call.nth, shown: call.shown() });
        }
    }
    points
}

/// Records `command` once, then runs it with `fault` at each call that changes something, at most `limit` of them evenly
/// spread (the first and the last always).
///
/// `prepare` makes the same start before every run, the recorded one too; `check` judges each faulted run, and panics
/// where it is not as promised. strace counts calls per thread: let the command work in one thread, or a fault comes
/// once in each.
#[track_caller]
pub fn each_fault(
    command: impl Fn() -> Command,
    fault: Fault,
    limit: usize,
    mut prepare: impl FnMut(),
    mut check: impl FnMut(&Point, &Run),
) -> Summary {
    prepare();
    let recorded = Traced::new(&command()).record();
    assert!(
        recorded.status.success(),
        "fails without a fault: {}: {}",
        recorded.status,
        recorded.stderr
    );
    let all = points(&recorded.calls);
    let (unnamed, points): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|point| point.syscall.starts_with("syscall_"));
    let mut summary = Summary {
        points: points.len(),
        unreachable: unnamed.into_iter().map(|point| point.shown).collect(),
        ..Summary::default()
    };
    for point in sample(&points, limit) {
        prepare();
        let run = Traced::new(&command()).inject(&point.syscall, point.nth, fault);
        summary.tried += 1;
        summary.hits += usize::from(run.hit);
        check(point, &run);
    }
    summary
}

fn sample<T>(all: &[T], limit: usize) -> Vec<&T> {
    if all.len() <= limit {
        return all.iter().collect();
    }
    match limit {
        0 => Vec::new(),
        1 => vec![&all[0]],
        _ => (0..limit).map(|index| &all[index * (all.len() - 1) / (limit - 1)]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn a_sample_has_both_ends_and_nothing_twice() {
        let all: Vec<u32> = (0..100).collect();
        let some = sample(&all, 7);
        assert_eq!((some.len(), *some[0], *some[6]), (7, 0, 99));
        assert!(some.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(sample(&all, 1000).len(), 100);
        assert_eq!((sample(&all, 1).len(), sample(&all, 0).len()), (1, 0));
    }
}

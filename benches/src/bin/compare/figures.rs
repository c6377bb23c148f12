//! The figures of one contender, and what is made of them.

use std::time::Duration;

use crate::measure::Cost;

/// Everything that was seen of one contender, a value a round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) milliseconds: Vec<f64>,
    /// With what was done ahead and left for later.
    pub(crate) total: Vec<f64>,
    /// On all processors together.
    pub(crate) processor: Vec<f64>,
    pub(crate) kibibytes: i64,
    /// Differences from the template afterwards, the most in any round.
    pub(crate) differences: usize,
    pub(crate) failure: Option<String>,
}

impl Figures {
    pub(crate) fn add(&mut self, cost: &Cost, elsewhere: Duration, differences: usize) {
        self.milliseconds.push(milliseconds(cost.time));
        self.total.push(milliseconds(cost.time + elsewhere));
        self.processor.push(milliseconds(cost.processor));
        self.kibibytes = self.kibibytes.max(cost.kibibytes);
        self.differences = self.differences.max(differences);
        if self.failure.is_none() {
            self.failure.clone_from(&cost.failure);
        }
    }

    /// The median of the ratios to another contender's times in the same rounds; `None` without common rounds.
    pub(crate) fn times_faster_than(&self, other: &Self) -> Option<f64> {
        let pairs = other.milliseconds.iter().zip(&self.milliseconds);
        median(pairs.map(|(other, this)| other / this).collect())
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The middle value; `None` of none.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some((values[middle - 1] + upper) / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn a_ratio_pairs_what_ran_in_the_same_round() {
        let of = |milliseconds| Figures { milliseconds, ..Figures::default() };
        let (slow, fast) = (of(vec![10.0, 100.0, 30.0]), of(vec![1.0, 50.0, 3.0]));
        assert_eq!(fast.times_faster_than(&slow), Some(10.0));
    }
}

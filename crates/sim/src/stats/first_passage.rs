//! Times to a first event, with those that never had one counted as censored.

use serde::{Deserialize, Serialize};

use super::quantile_rank;

/// How many trials reached something first at each step; memory grows with the latest step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCounts {
    counts: Vec<u64>,
}

impl StepCounts {
    /// Nothing added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One trial that got there at this step.
    #[inline]
    pub fn add(&mut self, step: u32) {
        self.add_n(step, 1);
    }

    /// So many trials that got there at this step.
    #[inline]
    pub fn add_n(&mut self, step: u32, n: u64) {
        let at = step as usize;
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(at) {
            *count = count.saturating_add(n);
        }
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, added) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*added);
        }
    }

    /// How many got there first at each step, up to the latest at which any did.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many got there at all.
    #[must_use]
    pub fn reached(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many had got there by each step from 0 to `last`.
    #[must_use]
    pub fn reached_by_step(&self, last: u32) -> Vec<u64> {
        let counts = self.counts.iter().copied().chain(std::iter::repeat(0));
        let mut sum = 0;
        counts
            .take(last as usize + 1)
            .map(|count| {
                sum = u64::saturating_add(sum, count);
                sum
            })
            .collect()
    }

    /// The least step by which at least q of `n_total` trials had got there (see
    /// [`quantile_rank`]). `None` where the quantile lies among those that never did,
    /// where there were no trials, or where q is not in [0, 1].
    #[must_use]
    pub fn quantile(&self, q: f64, n_total: u64) -> Option<u32> {
        let rank = quantile_rank(n_total, q)?;
        let mut sum = 0_u64;
        let at = self.counts.iter().position(|&count| {
            sum = sum.saturating_add(count);
            sum >= rank
        })?;
        u32::try_from(at).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::StepCounts;

    fn of(steps: &[u32]) -> StepCounts {
        let mut counts = StepCounts::new();
        steps.iter().for_each(|&step| counts.add(step));
        counts
    }

    #[test]
    fn quantiles_count_the_censored() {
        let counts = of(&[21, 44, 44, 3]);
        assert_eq!(counts.reached(), 4);
        // 4 of 10 got there: the median is censored, the 40% quantile is not.
        assert_eq!(counts.quantile(0.5, 10), None);
        assert_eq!(counts.quantile(0.4, 10), Some(44));
        assert_eq!(counts.quantile(0.41, 10), None);
        assert_eq!(counts.quantile(0.2, 10), Some(21));
        assert_eq!(counts.quantile(0.21, 10), Some(44));
        assert_eq!(counts.quantile(0.05, 10), Some(3));
        // Of the four alone.
        assert_eq!(counts.quantile(0.25, 4), Some(3));
        assert_eq!(counts.quantile(0.5, 4), Some(21));
        assert_eq!(counts.quantile(0.95, 4), Some(44));
    }

    #[test]
    fn nothing_reached_has_no_quantile() {
        assert_eq!(StepCounts::new().quantile(0.5, 10), None);
        assert_eq!(StepCounts::new().quantile(0.5, 0), None);
        assert_eq!(of(&[1]).quantile(f64::NAN, 1), None);
        assert_eq!(of(&[0]).quantile(0.0, 1), Some(0));
    }

    #[test]
    fn merging_is_adding() {
        let (mut a, b) = (of(&[1, 5, 5]), of(&[9, 0]));
        a.merge(&b);
        assert_eq!(a, of(&[5, 9, 1, 0, 5]));
        assert_eq!(a.counts(), [1, 1, 0, 0, 0, 2, 0, 0, 0, 1]);
        assert_eq!(a.reached_by_step(3), [1, 2, 2, 2]);
        assert_eq!(a.reached_by_step(10), [1, 2, 2, 2, 2, 4, 4, 4, 4, 5, 5]);
        let mut c = of(&[]);
        c.merge(&a);
        assert_eq!(c, a);
    }
}

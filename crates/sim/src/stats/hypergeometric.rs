//! How many of those that got there have the mark, where it makes no difference: exactly, for tests in which so few are
//! expected that the normal distribution misleads.

/// What is less likely than the likeliest by this factor is left out: far below any p-value that tells something, and
/// far above what a double cannot hold.
const NEGLIGIBLE: f64 = 1e-100;
/// Chances that differ by no more than this share are equally likely: what is between them may be rounding.
const EQUAL: f64 = 1e-7;

/// The chances of the counts from `first` on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Counts {
    first: u64,
    chances: Vec<f64>,
}

impl Counts {
    /// Surely none.
    pub(crate) fn none() -> Self {
        Self { first: 0, chances: vec![1.0] }
    }

    /// How many of `got` are of the `n1` marked, when they are any of these and of `n0` others: the hypergeometric
    /// distribution. `got` is at most `n1 + n0`.
    ///
    /// From the likeliest count to both sides by the ratio of neighbours, so that nothing overflows and no logarithm is
    /// needed.
    fn of_table(n1: u64, n0: u64, got: u64) -> Self {
        let (least, most) = (got.saturating_sub(n0), n1.min(got));
        let [marked, others, yes] = [n1, n0, got].map(|count| count as f64);
        // The cast rounds down.
        let mode = (((marked + 1.0) * (yes + 1.0) / (marked + others + 2.0)) as u64).clamp(least, most);
        // The chance of k + 1 over that of k. From the least count on no more than n0 of the others get there.
        let step = |k: u64| {
            let (up, down) =
                ((n1 - k) as f64 * (got - k) as f64, (k + 1) as f64 * (n0 - (got - k) + 1) as f64);
            up / down
        };
        let mut below = Vec::new();
        let (mut k, mut chance) = (mode, 1.0);
        while k > least {
            k -= 1;
            chance /= step(k);
            if chance < NEGLIGIBLE {
                k += 1;
                break;
            }
            below.push(chance);
        }
        let first = k;
        below.reverse();
        let mut chances = below;
        (k, chance) = (mode, 1.0);
        chances.push(chance);
        while k < most {
            chance *= step(k);
            if chance < NEGLIGIBLE {
                break;
            }
            chances.push(chance);
            k += 1;
        }
        Self { first, chances }.normalised()
    }

    /// Adds an independent count of such a table.
    pub(crate) fn add(&mut self, n1: u64, n0: u64, got: u64) {
        let other = Self::of_table(n1, n0, got);
        if let [_] = other.chances[..] {
            self.first += other.first;
            return;
        }
        let mut sums = vec![0.0; self.chances.len() + other.chances.len() - 1];
        for (place, chance) in self.chances.iter().enumerate() {
            for (sum, with) in sums[place..].iter_mut().zip(&other.chances) {
                *sum += chance * with;
            }
        }
        let least = NEGLIGIBLE * sums.iter().copied().fold(0.0, f64::max);
        let from = sums.iter().position(|&chance| chance >= least).unwrap_or(0);
        let to = sums.iter().rposition(|&chance| chance >= least).map_or(sums.len(), |last| last + 1);
        *self = Self { first: self.first + other.first + from as u64, chances: sums[from..to].to_vec() }
            .normalised();
    }

    fn normalised(mut self) -> Self {
        let sum: f64 = self.chances.iter().sum();
        self.chances.iter_mut().for_each(|chance| *chance /= sum);
        self
    }

    /// How often a count comes that is no likelier than `count`: J. O. Irwin's (1935) p-value, on both sides.
    pub(crate) fn p(&self, count: u64) -> f64 {
        let place = count.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        let Some(&chance) = place.and_then(|place| self.chances.get(place)) else { return 0.0 };
        let limit = chance * (1.0 + EQUAL);
        self.chances.iter().filter(|&&other| other <= limit).sum::<f64>().min(1.0)
    }
}

#[cfg(test)]
#[path = "hypergeometric_tests.rs"]
mod tests;

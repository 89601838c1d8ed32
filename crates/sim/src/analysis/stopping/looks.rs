//! After how many trials a run is looked at.

use serde::{Deserialize, Serialize};

use crate::random::LANES;

/// Trials between the first looks: small beside any answer that one would defend.
const LEAST: u64 = 1024;
/// Later looks come after this share more, so that a run is at most that much longer than it had to be.
const SHARE: u64 = 16;

/// The looks: fixed beforehand, so that they depend on nothing that is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Looks {
    /// Where they double, the first.
    first: Option<u64>,
}

impl Looks {
    /// After `first` trials, and then whenever they have doubled.
    #[must_use]
    pub fn doubling(first: u64) -> Self {
        Self { first: Some(first) }
    }

    /// The first look, where the trials double from look to look.
    #[must_use]
    pub fn first(self) -> Option<u64> {
        self.first
    }

    fn next(self, look: u64) -> u64 {
        match self.first {
            Some(first) if look == 0 => first,
            Some(_) => look.saturating_mul(2),
            None => look.saturating_add((look / SHARE).next_multiple_of(LANES as u64).max(LEAST)),
        }
    }

    /// The next look where `trials` are done; the last is at `most`, and behind it there is none.
    #[must_use]
    pub fn after(self, trials: u64, most: u64) -> Option<u64> {
        let mut look = 0;
        while look <= trials && look < most {
            // A first look at 0 would never get on.
            look = self.next(look).max(1);
        }
        (trials < most).then_some(look.min(most))
    }

    /// How many looks there were by now; the one at `most` is one.
    #[must_use]
    pub fn passed(self, trials: u64, most: u64) -> u64 {
        let (mut looks, mut at) = (0, 0);
        while let Some(next) = self.after(at, most).filter(|next| *next <= trials) {
            at = next;
            looks += 1;
        }
        looks
    }

    /// Whether it is looked at after this many.
    #[must_use]
    pub fn is_at(self, trials: u64, most: u64) -> bool {
        trials > 0 && self.after(trials - 1, most) == Some(trials)
    }
}

#[cfg(test)]
mod tests {
    use super::Looks;

    #[test]
    fn looks_come_in_order_and_end_at_the_most() {
        let all = |looks: Looks, most: u64| {
            std::iter::successors(looks.after(0, most), |at| looks.after(*at, most)).collect::<Vec<_>>()
        };
        assert_eq!(all(Looks::default(), 3000), [1024, 2048, 3000]);
        assert_eq!(all(Looks::doubling(100), 1000), [100, 200, 400, 800, 1000]);
        assert_eq!(all(Looks::doubling(500), 100), [100]);
        let long = all(Looks::default(), 1 << 40);
        assert!(long.len() < 400 && long.iter().all(|at| at % 64 == 0), "{}", long.len());
        assert!(long.windows(2).all(|pair| pair[1] - pair[0] <= (pair[0] / 16 + 64).max(1024)));
        for (place, at) in long.iter().enumerate().step_by(7) {
            assert!(Looks::default().is_at(*at, 1 << 40) && !Looks::default().is_at(at + 1, 1 << 40));
            assert_eq!(Looks::default().passed(at + 1, 1 << 40), place as u64 + 1);
        }
        assert_eq!(Looks::default().after(3000, 3000), None);
        assert_eq!(Looks::doubling(u64::MAX).after(5, u64::MAX), Some(u64::MAX));
    }
}

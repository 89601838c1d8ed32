//! How the trials of a run are cut into shards.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::RunError;
use crate::random::LANES;

/// Shard `number` (from 1) of `of`; written `3/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// Into how many shards a run may be cut.
    pub const MOST: u32 = 1_000_000;

    /// Shard `number` of `of`.
    ///
    /// # Errors
    /// Where `number` is not from 1 to `of`, or `of` is above [`Shard::MOST`].
    pub fn new(number: u32, of: u32) -> Result<Self, RunError> {
        let wrong = |message: String| Err(RunError::Part(message));
        if of > Self::MOST {
            return wrong(format!("a run is cut into {} shards at most, not {of}", Self::MOST));
        }
        if !(1..=of).contains(&number) {
            return wrong(format!("there is no shard {number} of {of}; shards are counted from 1"));
        }
        Ok(Self { number, of })
    }

    /// Which, from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// Of how many.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// Its trials of a run of `total`. Shards follow each other without a gap and are of one size, as far as that can
    /// be; where there are enough trials they begin at whole blocks of 64, as those run together.
    ///
    /// # Errors
    /// Where there are fewer trials than shards.
    pub fn trials(self, total: u64) -> Result<Range<u64>, RunError> {
        if total < u64::from(self.of) {
            let message =
                format!("{total} trials cannot be cut into {} shards; cut them into fewer", self.of);
            return Err(RunError::Part(message));
        }
        let lanes = LANES as u64;
        let blocks = total.div_ceil(lanes);
        let (units, unit) = if blocks >= u64::from(self.of) { (blocks, lanes) } else { (total, 1) };
        let border = |number: u32| {
            let before = u128::from(units) * u128::from(number) / u128::from(self.of);
            // `before` is at most `units`; the last block may not be full.
            u64::try_from(before).unwrap_or(u64::MAX).saturating_mul(unit).min(total)
        };
        Ok(border(self.number - 1)..border(self.number))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = RunError;

    fn from_str(text: &str) -> Result<Self, RunError> {
        let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        let (number, of) =
            numbers.ok_or_else(|| RunError::Part(format!("`{text}` is no shard; write it as in 3/16")))?;
        Self::new(number, of)
    }
}

impl TryFrom<String> for Shard {
    type Error = RunError;

    fn try_from(text: String) -> Result<Self, RunError> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Shard;

    #[test]
    fn shards_cover_a_run_once_and_are_alike() {
        for (total, of) in [(1, 1), (7, 7), (100, 3), (100, 2), (10_000, 16), (10_000, 157), (10_001, 3)] {
            let shards: Vec<_> =
                (1..=of).map(|k| Shard::new(k, of).unwrap().trials(total).unwrap()).collect();
            assert_eq!((shards[0].start, shards[shards.len() - 1].end), (0, total));
            assert!(shards.windows(2).all(|pair| pair[0].end == pair[1].start), "{total} {of}");
            let sizes = || shards.iter().map(|shard| shard.end - shard.start);
            assert!(sizes().min() > Some(0), "{total} {of}");
            assert!(sizes().max().unwrap() - sizes().min().unwrap() <= 127, "{total} {of}: {shards:?}");
        }
        assert_eq!(Shard::new(2, 4).unwrap().trials(10_000).unwrap(), 2496..4992);
        assert_eq!(Shard::new(2, 4).unwrap().trials(100).unwrap(), 25..50);
        assert_eq!(Shard::new(2, 3).unwrap().trials(1 << 62).unwrap().start % 64, 0);
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "3", "0/4", "5/4", "-1/4", "1/0", "a/b", "1/2/3", "1/1000001", "1/99999999999"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert!("3/16".parse::<Shard>().unwrap().trials(15).is_err());
    }
}

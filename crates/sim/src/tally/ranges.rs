//! Which trials a tally holds.

use serde::{Deserialize, Serialize};

use crate::error::RunError;

/// Ranges of trial numbers, the last not included: ascending, none empty, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub(super) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    pub(super) fn as_slice(&self) -> &[(u64, u64)] {
        &self.0
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(first, end)| end - first).sum()
    }

    /// Puts in a range that is not empty.
    pub(super) fn add(&mut self, first: u64, end: u64) -> Result<(), RunError> {
        let at = self.0.partition_point(|range| range.1 < first);
        let after = self.0[at..].partition_point(|range| range.0 <= end) + at;
        let touching = &self.0[at..after];
        if let Some(shared) =
            touching.iter().map(|range| range.0.max(first)..range.1.min(end)).find(|r| !r.is_empty())
        {
            return Err(RunError::Merge(format!("trial {} would be counted twice", shared.start)));
        }
        let joined =
            touching.iter().fold((first, end), |all, range| (all.0.min(range.0), all.1.max(range.1)));
        self.0.splice(at..after, [joined]);
        Ok(())
    }

    pub(super) fn merge(&mut self, other: &Self) -> Result<(), RunError> {
        other.0.iter().try_for_each(|&(first, end)| self.add(first, end))
    }
}

impl From<Ranges> for Vec<(u64, u64)> {
    fn from(ranges: Ranges) -> Self {
        ranges.0
    }
}

impl TryFrom<Vec<(u64, u64)>> for Ranges {
    type Error = RunError;

    fn try_from(list: Vec<(u64, u64)>) -> Result<Self, RunError> {
        let mut ranges = Self::default();
        for (first, end) in list {
            if first >= end {
                return Err(RunError::Merge(format!("a range of trials runs from {first} to {end}")));
            }
            ranges.add(first, end)?;
        }
        Ok(ranges)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Ranges;

    #[test]
    fn ranges_join_where_they_touch_and_refuse_to_overlap() {
        let mut ranges = Ranges::default();
        for (first, end) in [(64, 128), (256, 300), (0, 64), (128, 192), (192, 256)] {
            ranges.add(first, end).unwrap();
        }
        assert_eq!(ranges.as_slice(), [(0, 300)]);
        assert_eq!(ranges.count(), 300);
        ranges.add(400, 401).unwrap();
        assert_eq!(ranges.as_slice(), [(0, 300), (400, 401)]);
        for (first, end) in [(0, 1), (299, 350), (399, 401), (100, 500), (350, 402)] {
            assert!(ranges.clone().add(first, end).is_err(), "{first} {end}");
        }
        assert_eq!(ranges.as_slice(), [(0, 300), (400, 401)]);
    }
}

//! How much likelier the outcome is once a rule has fired, date by date.

use super::result::RuleLift;
use super::trials::{Plan, Trials};
use crate::engine::NO_STEP;
use crate::stats::{Strata, holm};

/// How many trials could get there on each date, and how many did.
struct Dates {
    by: u32,
    /// What must lie between a firing and the outcome \[steps\].
    gap: u64,
    open: Vec<u64>,
    got: Vec<u64>,
}

impl Dates {
    fn new(plan: &Plan, trials: &Trials) -> Self {
        let by = plan.target.by;
        let mut open = Steps::new(by);
        let mut got = vec![0; by as usize + 1];
        for &time in &trials.times {
            open.add(1, last(time, by));
            if time != NO_STEP {
                got[time as usize] += 1;
            }
        }
        // What fires in step s is seen at observation s + 1. Where an event must have held for some steps, it was there
        // that long before it counts, and what fired within may have come of it.
        Self { by, gap: 1 + plan.target.lag, open: open.counts(), got }
    }

    /// From which observation on a firing counts as before the outcome.
    fn marked_from(&self, first: u32) -> u64 {
        if first == NO_STEP { u64::MAX } else { u64::from(first) + self.gap }
    }

    /// A rule's strata, and in how many trials it fired before: of those that got there, and of the others.
    fn strata(&self, times: &[u32], firsts: &[u32]) -> (Strata, u64, u64) {
        let mut marked = Steps::new(self.by);
        let mut marked_got = vec![0; self.got.len()];
        let (mut reached, mut not) = (0, 0);
        for (&time, &first) in times.iter().zip(firsts) {
            let last = last(time, self.by);
            let Ok(from) = u32::try_from(self.marked_from(first)) else { continue };
            if from > last {
                continue;
            }
            marked.add(from, last);
            if time == NO_STEP {
                not += 1;
            } else {
                reached += 1;
                marked_got[time as usize] += 1;
            }
        }
        let mut strata = Strata::default();
        let marked = marked.counts();
        // At observation 0 nothing can have fired.
        for step in 1..self.got.len() {
            let with = (marked_got[step], marked[step]);
            strata.add(with, (self.got[step] - with.0, self.open[step] - with.1));
        }
        (strata, reached, not)
    }
}

/// The last observation at which a trial could get there.
fn last(time: u32, by: u32) -> u32 {
    time.min(by)
}

/// Counts by observation, from ranges of observations.
struct Steps(Vec<i64>);

impl Steps {
    fn new(by: u32) -> Self {
        Self(vec![0; by as usize + 2])
    }

    fn add(&mut self, from: u32, to: u32) {
        if from <= to {
            self.0[from as usize] += 1;
            self.0[to as usize + 1] -= 1;
        }
    }

    fn counts(self) -> Vec<u64> {
        let mut count = 0;
        let counts = self.0.into_iter().map(|change| {
            count += change;
            count.unsigned_abs()
        });
        counts.collect()
    }
}

/// The rules and branches that fired before in some trial, as places in the plan: the surest first.
pub(super) fn lifts(plan: &Plan, trials: &Trials) -> Vec<(usize, RuleLift)> {
    let dates = Dates::new(plan, trials);
    let mut found: Vec<(usize, f64, RuleLift)> = Vec::new();
    for (place, firsts) in trials.firsts.iter().enumerate() {
        let (strata, fired_and_reached, fired_and_not) = dates.strata(&trials.times, firsts);
        if fired_and_reached + fired_and_not == 0 {
            continue;
        }
        let z = strata.z();
        let (ratio, p) = strata.compared();
        let lift = RuleLift {
            fired_and_reached,
            fired_and_not,
            expected: fired_and_reached as f64 - strata.excess(),
            lift: ratio,
            p,
            p_adjusted: 1.0,
        };
        found.push((place, z, lift));
    }
    let adjusted = holm(&found.iter().map(|(.., lift)| lift.p).collect::<Vec<_>>());
    for ((.., lift), adjusted) in found.iter_mut().zip(adjusted) {
        lift.p_adjusted = adjusted;
    }
    // p-values may be too small to differ. Entries stand in the order of names, and the sort keeps it between equals.
    found.sort_by(|(_, a_z, a), (_, b_z, b)| a.p.total_cmp(&b.p).then(b_z.abs().total_cmp(&a_z.abs())));
    found.into_iter().map(|(place, _, lift)| (place, lift)).collect()
}

/// Whether a firing came before the outcome of a trial that got there at `time`.
pub(super) fn is_before(first: u32, time: u32) -> bool {
    first < time && first != NO_STEP
}

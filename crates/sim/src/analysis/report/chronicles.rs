//! Two trials told: one of those that got there and one of those that did not, each the most like the others of its kind.

use super::Reporting;
use super::result::{Chronicles, ToldTrial};
use super::typical::{Kinds, Sample, look_through};
use crate::chronicle::Chronicle;
use crate::error::RunError;
use crate::result::{LevelsResult, OutcomeResult, RunResult};

/// Entries that a chronicle keeps.
const MOST_ENTRIES: usize = 400;

pub(super) fn tell(
    reporting: &Reporting,
    lead: &str,
    result: &RunResult,
) -> Result<Option<Chronicles>, RunError> {
    let Some(kinds) = kinds(reporting, lead, result) else { return Ok(None) };
    let names = kinds.names();
    let sample = look_through(reporting, &kinds)?;
    let mut trials = Vec::new();
    for (kind, sample) in names.into_iter().zip(&sample.groups) {
        if let Some(number) = Sample::middle(sample) {
            let mut chronicle = Chronicle::tell(&reporting.scenario, reporting.seed, number)?;
            let left_out = chronicle.entries.len().saturating_sub(MOST_ENTRIES) as u64;
            chronicle.entries.truncate(MOST_ENTRIES);
            trials.push(ToldTrial { kind, among: sample.len() as u64, left_out, chronicle });
        }
    }
    Ok((!trials.is_empty()).then(|| Chronicles {
        outcome: lead.to_owned(),
        searched: sample.searched,
        trials,
    }))
}

/// What tells the two kinds apart.
fn kinds(reporting: &Reporting, lead: &str, result: &RunResult) -> Option<Kinds> {
    let outcome = reporting.scenario.model().outcome(lead)?.index();
    Some(match result.outcomes.get(lead)? {
        OutcomeResult::Event(_) => Kinds::Event { outcome },
        OutcomeResult::Value(value) => {
            let end = value.at_end.as_ref()?;
            Kinds::Value { outcome, low: end.q25, high: end.q75 }
        }
        OutcomeResult::Levels(levels) => {
            let two = by_share(levels).into_iter().take(2);
            Kinds::Levels { outcome, levels: two.map(|(place, name)| (place, name.to_owned())).collect() }
        }
    })
}

/// The levels in which any trial ends, the commonest first; between equals the earlier.
pub(super) fn by_share(levels: &LevelsResult) -> Vec<(usize, &str)> {
    let all = levels.at_end.iter().enumerate();
    let mut shares: Vec<(usize, &str, u64)> =
        all.map(|(place, (name, share))| (place, name, share.count)).collect();
    shares.retain(|(_, _, count)| *count > 0);
    shares.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    shares.into_iter().map(|(place, name, _)| (place, name)).collect()
}

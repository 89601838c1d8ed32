//! In which order the rules without which a trial would not have got there first fired.

use std::collections::BTreeMap;

use super::lifts::is_before;
use super::pivotal::Lost;
use super::result::{Chain, Chains};
use super::trials::{Plan, Trials};
use crate::stats::wilson;

/// How many chains are told.
const TOLD: usize = 10;

/// A chain: entries by the step of their first firing, those of one step together.
type Links = Vec<Vec<usize>>;

/// The commonest chains of the trials that got there, of the rules that were found to be pivotal in each.
pub(super) fn find(plan: &Plan, trials: &Trials, lost: &Lost) -> Chains {
    let mut counts: BTreeMap<Links, u64> = BTreeMap::new();
    let mut reached = 0;
    for trial in (0..trials.len()).filter(|&trial| trials.reached(trial)) {
        let Some(pivotal) = lost.rules_of(trials.numbers[trial]) else { continue };
        reached += 1;
        *counts.entry(chain(plan, trials, trial, &pivotal)).or_default() += 1;
    }
    let distinct = counts.len() as u64;
    let mut sorted: Vec<(Links, u64)> = counts.into_iter().collect();
    sorted.sort_by(|(a, n_a), (b, n_b)| n_b.cmp(n_a).then_with(|| a.cmp(b)));
    let name = |entry: usize| plan.entries[entry].name.clone();
    let told = sorted.into_iter().take(TOLD).filter_map(|(links, count)| {
        let links = links.into_iter().map(|link| link.into_iter().map(name).collect()).collect();
        Some(Chain { links, trials: count, share: wilson(count, reached)? })
    });
    Chains { trials: reached, distinct, commonest: told.collect() }
}

/// The chain of a trial.
fn chain(plan: &Plan, trials: &Trials, trial: usize, pivotal: &[usize]) -> Links {
    let time = trials.times[trial];
    let first = |entry: usize| trials.firsts[entry][trial];
    let before = |entry: usize| is_before(first(entry), time);
    // A branch says more than its rule, which stands where none was taken in time.
    let of_pivotal = |entry: &usize| pivotal.contains(&plan.entries[*entry].rule);
    let fired: Vec<usize> =
        (0..plan.entries.len()).filter(of_pivotal).filter(|&entry| before(entry)).collect();
    let has_branch =
        |rule: usize| fired.iter().any(|&e| plan.entries[e].is_branch && plan.entries[e].rule == rule);
    let told = |entry: &usize| plan.entries[*entry].is_branch || !has_branch(plan.entries[*entry].rule);
    let mut by_step: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for entry in fired.iter().copied().filter(told) {
        by_step.entry(first(entry)).or_default().push(entry);
    }
    by_step.into_values().collect()
}

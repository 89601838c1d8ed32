//! The very same trials with a rule switched off: what would have come of them without it.
//!
//! Every draw depends on the seed, the trial and its own name alone, so a trial without a rule sees the same chance
//! wherever it asks the same thing. Where it no longer gets there, that is the rule's doing.

use cordiale_core::model::Model;

use super::result::SwitchedOff;
use super::target::Target;
use crate::engine::{Engine, Once, Remembered};
use crate::program::Program;
use crate::random::LANES;
use crate::simd::{Job, Kernel};
use crate::simulation::driver::{Desk, Failed};
use crate::stats::paired::tango_statistic;
use crate::stats::{PairedTable, holm, two_sided, wilson};

/// Where a rule's program stands, and what it is a program of.
pub(super) struct Without {
    /// The rule, or one instance of it, by its full name.
    pub(super) name: String,
    /// The rule's place in the model.
    pub(super) rule: usize,
    program: Program,
}

impl Without {
    /// The scenario without a rule, all of its instances, or without one instance; `None` where there is none of this
    /// name that is enabled.
    pub(super) fn new(model: &Model, target: &Target, name: &str) -> Option<Self> {
        let mut model = target.strip(model);
        let compact: String = name.chars().filter(|c| *c != ' ').collect();
        let mut found = None;
        for instance in &mut model.instances {
            let rule = instance.rule.index();
            if model.rules[rule].name == compact || instance.name == compact {
                if instance.enabled {
                    found = Some(rule);
                }
                instance.enabled = false;
                instance.forced.clear();
            }
        }
        found.map(|rule| Self { name: compact, rule, program: target.lower(&model) })
    }
}

/// The programs of a pass.
pub(super) struct Pass<'a> {
    pub(super) target: &'a Target,
    pub(super) baseline: &'a Program,
    pub(super) without: &'a [Without],
    pub(super) seed: u64,
    /// Trials up to this one are told apart; of the others only numbers are kept.
    pub(super) kept: u64,
    pub(super) desk: &'a Desk<'a>,
}

/// What the pairs of one thread, or of all, came to.
pub(super) struct Pairs {
    pub(super) trials: u64,
    pub(super) rules: Vec<OfRule>,
    /// Of the kept blocks: the first trial, and by rule the lanes that would not have got there without it.
    lost: Vec<(u64, Vec<u64>)>,
}

/// The trials with a rule and without it.
#[derive(Clone)]
pub(super) struct OfRule {
    /// The shares of those that count, with it and without.
    table: PairedTable,
    /// Trials that get there, and not without it: with a condition, those too that no longer meet it.
    lost: u64,
    /// Trials that get there without it alone.
    gained: u64,
    /// The lowest trial that fails without it.
    pub(super) failed: Option<u64>,
}

impl Pairs {
    pub(super) fn new(rules: usize) -> Self {
        let none = OfRule { table: PairedTable::new(), lost: 0, gained: 0, failed: None };
        Self { trials: 0, rules: vec![none; rules], lost: Vec::new() }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.trials += other.trials;
        for (rule, other) in self.rules.iter_mut().zip(other.rules) {
            rule.table.merge(&other.table);
            rule.lost += other.lost;
            rule.gained += other.gained;
            rule.failed = rule.failed.into_iter().chain(other.failed).min();
        }
        self.lost.extend(other.lost);
    }

    /// In which trials which rules were pivotal.
    pub(super) fn lost(&mut self, without: &[Without]) -> Lost {
        let mut blocks = std::mem::take(&mut self.lost);
        blocks.sort_by_key(|(first, _)| *first);
        let both = without.iter().zip(&self.rules);
        let rules = both.map(|(without, rule)| rule.failed.is_none().then_some(without.rule)).collect();
        Lost { rules, blocks }
    }
}

/// In which trials which rules were pivotal.
pub(super) struct Lost {
    /// By program: the rule; none where it cannot be told.
    rules: Vec<Option<usize>>,
    blocks: Vec<(u64, Vec<u64>)>,
}

impl Lost {
    /// The rules without which this trial would not have got there; none where it was not run again.
    pub(super) fn rules_of(&self, trial: u64) -> Option<Vec<usize>> {
        let first = trial - trial % LANES as u64;
        let place = self.blocks.binary_search_by_key(&first, |(first, _)| *first).ok()?;
        let lane = trial % LANES as u64;
        let masks = self.rules.iter().zip(&self.blocks[place].1);
        Some(masks.filter(|(_, mask)| **mask >> lane & 1 == 1).filter_map(|(rule, _)| *rule).collect())
    }
}

impl Job for Pass<'_> {
    type Output = Pairs;

    fn run<K: Kernel>(self, kernel: K) -> Pairs {
        let Self { target, baseline, without, seed, kept, desk } = self;
        let mut pairs = Pairs::new(without.len());
        let mut baseline = Engine::new(kernel, baseline, seed);
        let mut engines: Vec<Engine<'_, K>> =
            without.iter().map(|without| Engine::new(kernel, &without.program, seed)).collect();
        let remembered = Remembered::default();
        let once = Once::remembering(&remembered);
        while let Some((number, live)) = desk.next() {
            let (counts, reached) = match baseline.run_block(number, live, once) {
                Ok(record) => (target.counts(record), target.reached(record)),
                // Never so: it did not fail the first time.
                Err(trial) => {
                    desk.fail(Failed { trial, scenario: 0 });
                    continue;
                }
            };
            let mut lost = vec![0; engines.len()];
            for (place, (engine, rule)) in engines.iter_mut().zip(&mut pairs.rules).enumerate() {
                match engine.run_block(number, live, once) {
                    Ok(record) => {
                        let of_variant = (target.counts(record), target.reached(record));
                        rule.table.add_lanes(live, (counts, reached), of_variant);
                        lost[place] = live & reached & !of_variant.1;
                        rule.lost += u64::from(lost[place].count_ones());
                        rule.gained += u64::from((live & of_variant.1 & !reached).count_ones());
                    }
                    Err(trial) => rule.failed = rule.failed.into_iter().chain([trial]).min(),
                }
            }
            pairs.trials += u64::from(live.count_ones());
            if number * (LANES as u64) <= kept {
                pairs.lost.push((number * LANES as u64, lost));
            }
            desk.note(live, None);
        }
        pairs
    }
}

/// What switching each rule off does, the most decisive first.
pub(super) fn judged(without: &[Without], pairs: &Pairs) -> Vec<(String, SwitchedOff)> {
    let usable = without.iter().zip(&pairs.rules).filter(|(_, rule)| rule.failed.is_none());
    let mut rules: Vec<(String, SwitchedOff)> =
        usable.map(|(without, rule)| (without.name.clone(), switched_off(rule, pairs.trials))).collect();
    let adjusted = holm(&rules.iter().map(|(_, rule)| rule.p).collect::<Vec<_>>());
    rules.iter_mut().zip(adjusted).for_each(|((_, rule), adjusted)| rule.p_adjusted = adjusted);
    // Without an estimate none counts: more than that no rule can do.
    let size =
        |rule: &SwitchedOff| rule.difference.map_or(f64::INFINITY, |difference| difference.estimate.abs());
    rules.sort_by(|(a_name, a), (b_name, b)| {
        size(b)
            .total_cmp(&size(a))
            .then((b.lost + b.gained).cmp(&(a.lost + a.gained)))
            .then(a_name.cmp(b_name))
    });
    rules
}

fn switched_off(rule: &OfRule, trials: u64) -> SwitchedOff {
    let ((reached, _), (got, of)) = (rule.table.baseline(), rule.table.variant());
    SwitchedOff {
        without: wilson(got, of),
        difference: rule.table.difference(),
        lost: rule.lost,
        gained: rule.gained,
        pivotal: wilson(rule.lost, reached),
        p: two_sided(z(rule, trials)),
        p_adjusted: 1.0,
    }
}

/// McNemar's (1947) test, which Tango's interval inverts at 0: of trials that get there with the rule alone against those that
/// do without it alone.
fn z(rule: &OfRule, trials: u64) -> f64 {
    tango_statistic(rule.gained as f64, rule.lost as f64, trials as f64, 0.0)
}

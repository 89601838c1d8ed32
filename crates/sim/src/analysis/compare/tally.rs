//! What many pairs of trials came to: counts and exact sums, which merge to the same bits in any order.

use super::plan::{Kind, Matched, Plan};
use crate::analysis::out_of_bounds::OutOfBounds;
use crate::engine::{BlockRecord, OutcomeColumns};
use crate::random::LANES;
use crate::stats::{PairedMoments, PairedTable};

/// The pairs of all variants.
pub(super) struct Tally {
    /// How many trials were run of each.
    pub(super) trials: u64,
    /// By variant, then by outcome that it shares with the baseline.
    pub(super) variants: Vec<Vec<Pairs>>,
    /// By scenario, the baseline first.
    pub(super) out_of_bounds: Vec<OutOfBounds>,
}

/// One outcome's pairs; lists are by observation, and empty where the two runs have no steps in common.
#[expect(clippy::large_enum_variant, reason = "there are a few of them a thread, made once")]
pub(super) enum Pairs {
    Event { end: PairedTable, by_step: Vec<PairedTable> },
    Value { end: PairedMoments, by_step: Vec<PairedMoments> },
    Levels(Levels),
}

/// The pairs of an outcome of levels.
pub(super) struct Levels {
    /// By level.
    pub(super) end: Vec<PairedTable>,
    /// By level, then by observation.
    pub(super) by_step: Vec<Vec<PairedTable>>,
    /// Pairs that stand in different levels.
    pub(super) moved: u64,
}

impl Tally {
    /// Of no trials of a baseline and its variants.
    pub(super) fn new(plans: &[Plan]) -> Self {
        let of_plan = |plan: &Plan| {
            let observations = plan.last.map_or(0, |last| last as usize + 1);
            plan.outcomes.iter().map(|matched| Pairs::new(&matched.kind, observations)).collect()
        };
        Self {
            trials: 0,
            variants: plans.iter().map(of_plan).collect(),
            out_of_bounds: vec![OutOfBounds::default(); 1 + plans.len()],
        }
    }

    /// Adds a block of one variant.
    pub(super) fn add(&mut self, place: usize, plan: &Plan, baseline: &BlockRecord, variant: &BlockRecord) {
        for (pairs, matched) in self.variants[place].iter_mut().zip(&plan.outcomes) {
            pairs.add(matched, baseline, variant);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.trials = self.trials.saturating_add(other.trials);
        for (pairs, others) in self.variants.iter_mut().flatten().zip(other.variants.iter().flatten()) {
            pairs.merge(others);
        }
        for (found, other) in self.out_of_bounds.iter_mut().zip(&other.out_of_bounds) {
            found.merge(other);
        }
    }
}

impl Pairs {
    fn new(kind: &Kind, observations: usize) -> Self {
        match kind {
            Kind::Event => {
                Self::Event { end: PairedTable::new(), by_step: vec![PairedTable::new(); observations] }
            }
            Kind::Value => {
                Self::Value { end: PairedMoments::new(), by_step: vec![PairedMoments::new(); observations] }
            }
            Kind::Levels(levels) => Self::Levels(Levels {
                end: vec![PairedTable::new(); levels.len()],
                by_step: vec![vec![PairedTable::new(); observations]; levels.len()],
                moved: 0,
            }),
        }
    }

    fn add(&mut self, matched: &Matched, baseline: &BlockRecord, variant: &BlockRecord) {
        let live = baseline.live & variant.live;
        let (ours, theirs) = (&matched.baseline, &matched.variant);
        let (of_b, of_v) = (ours.counts(baseline), theirs.counts(variant));
        match (self, &baseline.outcomes[ours.outcome], &variant.outcomes[theirs.outcome]) {
            (
                Self::Event { end, by_step },
                OutcomeColumns::Event { first: first_b, .. },
                OutcomeColumns::Event { first: first_v, .. },
            ) => {
                let (b, v) =
                    (baseline.reached(ours.outcome, ours.by), variant.reached(theirs.outcome, theirs.by));
                end.add_lanes(live, (of_b, b), (of_v, v));
                let reached =
                    reached_by_step(first_b, by_step.len()).zip(reached_by_step(first_v, by_step.len()));
                for (table, (b, v)) in by_step.iter_mut().zip(reached) {
                    table.add_lanes(live, (of_b, b), (of_v, v));
                }
            }
            (Self::Value { end, by_step }, OutcomeColumns::Value(b), OutcomeColumns::Value(v)) => {
                add_values(end, live, (of_b, &b[ours.by as usize]), (of_v, &v[theirs.by as usize]));
                for (moments, (b, v)) in by_step.iter_mut().zip(b.iter().zip(v)) {
                    add_values(moments, live, (of_b, b), (of_v, v));
                }
            }
            (Self::Levels(levels), OutcomeColumns::Levels(b), OutcomeColumns::Levels(v)) => {
                let mut stays = 0;
                let lists = levels.end.iter_mut().zip(&mut levels.by_step);
                for ((end, by_step), (b, v)) in lists.zip(b.iter().zip(v)) {
                    let at_end = (b[ours.by as usize], v[theirs.by as usize]);
                    end.add_lanes(live, (of_b, at_end.0), (of_v, at_end.1));
                    stays |= at_end.0 & at_end.1;
                    for (table, (b, v)) in by_step.iter_mut().zip(b.iter().zip(v)) {
                        table.add_lanes(live, (of_b, *b), (of_v, *v));
                    }
                }
                levels.moved += u64::from((live & of_b & of_v & !stays).count_ones());
            }
            // Never so: all come from the same models.
            _ => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Event { end, by_step }, Self::Event { end: end_2, by_step: by_step_2 }) => {
                end.merge(end_2);
                merge_tables(by_step, by_step_2);
            }
            (Self::Value { end, by_step }, Self::Value { end: end_2, by_step: by_step_2 }) => {
                end.merge(end_2);
                for (moments, other) in by_step.iter_mut().zip(by_step_2) {
                    moments.merge(other);
                }
            }
            (Self::Levels(levels), Self::Levels(others)) => {
                merge_tables(&mut levels.end, &others.end);
                for (tables, others) in levels.by_step.iter_mut().zip(&others.by_step) {
                    merge_tables(tables, others);
                }
                levels.moved = levels.moved.saturating_add(others.moved);
            }
            // Never so: both come from one plan.
            _ => {}
        }
    }
}

fn merge_tables(tables: &mut [PairedTable], others: &[PairedTable]) {
    for (table, other) in tables.iter_mut().zip(others) {
        table.merge(other);
    }
}

/// The lanes that had reached an event by each observation, from the observation at which each first did.
fn reached_by_step(first: &[u32; LANES], observations: usize) -> impl Iterator<Item = u64> {
    let mut at = vec![0_u64; observations];
    for (lane, &step) in first.iter().enumerate() {
        if let Some(mask) = at.get_mut(step as usize) {
            *mask |= 1 << lane;
        }
    }
    at.into_iter().scan(0, |reached, now| {
        *reached |= now;
        Some(*reached)
    })
}

/// Adds the values of a block. Of each run: where it counts, and the values.
fn add_values(
    moments: &mut PairedMoments,
    live: u64,
    baseline: (u64, &[f64; LANES]),
    variant: (u64, &[f64; LANES]),
) {
    for lane in (0..LANES).filter(|lane| live >> lane & 1 == 1) {
        let value =
            |(counts, values): (u64, &[f64; LANES])| (counts >> lane & 1 == 1).then_some(values[lane]);
        moments.add(value(baseline), value(variant));
    }
}

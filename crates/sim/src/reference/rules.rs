//! A step: every rule against the snapshot, the drift, the effects together.

use cordiale_core::model::{Branch, Decay, EffectKind, ExprId, RuleInstance, SlotId, Toward, Trigger};

use super::{Evaluation, Fault, InTrial, Past, Situation, Streams, Walk, clamp, finite};
use crate::error::{Problem, RunError};
use crate::num::math::exp;
use crate::record::Clamps;

/// A rule that fired in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Firing {
    /// The instance, as a place in the model.
    pub(crate) instance: usize,
    /// The branch that was taken, if any.
    pub(crate) branch: Option<usize>,
    /// Whether a variant forced it.
    pub(crate) forced: bool,
}

/// What happened in a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepLog {
    pub(crate) fired: Vec<Firing>,
    /// Every value before the step.
    pub(crate) before: Vec<f64>,
    /// Every value after its drift and before the effects.
    pub(crate) drifted: Vec<f64>,
    /// Whether an effect reached it.
    pub(crate) reached: Vec<bool>,
}

/// What an effect comes to in this step.
struct Change {
    target: SlotId,
    kind: EffectKind,
    value: f64,
    priority: i64,
    /// The right side, for an error in what comes of it.
    expr: cordiale_core::model::ExprId,
    /// The place of the instance whose effect it is.
    instance: usize,
}

/// What is noted of an instance in a step: at most one clamp, and a hazard too fast.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) clamped: Option<f64>,
    pub(crate) branches: Vec<(usize, f64)>,
    pub(crate) fast: Option<f64>,
}

/// How surely a rule fires that is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Chance {
    /// Its guard does not hold.
    None,
    /// It has neither a chance nor a hazard.
    Sure,
    /// With this chance, before the clamp to [0, 1].
    Of(f64),
}

impl Notes {
    fn clamp(&mut self, value: f64) {
        self.clamped = Clamps::worse(self.clamped, Some(value));
    }
}

impl Walk<'_> {
    /// From the start of a step to the start of the next.
    pub(crate) fn advance(&mut self, streams: &Streams) -> Result<StepLog, RunError> {
        let mut changes = Vec::new();
        let mut fired = Vec::new();
        for place in 0..self.model.instances.len() {
            let instance = &self.model.instances[place];
            let mut notes = Notes::default();
            let look = self.look(place, streams, &mut notes, &mut changes);
            let firing = look.map_err(|fault| self.error(fault, &format!("rule `{}`", instance.name)))?;
            self.note(place, notes);
            fired.extend(firing);
        }
        let drifted = self.drift(streams);
        let next = self.settle(&drifted, &changes)?;
        for firing in &fired {
            self.remember(*firing);
        }
        self.step += 1;
        let before = std::mem::replace(&mut self.state, next);
        let mut reached = vec![false; before.len()];
        changes.iter().for_each(|change| reached[change.target.index()] = true);
        Ok(StepLog { fired, before, drifted, reached })
    }

    /// A rule against the snapshot: enabled, window or `at`, cooldown, limit, `when`, then its chance.
    fn look(
        &self,
        place: usize,
        streams: &Streams,
        notes: &mut Notes,
        changes: &mut Vec<Change>,
    ) -> Result<Option<Firing>, Fault> {
        let instance = &self.model.instances[place];
        let trial = InTrial { walk: self, streams };
        let snapshot = Evaluation::now(&trial);
        let forced = instance.forced.iter().find(|(step, _)| *step == self.step);
        let branch = match forced {
            Some((_, Some(branch))) => Some(*branch),
            _ => {
                if forced.is_none() && !self.fires(place, &snapshot, streams, notes)? {
                    return Ok(None);
                }
                self.pick_branch(place, &snapshot, streams, notes)?
            }
        };
        let taken = branch.map(|branch| &instance.branches[branch].effects);
        for effect in instance.effects.iter().chain(taken.into_iter().flatten()) {
            let value = snapshot.number(effect.value)?;
            changes.push(Change {
                target: effect.target,
                kind: effect.kind,
                value,
                priority: instance.priority,
                expr: effect.value,
                instance: place,
            });
        }
        Ok(Some(Firing { instance: place, branch, forced: forced.is_some() }))
    }

    fn fires(
        &self,
        place: usize,
        snapshot: &Evaluation<'_, InTrial<'_>>,
        streams: &Streams,
        notes: &mut Notes,
    ) -> Result<bool, Fault> {
        let instance = &self.model.instances[place];
        let past = &self.past[place].0;
        if !may_fire(instance, self.step, past.last.map(|last| self.step - last), past.count) {
            return Ok(false);
        }
        Ok(match snapshot.chance(instance, notes)? {
            Chance::None => false,
            Chance::Sure => true,
            // Below 0 nothing is under the chance, from 1 on everything is: the clamp needs no step of its own.
            Chance::Of(chance) => streams.fire[place].fires(self.step, self.number.inner, chance),
        })
    }

    /// One branch in proportion to the weights, cumulated in the order of names; none where all are zero.
    fn pick_branch(
        &self,
        place: usize,
        snapshot: &Evaluation<'_, InTrial<'_>>,
        streams: &Streams,
        notes: &mut Notes,
    ) -> Result<Option<usize>, Fault> {
        let cumulated = snapshot.cumulated_weights(&self.model.instances[place].branches, notes)?;
        let Some(&total) = cumulated.last().filter(|total| **total > 0.0) else {
            return Ok(None);
        };
        let picked = streams.branch[place].uniform(self.step, self.number.inner) * total;
        // A product rounded up to the total falls to the last branch with a weight: the first that reaches the total.
        Ok(cumulated
            .iter()
            .position(|up_to| picked < *up_to)
            .or_else(|| cumulated.iter().position(|up_to| *up_to == total)))
    }

    /// Each value drifts: `toward + (x - toward) * a + sd * N`.
    fn drift(&self, streams: &Streams) -> Vec<f64> {
        let mut drifted = self.state.clone();
        for (place, (value, drift)) in drifted.iter_mut().zip(&self.drifts).enumerate() {
            if let Some((toward, a)) = drift.decay {
                *value = toward + (*value - toward) * a;
            }
            if let Some(sd) = drift.sd {
                *value += sd * f64::from(streams.drift[place].normal(self.step, self.number.inner));
            }
        }
        drifted
    }

    /// Effects come together: what was assigned, or else the drifted value, then the additions in order, clamped once.
    fn settle(&self, drifted: &[f64], changes: &[Change]) -> Result<Vec<f64>, RunError> {
        let mut next = drifted.to_vec();
        let mut winners: Vec<Option<i64>> = vec![None; next.len()];
        for change in changes.iter().filter(|c| c.kind == EffectKind::Assign) {
            let winner = &mut winners[change.target.index()];
            // Changes come in the order of full names, so that between equals the first stays.
            if winner.is_none_or(|priority| change.priority > priority) {
                *winner = Some(change.priority);
                next[change.target.index()] = change.value;
            }
        }
        for change in changes.iter().filter(|c| c.kind == EffectKind::Add) {
            next[change.target.index()] += change.value;
        }
        for (place, slot) in self.model.slots.iter().enumerate() {
            let value = clamp(next[place], slot.range);
            if !value.is_finite() {
                let drifts_off = winners[place].is_none() && !drifted[place].is_finite();
                let last = changes.iter().rev().find(|c| c.target.index() == place && !drifts_off);
                let expr = last.map_or_else(|| self.drift_of(place), |c| c.expr);
                let problem = if value.is_nan() {
                    Problem::NoNextValue { from: self.state[place] }
                } else {
                    Problem::Infinite { what: "the next value", value }
                };
                let mut owner = format!("`{}`", slot.name);
                if let Some(change) = last {
                    let rule = &self.model.instances[change.instance].name;
                    owner.push_str(&format!(", changed by rule `{rule}`"));
                }
                return Err(self.error(Fault { expr, problem }, &owner));
            }
            next[place] = value;
        }
        Ok(next)
    }

    /// What makes a value drift off: its volatility if that is infinite, or else what it decays toward, or its start.
    fn drift_of(&self, place: usize) -> ExprId {
        let slot = &self.model.slots[place];
        let infinite = self.drifts[place].sd.is_some_and(f64::is_infinite);
        match (slot.volatility.filter(|_| infinite), slot.decay) {
            (Some(volatility), _) => volatility,
            (None, Some(Decay { toward: Toward::Value(toward), .. })) => toward,
            (None, _) => slot.start,
        }
    }

    fn remember(&mut self, firing: Firing) {
        let Firing { instance, branch, .. } = firing;
        let now = |past: &mut Past, step| {
            past.count += 1;
            past.last = Some(step);
        };
        let (whole, branches) = &mut self.past[instance];
        now(whole, self.step);
        self.records[instance].fires.add(self.step);
        if let Some(branch) = branch {
            now(&mut branches[branch], self.step);
            self.records[instance].branches[branch].fires.add(self.step);
        }
    }

    fn note(&mut self, place: usize, notes: Notes) {
        let record = &mut self.records[place];
        if let Some(value) = notes.clamped {
            record.clamped.add(value);
        }
        for (branch, value) in notes.branches {
            record.branches[branch].clamped.add(value);
        }
        if let Some(value) = notes.fast {
            record.fast_hazard.add(value);
        }
    }
}

/// Whether a rule is looked at in a step: enabled, window, dates, cooldown and limit. `since` is the steps since its last
/// firing, `count` its firings.
pub(crate) fn may_fire(instance: &RuleInstance, step: u32, since: Option<u32>, count: u64) -> bool {
    instance.enabled
        && instance.window.contains(&step)
        && instance.at.as_ref().is_none_or(|steps| steps.contains(&step))
        && since.is_none_or(|since| u64::from(since) >= instance.cooldown)
        && instance.limit.is_none_or(|limit| count < limit)
}

impl<S: Situation> Evaluation<'_, S> {
    /// How surely a rule fires in this step that [may](may_fire).
    pub(crate) fn chance(&self, instance: &RuleInstance, notes: &mut Notes) -> Result<Chance, Fault> {
        if let Some(when) = instance.when
            && !self.condition(when)?
        {
            return Ok(Chance::None);
        }
        Ok(match instance.trigger {
            Trigger::Always => Chance::Sure,
            Trigger::Chance(expr) => {
                let chance = finite(self.number(expr)?, expr, "the chance")?;
                if !(0.0..=1.0).contains(&chance) {
                    notes.clamp(chance);
                }
                Chance::Of(chance)
            }
            Trigger::Hazard(expr) => {
                let calendar = &self.situation().model().calendar;
                let hazard = finite(self.number(expr)?, expr, "the hazard")?;
                if hazard < 0.0 {
                    notes.clamp(hazard);
                }
                if hazard > 0.5 * f64::from(calendar.per_year()) {
                    notes.fast = Some(hazard);
                }
                Chance::Of(1.0 - exp(-(hazard * calendar.dt())))
            }
        })
    }

    /// The weights of branches, each below 0 taken as 0, summed up from the first.
    pub(crate) fn cumulated_weights(
        &self,
        branches: &[Branch],
        notes: &mut Notes,
    ) -> Result<Vec<f64>, Fault> {
        let mut total = 0.0;
        let mut cumulated = Vec::with_capacity(branches.len());
        for (number, branch) in branches.iter().enumerate() {
            let weight = finite(self.number(branch.weight)?, branch.weight, "a branch's weight")?;
            if weight < 0.0 {
                notes.clamp(weight);
                notes.branches.push((number, weight));
            }
            total = finite(
                total + if weight < 0.0 { 0.0 } else { weight },
                branch.weight,
                "the sum of the weights",
            )?;
            cumulated.push(total);
        }
        Ok(cumulated)
    }
}

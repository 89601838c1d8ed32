//! The state: how each value starts, which of them change, and how these drift.

use cordiale_core::model::{DecayRate, ExprId, Function, Model, Relation, Slot, Toward};

use super::Found;
use super::expr::{Lowering, SlotValue, When};
use super::graph::{ALWAYS, NEVER, Source, Value};
use super::interval::Interval;
use super::schedule::{Need, Roots};
use crate::program::{Binary, DecayPlan, NoisePlan, Operand, SlotPlan, Unary};

/// Lowers starts and drifts, and tells the lowering what reading a slot gives. The plans are those of the values that
/// change and that something reads; the others are constants of a trial.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    roots: &mut Roots,
    live: &[bool],
    found: &mut Found,
) -> Vec<SlotPlan> {
    let model = lowering.model;
    let touched = touched(model, &found.looked_at);
    let mut plans = Vec::new();
    for (number, (slot, touched)) in model.slots.iter().zip(touched).enumerate() {
        let start = start(lowering, roots, slot);
        let decay = decay(lowering, roots, slot, start);
        let noise = noise(lowering, roots, slot, decay.as_ref());
        let fixed = !touched && noise.is_none() && decay.is_none_or(|d| stays(lowering, d, start));
        let range = Interval::finite_part(slot.range.0, slot.range.1);
        let may_overflow = may_overflow(lowering, range, decay.as_ref(), noise);
        if !live[number] && (may_overflow || !(slot.range.0.is_finite() && slot.range.1.is_finite())) {
            found.kept[number] = true;
        }
        if fixed {
            lowering.slots.push(SlotValue { start, now: start });
            continue;
        }
        // What nothing reads has a place of its own beyond all others, which gets no register.
        let place = if live[number] { plans.len() } else { u32::MAX as usize - number };
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let state = Value { id: lowering.graph.source(Source::State(place), range), bad: NEVER };
        lowering.slots.push(SlotValue { start, now: state });
        if !live[number] {
            continue;
        }
        roots.need(state.id, Need::Common);
        roots.need(start.id, Need::Common);
        plans.push(SlotPlan {
            name: slot.name.clone(),
            state: state.id,
            start: start.id,
            range: slot.range,
            may_overflow,
            wakes: Vec::new(),
            decay: decay.map(|decay| {
                roots.need(decay.toward.id, Need::Common);
                roots.need(decay.factor.id, Need::Common);
                let still = roots.lanes(decay.still, Need::Common);
                DecayPlan {
                    toward: Operand::Register(decay.toward.id),
                    factor: Operand::Register(decay.factor.id),
                    still,
                }
            }),
            noise: noise.map(|sd| {
                roots.need(sd.id, Need::Common);
                NoisePlan {
                    sd: Operand::Register(sd.id),
                    stream: lowering.stream(format!("drift/{}", slot.name)),
                }
            }),
        });
    }
    plans
}

/// Lowers the starts of all slots, clamped, where nothing else of them is asked for.
pub(super) fn lower_starts(lowering: &mut Lowering<'_>, roots: &mut Roots) -> Vec<Value> {
    let mut starts = Vec::new();
    for slot in &lowering.model.slots {
        let start = start(lowering, roots, slot);
        lowering.slots.push(SlotValue { start, now: start });
        starts.push(start);
    }
    starts
}

/// Which slots the effects of the instances that are looked at reach.
fn touched(model: &Model, looked_at: &[bool]) -> Vec<bool> {
    let mut touched = vec![false; model.slots.len()];
    for (instance, _) in model.instances.iter().zip(looked_at).filter(|(_, looked_at)| **looked_at) {
        instance.all_effects().for_each(|effect| touched[effect.target.index()] = true);
    }
    touched
}

/// The start, clamped; that it is a number and finite is checked, so that nobody else has to.
fn start(lowering: &mut Lowering<'_>, roots: &mut Roots, slot: &Slot) -> Value {
    let value = lowering.value(slot.start, When::Start);
    roots.check(value.bad);
    let (lo, hi) = (lowering.number(slot.range.0), lowering.number(slot.range.1));
    let value = Value { bad: NEVER, ..value };
    let raised = lowering.graph.binary(Binary::Max, value, lo);
    let clamped = lowering.graph.binary(Binary::Min, raised, hi);
    let infinite = lowering.graph.not_finite(clamped);
    roots.check(infinite);
    lowering.graph.assume_finite(clamped.id);
    clamped
}

/// A decay in one trial. Where `still` the rate is 0.
#[derive(Clone, Copy)]
struct Decay {
    rate: Value,
    toward: Value,
    factor: Value,
    still: u32,
}

fn decay(lowering: &mut Lowering<'_>, roots: &mut Roots, slot: &Slot, start: Value) -> Option<Decay> {
    let decay = slot.decay?;
    let dt = lowering.model.calendar.dt();
    let (rate, exponent) = match decay.rate {
        DecayRate::HalfLife(years) => {
            let ln2 = std::f64::consts::LN_2;
            (lowering.number(ln2 / years), lowering.number(ln2 * dt / years))
        }
        DecayRate::Rate(expr) => {
            let rate = not_negative(lowering, roots, expr);
            let dt = lowering.number(dt);
            (rate, lowering.graph.binary(Binary::Mul, rate, dt))
        }
    };
    let zero = lowering.number(0.0);
    let still = lowering.graph.compare(Relation::LessEqual, rate, zero).id;
    if still == ALWAYS {
        return None;
    }
    let toward = match decay.toward {
        Toward::Start => start,
        Toward::Value(expr) => {
            let toward = lowering.value(expr, When::Start);
            // Where nothing decays nobody looks.
            let moving = lowering.graph.not(still);
            let bad = lowering.graph.and(moving, toward.bad);
            roots.check(bad);
            Value { bad: NEVER, ..toward }
        }
    };
    let negated = lowering.graph.unary(Unary::Negate, exponent);
    let factor = lowering.graph.unary(Unary::Call(Function::Exp), negated);
    Some(Decay { rate, toward, factor, still })
}

/// The size of a step's noise: `volatility * sqrt((1 - a^2) / (2 rate))`, or `volatility * sqrt(dt)` without decay.
fn noise(
    lowering: &mut Lowering<'_>,
    roots: &mut Roots,
    slot: &Slot,
    decay: Option<&Decay>,
) -> Option<Value> {
    let volatility = not_negative(lowering, roots, slot.volatility?);
    let root_dt = lowering.number(lowering.model.calendar.dt().sqrt());
    let graph = &mut lowering.graph;
    let without_decay = graph.binary(Binary::Mul, volatility, root_dt);
    let Some(Decay { rate, factor, still, .. }) = decay else {
        return Some(without_decay);
    };
    let (one, two) = (lowering.number(1.0), lowering.number(2.0));
    let graph = &mut lowering.graph;
    let squared = graph.binary(Binary::Mul, *factor, *factor);
    let above = graph.binary(Binary::Sub, one, squared);
    let below = graph.binary(Binary::Mul, two, *rate);
    let variance = graph.binary(Binary::Div, above, below);
    let root = graph.unary(Unary::Call(Function::Sqrt), variance);
    let with_decay = graph.binary(Binary::Mul, volatility, root);
    let still = Value { id: *still, bad: NEVER };
    // A NaN in here would make the state one, which is an error of its own.
    Some(graph.select(still, without_decay, with_decay))
}

/// A rate or volatility: that it is a number of 0 or more is checked.
fn not_negative(lowering: &mut Lowering<'_>, roots: &mut Roots, expr: ExprId) -> Value {
    let value = lowering.value(expr, When::Start);
    roots.check(value.bad);
    let zero = lowering.number(0.0);
    let negative = lowering.graph.compare(Relation::Less, value, zero);
    roots.check(negative.id);
    Value { bad: NEVER, ..value }
}

/// Whether a step's drift can leave the finite numbers.
fn may_overflow(lowering: &Lowering<'_>, x: Interval, decay: Option<&Decay>, noise: Option<Value>) -> bool {
    let range = |value: Value| lowering.graph.range(value.id);
    let mut drifted = x;
    if let Some(decay) = decay {
        let (toward, factor) = (range(decay.toward), range(decay.factor));
        drifted = drifted.add(toward.negate()).mul(factor).add(toward).union(x);
    }
    if let Some(sd) = noise {
        drifted = drifted.add(range(sd).mul(Interval::new(-MOST_NORMAL, MOST_NORMAL)));
    }
    !drifted.is_finite()
}

/// Above any [`drift_normal`](crate::num::normal::drift_normal).
const MOST_NORMAL: f64 = 7.0;

/// Whether a value that decays toward its own start stays there to the last bit. (A start of -0.0 would become 0.0.)
fn stays(lowering: &Lowering<'_>, decay: Decay, start: Value) -> bool {
    decay.toward.id == start.id && lowering.graph.is_never_negative_zero(start.id)
}

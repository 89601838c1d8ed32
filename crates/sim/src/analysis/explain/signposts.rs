//! What could be seen by a date, and how much it moves the odds afterwards.
//!
//! Among the trials that had not got there by the date. One half chooses for every value the threshold that tells best who
//! gets there later, and puts all signs in order; the figures are the other half's, so that neither flatters them.

use super::result::{At, SignKind, Signpost, Signposts};
use super::trials::{Plan, Trials};
use crate::stats::{compared_odds, holm, odds_ratio, two_shares_z, wilson};

/// The least trials on either side of a threshold \[share of those that find\], and at the least so many.
const LEAST_SHARE: f64 = 0.05;
const LEAST: usize = 10;

/// Something that is seen or not.
struct Sign<'a> {
    name: &'a str,
    kind: SignKind,
    above: Option<f64>,
    source: Source<'a>,
}

enum Source<'a> {
    /// The step of a first firing, by trial.
    Firsts(&'a [u32], u32),
    /// A value by trial.
    Values(&'a [f64], f64),
}

impl Sign<'_> {
    /// Whether a trial shows it; none where the value could not be computed.
    fn seen(&self, trial: usize) -> Option<bool> {
        match self.source {
            // What fired in a step before the observation.
            Source::Firsts(firsts, at) => Some(firsts[trial] < at),
            Source::Values(values, above) => Some(values[trial]).filter(|x| !x.is_nan()).map(|x| x > above),
        }
    }

    /// Of the trials in which it is seen how many got there, and how many there are; and of those in which it is not.
    fn table(&self, trials: &Trials, of: &[usize]) -> Table {
        let mut table = Table::default();
        for &trial in of {
            let side = match self.seen(trial) {
                Some(true) => &mut table.seen,
                Some(false) => &mut table.not,
                None => continue,
            };
            side.0 += u64::from(trials.reached(trial));
            side.1 += 1;
        }
        table
    }
}

#[derive(Clone, Copy, Default)]
struct Table {
    seen: (u64, u64),
    not: (u64, u64),
}

/// The signs that can tell anything, in their order; none where there are too few trials to judge.
pub(super) fn find(plan: &Plan, trials: &Trials, at: At) -> Option<Signposts> {
    // Those that never do have a time beyond all.
    let open = |finds: bool| -> Vec<usize> {
        (0..trials.len()).filter(|&t| trials.times[t] > at.step && trials.finds(t) == finds).collect()
    };
    let (finders, judges) = (open(true), open(false));
    let got = judges.iter().filter(|&&trial| trials.reached(trial)).count() as u64;
    let base = wilson(got, judges.len() as u64)?;
    let mut signs: Vec<(f64, f64, Sign<'_>)> = signs(plan, trials, at.step, &finders)
        .into_iter()
        .filter_map(|sign| {
            let Table { seen, not } = sign.table(trials, &finders);
            // What is always or never seen tells nothing.
            (seen.1 > 0 && not.1 > 0).then(|| {
                let at_least = odds_ratio(seen, not).map_or(1.0, |ratio| ratio.at_least());
                (at_least, two_shares_z(seen, not).abs(), sign)
            })
        })
        .collect();
    signs.sort_by(|(a, z_a, _), (b, z_b, _)| b.total_cmp(a).then(z_b.total_cmp(z_a)));
    let mut signs: Vec<Signpost> =
        signs.iter().map(|(.., sign)| judged(sign, sign.table(trials, &judges))).collect();
    let adjusted = holm(&signs.iter().map(|sign| sign.p).collect::<Vec<_>>());
    signs.iter_mut().zip(adjusted).for_each(|(sign, adjusted)| sign.p_adjusted = adjusted);
    Some(Signposts { by: at, found_on: finders.len() as u64, judged_on: judges.len() as u64, base, signs })
}

fn judged(sign: &Sign<'_>, Table { seen, not }: Table) -> Signpost {
    let nothing = crate::stats::Probability { estimate: 0.0, low: 0.0, high: 1.0, level: 0.95, mcse: 0.0 };
    let (odds_ratio, p) = compared_odds(seen, not);
    Signpost {
        name: sign.name.to_owned(),
        kind: sign.kind,
        above: sign.above,
        seen: wilson(seen.1, seen.1 + not.1).unwrap_or(nothing),
        if_seen: wilson(seen.0, seen.1),
        if_not: wilson(not.0, not.1),
        odds_ratio,
        p,
        p_adjusted: 1.0,
    }
}

fn signs<'a>(plan: &'a Plan, trials: &'a Trials, at: u32, finders: &[usize]) -> Vec<Sign<'a>> {
    let fired = plan.entries.iter().zip(&trials.firsts).map(|(entry, firsts)| Sign {
        name: &entry.name,
        kind: SignKind::Fired,
        above: None,
        source: Source::Firsts(firsts, at),
    });
    let seen = plan.sights.iter().zip(&trials.seen).filter_map(|((name, kind), values)| {
        let (above, shown) = match kind {
            SignKind::Condition => (0.5, None),
            _ => threshold(trials, values, finders).map(|above| (above, Some(above)))?,
        };
        Some(Sign { name, kind: *kind, above: shown, source: Source::Values(values, above) })
    });
    fired.chain(seen).collect()
}

/// Halfway between the two values between which the trials above and below differ most, by Pearson's test.
fn threshold(trials: &Trials, values: &[f64], finders: &[usize]) -> Option<f64> {
    let known = finders.iter().filter(|&&trial| !values[trial].is_nan());
    let mut sorted: Vec<(f64, bool)> = known.map(|&trial| (values[trial], trials.reached(trial))).collect();
    sorted.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let all = sorted.len();
    let yes = sorted.iter().filter(|(_, reached)| *reached).count() as u64;
    let least = LEAST.max((LEAST_SHARE * all as f64) as usize);
    let mut best: Option<(f64, f64)> = None;
    let mut below = 0;
    for (place, pair) in sorted.windows(2).enumerate() {
        let [(x, reached), (next, _)] = [pair[0], pair[1]];
        below += u64::from(reached);
        let count = place + 1;
        if x == next || count < least || all - count < least {
            continue;
        }
        let z = two_shares_z((yes - below, (all - count) as u64), (below, count as u64)).abs();
        if best.is_none_or(|(most, _)| z > most) {
            best = Some((z, between(x, next)));
        }
    }
    best.map(|(_, above)| above)
}

/// A number from the lower on and below the higher, so that "above it" parts the two.
fn between(low: f64, high: f64) -> f64 {
    let middle = low + 0.5 * (high - low);
    if middle < high { middle } else { low }
}

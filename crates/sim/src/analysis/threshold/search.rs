//! The search: an even look over the range, then halving where the level is crossed.

use super::result::{Crossing, Reversal, Side, Tried, Verdict};

/// The first look: so many gaps between values at equal distances. A power of two, so that halving meets them again.
const GAPS: u32 = 8;
/// The most values that are run.
pub(super) const MOST_TRIED: u64 = 128;
/// The confidence of the interval of a crossing, that of the runs' own intervals.
const CONFIDENCE: f64 = 0.95;

/// What was run so far.
pub(super) struct Search {
    level: f64,
    tolerance: f64,
    /// From low to high.
    tried: Vec<Tried>,
    /// From low to high.
    crossings: Vec<Crossing>,
}

/// Where a crossing is looked for: from a value that is on one side, to one that is on the other. A side that is not
/// sure is where the range ends first.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: f64,
    from_sure: Option<Side>,
    to: f64,
    to_sure: Option<Side>,
}

impl Search {
    pub(super) fn new(level: f64, tolerance: f64) -> Self {
        Self { level, tolerance, tried: Vec::new(), crossings: Vec::new() }
    }

    pub(super) fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// The crossings and every value that was run.
    pub(super) fn into_found(self) -> (Vec<Crossing>, Vec<Tried>) {
        (self.crossings, self.tried)
    }

    pub(super) fn run<E>(
        &mut self,
        low: f64,
        high: f64,
        mut try_value: impl FnMut(u64, f64) -> Result<Tried, E>,
    ) -> Result<Verdict, E> {
        for gap in 0..=GAPS {
            let x = if gap == GAPS { high } else { low + (high - low) * f64::from(gap) / f64::from(GAPS) };
            self.at(x, &mut try_value)?;
        }
        let stretches = self.stretches();
        for stretch in &stretches {
            let crossing = self.refine(*stretch, &mut try_value)?;
            self.crossings.push(crossing);
        }
        let level = self.level;
        let sure = |tried: &Tried| tried.side(level).is_some();
        Ok(match self.crossings.as_slice() {
            [] if self.tried.iter().all(sure) => Verdict::NotCrossed,
            [] => Verdict::NotResolved,
            [Crossing { low: Some(_), high: Some(_), .. }] => Verdict::Crossed,
            [_] => Verdict::Open,
            _ => Verdict::Several,
        })
    }

    /// What was found at a value, which is run where it was not yet.
    fn at<E>(
        &mut self,
        x: f64,
        try_value: &mut impl FnMut(u64, f64) -> Result<Tried, E>,
    ) -> Result<Tried, E> {
        let place = self.tried.partition_point(|tried| tried.value < x);
        if let Some(tried) = self.tried.get(place).filter(|tried| tried.value == x) {
            return Ok(*tried);
        }
        let tried = try_value(self.tried.len() as u64, x)?;
        self.tried.insert(place, tried);
        Ok(tried)
    }

    /// Where the sure sides change, and where the estimate leaves the last sure side for good before the range ends.
    fn stretches(&self) -> Vec<Stretch> {
        let level = self.level;
        let sure: Vec<(f64, Side)> =
            self.tried.iter().filter_map(|t| t.side(level).map(|side| (t.value, side))).collect();
        let on = |tried: &Tried| tried.estimate.map(|estimate| side_of(estimate, level));
        let ends = (self.tried.first(), self.tried.last());
        let (Some(first), Some(last)) = ends else { return Vec::new() };
        let (Some(&(sure_from, first_side)), Some(&(sure_to, last_side))) = (sure.first(), sure.last())
        else {
            // Nothing is sure: the ends by their estimates.
            return match (on(first), on(last)) {
                (Some(a), Some(b)) if a != b => {
                    vec![Stretch { from: first.value, from_sure: None, to: last.value, to_sure: None }]
                }
                _ => Vec::new(),
            };
        };
        let mut stretches = Vec::new();
        if on(first).is_some_and(|side| side != first_side) {
            stretches.push(Stretch {
                from: first.value,
                from_sure: None,
                to: sure_from,
                to_sure: Some(first_side),
            });
        }
        for pair in sure.windows(2) {
            if let [(from, a), (to, b)] = *pair
                && a != b
            {
                stretches.push(Stretch { from, from_sure: Some(a), to, to_sure: Some(b) });
            }
        }
        if on(last).is_some_and(|side| side != last_side) {
            stretches.push(Stretch {
                from: sure_to,
                from_sure: Some(last_side),
                to: last.value,
                to_sure: None,
            });
        }
        stretches
    }

    fn refine<E>(
        &mut self,
        stretch: Stretch,
        try_value: &mut impl FnMut(u64, f64) -> Result<Tried, E>,
    ) -> Result<Crossing, E> {
        let level = self.level;
        let Stretch { from, from_sure, to, to_sure } = stretch;
        let start = self.at(from, try_value)?;
        let side = from_sure.or(start.estimate.map(|x| side_of(x, level))).unwrap_or(Side::Below);
        // Where nothing has an estimate, nothing has left the side.
        let stays = |tried: &Tried| tried.estimate.is_none_or(|x| side_of(x, level) == side);
        let bracket = self.halve(from, to, try_value, stays)?;
        let low = match from_sure {
            None => None,
            Some(side) => {
                let sure = |tried: &Tried| tried.side(level) == Some(side);
                Some(self.halve(from, bracket[1], try_value, sure)?[0])
            }
        };
        let high = match to_sure {
            None => None,
            Some(side) => {
                let unsure = |tried: &Tried| tried.side(level) != Some(side);
                Some(self.halve(bracket[0], to, try_value, unsure)?[1])
            }
        };
        Ok(Crossing {
            estimate: 0.5 * (bracket[0] + bracket[1]),
            low,
            high,
            confidence: CONFIDENCE,
            bracket,
            rising: side == Side::Below,
        })
    }

    /// Halves until two values no farther apart than the tolerance are left: at the lower the test holds, at the upper it
    /// does not. It must be so at `from` and `to`.
    fn halve<E>(
        &mut self,
        mut from: f64,
        mut to: f64,
        try_value: &mut impl FnMut(u64, f64) -> Result<Tried, E>,
        holds: impl Fn(&Tried) -> bool,
    ) -> Result<[f64; 2], E> {
        while to - from > self.tolerance && (self.tried.len() as u64) < MOST_TRIED {
            let middle = from + 0.5 * (to - from);
            if middle <= from || middle >= to {
                break;
            }
            if holds(&self.at(middle, try_value)?) {
                from = middle;
            } else {
                to = middle;
            }
        }
        Ok([from, to])
    }

    /// Of the pairs whose intervals lie against the direction from end to end, the one that does so most clearly.
    pub(super) fn reversal(&self) -> Option<Reversal> {
        let (first, last) = (self.tried.first()?.estimate?, self.tried.last()?.estimate?);
        let rises = last >= first;
        let mut found: Option<(f64, Reversal)> = None;
        for (place, from) in self.tried.iter().enumerate() {
            for to in &self.tried[place + 1..] {
                let gap = if rises { gap(to.high, from.low) } else { gap(from.high, to.low) };
                if let Some(gap) = gap
                    && gap > found.map_or(0.0, |(most, _)| most)
                {
                    found = Some((gap, Reversal { from: *from, to: *to }));
                }
            }
        }
        found.map(|(_, reversal)| reversal)
    }
}

/// How far an interval that should not lie below another does.
fn gap(high: Option<f64>, low: Option<f64>) -> Option<f64> {
    Some(low? - high?)
}

fn side_of(estimate: f64, level: f64) -> Side {
    if estimate < level { Side::Below } else { Side::Above }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Found {
        verdict: Verdict,
        crossings: Vec<Crossing>,
    }

    /// A curve with an interval of this half width, searched over [0, 1].
    fn search(half: f64, level: f64, curve: impl Fn(f64) -> f64) -> (Found, Option<Reversal>, usize) {
        let mut search = Search::new(level, 1e-3);
        let verdict = search.run(0.0, 1.0, |_, value| {
            let y = curve(value);
            Ok::<_, ()>(Tried {
                value,
                estimate: Some(y),
                low: Some(y - half),
                high: Some(y + half),
                trials: 1,
            })
        });
        let (verdict, reversal) = (verdict.unwrap_or(Verdict::NotResolved), search.reversal());
        let (crossings, tried) = search.into_found();
        (Found { verdict, crossings }, reversal, tried.len())
    }

    fn near(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() <= 1.1e-3)
    }

    #[test]
    fn a_line_is_crossed_where_it_should_be() {
        let (found, reversal, tried) = search(0.02, 0.37, |x| x);
        let [crossing] = found.crossings.as_slice() else { unreachable!("{:?}", found.crossings) };
        assert_eq!((found.verdict, crossing.rising, reversal), (Verdict::Crossed, true, None));
        assert!(near(Some(crossing.estimate), 0.37), "{crossing:?}");
        assert!(near(crossing.low, 0.35) && near(crossing.high, 0.39), "{crossing:?}");
        // The ends lie outside what is not ruled out, never inside.
        assert!(crossing.low <= Some(0.35) && crossing.high >= Some(0.39), "{crossing:?}");
        assert!(tried < 40, "{tried}");
        let (found, reversal, _) = search(0.02, 0.37, |x| 1.0 - x);
        assert_eq!(reversal, None);
        assert!(!found.crossings[0].rising && near(Some(found.crossings[0].estimate), 0.63));
    }

    #[test]
    fn no_crossing_an_open_one_and_several_are_told_apart() {
        assert_eq!(search(0.02, 0.5, |x| 0.3 * x).0.verdict, Verdict::NotCrossed);
        assert_eq!(search(0.02, 0.5, |x| 0.49 * x).0.verdict, Verdict::NotResolved);
        let (open, _, _) = search(0.02, 0.5, |x| 0.51 * x);
        assert_eq!((open.verdict, open.crossings[0].high), (Verdict::Open, None));
        assert!(near(open.crossings[0].low, 0.48 / 0.51), "{:?}", open.crossings);
        let (open, _, _) = search(0.02, 0.5, |x| 0.49 + 0.51 * x);
        assert_eq!((open.verdict, open.crossings[0].low), (Verdict::Open, None));
        assert!(near(open.crossings[0].high, 0.03 / 0.51), "{:?}", open.crossings);
        let (all_open, _, _) = search(0.2, 0.5, |x| 0.45 + 0.1 * x);
        assert_eq!((all_open.crossings[0].low, all_open.crossings[0].high), (None, None));
        let hill = |x: f64| 4.0 * x * (1.0 - x);
        let (several, reversal, _) = search(0.02, 0.5, hill);
        assert_eq!((several.verdict, several.crossings.len()), (Verdict::Several, 2));
        assert!(several.crossings[0].rising && !several.crossings[1].rising);
        assert!(reversal.is_some());
    }

    /// A rise with a deep dip and then a shallow one.
    #[test]
    fn the_clearest_reversal_is_told() {
        let mut search = Search::new(0.5, 1e-3);
        let curve = [0.0, 0.6, 0.1, 0.7, 0.5, 1.0];
        search.tried = (0_u32..)
            .zip(curve)
            .map(|(value, y)| Tried {
                value: value.into(),
                estimate: Some(y),
                low: Some(y - 0.01),
                high: Some(y + 0.01),
                trials: 1,
            })
            .collect();
        let found = search.reversal().map(|reversal| (reversal.from.value, reversal.to.value));
        assert_eq!(found, Some((1.0, 2.0)));
    }
}

//! Whether probabilities came true as often as they said.

use serde::Serialize;

use super::result::{Forecast, Question, Record};
use crate::random::{LANES, Stream, uniform_of};
use crate::stats::scores::{in_the_large, spiegelhalter, with_half_a_trial};
use crate::stats::words::word;
use crate::stats::{Probability, wilson};

/// Drawn worlds behind a p, a multiple of [`LANES`].
const DRAWS: u64 = 1_600 * LANES as u64;

/// Whether what was said came true as often as it said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// The probabilities of events by their words, lowest first; words that none has are left out.
    pub bands: Vec<Band>,
    /// Whether as many events came as their probabilities sum to; none where there are no events.
    pub in_the_large: Option<InTheLarge>,
    /// Spiegelhalter's test of their Brier scores; none where all are at 1/2, or there are none.
    pub spiegelhalter: Option<Reliability>,
    /// How often values lay where they were said to; none where there are no values.
    pub values: Option<Coverage>,
}

/// Events whose probability has one word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The word of estimative probability.
    pub words: &'static str,
    /// How many.
    pub questions: u64,
    /// How many of them should have come: the sum of their probabilities.
    pub expected: f64,
    /// How many did.
    pub came: u64,
    /// The share that came, with its interval: of so few questions, as if they were independent.
    pub share: Option<Probability>,
}

/// Calibration in the large: how many events came beside how many should have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct InTheLarge {
    /// How many events.
    pub questions: u64,
    /// How many of them should have come: the sum of their probabilities.
    pub expected: f64,
    /// How many did.
    pub came: u64,
    /// Their difference in standard deviations, and how likely one so large is: above 0 more came than was said.
    #[serde(flatten)]
    pub test: Reliability,
}

/// A test of probabilities of events as if these were independent, which those of one world are not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// Of mean 0 and variance 1 where the probabilities are right.
    pub z: f64,
    /// How likely one so far from 0 is, were they right, in (0, 1\]: of 102,400 worlds drawn from the probabilities, this one
    /// among them (Barnard 1963), so to three digits or so and at least 1e-5.
    pub p: f64,
}

/// How often values lay where they were said to. Of a value that ties with trials so much of the tie counts as lies within
/// (Czado, Gneiting and Held 2009), so that the expected shares are right for counts and other lumpy values too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// How many values.
    pub questions: u64,
    /// How many lay between the 25% and the 75% quantile: half of them should.
    pub within_50: f64,
    /// How many lay between the 5% and the 95% quantile: nine in ten should.
    pub within_90: f64,
}

impl Calibration {
    pub(super) fn of(questions: &[&Question]) -> Self {
        let events: Vec<Event> = questions.iter().filter_map(|question| Event::of(question)).collect();
        let mut sorted = events.clone();
        sorted.sort_by(|a, b| a.said.total_cmp(&b.said));
        let bands = sorted.chunk_by(|a, b| word(a.said) == word(b.said)).map(Band::of).collect();
        let (p, came): (Vec<f64>, Vec<bool>) = events.iter().map(|event| (event.p, event.came)).unzip();
        let [level, spiegelhalter] = tests(&p, &came, [in_the_large, spiegelhalter]);
        Self {
            bands,
            in_the_large: level.map(|test| InTheLarge {
                questions: events.len() as u64,
                expected: events.iter().map(|event| event.said).sum(),
                came: came.iter().filter(|came| **came).count() as u64,
                test,
            }),
            spiegelhalter,
            values: Coverage::of(questions),
        }
    }
}

/// An event that was scored.
#[derive(Clone, Copy)]
struct Event {
    /// The share of trials in which it came.
    said: f64,
    /// Its probability with half a trial on each side, so that nothing is sure by few trials.
    p: f64,
    came: bool,
}

impl Event {
    fn of(question: &Question) -> Option<Self> {
        let (Some(Forecast::Event { probability, .. }), Record::Event { reached, .. }) =
            (&question.forecast, &question.observed)
        else {
            return None;
        };
        let said = probability.estimate;
        let count = (said * question.trials as f64).round() as u64;
        Some(Self { said, p: with_half_a_trial(count, question.trials, 2), came: *reached })
    }
}

/// A statistic of the probabilities of events and whether these came; none where it has no variance.
type Statistic = fn(&[f64], &[bool]) -> Option<f64>;

/// Statistics of events, and how often worlds drawn from their probabilities have one as far from 0. Their distributions for a
/// few events are far from normal, so they are drawn: by the same random numbers whatever is asked.
fn tests<const N: usize>(p: &[f64], came: &[bool], of: [Statistic; N]) -> [Option<Reliability>; N] {
    let z = of.map(|statistic| statistic(p, came));
    let stream = Stream::new(0, "hindcast/calibration");
    let (mut as_far, mut drawn) = ([1_u64; N], vec![[false; LANES]; p.len()]);
    let (mut words, mut world) = ([0; LANES], vec![false; p.len()]);
    // Nothing varies where there is nothing to draw.
    let draws = if z.iter().any(Option::is_some) { DRAWS } else { 0 };
    for first in (0..draws).step_by(LANES) {
        for (event, (p, drawn)) in p.iter().zip(&mut drawn).enumerate() {
            stream.fill_words64(event as u32, first, &mut words);
            *drawn = words.map(|word| uniform_of(word) < *p);
        }
        for lane in 0..LANES {
            for (came, drawn) in world.iter_mut().zip(&drawn) {
                *came = drawn[lane];
            }
            for ((statistic, z), as_far) in of.iter().zip(z).zip(&mut as_far) {
                // Sums in another order are as far.
                let far = z.map(|z| z.abs() * (1.0 - 1e-9));
                let is_as_far = far.zip(statistic(p, &world)).is_some_and(|(far, other)| other.abs() >= far);
                *as_far += u64::from(is_as_far);
            }
        }
    }
    std::array::from_fn(|place| {
        Some(Reliability { z: z[place]?, p: as_far[place] as f64 / (DRAWS + 1) as f64 })
    })
}

impl Band {
    fn of(events: &[Event]) -> Self {
        let questions = events.len() as u64;
        let came = events.iter().filter(|event| event.came).count() as u64;
        Self {
            words: events.first().map_or("", |event| word(event.said)),
            questions,
            expected: events.iter().map(|event| event.said).sum(),
            came,
            share: wilson(came, questions),
        }
    }
}

impl Coverage {
    fn of(questions: &[&Question]) -> Option<Self> {
        let mut all = Self { questions: 0, within_50: 0.0, within_90: 0.0 };
        for question in questions {
            let Some(Forecast::Value { rank, tied, .. }) = &question.forecast else { continue };
            let from_to = [rank - 0.5 * tied, rank + 0.5 * tied];
            all.questions += 1;
            all.within_50 += share_within(from_to, [0.25, 0.75]);
            all.within_90 += share_within(from_to, [0.05, 0.95]);
        }
        (all.questions > 0).then_some(all)
    }
}

/// How much of a range of ranks lies in another; of a single rank all or nothing.
fn share_within([from, to]: [f64; 2], [low, high]: [f64; 2]) -> f64 {
    let width = to - from;
    if width > 0.0 {
        ((to.min(high) - from.max(low)) / width).clamp(0.0, 1.0)
    } else {
        f64::from(u8::from(low <= from && from <= high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How likely a statistic as far from 0 is, by all worlds.
    fn enumerated(p: &[f64], came: &[bool], statistic: Statistic) -> f64 {
        let far = statistic(p, came).map_or(0.0, f64::abs) * (1.0 - 1e-9);
        (0..1_u32 << p.len())
            .map(|world| {
                let came: Vec<bool> = (0..p.len()).map(|event| world >> event & 1 == 1).collect();
                let is_as_far = statistic(p, &came).is_some_and(|z| z.abs() >= far);
                let chance: f64 =
                    p.iter().zip(&came).map(|(p, came)| if *came { *p } else { 1.0 - p }).product();
                if is_as_far { chance } else { 0.0 }
            })
            .sum()
    }

    #[test]
    fn a_p_is_that_of_all_worlds() {
        let cases: [(&[f64], &[bool]); 5] = [
            (&[0.03], &[true]),
            (&[0.412, 0.308, 0.545], &[false, false, true]),
            (&[0.3, 0.3, 0.3, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7], &[true; 10]),
            (&[0.45; 6], &[true; 6]),
            (&[0.02, 0.9, 0.6, 0.99], &[false, true, false, true]),
        ];
        for (p, came) in cases {
            let both: [Statistic; 2] = [in_the_large, spiegelhalter];
            for (statistic, drawn) in both.into_iter().zip(tests(p, came, both)) {
                let exact = enumerated(p, came, statistic);
                // Five standard errors.
                let slack = 5.0 * (exact * (1.0 - exact) / DRAWS as f64).sqrt() + 1e-5;
                assert!(
                    drawn.is_some_and(|drawn| (drawn.p - exact).abs() < slack),
                    "{p:?}: {drawn:?}, {exact}"
                );
            }
        }
        // Misses on both sides cancel in the one and not in the other.
        let (p, came) = cases[2];
        let [level, brier] = tests(p, came, [in_the_large, spiegelhalter]);
        assert!(brier.is_some_and(|test| test.p > 0.9));
        assert!(level.is_some_and(|test| test.p < 0.01));
        assert_eq!(tests(&[], &[], [spiegelhalter]), [None]);
    }

    #[test]
    fn a_tie_counts_by_how_much_of_it_lies_within() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        // A coin, whichever side: half of its half of the ranks lies between the quartiles.
        near(share_within([0.0, 0.5], [0.25, 0.75]), 0.5);
        near(share_within([0.5, 1.0], [0.25, 0.75]), 0.5);
        // A value that is sure.
        near(share_within([0.0, 1.0], [0.05, 0.95]), 0.9);
        near(share_within([0.1, 0.2], [0.25, 0.75]), 0.0);
        near(share_within([0.3, 0.3], [0.25, 0.75]), 1.0);
        near(share_within([0.2, 0.2], [0.25, 0.75]), 0.0);
    }
}

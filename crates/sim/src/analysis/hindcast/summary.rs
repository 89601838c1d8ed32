//! What many questions come to: mean scores beside those of other forecasts, and whether probabilities came true as often
//! as they said.

use serde::Serialize;

use super::result::{Beside, Forecast, Question, Record, Scores};
use crate::stats::scores::spiegelhalter;
use crate::stats::words::word;
use crate::stats::{Probability, two_sided, wilson};

/// What the questions come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How many have a score.
    pub scored: u64,
    /// How many have none.
    pub unscored: u64,
    /// Brier's score, over events and levels.
    pub brier: Option<MeanScore>,
    /// The logarithmic score, over events and levels \[nats\].
    pub log: Option<MeanScore>,
    /// The continuous ranked probability score of the times of events \[years\].
    pub crps_of_times: Option<MeanScore>,
    /// Whether the probabilities of events, and the quantiles of values, were right.
    pub calibration: Calibration,
}

/// A mean score and those of other forecasts of the same questions. Infinite ones are null in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeanScore {
    /// Over so many questions.
    pub questions: u64,
    /// Of the runs.
    pub forecast: f64,
    /// Of no change.
    pub no_change: f64,
    /// By how much the runs are better: 1 less the ratio of the two, so 1 at best, 0 where they are alike, below 0 where they
    /// are worse; none where no change has a score of 0 or an infinite one.
    pub skill: Option<f64>,
    /// The same beside base rates, over the questions that have one.
    pub base_rate: Option<BesideBaseRate>,
}

/// A mean score and that of base rates, over the questions that have one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BesideBaseRate {
    /// Over so many questions.
    pub questions: u64,
    /// Of the runs.
    pub forecast: f64,
    /// Of the base rates.
    pub base_rate: f64,
    /// By how much the runs are better; see [`MeanScore::skill`].
    pub skill: Option<f64>,
}

/// Whether what was said came true as often as it said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// The probabilities of events by their words, lowest first; words that none has are left out.
    pub bands: Vec<Band>,
    /// Spiegelhalter's test of them; none where there are none.
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
    /// The share that came, with its interval.
    pub share: Option<Probability>,
}

/// Spiegelhalter's (1986) test: of independent events, which those of one world are not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// About standard normal where the probabilities are right; above 0 where they are surer than they may be.
    pub z: f64,
    /// How likely one so far from 0 is, were they right.
    pub p: f64,
}

/// How often values lay where they were said to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// How many values.
    pub questions: u64,
    /// How many lay between the 25% and the 75% quantile: half of them should.
    pub within_50: u64,
    /// How many lay between the 5% and the 95% quantile: nine in ten should.
    pub within_90: u64,
}

impl Summary {
    pub(super) fn of<'q>(questions: impl Iterator<Item = (&'q str, &'q Question)>) -> Self {
        let questions: Vec<&Question> = questions.map(|(_, question)| question).collect();
        let scored: Vec<(&Question, Beside<Scores>)> =
            questions.iter().filter_map(|question| Some((*question, question.scores?))).collect();
        let mean = |of: &dyn Fn(&Question, &Scores) -> Option<f64>| {
            let all: Vec<Beside<f64>> = scored
                .iter()
                .filter_map(|(question, scores)| {
                    let of = |scores: &Scores| of(question, scores);
                    let base_rate = scores.base_rate.as_ref().and_then(of);
                    Some(Beside {
                        forecast: of(&scores.forecast)?,
                        no_change: of(&scores.no_change)?,
                        base_rate,
                    })
                })
                .collect();
            MeanScore::of(&all)
        };
        Self {
            scored: scored.len() as u64,
            unscored: (questions.len() - scored.len()) as u64,
            brier: mean(&|_, scores| scores.brier),
            log: mean(&|_, scores| scores.log),
            crps_of_times: mean(&|question, scores| (question.kind == "event").then_some(scores.crps)),
            calibration: Calibration::of(&questions),
        }
    }
}

impl MeanScore {
    fn of(all: &[Beside<f64>]) -> Option<Self> {
        let forecast = mean(all.iter().map(|scores| scores.forecast))?;
        let no_change = mean(all.iter().map(|scores| scores.no_change))?;
        let with_base: Vec<(f64, f64)> =
            all.iter().filter_map(|scores| Some((scores.forecast, scores.base_rate?))).collect();
        let base_rate = mean(with_base.iter().map(|(_, base)| *base)).and_then(|base_rate| {
            let forecast = mean(with_base.iter().map(|(forecast, _)| *forecast))?;
            let questions = with_base.len() as u64;
            Some(BesideBaseRate { questions, forecast, base_rate, skill: skill(forecast, base_rate) })
        });
        let questions = all.len() as u64;
        Some(Self { questions, forecast, no_change, skill: skill(forecast, no_change), base_rate })
    }
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = numbers.len();
    (count > 0).then(|| numbers.sum::<f64>() / count as f64)
}

fn skill(forecast: f64, other: f64) -> Option<f64> {
    (other > 0.0 && other.is_finite()).then(|| 1.0 - forecast / other)
}

impl Calibration {
    fn of(questions: &[&Question]) -> Self {
        let events: Vec<(f64, bool)> = questions.iter().filter_map(|question| event(question)).collect();
        let mut sorted = events.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let bands = sorted.chunk_by(|a, b| word(a.0) == word(b.0)).map(Band::of).collect();
        let spiegelhalter = spiegelhalter(&events).map(|z| Reliability { z, p: two_sided(z) });
        Self { bands, spiegelhalter, values: Coverage::of(questions) }
    }
}

/// The probability of an event that was scored, and whether it came.
fn event(question: &Question) -> Option<(f64, bool)> {
    match (&question.forecast, &question.observed) {
        (Some(Forecast::Event { probability, .. }), Record::Event { reached, .. }) => {
            Some((probability.estimate, *reached))
        }
        _ => None,
    }
}

impl Band {
    fn of(events: &[(f64, bool)]) -> Self {
        let questions = events.len() as u64;
        let came = events.iter().filter(|(_, came)| *came).count() as u64;
        Self {
            words: events.first().map_or("", |(p, _)| word(*p)),
            questions,
            expected: events.iter().map(|(p, _)| p).sum(),
            came,
            share: wilson(came, questions),
        }
    }
}

impl Coverage {
    fn of(questions: &[&Question]) -> Option<Self> {
        let mut all = Self { questions: 0, within_50: 0, within_90: 0 };
        for question in questions {
            let (Some(Forecast::Value { q05, q25, q75, q95, .. }), Record::Value { value }) =
                (&question.forecast, &question.observed)
            else {
                continue;
            };
            all.questions += 1;
            all.within_50 += u64::from((q25..=q75).contains(&value));
            all.within_90 += u64::from((q05..=q95).contains(&value));
        }
        (all.questions > 0).then_some(all)
    }
}

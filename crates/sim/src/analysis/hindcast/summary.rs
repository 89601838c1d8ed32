//! What many questions come to: mean scores beside those of other forecasts.

use serde::Serialize;

use super::calibration::Calibration;
use super::result::{Beside, Forecast, Question, Scored, Scores};
use crate::num::math::ln;
use crate::stats::scores::brier_of_levels;

/// What the questions come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How many have a score.
    pub scored: u64,
    /// How many have none.
    pub unscored: u64,
    /// How many were asked before, with the same answer: of the same scenario, outcome and date. They count once.
    pub repeated: u64,
    /// Of how many scenarios they are.
    pub scenarios: u64,
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
    /// Of even odds, which know nothing: 1/2 for an event, as much for each level; none for times.
    pub even_odds: Option<f64>,
    /// By how much the runs are better than even odds; see `skill`.
    pub skill_over_even_odds: Option<f64>,
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

impl Summary {
    pub(super) fn of(hindcasts: &[Scored]) -> Self {
        let (mut scenarios, mut keys, mut questions) = (Vec::new(), Vec::new(), Vec::new());
        let mut repeated = 0;
        for hindcast in hindcasts {
            let digest = hindcast.scenario.digest.as_str();
            if !scenarios.contains(&digest) {
                scenarios.push(digest);
            }
            for (name, question) in hindcast.questions.iter() {
                let key = (digest, name, question.asked.step, &question.observed);
                if keys.contains(&key) {
                    repeated += 1;
                    continue;
                }
                keys.push(key);
                questions.push(question);
            }
        }
        let scored: Vec<(&Question, Beside<Scores>)> =
            questions.iter().filter_map(|question| Some((*question, question.scores?))).collect();
        let mean = |of: &dyn Fn(&Question, &Scores) -> Option<f64>,
                    even_odds: fn(&Question) -> Option<f64>| {
            let all: Vec<Compared> = scored
                .iter()
                .filter_map(|(question, scores)| {
                    let of = |scores: &Scores| of(question, scores);
                    Some(Compared {
                        forecast: of(&scores.forecast)?,
                        no_change: of(&scores.no_change)?,
                        base_rate: scores.base_rate.as_ref().and_then(of),
                        even_odds: even_odds(question),
                    })
                })
                .collect();
            MeanScore::of(&all)
        };
        Self {
            scored: scored.len() as u64,
            unscored: (questions.len() - scored.len()) as u64,
            repeated,
            scenarios: scenarios.len() as u64,
            brier: mean(&|_, scores| scores.brier, |question| {
                let choices = choices(question)?;
                Some(brier_of_levels(&vec![1.0 / choices as f64; choices], 0))
            }),
            log: mean(&|_, scores| scores.log, |question| Some(ln(choices(question)? as f64))),
            crps_of_times: mean(
                &|question, scores| (question.kind == "event").then_some(scores.crps),
                |_| None,
            ),
            calibration: Calibration::of(&questions),
        }
    }
}

/// Among how many things a question chooses; none for a value.
fn choices(question: &Question) -> Option<usize> {
    match question.forecast.as_ref()? {
        Forecast::Event { .. } => Some(2),
        Forecast::Value { .. } => None,
        Forecast::Levels { shares } => Some(shares.iter().count()),
    }
}

/// A score of one question, and those of other forecasts of it.
struct Compared {
    forecast: f64,
    no_change: f64,
    base_rate: Option<f64>,
    even_odds: Option<f64>,
}

impl MeanScore {
    fn of(all: &[Compared]) -> Option<Self> {
        let forecast = mean(all.iter().map(|scores| scores.forecast))?;
        let no_change = mean(all.iter().map(|scores| scores.no_change))?;
        let with_base: Vec<(f64, f64)> =
            all.iter().filter_map(|scores| Some((scores.forecast, scores.base_rate?))).collect();
        let base_rate = mean(with_base.iter().map(|(_, base)| *base)).and_then(|base_rate| {
            let forecast = mean(with_base.iter().map(|(forecast, _)| *forecast))?;
            let questions = with_base.len() as u64;
            Some(BesideBaseRate { questions, forecast, base_rate, skill: skill(forecast, base_rate) })
        });
        let even_odds: Vec<f64> = all.iter().filter_map(|scores| scores.even_odds).collect();
        let even_odds = mean(even_odds.into_iter());
        Some(Self {
            questions: all.len() as u64,
            forecast,
            no_change,
            skill: skill(forecast, no_change),
            even_odds,
            skill_over_even_odds: even_odds.and_then(|even_odds| skill(forecast, even_odds)),
            base_rate,
        })
    }
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = numbers.len();
    (count > 0).then(|| numbers.sum::<f64>() / count as f64)
}

fn skill(forecast: f64, other: f64) -> Option<f64> {
    (other > 0.0 && other.is_finite()).then(|| 1.0 - forecast / other)
}

//! A hindcast for people: each question with what was said and what came, then what all of them come to.

use cordiale::hindcast::{
    Band, Beside, Calibration, Forecast, HindcastResult, MeanScore, Observed, Question, Record, Reliability,
    Scored, Scores, Status, Summary,
};
use cordiale::model::Model;
use unicode_width::UnicodeWidthStr;

use super::layout::{columns, columns_or_below, counted, number, pad, paragraph, two_decimals, wrap};
use super::table::heading;

/// What scores are.
pub(super) const SCORES: &str = "Scores: less is better, 0 is the best. Brier and log (nats) are of the probability of what came; crps is of an event's time [years], of a value in its unit, of levels by their places, where these have an order. No change: all stays as at the start. Even odds: 1/2, or as much for each level. Skill: 1 at best, 0 no better, below 0 worse; - where the other is perfect, or called impossible what came (inf).";
/// What intervals and few questions of one world cannot say.
pub(super) const FEW: &str = "Intervals are 95%: beside what was said they are of the simulation alone, and more trials narrow them; beside how many came they are of so few questions, as if these were independent, as the tests do. The questions of one world hang together, so they are fewer than they look; and who wrote the scenario after the event knew what came.";

/// The whole text; `observed` are the files in the order of the result.
pub(crate) fn render(result: &HindcastResult, observed: &[Observed], width: usize) -> String {
    let mut text = String::new();
    for (scored, observed) in result.hindcasts.iter().zip(observed) {
        text.push_str(&file(scored, observed.scenario().model(), width));
        text.push('\n');
    }
    text.push_str(&format!("{}\n", lead(&result.summary)));
    let rows = means(&result.summary);
    if !rows.is_empty() {
        let rows: Vec<Vec<String>> = [MEANS.map(str::to_owned).to_vec()].into_iter().chain(rows).collect();
        text.push_str(&columns_or_below(&rows, width));
    }
    let calibration = &result.summary.calibration;
    let bands = bands(calibration);
    if !bands.is_empty() {
        text.push_str(&format!("\n{BANDS}\n{}", columns(&bands)));
    }
    for told in verdicts(calibration) {
        text.push_str(&format!("{}\n", paragraph(&told, width, 0)));
    }
    text.push('\n');
    text.push_str(&format!("{}\n{}\n", paragraph(SCORES, width, 0), paragraph(FEW, width, 0)));
    text
}

/// How many questions there are.
pub(super) fn lead(summary: &Summary) -> String {
    let unscored = match summary.unscored {
        0 => String::new(),
        n => format!(", {} without a score", counted(n, "question")),
    };
    let repeated = match summary.repeated {
        0 => String::new(),
        n => format!(", {} asked before and counted once", counted(n, "question")),
    };
    let scored = counted(summary.scored, "question");
    let scenarios = counted(summary.scenarios, "scenario");
    format!("{scored} of {scenarios}{unscored}{repeated}")
}

/// The columns of [`means`].
pub(super) const MEANS: [&str; 5] = ["", "questions", "forecast", "other", "skill"];

/// Mean scores, each beside those of what needs no scenario.
pub(super) fn means(summary: &Summary) -> Vec<Vec<String>> {
    let means =
        [("Brier", summary.brier), ("log", summary.log), ("crps of times [years]", summary.crps_of_times)];
    let means = means.iter().filter_map(|(name, mean)| Some((name, (*mean)?)));
    means.flat_map(|(name, mean)| mean_rows(name, &mean)).collect()
}

/// What was looked up, and until when it is known.
pub(super) fn known(scored: &Scored) -> String {
    let title = scored.title.as_ref().map_or(String::new(), |title| format!("{title}. "));
    format!("{title}Known until {}.", scored.until)
}

fn file(scored: &Scored, model: &Model, width: usize) -> String {
    let mut text = heading(&scored.scenario, &scored.run, model, width);
    text.push_str(&format!("{}\n", paragraph(&known(scored), width, 0)));
    let names: Vec<String> =
        scored.questions.iter().map(|(name, question)| asked(name, question, model)).collect();
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    for ((_, question), name) in scored.questions.iter().zip(&names) {
        text.push_str(&format!("  {}  {}\n", pad(name, longest), came(question)));
        let mut pieces = vec![said(question)];
        pieces.extend(question.scores.iter().flat_map(score_pieces));
        text.push_str(&format!("      {}\n", wrap(&pieces, "; ", width, 6)));
    }
    text
}

/// The outcome, when its answer is looked at, and under which condition.
pub(super) fn asked(name: &str, question: &Question, model: &Model) -> String {
    let date = model.calendar.short(question.asked.date);
    let given = question.given.as_ref().map_or(String::new(), |given| format!(", given {given}"));
    format!("{name} ({date}){given}")
}

/// The scores of a question, beside what the first of them is of the forecasts that need no scenario.
pub(super) fn score_pieces(scores: &Beside<Scores>) -> Vec<String> {
    let Scores { brier, log, crps } = scores.forecast;
    let judged = |scores: &Scores| figure(scores.brier.unwrap_or(scores.crps));
    let base = scores.base_rate.as_ref().map(|base| format!(", base rate {}", judged(base)));
    let others = format!("(no change {}{})", judged(&scores.no_change), base.unwrap_or_default());
    let crps = format!("crps {}", figure(crps));
    let Some((brier, log)) = brier.zip(log) else { return vec![format!("{crps} {others}")] };
    vec![format!("Brier {} {others}", figure(brier)), format!("log {}", figure(log)), crps]
}

/// What the run had said of what is asked.
pub(super) fn said(question: &Question) -> String {
    match (&question.forecast, &question.observed) {
        (Some(Forecast::Event { probability, words }), _) => format!("said {probability} {words}"),
        (Some(Forecast::Value { q05, q50, q95, .. }), _) => {
            format!("said {}, 90% in [{}, {}]", number(*q50), number(*q05), number(*q95))
        }
        (Some(Forecast::Levels { shares }), Record::Level { level }) => {
            format!("said {}", shares.get(level).map_or(String::new(), ToString::to_string))
        }
        _ => match question.status {
            Status::Void => "its condition did not come, so there is nothing to score".to_owned(),
            _ => "no trial met its condition, so there is no score".to_owned(),
        },
    }
}

pub(super) fn came(question: &Question) -> String {
    match &question.observed {
        Record::Event { on: Some(on), reached: true, .. } => format!("came on {on}"),
        Record::Event { on: Some(on), .. } => format!("came too late, on {on}"),
        Record::Event { .. } if question.status == Status::Open => "had not come by then".to_owned(),
        Record::Event { .. } => "did not come".to_owned(),
        Record::Value { value } => format!("was {}", number(*value)),
        Record::Level { level } => format!("was {level}"),
    }
}

/// A score; infinite where what came was said to be impossible.
fn figure(score: f64) -> String {
    if score.is_infinite() { "inf".to_owned() } else { number(score) }
}

/// A mean score beside that of no change, and beside that of base rates where there are any.
fn mean_rows(name: &str, mean: &MeanScore) -> Vec<Vec<String>> {
    let row = |beside: &str, questions: u64, forecast: f64, other: f64, skill: Option<f64>| {
        let skill = skill.map_or("-".to_owned(), two_decimals);
        vec![
            format!("{name}, beside {beside}"),
            questions.to_string(),
            figure(forecast),
            figure(other),
            skill,
        ]
    };
    let mut rows = vec![row("no change", mean.questions, mean.forecast, mean.no_change, mean.skill)];
    if let Some(even) = mean.even_odds {
        rows.push(row("even odds", mean.questions, mean.forecast, even, mean.skill_over_even_odds));
    }
    if let Some(base) = &mean.base_rate {
        rows.push(row("base rates", base.questions, base.forecast, base.base_rate, base.skill));
    }
    rows
}

/// A p from here on is told as chance.
const CHANCE: f64 = 0.05;
/// A p below it is not told: it is of drawn worlds.
const LEAST_P: f64 = 0.0001;

fn of_test(test: &Reliability) -> String {
    let p = if test.p < LEAST_P { format!("below {LEAST_P}") } else { number(test.p) };
    format!("{:.2}, p {p}", test.z)
}

/// What [`bands`] are of.
pub(super) const BANDS: &str = "How often events came that were called";

/// By what they were called: how many events came of how many, and how many were expected.
pub(super) fn bands(found: &Calibration) -> Vec<Vec<String>> {
    let row = |band: &Band| {
        let share = band.share.map_or(String::new(), |share| share.to_string());
        vec![
            band.words.to_owned(),
            format!("{} of {}", band.came, band.questions),
            format!("{} expected", number(band.expected)),
            share,
        ]
    };
    found.bands.iter().map(row).collect()
}

/// What the tests of calibration say, of events and of values.
pub(super) fn verdicts(found: &Calibration) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(all) = &found.in_the_large {
        let [came, of] = [all.came, all.questions];
        let count =
            format!("Of {} {came} came where {} were expected", counted(of, "event"), number(all.expected));
        let verdict = if all.test.p >= CHANCE {
            "which chance explains"
        } else if all.test.z > 0.0 {
            "more than chance explains"
        } else {
            "fewer than chance explains"
        };
        lines.push(format!("{count}, {verdict}: z {}.", of_test(&all.test)));
    }
    if let Some(test) = &found.spiegelhalter {
        let verdict = if test.p >= CHANCE {
            "what their probabilities lead one to expect, within chance"
        } else if test.z > 0.0 {
            "worse than their probabilities lead one to expect"
        } else {
            "better than their probabilities lead one to expect"
        };
        lines.push(format!("Their Brier score is {verdict}: Spiegelhalter's z {}.", of_test(test)));
    }
    let events = (!lines.is_empty()).then(|| lines.join(" "));
    let values = found.values.as_ref().map(|values| {
        let n = values.questions;
        format!(
            "Values between their quartiles: {} of {n}, where half are expected; within 90%: {} of {n}, where nine in ten are.",
            number(values.within_50),
            number(values.within_90)
        )
    });
    events.into_iter().chain(values).collect()
}

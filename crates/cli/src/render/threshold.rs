//! Where an outcome crosses a level, for people and as CSV.

use cordiale::compare::Arm;
use cordiale::model::{Model, OutcomeKind};
use cordiale::threshold::{Crossing, Side, ThresholdResult, Tried, Verdict};

use super::layout::{columns, number, paragraph, percent};
use super::quote;
use super::stopping::plain;
use super::sweep::{alike, mean, share};
use super::table::heading;

/// The whole page.
pub(crate) fn render(result: &ThresholdResult, model: &Model, width: usize) -> String {
    let mut text = heading(&result.scenario, &result.run, model, width);
    let is_share = is_share(result, model);
    for sentence in sentences(result, is_share) {
        text.push_str(&paragraph(&sentence, width, 0));
        text.push('\n');
    }
    text.push_str(&format!("\n{} values of {} were run:\n", result.tried.len(), result.input));
    let row = |tried: &Tried| {
        let figure = arm(tried);
        let side = match tried.side(result.level) {
            Some(Side::Below) => "below",
            Some(Side::Above) => "above",
            None => "not sure",
        };
        vec![tried.value.to_string(), if is_share { share(&figure) } else { mean(&figure) }, side.to_owned()]
    };
    text.push_str(&columns(&result.tried.iter().map(row).collect::<Vec<_>>()));
    let note = "\nAll values are run on the same random numbers. The interval of a crossing holds what no 95% interval of the outcome rules out; it is of the simulation alone: more trials narrow it; it is not the error of a forecast.";
    text.push_str(&paragraph(note, width, 0));
    text.push('\n');
    let means: Vec<Arm> = result.tried.iter().filter(|_| result.statistic == "mean").map(arm).collect();
    if let Some(note) = alike(means.iter()).filter(|_| !is_share) {
        text.push_str(&format!("{}\n", paragraph(&note, width, 0)));
    }
    text
}

fn arm(tried: &Tried) -> Arm {
    let Tried { estimate, low, high, trials, .. } = *tried;
    Arm { estimate, low, high, level: 0.95, trials }
}

fn is_share(result: &ThresholdResult, model: &Model) -> bool {
    let kind = model.outcome(&result.outcome).and_then(|id| model.outcomes.get(id.index())).map(|o| &o.kind);
    !matches!(kind, Some(OutcomeKind::Value { .. }))
}

fn sentences(result: &ThresholdResult, is_share: bool) -> Vec<String> {
    let ThresholdResult { input, outcome, statistic, between: [from, to], level, .. } = result;
    let what = match statistic.as_str() {
        "probability" => outcome.clone(),
        statistic => format!("{outcome}.{statistic}"),
    };
    let figure = |x: f64| if is_share { percent(x) } else { number(x) };
    // A level is shown as it was asked for.
    let level = if is_share { format!("{}%", plain(100.0 * level)) } else { level.to_string() };
    let end = |tried: Option<&Tried>| tried.and_then(|t| t.estimate).map_or("no estimate".to_owned(), figure);
    let ends = [result.tried.first(), result.tried.last()];
    let has_ends = ends.iter().all(|tried| tried.is_some_and(|tried| tried.estimate.is_some()));
    let [first, last] = ends.map(end);
    let crossings = result.crossings.iter().map(|crossing| told(result, crossing, &what, &level));
    let mut sentences: Vec<String> = match result.verdict {
        Verdict::Crossed | Verdict::Open | Verdict::Several => crossings.collect(),
        Verdict::Stopped => {
            let stopped = format!(
                "Stopped before it was known where {what} crosses {level} between {from} and {to} of {input}."
            );
            std::iter::once(stopped).chain(crossings).collect()
        }
        Verdict::NotCrossed => vec![format!(
            "{what} does not cross {level} between {from} and {to} of {input}: it goes from {first} to {last}."
        )],
        Verdict::NotResolved if !has_ends => vec![format!(
            "{what} is not seen to cross {level} between {from} and {to} of {input}: at one end at least it has no estimate. Run more trials, or search where it has one with --between."
        )],
        Verdict::NotResolved
            if result.tried.iter().any(|tried| tried.low.is_none() && tried.high.is_none()) =>
        {
            vec![format!(
                "{what} is not seen to cross {level} between {from} and {to} of {input} (it goes from {first} to {last}), but at some values it cannot be told on which side it is, for there it has no interval: run more trials."
            )]
        }
        Verdict::NotResolved => vec![format!(
            "{what} is not seen to cross {level} between {from} and {to} of {input} (it goes from {first} to {last}), but it comes too close to be sure: run more trials, or search a wider range with --between."
        )],
    };
    if result.verdict == Verdict::Several {
        sentences.insert(0, format!("{what} crosses {level} {} times.", result.crossings.len()));
    }
    if let Some(reversal) = &result.reversal {
        let at = |tried: &Tried| format!("{} at {}", end(Some(tried)), tried.value);
        sentences.push(format!(
            "It both rises and falls as {input} grows: it is {}, and {}. So one value does not part the range in two.",
            at(&reversal.from),
            at(&reversal.to)
        ));
    }
    sentences
}

fn told(result: &ThresholdResult, crossing: &Crossing, what: &str, level: &str) -> String {
    let ThresholdResult { input, between: [from, to], tolerance, .. } = result;
    // As many decimals as the search has made sure of.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 12")]
    let decimals = (1.0 - tolerance.log10().floor()).clamp(0.0, 12.0) as usize;
    let shown = |x: f64| if *tolerance < 1e-9 { format!("{x:.3e}") } else { format!("{x:.decimals$}") };
    let verb = if crossing.rising { "rises above" } else { "falls below" };
    let sure = match (crossing.low, crossing.high) {
        (Some(low), Some(high)) => format!(", in [{}, {}] with 95% confidence", shown(low), shown(high)),
        (Some(low), None) => format!(
            ", not before {}; the range ends at {to} before it is sure to have crossed: run more trials, or search a wider range with --between",
            shown(low)
        ),
        (None, Some(high)) => format!(
            ", not after {}; the range begins at {from} where it is not sure yet: run more trials, or search a wider range with --between",
            shown(high)
        ),
        (None, None) => format!(
            ", but nowhere between {from} and {to} is it sure on which side it is: run more trials, or search a wider range with --between"
        ),
    };
    format!("{what} {verb} {level} at {input} = {}{sure}.", shown(crossing.estimate))
}

/// A row a value that was run.
pub(crate) fn csv(result: &ThresholdResult) -> String {
    let mut text = String::from("value,estimate,low,high,trials,side\n");
    for tried in &result.tried {
        let [estimate, low, high] = [tried.estimate, tried.low, tried.high].map(quote::figure);
        let side = match tried.side(result.level) {
            Some(Side::Below) => "below",
            Some(Side::Above) => "above",
            None => "",
        };
        let value = quote::figure(Some(tried.value));
        text.push_str(&format!("{value},{estimate},{low},{high},{},{side}\n", tried.trials));
    }
    if result.run.partial {
        text.push_str(",,,,,partial\n");
    }
    text
}

//! What became of the question that ended a run, ahead of the outcomes.

use cordiale::result::{Method, RunResult};
use cordiale::stopping::{Answer, Followed, Stopping};
use unicode_width::UnicodeWidthStr;

use super::layout::{about, number, pad, paragraph, thousands};

/// A paragraph, or nothing where nothing was asked.
pub(crate) fn render<M: Method>(result: &RunResult<M>, width: usize) -> String {
    let (Some(stopping), Some(trials)) = (&result.stopping, M::trials(result.run.trials)) else {
        return String::new();
    };
    let is_value = |name: &str| result.outcomes.get(name).is_some_and(|outcome| outcome.kind() == "value");
    let mut text = match stopping.goal {
        "precision" => precision(stopping, trials, &is_value),
        _ => threshold(stopping, trials, width),
    };
    text.push_str(&sentence(
        "These intervals are 95% however often they are looked at. Those below are narrower, and 95% had the number of trials been fixed beforehand: of what was asked about they are not quite, so take the ones above.",
        width,
    ));
    text.push('\n');
    text
}

/// `Is treaty above 5%? Yes, settled after 2,048 trials: 8.1% [6.3, 10.2]`
fn threshold(stopping: &Stopping, trials: u64, width: usize) -> String {
    let mut text = String::new();
    for (name, followed) in stopping.outcomes.iter() {
        let (goal, target) = (stopping.goal, plain(100.0 * stopping.target));
        let trials = thousands(trials);
        let said = match stopping.answer {
            Answer::Yes => format!("Yes, settled after {trials} trials"),
            Answer::No => format!("No, settled after {trials} trials"),
            Answer::NotResolved => format!("Not resolved after {trials} trials"),
        };
        let needed = needed(followed).map_or(String::new(), |needed| format!("; {needed}"));
        let line = format!("Is {name} {goal} {target}%? {said}: {}{needed}", interval(followed, false));
        text.push_str(&sentence(&line, width));
    }
    text
}

/// A heading, and a row an outcome.
fn precision(stopping: &Stopping, trials: u64, is_value: &dyn Fn(&str) -> bool) -> String {
    let only_events = stopping.outcomes.names().all(|name| !is_value(name));
    let target = if only_events {
        format!("{} points", plain(100.0 * stopping.target))
    } else {
        plain(stopping.target)
    };
    let trials = thousands(trials);
    let mut text = match stopping.answer {
        Answer::NotResolved => format!("Not known to within {target} after {trials} trials:\n"),
        _ => format!("Known to within {target} after {trials} trials:\n"),
    };
    let widest = stopping.outcomes.names().map(UnicodeWidthStr::width).max().unwrap_or(0);
    for (name, followed) in stopping.outcomes.iter() {
        let needed = needed(followed).map_or(String::new(), |needed| format!("   {needed}"));
        text.push_str(&format!("  {}  {}{needed}\n", pad(name, widest), interval(followed, is_value(name))));
    }
    text
}

/// The estimate with its interval, to as many digits as are known.
fn interval(followed: &Followed, is_value: bool) -> String {
    let (Some(estimate), Some(low), Some(high), Some(half)) =
        (followed.estimate, followed.low, followed.high, followed.half_width)
    else {
        let count = thousands(followed.trials);
        return match followed.estimate {
            Some(mean) => format!("mean {}, no interval yet from {count} trials", number(mean)),
            None => "no estimate: no trial counts".to_owned(),
        };
    };
    let unit = if is_value { 1.0 } else { 100.0 };
    let least = if is_value { 2 } else { 1 };
    let digits = if half > 0.0 { (-(unit * half).log10()).ceil().clamp(0.0, 15.0) as usize } else { 0 };
    let digits = digits.max(least);
    let shown = |x: f64| format!("{:.digits$}", unit * x);
    let (lead, percent) = if is_value { ("mean ", "") } else { ("", "%") };
    format!("{lead}{}{percent} [{}, {}]", shown(estimate), shown(low), shown(high))
}

fn needed(followed: &Followed) -> Option<String> {
    match (followed.resolved, followed.trials_needed) {
        (true, _) => None,
        (false, Some(needed)) => Some(format!("about {} trials would settle it", about(needed))),
        (false, None) => Some("how many trials would settle it cannot be told".to_owned()),
    }
}

/// A number as a person would write it: `0.5`, not `0.5000000000000001`.
pub(super) fn plain(x: f64) -> String {
    let text = format!("{x:.9}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "0" { x.to_string() } else { text.to_owned() }
}

fn sentence(text: &str, width: usize) -> String {
    format!("{}\n", paragraph(text, width, 0))
}

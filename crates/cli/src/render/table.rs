//! A result on about a screen: question first, answer first.

use cordiale::model::Model;
use cordiale::result::{
    EventResult, LevelsResult, Method, OutcomeResult, RuleResult, RunInfo, RunResult, ScenarioInfo,
    ValueResult,
};
use unicode_width::UnicodeWidthStr;

use super::layout::{bars, counted, number, pad, paragraph, percent, percent_interval, thousands, wrap};

/// Bars of a curve.
const CURVE: usize = 10;
/// How many rules are named.
const RULES: usize = 5;
/// What an interval says and does not say.
pub(super) const CAVEAT: &str = "Intervals are 95% and of the simulation alone: more trials narrow them; they are not the error of a forecast.";
/// The width where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 120;

/// The width of the terminal, or what COLUMNS says.
pub(crate) fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    set.or_else(asked).unwrap_or(DEFAULT_WIDTH).clamp(60, 200)
}

/// The whole table.
pub(crate) fn render<M: Method>(result: &RunResult<M>, model: &Model, width: usize) -> String {
    let mut text = heading(&result.scenario, &result.run, model, width);
    text.push_str(&super::stopping::render(result, width));
    let names: Vec<String> =
        result.outcomes.iter().map(|(name, outcome)| label(name, outcome, model)).collect();
    let name_width = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let columns = EventColumns::of(result);
    for ((_, outcome), name) in result.outcomes.iter().zip(&names) {
        let body = match outcome {
            OutcomeResult::Event(event) => {
                event_line(event, model, &columns, width.saturating_sub(name_width + 2), name_width + 2)
            }
            OutcomeResult::Value(value) => value_line(value, width, name_width + 2),
            OutcomeResult::Levels(levels) => levels_line(levels, width, name_width + 2),
        };
        text.push_str(format!("{}  {body}", pad(name, name_width)).trim_end());
        text.push('\n');
    }
    if result.outcomes.is_empty() {
        text.push_str("The scenario has no [outcomes], so there is no answer.\n");
    }
    text.push('\n');
    if let Some(widths) = &result.widths {
        text.push_str(&super::widths::render(widths, width));
    }
    text.push_str(&fired(result, width));
    text.push_str(&judgement(model).replace('\n', " (cordiale assumptions FILE)\n"));
    text.push_str(&paragraph(caveat(&result.run), width, 0));
    text.push('\n');
    text
}

/// What intervals say and do not say, in a sentence.
pub(super) fn caveat<M: Method>(run: &RunInfo<M>) -> &'static str {
    match M::trials(run.trials) {
        Some(_) => CAVEAT,
        None => {
            "Exact, up to rounding: no trials and so no intervals. What the model leaves out is not in it."
        }
    }
}

/// What was run, what it asks, and how it was run.
pub(crate) fn heading<M: Method>(
    scenario: &ScenarioInfo,
    run: &RunInfo<M>,
    model: &Model,
    width: usize,
) -> String {
    let facts = facts(scenario, run, model).join(" · ");
    let title = &scenario.title;
    let mut text = if title.width() + 3 + facts.width() <= width {
        format!("{}{facts}\n", pad(title, width - facts.width()))
    } else {
        format!("{}\n{}\n", paragraph(title, width, 0), paragraph(&facts, width, 0))
    };
    if let Some(question) = scenario.question.as_ref().filter(|q| *q != title) {
        text.push_str(&paragraph(question, width, 0));
        text.push('\n');
    }
    text.push('\n');
    text
}

/// What was run and how, in a few words each.
pub(super) fn facts<M: Method>(scenario: &ScenarioInfo, run: &RunInfo<M>, model: &Model) -> Vec<String> {
    let calendar = &model.calendar;
    let unit = calendar.unit().name();
    let length = match (calendar.steps() % calendar.per_year(), calendar.steps() / calendar.per_year()) {
        (0, 1) => format!("1 year by {unit}"),
        (0, years) => format!("{years} years by {unit}"),
        _ => counted(calendar.steps().into(), unit),
    };
    let mut facts: Vec<String> = scenario.world.iter().cloned().collect();
    facts.push(length);
    match M::trials(run.trials) {
        Some(trials) => {
            let partial = if run.partial { "PARTIAL: " } else { "" };
            facts.extend([format!("{partial}{}", counted(trials, "trial")), format!("seed {}", run.seed)]);
        }
        None => facts.push("exact".to_owned()),
    }
    facts.extend(run.variant.iter().map(|variant| format!("variant {variant}")));
    facts.extend(run.set.iter().map(|(name, value)| format!("{name} = {value}")));
    facts
}

/// The outcome's name, with its deadline.
pub(super) fn label<M: Method>(name: &str, outcome: &OutcomeResult<M>, model: &Model) -> String {
    match outcome.by() {
        Some(by) => format!("{name} ({})", model.calendar.short(by.date)),
        None => name.to_owned(),
    }
}

/// How wide what is said of events is, so that it stands in columns.
struct EventColumns {
    words: usize,
    share: usize,
    interval: usize,
}

impl EventColumns {
    fn of<M: Method>(result: &RunResult<M>) -> Self {
        // What common figures take.
        let mut columns = Self { words: 0, share: 6, interval: 12 };
        for (_, outcome) in result.outcomes.iter() {
            if let OutcomeResult::Event(event) = outcome {
                let share = event.probability.estimate().map_or(0, |share| percent(share).width());
                columns.words = columns.words.max(event.words.as_deref().unwrap_or_default().width());
                columns.share = columns.share.max(share);
                columns.interval = columns.interval.max(interval(event).width());
            }
        }
        columns
    }
}

/// The interval of an event; nothing of an exact answer.
fn interval<M: Method>(event: &EventResult<M>) -> String {
    match event.probability.interval() {
        Some((low, high)) if M::trials(event.trials).is_some() => percent_interval(low, high),
        _ => String::new(),
    }
}

fn event_line<M: Method>(
    event: &EventResult<M>,
    model: &Model,
    columns: &EventColumns,
    room: usize,
    indent: usize,
) -> String {
    let Some(probability) = event.probability.0 else {
        return no_estimate(event.given.as_deref());
    };
    let curve = curve(event, model);
    let mut notes: Vec<String> = event.given.iter().map(|given| among::<M>(event.trials, given)).collect();
    notes.extend(when(event, model));
    notes.extend(by_the_horizon(event, model));
    let words = event.words.as_deref().unwrap_or_default();
    let share = format!("{:>1$}", percent(probability.estimate), columns.share);
    let figures = format!("{share}  {}  {curve}", pad(&interval(event), columns.interval));
    let with_words = format!("{}  {figures}", pad(words, columns.words));
    let notes = notes.join(", ");
    let below = " ".repeat(indent);
    if with_words.width() > room {
        // A narrow screen: the words go below, where there is room for them.
        let told: Vec<&str> = [words, &notes].into_iter().filter(|text| !text.is_empty()).collect();
        let told = paragraph(&told.join(", "), room + indent, indent);
        return format!("{figures}\n{below}{told}");
    }
    if notes.is_empty() || with_words.width() + 3 + notes.width() <= room {
        format!("{with_words}   {notes}")
    } else {
        format!("{with_words}\n{below}{notes}")
    }
}

/// What a conditional outcome is among.
pub(super) fn among<M: Method>(trials: M::Trials, given: &str) -> String {
    match M::trials(trials) {
        Some(trials) => format!("in the {} trials with {given}", thousands(trials)),
        None => format!("given {given}"),
    }
}

pub(super) fn no_estimate(given: Option<&str>) -> String {
    format!("no estimate: `{}` was not reached in time", given.unwrap_or_default())
}

/// How many trials had reached it, at ten dates up to the deadline.
fn curve<M: Method>(event: &EventResult<M>, model: &Model) -> String {
    let last = event.by.map_or(model.calendar.steps(), |by| by.step) as usize;
    let at = |bar: usize| {
        let step = (bar + 1) * last / CURVE;
        event.reached_by_step.get(step).map_or(0.0, |count| M::size(*count))
    };
    bars(&(0..CURVE).map(at).collect::<Vec<f64>>())
}

/// By when half, a quarter or a twentieth of the trials had reached it.
pub(super) fn when<M: Method>(event: &EventResult<M>, model: &Model) -> Option<String> {
    let first = &event.first_step;
    let (share, step) = [("half", first.median), ("a quarter", first.q25), ("1 in 20", first.q05)]
        .into_iter()
        .find_map(|(share, step)| step.map(|step| (share, step)))?;
    if step == 0 {
        return Some(format!("{share} from the start"));
    }
    Some(format!("{share} by {}", model.calendar.short(model.calendar.date_of(step))))
}

/// What an outcome with a deadline comes to after it.
pub(super) fn by_the_horizon<M: Method>(event: &EventResult<M>, model: &Model) -> Option<String> {
    event.by.filter(|by| by.step < model.calendar.steps())?;
    let share = event.at_horizon?.probability.estimate()?;
    Some(format!("{} by the horizon", percent(share)))
}

fn value_line<M: Method>(value: &ValueResult<M>, width: usize, indent: usize) -> String {
    let Some(end) = &value.at_end else {
        return no_estimate(value.given.as_deref());
    };
    let counts: Vec<f64> = end.histogram.counts.iter().map(|count| M::size(*count)).collect();
    let mut pieces = vec![
        format!("median {}", number(end.q50)),
        format!("90% of trials in [{}, {}]", number(end.q05), number(end.q95)),
        bars(&counts),
        format!("mean {}", number(end.mean)),
    ];
    pieces.extend(value.given.as_ref().map(|given| among::<M>(value.trials, given)));
    wrap(&pieces, "   ", width, indent)
}

fn levels_line<M: Method>(levels: &LevelsResult<M>, width: usize, indent: usize) -> String {
    let share = |(name, share): (&str, &cordiale::result::LevelShare<M>)| {
        share.probability.estimate().map(|p| format!("{name} {}", percent(p)))
    };
    let shares: Vec<String> = levels.at_end.iter().filter_map(share).collect();
    if shares.is_empty() {
        return no_estimate(levels.given.as_deref());
    }
    wrap(&shares, "   ", width, indent)
}

fn fired<M: Method>(result: &RunResult<M>, width: usize) -> String {
    let followed = result.rules.iter().filter(|(name, _)| !name.contains('.'));
    let Some(trials) = M::trials(result.run.trials) else {
        let mean = |(name, rule): (&str, &RuleResult<M>)| {
            let mean = rule.mean_fires.filter(|mean| *mean > 0.0)?;
            Some((mean, format!("{name} {}", number(mean))))
        };
        let mut rules: Vec<(f64, String)> = followed.filter_map(mean).collect();
        rules.sort_by(|a, b| b.0.total_cmp(&a.0));
        let most = rules.into_iter().map(|(_, piece)| piece).take(RULES);
        return named("Firings on average: ", most, none_fired(result), width);
    };
    let fired = followed.filter_map(|(name, rule)| M::trials(rule.trials_fired).map(|fired| (name, fired)));
    let mut rules: Vec<(&str, u64)> = fired.filter(|(_, fired)| *fired > 0).collect();
    // What fires in every trial tells nothing, as long as there is anything else: how many there are is enough.
    let always = rules.iter().filter(|(_, fired)| *fired == trials).count();
    let always = if always < rules.len() { always } else { 0 };
    if always > 0 {
        rules.retain(|(_, fired)| *fired < trials);
    }
    // The order of names decides between rules that fired in as many trials.
    rules.sort_by_key(|(_, fired)| std::cmp::Reverse(*fired));
    #[expect(clippy::cast_precision_loss, reason = "shown in whole per cent")]
    let share = |(name, fired): (&str, u64)| {
        let percent = 100.0 * fired as f64 / trials as f64;
        // What rounds to none or to all is neither.
        match percent {
            ..0.5 => format!("{name} under 1%"),
            99.5.. if fired < trials => format!("{name} over 99%"),
            _ => format!("{name} {percent:.0}%"),
        }
    };
    let most = rules.into_iter().map(share).take(RULES);
    let most = most.chain((always > 0).then(|| format!("and {always} in every trial")));
    named("What fired most: ", most, none_fired(result), width)
}

/// What is said where no rule fired: an exact answer follows those alone on which an outcome depends.
pub(super) fn none_fired<M: Method>(result: &RunResult<M>) -> &'static str {
    if result.rules.iter().any(|(_, rule)| rule.mean_fires.is_none()) {
        "No outcome depends on a rule that fires."
    } else {
        "No rule fired."
    }
}

/// Some, after a lead; or what is said where there are none.
fn named(lead: &str, pieces: impl Iterator<Item = String>, none: &str, width: usize) -> String {
    let mut pieces: Vec<String> = pieces.collect();
    if pieces.is_empty() {
        return format!("{none}\n");
    }
    for piece in pieces.iter_mut().rev().skip(1) {
        piece.push(',');
    }
    format!("{lead}{}\n", wrap(&pieces, " ", width, lead.width()))
}

/// How many parameters rest on nothing but judgement.
pub(super) fn judgement(model: &Model) -> String {
    match model.judged_parameters() {
        (_, 0) => String::new(),
        (alone, count) => format!("Rests on judgement alone: {alone} of {count} parameters\n"),
    }
}

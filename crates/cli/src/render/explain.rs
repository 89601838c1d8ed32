//! An explanation for people: rules, ranges, what switching rules off does, chains, signposts.

use std::path::Path;

use cordiale::explain::{
    Chain, Examples, ExplainResult, Explained, Limit, Pivotal, RangeBox, RuleLift, SignKind, Signpost,
    Signposts, SwitchedOff,
};
use cordiale::model::Model;
use cordiale::stats::{Probability, Ratio};
use unicode_width::UnicodeWidthStr;

use super::layout::{number, pad, paragraph, percent, thousands, wrap};
use super::markdown::CommandLine;
use super::table::heading;

/// How many rules, branches and signposts are told.
const TOLD: usize = 10;
/// From which p-value on, corrected for all, something is not told from chance.
const CHANCE: f64 = 0.05;

/// What set trials apart, and what did not make it so.
pub(super) const NOTE: &str = "What set trials apart need not be what made them differ: only switching a rule off changes nothing else. Intervals are 95%, each by itself, and of the simulation alone: they are not the error of a forecast.";

/// A part of the explanation: what it is about, and what was found.
pub(super) struct Part {
    pub(super) about: String,
    pub(super) found: Vec<Found>,
}

/// What a part says.
pub(super) enum Found {
    /// Rows, and what their columns are.
    Rows(&'static [&'static str], Vec<Vec<String>>),
    /// A share, and what it is of.
    Chains(Vec<[String; 2]>),
    /// Names that are not worth a row of their own, and why.
    Names(&'static str, Vec<String>),
    Line(String),
}

/// The whole table.
pub(crate) fn render(result: &ExplainResult, model: &Model, width: usize) -> String {
    let mut text = heading(&result.scenario, &result.run, model, width);
    text.push_str(&format!("{}\n", paragraph(&answer(&result.outcome), width, 0)));
    if let Some(told) = to_read(result, model) {
        text.push_str(&format!("{}\n", paragraph(&told, width, 0)));
    }
    for part in parts(result) {
        text.push_str(&format!("\n{}\n", paragraph(&part.about, width, 0)));
        part.found.iter().for_each(|found| text.push_str(&shown_as_text(found, width)));
    }
    text.push_str(&format!("\n{}\n", paragraph(NOTE, width, 0)));
    text
}

/// The parts, in the order in which they are told.
pub(super) fn parts(result: &ExplainResult) -> Vec<Part> {
    let always = [rules(result), ranges(result.ranges.as_ref()), pivotal(&result.pivotal, &result.outcome)];
    let others = [chains(result), result.signposts.as_ref().map(signposts)];
    always.into_iter().chain(others.into_iter().flatten()).collect()
}

fn shown_as_text(found: &Found, width: usize) -> String {
    match found {
        Found::Rows(_, rows) => lines(rows, width),
        Found::Chains(chains) => chains
            .iter()
            .map(|[share, links]| {
                let pieces: Vec<String> = links.split(' ').map(str::to_owned).collect();
                format!("  {share}  {}\n", wrap(&pieces, " ", width, share.width() + 4))
            })
            .collect(),
        Found::Names(what, names) => also(what, names, width),
        Found::Line(line) => format!("  {line}\n"),
    }
}

/// What is explained, and how often it came.
pub(super) fn answer(outcome: &Explained) -> String {
    let [reached, trials] = [outcome.reached, outcome.trials].map(thousands);
    format!("{}: {reached} of {trials} trials got there, {}", label(outcome), outcome.probability)
}

/// How to have a trial of either kind told; nothing where none was kept.
pub(super) fn to_read(result: &ExplainResult, model: &Model) -> Option<String> {
    let Examples { reached: Some(reached), not_reached } = result.examples else { return None };
    let mut command = CommandLine::new("trace", Path::new("FILE")).changes(&result.run);
    if result.run.seed != model.seed {
        command = command.option("--seed", &result.run.seed);
    }
    let command = command.option("--trial", &reached);
    let other = not_reached.map_or(String::new(), |trial| format!(", and --trial {trial} one that did not"));
    Some(format!("{} tells one that did{other}", command.text()))
}

/// What is explained, with its deadline.
fn label(outcome: &Explained) -> String {
    let mut text = outcome.name.clone();
    text.extend(outcome.level.iter().map(|level| format!(": {level}")));
    text.extend(outcome.above.iter().map(|limit| format!(" > {limit}")));
    text.extend(outcome.below.iter().map(|limit| format!(" < {limit}")));
    text.push_str(&format!(" ({})", outcome.by.date));
    text.extend(outcome.given.iter().map(|given| format!(", given {given}")));
    text
}

/// Names that are not worth a line of their own.
fn also(what: &str, names: &[String], width: usize) -> String {
    if names.is_empty() {
        return String::new();
    }
    let mut words: Vec<String> = what.split(' ').map(str::to_owned).collect();
    words.extend(
        names.iter().enumerate().map(
            |(place, name)| {
                if place + 1 < names.len() { format!("{name},") } else { name.clone() }
            },
        ),
    );
    format!("  {}\n", wrap(&words, " ", width, 4))
}

/// Rows in columns; the last cell behind them, or below where it does not fit.
fn lines(rows: &[Vec<String>], width: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0)).collect();
    let before: usize = widths.iter().map(|width| width + 2).sum();
    let beside = rows.iter().filter_map(|row| row.last()).all(|note| 2 + before + note.width() <= width);
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        let line = format!("  {}", cells.join("  "));
        let note = row.last().map_or("", String::as_str);
        if beside {
            text.push_str(format!("{line}  {note}").trim_end());
        } else {
            text.push_str(&format!("{}\n      {note}", line.trim_end()));
        }
        text.push('\n');
    }
    text
}

/// `3.2x [2.8, 3.7]`, or `inf [55.2, inf]` where nobody got there on the other side.
fn times(ratio: &Ratio) -> String {
    shown(ratio, "x")
}

/// A ratio with its interval, and a mark behind the estimate.
fn shown(ratio: &Ratio, mark: &str) -> String {
    let shown = |x: f64| if x.is_infinite() { "inf".to_owned() } else { number(x) };
    let mark = if ratio.estimate.is_infinite() { "" } else { mark };
    format!("{}{mark} [{}, {}]", shown(ratio.estimate), shown(ratio.low), shown(ratio.high))
}

/// A count that was expected, as a whole number.
fn whole(expected: f64) -> String {
    let text = format!("{expected:.0}");
    text.parse().map_or(text, thousands)
}

fn rules(result: &ExplainResult) -> Part {
    let row = |(name, rule, lift): (&str, &RuleLift, &Ratio)| {
        vec![
            name.to_owned(),
            times(lift),
            format!(
                "{} got there after it, {} if it made no difference",
                thousands(rule.fired_and_reached),
                whole(rule.expected)
            ),
        ]
    };
    let sure = |rule: &RuleLift| rule.p_adjusted < CHANCE;
    let told = result.rules.iter().filter_map(|(name, rule)| Some((name, rule, rule.lift.as_ref()?)));
    let (clear, unclear): (Vec<_>, Vec<_>) = told.partition(|(_, rule, _)| sure(rule));
    let rows: Vec<Vec<String>> = clear.iter().take(TOLD).copied().map(row).collect();
    let names =
        |rules: &[(&str, &RuleLift, &Ratio)]| rules.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let alone = result.rules.iter().filter(|(_, rule)| rule.lift.is_none()).map(|(name, _)| name.to_owned());
    let mut found = Vec::new();
    if result.rules.iter().next().is_none() {
        found.push(Found::Line("there are none".to_owned()));
    }
    found.push(Found::Rows(&["Rule", "Times likelier", "Trials"], rows));
    found.push(Found::Names("also clear:", names(clear.get(TOLD..).unwrap_or(&[]))));
    found.push(Found::Names("not told from chance:", names(&unclear)));
    found.push(Found::Names("fired alike in all, so nothing to compare:", alone.collect()));
    let about =
        "Rules: how many times likelier a trial gets there, at the same date, once the rule has fired";
    Part { about: about.to_owned(), found }
}

fn ranges(found: Option<&RangeBox>) -> Part {
    let Some(found) = found else {
        let about = "Ranges: no ranges of parameters and starts set them apart".to_owned();
        return Part { about, found: Vec::new() };
    };
    let [found_on, judged_on] = [found.found_on, found.judged_on].map(thousands);
    let about =
        format!("Ranges of parameters and starts (found on {found_on} trials, judged on {judged_on} others)");
    if !found.holds {
        let none = "none: what one half suggested was no more than chance on the other".to_owned();
        return Part { about, found: vec![Found::Line(none)] };
    }
    let row = |(name, limit): (&str, &Limit)| {
        let range = match (limit.low, limit.high) {
            (Some(low), Some(high)) => format!("{} to {}", number(low), number(high)),
            (Some(low), None) => format!("{} or more", number(low)),
            (None, high) => format!("{} or less", number(high.unwrap_or(f64::NAN))),
        };
        vec![name.to_owned(), range, p_value(limit.p)]
    };
    let limits = found.limits.iter().map(row).collect();
    let none = "none".to_owned();
    let shown = |share: &Option<Probability>| share.as_ref().map_or(none.clone(), Probability::to_string);
    let judged = vec![
        vec!["coverage".to_owned(), format!("{} of those that got there lie inside", found.coverage)],
        vec!["density".to_owned(), format!("{} of those inside got there", shown(&found.density))],
        vec!["outside".to_owned(), format!("{} got there", shown(&found.density_outside))],
    ];
    Part {
        about,
        found: vec![
            Found::Rows(&["Parameter or start", "Range", "By chance"], limits),
            Found::Rows(&["", "Of the others"], judged),
        ],
    }
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

fn pivotal(pivotal: &Pivotal, outcome: &Explained) -> Part {
    let about = "Pivotal rules: the very same trials with a rule switched off".to_owned();
    if pivotal.rules.is_empty() || pivotal.trials == 0 {
        let why =
            if pivotal.rules.is_empty() { "none was switched off" } else { "not tried: stopped before" };
        return Part { about, found: vec![Found::Line(why.to_owned())] };
    }
    let row = |(name, rule): (&str, &SwitchedOff)| {
        let points = |x: f64| format!("{:.1}", 100.0 * x + 0.0);
        let difference = rule.difference.map_or("no estimate".to_owned(), |d| {
            let sign = if d.estimate > 0.0 { "+" } else { "" };
            format!("{sign}{} points [{}, {}]", points(d.estimate), points(d.low), points(d.high))
        });
        let without = rule.without.map_or("none".to_owned(), |without| percent(without.estimate));
        let needed = match rule.pivotal {
            Some(share) if rule.lost > 0 => format!("needed in {share} of those that got there"),
            _ => "needed in none".to_owned(),
        };
        let note = match rule.gained {
            0 => needed,
            1 => format!("{needed}, kept 1 from it"),
            gained => format!("{needed}, kept {} from it", thousands(gained)),
        };
        vec![
            name.to_owned(),
            format!("{} -> {without}", percent(outcome.probability.estimate)),
            difference,
            note,
        ]
    };
    let (clear, unclear): (Vec<_>, Vec<_>) =
        pivotal.rules.iter().partition(|(_, rule)| rule.p_adjusted < CHANCE);
    let rows = clear.into_iter().map(row).collect();
    let (moved, still): (Vec<_>, Vec<_>) =
        unclear.into_iter().partition(|(_, rule)| rule.lost + rule.gained > 0);
    let names = |rules: &[(&str, &SwitchedOff)]| rules.iter().map(|(name, _)| (*name).to_owned()).collect();
    Part {
        about,
        found: vec![
            Found::Rows(&["Without", "From -> to", "Difference", "Trials"], rows),
            Found::Names("not told from chance:", names(&moved)),
            Found::Names("no trial changed without:", names(&still)),
            Found::Names("not tried (name them with --off):", pivotal.not_tried.clone()),
        ],
    }
}

fn chains(result: &ExplainResult) -> Option<Part> {
    let chains = &result.chains;
    if chains.trials == 0 || result.pivotal.rules.is_empty() {
        return None;
    }
    let row = |chain: &Chain| {
        let links: Vec<String> = chain.links.iter().map(|link| link.join(" + ")).collect();
        let none =
            if result.pivotal.not_tried.is_empty() { "no rule by itself" } else { "none of those tried" };
        let told = if links.is_empty() { format!("({none})") } else { links.join(" > ") };
        [chain.share.to_string(), told]
    };
    let mut found = vec![Found::Chains(chains.commonest.iter().map(row).collect())];
    let told = chains.commonest.len() as u64;
    if chains.distinct > told {
        found.push(Found::Line(format!("and {} other chains", thousands(chains.distinct - told))));
    }
    let about = "Chains: the rules that were needed, in the order in which they first fired".to_owned();
    Some(Part { about, found })
}

fn signposts(found: &Signposts) -> Part {
    let about = format!(
        "Signposts by {}: what moves the odds afterwards, among {} trials, half of those that had not got there by then ({} did later); the other half chose what to look at",
        found.by.date,
        thousands(found.judged_on),
        found.base
    );
    let sure = |sign: &&Signpost| sign.p_adjusted < CHANCE && sign.odds_ratio.is_some();
    let row = |sign: &Signpost| {
        let share = |share: &Option<Probability>| share.map_or("none".to_owned(), |p| percent(p.estimate));
        vec![
            name(sign),
            sign.odds_ratio
                .as_ref()
                .map_or(String::new(), |ratio| format!("odds ratio {}", shown(ratio, ""))),
            format!(
                "{} where seen ({} of trials), else {}",
                share(&sign.if_seen),
                percent(sign.seen.estimate),
                share(&sign.if_not)
            ),
        ]
    };
    let rows: Vec<Vec<String>> = found.signs.iter().filter(sure).take(TOLD).map(row).collect();
    let clear = found.signs.iter().filter(sure).count();
    let line = match (rows.len(), clear - rows.len(), found.signs.len() - clear) {
        (0, _, others) => Some(format!("none of {others} is told from chance")),
        (_, 0, 0) => None,
        (_, more, others) => Some(format!("clear too: {more}; not told from chance: {others}")),
    };
    let rows = Found::Rows(&["Seen by then", "Odds ratio", "Got there"], rows);
    Part { about, found: [rows].into_iter().chain(line.map(Found::Line)).collect() }
}

/// `military > 0.532`
fn name(sign: &Signpost) -> String {
    match (sign.kind, sign.above) {
        (SignKind::Fired, _) => format!("{} has fired", sign.name),
        (_, Some(above)) => format!("{} > {}", sign.name, number(above)),
        (_, None) => sign.name.clone(),
    }
}

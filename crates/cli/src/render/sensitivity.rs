//! What drives the outcomes: for people, and as tidy tables.

use cordiale::model::Model;
use cordiale::sensitivity::{
    Drivers, Index, InputKind, Measure, OutcomeSensitivity, Sample, SensitivityResult, Way,
};
use unicode_width::UnicodeWidthStr;

use super::csv::partial;
use super::layout::{columns_or_below, counted, number, paragraph, percent, thousands, two_decimals};
use super::quote::{cell, column, figure};
use super::table::heading;

/// The whole table; `top` inputs of each outcome.
pub(crate) fn render(result: &SensitivityResult, model: &Model, top: usize, width: usize) -> String {
    let mut text = heading(&result.scenario, &result.run, model, width);
    for asked in asked(result, model) {
        text.push_str(&block(&asked, result, top, width));
    }
    text.push_str(&format!("{}\n", paragraph(&legend(result), width, 0)));
    text
}

/// An outcome, or a level of one, and what drives it.
pub(super) struct Asked<'a> {
    pub(super) label: String,
    drivers: &'a Drivers,
    is_share: bool,
}

/// What is asked of each outcome.
pub(super) fn asked<'a>(result: &'a SensitivityResult, model: &Model) -> Vec<Asked<'a>> {
    let by = |name: &str| {
        let id = model.outcome(name)?;
        let by = model.outcomes[id.index()].by?;
        Some(format!(" ({})", model.calendar.short(by.date)))
    };
    let mut all = Vec::new();
    for (name, outcome) in result.outcomes.iter() {
        let label = format!("{name}{}", by(name).unwrap_or_default());
        match outcome {
            OutcomeSensitivity::Event(drivers) => all.push(Asked { label, drivers, is_share: true }),
            OutcomeSensitivity::Value(drivers) => all.push(Asked { label, drivers, is_share: false }),
            OutcomeSensitivity::Levels { levels } => all.extend(levels.iter().map(|(level, drivers)| {
                Asked { label: format!("{label}: {level}"), drivers, is_share: true }
            })),
        }
    }
    all
}

impl<'a> Asked<'a> {
    /// The probability or the mean.
    pub(super) fn mean(&self) -> String {
        let mean = self.drivers.mean;
        if self.is_share { percent(mean) } else { format!("mean {}", number(mean)) }
    }

    /// How far the inputs move it, where trials of a point differ.
    pub(super) fn explained(&self, result: &SensitivityResult) -> Option<String> {
        explained(self.drivers).filter(|_| result.design.trials_a_point > 1)
    }

    /// Rows below the header, of those inputs that are told from none, the strongest first; and the names of the others.
    pub(super) fn rows(&self) -> (Vec<Vec<String>>, Vec<&'a str>) {
        let (seen, unseen): (Vec<_>, Vec<_>) =
            self.drivers.ranked().into_iter().partition(|(_, measure)| measure.distinguishable());
        let rows = seen.iter().map(|(name, measure)| row(name, measure, self.is_share)).collect();
        (rows, unseen.into_iter().map(|(name, _)| name).collect())
    }

    /// Why there are no inputs, where there are none.
    pub(super) fn nothing(&self) -> Option<&'static str> {
        let is_fixed = self.drivers.variance.is_some_and(|variance| variance.outcome <= 0.0);
        self.drivers.inputs.is_empty().then_some(if is_fixed {
            "nothing moves it: it is the same in every trial"
        } else {
            "no input is seen to move it: run more points"
        })
    }
}

/// One outcome: its mean, and the inputs that drive it.
fn block(asked: &Asked<'_>, result: &SensitivityResult, top: usize, width: usize) -> String {
    let lead = format!("{}   {}", asked.label, asked.mean());
    let mut text = match asked.explained(result) {
        None => format!("{lead}\n"),
        Some(told) if lead.width() + 3 + told.width() <= width => format!("{lead}   {told}\n"),
        Some(told) => format!("{lead}\n  {told}\n"),
    };
    let (seen, unseen) = asked.rows();
    let count = seen.len();
    if count > 0 {
        let rows: Vec<Vec<String>> =
            [header(result.method)].into_iter().chain(seen.into_iter().take(top)).collect();
        text.push_str(&columns_or_below(&rows, width));
    }
    if count > top {
        text.push_str(&format!("  and {} more (--top)\n", count - top));
    }
    if !unseen.is_empty() {
        let lead = if count == 0 { "all" } else { "the rest" };
        text.push_str(&format!(
            "  not distinguishable from zero: {lead}, {}\n",
            count_and_names(&unseen, width)
        ));
    }
    text.extend(asked.nothing().map(|why| format!("  {why}\n")));
    text.push('\n');
    text
}

/// How many there are, and their names where these fit.
fn count_and_names(names: &[&str], width: usize) -> String {
    let all = names.join(", ");
    let count = counted(names.len() as u64, "input");
    if all.width() + 60 <= width { format!("{count}: {all}") } else { count }
}

/// How far the inputs move it.
fn explained(drivers: &Drivers) -> Option<String> {
    let variance = drivers.variance.filter(|variance| variance.outcome > 0.0)?;
    let share = |x: f64| format!("{:.0}%", 100.0 * (x / variance.outcome).clamp(0.0, 1.0));
    let Index { estimate, low, high, .. } = variance.explained;
    Some(format!(
        "inputs explain {} [{}, {}] of its variance, chance the rest",
        share(estimate),
        share(low),
        share(high)
    ))
}

/// The names of the columns.
pub(super) fn header(method: Way) -> Vec<String> {
    let names: &[&str] = match method {
        Way::Sobol => &["", "alone (first-order)", "in all (total)"],
        Way::Morris => &["", "size", "mean effect", "mu*", "sigma"],
        Way::Pawn => &["", "median distance", "greatest", "without effect, up to"],
        Way::Swings => &["", "low end", "high end", "difference"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn row(name: &str, measure: &Measure, is_share: bool) -> Vec<String> {
    let mut row = vec![name.to_owned()];
    match measure {
        Measure::Sobol { first, total } => row.extend([share(first), share(total)]),
        Measure::Morris { rms, mu, mu_star, sigma, .. } => {
            let mark = if mu.distinguishable { "" } else { "*" };
            let mean = format!("{} [{}, {}]{mark}", number(mu.estimate), number(mu.low), number(mu.high));
            row.extend([number(*rms), mean, number(*mu_star), number(*sigma)]);
        }
        Measure::Pawn { median, max, dummy, .. } => {
            row.extend([median, max, dummy].map(|x| format!("{x:.2}")));
        }
        Measure::Swing { at_low, at_high, difference } => {
            let [low, high] = [*at_low, *at_high].map(|x| if is_share { percent(x) } else { number(x) });
            row.extend([low, high, moved(difference, is_share)]);
        }
    }
    row
}

/// A difference with its interval: of shares in points.
pub(super) fn moved(difference: &Index, is_share: bool) -> String {
    let Index { estimate, low, high, .. } = *difference;
    let sign = if estimate > 0.0 { "+" } else { "" };
    if is_share {
        let [estimate, low, high] = [estimate, low, high].map(|x| 100.0 * x);
        format!("{estimate:+.1} points [{low:.1}, {high:.1}]")
    } else {
        format!("{sign}{} [{}, {}]", number(estimate), number(low), number(high))
    }
}

fn share(index: &Index) -> String {
    let mark = if index.distinguishable { "" } else { "*" };
    let [estimate, low, high] = [index.estimate, index.low, index.high].map(two_decimals);
    format!("{estimate} [{low}, {high}]{mark}")
}

/// What the figures are.
pub(super) fn legend(result: &SensitivityResult) -> String {
    let design = &result.design;
    let points = thousands(design.points);
    let inputs = counted(result.inputs.len() as u64, "input");
    match result.method {
        Way::Sobol => format!(
            "{inputs}, {points} base points. Shares of the variance of an outcome's probability or mean, chance within trials taken out: alone, what would go if this input were known; in all, what would stay if every other were. * not distinguishable from zero. Intervals are 95%, by bootstrap: more points narrow them; by chance a share may come out below 0 or above 1. The figure beside a name is that of the points: `cordiale run` gives the answer."
        ),
        Way::Morris => format!(
            "{inputs}, {points} trajectories between {} levels. Effects are changes of an outcome's probability or mean as an input moves from its lowest level to its highest, told from moves of about half the way (a threshold in it makes them too large): size is their root mean square and sigma their spread, chance taken out; chance adds to mu*. * not distinguishable from zero. Intervals are 95%, by Student's t.",
            design.levels.unwrap_or(0)
        ),
        Way::Pawn => format!(
            "{inputs}, {points} points in {} slices. Distances (Kolmogorov and Smirnov) between an outcome's distribution where an input is known to a slice, and in all points; chance is part of it. 95% of inputs without effect stay below the last column.",
            design.levels.unwrap_or(0)
        ),
        Way::Swings => format!(
            "{inputs}, {points} trials at either end of each, on the same random numbers: an outcome's probability or mean as an input goes {}, all else as in any trial. Intervals are 95%; of inputs without effect one in twenty is taken to have one.",
            ends(design.factors)
        ),
    }
}

/// From which end of an input to which.
pub(super) fn ends(factors: Option<(f64, f64)>) -> String {
    let (low, high) = factors.unwrap_or((1.0, 1.0));
    let factors = match factors {
        Some(_) => format!(", or from {} to {} times itself where it has none", number(low), number(high)),
        None => String::new(),
    };
    format!("from the 5% point of its distribution to the 95% point (a yes or no from no to yes){factors}")
}

/// Rows, a figure each, with their header.
pub(crate) fn csv(result: &SensitivityResult) -> String {
    let mut text =
        String::from("outcome,level,kind,input,input_kind,statistic,value,low,high,distinguishable\n");
    for (name, outcome) in result.outcomes.iter() {
        let kind = outcome.kind();
        match outcome {
            OutcomeSensitivity::Event(drivers) | OutcomeSensitivity::Value(drivers) => {
                rows(&mut text, result, &format!("{name},,{kind}"), drivers);
            }
            OutcomeSensitivity::Levels { levels } => {
                for (level, drivers) in levels.iter() {
                    rows(&mut text, result, &format!("{name},{level},{kind}"), drivers);
                }
            }
        }
    }
    if result.run.partial {
        text.push_str(&format!(",,run,,,{},,,\n", partial(&result.run)));
    }
    text
}

fn rows(text: &mut String, result: &SensitivityResult, start: &str, drivers: &Drivers) {
    text.push_str(&format!("{start},,,mean,{},,,\n", figure(Some(drivers.mean))));
    if let Some(variance) = &drivers.variance {
        text.push_str(&format!("{start},,,variance,{},,,\n", figure(Some(variance.outcome))));
        text.push_str(&format!("{start},,,variance_explained,{}\n", figures(&variance.explained)));
    }
    for (input, measure) in drivers.inputs.iter() {
        let kind = result.inputs.get(input).map_or("", |info| kind_name(info.kind));
        let start = format!("{start},{},{kind}", cell(input));
        let mut plain = |name: &str, value: f64, seen: &str| {
            text.push_str(&format!("{start},{name},{},,,{seen}\n", figure(Some(value))));
        };
        match measure {
            Measure::Sobol { first, total } => {
                text.push_str(&format!("{start},first,{}\n", figures(first)));
                text.push_str(&format!("{start},total,{}\n", figures(total)));
            }
            Measure::Morris { rms, mu, mu_star, mu_star_by_chance, sigma, distinguishable } => {
                plain("rms", *rms, &distinguishable.to_string());
                plain("mu_star", *mu_star, "");
                plain("mu_star_by_chance", *mu_star_by_chance, "");
                plain("sigma", *sigma, "");
                text.push_str(&format!("{start},mu,{}\n", figures(mu)));
            }
            Measure::Pawn { median, max, dummy, distinguishable } => {
                plain("median", *median, &distinguishable.to_string());
                plain("max", *max, "");
                plain("dummy", *dummy, "");
            }
            Measure::Swing { at_low, at_high, difference } => {
                plain("at_low", *at_low, "");
                plain("at_high", *at_high, "");
                text.push_str(&format!("{start},difference,{}\n", figures(difference)));
            }
        }
    }
}

/// An estimate, both ends of its interval, and whether it leaves 0 out.
pub(super) fn figures(index: &Index) -> String {
    let [estimate, low, high] = [index.estimate, index.low, index.high].map(|x| figure(Some(x)));
    format!("{estimate},{low},{high},{}", index.distinguishable)
}

fn kind_name(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Parameter => "parameter",
        InputKind::Start => "start",
        InputKind::Rate => "rate",
        InputKind::Effect => "effect",
    }
}

/// Every evaluation, a row each.
pub(crate) fn sample(sample: &Sample) -> String {
    let mut text = String::from("matrix,point,trial");
    // Inputs are named after streams, which no outcome is.
    for name in &sample.columns {
        text.push_str(&format!(",{}", cell(&column(name, "outcome", &["matrix", "point", "trial"]))));
    }
    text.push('\n');
    for row in &sample.rows {
        text.push_str(&format!("{},{},{}", cell(&row.matrix), row.point, row.trial));
        for value in &row.values {
            text.push_str(&format!(",{}", figure(Some(*value))));
        }
        text.push('\n');
    }
    text
}

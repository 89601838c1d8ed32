//! From what was found to a result.

use cordiale_core::Scenario;
use cordiale_core::model::{Model, Outcome, OutcomeKind, Rule};

use super::findings::{Entry, Findings, Found, FoundKind};
use crate::result::{
    AtHorizon, By, Estimate, EventResult, Exact, ExactResult, Excess, FORMAT, FirstStep, LevelShare,
    LevelsResult, Method, Named, OutcomeResult, QuantileIntervals, RuleResult, RunInfo, RunResult,
    ScenarioInfo, VALUE_STABILITY, ValueResult, ValueSeries, ValueSummary,
};
use crate::stats::Histogram;
use crate::stats::words::word;
use crate::tally::out_of_bounds;

/// Sums of many probabilities are right to about this; a quantile is not moved by less.
const ROUNDING: f64 = 1e-12;

/// The result of an exact run.
pub(super) fn answer(scenario: &Scenario, findings: &Findings) -> ExactResult {
    let model = scenario.model();
    let outcomes = model.outcomes.iter().zip(&findings.outcomes);
    let result = RunResult {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION"),
        value_stability: VALUE_STABILITY,
        scenario: ScenarioInfo::of(scenario),
        run: RunInfo::of(scenario, model.seed, (), 0),
        outcomes: outcomes
            .map(|(outcome, found)| (outcome.name.clone(), found.result(model, outcome)))
            .collect(),
        rules: rules(model, &findings.entries),
        warnings: Vec::new(),
        stopping: None,
        widths: None,
    };
    let warnings = warnings(scenario, findings, &result);
    ExactResult { warnings, ..result }
}

fn rules(model: &Model, entries: &[Entry]) -> Named<RuleResult<Exact>> {
    let mut entries = entries.iter();
    let mut rules = Vec::new();
    for rule in &model.rules {
        let of_branches = rule.branches.iter().map(|branch| format!("{}.{branch}", rule.name));
        for (name, entry) in std::iter::once(rule.name.clone()).chain(of_branches).zip(&mut entries) {
            rules.push((name, entry.result(rule)));
        }
    }
    Named(rules)
}

fn warnings(scenario: &Scenario, findings: &Findings, result: &ExactResult) -> Vec<String> {
    let mut warnings = scenario.warnings().messages();
    let of_rules = || result.rules.iter().filter(|(name, _)| !name.contains('.'));
    let left_out: Vec<&str> = of_rules()
        .filter(|(_, rule)| rule.instances > 0 && rule.mean_fires.is_none())
        .map(|(name, _)| name)
        .collect();
    if !left_out.is_empty() {
        warnings.push(format!("no outcome depends on {}: left out", left_out.join(", ")));
    }
    for (name, rule) in of_rules() {
        let times = |count: Option<f64>| format!("{:.3} times a trial", count.unwrap_or_default());
        warnings.extend(out_of_bounds(scenario.model(), name, rule.clamped, rule.fast_hazard, times));
    }
    for (outcome, found) in scenario.model().outcomes.iter().zip(&findings.outcomes) {
        if let (Some(given), true) = (outcome.given, found.mass == 0.0) {
            let given = &scenario.model().outcomes[given.index()];
            let by = given.by.map_or_else(String::new, |by| format!(" by {}", by.date));
            warnings.push(format!(
                "outcome `{}`: `{}` is never reached{by}, so there is no answer",
                outcome.name, given.name
            ));
        }
    }
    warnings
}

impl Entry {
    fn result(&self, rule: &Rule) -> RuleResult<Exact> {
        let followed = |number: f64| self.followed.then_some(number);
        RuleResult {
            instances: rule.instances.len() as u64,
            trials_fired: (),
            mean_fires: followed(self.fires),
            first_step_median: None,
            clamped: Excess { count: followed(self.clamped.0), worst: self.clamped.1 },
            fast_hazard: Excess { count: followed(self.fast.0), worst: self.fast.1 },
        }
    }
}

/// A probability without the roundings of sums over many states, which are not to choose the word at the border of two.
fn settled(p: f64) -> f64 {
    (p * 1e12).round() / 1e12
}

impl Found {
    fn result(&self, model: &Model, outcome: &Outcome) -> OutcomeResult<Exact> {
        let by = outcome.by.map(|by| By { date: by.date, step: by.step });
        let given = outcome.given.map(|given| model.outcomes[given.index()].name.clone());
        let deadline = outcome.deadline_step(&model.calendar) as usize;
        let is_known = self.mass > 0.0;
        // 0 / 0 where the condition never comes to be: no estimate.
        let share = |weight: f64| (weight / self.mass).clamp(0.0, 1.0);
        let shares = |weights: &[f64]| {
            weights.iter().map(|weight| if is_known { share(*weight) } else { 0.0 }).collect()
        };
        match (&self.kind, &outcome.kind) {
            (FoundKind::Event { reached, holding }, _) => {
                let reached_by_step: Vec<f64> = shares(reached);
                let probability = Exact::share(share(reached[deadline]), ());
                let at_end = reached_by_step.last().copied().unwrap_or(0.0);
                OutcomeResult::Event(EventResult {
                    reached: reached_by_step[deadline],
                    trials: (),
                    probability: Estimate(probability),
                    words: probability.as_ref().map(|p| word(settled(p.estimate)).to_owned()),
                    first_step: first_step(&reached_by_step[..=deadline], is_known),
                    holding_by_step: shares(holding),
                    reached_by_step,
                    by,
                    at_horizon: by.map(|_| AtHorizon {
                        reached: at_end,
                        probability: Estimate(is_known.then(|| Exact::share(at_end, ())).flatten()),
                    }),
                    given,
                })
            }
            (FoundKind::Value { support, by_step }, _) => {
                let mut order: Vec<usize> = (0..support.values.len()).collect();
                order.sort_by(|a, b| support.values[*a].total_cmp(&support.values[*b]));
                let at = |step: usize| Distribution::new(&support.values, &order, &by_step[step], self.mass);
                let mut series = ValueSeries::default();
                for step in 0..by_step.len() {
                    at(step).add_to(&mut series);
                }
                OutcomeResult::Value(ValueResult {
                    at_end: is_known.then(|| at(deadline).summary()),
                    by_step: series,
                    trials: (),
                    by,
                    given,
                })
            }
            (FoundKind::Levels(by_step), kind) => {
                let levels = match kind {
                    OutcomeKind::Levels { levels } => levels.as_slice(),
                    _ => &[],
                };
                let names = || levels.iter().map(|level| level.name.clone());
                let at_end = |weights: &Vec<f64>| {
                    let probability = Exact::share(share(weights[deadline]), ());
                    LevelShare {
                        count: probability.map_or(0.0, |p| p.estimate),
                        probability: Estimate(probability),
                    }
                };
                OutcomeResult::Levels(LevelsResult {
                    levels: names().collect(),
                    trials: (),
                    at_end: names().zip(by_step.iter().map(at_end)).collect(),
                    by_step: names().zip(by_step.iter().map(|weights| shares(weights))).collect(),
                    by,
                    given,
                })
            }
        }
    }
}

fn first_step(reached: &[f64], is_known: bool) -> FirstStep<Exact> {
    let quantile = |q: f64| {
        let step = reached.iter().position(|&reached| reached >= q - ROUNDING).filter(|_| is_known);
        step.and_then(|step| u32::try_from(step).ok())
    };
    FirstStep {
        q05: quantile(0.05),
        q25: quantile(0.25),
        median: quantile(0.5),
        q75: quantile(0.75),
        q95: quantile(0.95),
        censored: if is_known { 1.0 - reached.last().copied().unwrap_or(0.0) } else { 0.0 },
    }
}

/// Values in ascending order and their probabilities.
struct Distribution {
    pairs: Vec<(f64, f64)>,
}

impl Distribution {
    fn new(values: &[f64], order: &[usize], weights: &[f64], mass: f64) -> Self {
        let weight = |place: usize| weights.get(place).copied().unwrap_or(0.0) / mass;
        let pairs = order.iter().map(|place| (values[*place], weight(*place)));
        Self { pairs: pairs.filter(|(_, probability)| *probability > 0.0).collect() }
    }

    fn mean(&self) -> f64 {
        self.pairs.iter().map(|(value, p)| value * p).sum()
    }

    fn sd(&self) -> f64 {
        let mean = self.mean();
        self.pairs.iter().map(|(value, p)| (value - mean) * (value - mean) * p).sum::<f64>().sqrt()
    }

    /// The least value at or below which lies a share of at least `q`.
    fn quantile(&self, q: f64) -> Option<f64> {
        let mut below = 0.0;
        let reaches = |(_, p): &&(f64, f64)| {
            below += p;
            below >= q - ROUNDING
        };
        self.pairs.iter().find(reaches).or(self.pairs.last()).map(|(value, _)| *value)
    }

    fn summary(&self) -> ValueSummary<Exact> {
        let quantile = |q| self.quantile(q).unwrap_or(f64::NAN);
        let point = |q| [self.quantile(q), self.quantile(q)];
        let ends =
            [self.pairs.first(), self.pairs.last()].map(|pair| pair.map_or(f64::NAN, |(value, _)| *value));
        ValueSummary {
            mean: self.mean(),
            sd: self.sd(),
            mcse: 0.0,
            q05: quantile(0.05),
            q25: quantile(0.25),
            q50: quantile(0.5),
            q75: quantile(0.75),
            q95: quantile(0.95),
            intervals: QuantileIntervals {
                q05: point(0.05),
                q25: point(0.25),
                q50: point(0.5),
                q75: point(0.75),
                q95: point(0.95),
            },
            histogram: Histogram::new(ends[0], ends[1], self.pairs.iter().copied()),
        }
    }

    fn add_to(&self, series: &mut ValueSeries) {
        let known = |value: f64| (!self.pairs.is_empty()).then_some(value);
        series.mean.push(known(self.mean()));
        series.sd.push(known(self.sd()));
        series.mcse.push(known(0.0));
        series.q05.push(self.quantile(0.05));
        series.q25.push(self.quantile(0.25));
        series.q50.push(self.quantile(0.5));
        series.q75.push(self.quantile(0.75));
        series.q95.push(self.quantile(0.95));
    }
}

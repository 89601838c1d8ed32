//! From a tally to a result.

use cordiale_core::Scenario;
use cordiale_core::model::{Model, Outcome, OutcomeKind, Rule};

use super::outcome::{Kind, OutcomeTally, Spread};
use super::{EntryTally, Tally};
use crate::error::RunError;
use crate::result::{
    AtHorizon, By, Estimate, EventResult, Excess, FORMAT, FirstStep, LevelShare, LevelsResult, LookupError,
    Method, Named, OutcomeResult, QuantileIntervals, RuleResult, RunInfo, RunResult, ScenarioInfo,
    ValueResult, ValueSeries, ValueSummary,
};
use crate::stats::{StepCounts, quantile_ranks, sketch, wilson, words};

impl Tally {
    /// The result of its trials.
    ///
    /// # Errors
    /// Where it holds no trials, its trials have a gap, or it is of another scenario.
    pub fn result(&self, scenario: &Scenario) -> Result<RunResult, RunError> {
        self.is_of(scenario)?;
        if !self.is_like(&Self::new(scenario, self.seed)) {
            return Err(altered());
        }
        let first_trial = self.first_trial()?;
        let model = scenario.model();
        let outcomes = model.outcomes.iter().zip(&self.outcomes);
        let result = RunResult {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: self.value_stability,
            scenario: ScenarioInfo::of(scenario),
            run: RunInfo {
                partial: self.partial,
                ..RunInfo::of(scenario, self.seed, self.trials(), first_trial)
            },
            outcomes: outcomes.map(|(o, tally)| (o.name.clone(), tally.result(model, o))).collect(),
            rules: self.rules(model),
            warnings: Vec::new(),
            stopping: None,
            widths: None,
        };
        let warnings = self.warnings(scenario, &result);
        Ok(RunResult { warnings, ..result })
    }

    /// The result of one outcome: what [`result`](Self::result) has of it, without the time that all others take. For loops
    /// of many short runs.
    ///
    /// # Errors
    /// As [`result`](Self::result), and where there is no such outcome.
    ///
    /// ```
    /// # use cordiale_core::{Scenario, scenario::NoFiles};
    /// use cordiale_sim::{Simulation, result::OutcomeResult};
    /// # let text = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[variables.x]\ninitial = 0\n[rules.r]\nchance = 0.1\neffects = [\"x += 1\"]\n[outcomes.seen]\nwhen = \"x > 0\"\n";
    /// # let scenario = Scenario::from_toml(text, "loop.toml", &NoFiles)?;
    /// let simulation = Simulation::new(&scenario)?.trials(64).threads(1);
    /// for seed in 0..10 {
    ///     let tally = simulation.clone().seed(seed).tally()?;
    ///     let OutcomeResult::Event(seen) = tally.outcome(&scenario, "seen")? else { continue };
    ///     assert!(seen.reached > 0);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn outcome(&self, scenario: &Scenario, name: &str) -> Result<OutcomeResult, RunError> {
        self.is_of(scenario)?;
        self.first_trial()?;
        let model = scenario.model();
        let names = model.outcomes.iter().map(|outcome| outcome.name.as_str());
        let unknown = || RunError::Question(LookupError::unknown(name, "outcome", names).to_string());
        let place = model.outcome(name).ok_or_else(unknown)?.index();
        let outcome = &model.outcomes[place];
        let tally =
            self.outcomes.get(place).filter(|tally| tally.is_like(&OutcomeTally::new(model, outcome)));
        Ok(tally.ok_or_else(altered)?.result(model, outcome))
    }

    fn is_of(&self, scenario: &Scenario) -> Result<(), RunError> {
        if self.digest != scenario.digest() {
            let message =
                "the tally is of another scenario (its digest differs); name the one that it was made of";
            return Err(RunError::Merge(message.to_owned()));
        }
        Ok(())
    }

    /// The first of its trials, which must follow each other.
    fn first_trial(&self) -> Result<u64, RunError> {
        match *self.trials.as_slice() {
            [] => Err(RunError::NoTrials),
            [(first, _)] => Ok(first),
            [(_, end), (next, _), ..] => {
                let message = format!("trials {end} to {} are missing; merge their shard too", next - 1);
                Err(RunError::Merge(message))
            }
        }
    }

    fn rules(&self, model: &Model) -> Named<RuleResult> {
        let mut entries = self.entries.iter();
        let mut rules = Vec::new();
        for rule in &model.rules {
            let of_branches = rule.branches.iter().map(|branch| format!("{}.{branch}", rule.name));
            for (name, entry) in std::iter::once(rule.name.clone()).chain(of_branches).zip(&mut entries) {
                rules.push((name, entry.result(rule, self.trials())));
            }
        }
        Named(rules)
    }

    /// What is suspect: found at loading, then by rule, then by outcome.
    fn warnings(&self, scenario: &Scenario, result: &RunResult) -> Vec<String> {
        let model = scenario.model();
        let mut warnings = scenario.warnings().messages();
        // What is clamped of a branch is told with its rule.
        for (name, rule) in result.rules.iter().filter(|(name, _)| !name.contains('.')) {
            warnings.extend(out_of_bounds(model, name, rule.clamped, rule.fast_hazard, times));
        }
        for (name, outcome) in result.outcomes.iter() {
            if let (0, Some(given)) = (outcome.trials(), outcome.given()) {
                let by = model.outcome(given).and_then(|id| model.outcomes[id.index()].by);
                let (by, or) = by.map_or_else(Default::default, |by| {
                    (format!(" by {}", by.date), format!(", or give `{given}` a later `by`"))
                });
                warnings.push(format!(
                    "outcome `{name}`: `{given}` was reached in no trial{by}, so there is no estimate; run more trials{or}"
                ));
            }
        }
        for (outcome, tally) in model.outcomes.iter().zip(&self.outcomes) {
            let deadline = outcome.deadline_step(&model.calendar) as usize;
            if let Kind::Value(spreads) = &tally.kind {
                warnings.extend(spreads.get(deadline).and_then(|spread| coarse(&outcome.name, spread)));
            }
        }
        warnings
    }
}

/// What is said of a value whose quantiles are coarse beside its spread: there are no four bins to a standard deviation.
fn coarse(outcome: &str, spread: &Spread) -> Option<String> {
    let Spread { moments, quantiles } = spread;
    let sd = moments.sd();
    let median = quantiles.quantile(0.5).filter(|_| !quantiles.is_exact())?;
    let within = sketch::RELATIVE_ERROR * median.abs();
    (sd < 4.0 * 2.0 * within).then(|| {
        format!(
            "outcome `{outcome}`: its quantiles, their intervals and its histogram are within {within:.1e} of the exact ones, which is much beside a standard deviation of {sd:.1e}; ask for what it is beyond a number near {median:.4e}"
        )
    })
}

/// What is said of a rule whose chances, hazards or weights were out of bounds; `times` tells a count.
pub(crate) fn out_of_bounds<M: Method>(
    model: &Model,
    rule: &str,
    clamped: Excess<M>,
    fast_hazard: Excess<M>,
    times: impl Fn(M::Times) -> String,
) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(worst) = clamped.worst {
        said.push(format!(
            "rule `{rule}`: a chance outside [0, 1], or a hazard or weight below 0, was clamped {}, at worst {worst}; keep it in range with clamp(x, lo, hi)",
            times(clamped.count)
        ));
    }
    if let Some(worst) = fast_hazard.worst {
        said.push(format!(
            "rule `{rule}`: its hazard stood above {} a year {}, at most at {worst}; a rule fires once a step at most, so events are lost: use a finer step",
            0.5 * f64::from(model.calendar.per_year()),
            times(fast_hazard.count)
        ));
    }
    said
}

/// A number of times in words.
pub(crate) fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

impl EntryTally {
    fn result(&self, rule: &Rule, trials: u64) -> RuleResult {
        #[expect(clippy::cast_precision_loss, reason = "a quotient of whole numbers far below 2^53")]
        let mean_fires = (trials > 0).then(|| self.fires as f64 / trials as f64);
        RuleResult {
            instances: rule.instances.len() as u64,
            trials_fired: self.first.reached(),
            mean_fires,
            first_step_median: self.first.quantile(0.5, trials),
            clamped: self.clamped.result(),
            fast_hazard: self.fast_hazard.result(),
        }
    }
}

fn altered() -> RunError {
    RunError::Merge("the tally does not fit its scenario: it was altered".to_owned())
}

impl OutcomeTally {
    fn result(&self, model: &Model, outcome: &Outcome) -> OutcomeResult {
        let by = outcome.by.map(|by| By { date: by.date, step: by.step });
        let given = outcome.given.map(|given| model.outcomes[given.index()].name.clone());
        let (trials, steps) = (self.trials, model.calendar.steps());
        let deadline = outcome.deadline_step(&model.calendar);
        match (&self.kind, &outcome.kind) {
            (Kind::Event { holding, first }, _) => {
                let reached_by_step = first.reached_by_step(steps);
                let reached = reached_by_step[deadline as usize];
                let probability = wilson(reached, trials);
                OutcomeResult::Event(EventResult {
                    reached,
                    trials,
                    probability: Estimate(probability),
                    words: probability.as_ref().map(words),
                    reached_by_step,
                    holding_by_step: holding.clone(),
                    first_step: first_step(first, deadline, reached, trials),
                    by,
                    at_horizon: by.map(|_| AtHorizon {
                        reached: first.reached(),
                        probability: Estimate(wilson(first.reached(), trials)),
                    }),
                    given,
                })
            }
            (Kind::Value(spreads), _) => OutcomeResult::Value(ValueResult {
                at_end: (trials > 0).then(|| spreads[deadline as usize].summary()),
                by_step: series(spreads),
                trials,
                by,
                given,
            }),
            (Kind::Levels(counts), OutcomeKind::Levels { levels }) => {
                let names = || levels.iter().map(|level| level.name.clone());
                let share = |counts: &Vec<u64>| {
                    let count = counts[deadline as usize];
                    LevelShare { count, probability: Estimate(wilson(count, trials)) }
                };
                OutcomeResult::Levels(LevelsResult {
                    levels: names().collect(),
                    trials,
                    at_end: names().zip(counts.iter().map(share)).collect(),
                    by_step: names().zip(counts.iter().cloned()).collect(),
                    by,
                    given,
                })
            }
            (Kind::Levels(_), _) => OutcomeResult::Levels(LevelsResult {
                levels: Vec::new(),
                trials,
                at_end: Named::default(),
                by_step: Named::default(),
                by,
                given,
            }),
        }
    }
}

fn first_step(first: &StepCounts, deadline: u32, reached: u64, trials: u64) -> FirstStep {
    let quantile = |q| first.quantile(q, trials).filter(|&step| step <= deadline);
    FirstStep {
        q05: quantile(0.05),
        q25: quantile(0.25),
        median: quantile(0.5),
        q75: quantile(0.75),
        q95: quantile(0.95),
        censored: trials.saturating_sub(reached),
    }
}

const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

impl Spread {
    /// Of one trial or more.
    fn summary(&self) -> ValueSummary {
        let quantiles = self.quantiles.settled();
        let [q05, q25, q50, q75, q95] = QUANTILES.map(|q| quantiles.quantile(q).unwrap_or(f64::NAN));
        let [of_q05, of_q25, of_q50, of_q75, of_q95] =
            QUANTILES.map(|q| quantiles.between_ranks(quantile_ranks(quantiles.count(), q).into()));
        ValueSummary {
            mean: self.moments.mean(),
            sd: self.moments.sd(),
            mcse: self.moments.standard_error(),
            q05,
            q25,
            q50,
            q75,
            q95,
            intervals: QuantileIntervals { q05: of_q05, q25: of_q25, q50: of_q50, q75: of_q75, q95: of_q95 },
            histogram: quantiles.histogram(),
        }
    }
}

fn series(spreads: &[Spread]) -> ValueSeries {
    let mut series = ValueSeries::default();
    for spread in spreads {
        let quantiles = spread.quantiles.settled();
        let known = |x: f64| (spread.moments.count() > 0).then_some(x);
        series.mean.push(known(spread.moments.mean()));
        series.sd.push(known(spread.moments.sd()));
        series.mcse.push(known(spread.moments.standard_error()));
        let columns = [&mut series.q05, &mut series.q25, &mut series.q50, &mut series.q75, &mut series.q95];
        for (column, q) in columns.into_iter().zip(QUANTILES) {
            column.push(quantiles.quantile(q));
        }
    }
    series
}

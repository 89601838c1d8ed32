//! What set apart the trials that got there from those that did not.
//!
//! Of each trial is kept when it got there, when each rule first fired, what was drawn at its start and what could be seen
//! at a date: enough for rules, ranges, chains and signposts. Then the same trials are run again with one rule after
//! the other switched off.

mod chains;
mod lifts;
mod pivotal;
mod prim;
mod result;
mod signposts;
mod target;
mod trials;

use std::fmt;
use std::sync::Arc;

use cordiale_core::Scenario;
use cordiale_core::calendar::Date;
use cordiale_core::model::{Model, OutcomeKind};

use super::out_of_bounds::OutOfBounds;
use crate::error::RunError;
use crate::result::{LookupError, RunInfo, ScenarioInfo, VALUE_STABILITY};
use crate::simd::{VectorWidth, dispatch};
use crate::simulation::driver::{self, Desk, Order};
use crate::simulation::{OnProgress, Progress, check_trials};
use crate::stats::wilson;
use pivotal::{Pairs, Pass, Without};
pub use result::{
    At, Chain, Chains, Examples, ExplainResult, Explained, FORMAT, Limit, Pivotal, RangeBox, RuleLift,
    Shares, SignKind, Signpost, Signposts, SwitchedOff,
};
use target::{Form, Question, Target};
use trials::{Plan, Share, Trials, Work};

/// How many rules are switched off unless others are asked for.
pub const MOST_RULES: usize = 32;

/// A scenario and one of its outcomes, ready to be explained.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Explanation;
///
/// let scenario = ScenarioBuilder::new("deal", "2024-01-01", "month", 12)
///     .variable("trust", 0.0)
///     .rule("talks", Rule::new().chance(0.1).effect("trust += 1"))
///     .rule("weather", Rule::new().chance(0.1).effect("trust += 0"))
///     .event("deal", Event::when("trust >= 1"))
///     .build()?;
/// let result = Explanation::new(&scenario)?.outcome("deal").trials(2_000).seed(7).run()?;
/// // Without talks no trial gets there; the weather changes none.
/// assert_eq!(result.without("talks")?.lost, result.outcome.reached);
/// assert_eq!(result.without("weather")?.lost, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Explanation {
    scenario: Scenario,
    question: Question,
    by: Option<Date>,
    off: Vec<String>,
    trials: u64,
    seed: u64,
    threads: usize,
    on_progress: Option<Arc<OnProgress>>,
}

impl Explanation {
    /// Prepares a scenario, to be run with its own number of trials and seed, on all threads that the machine has.
    ///
    /// # Errors
    /// None today.
    pub fn new(scenario: &impl AsRef<Scenario>) -> Result<Self, RunError> {
        let scenario = scenario.as_ref();
        Ok(Self {
            question: Question::default(),
            by: None,
            off: Vec::new(),
            trials: scenario.model().trials,
            seed: scenario.model().seed,
            threads: 0,
            on_progress: None,
            scenario: scenario.clone(),
        })
    }

    /// The outcome to explain. May be left out where there is but one.
    #[must_use]
    pub fn outcome(mut self, name: &str) -> Self {
        self.question.outcome = Some(name.to_owned());
        self
    }

    /// Of an outcome of levels: the level that a trial is to stand in at the deadline.
    #[must_use]
    pub fn level(mut self, name: &str) -> Self {
        self.question.level = Some(name.to_owned());
        self
    }

    /// Of a value: what it is to lie above at the deadline.
    #[must_use]
    pub fn above(mut self, limit: f64) -> Self {
        self.question.above = Some(limit);
        self
    }

    /// Of a value: what it is to lie below at the deadline.
    #[must_use]
    pub fn below(mut self, limit: f64) -> Self {
        self.question.below = Some(limit);
        self
    }

    /// The date by which signposts are looked for; halfway to the deadline unless told.
    #[must_use]
    pub fn by(mut self, date: Date) -> Self {
        self.by = Some(date);
        self
    }

    /// Switches off this rule, or this instance of one; may be repeated. Without it all that fired before the outcome
    /// are, or, where there are more than [`MOST_RULES`], the most promising.
    #[must_use]
    pub fn off(mut self, rule: &str) -> Self {
        self.off.push(rule.to_owned());
        self
    }

    setters! {
        /// How many trials to run, 1 or more.
        trials;
        /// The seed of all random draws.
        seed;
        threads;
        /// Calls back after every 64 trials or so, one call at a time; a trial that is run again without a rule counts
        /// as one more. [`ControlFlow::Break`] stops the run once the blocks in flight are done; what was finished is
        /// then a partial result.
        on_progress(Progress);
    }

    /// Runs the trials.
    ///
    /// # Errors
    /// Where the outcome, its level or threshold, a rule to switch off or the date do not fit the scenario; where no
    /// trial got there or every one did, so that nothing sets them apart; where a trial fails (of several the lowest is
    /// told); and where the run was stopped before any trial was done.
    pub fn run(&self) -> Result<ExplainResult, RunError> {
        check_trials(0, self.trials)?;
        let model = self.scenario.model();
        let target = Target::new(model, &self.question)?;
        let at = self.at(&target)?;
        let asked = self.asked_off(&target)?;
        let plan = Plan::new(model, target, at.step);
        let rules = if asked.is_empty() { self.rules_at_most() } else { asked.len() };
        let mut shares = self.first_pass(&plan, rules)?;
        let [ran, counted, reached] = sums(&shares);
        let explained = self.explained(&plan.target, reached, counted)?;
        let trials = Trials::new(&mut shares);
        let mut out_of_bounds = OutOfBounds::default();
        shares.iter().for_each(|share| out_of_bounds.merge(&share.out_of_bounds));
        drop(shares);
        let lifts = lifts::lifts(&plan, &trials);
        let (without, not_tried) = self.to_switch_off(asked, &plan, &lifts);
        let partial = ran < self.trials;
        let mut pairs = if partial || without.is_empty() {
            Pairs::new(without.len())
        } else {
            self.second_pass(&plan.target, &without, trials.numbers.last().copied().unwrap_or(0))?
        };
        let mut warnings = self.warnings(&plan, &trials, &explained, &out_of_bounds);
        warnings.extend(pairs.rules.iter().zip(&without).filter_map(|(rule, without)| {
            rule.failed.map(|trial| {
                format!("rule `{}` was not switched off: without it trial {trial} fails", without.name)
            })
        }));
        let lost = pairs.lost(&without);
        let signposts = signposts::find(&plan, &trials, at);
        if signposts.is_none() {
            warnings.push(format!(
                "there are no signposts by {}: too few trials had not got there by then; choose an earlier date or run more trials",
                at.date
            ));
        }
        Ok(ExplainResult {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(&self.scenario),
            run: RunInfo {
                partial: partial || pairs.trials < ran && !without.is_empty(),
                ..RunInfo::of(&self.scenario, self.seed, ran, 0)
            },
            outcome: explained,
            examples: Examples { reached: trials.first(true), not_reached: trials.first(false) },
            looked_at: trials.len() as u64,
            ranges: prim::find(&trials, &plan.inputs(model)),
            pivotal: Pivotal {
                trials: pairs.trials,
                rules: pivotal::judged(&without, &pairs).into_iter().collect(),
                not_tried,
            },
            chains: chains::find(&plan, &trials, &lost),
            signposts,
            rules: lifts.into_iter().map(|(place, lift)| (plan.entries[place].name.clone(), lift)).collect(),
            warnings,
        })
    }

    /// The date and the observation by which signposts are looked for.
    fn at(&self, target: &Target) -> Result<At, RunError> {
        let calendar = &self.scenario.model().calendar;
        let end = calendar.date_of(target.by);
        let step = match self.by {
            None => target.by / 2,
            Some(date) => {
                let step = calendar.step_of(date).filter(|step| *step < target.by);
                step.ok_or_else(|| {
                    RunError::Explanation(format!(
                        "signposts cannot be looked for by {date}: choose a date from {} on and before {end}, the outcome's deadline",
                        calendar.start()
                    ))
                })?
            }
        };
        Ok(At { date: calendar.date_of(step), step })
    }

    /// The rules that were asked to be switched off.
    fn asked_off(&self, target: &Target) -> Result<Vec<Without>, RunError> {
        let model = self.scenario.model();
        let mut asked: Vec<Without> = Vec::with_capacity(self.off.len());
        for name in &self.off {
            let without = Without::new(model, target, name).ok_or_else(|| {
                let is_known = model.rules.iter().any(|rule| rule.name == *name);
                RunError::Explanation(if is_known {
                    format!("rule `{name}` is not enabled, so it cannot be switched off; leave it out")
                } else {
                    let rules = model.rules.iter().map(|rule| rule.name.as_str());
                    LookupError::unknown(name, "rule", rules).to_string()
                })
            })?;
            if asked.iter().all(|other| other.name != without.name) {
                asked.push(without);
            }
        }
        Ok(asked)
    }

    fn rules_at_most(&self) -> usize {
        let model = self.scenario.model();
        model.rules.iter().filter(|rule| model.is_enabled(rule)).count().min(MOST_RULES)
    }

    /// What is switched off, and behind it the names of the other rules that fired before the outcome in some trial. If
    /// nothing was asked for, it is the most promising of these: those that fired in all (for these nothing else can tell),
    /// then those with the surest lift.
    fn to_switch_off(
        &self,
        asked: Vec<Without>,
        plan: &Plan,
        lifts: &[(usize, RuleLift)],
    ) -> (Vec<Without>, Vec<String>) {
        let rules = lifts.iter().filter(|(place, _)| !plan.entries[*place].is_branch);
        let (first, then): (Vec<_>, Vec<_>) = rules.partition(|(_, lift)| lift.lift.is_none());
        let names = first.into_iter().chain(then).map(|(place, _)| plan.entries[*place].name.clone());
        if !asked.is_empty() {
            let others = names.filter(|name| asked.iter().all(|without| without.name != *name)).collect();
            return (asked, others);
        }
        let mut names: Vec<String> = names.collect();
        let not_tried = names.split_off(names.len().min(MOST_RULES));
        let model = self.scenario.model();
        (names.iter().filter_map(|name| Without::new(model, &plan.target, name)).collect(), not_tried)
    }

    fn first_pass(&self, plan: &Plan, rules: usize) -> Result<Vec<Share>, RunError> {
        let told = self.told(0, 1, rules);
        let desk = Desk::new(Order {
            scenario: &self.scenario,
            first_trial: 0,
            trials: self.trials,
            on_progress: told.as_deref(),
        });
        let work = || {
            dispatch(
                VectorWidth::widest(),
                Work { scenario: &self.scenario, seed: self.seed, plan, desk: &desk },
            )
        };
        let shares = driver::on_threads(&desk, self.threads, work)?;
        if let Some(failed) = desk.failed() {
            return Err(driver::error_of(&self.scenario, self.seed, failed.trial));
        }
        let shares = shares.into_iter().collect::<Result<Vec<Share>, RunError>>()?;
        if shares.iter().all(|share| share.trials == 0) {
            return Err(RunError::Cancelled);
        }
        Ok(shares)
    }

    fn second_pass(&self, target: &Target, without: &[Without], kept: u64) -> Result<Pairs, RunError> {
        let baseline = target.lower(&target.strip(self.scenario.model()));
        let told = self.told(self.trials, without.len() as u64, without.len());
        let desk = Desk::new(Order {
            scenario: &self.scenario,
            first_trial: 0,
            trials: self.trials,
            on_progress: told.as_deref(),
        });
        let work = || {
            let (baseline, desk) = (&baseline, &desk);
            dispatch(VectorWidth::widest(), Pass { target, baseline, without, seed: self.seed, kept, desk })
        };
        let mut all = Pairs::new(without.len());
        driver::on_threads(&desk, self.threads, work)?.into_iter().for_each(|pairs| all.merge(pairs));
        match desk.failed() {
            Some(failed) => Err(driver::error_of(&self.scenario, self.seed, failed.trial)),
            None => Ok(all),
        }
    }

    /// The callback for one of the two passes: the trials of both add up, and those of the second count for every rule.
    fn told(&self, before: u64, each: u64, rules: usize) -> Option<Box<OnProgress>> {
        let callback = self.on_progress.clone()?;
        let total = self.trials.saturating_mul(1 + rules as u64);
        Some(Box::new(move |progress: &Progress| {
            let trials = before.saturating_add(progress.trials.saturating_mul(each));
            callback(&Progress { trials, total, event: None })
        }))
    }

    /// The event, with how often it was reached.
    fn explained(&self, target: &Target, reached: u64, counted: u64) -> Result<Explained, RunError> {
        let model = self.scenario.model();
        let outcome = &model.outcomes[target.place];
        let given = target.given.map(|(given, _)| model.outcomes[given].name.clone());
        let among = given.as_ref().map_or(String::new(), |given| format!(" in which `{given}` was reached"));
        let Some(probability) = wilson(reached, counted) else {
            return Err(RunError::Explanation(format!(
                "there are no trials{among}, so there is nothing to explain; run more trials"
            )));
        };
        if reached == 0 || reached == counted {
            let got = if reached == 0 { "none" } else { "each" };
            return Err(RunError::Explanation(format!(
                "of the {counted} trials{among} {got} got to `{}`, so nothing sets them apart; run more trials, or ask for what {} (a later or earlier deadline, another threshold or level)",
                describe(&outcome.name, target, model),
                if reached == 0 { "is reached more often" } else { "is reached less often" }
            )));
        }
        let (kind, level) = match (&outcome.kind, target.form) {
            (OutcomeKind::Levels { levels }, Form::Level(level)) => {
                ("levels", levels.get(level).map(|l| l.name.clone()))
            }
            (OutcomeKind::Value { .. }, _) => ("value", None),
            _ => ("event", None),
        };
        Ok(Explained {
            name: outcome.name.clone(),
            kind,
            level,
            above: if let Form::Above(limit) = target.form { Some(limit) } else { None },
            below: if let Form::Below(limit) = target.form { Some(limit) } else { None },
            given,
            by: At { date: outcome.deadline_date(&model.calendar), step: target.by },
            sustained_steps: target.lag,
            reached,
            trials: counted,
            probability,
        })
    }

    fn warnings(
        &self,
        plan: &Plan,
        trials: &Trials,
        explained: &Explained,
        out_of_bounds: &OutOfBounds,
    ) -> Vec<String> {
        let mut warnings = self.scenario.warnings().messages();
        warnings.extend(out_of_bounds.warnings(self.scenario.model()));
        if (trials.len() as u64) < explained.trials {
            warnings.push(format!(
                "rules, ranges, chains and signposts look at the first {} of {} trials, which is what fits into memory",
                trials.len(),
                explained.trials
            ));
        }
        if plan.parameters.is_empty() && plan.starts.is_empty() {
            warnings.push("no parameter and no start is drawn, so no ranges are looked for".to_owned());
        }
        warnings
    }
}

/// The outcome as it was asked for.
fn describe(name: &str, target: &Target, model: &Model) -> String {
    match (target.form, &model.outcomes[target.place].kind) {
        (Form::Above(limit), _) => format!("{name} > {limit}"),
        (Form::Below(limit), _) => format!("{name} < {limit}"),
        (Form::Level(level), OutcomeKind::Levels { levels }) => {
            format!("{name}: {}", levels.get(level).map_or("", |level| level.name.as_str()))
        }
        _ => name.to_owned(),
    }
}

/// Trials that were run, that count, and that got there.
fn sums(shares: &[Share]) -> [u64; 3] {
    let sum = |of: fn(&Share) -> u64| shares.iter().map(of).sum();
    [sum(|share| share.trials), sum(|share| share.counted), sum(|share| share.reached)]
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("scenario", &self.scenario.model().id)
            .field("question", &self.question)
            .field("trials", &self.trials)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

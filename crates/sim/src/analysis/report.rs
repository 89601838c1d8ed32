//! Everything that a reader of one scenario wants, gathered: the run, the comparison with its variants, the ties as
//! they change, and two trials told. What is drawn from it, and how, is left to whoever shows it.

mod chronicles;
mod figures;
mod network;
mod result;
mod typical;

use std::fmt;
use std::sync::Arc;

use cordiale_core::Scenario;

use crate::analysis::assumptions::{AssumptionsResult, swings};
use crate::analysis::compare::{CompareResult, Comparison};
use crate::analysis::explain::{ExplainResult, Explanation};
use crate::analysis::sensitivity::{SWING_TRIALS, SensitivityResult};
use crate::analysis::widths::{Widths, WidthsResult};
use crate::error::RunError;
use crate::result::{LookupError, OutcomeResult, RunInfo, RunResult, ScenarioInfo, VALUE_STABILITY};
use crate::simulation::{OnProgress, Progress, Simulation};
use figures::Axis;
pub use figures::DatedAxis;
pub use network::{Evidence, NetworkActor, NetworkChannel, NetworkTie, TieNetwork};
pub use result::{
    Band, Chronicles, FORMAT, FirstDates, Judged, OutcomeFigure, ReportResult, RuleFigure, ToldTrial,
};

/// Trials in which the ties are watched where nothing else is said.
pub const NETWORK_TRIALS: u64 = 512;
/// Trials in which drivers are looked for where nothing else is said; every rule that matters takes as many again.
pub const EXPLAIN_TRIALS: u64 = 2_000;
/// By what a number that has no distribution is multiplied, low and high.
const FACTORS: (f64, f64) = (0.5, 2.0);

/// A report on a scenario, ready to be gathered.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Reporting;
///
/// let coin = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance(0.5).effect("heads += 1"))
///     .event("three", Event::when("heads == 3"))
///     .build()?;
/// let report = Reporting::new(&coin).trials(1_000).seed(7).run()?;
/// assert_eq!(report.lead, "three");
/// assert_eq!(report.axis.dates.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Reporting {
    scenario: Scenario,
    variants: Vec<(String, Scenario)>,
    lead: Option<String>,
    trials: u64,
    seed: u64,
    threads: usize,
    network_trials: u64,
    explain_trials: u64,
    swing_trials: usize,
    widths: bool,
    chronicles: bool,
    register: bool,
    on_progress: Option<Arc<OnProgress>>,
}

impl Reporting {
    /// Prepares a report with the scenario's own number of trials and seed, on all threads that the machine has.
    #[must_use]
    pub fn new(scenario: &impl AsRef<Scenario>) -> Self {
        let scenario = scenario.as_ref();
        let model = scenario.model();
        Self {
            variants: Vec::new(),
            lead: None,
            trials: model.trials,
            seed: model.seed,
            threads: 0,
            network_trials: NETWORK_TRIALS,
            explain_trials: EXPLAIN_TRIALS,
            swing_trials: SWING_TRIALS,
            widths: true,
            chronicles: true,
            register: true,
            on_progress: None,
            scenario: scenario.clone(),
        }
    }

    /// Adds what the scenario is compared with, under a name of its own; without one there is no comparison.
    #[must_use]
    pub fn variant(mut self, name: &str, scenario: &impl AsRef<Scenario>) -> Self {
        self.variants.push((name.to_owned(), scenario.as_ref().clone()));
        self
    }

    /// The outcome that answers the question; without it the first of the file.
    #[must_use]
    pub fn lead(mut self, outcome: &str) -> Self {
        self.lead = Some(outcome.to_owned());
        self
    }

    setters! {
        /// How many trials to run of the scenario and of each variant, 1 or more.
        trials;
        /// The seed of all random draws.
        seed;
        threads;
    }

    /// In how many trials the ties are watched, from trial 0 on; 0 leaves the network out.
    #[must_use]
    pub fn network_trials(mut self, trials: u64) -> Self {
        self.network_trials = trials;
        self
    }

    /// In how many trials it is looked for what drives the outcome that leads, at most those of the run; 0 leaves it
    /// out.
    #[must_use]
    pub fn explain_trials(mut self, trials: u64) -> Self {
        self.explain_trials = trials;
        self
    }

    /// By how many trials at either end of each number it is judged what the answer hangs on, 64 or more; 0 leaves it out.
    #[must_use]
    pub fn swing_trials(mut self, trials: usize) -> Self {
        self.swing_trials = trials;
        self
    }

    /// Whether the three widths are told apart.
    #[must_use]
    pub fn widths(mut self, told: bool) -> Self {
        self.widths = told;
        self
    }

    /// Whether two trials are told.
    #[must_use]
    pub fn chronicles(mut self, told: bool) -> Self {
        self.chronicles = told;
        self
    }

    /// Whether every number is listed, with what it rests on.
    #[must_use]
    pub fn register(mut self, listed: bool) -> Self {
        self.register = listed;
        self
    }

    setters! {
        /// Calls back as [`Simulation::on_progress`] does, in each of the runs that a report takes.
        /// [`ControlFlow::Break`] stops all of it: there is no report in part.
        on_progress(Progress);
    }

    /// Runs everything.
    ///
    /// # Errors
    /// Where the scenario has no outcomes or lacks the one that leads, where there are no trials, a trial fails, two
    /// variants have one name, and where it was stopped.
    pub fn run(&self) -> Result<ReportResult, RunError> {
        let lead = self.find_lead()?;
        let model = self.scenario.model();
        let result = whole(self.simulation(&self.scenario, self.trials)?.run()?)?;
        let axis = Axis::new(model);
        let comparison = self.compare(&lead, &axis)?;
        let network = match self.network_trials {
            0 => None,
            trials => Some(self.network(trials)?),
        };
        let (sensitivity, why_not) = self.sensitivity(&lead)?;
        let lead_level = commonest_level(&result, &lead);
        let (explain, why_unexplained) = self.explain(&lead, lead_level.as_deref(), &result)?;
        let widths = self.three_widths(&result)?;
        let widths_in_words =
            widths.as_ref().and_then(|widths| in_words(widths, &lead, lead_level.as_deref()));
        let chronicles = if self.chronicles { chronicles::tell(self, &lead, &result)? } else { None };
        let mut warnings = result.warnings.clone();
        warnings.extend(why_not.into_iter().chain(why_unexplained));
        let of_comparison = comparison.iter().flat_map(|comparison| &comparison.warnings);
        for warning in of_comparison.filter(|warning| !result.warnings.contains(warning)) {
            warnings.push(warning.clone());
        }
        let definition = self.scenario.definition(&lead);
        let (alone, of) = model.judged_parameters();
        Ok(ReportResult {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(&self.scenario),
            about: self.variant_about(),
            run: RunInfo::of(&self.scenario, self.seed, self.trials, 0),
            command: None,
            lead,
            lead_level,
            definition,
            judgement: Judged { alone, of },
            horizon: model.calendar.date_of(model.calendar.steps()).to_string(),
            outcomes: figures::outcomes(model, &result, &axis),
            rules: figures::rules(model, &result),
            axis: axis.dated(model),
            comparison,
            assumptions: self
                .register
                .then(|| AssumptionsResult::of(&self.scenario, self.seed, sensitivity.as_ref())),
            sensitivity,
            explain,
            widths_in_words,
            widths,
            network,
            chronicles,
            warnings,
        })
    }

    fn find_lead(&self) -> Result<String, RunError> {
        let outcomes = &self.scenario.model().outcomes;
        let Some(first) = outcomes.first() else {
            return Err(RunError::Report(
                "there is nothing to report: the scenario has no outcomes; ask for one, as in\n  [outcomes.close]\n  when = \"trust[NOR,SOU] >= 0.7\""
                    .to_owned(),
            ));
        };
        let Some(lead) = &self.lead else { return Ok(first.name.clone()) };
        if self.scenario.model().outcome(lead).is_some() {
            return Ok(lead.clone());
        }
        let known = outcomes.iter().map(|outcome| outcome.name.as_str());
        Err(RunError::Report(LookupError::unknown(lead, "outcome", known).to_string()))
    }

    fn simulation(&self, scenario: &Scenario, trials: u64) -> Result<Simulation, RunError> {
        let mut simulation = Simulation::new(scenario)?.trials(trials).seed(self.seed).threads(self.threads);
        if let Some(callback) = self.on_progress.clone() {
            simulation = simulation.on_progress(move |progress| callback(progress));
        }
        Ok(simulation)
    }

    /// The comparison, by step for the outcome that leads alone: all steps of all outcomes would fill megabytes.
    fn compare(&self, lead: &str, axis: &Axis) -> Result<Option<CompareResult>, RunError> {
        if self.variants.is_empty() {
            return Ok(None);
        }
        let comparison = Comparison::new(&self.scenario)?;
        let mut comparison = comparison.trials(self.trials).seed(self.seed).threads(self.threads);
        for (name, scenario) in &self.variants {
            comparison = comparison.variant(name, scenario);
        }
        if let Some(callback) = self.on_progress.clone() {
            comparison = comparison.on_progress(move |progress| callback(progress));
        }
        let mut result = comparison.run()?;
        if result.run.partial {
            return Err(RunError::Cancelled);
        }
        for (_, variant) in &mut result.variants.0 {
            for (name, contrast) in &mut variant.outcomes.0 {
                axis.thin_contrast(contrast, name == lead);
            }
        }
        Ok(Some(result))
    }

    /// What the chosen variant is about, where the report is of one.
    fn variant_about(&self) -> Option<String> {
        let name = self.scenario.variant_name()?;
        self.scenario.model().variants.iter().find(|v| v.name == name).and_then(|v| v.about.clone())
    }

    /// What drives the outcome that leads: an event reached, a value in its upper quarter, the commonest level. Where there is
    /// nothing to tell, none, and why.
    fn explain(
        &self,
        lead: &str,
        level: Option<&str>,
        result: &RunResult,
    ) -> Result<(Option<ExplainResult>, Option<String>), RunError> {
        let explanation = Explanation::new(&self.scenario)?.outcome(lead);
        let explanation = match result.outcomes.get(lead) {
            Some(OutcomeResult::Event(event)) if event.reached > 0 => explanation,
            Some(OutcomeResult::Value(value)) => match &value.at_end {
                Some(end) if end.q05 < end.q95 => explanation.above(end.q75),
                _ => return Ok((None, None)),
            },
            Some(OutcomeResult::Levels(_)) => match level {
                Some(level) => explanation.level(level),
                None => return Ok((None, None)),
            },
            _ => return Ok((None, None)),
        };
        if self.explain_trials == 0 {
            return Ok((None, None));
        }
        let trials = self.explain_trials.min(self.trials);
        let mut explanation = explanation.trials(trials).seed(self.seed).threads(self.threads);
        if let Some(callback) = self.on_progress.clone() {
            explanation = explanation.on_progress(move |progress| callback(progress));
        }
        match explanation.run() {
            Ok(found) if found.run.partial => Err(RunError::Cancelled),
            Ok(found) => Ok((Some(found), None)),
            Err(RunError::Explanation(why)) => {
                Ok((None, Some(format!("what drives the answer is not told: {why}"))))
            }
            Err(other) => Err(other),
        }
    }

    /// Which numbers the outcome that leads hangs on; where that cannot be said of all, why.
    fn sensitivity(&self, lead: &str) -> Result<(Option<SensitivityResult>, Option<String>), RunError> {
        if self.swing_trials == 0 {
            return Ok((None, None));
        }
        let found = swings(&self.scenario, FACTORS, |analysis| {
            let analysis = analysis.points(self.swing_trials).outcome(lead);
            let analysis = analysis.seed(self.seed).threads(self.threads);
            match self.on_progress.clone() {
                Some(callback) => analysis.on_progress(move |progress| callback(progress)),
                None => analysis,
            }
        });
        match found {
            Ok((Some(found), _)) if found.run.partial => Err(RunError::Cancelled),
            Err(RunError::Sensitivity(why)) => Ok((None, Some(format!("no inputs are judged: {why}")))),
            other => other,
        }
    }

    fn three_widths(&self, result: &RunResult) -> Result<Option<WidthsResult>, RunError> {
        if !self.widths {
            return Ok(None);
        }
        let mut widths = Widths::new(&self.scenario, result).threads(self.threads);
        if let Some(callback) = self.on_progress.clone() {
            widths = widths.on_progress(move |progress| callback(progress));
        }
        widths.run().map(Some)
    }

    fn network(&self, trials: u64) -> Result<TieNetwork, RunError> {
        network::watch(&self.scenario, trials, |scenario| whole(self.simulation(scenario, trials)?.run()?))
    }
}

/// The three widths of the outcome that leads, or of its level, in a sentence.
fn in_words(widths: &WidthsResult, lead: &str, level: Option<&str>) -> Option<String> {
    let name = level.map_or(lead.to_owned(), |level| format!("{lead}.{level}"));
    Some(widths.outcomes.get(&name)?.sentence(&name))
}

/// Of an outcome with levels, the one in which most trials stand, if any does.
fn commonest_level(result: &RunResult, outcome: &str) -> Option<String> {
    match result.outcomes.get(outcome)? {
        OutcomeResult::Levels(levels) => {
            chronicles::by_share(levels).first().map(|(_, name)| (*name).to_owned())
        }
        _ => None,
    }
}

/// A run that was not cut short.
fn whole(result: RunResult) -> Result<RunResult, RunError> {
    if result.run.partial { Err(RunError::Cancelled) } else { Ok(result) }
}

impl fmt::Debug for Reporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporting")
            .field("scenario", &self.scenario.model().id)
            .field("variants", &self.variants.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("trials", &self.trials)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

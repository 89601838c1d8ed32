//! The register of assumptions: every number, what it rests on, and how far the answers lean on it.
//!
//! How far comes from swings (Howard 1988; see [`super::sensitivity`]): what an outcome's probability or mean does as a number
//! goes from the 5% point of its distribution to the 95% point, or, where it has none, from a half to twice itself, while all
//! else is as in any trial.

mod footing;
mod result;

use std::fmt;
use std::sync::Arc;

use cordiale_core::Scenario;
use cordiale_core::assumptions::Assumption;
pub use cordiale_core::assumptions::Doubt;
use cordiale_core::factors::Scope;

use super::compare::{Comparison, OutcomeContrast};
use super::sensitivity::{Measure, OutcomeSensitivity, SWING_TRIALS, Sensitivity, SensitivityResult, Way};
use crate::error::RunError;
use crate::result::{LookupError, Named, RunInfo, ScenarioInfo, VALUE_STABILITY};
use crate::simulation::{OnProgress, Progress, Simulation};
pub use footing::doubt;
pub use result::{AssumptionsResult, Entry, FORMAT, Lean, Leaning, SourceInfo, Without};

/// A scenario whose register is to be written, and how.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Register;
///
/// let scenario = ScenarioBuilder::new("talks", "2024-01-01", "month", 12)
///     .parameter("worth", "uniform(0.02, 0.2)")
///     .variable("trust", 0.3)
///     .rule("meet", Rule::new().hazard(2.0).effect("trust += worth"))
///     .event("trusting", Event::when("trust >= 0.5"))
///     .build()?;
/// let register = Register::new(&scenario)?.run()?;
/// let names: Vec<&str> = register.assumptions.iter().map(|entry| entry.assumption.name.as_str()).collect();
/// assert_eq!(names, ["trust", "worth", "rules.meet.hazard"]);
/// assert!(register.entry("worth")?.lean.is_some_and(|lean| lean > 0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Register {
    scenario: Scenario,
    outcomes: Vec<String>,
    points: usize,
    factors: (f64, f64),
    leans: bool,
    without: Option<(String, Doubt)>,
    trials: u64,
    seed: u64,
    threads: usize,
    on_progress: Option<Arc<OnProgress>>,
}

impl Register {
    /// Prepares the register of a scenario, with how far every outcome leans on each number, from 1,024 trials at
    /// either end of each, those of rates and fixed numbers being a half and twice themselves.
    ///
    /// # Errors
    /// None today.
    pub fn new(scenario: &impl AsRef<Scenario>) -> Result<Self, RunError> {
        let scenario = scenario.as_ref().clone();
        Ok(Self {
            outcomes: Vec::new(),
            points: SWING_TRIALS,
            factors: (0.5, 2.0),
            leans: true,
            without: None,
            trials: scenario.model().trials,
            seed: scenario.model().seed,
            threads: 0,
            on_progress: None,
            scenario,
        })
    }

    /// Looks at this outcome; may be repeated. Without it all are.
    #[must_use]
    pub fn outcome(mut self, name: &str) -> Self {
        self.outcomes.push(name.to_owned());
        self
    }

    /// From how many trials at either end of a number it is judged how far answers lean on it, 64 or more.
    #[must_use]
    pub fn points(mut self, points: usize) -> Self {
        self.points = points;
        self
    }

    /// By what factors rates, fixed numbers and the sizes of effects are varied, 0 < `low` < `high`.
    #[must_use]
    pub fn factors(mut self, low: f64, high: f64) -> Self {
        self.factors = (low, high);
        self
    }

    /// Leaves out how far answers lean on each number: nothing is run for it.
    #[must_use]
    pub fn without_sensitivity(mut self) -> Self {
        self.leans = false;
        self
    }

    /// Runs the scenario once more with all that rests on this source in doubt, on the same random numbers.
    #[must_use]
    pub fn without_source(mut self, source: &str, doubt: Doubt) -> Self {
        self.without = Some((source.to_owned(), doubt));
        self
    }

    setters! {
        /// How many trials to run for [`Register::without_source`], of the scenario as it is and with the doubt.
        trials;
        /// The seed of all random draws.
        seed;
        threads;
        /// Calls back as trials are done, one call at a time. [`ControlFlow::Break`] stops it; the register is then
        /// partial.
        on_progress(Progress);
    }

    /// Writes the register.
    ///
    /// # Errors
    /// Where an outcome or source does not exist, nothing rests on the source, a range or number makes no sense, a trial
    /// fails, or it was stopped before anything was done.
    pub fn run(&self) -> Result<AssumptionsResult, RunError> {
        let model = self.scenario.model();
        if let Some(name) = self.outcomes.iter().find(|name| model.outcome(name).is_none()) {
            let known = model.outcomes.iter().map(|outcome| outcome.name.as_str());
            return Err(RunError::Sensitivity(LookupError::unknown(name, "outcome", known).to_string()));
        }
        let without = match &self.without {
            Some((source, doubt)) => Some(self.doubted(source, *doubt)?),
            None => None,
        };
        let (sensitivity, untold) = if self.leans { self.sensitivity()? } else { (None, None) };
        let mut result = AssumptionsResult::of(&self.scenario, self.seed, sensitivity.as_ref());
        result.warnings.extend(untold);
        if let Some((without, partial, told)) = without {
            result.run.partial |= partial;
            if sensitivity.is_none() {
                result.run.trials = without.trials;
            }
            result.warnings.extend(told);
            result.without_source = Some(without);
        }
        Ok(result)
    }

    fn sensitivity(&self) -> Result<(Option<SensitivityResult>, Option<String>), RunError> {
        swings(&self.scenario, self.factors, |analysis| {
            let analysis = analysis.points(self.points).seed(self.seed).threads(self.threads);
            let analysis = self.outcomes.iter().fold(analysis, |analysis, name| analysis.outcome(name));
            match self.on_progress.clone() {
                Some(callback) => analysis.on_progress(move |progress| callback(progress)),
                None => analysis,
            }
        })
    }

    /// The scenario without a source against itself; whether that was cut short, and its warnings.
    fn doubted(&self, source: &str, doubt: Doubt) -> Result<(Without, bool, Vec<String>), RunError> {
        let (how, factors) = match doubt {
            Doubt::Widened(low, high) => ("widened", (low, high)),
            Doubt::Removed(low, high) => ("removed", (low, high)),
        };
        let (changed, touched) = self.scenario.without_source(source, doubt).map_err(|report| {
            RunError::Sensitivity(format!("what rests on `{source}` cannot be {how}: {report}"))
        })?;
        if touched.is_empty() {
            return Err(RunError::Sensitivity(format!(
                "no parameter, start or rule rests on `{source}`, so there is nothing to doubt; its name goes into evidence = {{ source = \"{source}\" }}"
            )));
        }
        let name = format!("without_{source}");
        let mut comparison = Comparison::new(&self.scenario)?
            .variant(&name, &changed)
            .trials(self.trials)
            .seed(self.seed)
            .threads(self.threads);
        for outcome in &self.outcomes {
            comparison = comparison.outcome(outcome);
        }
        if let Some(callback) = self.on_progress.clone() {
            comparison = comparison.on_progress(move |progress| callback(progress));
        }
        let result = comparison.run()?;
        let known = self.scenario.warnings().diagnostics().len();
        // The doubt's own parameters and shut rules are legal and meant.
        let own = |warning: &&String| !warning.starts_with(&format!("variant `{name}`: W"));
        let warnings = result.warnings.iter().skip(known).filter(own).cloned().collect();
        let outcomes = result.variants.0.into_iter().next().map(|(_, variant)| variant.outcomes);
        let without = Without {
            source: source.to_owned(),
            how,
            factors,
            changed: touched,
            trials: result.run.trials,
            outcomes: without_steps(outcomes.unwrap_or_default()),
        };
        Ok((without, result.run.partial, warnings))
    }
}

/// The swings of every number, none where nothing can be varied; and why, where that is not every number.
pub(super) fn swings(
    scenario: &Scenario,
    (low, high): (f64, f64),
    prepared: impl Fn(Sensitivity) -> Sensitivity,
) -> Result<(Option<SensitivityResult>, Option<String>), RunError> {
    let found = |analysis: Sensitivity| {
        if analysis.inputs().is_empty() || scenario.model().outcomes.is_empty() {
            return Ok(None);
        }
        prepared(analysis.method(Way::Swings)).run().map(Some)
    };
    let without = |names: &[String]| {
        let is_chosen = |name: &str| !names.iter().any(|without| without == name);
        Sensitivity::new(scenario)?.factors(Scope::Numbers, low, high, is_chosen).and_then(found)
    };
    let why = match without(&[]) {
        Err(why @ RunError::TooLarge { .. }) => {
            return Ok((None, Some(format!("nothing was varied: {why}"))));
        }
        Err(why) if !matches!(why, RunError::Cancelled) => why,
        done => return done.map(|found| (found, None)),
    };
    // Some number may not be a half of itself, or twice: a chance within a draw, a whole number.
    let culprits = unvariable(scenario, (low, high));
    if !culprits.is_empty() {
        match without(&culprits) {
            Err(RunError::Cancelled) => return Err(RunError::Cancelled),
            Err(_) => {}
            Ok(found) => {
                let names = culprits.join(", ");
                let told =
                    format!("not varied, for {low} to {high} times that cannot be run: {names}; {why}");
                return Ok((found, Some(told)));
            }
        }
    }
    let rates = Sensitivity::new(scenario)?.rates(low, high).and_then(found)?;
    Ok((rates, Some(format!("numbers that are fixed were not varied: {why}"))))
}

/// The numbers of a scenario that cannot be varied in a range, each by itself; none where nothing can be run anyway.
fn unvariable(scenario: &Scenario, (low, high): (f64, f64)) -> Vec<String> {
    /// In how many trials it is tried.
    const TRIALS: u64 = 256;
    let run = |names: &[String]| {
        let is_chosen = |name: &str| names.iter().any(|chosen| chosen == name);
        let analysis = Sensitivity::new(scenario)?.factors(Scope::Numbers, low, high, is_chosen)?;
        Simulation::new(analysis.varied())?.trials(TRIALS).threads(1).run()
    };
    let runs = |names: &[String]| run(names).is_ok();
    if runs(&[]) { failing(&runs, &scenario.factor_names(Scope::Numbers)) } else { Vec::new() }
}

/// Those of some names with which, each by itself, nothing runs: found by halves, so that few among many are soon found.
fn failing(runs: &impl Fn(&[String]) -> bool, names: &[String]) -> Vec<String> {
    match names {
        _ if runs(names) => Vec::new(),
        [] => Vec::new(),
        [name] => vec![name.clone()],
        _ => {
            let (some, others) = names.split_at(names.len() / 2);
            [failing(runs, some), failing(runs, others)].concat()
        }
    }
}

impl AssumptionsResult {
    /// The register of a scenario, with how far its outcomes lean on each number by the swings that were found.
    pub(super) fn of(scenario: &Scenario, seed: u64, sensitivity: Option<&SensitivityResult>) -> Self {
        let all = scenario.assumptions();
        let evaluations = sensitivity.map_or(0, |s| s.run.trials);
        let partial = sensitivity.is_some_and(|s| s.run.partial);
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(scenario),
            run: RunInfo { partial, ..RunInfo::of(scenario, seed, evaluations, 0) },
            leaning: sensitivity.map(|s| Leaning {
                trials: s.design.points,
                factors: s.design.factors,
                outcomes: s.all().into_iter().map(|(name, drivers)| (name, drivers.mean)).collect(),
            }),
            sources: sources(scenario, &all),
            assumptions: entries(all, sensitivity),
            without_source: None,
            // Those of the analysis begin with those of the scenario.
            warnings: sensitivity.map_or_else(|| scenario.warnings().messages(), |s| s.warnings.clone()),
        }
    }
}

fn sources(scenario: &Scenario, all: &[Assumption]) -> Named<SourceInfo> {
    let rests = |name: &str| {
        let has = |a: &&Assumption| a.evidence.iter().any(|piece| piece.source.as_deref() == Some(name));
        all.iter().filter(has).count()
    };
    let sources = scenario.model().sources.iter();
    let info = |source: &cordiale_core::model::Source| SourceInfo {
        title: source.title.clone(),
        publisher: source.publisher.clone(),
        date: source.date.clone(),
        numbers: rests(&source.name),
    };
    sources.map(|source| (source.name.clone(), info(source))).collect()
}

/// Differences at the end alone.
fn without_steps(mut outcomes: Named<OutcomeContrast>) -> Named<OutcomeContrast> {
    for (_, outcome) in &mut outcomes.0 {
        match outcome {
            OutcomeContrast::Event(event) => event.by_step = None,
            OutcomeContrast::Value(value) => value.by_step = None,
            OutcomeContrast::Levels(levels) => {
                levels.levels.0.iter_mut().for_each(|(_, level)| level.by_step = None);
            }
        }
    }
    outcomes
}

/// The entries, weakest and most decisive first.
fn entries(all: Vec<Assumption>, sensitivity: Option<&SensitivityResult>) -> Vec<Entry> {
    let drivers = sensitivity.map_or_else(Vec::new, SensitivityResult::all);
    let is_event = |name: &str| {
        let outcome = name.split('.').next().unwrap_or(name);
        let kind = sensitivity.and_then(|s| s.outcomes.get(outcome));
        !matches!(kind, Some(OutcomeSensitivity::Value(_)))
    };
    // The greatest effect that anything has on each outcome.
    let seen = |measure: &Measure| if measure.distinguishable() { measure.rank() } else { 0.0 };
    let greatest: Vec<f64> = drivers
        .iter()
        .map(|(_, drivers)| drivers.inputs.iter().map(|(_, measure)| seen(measure)).fold(0.0, f64::max))
        .collect();
    let mut entries: Vec<Entry> = all
        .into_iter()
        .map(|assumption| {
            let (mut leans, mut lean) = (Named::default(), None);
            for ((outcome, drivers), greatest) in drivers.iter().zip(&greatest) {
                let Some(measure) = drivers.inputs.get(&assumption.name) else { continue };
                let Measure::Swing { at_low, at_high, difference } = *measure else { continue };
                let share = if *greatest > 0.0 { seen(measure) / greatest } else { 0.0 };
                lean = Some(f64::max(lean.unwrap_or(0.0), share));
                let this = Lean { at_low, at_high, difference, is_probability: is_event(outcome) };
                leans.0.push((outcome.clone(), this));
            }
            Entry { doubt: doubt(&assumption.evidence), lean, leans, assumption }
        })
        .collect();
    entries.sort_by(|a, b| {
        let rank = |entry: &Entry| entry.doubt * entry.lean.unwrap_or(0.0);
        rank(b).total_cmp(&rank(a)).then(b.doubt.total_cmp(&a.doubt))
    });
    entries
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register")
            .field("scenario", &self.scenario.model().id)
            .field("points", &self.points)
            .field("without", &self.without)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use cordiale_core::{NoFiles, Scenario};

    use super::Register;

    fn of(start: &str) -> super::AssumptionsResult {
        let text = format!(
            "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[parameters.share]\nvalue = {start}\n[parameters.yes]\nvalue = \"bernoulli(share)\"\n
[variables.x]\ninitial = 1\n[rules.r]\nhazard = 1\nwhen = \"yes > 0\"\neffects = [\"x += 2\"]\n[outcomes.o]\nwhen = \"x >= 3\"\n[outcomes.x]\nvalue = \"x\"\n"
        );
        let scenario = Scenario::from_toml(&text, "t.toml", &NoFiles).unwrap();
        Register::new(&scenario).unwrap().threads(1).run().unwrap()
    }

    #[test]
    fn fixed_numbers_rates_and_effects_are_varied() {
        let register = of("0.4");
        assert_eq!(register.warnings, Vec::<String>::new());
        let leans =
            |name: &str| register.entry(name).unwrap().leans.get("x").unwrap().difference.distinguishable;
        assert!(leans("share") && leans("x") && leans("rules.r.hazard") && leans("rules.r.effects"));
        assert!(register.assumptions.iter().all(|entry| entry.lean.is_some()));
    }

    #[test]
    fn numbers_that_may_not_be_doubled_are_said_to_be_left_alone() {
        let register = of("0.6");
        let told = &register.warnings[0];
        assert!(told.starts_with("not varied, for 0.5 to 2 times that cannot be run: share; "), "{told}");
        assert!(register.entry("share").unwrap().lean.is_none());
        assert!(register.entry("x").unwrap().lean.is_some());
        assert!(register.entry("rules.r.hazard").unwrap().lean.is_some());
    }
}

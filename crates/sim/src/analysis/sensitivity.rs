//! Which inputs an answer hangs on: parameters, uncertain starts, and the rates of rules.
//!
//! An input is a number that is drawn once a trial; a point of a design sets the uniforms behind the inputs, and
//! everything else is drawn as ever. What is judged is an outcome's probability or mean given the inputs: the chance
//! within a trial is no input, and is taken out.

mod design;
mod evaluate;
mod inputs;
mod morris;
mod pawn;
mod report;
mod result;
mod sobol;
mod stat;
mod swings;
mod targets;

use std::fmt;
use std::sync::Arc;

use cordiale_core::Scenario;
use cordiale_core::factors::{Factor, Scope};

use crate::error::RunError;
use crate::lower::lower;
use crate::random::LANES;
use crate::reference;
use crate::result::LookupError;
use crate::simulation::{OnProgress, Progress};
pub use design::Design;
use evaluate::{Bench, Evaluated, FailedAt, Layout, Stop};
use inputs::Input;
pub use report::Sample;
use report::Shape;
pub use result::{
    DesignInfo, Drivers, FORMAT, Index, InputInfo, InputKind, Measure, OutcomeSensitivity, SensitivityResult,
    Variance, Way,
};

/// Trials at each end of a swing where nothing else is said.
pub const SWING_TRIALS: usize = 1024;
/// Trials of each point of a trajectory, where there is chance.
const CHANCE_TRIALS: usize = LANES;
/// The most numbers that are kept at once: 2 GiB of them.
const MOST_VALUES: u64 = 1 << 28;
/// Points or trajectories, which are laid out before the first is run.
const MOST_POINTS: usize = 1 << 20;

/// A scenario whose inputs are to be judged, and how.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::Sensitivity;
///
/// let scenario = ScenarioBuilder::new("race", "2024-01-01", "month", 1)
///     .parameter("much", "uniform(0.1, 0.5)")
///     .parameter("little", "uniform(0.1, 0.2)")
///     .variable("won", 0.0)
///     .rule("win", Rule::new().chance("much + little").effect("won = 1"))
///     .event("won_at_once", Event::when("won == 1"))
///     .build()?;
/// let result = Sensitivity::new(&scenario)?.points(2048).seed(7).run()?;
/// // The variances are as 0.4^2 to 0.1^2.
/// let (first, total) = result.drivers("won_at_once")?.sobol("much")?;
/// assert!(first.low < 0.94 && 0.94 < first.high, "{first:?}");
/// assert!(total.low < 0.94 && 0.94 < total.high, "{total:?}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Sensitivity {
    scenario: Scenario,
    /// With factors on rates, where these are varied.
    varied: Scenario,
    factors: Vec<Factor>,
    range: Option<(f64, f64)>,
    method: Way,
    design: Design,
    points: Option<usize>,
    replicates: usize,
    resamples: u32,
    levels: u32,
    slices: usize,
    wanted_inputs: Vec<String>,
    outcomes: Vec<String>,
    seed: u64,
    threads: usize,
    on_progress: Option<Arc<OnProgress>>,
}

impl Sensitivity {
    /// Prepares a scenario: Sobol indices from 1,024 base points of a Sobol sequence, of every input but rates, for every
    /// outcome, with its own seed.
    ///
    /// # Errors
    /// None today.
    pub fn new(scenario: &impl AsRef<Scenario>) -> Result<Self, RunError> {
        let scenario = scenario.as_ref().clone();
        Ok(Self {
            seed: scenario.model().seed,
            varied: scenario.clone(),
            scenario,
            factors: Vec::new(),
            range: None,
            method: Way::Sobol,
            design: Design::Sobol,
            points: None,
            replicates: 2,
            resamples: 1000,
            levels: 8,
            slices: 10,
            wanted_inputs: Vec::new(),
            outcomes: Vec::new(),
            threads: 0,
            on_progress: None,
        })
    }

    /// Varies the rate of every rule too: its hazard or chance times a factor, log-uniform in \[low, high\].
    ///
    /// # Errors
    /// Where not 0 < `low` < `high`, or they are not finite.
    pub fn rates(self, low: f64, high: f64) -> Result<Self, RunError> {
        self.factors(Scope::Rates, low, high, |_| true)
    }

    /// Varies rates as [`Sensitivity::rates`] does, and by a factor of its own each parameter and start that is a fixed
    /// number other than 0, each branch's weight, and the effects of each rule.
    ///
    /// # Errors
    /// Where not 0 < `low` < `high`, they are not finite, or a number may not be multiplied.
    pub fn numbers(self, low: f64, high: f64) -> Result<Self, RunError> {
        self.factors(Scope::Numbers, low, high, |_| true)
    }

    /// The same of those numbers in `scope` alone whose name is chosen.
    pub(super) fn factors(
        mut self,
        scope: Scope,
        low: f64,
        high: f64,
        is_chosen: impl Fn(&str) -> bool,
    ) -> Result<Self, RunError> {
        let what = if scope == Scope::Rates { "rates" } else { "numbers" };
        let varied = self.scenario.with_factors_on(scope, low, high, is_chosen);
        let (varied, factors) = varied.map_err(|report| {
            RunError::Sensitivity(format!("the {what} of this scenario cannot be varied: {report}"))
        })?;
        self.varied = varied;
        self.factors = factors;
        self.range = Some((low, high));
        Ok(self)
    }

    /// How inputs are judged.
    #[must_use]
    pub fn method(mut self, method: Way) -> Self {
        self.method = method;
        self
    }

    /// How points are spread; elementary effects have trajectories of their own, and swings the trials of a run.
    #[must_use]
    pub fn design(mut self, design: Design) -> Self {
        self.design = design;
        self
    }

    /// How many points: base points of Sobol indices (default 1,024, each run for every input, and two times more),
    /// trajectories (50), points of PAWN's sample (4,096), or trials at each end of a swing (1,024).
    #[must_use]
    pub fn points(mut self, points: usize) -> Self {
        self.points = Some(points);
        self
    }

    /// Under how many trial numbers each point of a Sobol index is run, 2 or more; 1 is enough for what has no chance in
    /// it, and is then taken.
    #[must_use]
    pub fn replicates(mut self, replicates: usize) -> Self {
        self.replicates = replicates;
        self
    }

    /// How many bootstrap samples the intervals are made of, or random orders PAWN's dummy; 20 or more.
    #[must_use]
    pub fn resamples(mut self, resamples: u32) -> Self {
        self.resamples = resamples;
        self
    }

    /// How many levels elementary effects move between, an even number.
    #[must_use]
    pub fn levels(mut self, levels: u32) -> Self {
        self.levels = levels;
        self
    }

    /// Into how many slices PAWN cuts an input.
    #[must_use]
    pub fn slices(mut self, slices: usize) -> Self {
        self.slices = slices;
        self
    }

    /// Varies this input; may be repeated. Without it all are. What is not varied is drawn as in any trial, and counts as
    /// chance.
    #[must_use]
    pub fn input(mut self, name: &str) -> Self {
        self.wanted_inputs.push(name.to_owned());
        self
    }

    /// Looks at this outcome; may be repeated. Without it all are.
    #[must_use]
    pub fn outcome(mut self, name: &str) -> Self {
        self.outcomes.push(name.to_owned());
        self
    }

    setters! {
        /// The seed of the design and of all random draws.
        seed;
        threads;
        /// Calls back as evaluations are done, one call at a time. [`ControlFlow::Break`] stops the run; what was
        /// finished is then a partial result, of fewer points.
        on_progress(Progress);
    }

    /// Runs the design and judges the inputs.
    ///
    /// # Errors
    /// Where there is nothing uncertain to vary, an input or outcome does not exist, a number of points, levels or
    /// slices makes no sense, a point fails, or the run was stopped before anything was done.
    pub fn run(&self) -> Result<SensitivityResult, RunError> {
        self.run_and(false).map(|(result, _)| result)
    }

    /// The same, with every evaluation: where its inputs stood, and what came out.
    ///
    /// # Errors
    /// As [`Sensitivity::run`].
    pub fn run_with_sample(&self) -> Result<(SensitivityResult, Sample), RunError> {
        let (result, sample) = self.run_and(true)?;
        Ok((result, sample.unwrap_or_default()))
    }

    fn run_and(&self, keep: bool) -> Result<(SensitivityResult, Option<Sample>), RunError> {
        let model = self.varied.model();
        let all = self.all_inputs();
        let inputs = self.chosen_inputs(&all)?;
        let (targets, mut warnings) = targets::targets(model, &self.outcomes)?;
        let program = lower(model);
        let chancy = program.is_chancy() || inputs.len() < all.len();
        self.check_numbers()?;
        let bench = Bench {
            program: &program,
            inputs: &inputs,
            targets: &targets,
            seed: self.seed,
            threads: self.threads,
            on_progress: self.on_progress.as_deref(),
        };
        let points = self.points_or_default();
        let (told, bench) = (&mut warnings, &bench);
        match self.method {
            Way::Sobol => {
                let replicates = if chancy { self.replicates } else { 1 };
                let layout = sobol::PickFreeze::new(self.design, self.seed, points, replicates, &inputs);
                let (found, units, sample) = self.judge(bench, &layout, sobol::run, keep, told)?;
                let shape = Shape::of(points, units * LANES, replicates);
                Ok((self.sobol_result(bench, shape, found, warnings), sample))
            }
            Way::Morris => {
                let layout = morris::Trajectories::new(self.seed, points, self.levels, chancy, &inputs);
                let (found, units, sample) = self.judge(bench, &layout, morris::run, keep, told)?;
                let shape = if chancy {
                    Shape::of(points, units, CHANCE_TRIALS)
                } else {
                    Shape::of(points, units * LANES, 1)
                };
                Ok((self.morris_result(bench, shape, found, warnings), sample))
            }
            Way::Pawn => {
                let layout = pawn::Sample::new(self.design, self.seed, points, &inputs);
                let (found, units, sample) = self.judge(bench, &layout, pawn::run, keep, told)?;
                let shape = Shape::of(points, units * LANES, 1);
                Ok((self.pawn_result(bench, shape, found, warnings), sample))
            }
            Way::Swings => {
                // Those that do not swing stand as in any trial, and a factor at 1.
                let is_wanted = |input: &Input| self.is_wanted(input);
                let layout = swings::Swings::new(self.seed, points, self.range, &all, is_wanted);
                let whole = Bench { inputs: &all, ..*bench };
                let (found, units, sample) = self.judge(&whole, &layout, swings::run, keep, told)?;
                let shape = Shape::of(points, units * LANES, 1);
                Ok((self.swings_result(bench, shape, found, warnings), sample))
            }
        }
    }

    /// Evaluates a design and judges it; how many of its units were run, and on demand every evaluation. What was out of
    /// bounds is told.
    fn judge<L: Layout, F>(
        &self,
        bench: &Bench<'_>,
        layout: &L,
        run: impl FnOnce(&Bench<'_>, &L, &Self) -> Result<(F, Evaluated), Stop>,
        keep: bool,
        warnings: &mut Vec<String>,
    ) -> Result<(F, usize, Option<Sample>), RunError> {
        self.check_size(layout, bench)?;
        let found = run(bench, layout, self).map_err(|stop| self.error_of(stop, layout, bench));
        let (found, Evaluated { units, out_of_bounds }) = found?;
        // Where a rule is multiplied, what is out of bounds is the factor's doing, and no fault of the scenario.
        let is_factor = |input: &Input| matches!(input.kind, InputKind::Rate | InputKind::Effect);
        if !bench.inputs.iter().any(is_factor) {
            warnings.extend(out_of_bounds.warnings(self.varied.model()));
        }
        Ok((found, units.len(), keep.then(|| Sample::of(bench, layout, &units))))
    }

    /// The scenario whose inputs are varied, with the factors that it was given.
    pub(super) fn varied(&self) -> &Scenario {
        &self.varied
    }

    /// The names of everything that can be varied.
    #[must_use]
    pub fn inputs(&self) -> Vec<String> {
        self.all_inputs().into_iter().map(|input| input.name).collect()
    }

    fn points_or_default(&self) -> usize {
        self.points.unwrap_or(match self.method {
            Way::Sobol => 1024,
            Way::Morris => 50,
            Way::Pawn => 4096,
            Way::Swings => SWING_TRIALS,
        })
    }

    fn all_inputs(&self) -> Vec<Input> {
        inputs::inputs(self.varied.model(), &self.factors, self.range)
    }

    fn is_wanted(&self, input: &Input) -> bool {
        self.wanted_inputs.is_empty() || self.wanted_inputs.contains(&input.name)
    }

    fn chosen_inputs(&self, all: &[Input]) -> Result<Vec<Input>, RunError> {
        if all.is_empty() {
            let mut text = "there is nothing uncertain to vary: every parameter and every start is a fixed number; give one a distribution, as in\n  value = \"1 to 3\"".to_owned();
            if self.range.is_none() {
                text.push_str("\nor vary the numbers themselves: --numbers 0.5..2");
            }
            return Err(RunError::Sensitivity(text));
        }
        let known = || all.iter().map(|input| input.name.as_str());
        for name in &self.wanted_inputs {
            if known().any(|input| input == name) {
                continue;
            }
            let model = self.scenario.model();
            let is_fixed = model.parameters.iter().any(|p| p.name == *name) || model.slot(name).is_some();
            let text = LookupError::unknown(name, "input", known()).to_string();
            return Err(RunError::Sensitivity(if is_fixed {
                format!(
                    "`{name}` is a fixed number, so there is nothing to vary; give it a distribution, --set '{name}=0.2 to 0.6', or vary all numbers: --numbers 0.5..2"
                )
            } else if name.starts_with("rules.") && self.range.is_none() {
                format!("{text}; rates of rules are inputs with --rates 0.5..2")
            } else {
                text
            }));
        }
        Ok(all.iter().filter(|input| self.is_wanted(input)).cloned().collect())
    }

    fn check_numbers(&self) -> Result<(), RunError> {
        let points = self.points_or_default();
        let wrong = |text: String| Err(RunError::Sensitivity(text));
        if points > MOST_POINTS {
            return wrong(format!(
                "{points} points are more than the {MOST_POINTS} that are held; ask for fewer"
            ));
        }
        if self.method == Way::Morris {
            if points < 4 {
                return wrong(format!(
                    "{points} trajectories show no spread; ask for 4 or more, 20 at least to rely on"
                ));
            }
            if self.levels < 2 || !self.levels.is_multiple_of(2) || self.levels > 1 << 16 {
                return wrong(format!(
                    "{} levels cannot be moved over by halves; give an even number from 2 to 65536",
                    self.levels
                ));
            }
            return Ok(());
        }
        if self.method == Way::Swings {
            return if points < 64 {
                wrong(format!(
                    "{points} trials at each end are too few to see a difference; ask for 64 or more"
                ))
            } else {
                Ok(())
            };
        }
        if points < 16 {
            return wrong(format!(
                "{points} points are too few for an interval; ask for 16 or more, 500 at least to rely on"
            ));
        }
        if self.design == Design::Sobol && points > design::MOST_SOBOL {
            return wrong(format!(
                "a Sobol sequence has up to {} points, not {points}; ask for a Latin hypercube (lhs)",
                design::MOST_SOBOL
            ));
        }
        if self.resamples < 20 || self.resamples > 1 << 20 {
            return wrong(format!(
                "{} resamples cannot be; ask for 20 to 1048576, 1000 to rely on",
                self.resamples
            ));
        }
        if points as u64 * u64::from(self.resamples) > MOST_VALUES {
            return wrong(format!(
                "{} resamples of {points} points take more memory than 2 GiB; ask for {} or fewer",
                self.resamples,
                MOST_VALUES / points as u64
            ));
        }
        if self.method == Way::Sobol && !(2..=1024).contains(&self.replicates) {
            return wrong(format!(
                "chance is taken out by 2 to 1024 trial numbers a point, not by {}",
                self.replicates
            ));
        }
        if self.method == Way::Pawn && (self.slices < 2 || self.slices > points / 5) {
            return wrong(format!(
                "{} slices of {points} points cannot be compared; ask for 2 or more, of 5 points or more each",
                self.slices
            ));
        }
        Ok(())
    }

    fn check_size(&self, layout: &impl Layout, bench: &Bench<'_>) -> Result<(), RunError> {
        let a_unit = (layout.runs() * LANES * bench.targets.len()) as u64;
        if (layout.units() as u64).saturating_mul(a_unit) <= MOST_VALUES {
            return Ok(());
        }
        let fit = match MOST_VALUES / a_unit * self.points_or_default().div_ceil(layout.units()) as u64 {
            0 => String::new(),
            fit => format!("at most {fit} points, or for "),
        };
        Err(RunError::Sensitivity(format!(
            "{} evaluations of {} outcomes are more than is kept at once; ask for {fit}fewer inputs or outcomes",
            layout.evaluations(),
            bench.targets.len()
        )))
    }

    fn error_of(&self, stop: Stop, layout: &impl Layout, bench: &Bench<'_>) -> RunError {
        let FailedAt { unit, run, trial } = match stop {
            Stop::Other(error) => return error,
            Stop::Failed(failed) => failed,
        };
        let streams = bench.streams();
        let mut uniforms = vec![[0.5; LANES]; streams.len()];
        layout.fill(unit, run, &mut uniforms);
        let lane = (trial % LANES as u64) as usize;
        let at: Vec<(&str, f64)> = streams.iter().zip(&uniforms).map(|(name, u)| (*name, u[lane])).collect();
        match reference::run_at(&self.varied, self.seed, trial.into(), &at) {
            Ok(_) => RunError::Disagreement { trial, seed: self.seed },
            Err(RunError::Evaluation(mut error)) => {
                // A factor stands where the number stands that it multiplies.
                let factor = self.factors.iter().find(|f| error.place.file == format!("--set {}", f.path));
                if let Some(place) = factor.and_then(|factor| self.scenario.place_of(&factor.path)) {
                    error.place = place;
                }
                // Whoever stands furthest out is likely to be the cause.
                let names = bench.inputs.iter().flat_map(|input| input.streams.iter().map(|_| &input.name));
                let mut far: Vec<(&String, f64)> = names.zip(at).map(|(name, (_, u))| (name, u)).collect();
                far.sort_by(|a, b| (b.1 - 0.5).abs().total_cmp(&(a.1 - 0.5).abs()));
                let told = far.iter().take(3).map(|(name, u)| format!("`{name}` at its quantile {u:.4}"));
                RunError::AtPoint { error, inputs: told.collect::<Vec<_>>().join(", ") }
            }
            Err(other) => other,
        }
    }
}

impl fmt::Debug for Sensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sensitivity")
            .field("scenario", &self.scenario.model().id)
            .field("method", &self.method)
            .field("points", &self.points_or_default())
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

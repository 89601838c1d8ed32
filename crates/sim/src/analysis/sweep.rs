//! A scenario at many values of its inputs, on the same random numbers.
//!
//! Every point is a run of the scenario with some inputs set, of the same trials with the same seed: what differs
//! between two points is what was set, and not the dice. Points come one at a time, in an order that depends on nothing
//! but the design, so that a sweep can be stopped after any of them and gone on with.

mod ahead;
mod axis;
mod design;
mod result;

use std::fmt;
use std::sync::Arc;

use cordiale_core::Scenario;

use super::point::{Manner, new_warnings, with_set};
pub use super::point::{PointProgress, SweepError};
use crate::error::RunError;
use crate::result::{LookupError, Named, RunInfo, RunResult, ScenarioInfo, VALUE_STABILITY};
use crate::simulation::check_trials;
use ahead::Ahead;
pub use axis::{Axis, Values};
pub(super) use axis::{number_text, plain_number};
pub use design::Design;
use design::{Layout, MOST_POINTS};
pub use result::{Answer, DesignInfo, FORMAT, InputInfo, Row, SweepResult, ValueAnswer};

/// Of a list, so many values are checked before the first point is run.
const MOST_CHECKED: usize = 256;

/// A scenario, what of it is varied, and how it is run.
///
/// ```
/// use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
/// use cordiale_sim::analysis::sweep::{Axis, Sweep};
///
/// let coin = ScenarioBuilder::new("coin", "2024-01-01", "month", 3)
///     .parameter("luck", 0.5)
///     .variable("heads", 0.0)
///     .rule("toss", Rule::new().chance("luck").effect("heads += 1"))
///     .event("three", Event::when("heads == 3"))
///     .build()?;
/// let sweep = Sweep::new(&coin).over(Axis::grid("luck", 0.1, 0.9, 5)).trials(2_000).seed(7);
/// let mut before = 0.0;
/// for row in sweep.rows()? {
///     let three = row?.event("three")?.estimate.unwrap_or(0.0);
///     // On the same random numbers more luck loses no toss.
///     assert!(three >= before);
///     before = three;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Sweep {
    scenario: Scenario,
    axes: Vec<Axis>,
    variants: Option<Vec<String>>,
    design: Design,
    outcomes: Vec<String>,
    manner: Manner,
}

impl Sweep {
    /// Prepares a sweep, each point to be run with the scenario's own number of trials and seed, on all threads that the
    /// machine has.
    #[must_use]
    pub fn new(scenario: &impl AsRef<Scenario>) -> Self {
        let scenario = scenario.as_ref();
        Self {
            scenario: scenario.clone(),
            axes: Vec::new(),
            variants: None,
            design: Design::Grid,
            outcomes: Vec::new(),
            manner: Manner::of(scenario),
        }
    }

    /// Varies an input; may be repeated.
    #[must_use]
    pub fn over(mut self, axis: Axis) -> Self {
        self.axes.push(axis);
        self
    }

    /// Runs the baseline and then each of these variants of the file at every point; of no names, all that the file has.
    #[must_use]
    pub fn variants<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let all = || self.scenario.model().variants.iter().map(|variant| variant.name.clone()).collect();
        self.variants = Some(if names.is_empty() { all() } else { names });
        self
    }

    /// How the points are laid; a grid unless told.
    #[must_use]
    pub fn design(mut self, design: Design) -> Self {
        self.design = design;
        self
    }

    /// Keeps this outcome's answers; may be repeated. Without it all are kept.
    #[must_use]
    pub fn outcome(mut self, name: &str) -> Self {
        self.outcomes.push(name.to_owned());
        self
    }

    setters! {
        /// How many trials to run at each point, 1 or more.
        trials in manner;
        /// The seed of all random draws, of every point alike, and of a sample's points.
        seed in manner;
        threads in manner;
        /// Calls back after every 64 trials or so of a point, one call at a time; short points are run side by side,
        /// and tell by turns. [`ControlFlow::Break`] stops the sweep at once: the points that are run are given up, and
        /// the row of the first of them is the error [`RunError::Cancelled`].
        on_progress(PointProgress) in manner;
    }

    /// The rows, to be asked for one at a time: nothing is run before the first is. All that can be found wrong without
    /// running is found here: every name, the first 256 values of a list, both ends of every range, every variant.
    ///
    /// # Errors
    /// Where there is nothing to vary, the design cannot be laid, an outcome does not exist, or the scenario cannot be
    /// set so (then all that the loader found).
    pub fn rows(&self) -> Result<Rows, SweepError> {
        check_trials(0, self.manner.trials)?;
        if self.axes.is_empty() && self.variants.is_none() {
            return Err(SweepError::Design(
                "there is nothing to sweep over; name an input and its values, or the variants".to_owned(),
            ));
        }
        self.check_names()?;
        let layout = if self.axes.is_empty() {
            Design::Grid.layout(&[], self.manner.seed)
        } else {
            self.design.layout(&self.axes, self.manner.seed)
        };
        let layout = layout.map_err(SweepError::Design)?;
        let mut arms = vec![self.scenario.clone()];
        for name in self.variants.iter().flatten() {
            arms.push(self.scenario.with_variant(name)?);
        }
        let count = layout.count.saturating_mul(arms.len() as u64);
        if count > MOST_POINTS {
            return Err(SweepError::Design(format!(
                "the sweep has more than {MOST_POINTS} points; take fewer values or fewer variants"
            )));
        }
        self.check_values(&arms, &layout)?;
        let model = self.scenario.model();
        let is_wanted = |name: &String| self.outcomes.is_empty() || self.outcomes.contains(name);
        let columns =
            model.outcomes.iter().filter(|o| is_wanted(&o.name)).flat_map(result::columns).collect();
        let points = Points { sweep: self.clone(), arms, layout, count };
        Ok(Rows { points: Arc::new(points), columns, next: 0, failed: false, ahead: None })
    }

    /// Runs all points.
    ///
    /// # Errors
    /// As [`Sweep::rows`], and where a point fails or the sweep was stopped.
    pub fn run(&self) -> Result<SweepResult, SweepError> {
        let rows = self.rows()?;
        let frame = rows.frame();
        Ok(SweepResult { points: rows.collect::<Result<_, _>>()?, ..frame })
    }

    fn check_names(&self) -> Result<(), SweepError> {
        let wrong = |message: String| Err(SweepError::Design(message));
        for (place, axis) in self.axes.iter().enumerate() {
            if self.axes[..place].iter().any(|other| other.name() == axis.name()) {
                return wrong(format!("`{}` is swept over twice; give all its values at once", axis.name()));
            }
        }
        let model = self.scenario.model();
        if let Some(names) = &self.variants {
            if names.is_empty() {
                return wrong(
                    "the scenario has no [variants] to sweep over; write one, or leave them out".to_owned(),
                );
            }
            if let Some(name) = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
                return wrong(format!("variant `{}` is given twice; give each once", name.1));
            }
            if names.iter().any(|name| name == BASELINE) {
                return wrong(format!(
                    "a variant called `{BASELINE}` cannot be told from the baseline; give it another name"
                ));
            }
        }
        match self.outcomes.iter().find(|name| model.outcome(name).is_none()) {
            None => Ok(()),
            Some(name) => {
                let known = model.outcomes.iter().map(|outcome| outcome.name.as_str());
                wrong(LookupError::unknown(name, "outcome", known).to_string())
            }
        }
    }

    /// Checks the first point of every arm, and each axis by itself.
    fn check_values(&self, arms: &[Scenario], layout: &Layout) -> Result<(), SweepError> {
        let first = self.named(layout.point(&self.axes, 0));
        for arm in arms {
            self.check_point(arm, &first)?;
        }
        for (place, axis) in self.axes.iter().enumerate() {
            let others = match axis.values() {
                Values::List(values) => values.iter().take(MOST_CHECKED).cloned().collect(),
                Values::Range { low, high, .. } => vec![number_text(*low), number_text(*high)],
            };
            for value in others {
                let mut set = first.clone();
                if let Some(entry) = set.get_mut(place).filter(|entry| entry.1 != value) {
                    entry.1 = value;
                    self.check_point(&self.scenario, &set)?;
                }
            }
        }
        Ok(())
    }

    /// What is wrong with a point, and whether all of its inputs are in force.
    fn check_point(&self, arm: &Scenario, set: &[(String, String)]) -> Result<(), SweepError> {
        let point = with_set(arm, set)?;
        let is_undone = |axis: &&Axis| point.settings().iter().all(|(name, _)| name != axis.name());
        match self.axes.iter().find(is_undone) {
            None => Ok(()),
            Some(axis) => Err(SweepError::Design(format!(
                "what `{}` sets another of the inputs sets too; leave one of them out",
                axis.name()
            ))),
        }
    }

    fn named(&self, values: Vec<String>) -> Vec<(String, String)> {
        self.axes.iter().map(|axis| axis.name().to_owned()).zip(values).collect()
    }
}

/// What stands for the baseline where variants are an axis.
pub const BASELINE: &str = "baseline";

impl fmt::Debug for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweep")
            .field("scenario", &self.scenario.model().id)
            .field("axes", &self.axes)
            .field("variants", &self.variants)
            .field("design", &self.design)
            .field("trials", &self.manner.trials)
            .field("seed", &self.manner.seed)
            .finish_non_exhaustive()
    }
}

/// The rows of a sweep, run when they are asked for; short ones some ahead, by threads that end with this. After an error
/// there are no more.
#[derive(Debug)]
pub struct Rows {
    points: Arc<Points>,
    columns: Vec<String>,
    next: u64,
    failed: bool,
    ahead: Option<Ahead>,
}

/// Nothing is run ahead for a copy yet.
impl Clone for Rows {
    fn clone(&self) -> Self {
        let Self { points, columns, next, failed, .. } = self;
        Self { points: points.clone(), columns: columns.clone(), next: *next, failed: *failed, ahead: None }
    }
}

/// What is run, point by point.
#[derive(Debug)]
struct Points {
    sweep: Sweep,
    /// The baseline, then the variants.
    arms: Vec<Scenario>,
    layout: Layout,
    count: u64,
}

/// A point that is not run yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Point {
    /// The variant; none for the baseline.
    pub variant: Option<String>,
    /// The inputs and their values.
    pub set: Vec<(String, String)>,
}

impl Rows {
    /// How many points there are, those already given among them.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points.count
    }

    /// The next point to be run.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Goes on from this point, as if those before it had been given.
    pub fn go_to(&mut self, point: u64) {
        self.next = point.min(self.points.count);
        self.ahead = None;
    }

    /// The inputs that are varied.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.points.sweep.axes
    }

    /// Whether variants are an axis.
    #[must_use]
    pub fn has_variants(&self) -> bool {
        self.points.sweep.variants.is_some()
    }

    /// The number of trials at each point.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.points.sweep.manner.trials
    }

    /// The seed of every point.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.points.sweep.manner.seed
    }

    /// The columns that [`Row::cells`] fills: `O.probability`, `O.low` and `O.high` of an event O; `O.mean`, `O.q05`,
    /// `O.q25`, `O.q50`, `O.q75`, `O.q95`, each followed by its `_low` and `_high`, and `O.sd` of a value;
    /// `O.LEVEL.probability`, `O.LEVEL.low`, `O.LEVEL.high` of each level; and `O.trials`, the trials that count, where
    /// O is conditional.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// A point, run or not.
    #[must_use]
    pub fn point(&self, point: u64) -> Point {
        self.points.point(point)
    }

    /// The scenario at a point; its digest tells whether a row that was kept is of this sweep.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn scenario(&self, point: u64) -> Result<Scenario, SweepError> {
        self.points.scenario(point)
    }

    /// How many points there are of each variant; those of the baseline come first.
    #[must_use]
    pub fn points_per_variant(&self) -> u64 {
        self.points.layout.count
    }

    /// The digests of the baseline and of the variants, before anything is varied.
    #[must_use]
    pub fn digests(&self) -> Vec<&str> {
        self.points.arms.iter().map(Scenario::digest).collect()
    }

    /// The result without its rows.
    #[must_use]
    pub fn frame(&self) -> SweepResult {
        let Sweep { scenario, axes, variants, design, manner, .. } = &self.points.sweep;
        SweepResult {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(scenario),
            run: RunInfo::of(scenario, manner.seed, manner.trials, 0),
            design: DesignInfo {
                kind: if axes.is_empty() { Design::Grid } else { *design }.name(),
                points: self.points.count,
                inputs: axes.iter().map(|axis| (axis.name().to_owned(), InputInfo::of(axis))).collect(),
                variants: variants.clone(),
            },
            points: Vec::new(),
        }
    }
}

impl Points {
    fn point(&self, point: u64) -> Point {
        let per_arm = self.layout.count.max(1);
        let arm = usize::try_from(point / per_arm).ok().and_then(|arm| self.arms.get(arm));
        Point {
            variant: arm.and_then(|arm| arm.variant_name()).map(str::to_owned),
            set: self.sweep.named(self.layout.point(&self.sweep.axes, point % per_arm)),
        }
    }

    fn scenario(&self, point: u64) -> Result<Scenario, SweepError> {
        let arm = usize::try_from(point / self.layout.count.max(1)).ok().and_then(|arm| self.arms.get(arm));
        let arm = arm.unwrap_or(&self.sweep.scenario);
        Ok(with_set(arm, &self.point(point).set)?)
    }

    fn row(&self, point: u64, manner: &Manner) -> Result<Row, SweepError> {
        let scenario = self.scenario(point)?;
        let Point { variant, set } = self.point(point);
        let (result, fixed) = manner.run(&scenario, &set, (point, self.count))?;
        Ok(Row {
            point,
            variant,
            digest: scenario.digest().to_owned(),
            outcomes: Row::answers(&result, &fixed, &self.sweep.outcomes),
            warnings: self.warnings(&scenario, &result),
            set: Named(set),
        })
    }

    /// What is suspect at a point, but for outcomes that nobody asks for.
    fn warnings(&self, scenario: &Scenario, result: &RunResult) -> Vec<String> {
        let wanted = &self.sweep.outcomes;
        let left_out =
            result.outcomes.names().filter(|name| !wanted.is_empty() && !wanted.iter().any(|w| w == name));
        let starts: Vec<String> = left_out.map(|name| format!("outcome `{name}`:")).collect();
        let mut warnings = new_warnings(scenario, result);
        warnings.retain(|warning| !starts.iter().any(|start| warning.starts_with(start)));
        warnings
    }
}

impl Iterator for Rows {
    type Item = Result<Row, SweepError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.next >= self.points.count {
            self.ahead = None;
            return None;
        }
        if self.ahead.is_none() {
            self.ahead = Ahead::new(&self.points, self.next);
        }
        let row = match &mut self.ahead {
            Some(ahead) => ahead.row(self.next),
            None => self.points.row(self.next, &self.points.sweep.manner),
        };
        self.failed = row.is_err();
        self.next += u64::from(row.is_ok());
        Some(row)
    }
}

impl SweepError {
    /// Whether the sweep was stopped by its callback.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Run(RunError::Cancelled))
    }
}

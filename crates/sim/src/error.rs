//! What can stop a run, with everything that is needed to see it again.

use std::fmt;

use cordiale_core::Scenario;
use cordiale_core::calendar::Date;
use cordiale_core::source::Place;

use crate::shell;

/// Why a run gave no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// An expression has no value that a run can go on with.
    #[error(transparent)]
    Evaluation(Box<EvaluationError>),
    /// The run was asked to do nothing.
    #[error("a run needs at least one trial; set `trials` to 1 or more")]
    NoTrials,
    /// The trials asked for reach beyond the last number there is.
    #[error(
        "trials {first} and on, {trials} of them, reach beyond 2^62; begin with a lower trial or run fewer"
    )]
    TooManyTrials {
        /// The first trial.
        first: u64,
        /// How many.
        trials: u64,
    },
    /// Threads could not be started.
    #[error("no threads could be started ({0}); ask for fewer")]
    Threads(String),
    /// The run was stopped before its first block of trials was done.
    #[error("stopped before any trial was finished")]
    Cancelled,
    /// A trial that fails in the engine does not in the reference interpreter.
    #[error(
        "trial {trial} of seed {seed} fails in the engine and not in the reference interpreter; that is a fault of cordiale: please report it with the scenario"
    )]
    Disagreement {
        /// The trial.
        trial: u64,
        /// The seed.
        seed: u64,
    },
    /// Tallies, parts or results that do not belong together were put together.
    #[error("{0}")]
    Merge(String),
    /// What was asked to be compared cannot be.
    #[error("{0}")]
    Comparison(String),
    /// What was asked to be explained cannot be.
    #[error("{0}")]
    Explanation(String),
    /// What was asked of a run cannot be.
    #[error("{0}")]
    Question(String),
    /// What was asked to be reported cannot be.
    #[error("{0}")]
    Report(String),
    /// One of several runs fails, and not the baseline's: of a variant in a comparison, of a point in a sweep or a search.
    #[error("in {variant}: {error}")]
    InVariant {
        /// Which, as in "variant `no_deal`".
        variant: String,
        /// How it fails.
        error: Box<RunError>,
    },
    /// What was asked of a sensitivity analysis or a register of assumptions makes no sense.
    #[error("{0}")]
    Sensitivity(String),
    /// A value of an outcome cannot be squared, as variances and effects are.
    #[error(
        "outcome `{outcome}` takes values beyond 1e150, whose squares no double holds; divide it by a number of their size, or look at other outcomes"
    )]
    TooLarge {
        /// The outcome.
        outcome: String,
    },
    /// A point of a design fails, which is no trial of the scenario's own.
    #[error(
        "{}: `{}` {}, in {}, at a point of the design that has {inputs}; narrow what is drawn there, or clamp it",
        error.place,
        error.expression,
        error.problem,
        error.owner
    )]
    AtPoint {
        /// What fails.
        error: Box<EvaluationError>,
        /// Which inputs stand furthest out there.
        inputs: String,
    },
    /// A part of a run cannot be read, or not be made.
    #[error("{0}")]
    Part(String),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The result is not a number, as of the root of a negative number.
    NotANumber {
        /// What it was computed from.
        operands: Vec<f64>,
    },
    /// The next value of the state is not a number.
    NoNextValue {
        /// The value now.
        from: f64,
    },
    /// Something is divided by zero.
    DivisionByZero {
        /// What is divided.
        numerator: f64,
    },
    /// A distribution's argument is out of its range; said in a phrase.
    Argument(String),
    /// A chance, a hazard, a weight, a value of the state or an observed value is infinite.
    Infinite {
        /// What is, as in "the chance".
        what: &'static str,
        /// The value.
        value: f64,
    },
    /// A rate of decay or a volatility is below 0.
    Negative {
        /// What is.
        what: &'static str,
        /// The value.
        value: f64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber { operands } => {
                let operands: Vec<String> = operands.iter().map(f64::to_string).collect();
                write!(f, "is not a number (of {})", operands.join(", "))
            }
            Self::NoNextValue { from } => write!(f, "makes the next value not a number, from {from}"),
            Self::DivisionByZero { numerator } => write!(f, "divides {numerator} by zero"),
            Self::Argument(phrase) => write!(f, "draws from a distribution that does not exist: {phrase}"),
            Self::Infinite { what, value } => write!(f, "makes {what} infinite ({value})"),
            Self::Negative { what, value } => write!(f, "makes {what} {value}; it is 0 or more"),
        }
    }
}

/// An expression without a usable value: what, where, when, and how to see it again.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationError {
    /// What is wrong.
    pub problem: Problem,
    /// Whose expression it is, as in "rule `sco_deal[KAZ]`".
    pub owner: String,
    /// The expression as the file writes it.
    pub expression: String,
    /// Where it stands.
    pub place: Place,
    /// The trial.
    pub trial: u64,
    /// The step; 0 for what is drawn before the first.
    pub step: u32,
    /// When the step starts.
    pub date: Date,
    /// The seed.
    pub seed: u64,
    /// The scenario's file, as a word of the command line.
    pub file: String,
    /// The variant and the settings of the scenario, as flags of the command line: " --variant v --set 'x=1'".
    pub flags: String,
}

/// A scenario's file as a word of the command line.
pub(crate) fn file(scenario: &Scenario) -> String {
    let file = scenario.files().next().filter(|_| !scenario.is_built());
    shell::file(file.map_or("FILE", |file| file.name()))
}

/// What the scenario is besides its file, as flags.
pub(crate) fn flags(scenario: &Scenario) -> String {
    let mut flags =
        scenario.variant_name().map_or(String::new(), |name| format!(" --variant {}", shell::word(name)));
    for (name, value) in scenario.settings() {
        flags.push_str(&format!(" --set {}", shell::word(&format!("{name}={value}"))));
    }
    flags
}

impl std::error::Error for EvaluationError {}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { problem, owner, expression, place, trial, step, date, seed, file, flags } = self;
        write!(
            f,
            "{place}: `{expression}` {problem}, in {owner}, trial {trial}, step {step} ({date}); to watch it: cordiale trace {file} --trial {trial} --seed {seed}{flags}"
        )
    }
}

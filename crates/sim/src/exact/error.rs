//! Why there is no exact answer.

use cordiale_core::source::Place;

use super::scene::MOST_COMBINATIONS;

/// Why a model has no exact answer here, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExactError {
    /// Something that the outcomes depend on takes more values than can be gone through.
    #[error("{place}: {what}, so the model is not finite; {help}, or estimate it with `cordiale run`")]
    Infinite {
        /// What, as in "parameter `p` is drawn from beta".
        what: String,
        /// What would make it finite.
        help: String,
        /// Where it is declared.
        place: Place,
    },
    /// More combinations of discrete draws than are gone through.
    #[error(
        "{what} can be in more than {most} combinations; give some of them one value with --set, or estimate it with `cordiale run`"
    )]
    TooManyCombinations {
        /// What is drawn, as in "the parameters".
        what: String,
        /// The most that are gone through.
        most: usize,
    },
    /// More states than allowed.
    #[error(
        "more than {limit} states by step {step} of {steps}; allow more with --max-states, shorten the horizon, take coarser effects, or estimate it with `cordiale run`"
    )]
    TooManyStates {
        /// The most that are allowed.
        limit: u64,
        /// The step in which there were more.
        step: u32,
        /// Steps in all.
        steps: u32,
    },
    /// A chain to be written out has more transitions than allowed.
    #[error("more than {limit} transitions; shorten the horizon or take coarser effects")]
    TooManyTransitions {
        /// The most that are allowed.
        limit: u64,
    },
    /// More memory than allowed.
    #[error(
        "{states} states by step {step} of {steps} take more than the {gib:.3} GiB that are allowed; allow more with --max-memory, shorten the horizon, or estimate it with `cordiale run`"
    )]
    TooMuchMemory {
        /// The memory that is allowed, in GiB.
        gib: f64,
        /// States so far.
        states: u64,
        /// The step in which it was too much.
        step: u32,
        /// Steps in all.
        steps: u32,
    },
    /// An expression has no value that can be gone on with, in a state that can be reached.
    #[error("{place}: `{expression}` {problem}, in {owner}, in a state that is reached at step {step}")]
    Evaluation {
        /// What is wrong.
        problem: String,
        /// Whose expression it is, as in "rule `sco_deal[KAZ]`".
        owner: String,
        /// The expression as the file writes it.
        expression: String,
        /// Where it stands.
        place: Place,
        /// The step; 0 for what is settled before the first.
        step: u32,
    },
    /// It was stopped.
    #[error("stopped before the horizon")]
    Cancelled,
}

/// Draws in more combinations than are gone through.
pub(super) fn too_many(what: &str) -> ExactError {
    ExactError::TooManyCombinations { what: what.to_owned(), most: MOST_COMBINATIONS }
}

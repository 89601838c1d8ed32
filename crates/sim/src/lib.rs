//! What a run of a cordiale scenario *means*: random streams, the engine, statistics.
//!
//! A checked [`Scenario`](cordiale_core::Scenario) goes in, a [`RunResult`] comes out.

#[macro_use]
mod setters;

pub mod analysis;
pub mod chronicle;
mod engine;
pub mod error;
pub mod exact;
mod lower;
mod num;
pub mod part;
mod program;
pub mod random;
pub mod record;
pub mod reference;
pub mod result;
mod ruled_out;
#[doc(hidden)]
pub mod shell;
mod simd;
pub mod simulation;
pub mod stats;
pub mod tally;
pub mod trial;

pub use analysis::assumptions::{AssumptionsResult, Register};
pub use analysis::compare::{CompareResult, Comparison};
pub use analysis::explain::{ExplainResult, Explanation};
pub use analysis::hindcast::HindcastResult;
pub use analysis::report::{ReportResult, Reporting};
pub use analysis::sensitivity::{Sensitivity, SensitivityResult};
pub use chronicle::Chronicle;
pub use error::RunError;
pub use exact::{Exact, ExactError};
pub use part::{Merger, Part, Shard};
pub use reference::TrialNumber;
pub use result::{ExactResult, RunResult};
pub use ruled_out::{RuledOut, ruled_out};
pub use simd::VectorWidth;
pub use simulation::{Progress, Simulation};
pub use tally::Tally;
pub use trial::Trial;

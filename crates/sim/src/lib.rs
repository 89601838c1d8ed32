//! What a run of a cordiale scenario *means*: random streams, the engine, statistics.
//!
//! A checked [`Scenario`](cordiale_core::Scenario) goes in, a [`RunResult`] comes out.

pub mod error;
pub mod num;
pub mod random;
pub mod record;
pub mod reference;
pub mod result;
pub mod stats;

pub use error::RunError;
pub use result::RunResult;

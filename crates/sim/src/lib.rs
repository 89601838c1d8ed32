//! What a run of a cordiale scenario *means*: random streams, the engine, statistics.
//!
//! A checked [`Scenario`](cordiale_core::Scenario) goes in, a [`RunResult`] comes out.

pub mod num;
pub mod random;
pub mod result;
pub mod stats;

pub use result::RunResult;

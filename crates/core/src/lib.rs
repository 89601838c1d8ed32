//! What a cordiale scenario *is*: the language, its checks and diagnostics, the built-in worlds.
//!
//! Text goes in, a checked [`Scenario`] or a [`Report`] of everything that is wrong with it comes out. There is no
//! randomness, no thread, no file and no printing here: `cordiale-sim` runs what this crate has checked, and the
//! facade crate `cordiale` reads files.

pub mod calendar;
pub mod diagnostic;
pub mod model;
pub mod scenario;
pub mod source;

pub use diagnostic::{Diagnostic, Report, Severity};
pub use model::Model;
pub use scenario::{Resolver, Scenario};

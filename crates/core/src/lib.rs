//! What a cordiale scenario *is*: the language, its checks and diagnostics, the built-in worlds.
//!
//! Text goes in, a checked [`Scenario`] or a [`Report`] of everything that is wrong with it comes out. There is no
//! randomness, no thread, no file and no printing here: `cordiale-sim` runs what this crate has checked, and the
//! facade crate `cordiale` reads files.

pub mod assumptions;
pub mod builder;
pub mod calendar;
mod change;
mod check;
pub mod definition;
pub mod diagnostic;
mod digest;
mod document;
mod elsewhere;
pub mod factors;
pub mod functions;
pub mod hindcast;
pub mod keys;
mod load;
pub mod model;
mod names;
mod parse_error;

pub mod scenario;
pub mod schema;
mod settings;
pub mod source;
mod syntax;
pub mod world;

pub use diagnostic::{Diagnostic, Report, Severity};
pub use document::MAX_BYTES;
pub use hindcast::Observed;
pub use model::Model;
pub use parse_error::ParseError;
pub use scenario::{NoFiles, Resolver, Scenario, check};
pub use world::World;

//! A rule-based simulator of alliance scenarios: from a TOML file to distributions with honest intervals.

mod file;
mod scenario;

pub use cordiale_core as core;
pub use cordiale_sim as sim;

pub use cordiale_core::{
    Diagnostic, Model, NoFiles, Report, Resolver, Severity, World, calendar, diagnostic, model, source, world,
};
pub use cordiale_sim::{RunResult, result, stats};
pub use file::{FileResolver, read_text};
pub use scenario::{Scenario, check_path, world_from_path};

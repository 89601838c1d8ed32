#![doc = include_str!("../README.md")]

mod file;
mod scenario;

pub use cordiale_core as core;
pub use cordiale_sim as sim;

pub use cordiale_core::{
    Diagnostic, Model, NoFiles, Report, Resolver, Severity, World, builder, calendar, diagnostic, functions,
    keys, model, schema, source, world,
};
pub use cordiale_sim::analysis::{compare, diff, explain};
pub use cordiale_sim::{
    Chronicle, CompareResult, Comparison, ExactError, ExactResult, ExplainResult, Explanation, Merger, Part,
    Progress, RunError, RunResult, Shard, Simulation, Tally, Trial, TrialNumber, chronicle, exact, part,
    record, result, stats,
};
pub use file::{FileResolver, read_text};
pub use scenario::{Scenario, check_path, world_from_path};

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/compare.md")]
struct ComparePage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/explain.md")]
struct ExplainPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/cluster.md")]
struct ClusterPage;

#![doc = include_str!("../README.md")]

mod file;
mod scenario;

pub use cordiale_core as core;
pub use cordiale_sim as sim;

pub use cordiale_core::{
    Diagnostic, Model, NoFiles, Observed, ParseError, Report, Resolver, Severity, World, builder, calendar,
    diagnostic, functions, keys, model, schema, source, world,
};
pub use cordiale_sim::analysis::{
    assumptions, compare, diff, explain, hindcast, report, sensitivity, stopping, sweep, threshold, widths,
};
pub use cordiale_sim::simulation::each;
pub use cordiale_sim::{
    AssumptionsResult, Chronicle, CompareResult, Comparison, Exact, ExactError, ExactResult, ExplainResult,
    Explanation, HindcastResult, Merger, Part, Progress, Register, ReportResult, Reporting, RuledOut,
    RunError, RunResult, Sensitivity, SensitivityResult, Shard, Simulation, Tally, Trial, TrialNumber,
    VectorWidth, chronicle, error, exact, part, record, result, ruled_out, stats, trial,
};
pub use file::{FileResolver, read_text};
pub use scenario::{Scenario, check_path, check_toml, observed_from_path, world_from_path};

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/assumptions.md")]
struct AssumptionsPage;

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
#[doc = include_str!("../docs/hindcast.md")]
struct HindcastPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/sensitivity.md")]
struct SensitivityPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/cluster.md")]
struct ClusterPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/precision.md")]
struct PrecisionPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/widths.md")]
struct WidthsPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/sweep.md")]
struct SweepPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/report.md")]
struct ReportPage;

/// Its example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/how-to/in-rust.md")]
struct InRustPage;

//! The arguments of `cordiale sweep`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cordiale::sweep::Axis;
use cordiale::threshold::Goal;

use super::{Changes, Work, trials};

#[derive(Args, Debug)]
pub(crate) struct SweepArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// An input (whatever --set takes) and its values: NAME=lo..hi:n, NAME=a,b,c, or NAME=lo..hi with --sample; may be
    /// repeated, and every value then meets every other
    #[arg(long, value_name = "NAME=VALUES", required_unless_present_any = ["variants", "find"])]
    pub(crate) over: Vec<Axis>,
    /// In place of a grid, so many points that fill the ranges evenly
    #[arg(long, value_name = "N", value_parser = points, requires = "over")]
    pub(crate) sample: Option<u64>,
    /// How a sample fills them
    #[arg(long, value_enum, value_name = "HOW", default_value_t = SampleDesign::Sobol, requires = "sample")]
    pub(crate) design: SampleDesign,
    /// The baseline and all variants at every point, or those named: --variants=a,b
    #[arg(
        long,
        value_name = "NAME,...",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with = "variant"
    )]
    pub(crate) variants: Option<String>,
    /// Look for the value of this input at which --where is met
    #[arg(
        long,
        value_name = "NAME",
        requires = "goal",
        conflicts_with_all = ["over", "sample", "variants", "outcome", "restart"]
    )]
    pub(crate) find: Option<String>,
    /// What is to be met: OUTCOME = LEVEL (a probability, or a value's mean), or OUTCOME.FIGURE = LEVEL
    #[arg(long = "where", id = "goal", value_name = "OUTCOME=LEVEL", requires = "find")]
    pub(crate) goal: Option<Goal>,
    /// Where to look; default: the input's own range
    #[arg(long, value_name = "LO..HI", allow_hyphen_values = true, value_parser = between, requires = "find")]
    pub(crate) between: Option<(f64, f64)>,
    /// How closely to find it, in units of the input; default: a thousandth of the range
    #[arg(long, value_name = "WIDTH", value_parser = tolerance, requires = "find")]
    pub(crate) tolerance: Option<f64>,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Keep this outcome alone; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Vec<String>,
    /// How many trials at each point; default: as the file says
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) trials: Option<u64>,
    /// How to print; default: by the ending of --out, else a table on a terminal and CSV elsewhere
    #[arg(long, value_enum)]
    pub(crate) format: Option<SweepFormat>,
    /// Write to this file; CSV and Parquet row by row, and the same command goes on with a file that was left off
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Begin anew, whatever --out holds
    #[arg(long, requires = "out")]
    pub(crate) restart: bool,
    #[command(flatten)]
    pub(crate) work: Work,
}

/// How a sweep is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SweepFormat {
    /// For people
    Table,
    /// A row a point
    Csv,
    /// A row a point, for pandas, polars, R and DuckDB; needs --out
    Parquet,
    /// cordiale.sweep/1, or cordiale.threshold/1 with --find
    Json,
}

/// How a sample fills the ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SampleDesign {
    /// A scrambled Sobol sequence; evenest where N is a power of two
    Sobol,
    /// A Latin hypercube
    #[value(alias = "lhs")]
    Latin,
}

fn number(text: &str) -> Option<f64> {
    text.trim().replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
}

fn between(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once("..").and_then(|(low, high)| Some((number(low)?, number(high)?)));
    ends.ok_or_else(|| "write LO..HI, as in 0..1".to_owned())
}

fn tolerance(text: &str) -> Result<f64, String> {
    number(text).filter(|width| *width > 0.0).ok_or_else(|| "write a number above 0, as in 0.01".to_owned())
}

fn points(text: &str) -> Result<u64, String> {
    text.replace('_', "")
        .parse()
        .ok()
        .filter(|points| *points > 0)
        .ok_or_else(|| "write a whole number above 0, as in 256".to_owned())
}

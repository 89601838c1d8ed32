//! The arguments of `cordiale assumptions`.

use std::path::PathBuf;

use clap::Args;

use super::sensitivity::{count, range};
use super::{Changes, ResultFormat, Work, trials};

#[derive(Args, Debug)]
pub(crate) struct AssumptionsArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Judge how far this outcome leans on each number; may be repeated; default: all outcomes
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Vec<String>,
    /// Do not judge how far outcomes lean on the numbers: nothing is run
    #[arg(long)]
    pub(crate) no_sensitivity: bool,
    /// From how many trials at either end of a number it is judged how far outcomes lean on it
    #[arg(long, value_name = "N", default_value_t = cordiale::sensitivity::SWING_TRIALS, value_parser = count)]
    pub(crate) points: usize,
    /// By what factors rates, fixed numbers and the sizes of effects are varied
    #[arg(long, value_name = "LOW..HIGH", default_value = "0.5..2", value_parser = range)]
    pub(crate) factors: (f64, f64),
    /// Run it once more with what rests on this source widened, and say what that changes
    #[arg(long, value_name = "SOURCE")]
    pub(crate) without_source: Option<String>,
    /// Remove what rests on the source: its rules are disabled, its ties start at their channel's default
    #[arg(long, requires = "without_source")]
    pub(crate) remove: bool,
    /// By what factors a number is widened
    #[arg(long, value_name = "LOW..HIGH", default_value = "0.5..2", value_parser = range)]
    pub(crate) widen: (f64, f64),
    /// How many trials without the source; default: as the file says
    #[arg(long, value_name = "N", value_parser = trials, requires = "without_source")]
    pub(crate) trials: Option<u64>,
    /// How many numbers the table shows; 0 is all
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = count)]
    pub(crate) top: usize,
    /// How to print; default: by the ending of --out, else a table
    #[arg(long, value_enum)]
    pub(crate) format: Option<ResultFormat>,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
}

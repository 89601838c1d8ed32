//! The arguments of `cordiale compare`.

use std::path::PathBuf;

use clap::Args;

use super::{ResultFormat, Work, setting, trials};

#[derive(Args, Debug)]
pub(crate) struct CompareArguments {
    /// A scenario file: the baseline
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Variants of the file; default: all of them
    #[arg(value_name = "VARIANT")]
    pub(crate) variants: Vec<String>,
    /// Another scenario file in place of variants; what it says otherwise is listed
    #[arg(long, value_name = "OTHER", conflicts_with = "variants")]
    pub(crate) against: Option<PathBuf>,
    /// Compare this outcome alone; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Vec<String>,
    /// Another value for a tie, attribute, variable or parameter, or for any key by its path, in all that is compared;
    /// may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// How long to run: a duration such as "5 years", or a number of steps
    #[arg(long, value_name = "DURATION")]
    pub(crate) horizon: Option<String>,
    /// How many trials of each; default: as the file says
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) trials: Option<u64>,
    /// How to print; default: by the ending of --out, else a table
    #[arg(long, value_enum)]
    pub(crate) format: Option<ResultFormat>,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
}

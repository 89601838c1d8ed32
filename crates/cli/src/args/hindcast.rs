//! The arguments of `cordiale hindcast`.

use std::path::PathBuf;

use clap::Args;

use super::{Changes, ResultFormat, Work, trials};

#[derive(Args, Debug)]
pub(crate) struct HindcastArguments {
    /// Files that say what happened, each naming its scenario
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// How many trials of each; default: as the scenario says
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

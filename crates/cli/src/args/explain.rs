//! The arguments of `cordiale explain`.

use std::path::PathBuf;

use clap::Args;
use cordiale::calendar::Date;

use super::{Changes, ResultFormat, Work, trials};

#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The outcome to explain; may be left out where the file has but one
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Option<String>,
    /// Of an outcome of levels: the level to end in
    #[arg(long, value_name = "NAME")]
    pub(crate) level: Option<String>,
    /// Of a value: what it is to end above
    #[arg(long, value_name = "X", conflicts_with = "below")]
    pub(crate) above: Option<f64>,
    /// Of a value: what it is to end below
    #[arg(long, value_name = "X")]
    pub(crate) below: Option<f64>,
    /// By when to look for signposts; default: halfway to the outcome's deadline
    #[arg(long, value_name = "DATE")]
    pub(crate) by: Option<Date>,
    /// Switch off this rule, or this instance of one; may be repeated. Default: all that fired, up to 32
    #[arg(long, value_name = "RULE")]
    pub(crate) off: Vec<String>,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// How many trials; default: as the file says
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

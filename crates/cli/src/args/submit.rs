//! What `cordiale submit` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Changes, StoppingArguments, Warnings, interval, seed, trials};

#[derive(Args, Debug)]
pub(crate) struct SubmitArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The batch system. Of Kubernetes and HTCondor no real one has tried what is written
    #[arg(long, value_enum)]
    pub(crate) engine: Engine,
    /// Into how many shards the run is cut
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) shards: u32,
    /// The folder of scripts, parts and logs, which all machines must share; default: the file's name and `-shards`
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Submit what is written, in place of printing the commands that do it
    #[arg(long)]
    pub(crate) go: bool,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// How many trials; default: as the file says
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) trials: Option<u64>,
    /// The seed; default: as the file says
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// How many threads and processors each shard takes
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: u16,
    /// How often a shard writes its checkpoint, as in 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = interval)]
    pub(crate) checkpoint_every: Duration,
    /// Where the merged result goes, in the format of the file's ending; default: `result.json` in the folder
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The cordiale that the jobs call; default: this one, and for Kubernetes `cordiale`
    #[arg(long, value_name = "PATH")]
    pub(crate) binary: Option<PathBuf>,
    /// A line more for the batch system, as in --option=--partition=short; may be repeated
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true, value_parser = option)]
    pub(crate) option: Vec<String>,
    /// The image that Kubernetes runs
    #[arg(long, value_name = "IMAGE", required_if_eq("engine", "kubernetes"))]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) warnings: Warnings,
    #[command(flatten)]
    pub(crate) stopping: StoppingArguments,
    /// What the job at the end of a round calls: put the parts together, and write the result or the next round
    #[arg(
        long,
        value_name = "ROUND",
        require_equals = true,
        requires = "question",
        help_heading = "Until a question is settled"
    )]
    pub(crate) decide: Option<Option<u32>>,
}

/// A batch system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// A job array and a merge that depends on it
    Slurm,
    /// An indexed Job and a Job that merges
    Kubernetes,
    /// A DAG of shards and a merge
    Htcondor,
}

fn option(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.contains(char::is_control) {
        return Err("write one line, as in --option=--partition=short".to_owned());
    }
    Ok(text.trim().to_owned())
}

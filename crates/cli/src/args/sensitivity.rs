//! The arguments of `cordiale sensitivity`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Changes, ResultFormat, Work};

#[derive(Args, Debug)]
pub(crate) struct SensitivityArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// How inputs are judged
    #[arg(long, value_enum, default_value_t = MethodArgument::Sobol)]
    pub(crate) method: MethodArgument,
    /// Vary the rate of every rule too, by a factor from LOW to HIGH
    #[arg(long, value_name = "LOW..HIGH", value_parser = range)]
    pub(crate) rates: Option<(f64, f64)>,
    /// Vary rates, fixed parameters and starts, and the sizes of effects, by factors from LOW to HIGH
    #[arg(long, value_name = "LOW..HIGH", value_parser = range, conflicts_with = "rates")]
    pub(crate) numbers: Option<(f64, f64)>,
    /// Look at this outcome alone; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Vec<String>,
    /// Vary this input alone, all else counts as chance; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) input: Vec<String>,
    /// How points are spread
    #[arg(long, value_enum, default_value_t = DesignArgument::Sobol)]
    pub(crate) design: DesignArgument,
    /// How many points; default: 1024 of sobol (each is run for every input), 50 trajectories of morris, 4096 of pawn, 1024
    /// trials at either end of swings
    #[arg(long, value_name = "N", value_parser = count)]
    pub(crate) points: Option<usize>,
    /// Under how many trial numbers sobol runs each point, so that chance can be told from inputs
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = count)]
    pub(crate) replicates: usize,
    /// How many bootstrap samples (sobol) or random orders (pawn)
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) resamples: u32,
    /// How many levels morris moves between
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) levels: u32,
    /// Into how many slices pawn cuts an input
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = count)]
    pub(crate) slices: usize,
    /// How many inputs the table shows of each outcome; 0 is all
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = count)]
    pub(crate) top: usize,
    /// Write every evaluation, its uniforms and outcomes, to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) sample: Option<PathBuf>,
    /// How to print; default: by the ending of --out, else a table
    #[arg(long, value_enum)]
    pub(crate) format: Option<ResultFormat>,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
}

/// How inputs are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArgument {
    /// First-order and total indices: shares of the variance
    Sobol,
    /// Elementary effects: a first screening, cheap
    Morris,
    /// Distances of whole distributions, from one sample
    Pawn,
    /// From one end of each input to the other, all else as in any trial: the bars of a tornado diagram
    #[value(alias = "tornado")]
    Swings,
}

/// How points are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DesignArgument {
    /// A scrambled Sobol sequence
    Sobol,
    /// A Latin hypercube
    #[value(alias = "latin")]
    Lhs,
}

/// Two numbers, as in `0.5..2`.
pub(super) fn range(text: &str) -> Result<(f64, f64), String> {
    let ends = text
        .split_once("..")
        .and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    match ends {
        Some((low, high)) if low > 0.0 && low < high && f64::is_finite(high) => Ok((low, high)),
        _ => Err("write two numbers above 0, the lower first, as in 0.5..2".to_owned()),
    }
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    text.replace('_', "").parse().map_err(|_| "write a whole number, as in 1024".to_owned())
}

//! The arguments of `cordiale report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Changes, Work, trials, whole};

#[derive(Args, Debug)]
pub(crate) struct ReportArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// The outcome that answers the question; default: the first of the file
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Option<String>,
    /// How many trials, of the scenario and of each variant; default: as the file says
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) trials: Option<u64>,
    /// In how many trials the ties are watched
    #[arg(long, value_name = "N", default_value_t = cordiale::report::NETWORK_TRIALS, value_parser = whole)]
    pub(crate) network_trials: u64,
    /// In how many trials it is looked for what drives the answer
    #[arg(long, value_name = "N", default_value_t = cordiale::report::EXPLAIN_TRIALS, value_parser = whole)]
    pub(crate) explain_trials: u64,
    /// By how many trials at either end of each number it is judged what the answer hangs on
    #[arg(long, value_name = "N", default_value_t = cordiale::sensitivity::SWING_TRIALS, value_parser = swing_trials)]
    pub(crate) swing_trials: usize,
    /// Leave a part out; may be repeated
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) without: Vec<Section>,
    /// A page for people, or what it holds; default: by the ending of --out, else a page
    #[arg(long, value_enum)]
    pub(crate) format: Option<ReportFormat>,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
}

fn swing_trials(text: &str) -> Result<usize, String> {
    let wrong = || "write a whole number of 64 or more, as in 1024; 4096 tell more".to_owned();
    text.replace('_', "").parse().ok().filter(|count| *count >= 64).ok_or_else(wrong)
}

/// A part of a report that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// The variants beside the scenario
    Variants,
    /// The inputs that the answer hangs on
    Sensitivity,
    /// What sets apart the trials that got there
    Explain,
    /// How much of the uncertainty is sampling, what is not known, and chance
    Widths,
    /// The actors and their ties
    Network,
    /// The two trials that are told
    Chronicles,
    /// Every number, and what it rests on
    Assumptions,
}

impl Section {
    /// As it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Variants => "variants",
            Self::Sensitivity => "sensitivity",
            Self::Explain => "explain",
            Self::Widths => "widths",
            Self::Network => "network",
            Self::Chronicles => "chronicles",
            Self::Assumptions => "assumptions",
        }
    }
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// One page for a browser, which needs nothing else
    Html,
    /// What the page holds: cordiale.report/1, one object
    Json,
}

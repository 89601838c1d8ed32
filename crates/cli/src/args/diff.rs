//! The arguments of `cordiale diff`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::format::text_ending;
use crate::exit::Failure;

#[derive(Args, Debug)]
pub(crate) struct DiffArguments {
    /// A scenario file, or a JSON result (`run --format json`)
    #[arg(value_name = "A")]
    pub(crate) a: PathBuf,
    /// Another of the same kind
    #[arg(value_name = "B")]
    pub(crate) b: PathBuf,
    /// How to print; default: by the ending of --out, else a table
    #[arg(long, value_enum)]
    pub(crate) format: Option<DiffFormat>,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Table,
    /// cordiale.diff/1, one object
    Json,
    /// A document for papers
    Markdown,
}

impl DiffFormat {
    /// How to print: as asked for, or by the ending of the file.
    pub(crate) fn of(asked: Option<Self>, out: Option<&Path>) -> Result<Self, Failure> {
        asked.map_or_else(|| text_ending(out).map(|ending| Self::of_ending(ending.as_deref())), Ok)
    }

    fn of_ending(ending: Option<&str>) -> Self {
        match ending {
            Some("json" | "jsonl") => Self::Json,
            Some("md" | "markdown") => Self::Markdown,
            _ => Self::Table,
        }
    }
}

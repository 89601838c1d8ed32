//! How the results of a run, and of what is like one, are printed.

use std::path::Path;

use clap::ValueEnum;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultFormat {
    /// For people
    Table,
    /// One JSON object a line, named by its `format`
    Json,
    /// A tidy table, a row a figure
    Csv,
    /// A document for papers
    Markdown,
}

impl ResultFormat {
    /// How to print: as asked for, or by the ending of the file.
    pub(crate) fn of(asked: Option<Self>, out: Option<&Path>) -> Self {
        asked.unwrap_or(match ending(out) {
            Some("json" | "jsonl") => Self::Json,
            Some("csv") => Self::Csv,
            Some("md" | "markdown") => Self::Markdown,
            _ => Self::Table,
        })
    }
}

/// The ending of a file's name.
pub(crate) fn ending(path: Option<&Path>) -> Option<&str> {
    path.and_then(Path::extension).and_then(|ending| ending.to_str())
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One JSON object, named by its `format`
    Json,
    /// A tidy table, a row a figure
    Csv,
}

impl Format {
    /// How to print: as asked for, or by the ending of the file.
    pub(crate) fn of(asked: Option<Self>, out: Option<&Path>) -> Self {
        asked.unwrap_or(match ending(out) {
            Some("json" | "jsonl") => Self::Json,
            Some("csv") => Self::Csv,
            _ => Self::Table,
        })
    }
}

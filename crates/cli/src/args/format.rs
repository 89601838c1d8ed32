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
    /// Tidy: outcome,kind,step,date,statistic,value,low,high
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

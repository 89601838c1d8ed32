//! In which forms a run gives its data.

use std::path::Path;

use clap::ValueEnum;

use super::{ResultFormat, RunArguments, ending};

/// How a run's result is printed or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunFormat {
    /// For people
    Table,
    /// cordiale.result/1, one object a line
    Json,
    /// Tidy: outcome,kind,step,date,statistic,value,low,high
    Csv,
    /// A document for papers
    Markdown,
    /// The rows of CSV and the histograms in Arrow's file format (Feather); needs --out
    Arrow,
    /// The rows of CSV and the histograms in Parquet; needs --out
    Parquet,
}

impl RunFormat {
    /// The columnar format that the ending of a file's name asks for.
    pub(crate) fn of_columns(path: Option<&Path>) -> Option<Self> {
        match ending(path)?.as_str() {
            "parquet" | "pq" => Some(Self::Parquet),
            "arrow" | "feather" | "ipc" => Some(Self::Arrow),
            _ => None,
        }
    }
}

impl RunArguments {
    /// The format, where it is one of text.
    pub(crate) fn text_format(&self) -> Option<ResultFormat> {
        match self.format? {
            RunFormat::Table => Some(ResultFormat::Table),
            RunFormat::Json => Some(ResultFormat::Json),
            RunFormat::Csv => Some(ResultFormat::Csv),
            RunFormat::Markdown => Some(ResultFormat::Markdown),
            RunFormat::Arrow | RunFormat::Parquet => None,
        }
    }
}

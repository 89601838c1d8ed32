//! In which forms a run gives its data.

use clap::ValueEnum;

use super::{Format, RunArguments};

/// How a run's result is printed or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultFormat {
    /// For people
    Table,
    /// cordiale.result/1, one object a line
    Json,
    /// Tidy: outcome,kind,step,date,statistic,value,low,high
    Csv,
    /// The rows of CSV and the histograms in Arrow's file format (Feather); needs --out
    Arrow,
    /// The rows of CSV and the histograms in Parquet; needs --out
    Parquet,
}

impl RunArguments {
    /// The format, where it is one of text.
    pub(crate) fn text_format(&self) -> Option<Format> {
        match self.format? {
            ResultFormat::Table => Some(Format::Table),
            ResultFormat::Json => Some(Format::Json),
            ResultFormat::Csv => Some(Format::Csv),
            ResultFormat::Arrow | ResultFormat::Parquet => None,
        }
    }
}

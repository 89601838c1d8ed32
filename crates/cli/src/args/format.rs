//! How the results of a run, and of what is like one, are printed.

use std::path::Path;

use clap::ValueEnum;

use super::RunFormat;
use crate::exit::Failure;

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
    pub(crate) fn of(asked: Option<Self>, out: Option<&Path>) -> Result<Self, Failure> {
        asked.map_or_else(|| text_ending(out).map(|ending| Self::of_ending(ending.as_deref())), Ok)
    }

    fn of_ending(ending: Option<&str>) -> Self {
        match ending {
            Some("json" | "jsonl") => Self::Json,
            Some("csv") => Self::Csv,
            Some("md" | "markdown") => Self::Markdown,
            _ => Self::Table,
        }
    }
}

/// The ending of a file's name, in small letters.
pub(crate) fn ending(path: Option<&Path>) -> Option<String> {
    path.and_then(Path::extension).and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase)
}

/// The ending of a file that text goes to; fails where it asks for a table of columns.
pub(super) fn text_ending(out: Option<&Path>) -> Result<Option<String>, Failure> {
    match out.filter(|out| RunFormat::of_columns(Some(out)).is_some()) {
        Some(out) => Err(Failure::new(format!(
            "{} asks for a table of columns, which this command does not write; name a file with another ending, as .json, or give --format",
            out.display()
        ))),
        None => written_ending(out),
    }
}

/// The ending of a file; fails where it is that of a format that nothing here writes.
pub(crate) fn written_ending(out: Option<&Path>) -> Result<Option<String>, Failure> {
    no_picture(out)?;
    let found = ending(out);
    match (out, found.as_deref()) {
        (Some(out), Some("tsv" | "xlsx" | "xls" | "ods" | "html" | "htm")) => Err(Failure::new(format!(
            "{} asks for a format that this command does not write; name a file with another ending, as .json or .csv, or give --format",
            out.display()
        ))),
        _ => Ok(found),
    }
}

/// Fails where a file is to be a picture, or a document with pictures.
pub(crate) fn no_picture(out: Option<&Path>) -> Result<(), Failure> {
    match ending(out).filter(|ending| is_picture(ending)) {
        Some(ending) => Err(Failure::new(format!(
            "cordiale writes no .{ending}; `cordiale report FILE --out report.html` makes a page that a browser prints as PDF, and whose figures it saves as SVG"
        ))),
        None => Ok(()),
    }
}

/// Whether the ending of a file is that of a picture, or of a document with pictures.
pub(crate) fn is_picture(ending: &str) -> bool {
    matches!(ending, "png" | "svg" | "jpg" | "jpeg" | "gif" | "webp" | "eps" | "ps" | "pdf" | "docx" | "pptx")
}

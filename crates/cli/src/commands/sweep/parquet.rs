//! Rows of a sweep in a Parquet file.
//!
//! A Parquet file is whole only once its end is written, so a sweep that is under way keeps its rows beside it, in a CSV
//! file that grows line by line; when all are there, the Parquet file is made of them in one go.

use std::fs::File;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use cordiale::sweep::Rows;
use parquet::file::metadata::ParquetMetaDataReader;

use super::journal::Journal;
use crate::columnar::{Cell, Columnar, Table, Type};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::render::sweep::{columns, csv_header};

/// Under this key the file says what it is of.
const KEY: &str = "cordiale.sweep";

/// The file beside it that holds the rows until all are there.
pub(super) fn side(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".rows.csv");
    PathBuf::from(name)
}

/// All that decides the rows.
fn identity(rows: &Rows) -> String {
    format!("{}\n{}{}", rows.frame().to_json(), csv_header(rows), rows.digests().join("\n"))
}

/// Whether a file holds this sweep already. One that holds anything else is left alone.
pub(super) fn holds(out: &Path, rows: &Rows) -> Result<bool, Failure> {
    let Ok(metadata) = out.metadata() else { return Ok(false) };
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(false);
    }
    let found = File::open(out).map_err(|error| error.to_string()).and_then(|file| {
        ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| error.to_string())
    });
    let is_ours = found.is_ok_and(|metadata| {
        let pairs = metadata.file_metadata().key_value_metadata();
        let pair = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == KEY));
        pair.and_then(|pair| pair.value.as_deref()) == Some(identity(rows).as_str())
    });
    if is_ours {
        return Ok(true);
    }
    Err(Failure::new(format!(
        "{} is not of this sweep; name another file with --out, or replace it with --restart",
        out.display()
    )))
}

/// Makes the file of all rows, whole or not at all.
pub(super) fn write(out: &Path, journal: &Journal, rows: &Rows) -> Result<Exit, Failure> {
    output::write_with(out, |file| {
        let types = types(rows);
        let mut table = Table::new(file, Columnar::Parquet, &types, &[(KEY, identity(rows))])?;
        for line in journal.reader()?.lines().skip(1) {
            let line = line?;
            let cells = cells(&line);
            let cells = cells.iter().zip(&types).map(|(text, (_, kind))| match kind {
                Type::Whole => Cell::Whole(text.parse().ok()),
                Type::Number => Cell::Number(text.replace('_', "").parse().ok()),
                // A sweep has no columns of truths and dates.
                Type::Text | Type::Truth | Type::Date => Cell::Text((!text.is_empty()).then_some(text)),
            });
            table.row(cells)?;
        }
        table.finish()
    })
}

/// The columns of the CSV file, with their types.
fn types(rows: &Rows) -> Vec<(String, Type)> {
    let mut types = vec![Type::Whole];
    types.extend(rows.has_variants().then_some(Type::Text));
    types.extend(rows.axes().iter().map(|axis| if axis.is_numeric() { Type::Number } else { Type::Text }));
    types.extend(rows.columns().iter().map(|_| Type::Number));
    types.extend([Type::Whole, Type::Whole, Type::Text]);
    columns(rows).into_iter().zip(types).collect()
}

/// The cells of a line of our own CSV.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = line.chars().peekable();
    let mut is_quoted = false;
    while let Some(c) = characters.next() {
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                push(&mut cells, '"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            c => push(&mut cells, c),
        }
    }
    cells
}

fn push(cells: &mut [String], c: char) {
    if let Some(last) = cells.last_mut() {
        last.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn cells_come_back_as_they_were() {
        assert_eq!(cells(r#"0,"a,""b""",,1.5"#), ["0", "a,\"b\"", "", "1.5"]);
        assert_eq!(cells(""), [""]);
    }
}

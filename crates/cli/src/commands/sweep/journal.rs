//! A CSV file of rows that grows line by line, and that is gone on with wherever it was left off.
//!
//! A row is in the file once its line is whole: it is written in one piece and synced before the next. A
//! line that was torn by a kill or a full disk is cut off when the file is opened again. Whether the rows are of this
//! very sweep is told by the header, by the inputs of every row and by the last row's trials, seed and digest.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use cordiale::sweep::Rows;

use crate::exit::Failure;
use crate::render::sweep::{csv_header, csv_start, csv_tail};

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    rows: u64,
    found_whole: bool,
}

impl Journal {
    /// Opens the file, or makes it, cuts off what was torn and counts the rows.
    pub(super) fn open(path: &Path, rows: &Rows, restart: bool) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            let why = match error.kind() {
                ErrorKind::NotFound => "there is no such folder".to_owned(),
                _ => error.to_string(),
            };
            Failure::new(format!("cannot write {}: {why}; name another file with --out", path.display()))
        };
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Failure::new(format!(
                "{} is no plain file, so a sweep could not be gone on with; write to stdout, or name a file",
                path.display()
            )));
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::new(format!(
                    "another sweep is writing to {}; wait for it, or name another file with --out",
                    path.display()
                )));
            }
            // A file system without locks does without.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        if restart {
            file.set_len(0).map_err(failed)?;
        }
        let mut journal = Self { path: path.to_owned(), file, rows: 0, found_whole: false };
        let end = journal.read(rows)?;
        journal.file.set_len(end).map_err(failed)?;
        journal.file.seek(SeekFrom::End(0)).map_err(failed)?;
        if end == 0 {
            journal.append(&csv_header(rows))?;
        }
        journal.found_whole = journal.rows == rows.points();
        Ok(journal)
    }

    /// Counts the whole rows, each of which must be this sweep's; where the last of them ends.
    fn read(&mut self, rows: &Rows) -> Result<u64, Failure> {
        let unreadable = |error: std::io::Error| {
            Failure::new(format!(
                "cannot read {}: {error}; name another file with --out",
                self.path.display()
            ))
        };
        let mut reader = BufReader::new(&self.file);
        let (mut end, mut count, mut line, mut last) = (0, 0, Vec::new(), Vec::new());
        let mut is_header = true;
        loop {
            line.clear();
            reader.read_until(b'\n', &mut line).map_err(unreadable)?;
            if line.is_empty() {
                break;
            }
            let is_torn = line.last() != Some(&b'\n');
            // After a power cut a file may end in a block that was never written.
            if is_torn {
                line.truncate(line.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
            }
            let expected = if is_header { csv_header(rows) } else { csv_start(rows, count) };
            let expected = expected.as_bytes();
            let fits = match (is_torn, is_header) {
                // What is left of a torn line must still be the beginning of what belongs there.
                (true, _) => expected.starts_with(&line) || line.starts_with(expected),
                (false, true) => line == expected,
                (false, false) => count < rows.points() && line.starts_with(expected),
            };
            if !fits {
                return Err(self.other(if is_header { None } else { Some(count) }));
            }
            if !is_torn && !is_header && !are_figures(&line[expected.len()..], rows.columns().len()) {
                return Err(self.not_gone_on_with(&format!("is damaged in row {count}")));
            }
            if is_torn {
                break;
            }
            end += line.len() as u64;
            if !is_header {
                count += 1;
                std::mem::swap(&mut line, &mut last);
                // The last row of each variant; a digest costs a load.
                if count.is_multiple_of(rows.points_per_variant().max(1)) {
                    self.check_tail(rows, count - 1, &last)?;
                }
            }
            is_header = false;
        }
        if count > 0 {
            self.check_tail(rows, count - 1, &last)?;
        }
        self.rows = count;
        Ok(end)
    }

    fn check_tail(&self, rows: &Rows, row: u64, line: &[u8]) -> Result<(), Failure> {
        let tail = rows.scenario(row).map(|scenario| format!(",{}", csv_tail(rows, scenario.digest())));
        if tail.is_ok_and(|tail| line.ends_with(tail.as_bytes())) {
            Ok(())
        } else {
            Err(self.other(Some(row)))
        }
    }

    fn other(&self, row: Option<u64>) -> Failure {
        let what = match row {
            None => "its first line is another".to_owned(),
            Some(row) => format!("row {row} has other inputs, trials, seed or scenario"),
        };
        self.not_gone_on_with(&format!("is not of this sweep: {what}"))
    }

    fn not_gone_on_with(&self, why: &str) -> Failure {
        Failure::new(format!(
            "{} {why}; name another file with --out, or replace it with --restart",
            self.path.display()
        ))
    }

    /// How many rows it holds.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether it held all rows when it was opened.
    pub(super) fn found_whole(&self) -> bool {
        self.found_whole
    }

    /// Adds a row, which is safe once this returns.
    pub(super) fn add(&mut self, line: &str) -> Result<(), Failure> {
        self.append(line)?;
        self.rows += 1;
        Ok(())
    }

    fn append(&mut self, line: &str) -> Result<(), Failure> {
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| {
            Failure::new(format!(
                "cannot write {}: {error}; {} rows are kept, and the same command goes on from there",
                self.path.display(),
                self.rows
            ))
        })
    }

    /// The file, to be read from its beginning.
    #[cfg(feature = "columnar")]
    pub(super) fn reader(&self) -> std::io::Result<BufReader<&File>> {
        let mut file = &self.file;
        file.rewind()?;
        Ok(BufReader::new(file))
    }

    /// Removes the file, when what it kept stands elsewhere.
    #[cfg(feature = "columnar")]
    pub(super) fn remove(self) -> Result<(), Failure> {
        std::fs::remove_file(&self.path).map_err(|error| {
            Failure::new(format!(
                "all is done and written, but {} cannot be removed: {error}; remove it by hand",
                self.path.display()
            ))
        })
    }
}

/// Whether so many cells of a line are figures or empty, with the trials, the seed and the digest behind them.
fn are_figures(cells: &[u8], figures: usize) -> bool {
    let Ok(cells) = std::str::from_utf8(cells) else { return false };
    let cells: Vec<&str> = cells.trim_end().split(',').collect();
    let is_figure = |cell: &&str| cell.is_empty() || cell.parse::<f64>().is_ok();
    cells.len() == figures + 3 && cells.iter().take(figures).all(is_figure)
}

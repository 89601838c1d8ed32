//! `cordiale sweep`: a scenario at many values of its inputs, or the value at which an outcome crosses a level.

mod find;
mod journal;
#[cfg(feature = "columnar")]
mod parquet;

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use cordiale::sweep::{Design, Row, Rows, Sweep, SweepError};

use super::run::in_file;
use crate::args::{RunFormat, SampleDesign, SweepArguments, SweepFormat, Warnings, written_ending};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::{sweep as render, table};
use crate::warnings;
use journal::Journal;

pub(crate) fn sweep(arguments: &SweepArguments) -> Outcome {
    let written = [("--out", arguments.out.as_deref())];
    super::writable(&written, &[&arguments.file])?;
    let scenario = super::load(&arguments.file, &arguments.changes, &arguments.work.warnings, &written)?;
    progress::catch_interrupts();
    let bar = Bar::new(arguments.work.warnings.quiet);
    if let (Some(input), Some(goal)) = (&arguments.find, &arguments.goal) {
        return find::find(arguments, &scenario, input, goal, &bar);
    }
    let sweep = prepared(arguments, &scenario).on_progress(bar.follow_points());
    let mut rows = sweep.rows().map_err(|error| told(&arguments.file, error))?;
    let mut warned = Warned::new(arguments.work.warnings);
    match (format_of(arguments)?, &arguments.out) {
        (SweepFormat::Csv, None) => print_rows(arguments, rows, &mut warned),
        (SweepFormat::Csv, Some(out)) => {
            let (journal, exit) = kept_rows(arguments, &mut rows, out, &mut warned)?;
            say_if_whole(arguments, journal.found_whole(), out);
            Ok(exit)
        }
        (SweepFormat::Parquet, None) => {
            Err(Failure::new("Parquet goes to a file: name it with --out FILE.parquet"))
        }
        (SweepFormat::Parquet, Some(out)) => to_parquet(arguments, rows, out, &mut warned),
        (format @ (SweepFormat::Table | SweepFormat::Json), out) => {
            whole(arguments, format, &scenario, rows, out.as_deref(), &mut warned)
        }
    }
}

fn prepared(arguments: &SweepArguments, scenario: &cordiale::Scenario) -> Sweep {
    let mut sweep = Sweep::new(scenario);
    for axis in &arguments.over {
        sweep = sweep.over(axis.clone());
    }
    for outcome in &arguments.outcome {
        sweep = sweep.outcome(outcome);
    }
    if let Some(names) = &arguments.variants {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        sweep = sweep.variants(names);
    }
    if let Some(count) = arguments.sample {
        sweep = sweep.design(match arguments.design {
            SampleDesign::Sobol => Design::Sobol(count),
            SampleDesign::Latin => Design::LatinHypercube(count),
        });
    }
    if let Some(trials) = arguments.trials {
        sweep = sweep.trials(trials);
    }
    sweep = sweep.seed(arguments.work.seed_of(scenario)).threads(arguments.work.threads());
    sweep
}

fn format_of(arguments: &SweepArguments) -> Result<SweepFormat, Failure> {
    if let Some(format) = arguments.format {
        return Ok(format);
    }
    let on_terminal = arguments.out.is_none() && std::io::stdout().is_terminal();
    match RunFormat::of_columns(arguments.out.as_deref()) {
        Some(RunFormat::Parquet) => return Ok(SweepFormat::Parquet),
        Some(_) => {
            return Err(Failure::new(
                "a sweep is written in CSV, JSON or Parquet; name a file that ends in .csv, .json or .parquet, or give --format",
            ));
        }
        None => {}
    }
    Ok(match written_ending(arguments.out.as_deref())?.as_deref() {
        Some("json" | "jsonl") => SweepFormat::Json,
        Some("txt") => SweepFormat::Table,
        _ if on_terminal => SweepFormat::Table,
        _ => SweepFormat::Csv,
    })
}

/// What a failure in a sweep of this file says.
fn told(file: &Path, error: SweepError) -> Failure {
    match error {
        SweepError::Scenario(report) => (*report).into(),
        SweepError::Run(error @ cordiale::RunError::InVariant { .. }) => {
            Failure::new(format!("{}: {error}", file.display()))
        }
        SweepError::Run(error) => in_file(file, &error),
        other => Failure::new(format!("{}: {other}", file.display())),
    }
}

/// What is suspect at points, said once at the end: it is often the same at many. Where warnings are denied the first
/// stops the sweep.
struct Warned {
    warnings: Warnings,
    points: u64,
    first: Option<(u64, String)>,
}

impl Warned {
    fn new(warnings: Warnings) -> Self {
        Self { warnings, points: 0, first: None }
    }

    fn note(&mut self, row: &Row) -> Result<(), Failure> {
        if let Some(warning) = row.warnings.first() {
            if self.warnings.deny.is_some() {
                return Err(Failure::Denied(vec![format!("point {}: {warning}", row.point)]));
            }
            self.points += 1;
            self.first.get_or_insert_with(|| (row.point, warning.clone()));
        }
        Ok(())
    }
}

impl Drop for Warned {
    fn drop(&mut self) {
        if let (false, Some((point, warning))) = (self.warnings.quiet, &self.first) {
            let others = match self.points {
                1 => String::new(),
                points => format!("; there are warnings at {points} points, and --format json has them all"),
            };
            warnings::warn(&format!("point {point}: {warning}{others}"));
        }
    }
}

/// Rows on stdout, as they come.
fn print_rows(arguments: &SweepArguments, rows: Rows, warned: &mut Warned) -> Outcome {
    let mut stdout = std::io::stdout().lock();
    // The end, where a line cannot be put.
    let mut put = |line: &str| match stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => None,
        // A reader that closes the pipe has had enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Some(Ok(Exit::Done)),
        Err(error) => Some(Err(Failure::new(format!(
            "the rows could not be printed: {error}; make room, or write them elsewhere with --out"
        )))),
    };
    // Nothing is printed before there is a row.
    let mut header = Some(render::csv_header(&rows));
    let csv = render::CsvRows::of(&rows);
    let (mut done, points) = (0, rows.points());
    for row in rows {
        let row = match row {
            Err(error) if error.is_cancelled() => {
                output::say(&format!("stopped after {done} of {points} points"));
                return Ok(Exit::Interrupted);
            }
            other => other.map_err(|error| told(&arguments.file, error))?,
        };
        warned.note(&row)?;
        let text = header.take().unwrap_or_default() + &csv.line(&row);
        if let Some(end) = put(&text) {
            return end;
        }
        done += 1;
    }
    Ok(Exit::Done)
}

/// Rows into a CSV file that is gone on with; how it ended.
fn kept_rows(
    arguments: &SweepArguments,
    rows: &mut Rows,
    path: &Path,
    warned: &mut Warned,
) -> Result<(Journal, Exit), Failure> {
    let mut journal = Journal::open(path, rows, arguments.restart)?;
    rows.go_to(journal.rows());
    let (from, points) = (journal.rows(), rows.points());
    if from > 0 && from < points && !arguments.work.warnings.quiet {
        output::say(&format!("{} holds {from} of {points} points; going on from there", path.display()));
    }
    let csv = render::CsvRows::of(rows);
    for row in rows.by_ref() {
        let row = match row {
            Err(error) if error.is_cancelled() => {
                if !arguments.work.warnings.quiet {
                    let done = journal.rows();
                    output::say(&format!(
                        "stopped after {done} of {points} points, which are kept; the same command goes on from there"
                    ));
                }
                return Ok((journal, Exit::Interrupted));
            }
            other => other.map_err(|error| told(&arguments.file, error))?,
        };
        warned.note(&row)?;
        journal.add(&csv.line(&row))?;
    }
    Ok((journal, Exit::Done))
}

fn say_if_whole(arguments: &SweepArguments, was_whole: bool, out: &Path) {
    if was_whole && !arguments.work.warnings.quiet {
        output::say(&format!("{} holds all points already; --restart begins anew", out.display()));
    }
}

/// All rows in one text, whole or not at all.
fn whole(
    arguments: &SweepArguments,
    format: SweepFormat,
    scenario: &cordiale::Scenario,
    mut rows: Rows,
    out: Option<&Path>,
    warned: &mut Warned,
) -> Outcome {
    let mut result = rows.frame();
    let mut exit = Exit::Done;
    for row in rows.by_ref() {
        match row {
            Err(error) if error.is_cancelled() => {
                result.run.partial = true;
                exit = Exit::Interrupted;
            }
            other => {
                let row = other.map_err(|error| told(&arguments.file, error))?;
                warned.note(&row)?;
                result.points.push(row);
            }
        }
    }
    if result.points.is_empty() {
        return Ok(Exit::Abandoned);
    }
    let text = match format {
        SweepFormat::Json => format!("{}\n", result.to_json()),
        _ => render::table(&result, rows.points(), scenario.model(), table::width()),
    };
    output::deliver(&text, out)?;
    Ok(exit)
}

#[cfg(feature = "columnar")]
fn to_parquet(arguments: &SweepArguments, mut rows: Rows, out: &Path, warned: &mut Warned) -> Outcome {
    if !arguments.restart && parquet::holds(out, &rows)? {
        say_if_whole(arguments, true, out);
        return Ok(Exit::Done);
    }
    let side = parquet::side(out);
    let (journal, exit) = kept_rows(arguments, &mut rows, &side, warned)?;
    if exit == Exit::Done {
        parquet::write(out, &journal, &rows)?;
        journal.remove()?;
    }
    Ok(exit)
}

#[cfg(not(feature = "columnar"))]
fn to_parquet(_: &SweepArguments, _: Rows, _: &Path, _: &mut Warned) -> Outcome {
    Err(Failure::new(
        "this cordiale was built without Parquet; write --out FILE.csv, or build it with --features columnar",
    ))
}

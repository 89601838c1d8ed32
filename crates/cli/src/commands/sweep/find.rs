//! `cordiale sweep --find`.

use cordiale::Scenario;
use cordiale::threshold::{Goal, Threshold, Verdict};

use super::told;
use crate::args::{SweepArguments, SweepFormat, written_ending};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::Bar;
use crate::render::{table, threshold};

pub(super) fn find(
    arguments: &SweepArguments,
    scenario: &Scenario,
    input: &str,
    goal: &Goal,
    bar: &Bar,
) -> Outcome {
    let mut search = Threshold::new(scenario, input, goal.clone()).on_progress(bar.follow_points());
    if let Some((low, high)) = arguments.between {
        search = search.between(low, high);
    }
    if let Some(tolerance) = arguments.tolerance {
        search = search.tolerance(tolerance);
    }
    if let Some(trials) = arguments.trials {
        search = search.trials(trials);
    }
    search = search.seed(arguments.work.seed_of(scenario)).threads(arguments.work.threads());
    let format = arguments.format.unwrap_or(match written_ending(arguments.out.as_deref())?.as_deref() {
        Some("json" | "jsonl") => SweepFormat::Json,
        Some("csv") => SweepFormat::Csv,
        _ => SweepFormat::Table,
    });
    if format == SweepFormat::Parquet {
        return Err(Failure::new("a search is no table of rows; write --format table, csv or json"));
    }
    let result = match search.run() {
        Err(error) if error.is_cancelled() => return Ok(Exit::Abandoned),
        other => other.map_err(|error| told(&arguments.file, error))?,
    };
    let text = match format {
        SweepFormat::Json => format!("{}\n", result.to_json()),
        SweepFormat::Csv => threshold::csv(&result),
        _ => threshold::render(&result, scenario.model(), table::width()),
    };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(match result.verdict {
        Verdict::Crossed | Verdict::Open | Verdict::Several => done,
        // Where nothing is crossed, the answer is no.
        Verdict::NotCrossed | Verdict::NotResolved => Exit::No,
        Verdict::Stopped => Exit::Interrupted,
    })
}

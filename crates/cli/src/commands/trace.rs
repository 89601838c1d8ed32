//! `cordiale trace`: one trial told.

use cordiale::Chronicle;

use crate::args::{TraceArguments, TraceFormat};
use crate::exit::{Failure, Outcome};
use crate::output;
use crate::render::chronicle;
use crate::warnings;

pub(crate) fn trace(arguments: &TraceArguments) -> Outcome {
    let scenario = super::load(&arguments.file, &arguments.changes, &arguments.warnings, &[])?;
    let seed = arguments.seed.unwrap_or(scenario.model().seed);
    let told = Chronicle::tell_while_it_lasts(&scenario, seed, arguments.trial).map_err(Failure::new)?;
    let told = match told {
        (told, None) => told,
        (told, Some(error)) => {
            // What led to it, beside the error: it is no result.
            output::say(&chronicle::render(&told, scenario.model()));
            return Err(Failure::new(error));
        }
    };
    warnings::heed(&scenario, &told.warnings, &arguments.warnings)?;
    let text = match arguments.format {
        TraceFormat::Table => chronicle::render(&told, scenario.model()),
        TraceFormat::Json => format!("{}\n", told.to_json(&scenario)),
    };
    output::print(&text)
}

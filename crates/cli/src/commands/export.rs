//! `cordiale export`: the model for other tools.

use cordiale::exact::{Exact, ExactError};

use crate::args::{ExportArguments, Target};
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::{self, Bar};
use crate::{export, output};

/// Files of more transitions than this help nobody.
const MOST_TRANSITIONS: u64 = 5_000_000;

pub(crate) fn export(arguments: &ExportArguments) -> Outcome {
    let scenario = super::load(&arguments.file, &arguments.changes, arguments.quiet, None)?;
    progress::catch_interrupts();
    let bar = Bar::new(arguments.quiet);
    let chain = match Exact::new(&scenario).on_progress(bar.follow_steps()).chain(MOST_TRANSITIONS) {
        Err(ExactError::Cancelled) => return Ok(Exit::Interrupted),
        other => other.map_err(Failure::new)?,
    };
    drop(bar);
    let title = &scenario.model().title;
    match arguments.to {
        Target::Jani => output::deliver(&export::to_jani(&chain, title), arguments.out.as_deref()),
        Target::Prism => {
            let (model, properties) = export::to_prism(&chain, title);
            if let Some(path) = &arguments.properties {
                output::deliver(&properties, Some(path))?;
            }
            output::deliver(&model, arguments.out.as_deref())
        }
    }
}

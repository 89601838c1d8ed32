//! `cordiale exact`: the exact distributions of a finite model.

use cordiale::exact::{Exact, ExactError};

use crate::args::{ExactArguments, ResultFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::progress::{self, Bar};
use crate::render::markdown::CommandLine;
use crate::warnings;

pub(crate) fn exact(arguments: &ExactArguments) -> Outcome {
    let written = [("--out", arguments.out.as_deref())];
    super::writable(&written, &[&arguments.file])?;
    let format = ResultFormat::of(arguments.format, arguments.out.as_deref())?;
    super::run::drawable(arguments.plot, format)?;
    let scenario = super::load(&arguments.file, &arguments.changes, &arguments.warnings, &written)?;
    progress::catch_interrupts();
    let bar = Bar::new(arguments.warnings.quiet);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "above 0 and at most 2^46")]
    let bytes = (arguments.max_memory * f64::from(1 << 30)) as usize;
    let exact = Exact::new(&scenario).most_states(arguments.max_states).most_bytes(bytes);
    let result = match exact.on_progress(bar.follow_steps()).run() {
        Err(ExactError::Cancelled) => return Ok(Exit::Abandoned),
        other => other.map_err(Failure::new)?,
    };
    drop(bar);
    warnings::heed(&scenario, &result.warnings, &arguments.warnings)?;
    let command = CommandLine::new("exact", &arguments.file).run(&result.run);
    output::deliver(
        &super::run::render(format, arguments.plot, &scenario, &result, command),
        arguments.out.as_deref(),
    )
}

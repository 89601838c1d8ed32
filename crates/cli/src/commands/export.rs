//! `cordiale export`: the model for other tools.

use cordiale::Scenario;
use cordiale::exact::{Exact, ExactError};

use crate::args::{ExportArguments, GraphOf, Target, ending, is_picture};
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::{self, Bar};
use crate::{export, output};

/// Files of more transitions than this help nobody.
const MOST_TRANSITIONS: u64 = 5_000_000;

pub(crate) fn export(arguments: &ExportArguments) -> Outcome {
    let written = [("--out", arguments.out.as_deref()), ("--properties", arguments.properties.as_deref())];
    super::writable(&written, &[&arguments.file])?;
    let is_graph = matches!(arguments.to, Target::Dot | Target::Graphml);
    if arguments.properties.is_some() && arguments.to != Target::Prism {
        return Err(Failure::new(
            "--properties is for --to prism: JANI holds them, and a graph has none; leave it out",
        ));
    }
    if arguments.graph.is_some() && !is_graph {
        return Err(Failure::new("--graph says what is drawn, by --to dot and graphml; leave it out"));
    }
    if let Some(ending) = ending(arguments.out.as_deref()).filter(|ending| is_picture(ending)) {
        return Err(Failure::new(format!(
            "export writes text for other programs, no .{ending}; of Graphviz's dot a picture comes by --out ties.dot and then dot -T{ending} ties.dot -O"
        )));
    }
    let graph = arguments.graph.unwrap_or(GraphOf::Ties);
    let scenario = super::load(&arguments.file, &arguments.changes, &arguments.warnings, &written)?;
    let model = scenario.model();
    let text = match arguments.to {
        Target::Dot => export::to_dot(model, graph),
        Target::Graphml => export::to_graphml(model, graph),
        Target::Prism | Target::Jani => return export_chain(arguments, &scenario),
    };
    output::deliver(&text, arguments.out.as_deref())
}

fn export_chain(arguments: &ExportArguments, scenario: &Scenario) -> Outcome {
    progress::catch_interrupts();
    let bar = Bar::new(arguments.warnings.quiet);
    let chain = match Exact::new(scenario).on_progress(bar.follow_steps()).chain(MOST_TRANSITIONS) {
        Err(ExactError::Cancelled) => return Ok(Exit::Abandoned),
        other => other.map_err(Failure::new)?,
    };
    drop(bar);
    let title = &scenario.model().title;
    if arguments.to == Target::Jani {
        return output::deliver(&export::to_jani(&chain, title), arguments.out.as_deref());
    }
    let (model, properties) = export::to_prism(&chain, title);
    if let Some(path) = &arguments.properties {
        output::deliver(&properties, Some(path))?;
    }
    output::deliver(&model, arguments.out.as_deref())
}

//! `cordiale check`: everything that is wrong or suspect, without running.

use std::path::Path;

use cordiale::core::functions::FUNCTIONS;
use cordiale::diagnostic::Code;
use cordiale::{Model, Report, Simulation, model, read_text};

use crate::args::{Changes, CheckArguments, CheckFormat, Warnings};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::render::diagnostics;

pub(crate) fn check(arguments: &CheckArguments) -> Outcome {
    if let Some(code) = &arguments.explain {
        return explain(code);
    }
    let (mut wrong, mut unread, mut findings, mut summary) = (false, false, Vec::new(), String::new());
    for file in &arguments.files {
        let text = match read_text(file) {
            Ok(text) => text,
            Err(report) => {
                // A file that is no text is wrong; one that cannot be read cannot be checked.
                let is_read = report.diagnostics().iter().all(|d| d.code != Code::Unreadable);
                wrong |= is_read;
                unread |= !is_read;
                collect(&report, arguments, file, &mut findings);
                continue;
            }
        };
        let mut report = match cordiale::check_toml(&text, &file.to_string_lossy()) {
            Ok((model, warnings)) => {
                if warnings.diagnostics().is_empty() || arguments.deny.is_none() {
                    summary.push_str(&format!("{}: {}\n", file.display(), describe(&model)));
                }
                warnings
            }
            Err(report) => report,
        };
        if arguments.deny.is_some() {
            report.deny_warnings();
        }
        wrong |= report.has_errors();
        collect(&report, arguments, file, &mut findings);
    }
    if arguments.program && !wrong && !unread {
        summary = programs(arguments)?;
    }
    match arguments.format {
        CheckFormat::Json => {
            let list = serde_json::Value::Array(findings);
            output::print(&format!("{list}\n"))?;
        }
        CheckFormat::Text if !arguments.quiet => {
            output::print(&summary)?;
        }
        CheckFormat::Text => {}
    }
    Ok(match (unread, wrong) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::No,
        (false, false) => Exit::Done,
    })
}

/// The programs of files that were found to be right.
fn programs(arguments: &CheckArguments) -> Result<String, Failure> {
    let mut text = String::new();
    for file in &arguments.files {
        let scenario = super::load(file, &Changes::default(), &Warnings::UNTOLD, &[])?;
        let program = Simulation::new(&scenario).map_err(Failure::new)?.program();
        text.push_str(&format!("{}: {program}", file.display()));
    }
    Ok(text)
}

fn collect(report: &Report, arguments: &CheckArguments, file: &Path, findings: &mut Vec<serde_json::Value>) {
    match arguments.format {
        CheckFormat::Text => diagnostics::print(report),
        CheckFormat::Json => {
            let serde_json::Value::Array(mut list) = report.to_json() else { return };
            for finding in &mut list {
                // What is of no line is of the file.
                if finding["file"].is_null() {
                    finding["file"] = file.to_string_lossy().into();
                }
            }
            findings.extend(list);
        }
    }
}

fn explain(code: &str) -> Outcome {
    let Some(code) = Code::from_id(code) else {
        let known: Vec<&str> = Code::ALL.iter().map(|c| c.id()).collect();
        return Err(Failure::new(format!("there is no code `{code}`; the codes are {}", known.join(", "))));
    };
    let mut text = format!("{}: {}\n\n{}\n", code.id(), code.title(), code.explain());
    if code == Code::UnknownFunction {
        text.push('\n');
        for function in FUNCTIONS {
            text.push_str(&format!("  {:46}  {}\n", function.signature, function.doc));
        }
    }
    output::print(&text)
}

fn describe(model: &Model) -> String {
    let ties =
        model.slots.iter().filter(|s| s.declared && matches!(s.kind, model::SlotKind::Tie { .. })).count();
    let some = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let parts = [
        some(model.actors.len(), "actor", "actors"),
        some(ties, "tie", "ties"),
        some(model.parameters.len(), "parameter", "parameters"),
        some(model.rules.len(), "rule", "rules"),
        some(model.outcomes.len(), "outcome", "outcomes"),
        some(model.variants.len(), "variant", "variants"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        "ok (there is nothing in it)".to_owned()
    } else {
        format!("ok ({})", parts.join(", "))
    }
}

//! Diagnostics for people: the place, the piece underlined, what would be right.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use cordiale::{Diagnostic, Report, Severity};

use crate::output;

/// Prints a report on stderr; nothing where there is nothing to say.
pub(crate) fn print(report: &Report) {
    let all = report.diagnostics();
    for diagnostic in all {
        output::say(&format!("{}\n", render(report, diagnostic)));
    }
    let count = |severity| all.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if all.len() > 1 {
        let some = |n: usize, what: &str| match n {
            0 => None,
            1 => Some(format!("1 {what}")),
            n => Some(format!("{n} {what}s")),
        };
        let parts: Vec<String> =
            [some(errors, "error"), some(warnings, "warning")].into_iter().flatten().collect();
        output::say(&parts.join(", "));
    }
}

fn render(report: &Report, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id());
    let file = diagnostic.span.and_then(|span| report.sources().file(span.file).map(|file| (span, file)));
    let help = diagnostic.help.as_deref().map(|help| Level::HELP.message(help));
    let Some((span, file)) = file else {
        return Renderer::styled().render(&[Group::with_title(title).elements(help)]);
    };
    let here = diagnostic.related.iter().filter(|label| label.span.file == span.file);
    let snippet = Snippet::source(file.text())
        .path(file.name())
        .annotation(AnnotationKind::Primary.span(span.range()))
        .annotations(
            here.map(|label| AnnotationKind::Context.span(label.span.range()).label(label.text.as_str())),
        );
    let elsewhere = diagnostic.related.iter().filter(|label| label.span.file != span.file);
    let notes = elsewhere
        .map(|label| Level::NOTE.message(format!("{}: {}", report.sources().place(label.span), label.text)));
    let notes: Vec<_> = notes.collect();
    Renderer::styled().render(&[Group::with_title(title).element(snippet).elements(notes).elements(help)])
}

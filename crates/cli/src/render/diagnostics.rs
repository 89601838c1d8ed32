//! Diagnostics for people: the place, the piece underlined, what would be right.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use cordiale::source::Span;
use cordiale::{Diagnostic, Report, Severity};

use crate::output;

/// How many are shown with their lines; all that follow are told in a line each.
const SHOWN: usize = 100;

/// Prints a report on stderr; nothing where there is nothing to say.
pub(crate) fn print(report: &Report) {
    let all = report.diagnostics();
    let (shown, told) = all.split_at(all.len().min(SHOWN));
    for diagnostic in shown {
        // The renderer shows a file's escapes as signs, and adds its own colours.
        output::say(&format!("{}\n", harmless(&render(report, diagnostic), &['\n', '\u{1b}'])));
    }
    if !told.is_empty() {
        let told = report.of_the_same(told.to_vec()).to_string();
        output::say(&format!("{}\n", harmless(&told, &['\n'])));
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

/// A text without what a terminal would obey, but for some that it is meant to.
fn harmless(text: &str, meant: &[char]) -> String {
    text.replace(|c: char| c.is_control() && !meant.contains(&c), "\u{fffd}")
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
    let here: Vec<_> = diagnostic.related.iter().filter(|label| label.span.file == span.file).collect();
    let spans = || here.iter().map(|label| label.span).chain([span]);
    let first = spans().map(|s| s.start).min().unwrap_or(span.start);
    let last = spans().map(|s| s.end).max().unwrap_or(span.end);
    let (line, lines) = file.lines(first..last);
    let within = |s: Span| s.range().start - lines.start..s.range().end - lines.start;
    let snippet = Snippet::source(file.text().get(lines.clone()).unwrap_or_default())
        .path(file.name())
        .line_start(line as usize)
        .annotation(AnnotationKind::Primary.span(within(span)))
        .annotations(
            here.iter()
                .map(|label| AnnotationKind::Context.span(within(label.span)).label(label.text.as_str())),
        );
    let elsewhere = diagnostic.related.iter().filter(|label| label.span.file != span.file);
    let notes = elsewhere
        .map(|label| Level::NOTE.message(format!("{}: {}", report.sources().place(label.span), label.text)));
    let notes: Vec<_> = notes.collect();
    Renderer::styled().render(&[Group::with_title(title).element(snippet).elements(notes).elements(help)])
}

//! Documents in Markdown (CommonMark, with GitHub's tables), for papers.

pub(crate) mod assumptions;
pub(crate) mod compare;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod hindcast;
pub(crate) mod result;
pub(crate) mod sensitivity;

use std::path::Path;

use cordiale::core::scenario::Change;
use cordiale::model::Model;
use cordiale::result::{Method, RunInfo, ScenarioInfo};
use cordiale::sim::shell;

use super::table::facts;
use crate::args::Changes;

/// Text that Markdown would read as marks, taken as it is.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '$') {
            escaped.push('\\');
        }
        // A line break would end a heading or a row.
        escaped.push(if character == '\n' { ' ' } else { character });
    }
    escaped
}

/// Text in a cell's code span: a bar would end the cell, a backtick the span.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ").replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// With a capital, as a sentence begins.
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

/// A row whose first cell is a name.
fn named_row(row: &[String]) -> Vec<String> {
    let cell = |(place, cell): (usize, &String)| if place == 0 { code(cell) } else { plain(cell) };
    row.iter().enumerate().map(cell).collect()
}

/// How a column is aligned.
#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
}

/// A table, and an empty line behind it; nothing without rows.
fn table(header: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(header.iter().map(|(name, _)| *name).collect());
    text.push_str(&line(header.iter().map(|(_, align)| rule(*align)).collect()));
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text.push('\n');
    text
}

fn rule(align: Align) -> &'static str {
    match align {
        Align::Left => ":--",
        Align::Right => "--:",
    }
}

/// The title, and the question below it.
fn head(scenario: &ScenarioInfo) -> String {
    let mut text = format!("# {}\n\n", plain(&scenario.title));
    if let Some(question) = scenario.question.as_ref().filter(|question| **question != scenario.title) {
        text.push_str(&format!("**{}**\n\n", plain(question)));
    }
    text
}

/// The title and the question, and of what run it is.
fn opening<M: Method>(scenario: &ScenarioInfo, run: &RunInfo<M>, model: &Model) -> String {
    format!("{}{}\n\n", head(scenario), plain(&facts(scenario, run, model).join(" · ")))
}

/// How it was made, and the command that makes it again.
fn made<M: Method>(
    version: &str,
    value_stability: u32,
    scenario: &ScenarioInfo,
    run: &RunInfo<M>,
    command: &str,
) -> String {
    let mut facts = vec![
        format!("cordiale {version} (value stability {value_stability})"),
        format!("scenario {}, digest `{}`", code(&scenario.id), scenario.digest),
    ];
    facts.extend(scenario.world.iter().map(|world| format!("world {}", code(world))));
    facts.extend(run.variant.iter().map(|variant| format!("variant {}", code(variant))));
    facts.extend(run.set.iter().map(|(name, value)| format!("set {}", code(&format!("{name} = {value}")))));
    facts.push(match M::trials(run.trials) {
        Some(trials) => format!("{trials} trial{}, seed {}", if trials == 1 { "" } else { "s" }, run.seed),
        None => "exact, by forward propagation over all states".to_owned(),
    });
    if run.partial {
        facts.push("**partial**: the run was cut short; these are the trials that were finished".to_owned());
    }
    facts.push(format!("{} steps of a {} from {}", run.steps, run.step, run.start));
    let facts: Vec<String> = facts.into_iter().map(|fact| format!("- {fact}\n")).collect();
    format!("## How it was made\n\n{}\n```console\n$ {command}\n```\n", facts.concat())
}

/// Warnings, where there are any.
fn warnings(warnings: &[String]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let items: Vec<String> = warnings.iter().map(|warning| format!("- {}\n", plain(warning))).collect();
    format!("## Warnings\n\n{}\n", items.concat())
}

/// What one scenario says otherwise than another.
fn changes(changes: &[Change], a: &str, b: &str) -> String {
    let said = |side: &Option<String>| side.as_deref().map_or("nothing".to_owned(), code);
    let rows: Vec<Vec<String>> = changes
        .iter()
        .map(|change| vec![code(&change.path), said(&change.baseline), said(&change.variant)])
        .collect();
    table(&[("Where", Align::Left), (&plain(a), Align::Left), (&plain(b), Align::Left)], &rows)
}

/// A command line that runs again what was run.
pub(crate) struct CommandLine(String);

impl CommandLine {
    /// `cordiale COMMAND FILE`.
    pub(crate) fn new(command: &str, file: &Path) -> Self {
        Self(format!("cordiale {command} {}", shell::file(&file.to_string_lossy())))
    }

    /// A word behind it.
    pub(crate) fn word(mut self, word: &str) -> Self {
        self.0.push(' ');
        self.0.push_str(&shell::word(word));
        self
    }

    /// An option and its value behind it.
    pub(crate) fn option(self, name: &str, value: &(impl ToString + ?Sized)) -> Self {
        self.word(name).word(&value.to_string())
    }

    /// An option behind it for each value, or for the one that there may be.
    pub(crate) fn options<T: ToString>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        values.into_iter().fold(self, |command, value| command.option(name, &value))
    }

    /// Variant, settings and horizon, as they were asked for.
    pub(crate) fn asked(self, changes: &Changes) -> Self {
        self.options("--variant", &changes.variant)
            .options("--set", changes.set.iter().map(|(name, value)| format!("{name}={value}")))
            .options("--horizon", &changes.horizon)
    }

    /// Variant and settings, as a run had them.
    pub(crate) fn changes<M: Method>(self, run: &RunInfo<M>) -> Self {
        self.options("--variant", &run.variant)
            .options("--set", run.set.iter().map(|(name, value)| format!("{name}={value}")))
    }

    /// Variant, settings, seed and trials, as a run had them.
    pub(crate) fn run<M: Method>(mut self, run: &RunInfo<M>) -> Self {
        self = self.changes(run);
        if let Some(trials) = M::trials(run.trials) {
            self = self.option("--trials", &trials).option("--seed", &run.seed);
        }
        self
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, code, plain};
    use std::path::Path;

    #[test]
    fn marks_are_taken_as_text() {
        assert_eq!(plain("a_b *c* | <d>\n#"), "a\\_b \\*c\\* \\| \\<d\\> \\#");
        assert_eq!(code("a | b"), "`a \\| b`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        let line =
            CommandLine::new("run", Path::new("my file.toml")).word("--set").word("arms[RUS,CHN]=it's");
        assert_eq!(line.text(), "cordiale run 'my file.toml' --set 'arms[RUS,CHN]=it'\\''s'");
    }
}

//! One type for everything that is wrong or suspect in a file, built once and rendered in several ways.

mod codes;

use std::fmt;

pub use codes::Code;

use crate::source::{SourceMap, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// Legal and suspect.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A place that a diagnostic also speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// Something wrong or suspect in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is; `--deny warnings` raises warnings to errors.
    pub severity: Severity,
    /// What is wrong, in a phrase.
    pub message: String,
    /// Where; nothing for what has no place, such as an unreadable file.
    pub span: Option<Span>,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            span: span.into(),
            related: Vec::new(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    pub(crate) fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Whether it is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// All that was found in a file and the files it names, in the order of places. As an error it holds at least one
/// error.
#[derive(Clone, Default)]
pub struct Report {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub(crate) fn new(sources: SourceMap, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|d| (d.span.map(|s| (s.file, s.start, s.end)), d.code));
        diagnostics.dedup();
        Self { sources, diagnostics }
    }

    /// A report of one thing that has no place in a text, such as an unreadable file.
    #[must_use]
    pub fn without_place(code: Code, message: impl Into<String>, help: Option<String>) -> Self {
        let diagnostic = Diagnostic::new(code, None, message).maybe_help(help);
        Self { sources: SourceMap::default(), diagnostics: vec![diagnostic] }
    }

    /// A report of one thing at a place of a text that is read by nothing else.
    #[must_use]
    pub fn in_text(
        (name, text): (&str, &str),
        bytes: std::ops::Range<usize>,
        code: Code,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        let mut sources = SourceMap::default();
        let span = Span::new(sources.add(name, text), bytes);
        Self { sources, diagnostics: vec![Diagnostic::new(code, span, message).maybe_help(help)] }
    }

    /// The texts that the places point into.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// Everything found.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Everything found in a line each, as results list it: `W105: nothing names the parameter `p``.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        self.diagnostics.iter().map(|d| format!("{}: {}", d.code.id(), d.message)).collect()
    }

    /// A report of other things in the same texts.
    #[must_use]
    pub fn of_the_same(&self, diagnostics: Vec<Diagnostic>) -> Self {
        Self::new(self.sources.clone(), diagnostics)
    }

    /// This report and another of the same texts.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.of_the_same([self.diagnostics(), other.diagnostics()].concat())
    }

    pub(crate) fn retain(&mut self, keeps: impl Fn(&Diagnostic) -> bool) {
        self.diagnostics.retain(keeps);
    }

    /// Whether anything is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Makes every warning an error (`--deny warnings`).
    pub fn deny_warnings(&mut self) {
        for diagnostic in &mut self.diagnostics {
            diagnostic.severity = Severity::Error;
        }
    }

    /// As JSON: a list of objects with `code`, `severity`, `message`, `file`, `line`, `column`, `end_line`,
    /// `end_column` (null where there is no place; lines and columns from 1, columns in characters), `help` and `related`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.diagnostics
            .iter()
            .map(|d| {
                let mut object = self.json_place(d.span);
                object.insert("code".into(), d.code.id().into());
                object.insert("severity".into(), d.severity.name().into());
                object.insert("message".into(), d.message.clone().into());
                object.insert("help".into(), d.help.clone().into());
                let related = d.related.iter().map(|label| {
                    let mut object = self.json_place(Some(label.span));
                    object.insert("text".into(), label.text.clone().into());
                    serde_json::Value::Object(object)
                });
                object.insert("related".into(), related.collect());
                serde_json::Value::Object(object)
            })
            .collect()
    }

    fn json_place(&self, span: Option<Span>) -> serde_json::Map<String, serde_json::Value> {
        let found = span.and_then(|span| self.sources.file(span.file).map(|file| (span, file)));
        let start = found.map(|(span, file)| file.line_column(span.start));
        let end = found.map(|(span, file)| file.line_column(span.end));
        let entries: [(&str, serde_json::Value); 5] = [
            ("file", found.map(|(_, file)| file.name()).into()),
            ("line", start.map(|p| p.0).into()),
            ("column", start.map(|p| p.1).into()),
            ("end_line", end.map(|p| p.0).into()),
            ("end_column", end.map(|p| p.1).into()),
        ];
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// As for people: what `unwrap` shows where a scenario is wrong, without the text that it was read from.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One line each: `path:line:column: error[E101]: message; help`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, d) in self.diagnostics.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            if let Some(span) = d.span {
                write!(f, "{}: ", self.sources.place(span))?;
            }
            write!(f, "{}[{}]: {}", d.severity.name(), d.code.id(), d.message)?;
            if let Some(help) = &d.help {
                write!(f, "; {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

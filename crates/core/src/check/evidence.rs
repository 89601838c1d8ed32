//! Sources and evidence: what numbers rest on.

use super::Checker;
use super::fields::{Fields, What, whole_bounds};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Node, Table, Value};
use crate::keys::EVIDENCE;
use crate::model::{Basis, Confidence, Evidence, Source, SourceId};
use crate::names;
use crate::source::Span;

impl<'a> Checker<'a> {
    pub(super) fn declare_sources(&mut self) {
        for (place, (name, span, table)) in self.sorted_tables("sources").into_iter().enumerate() {
            self.check_name(name, span, "source");
            let fields = self.open("sources", "source", name, span, table);
            let found = &mut self.found;
            let title = fields.string("title", found).unwrap_or_else(|| name.to_owned());
            let source = Source {
                name: name.to_owned(),
                title,
                publisher: fields.string("publisher", found),
                date: fields.loose_date("date", found),
            };
            fields.string("about", found);
            self.source_ids.insert(name.to_owned(), SourceId::new(place));
            self.model.sources.push(source);
        }
        // Evidence on a source itself may point to a source that is declared after it.
        for (name, _, table) in self.sorted_tables("sources") {
            self.evidence(&Fields { table, what: What::Named("source", name) });
        }
    }

    pub(super) fn sorted_tables(&self, section: &str) -> Vec<(&'a str, Span, &'a Table)> {
        let mut entries = self.entries(section);
        entries.sort_by_key(|(name, _, _)| *name);
        entries
    }

    /// The line on a thing, and its evidence.
    pub(super) fn about(&mut self, fields: &Fields<'a, '_>) -> (Option<String>, Vec<Evidence>) {
        let about = fields.string("about", &mut self.found);
        (about, self.evidence(fields))
    }

    /// The same of a thing whose value stands under a key: without evidence where that value is set.
    pub(super) fn about_value(
        &mut self,
        fields: &Fields<'a, '_>,
        key: &str,
    ) -> (Option<String>, Vec<Evidence>) {
        let (about, evidence) = self.about(fields);
        let bare = self.document.lacks_evidence(fields.table, fields.entry(key).map(|entry| &entry.node));
        (about, if bare { Vec::new() } else { evidence })
    }

    /// The evidence on a thing: one table or a list of them.
    pub(super) fn evidence(&mut self, fields: &Fields<'a, '_>) -> Vec<Evidence> {
        let Some(entry) = fields.entry("evidence") else { return Vec::new() };
        let pieces: Vec<&Node> = match &entry.node.value {
            Value::Array(items) => items.iter().collect(),
            _ => vec![&entry.node],
        };
        pieces.into_iter().filter_map(|node| self.piece(node, fields.what)).collect()
    }

    fn piece(&mut self, node: &'a Node, of: What<'_>) -> Option<Evidence> {
        let Value::Table(table) = &node.value else {
            let message =
                format!("`evidence` of {of} takes a table or a list of tables, not {}", node.describe());
            let help = "write evidence = { source = \"...\", basis = \"article\" }";
            self.found.push(Diagnostic::new(Code::WrongType, node.span, message).help(help));
            return None;
        };
        let fields =
            Fields::new(table, What::Part("the evidence", &of), EVIDENCE, node.span, &mut self.found);
        let found = &mut self.found;
        let basis = fields.choice("basis", &Basis::ALL.map(Basis::name), found);
        let basis = Basis::ALL.into_iter().find(|known| Some(known.name()) == basis);
        let number = |key: &str, found: &mut Vec<Diagnostic>| {
            fields.whole(key, whole_bounds(EVIDENCE, key), found).and_then(|n| u32::try_from(n).ok())
        };
        let (paragraph, page) = (number("paragraph", found), number("page", found));
        let confidence = fields.choice("confidence", &Confidence::ALL.map(Confidence::name), found);
        let confidence = Confidence::ALL.into_iter().find(|known| Some(known.name()) == confidence);
        let disputed = fields.boolean("disputed", found).unwrap_or(false);
        let note = fields.string("note", found);
        let source = self.source(&fields, basis, node.span);
        Some(Evidence { source, paragraph, page, basis, confidence, disputed, note })
    }

    fn source(&mut self, fields: &Fields<'a, '_>, basis: Option<Basis>, span: Span) -> Option<SourceId> {
        let Some(text) = fields.text("source", &mut self.found) else {
            // What a basis that is misspelt would be is not known.
            let may_do_without =
                basis == Some(Basis::Judgement) || (basis.is_none() && fields.entry("basis").is_some());
            if fields.entry("source").is_none() && !may_do_without {
                let message = format!("{} names no source", fields.what);
                let help = "add source = \"...\" (a name under [sources]), or basis = \"judgement\"";
                self.found.push(Diagnostic::new(Code::BadEvidence, span, message).help(help));
            }
            return None;
        };
        let id = self.source_ids.get(&text.value).copied();
        if id.is_none() {
            let known: Vec<&str> = self.model.sources.iter().map(|s| s.name.as_str()).collect();
            let help = names::suggest(&text.value, known.iter().copied())
                .unwrap_or_else(|| format!("declare it: [sources.{}]", text.value));
            let message = format!("there is no source `{}`", text.value);
            self.found.push(Diagnostic::new(Code::BadEvidence, fields.span("source"), message).help(help));
        }
        id
    }
}

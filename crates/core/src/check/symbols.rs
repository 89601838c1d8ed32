//! The names of a document: their form, and that each means one thing.

use super::{Checker, types};
use crate::diagnostic::{Code, Diagnostic};
use crate::names;
use crate::source::Span;

/// What a name of the shared namespace stands for: a place in its list of definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Actor(usize),
    Group(usize),
    Attribute(usize),
    Channel(usize),
    Variable(usize),
    Parameter(usize),
    Index(usize),
    Rule(usize),
}

impl Symbol {
    /// What it is, for messages.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Actor(_) => "an actor",
            Self::Group(_) => "a group",
            Self::Attribute(_) => "an attribute",
            Self::Channel(_) => "a channel",
            Self::Variable(_) => "a variable",
            Self::Parameter(_) => "a parameter",
            Self::Index(_) => "an index",
            Self::Rule(_) => "a rule",
        }
    }
}

impl Checker<'_> {
    /// Gives every name of the shared namespace its meaning. Actors are numbered by id, groups, channels, attributes,
    /// variables, parameters, indices and rules by name, so that the order in the file decides nothing.
    pub(super) fn declare_symbols(&mut self) {
        type Make = fn(usize) -> Symbol;
        let sections: [(&str, &str, Make); 8] = [
            ("actors", "actor", Symbol::Actor),
            ("groups", "group", Symbol::Group),
            ("attributes", "attribute", Symbol::Attribute),
            ("channels", "channel", Symbol::Channel),
            ("variables", "variable", Symbol::Variable),
            ("parameters", "parameter", Symbol::Parameter),
            ("indices", "index", Symbol::Index),
            ("rules", "rule", Symbol::Rule),
        ];
        let mut mended = Vec::new();
        for (section, singular, symbol) in sections {
            for (place, (name, span, _)) in self.sorted_tables(section).into_iter().enumerate() {
                self.check_name(name, span, singular);
                if let Some((other, first)) = self.symbols.get(name) {
                    let message = format!("`{name}` is the name of {} already", other.describe());
                    let diagnostic = Diagnostic::new(Code::DuplicateName, span, message)
                        .related(*first, "first used here")
                        .help("rename one of the two");
                    self.found.push(diagnostic);
                } else {
                    self.symbols.insert(name.to_owned(), (symbol(place), span));
                    if !is_well_formed(name, singular) {
                        let right = names::mend(name, singular == "actor");
                        mended.extend(right.map(|right| (right, symbol(place), span)));
                    }
                }
            }
        }
        // What is told to be renamed is meant by the right name too.
        for (right, symbol, span) in mended {
            if !self.symbols.contains_key(&right) {
                self.aliases.insert(right.clone());
                self.symbols.insert(right, (symbol, span));
            }
        }
    }

    /// Whether an outcome is declared by this name.
    pub(super) fn is_outcome(&self, name: &str) -> bool {
        self.document.root.table("outcomes").is_some_and(|outcomes| outcomes.get(name).is_some())
    }

    /// Reports a name of the wrong form.
    pub(super) fn check_name(&mut self, name: &str, span: Span, what: &str) {
        let actor = what == "actor";
        if !is_well_formed(name, what) {
            let form = if actor { "capitals, [A-Z][A-Z0-9_]*" } else { "small letters, [a-z][a-z0-9_]*" };
            let message = format!("`{name}` is no name for {} {what}", article(what));
            let help = match names::mend(name, actor) {
                Some(mended) => format!("write `{mended}`: such names are in {form}"),
                None => format!("such names are in {form}"),
            };
            self.found.push(Diagnostic::new(Code::BadName, span, message).help(help));
        } else if names::is_reserved(name) {
            let message = format!("`{name}` is reserved");
            let help = format!("the language uses it; choose another name for the {what}");
            self.found.push(Diagnostic::new(Code::ReservedName, span, message).help(help));
        }
    }

    /// What a name means, and otherwise an error that suggests the nearest of those `wanted`.
    pub(super) fn unknown_name(&mut self, name: &str, span: Span, what: &str, wanted: fn(Symbol) -> bool) {
        let mut candidates: Vec<&str> = Vec::new();
        #[expect(clippy::iter_over_hash_type, reason = "sorted at once")]
        for (candidate, (symbol, _)) in &self.symbols {
            if wanted(*symbol) && !self.aliases.contains(candidate) {
                candidates.push(candidate);
            }
        }
        if wanted(Symbol::Group(0)) {
            // That of all, which no file declares.
            candidates.push("actors");
        }
        candidates.sort_unstable();
        let help = if what == "rule" && self.is_outcome(name) {
            Some(types::NO_OUTCOME.to_owned())
        } else {
            names::suggest(name, candidates.iter().copied())
        };
        let message = match self.symbols.get(name) {
            Some((other, _)) => format!("`{name}` is {}, not {} {what}", other.describe(), article(what)),
            None => format!("there is no {what} `{name}`"),
        };
        self.found.push(Diagnostic::new(Code::UnknownName, span, message).maybe_help(help));
    }
}

fn is_well_formed(name: &str, what: &str) -> bool {
    if what == "actor" { names::is_actor_id(name) } else { names::is_name(name) }
}

fn article(what: &str) -> &'static str {
    if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

//! Actors and groups, and lists of them.

use std::fmt;

use super::Checker;
use super::symbols::Symbol;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Node, Text, Value};
use crate::model::{Actor, ActorId, ActorKind, Group};
use crate::source::Span;

impl<'a> Checker<'a> {
    pub(super) fn declare_actors(&mut self) {
        for (id, span, table) in self.sorted_tables("actors") {
            let fields = self.open("actors", "actor", id, span, table);
            let (about, evidence) = self.about(&fields);
            let found = &mut self.found;
            let name = fields.string("name", found).unwrap_or_else(|| id.to_owned());
            let kinds = ["state", "institution", "bloc", "person", "other"];
            let kind = match fields.choice("kind", &kinds, found) {
                Some("state") => ActorKind::State,
                Some("institution") => ActorKind::Institution,
                Some("bloc") => ActorKind::Bloc,
                Some("person") => ActorKind::Person,
                _ => ActorKind::Other,
            };
            self.model.actors.push(Actor { id: id.to_owned(), name, kind, about, evidence });
        }
        for (name, span, table) in self.sorted_tables("groups") {
            let fields = self.open("groups", "group", name, span, table);
            self.about(&fields);
            let title = fields.string("name", &mut self.found).unwrap_or_else(|| name.to_owned());
            let members =
                fields.texts("members", "a list of actors, such as [\"CHN\", \"RUS\"]", &mut self.found);
            let members = self.actor_list(&members.unwrap_or_default());
            self.model.groups.push(Group { name: name.to_owned(), title, members });
        }
    }

    /// The actor with this id, or an error at its place.
    pub(super) fn actor(&mut self, id: &str, span: Span) -> Option<ActorId> {
        if let Some((Symbol::Actor(place), _)) = self.symbols.get(id) {
            self.used.insert(id.to_owned());
            return Some(ActorId::new(*place));
        }
        self.unknown_name(id, span, "actor", |s| matches!(s, Symbol::Actor(_)));
        None
    }

    /// Actors by id, each once.
    pub(super) fn actor_list(&mut self, texts: &[&Text]) -> Vec<ActorId> {
        let mut actors = Vec::with_capacity(texts.len());
        let mut seen = vec![false; self.model.actors.len()];
        for text in texts {
            let span = text.span(0..text.value.len());
            let Some(actor) = self.actor(&text.value, span) else { continue };
            if std::mem::replace(&mut seen[actor.index()], true) {
                self.found.push(stands_twice(&text.value, span));
            } else {
                actors.push(actor);
            }
        }
        actors
    }

    /// The members of a group; all actors for `actors`.
    pub(super) fn group(&mut self, name: &str, span: Span) -> Option<Vec<ActorId>> {
        if name == "actors" {
            for actor in &self.model.actors {
                self.used.insert(actor.id.clone());
            }
            return Some((0..self.model.actors.len()).map(ActorId::new).collect());
        }
        if let Some((Symbol::Group(place), _)) = self.symbols.get(name) {
            return self.model.groups.get(*place).map(|g| g.members.clone());
        }
        self.unknown_name(name, span, "group", |s| matches!(s, Symbol::Group(_)));
        None
    }

    /// A group by name or a list of actors, as `foreach` takes it.
    pub(super) fn actor_range(&mut self, node: &'a Node, what: impl fmt::Display) -> Option<Vec<ActorId>> {
        match &node.value {
            Value::String(text) => self.group(&text.value, text.span(0..text.value.len())),
            Value::Array(items) => {
                let texts: Option<Vec<&Text>> = items
                    .iter()
                    .map(|item| match &item.value {
                        Value::String(text) => Some(text),
                        _ => None,
                    })
                    .collect();
                match texts {
                    Some(texts) => Some(self.actor_list(&texts)),
                    None => self.wrong_range(node, what),
                }
            }
            _ => self.wrong_range(node, what),
        }
    }

    fn wrong_range(&mut self, node: &Node, what: impl fmt::Display) -> Option<Vec<ActorId>> {
        let message = format!("{what} runs over a group or a list of actors, not {}", node.describe());
        self.error(Code::WrongType, node.span, message);
        None
    }
}

/// What is said of an actor that a list has already.
pub(super) fn stands_twice(actor: &str, span: Span) -> Diagnostic {
    let message = format!("`{actor}` stands in this list twice");
    Diagnostic::new(Code::DuplicateName, span, message).help("leave one out")
}

//! Worlds: the built-in ones, and any world as typed values.

use std::sync::Arc;

use crate::diagnostic::Report;
use crate::load::{self, Wanted};
use crate::model::{Actor, Group, Model, Slot, SlotKind};
use crate::scenario::{NoFiles, Resolver};

/// The built-in worlds: id and text.
#[must_use]
pub fn built_in() -> &'static [(&'static str, &'static str)] {
    &[("diplomat-2013", include_str!("../worlds/diplomat-2013.toml"))]
}

/// A checked world: who the actors are and how they are tied.
#[derive(Clone, Debug)]
pub struct World {
    model: Arc<Model>,
    warnings: Report,
}

impl World {
    /// Reads and checks a world.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn from_toml(text: &str, name: &str, resolver: &dyn Resolver) -> Result<Self, Report> {
        let checked = load::load(text, name, resolver)?.check(None, &[], Wanted::World)?;
        Ok(Self { model: Arc::new(checked.model), warnings: checked.warnings })
    }

    /// Everything in it, by index.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What is legal and suspect in it.
    #[must_use]
    pub fn warnings(&self) -> &Report {
        &self.warnings
    }

    /// The actors, by id.
    #[must_use]
    pub fn actors(&self) -> &[Actor] {
        &self.model.actors
    }

    /// The groups, by name.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.model.groups
    }

    /// The declared ties, by full name.
    pub fn ties(&self) -> impl Iterator<Item = &Slot> {
        self.model.slots.iter().filter(|slot| matches!(slot.kind, SlotKind::Tie { .. }) && slot.declared)
    }
}

/// The world of the article of September 2013: China, Russia and their neighbourhood.
///
/// # Panics
/// Never: that the built-in text passes the checks is a test of this crate.
#[must_use]
#[expect(clippy::panic, reason = "the text is part of the crate, and a test holds that it loads")]
pub fn diplomat_2013() -> World {
    let (id, text) = built_in()[0];
    World::from_toml(text, id, &NoFiles)
        .unwrap_or_else(|report| panic!("the built-in world is broken: {report}"))
}

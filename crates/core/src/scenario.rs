//! A checked scenario, and the doors through which text becomes one.

use std::sync::Arc;

use crate::builder;
use crate::change;
pub use crate::change::Change;
use crate::diagnostic::Report;
use crate::digest::digest;
use crate::document::{Node, Text, Value};
use crate::hindcast::{self, Observed};
use crate::load::Document;
use crate::load::{self, Checked, Loaded, Wanted};
use crate::model::{Model, SlotId};
use crate::settings;
use crate::source::{FileId, Place, SourceFile, SourceMap};

/// A checked scenario: what may happen in a world, and what is asked.
///
/// Cheap to clone. It can only be made by the checks, so it is always whole: see [`Scenario::from_toml`].
#[derive(Clone, Debug)]
pub struct Scenario {
    model: Arc<Model>,
    digest: String,
    sources: SourceMap,
    warnings: Report,
    variant: Option<String>,
    /// What was set, in order.
    pub(crate) set: Vec<(String, String)>,
    /// What is left of it: without what later settings undo.
    settings: Vec<(String, String)>,
    pub(crate) loaded: Arc<Loaded>,
}

/// Finds a world file by the name that a file gives it.
pub trait Resolver {
    /// The text of the world `name`, which ends in `.toml` and is named in the file `from`; and a name for it, to be shown
    /// and to recognise it by.
    ///
    /// # Errors
    /// What is wrong and what to do, in a sentence, where it cannot be had.
    fn world(&self, name: &str, from: &str) -> Result<(String, String), String>;
}

/// A resolver for scenarios that name no world file: built-in worlds alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Resolver for NoFiles {
    fn world(&self, name: &str, _from: &str) -> Result<(String, String), String> {
        Err(format!(
            "the world file `{name}` is not read here; name a built-in world, or load the scenario from its path"
        ))
    }
}

impl AsRef<Self> for Scenario {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Scenario {
    /// Reads and checks a scenario.
    ///
    /// `name` is shown in diagnostics; its stem is the scenario's id. All its variants are checked too.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn from_toml(text: &str, name: &str, resolver: &dyn Resolver) -> Result<Self, Report> {
        let mut loaded = load::load(text, name, resolver)?;
        let (checked, _) = loaded.check_all(Wanted::Scenario)?;
        Ok(Self::new(checked, Arc::new(loaded), None, Vec::new()))
    }

    /// The same scenario with a variant's changes in place of those of another, and what was set before on top.
    ///
    /// # Errors
    /// Where there is no such variant, or all that is wrong with what comes out.
    pub fn with_variant(&self, name: &str) -> Result<Self, Report> {
        Self::check(self.loaded.clone(), Some(name.to_owned()), self.set.clone())
    }

    /// The same scenario with things set to other values, name and text, as `--set NAME=TEXT` does; on top of what was set
    /// before, and over a variant.
    ///
    /// # Errors
    /// All that is wrong with what comes out.
    pub fn with_settings(&self, settings: &[(&str, &str)]) -> Result<Self, Report> {
        let mut all = self.set.clone();
        all.extend(settings.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        Self::check(self.loaded.clone(), self.variant.clone(), all)
    }

    pub(crate) fn check(
        loaded: Arc<Loaded>,
        variant: Option<String>,
        set: Vec<(String, String)>,
    ) -> Result<Self, Report> {
        let checked = loaded.check(variant.as_deref(), &set, Wanted::Scenario)?;
        Ok(Self::new(checked, loaded, variant, set))
    }

    fn new(
        checked: Checked,
        loaded: Arc<Loaded>,
        variant: Option<String>,
        set: Vec<(String, String)>,
    ) -> Self {
        let undone = &checked.document.undone;
        let in_force = (0..).zip(&set).filter(|(place, _)| !undone.contains(place));
        Self {
            settings: in_force.map(|(_, setting)| setting.clone()).collect(),
            set,
            digest: digest(&checked.document, &checked.model),
            model: Arc::new(checked.model),
            sources: checked.sources,
            warnings: checked.warnings,
            variant,
            loaded,
        }
    }

    /// Everything that is checked, by index.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// 64 hexadecimal digits that stand for all that was resolved: world, variant and settings included; seed, number of
    /// trials, variants not chosen and the order in the files left out.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The texts it was read from, for the places of errors.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// The files that it was read from: its own, then each world behind the file that names it. With these, the
    /// [variant](Self::variant_name) and the [settings](Self::settings) it can be made again.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.loaded.sources.files()
    }

    /// What is legal and suspect in it.
    #[must_use]
    pub fn warnings(&self) -> &Report {
        &self.warnings
    }

    /// The variant that this is, if it is not the baseline.
    #[must_use]
    pub fn variant_name(&self) -> Option<&str> {
        self.variant.as_deref()
    }

    /// What another scenario says otherwise, world, variant and settings included: a variant of this one, or a file of
    /// its own. Seed, number of trials and the variants that are not chosen are left out.
    #[must_use]
    pub fn changes_to(&self, other: &Self) -> Vec<Change> {
        change::changes(&self.resolved(), &other.resolved())
    }

    /// All that another scenario's files say otherwise: what [`changes_to`](Self::changes_to) tells, and seed, number of
    /// trials and every variant beside it.
    #[must_use]
    pub fn differences_to(&self, other: &Self) -> Vec<Change> {
        change::differences(&self.resolved(), &other.resolved())
    }

    /// Whether it was [built](crate::builder) and lies in no file.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.files().next().is_some_and(|file| file.name().starts_with(builder::FOLDER))
    }

    /// The document, with everything that was set.
    pub(crate) fn resolved(&self) -> Document {
        self.loaded.resolved(self.variant_name(), &self.set)
    }

    /// Where the value stands that `--set` of this name would replace; none where there is none.
    #[must_use]
    pub fn place_of(&self, name: &str) -> Option<Place> {
        let key = Text::plain(name, FileId(0), 0);
        let none = Node { span: key.span(0..0), value: Value::Boolean(false) };
        let path = settings::set(&mut self.resolved(), &key, none, true, &mut Vec::new())?;
        let (last, tables) = path.split_last()?;
        let document = self.resolved();
        let table = tables.iter().try_fold(&document.root, |table, name| table.table(name))?;
        Some(self.sources.place(table.get(last)?.node.span))
    }

    /// What was set over the file (`--set`) and is in force, name and text, in order: where one thing was set twice, under
    /// whatever names, the last.
    #[must_use]
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// The same world and rules, asked for nothing but how these values of the state go: a value outcome each, under its
    /// full name. The digest stays, for what happens is the same; a place that the model lacks is left out. A part of such a
    /// run cannot be read back as text, which has the scenario as its file is.
    #[must_use]
    pub fn watching(&self, slots: &[SlotId]) -> Self {
        let mut model = Model::clone(&self.model);
        model.watch(slots);
        Self { model: Arc::new(model), ..self.clone() }
    }
}

/// Checks a file that is a scenario, a world or a [hindcast](Observed), without running it; the model of a hindcast is that
/// of the scenario that it names. The report holds what is suspect, in the lines of its
/// variants too.
///
/// # Errors
/// All that is wrong with it, warnings included, at once.
pub fn check(text: &str, name: &str, resolver: &dyn Resolver) -> Result<(Model, Report), Report> {
    if hindcast::says_what_happened(text) {
        let observed = Observed::from_toml(text, name, resolver)?;
        return Ok((observed.scenario().model().clone(), observed.warnings().clone()));
    }
    let (checked, of_variants) = load::load(text, name, resolver)?.check_all(Wanted::Either)?;
    let found = checked.warnings.diagnostics().iter().cloned().chain(of_variants);
    Ok((checked.model, Report::new(checked.sources, found.collect())))
}

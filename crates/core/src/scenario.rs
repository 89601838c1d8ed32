//! A checked scenario, and the doors through which text becomes one.

use std::sync::Arc;

use crate::diagnostic::Report;
use crate::model::Model;
use crate::source::SourceMap;

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
    settings: Vec<(String, String)>,
}

/// Finds a `world` by the name that a file gives it.
pub trait Resolver {
    /// The text of the world `name`, which is named in the file `from`, and a name to show for it.
    ///
    /// # Errors
    /// What is wrong and what to do, in a sentence, where it cannot be had.
    fn world(&self, name: &str, from: &str) -> Result<(String, String), String>;
}

impl Scenario {
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

    /// What was set over the file (`--set`), name and text, in order.
    #[must_use]
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// Reads and checks a scenario.
    ///
    /// `name` is shown in diagnostics; its stem is the scenario's id.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn from_toml(text: &str, name: &str, resolver: &dyn Resolver) -> Result<Self, Report> {
        let _ = (text, name, resolver);
        todo!()
    }

    /// The same scenario with a variant's changes.
    ///
    /// # Errors
    /// Where there is no such variant.
    pub fn with_variant(&self, name: &str) -> Result<Self, Report> {
        let _ = name;
        todo!()
    }

    /// The same scenario with something set to another value, as `--set NAME=TEXT` does; on top of what was set before,
    /// and over a variant.
    ///
    /// # Errors
    /// All that is wrong with what comes out.
    pub fn with_settings(&self, settings: &[(&str, &str)]) -> Result<Self, Report> {
        let _ = settings;
        todo!()
    }
}

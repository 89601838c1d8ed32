//! A scenario that can be read from a file.

use std::ops::Deref;
use std::path::Path;

use cordiale_core::assumptions::Doubt;
use cordiale_core::factors::{Factor, Scope};

use crate::{FileResolver, Model, Observed, Report, Resolver, RuledOut, World, read_text, ruled_out};

/// A checked scenario: what may happen in a world, and what is asked.
///
/// It is a [`cordiale_core::Scenario`] that knows how to be read from a file, and derefs to it; what takes a scenario takes either,
/// and [`From`] makes this of the other, as of what a [builder](crate::builder) gives. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scenario(cordiale_core::Scenario);

impl Scenario {
    /// Reads and checks a scenario file, and the worlds that it names.
    ///
    /// The path is shown in diagnostics as given; its stem is the scenario's id.
    ///
    /// # Errors
    /// All that is wrong with the file at once, or why it cannot be read.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Report> {
        let path = path.as_ref();
        let text = read_text(path)?;
        Self::from_toml(&text, &path.to_string_lossy())
    }

    /// Checks a scenario given as text. `name` is shown in diagnostics; its stem is the scenario's id, and worlds
    /// that end in .toml are looked for beside it.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn from_toml(text: &str, name: &str) -> Result<Self, Report> {
        Self::from_toml_with(text, name, &FileResolver)
    }

    /// The same, with worlds that end in .toml found by a resolver, as in memory.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn from_toml_with(text: &str, name: &str, resolver: &dyn Resolver) -> Result<Self, Report> {
        cordiale_core::Scenario::from_toml(text, name, resolver).map(Self)
    }

    /// The same scenario with a variant's changes in place of those of another, and what was set before on top.
    ///
    /// # Errors
    /// Where there is no such variant, or all that is wrong with what comes out.
    pub fn with_variant(&self, name: &str) -> Result<Self, Report> {
        self.0.with_variant(name).map(Self)
    }

    /// The same scenario with something set to another value, as `--set NAME=TEXT` does; on top of what was set
    /// before, and over a variant.
    ///
    /// # Errors
    /// All that is wrong with what comes out.
    pub fn with_settings(&self, settings: &[(&str, &str)]) -> Result<Self, Report> {
        self.0.with_settings(settings).map(Self)
    }

    /// The same scenario, with the parameters, starts and rules that rest on a source in doubt, and the names of what was
    /// changed. A piece of evidence that names the source is enough.
    ///
    /// # Errors
    /// Where there is no such source, or not 0 < low < high, both finite; or what is wrong with what comes out.
    pub fn without_source(&self, source: &str, doubt: Doubt) -> Result<(Self, Vec<String>), Report> {
        self.0.without_source(source, doubt).map(|(scenario, changed)| (Self(scenario), changed))
    }

    /// The same scenario, where each number in `scope` is multiplied by a parameter of its own that is log-uniform in
    /// \[low, high\], and which parameter is whose: see [`cordiale_core::Scenario::with_factors`].
    ///
    /// # Errors
    /// Where not 0 < `low` < `high`, or they are not finite; or what is wrong with what comes out.
    pub fn with_factors(&self, scope: Scope, low: f64, high: f64) -> Result<(Self, Vec<Factor>), Report> {
        self.0.with_factors(scope, low, high).map(|(scenario, factors)| (Self(scenario), factors))
    }
}

impl Deref for Scenario {
    type Target = cordiale_core::Scenario;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl AsRef<cordiale_core::Scenario> for Scenario {
    fn as_ref(&self) -> &cordiale_core::Scenario {
        &self.0
    }
}

impl From<cordiale_core::Scenario> for Scenario {
    fn from(scenario: cordiale_core::Scenario) -> Self {
        Self(scenario)
    }
}

impl From<Scenario> for cordiale_core::Scenario {
    fn from(scenario: Scenario) -> Self {
        scenario.0
    }
}

/// Reads and checks a scenario or world file without running it. The report holds what is suspect, what the declared ranges rule
/// out included.
///
/// # Errors
/// All that is wrong with the file at once, or why it cannot be read.
pub fn check_path(path: impl AsRef<Path>) -> Result<(Model, Report), Report> {
    let path = path.as_ref();
    check_toml(&read_text(path)?, &path.to_string_lossy())
}

/// The same of a text. `name` is shown in diagnostics, and worlds that end in .toml are looked for beside it.
///
/// ```
/// let text = r#"
/// [scenario]
/// start = 2024-01-01
/// horizon = "2 years"
/// [attributes.cap]
/// range = [0, 1]
/// values = { ANN = 0.5 }
/// [actors.ANN]
/// [rules.boom]
/// when = "cap[ANN] > 2"
/// effects = ["cap[ANN] -= 0.1"]
/// [outcomes.cap_at_the_end]
/// value = "cap[ANN] + step"
/// "#;
/// let (_, suspect) = cordiale::check_toml(text, "boom.toml")?;
/// assert!(suspect.messages()[0].starts_with("W101: the rule `boom` can never fire"));
/// # Ok::<(), cordiale::Report>(())
/// ```
///
/// # Errors
/// All that is wrong with it, at once.
pub fn check_toml(text: &str, name: &str) -> Result<(Model, Report), Report> {
    let (model, suspect) = cordiale_core::check(text, name, &FileResolver)?;
    let found = ruled_out(&model);
    if found == RuledOut::default() {
        return Ok((model, suspect));
    }
    // A world's rules may wait for the scenario that extends it.
    let Ok(scenario) = Scenario::from_toml(text, name) else { return Ok((model, suspect)) };
    let found = found.warnings(&scenario);
    Ok((model, suspect.and(&found)))
}

/// Reads and checks a file that says what happened, and the scenario that it names.
///
/// # Errors
/// All that is wrong with the file, or else with the scenario, at once; or why it cannot be read.
pub fn observed_from_path(path: impl AsRef<Path>) -> Result<Observed, Report> {
    let path = path.as_ref();
    Observed::from_toml(&read_text(path)?, &path.to_string_lossy(), &FileResolver)
}

/// Reads and checks a world file, and the worlds that it names.
///
/// # Errors
/// All that is wrong with the file at once, or why it cannot be read.
pub fn world_from_path(path: impl AsRef<Path>) -> Result<World, Report> {
    let path = path.as_ref();
    World::from_toml(&read_text(path)?, &path.to_string_lossy(), &FileResolver)
}

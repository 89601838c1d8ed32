//! What happened: a file that says what became of a scenario's outcomes, so that its answers can be scored.
//!
//! It is a file of its own, so that nothing of what came later can find its way into a scenario: the scenario is read
//! without it, and neither its digest nor any number of it depends on it.

use crate::calendar::Date;
use crate::check;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::document::{self, Table, Text};
use crate::load::{self, Document};
use crate::model::{Evidence, OutcomeId, Source};
use crate::scenario::{Resolver, Scenario};
use crate::source::{SourceMap, Span};

/// What became of the outcomes of a scenario.
#[derive(Clone, Debug)]
pub struct Observed {
    scenario: Scenario,
    found: Observations,
    root: Table,
    id: String,
    sources: SourceMap,
    warnings: Report,
}

/// What a file says of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Observations {
    pub(crate) title: Option<String>,
    pub(crate) until: Date,
    pub(crate) all: Vec<Observation>,
    pub(crate) cited: Vec<Source>,
}

/// What became of one outcome.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The outcome.
    pub outcome: OutcomeId,
    /// A line on it.
    pub about: Option<String>,
    /// What was seen.
    pub happened: Happened,
    /// At which observation the scenario's answer is looked at: that of the deadline, of the date named, or the last that
    /// is known; whatever happened.
    pub step: u32,
    /// The date of the answer: the deadline, the date named, or the last day that is known.
    pub date: Date,
    /// Whether what happened is known to the outcome's deadline.
    pub is_settled: bool,
    /// Whether the event that the outcome is conditional on did not come, so that there is nothing to score.
    pub is_void: bool,
    /// What was to be expected without the scenario.
    pub base_rate: Option<BaseRate>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Where it stands.
    pub span: Span,
}

/// What was seen of an outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happened {
    /// An event was reached on this day, and is seen in the state at this observation; in time for its deadline or not.
    Reached {
        /// The day.
        on: Date,
        /// The observation.
        step: u32,
        /// Whether the day is not after the [date](Observation::date) of the answer.
        in_time: bool,
    },
    /// An event was not reached, as far as is known.
    NotReached,
    /// A value was this.
    Value(f64),
    /// The level of this place held.
    Level(usize),
}

/// What was to be expected without the scenario, from how often such things came at other times.
#[derive(Clone, Debug, PartialEq)]
pub enum BaseRate {
    /// An event: a rate a year, above 0 \[1/year\].
    Hazard(f64),
    /// An event: the chance that it comes by its deadline, spread over time as by a constant hazard.
    Chance {
        /// The chance, between 0 and 1.
        chance: f64,
        /// From the start to the deadline in the scenario that the file names \[years\].
        years: f64,
    },
    /// A value: what it was at other times, each as likely as the others; one at least.
    Values(Vec<f64>),
    /// Levels: the share of each, in their order; 1 in all.
    Levels(Vec<f64>),
}

impl Observed {
    /// Reads and checks a file that says what happened, and the scenario that it names, which `resolver` finds as it finds
    /// worlds. `name` is shown in diagnostics; its stem is the id.
    ///
    /// # Errors
    /// All that is wrong with it, at once; or all that is wrong with the scenario.
    pub fn from_toml(text: &str, name: &str, resolver: &dyn Resolver) -> Result<Self, Report> {
        let mut sources = SourceMap::default();
        let mut found = Vec::new();
        if let Some(diagnostic) = load::too_large(text, name) {
            return Err(Report::new(sources, vec![diagnostic]));
        }
        let file = sources.add(name, text);
        let root = document::parse(&sources, file, &mut found).table;
        if !found.is_empty() {
            return Err(Report::new(sources, found));
        }
        let document = Document::plain(root, load::stem(name));
        let scenario = match path_of(&document.root) {
            Some(path) => match resolver.world(&path.value, name) {
                Ok((text, shown)) => Some(Scenario::from_toml(&text, &shown, resolver)),
                Err(message) => {
                    let span = path.span(0..path.value.len());
                    found.push(Diagnostic::new(Code::UnknownWorld, span, message));
                    None
                }
            },
            None => None,
        };
        let model = scenario.as_ref().and_then(|scenario| scenario.as_ref().ok()).map(Scenario::model);
        let observations = check::observations(&document, &sources, model, None, &mut found);
        let warnings = Report::new(sources.clone(), found);
        let whole = observations.filter(|_| !warnings.has_errors());
        // What is wrong here comes first, then what is wrong there.
        match (whole, scenario) {
            (Some(found), Some(scenario)) => {
                let Document { root, id, .. } = document;
                Ok(Self { scenario: scenario?, found, root, id, sources, warnings })
            }
            (None, Some(Err(report))) if !warnings.has_errors() => Err(report),
            _ => Err(warnings),
        }
    }

    /// The same against another scenario: a variant, other settings, or another model of the same questions. What was
    /// observed stays of its day, and a base rate of its time, where deadlines are others.
    ///
    /// # Errors
    /// Where an outcome of which the file tells is not in it, or is asked in another way.
    pub fn against(&self, scenario: &Scenario) -> Result<Self, Report> {
        let document = Document::plain(self.root.clone(), self.id.clone());
        let mut found = Vec::new();
        let model = Some(scenario.model());
        let observations =
            check::observations(&document, &self.sources, model, Some(&self.found), &mut found);
        let warnings = Report::new(self.sources.clone(), found);
        match observations.filter(|_| !warnings.has_errors()) {
            Some(found) => Ok(Self { scenario: scenario.clone(), found, warnings, ..self.clone() }),
            None => Err(warnings),
        }
    }

    /// The file's stem.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is called, where it says so.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.found.title.as_deref()
    }

    /// The last day up to which what happened is known.
    #[must_use]
    pub fn until(&self) -> Date {
        self.found.until
    }

    /// The scenario whose outcomes these are.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What became of each outcome that it tells of, in the order of the file.
    #[must_use]
    pub fn observations(&self) -> &[Observation] {
        &self.found.all
    }

    /// The sources that the evidence points to.
    #[must_use]
    pub fn cited(&self) -> &[Source] {
        &self.found.cited
    }

    /// What is legal and suspect in it.
    #[must_use]
    pub fn warnings(&self) -> &Report {
        &self.warnings
    }
}

/// The scenario that a file names.
fn path_of(root: &Table) -> Option<&Text> {
    root.table("hindcast")?.text("scenario")
}

/// Where what happened is written down.
pub(crate) const GOES: &str =
    "what happened goes into a file of its own, with [hindcast], which `cordiale hindcast` scores";

/// Whether a document is a file of this kind, and no scenario or world.
pub(crate) fn is_hindcast(root: &Table) -> bool {
    root.get("hindcast").is_some() && root.get("scenario").is_none() && root.get("world").is_none()
}

/// Whether a text is one.
pub(crate) fn says_what_happened(text: &str) -> bool {
    // Most files have not even the word.
    text.contains("hindcast") && {
        let mut sources = SourceMap::default();
        let file = sources.add("", text);
        is_hindcast(&document::parse(&sources, file, &mut Vec::new()).table)
    }
}

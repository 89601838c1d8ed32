//! What differs between two scenarios, or between two results, in their own terms.
//!
//! Results are compared as their files hold them ([`RecordedResult`]), so that those of other versions can be read too.

mod figures;
mod recorded;

use cordiale_core::Scenario;
use cordiale_core::scenario::Change;
use serde::Serialize;

pub use recorded::{RecordedResult, UnreadableResult};

use crate::result::Named;

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.diff/1";

/// What two scenarios say differently, claim by claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScenarioDiff {
    /// [`FORMAT`].
    pub format: &'static str,
    /// `scenarios`.
    pub of: &'static str,
    /// Whether nothing differs.
    pub same: bool,
    /// Whether they mean the same to a run: seed, number of trials and variants apart.
    pub same_digest: bool,
    /// The first.
    pub a: ScenarioSide,
    /// The second.
    pub b: ScenarioSide,
    /// What differs: `baseline` is the first's.
    pub changes: Vec<Change>,
}

/// One of two scenarios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScenarioSide {
    /// Its id, the stem of its file.
    pub id: String,
    /// 64 hexadecimal digits that stand for it.
    pub digest: String,
}

impl ScenarioDiff {
    /// Lays two scenarios side by side, with their worlds, seeds and variants.
    #[must_use]
    pub fn of(a: &Scenario, b: &Scenario) -> Self {
        let side = |scenario: &Scenario| ScenarioSide {
            id: scenario.model().id.clone(),
            digest: scenario.digest().to_owned(),
        };
        let changes = a.differences_to(b);
        let same_digest = a.digest() == b.digest();
        Self {
            format: FORMAT,
            of: "scenarios",
            same: changes.is_empty() && same_digest,
            same_digest,
            a: side(a),
            b: side(b),
            changes,
        }
    }

    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What differs between two results.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResultDiff {
    /// [`FORMAT`].
    pub format: &'static str,
    /// `results`.
    pub of: &'static str,
    /// Whether nothing differs.
    pub same: bool,
    /// Whether every figure of every outcome and rule is the same, however the two were made.
    pub answers_same: bool,
    /// How they were made: version, digest, seed, trials and such, where these differ.
    pub made: Vec<Said>,
    /// The outcomes that differ, in the order of the first.
    pub outcomes: Named<Moved>,
    /// The outcomes that do not.
    pub unchanged_outcomes: Vec<String>,
    /// The rules that differ, in the order of the first.
    pub rules: Named<Moved>,
    /// The rules that do not.
    pub unchanged_rules: Vec<String>,
    /// Warnings that only one of them has.
    pub warnings: Vec<Said>,
}

/// Something that is said in words or by a name, and differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// What it is.
    pub what: String,
    /// What the first says; none where it says nothing.
    pub a: Option<String>,
    /// What the second says; none where it says nothing.
    pub b: Option<String>,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// What moved in an outcome, or in a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Moved {
    /// Where only one of the two has it.
    pub only_in: Option<Side>,
    /// What is said differently: its kind, its words, its deadline.
    pub said: Vec<Said>,
    /// The figures that differ.
    pub figures: Vec<FigureMoved>,
    /// What differs by step.
    pub series: Vec<SeriesMoved>,
    /// Paths in the files of what else differs.
    pub other: Vec<String>,
}

impl Moved {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A probability or a share, in [0, 1].
    Share,
    /// A number in the scenario's own unit.
    Number,
    /// A step.
    Step,
}

/// A number with its 95% interval, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The number; none where there is no estimate, as for a median among the censored.
    pub estimate: Option<f64>,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// A figure that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureMoved {
    /// Its name, as the result spells it.
    pub figure: String,
    /// What it counts.
    pub unit: Unit,
    /// The first's.
    pub a: Figure,
    /// The second's.
    pub b: Figure,
    /// b - a, where both are there.
    pub difference: Option<f64>,
    /// Whether the intervals overlap; none where either has none. Overlap does not show that two figures are the same,
    /// and of two runs with one seed the intervals do not speak of the difference: a paired comparison does.
    pub intervals_overlap: Option<bool>,
}

/// A list by step that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeriesMoved {
    /// Its path, as the result spells it.
    pub series: String,
    /// What its entries are; counts are told as shares of the trials.
    pub unit: Unit,
    /// How many entries each has.
    pub entries: [usize; 2],
    /// At how many of those that both have they differ.
    pub differ: usize,
    /// The step of the largest difference.
    pub step: Option<u32>,
    /// The first's entry there.
    pub a: Option<f64>,
    /// The second's entry there.
    pub b: Option<f64>,
}

impl ResultDiff {
    /// Lays two results side by side.
    ///
    /// ```
    /// use cordiale_core::{NoFiles, Scenario};
    /// use cordiale_sim::Simulation;
    /// use cordiale_sim::analysis::diff::{RecordedResult, ResultDiff};
    ///
    /// let text = "[scenario]\ntitle = \"Up\"\nstart = 2024-01-01\nhorizon = 4\n[variables.n]\ninitial = 0\n[rules.up]\nchance = 0.5\neffects = [\"n += 1\"]\n[outcomes.twice]\nwhen = \"n >= 2\"\n";
    /// let scenario = Scenario::from_toml(text, "up.toml", &NoFiles).map_err(|report| format!("{report:?}"))?;
    /// let run = |seed| Simulation::new(&scenario)?.trials(500).seed(seed).run();
    /// let record = |seed| Ok::<_, Box<dyn std::error::Error>>(RecordedResult::from_json(&run(seed)?.to_json())?);
    /// let diff = ResultDiff::of(&record(1)?, &record(2)?);
    /// assert_eq!(diff.made[0].what, "seed");
    /// assert!(!diff.same);
    /// assert!(ResultDiff::of(&record(1)?, &record(1)?).same);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(a: &RecordedResult, b: &RecordedResult) -> Self {
        let (outcomes, unchanged_outcomes) = moved(a, b, "outcomes", figures::outcome);
        let (rules, unchanged_rules) = moved(a, b, "rules", figures::rule);
        let answers_same = outcomes.is_empty() && rules.is_empty();
        Self {
            format: FORMAT,
            of: "results",
            // What a later version may have added is not named here, and makes a difference nevertheless.
            same: a.root() == b.root(),
            answers_same,
            made: figures::made(a, b),
            outcomes,
            unchanged_outcomes,
            rules,
            unchanged_rules,
            warnings: figures::warnings(a, b),
        }
    }

    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

type Entry<'a> = figures::Entry<'a>;

/// What moved in each thing of a section, and which did not.
fn moved(
    a: &RecordedResult,
    b: &RecordedResult,
    section: &str,
    look: fn(Entry, Entry) -> Moved,
) -> (Named<Moved>, Vec<String>) {
    let (mut found, mut unchanged) = (Vec::new(), Vec::new());
    for (name, here) in a.section(section) {
        let difference = match b.section(section).find(|(other, _)| *other == name) {
            Some((_, there)) => look(Entry { value: here, of: a }, Entry { value: there, of: b }),
            None => Moved { only_in: Some(Side::A), ..Moved::default() },
        };
        if difference.is_nothing() {
            unchanged.push(name.to_owned());
        } else {
            found.push((name.to_owned(), difference));
        }
    }
    for (name, _) in b.section(section) {
        if a.section(section).all(|(other, _)| other != name) {
            found.push((name.to_owned(), Moved { only_in: Some(Side::B), ..Moved::default() }));
        }
    }
    (Named(found), unchanged)
}

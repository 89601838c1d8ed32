//! What a report holds, `cordiale.report/1`: serialised it is the JSON that the manual documents and the page embeds.

use cordiale_core::definition::Definition;
use serde::Serialize;

use super::figures::DatedAxis;
use super::network::TieNetwork;
use crate::analysis::assumptions::AssumptionsResult;
use crate::analysis::compare::CompareResult;
use crate::analysis::explain::ExplainResult;
use crate::analysis::sensitivity::SensitivityResult;
use crate::analysis::widths::WidthsResult;
use crate::chronicle::Chronicle;
use crate::result::{Named, OutcomeResult, RuleResult, RunInfo, ScenarioInfo};

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.report/1";

/// All that a report shows. It holds no time, host, path or thread count.
///
/// Arrays by step have an entry for each step of [`axis`](Self::axis), which leaves steps out where there are many.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReportResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// Results of equal numbers agree to the last bit; see the manual.
    pub value_stability: u32,
    /// What was run.
    pub scenario: ScenarioInfo,
    /// What the variant is about, where it is one.
    pub about: Option<String>,
    /// How it was run.
    pub run: RunInfo,
    /// The command that makes the same report again, where one made it.
    pub command: Option<String>,
    /// The outcome that answers the question.
    pub lead: String,
    /// Where that outcome has levels, the one in which most trials stand: what is said of the outcome is of this level.
    pub lead_level: Option<String>,
    /// What the outcome that leads asks, word for word, with every index behind it.
    pub definition: Vec<Definition>,
    /// How many parameters rest on judgement.
    pub judgement: Judged,
    /// The date of the last observation.
    pub horizon: String,
    /// The steps that figures show.
    pub axis: DatedAxis,
    /// The answers, in the order of the file.
    pub outcomes: Named<OutcomeFigure>,
    /// The rules and their branches, by name.
    pub rules: Named<RuleFigure>,
    /// The variants beside the scenario, on the same random numbers. By step for the outcome that leads alone.
    pub comparison: Option<CompareResult>,
    /// Every number, what it rests on, and how far the outcome that leads leans on it.
    pub assumptions: Option<AssumptionsResult>,
    /// Which numbers the outcome that leads hangs on, by swings: what has a distribution, rates, fixed numbers and the sizes of
    /// effects.
    pub sensitivity: Option<SensitivityResult>,
    /// What sets apart the trials that got there, by the outcome that leads.
    pub explain: Option<ExplainResult>,
    /// What sampling, what is not known and chance have in each outcome.
    pub widths: Option<WidthsResult>,
    /// The same of the outcome that leads, in a sentence.
    pub widths_in_words: Option<String>,
    /// The actors and their ties.
    pub network: Option<TieNetwork>,
    /// Two trials, told.
    pub chronicles: Option<Chronicles>,
    /// What is legal and suspect.
    pub warnings: Vec<String>,
}

/// Parameters that rest on judgement alone, of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// How many rest on nothing else.
    pub alone: usize,
    /// Of how many.
    pub of: usize,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeFigure {
    /// A line on it.
    pub about: Option<String>,
    /// The date to which it counts.
    pub deadline: String,
    /// Of an event: the share of the trials that had reached it, with the 95% interval of E. B. Wilson 1927.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Band>,
    /// Of an event: when it was first reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<FirstDates>,
    /// The answer, its arrays at the steps of the axis.
    #[serde(flatten)]
    pub answer: OutcomeResult,
}

/// An estimate at each step of the axis; none where no trial counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Band {
    /// The estimates.
    pub estimate: Vec<Option<f64>>,
    /// The lower ends of their intervals.
    pub low: Vec<Option<f64>>,
    /// The upper ends of their intervals.
    pub high: Vec<Option<f64>>,
}

/// The dates by which shares of all trials had reached an event; none where fewer ever did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FirstDates {
    /// A twentieth.
    pub q05: Option<String>,
    /// A quarter.
    pub q25: Option<String>,
    /// Half.
    pub median: Option<String>,
    /// Three quarters.
    pub q75: Option<String>,
    /// Nineteen twentieths.
    pub q95: Option<String>,
}

/// What became of a rule or a branch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleFigure {
    /// A line on the rule; none on a branch.
    pub about: Option<String>,
    /// The date by which it had fired in half of the trials.
    pub first_date_median: Option<String>,
    /// How often it fired.
    #[serde(flatten)]
    pub answer: RuleResult,
}

/// Two trials, one of each kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chronicles {
    /// The outcome that tells them apart.
    pub outcome: String,
    /// The trials that were looked through, from trial 0 on.
    pub searched: u64,
    /// First the kind that got there (an event reached, a value in its upper quarter, the commonest level), then the other;
    /// one alone where there is no trial of the other kind.
    pub trials: Vec<ToldTrial>,
}

/// A trial that stands for others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToldTrial {
    /// The kind: `reached`, `not reached`, `high`, `low`, or the level's name.
    pub kind: String,
    /// Of how many trials of its kind it is the one in the middle.
    pub among: u64,
    /// Entries of the chronicle that were left out at its end, where there were too many.
    pub left_out: u64,
    /// The trial.
    pub chronicle: Chronicle,
}

impl ReportResult {
    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings and numbers finite or null, so there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

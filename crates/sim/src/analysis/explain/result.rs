//! What set apart the trials that got there, `cordiale.explain/1`: serialised it is the JSON that the manual documents.

use cordiale_core::calendar::Date;
use serde::Serialize;

use crate::result::{LookupError, Named, RunInfo, ScenarioInfo, as_text};
use crate::stats::{Difference, Probability, Ratio};

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.explain/1";

/// What was found. It holds no time, host, path or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// Results of equal numbers agree to the last bit; see the manual.
    pub value_stability: u32,
    /// The scenario.
    pub scenario: ScenarioInfo,
    /// How it was run.
    pub run: RunInfo,
    /// What is explained.
    pub outcome: Explained,
    /// Trials to read, of either kind.
    pub examples: Examples,
    /// How many trials `rules`, `box`, `chains` and `signposts` look at: all that count, or as many of the first as fit
    /// into memory.
    pub looked_at: u64,
    /// Rules and their branches (as `rule.branch`) that fired before the outcome in some trial: the surest first.
    pub rules: Named<RuleLift>,
    /// Where in the ranges of parameters and starts the trials that got there lie; none where nothing is drawn or no
    /// ranges set them apart.
    #[serde(rename = "box")]
    pub ranges: Option<RangeBox>,
    /// The same trials with a rule switched off.
    pub pivotal: Pivotal,
    /// In which order the rules without which a trial would not have got there first fired.
    pub chains: Chains,
    /// What could be seen by a date, and how much it moves the odds afterwards; none where too few trials are left.
    pub signposts: Option<Signposts>,
    /// What is legal and suspect, and what could not be found out.
    pub warnings: Vec<String>,
}

/// The first trials of those that were looked at, to be told by a [`Chronicle`](crate::Chronicle).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Examples {
    /// That got there.
    pub reached: Option<u64>,
    /// That did not.
    pub not_reached: Option<u64>,
}

/// The event that is explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The outcome.
    pub name: String,
    /// As files spell it: `event`, `value` or `levels`.
    pub kind: &'static str,
    /// The level that a trial is to stand in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// What the value is to lie above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// What the value is to lie below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The event that it is conditional on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// Up to when (of an event) or when (of a value and of levels).
    pub by: At,
    /// For how many steps an event must have held; firings in them do not count as before it.
    pub sustained_steps: u64,
    /// In how many trials it was reached.
    pub reached: u64,
    /// Of how many that count.
    pub trials: u64,
    /// The share.
    pub probability: Probability,
}

/// An observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// Its date.
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    /// Its number, from 0.
    pub step: u32,
}

/// How much likelier the outcome is once a rule has fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleLift {
    /// In how many trials that got there it had fired before.
    pub fired_and_reached: u64,
    /// In how many trials that did not get there it had fired by the deadline.
    pub fired_and_not: u64,
    /// In how many of those that got there it would have fired before, had it made no difference: on each date the share
    /// of the open trials in which it had fired, summed over those that got there then.
    pub expected: f64,
    /// Among trials at the same date that had not got there yet: how many times likelier those in which it had fired
    /// got there then than those in which it had not. None where no date has both kinds.
    pub lift: Option<Ratio>,
    /// How often chance alone lifts or lowers as much; 1 where there is nothing to compare.
    pub p: f64,
    /// The same for all rules and branches at once, by Holm.
    pub p_adjusted: f64,
}

/// Ranges of a few inputs in which the trials that got there are dense.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RangeBox {
    /// The inputs that are limited.
    pub limits: Named<Limit>,
    /// On how many trials it was looked for.
    pub found_on: u64,
    /// On those: the share of the trials that got there which lie in it, and of those in it the share that got there.
    /// Flattering, for it was chosen by them.
    pub found: Shares,
    /// On how many other trials it was judged.
    pub judged_on: u64,
    /// On the others: the share of the trials that got there which lie in it.
    pub coverage: Probability,
    /// On the others: the share of those in it that got there; none where none lies in it.
    pub density: Option<Probability>,
    /// On the others: the share of those outside that got there; none where none lies outside.
    pub density_outside: Option<Probability>,
    /// On the others: the share of all that got there.
    pub base: Probability,
    /// Whether the others bear it out: got there more often inside than outside, surely.
    pub holds: bool,
}

/// Coverage and density of a box.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shares {
    /// Of the trials that got there, how many lie in it.
    pub coverage: f64,
    /// Of those that lie in it, how many got there.
    pub density: f64,
}

/// The range of one input in a box, its ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// From; none where it is not limited below.
    pub low: Option<f64>,
    /// To; none where it is not limited above.
    pub high: Option<f64>,
    /// How often chance alone would make the box as dense if this input did not matter (on the trials that judge; B. P.
    /// Bryant and R. J. Lempert's quasi-p-value, 2010).
    pub p: f64,
}

/// What switching rules off does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pivotal {
    /// How many trials were run again, without each rule.
    pub trials: u64,
    /// The rules that were switched off, the most decisive first.
    pub rules: Named<SwitchedOff>,
    /// Rules that fired before the outcome and were not switched off: beyond those asked for, or so that it stays quick.
    pub not_tried: Vec<String>,
}

/// The same trials without a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SwitchedOff {
    /// Without the rule: the share that got there.
    pub without: Option<Probability>,
    /// Without the rule minus with it, paired trial by trial; none where no trial counts without it.
    pub difference: Option<Difference>,
    /// Trials that got there, and would not have without it: in these it is pivotal. Of an outcome with a condition, those too
    /// that would not have met it.
    pub lost: u64,
    /// Trials that did not get there, and would have without it: it kept them from it, or from the condition.
    pub gained: u64,
    /// The share of the trials that got there in which it is pivotal.
    pub pivotal: Option<Probability>,
    /// How often chance alone makes `lost` and `gained` differ as much.
    pub p: f64,
    /// The same for all rules at once, by Holm.
    pub p_adjusted: f64,
}

/// Chains of firings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chains {
    /// How many trials that got there were looked at.
    pub trials: u64,
    /// How many different chains these have.
    pub distinct: u64,
    /// The commonest.
    pub commonest: Vec<Chain>,
}

/// A chain of firings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chain {
    /// The rules (or `rule.branch`) in the order in which they first fired; together those that did so in one step.
    /// None where no rule by itself was needed.
    pub links: Vec<Vec<String>>,
    /// How many trials have it.
    pub trials: u64,
    /// Their share.
    pub share: Probability,
}

/// What could be seen by a date.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signposts {
    /// The date.
    pub by: At,
    /// How many trials chose thresholds and the order: had not got there by then.
    pub found_on: u64,
    /// How many others judge: had not got there by then.
    pub judged_on: u64,
    /// Among these, how many got there afterwards.
    pub base: Probability,
    /// By how much they move the odds, as the trials that found them have it; most first.
    pub signs: Vec<Signpost>,
}

/// Something that could be seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signpost {
    /// A rule, or `rule.branch`, that has fired; a state value or an index by its full name.
    pub name: String,
    /// What kind of thing.
    pub kind: SignKind,
    /// What the value lies above; of an index that is a condition, and of a rule, none.
    pub above: Option<f64>,
    /// The share of the trials in which it is seen.
    pub seen: Probability,
    /// Where it is seen, how many got there afterwards; none where it never is.
    pub if_seen: Option<Probability>,
    /// Where it is not, how many did; none where it always is.
    pub if_not: Option<Probability>,
    /// The odds of getting there where it is seen over those where it is not; none where they cannot be compared.
    pub odds_ratio: Option<Ratio>,
    /// How often chance alone moves them as much.
    pub p: f64,
    /// The same for all signposts at once, by Holm.
    pub p_adjusted: f64,
}

/// What a signpost is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignKind {
    /// A rule or a branch has fired.
    Fired,
    /// A tie, an attribute or a variable is above a threshold.
    Value,
    /// An index is above a threshold.
    Index,
    /// An index that is a condition holds.
    Condition,
}

impl ExplainResult {
    /// A rule's or branch's lift.
    ///
    /// # Errors
    /// Where there is none of this name that fired before the outcome.
    pub fn rule(&self, name: &str) -> Result<&RuleLift, LookupError> {
        self.rules.get(name).ok_or_else(|| LookupError::unknown(name, "rule", self.rules.names()))
    }

    /// What switching a rule off does.
    ///
    /// # Errors
    /// Where none of this name was switched off.
    pub fn without(&self, rule: &str) -> Result<&SwitchedOff, LookupError> {
        let rules = &self.pivotal.rules;
        rules.get(rule).ok_or_else(|| LookupError::unknown(rule, "rule", rules.names()))
    }

    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings and numbers finite or null, so there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

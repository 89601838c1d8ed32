//! The register, `cordiale.assumptions/1`: serialised it is the JSON that the manual documents.

use cordiale_core::assumptions::Assumption;
use serde::Serialize;

use crate::analysis::compare::OutcomeContrast;
use crate::analysis::sensitivity::Index;
use crate::result::{LookupError, Named, RunInfo, ScenarioInfo};

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.assumptions/1";

/// The register of a scenario. It holds no time, host, path or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AssumptionsResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The version of cordiale that made it.
    pub version: &'static str,
    /// Results of equal numbers agree to the last bit; see the manual.
    pub value_stability: u32,
    /// Whose register it is.
    pub scenario: ScenarioInfo,
    /// How it was run; its trials are those of `leaning`.
    pub run: RunInfo,
    /// How it was judged how far answers lean on a number; none where that was not asked for, or nothing can be varied.
    pub leaning: Option<Leaning>,
    /// The sources, by name.
    pub sources: Named<SourceInfo>,
    /// Every number, weakest and most decisive first: by `doubt` times `lean`, then by `doubt`.
    pub assumptions: Vec<Entry>,
    /// The answers with one source in doubt.
    pub without_source: Option<Without>,
    /// What is suspect, and what was left out.
    pub warnings: Vec<String>,
}

/// The swings behind a register.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leaning {
    /// How many trials at either end of each number.
    pub trials: u64,
    /// The range of the factors on numbers that have no distribution; none where none was varied.
    pub factors: Option<(f64, f64)>,
    /// What was looked at, levels as `outcome.level`, and its probability or mean in as many trials as they are.
    pub outcomes: Named<f64>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceInfo {
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: Option<String>,
    /// When.
    pub date: Option<String>,
    /// How many numbers rest on it, alone or with others.
    pub numbers: usize,
}

/// A number in the register.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The number.
    #[serde(flatten)]
    pub assumption: Assumption,
    /// How weak its ground is, from 0.1 to 1; see [`super::doubt`].
    pub doubt: f64,
    /// How far the outcome that leans on it most does so, as a share of the greatest effect of any number on that
    /// outcome, in \[0, 1\]; none where it was not varied.
    pub lean: Option<f64>,
    /// By outcome.
    pub leans: Named<Lean>,
}

/// What one number does to one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lean {
    /// The probability or mean with the number at its low end: the 5% point of its distribution, `no`, or the lower factor.
    pub at_low: f64,
    /// The same at its high end: the 95% point, `yes`, or the upper factor.
    pub at_high: f64,
    /// From the low end to the high one, of pairs of trials on the same random numbers.
    pub difference: Index,
    /// Whether the outcome is a probability.
    pub is_probability: bool,
}

/// The answers with one source in doubt, against those without the doubt, on the same random numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Without {
    /// The source.
    pub source: String,
    /// `widened` or `removed`.
    pub how: &'static str,
    /// The range of the factors.
    pub factors: (f64, f64),
    /// What was widened or removed.
    pub changed: Vec<String>,
    /// How many trials of each.
    pub trials: u64,
    /// Paired differences, as in a comparison; the doubt is the variant.
    pub outcomes: Named<OutcomeContrast>,
}

impl AssumptionsResult {
    /// The entry of this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn entry(&self, name: &str) -> Result<&Entry, LookupError> {
        let names = self.assumptions.iter().map(|entry| entry.assumption.name.as_str());
        let found = self.assumptions.iter().find(|entry| entry.assumption.name == name);
        found.ok_or_else(|| LookupError::unknown(name, "assumption", names))
    }

    /// One line of JSON, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Names are strings, and what is no number is null: there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

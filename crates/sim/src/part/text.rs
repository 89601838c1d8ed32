//! A part as text: `cordiale.part/1`, one line of JSON whose last key is the checksum of all before it.

use std::borrow::Cow;

use cordiale_core::{Resolver, Scenario};
use serde::{Deserialize, Serialize};

use super::{Part, Shard};
use crate::analysis::stopping::Question;
use crate::error::RunError;
use crate::result::VALUE_STABILITY;
use crate::tally::Tally;

/// The name and version of the format.
pub const FORMAT: &str = "cordiale.part/1";

/// How a part of any version of the format begins.
const BEGINNING: &str = "{\"format\":\"cordiale.part/";
const CHECKSUM: &str = ",\"checksum\":\"blake3:";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What must be known before the rest can be understood.
#[derive(Deserialize)]
struct Maker {
    version: String,
    value_stability: u32,
}

/// The keys of a part but the checksum, in their order.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    format: Cow<'a, str>,
    version: Cow<'a, str>,
    value_stability: u32,
    seed: u64,
    /// Of the whole run.
    trials: u64,
    shard: Option<Shard>,
    /// What ends the run, if it is not the number of its trials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<Question>,
    /// The trials that it is to hold, the last not included.
    wanted: (u64, u64),
    /// The trials that it holds.
    held: (u64, u64),
    partial: bool,
    scenario: Source,
    tally: Cow<'a, Tally>,
}

/// All that the scenario is made of.
#[derive(Serialize, Deserialize)]
struct Source {
    id: String,
    digest: String,
    variant: Option<String>,
    set: Vec<(String, String)>,
    /// Its own file first, then each world behind the file that names it.
    files: Vec<File>,
}

#[derive(Serialize, Deserialize)]
struct File {
    name: String,
    text: String,
}

impl Part {
    /// The part as a line of text, `cordiale.part/1`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let pair = |range: std::ops::Range<u64>| (range.start, range.end);
        let written = Written {
            format: FORMAT.into(),
            version: VERSION.into(),
            value_stability: VALUE_STABILITY,
            seed: self.seed,
            trials: self.total,
            shard: self.shard,
            question: self.question.clone(),
            wanted: pair(self.wanted()),
            held: pair(self.held()),
            partial: self.is_partial(),
            scenario: Source::of(&self.scenario),
            tally: Cow::Borrowed(&self.tally),
        };
        // Strings, whole numbers and lists of them: there is nothing that JSON cannot hold.
        let mut text = serde_json::to_string(&written).unwrap_or_default();
        text.pop();
        sealed(&text)
    }

    /// Whether a text that begins like this can be a part, whole or damaged.
    #[must_use]
    pub fn is_beginning(text: &[u8]) -> bool {
        text.starts_with(BEGINNING.as_bytes())
    }

    /// Reads a part back.
    ///
    /// # Errors
    /// Where the text is no part, is damaged or cut off, or was made by another version of cordiale.
    pub fn from_text(text: &str) -> Result<Self, RunError> {
        let body = verified(text)?;
        let unreadable = |error: serde_json::Error| {
            wrong(format!("its checksum is right and its content is not ({error}); make it again"))
        };
        let json = format!("{body}}}");
        let maker: Maker = serde_json::from_str(&json).map_err(unreadable)?;
        if (maker.version.as_str(), maker.value_stability) != (VERSION, VALUE_STABILITY) {
            return Err(wrong(format!(
                "it was made by cordiale {}, value stability {}, and this is {VERSION}, value stability {VALUE_STABILITY}; use the version that made it, or make it again",
                maker.version, maker.value_stability
            )));
        }
        serde_json::from_str::<Written<'_>>(&json).map_err(unreadable)?.read()
    }
}

/// An object that lacks its closing brace, with the checksum.
fn sealed(body: &str) -> String {
    format!("{body}{CHECKSUM}{}\"}}\n", blake3::hash(body.as_bytes()).to_hex())
}

/// What is ahead of the checksum, once that is found to be right.
fn verified(text: &str) -> Result<&str, RunError> {
    let Some(rest) = text.strip_prefix(BEGINNING) else {
        return Err(wrong("it is no part of a run; parts are written by `cordiale run --shard`"));
    };
    let version = rest.split('"').next().unwrap_or_default();
    if rest.contains('"') && version != &FORMAT[FORMAT.len() - 1..] {
        return Err(wrong(format!(
            "it is of the format cordiale.part/{version}, and this cordiale reads {FORMAT}; use the version that made it"
        )));
    }
    let end = text.trim_ascii_end();
    let Some((body, checksum)) = end.strip_suffix("\"}").and_then(|text| text.rsplit_once(CHECKSUM)) else {
        return Err(wrong("it is cut off: its end, with the checksum, is missing; copy it or make it again"));
    };
    if blake3::hash(body.as_bytes()).to_hex().as_str() != checksum {
        return Err(wrong("it is damaged: its checksum does not fit; copy it or make it again"));
    }
    Ok(body)
}

fn wrong(message: impl Into<String>) -> RunError {
    RunError::Part(message.into())
}

impl Written<'_> {
    fn read(self) -> Result<Part, RunError> {
        let scenario = self.scenario.load()?;
        let (first, end) = self.wanted;
        let altered = || wrong("what it says of itself does not agree: it was altered; make it again");
        let mut part = match self.question {
            Some(question) => Part::until(&scenario, self.seed, question)?,
            None => Part::new(&scenario, self.seed, self.trials, first..end)?,
        };
        if part.total != self.trials || part.wanted != (first..end) {
            return Err(altered());
        }
        // One that was stopped at once holds nothing.
        if self.tally.trials() > 0 {
            part.add(&self.tally).map_err(|_| altered())?;
        }
        part.shard = self.shard;
        let is_shard = |shard: Shard| shard.trials(self.trials).is_ok_and(|trials| trials == part.wanted);
        if (part.held().start, part.held().end) != self.held || !part.shard.is_none_or(is_shard) {
            return Err(altered());
        }
        Ok(part)
    }
}

impl Source {
    fn of(scenario: &Scenario) -> Self {
        let file = |file: &cordiale_core::source::SourceFile| File {
            name: file.name().to_owned(),
            text: file.text().to_owned(),
        };
        Self {
            id: scenario.model().id.clone(),
            digest: scenario.digest().to_owned(),
            variant: scenario.variant_name().map(str::to_owned),
            set: scenario.settings().to_vec(),
            files: scenario.files().map(file).collect(),
        }
    }

    fn load(&self) -> Result<Scenario, RunError> {
        let unloadable =
            |report| wrong(format!("the scenario in it cannot be read, so it was altered: {report}"));
        let Some(own) = self.files.first() else {
            return Err(wrong("it holds no scenario: it was altered; make it again"));
        };
        let mut scenario =
            Scenario::from_toml(&own.text, &own.name, &Inside(&self.files)).map_err(unloadable)?;
        if let Some(variant) = &self.variant {
            scenario = scenario.with_variant(variant).map_err(unloadable)?;
        }
        let set: Vec<(&str, &str)> = self.set.iter().map(|(name, text)| (&**name, &**text)).collect();
        if !set.is_empty() {
            scenario = scenario.with_settings(&set).map_err(unloadable)?;
        }
        if scenario.digest() != self.digest || scenario.model().id != self.id {
            return Err(wrong("the scenario in it has another digest than it says; make it again"));
        }
        Ok(scenario)
    }
}

/// Finds the worlds of a part's scenario in the part.
struct Inside<'a>(&'a [File]);

impl Resolver for Inside<'_> {
    fn world(&self, name: &str, from: &str) -> Result<(String, String), String> {
        let place = self.0.iter().position(|file| file.name == from);
        match place.and_then(|place| self.0.get(place + 1)) {
            Some(file) => Ok((file.text.clone(), file.name.clone())),
            None => Err(format!("the world `{name}` is missing in the part; make it again")),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use cordiale_core::builder::{Event, Rule, ScenarioBuilder};

    use super::{Part, sealed, verified};
    use crate::part::{Merger, Shard};

    fn whole() -> String {
        let scenario = ScenarioBuilder::new("coin", "2024-01-01", "month", 2)
            .variable("heads", 0.0)
            .rule("toss", Rule::new().chance(0.5).effect("heads += normal(1, 1)"))
            .event("two", Event::when("heads > 2"))
            .value("heads", "heads")
            .build()
            .unwrap();
        let mut part = Part::of_shard(&scenario, 7, 70, Shard::new(1, 1).unwrap()).unwrap();
        while let Some(rest) = part.rest().unwrap() {
            part.add(&rest.threads(1).tally().unwrap()).unwrap();
        }
        part.to_text()
    }

    fn finish(text: &str) -> bool {
        let mut merger = Merger::new();
        merger.add("part", text);
        merger.finish().is_ok()
    }

    #[test]
    fn a_part_comes_back_as_it_was() {
        let text = whole();
        assert!(finish(&text));
        assert_eq!(Part::from_text(&text).unwrap().to_text(), text);
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_seen() {
        let text = whole();
        for place in 0..text.trim_end().len() {
            assert!(Part::from_text(&text[..place]).is_err(), "cut at {place}");
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'7' { b'8' } else { b'7' };
            assert!(Part::from_text(&String::from_utf8(bytes).unwrap()).is_err(), "changed at {place}");
        }
    }

    /// A checksum keeps damage off, and no forger: what he writes is refused or is a result, and no panic.
    #[test]
    fn a_forged_part_is_no_reason_to_panic() {
        let text = whole();
        let body = verified(&text).unwrap();
        let digits = body.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(place, _)| place);
        let (mut refused, mut taken) = (0, 0);
        for place in digits {
            for number in ["", "0", "9", "-1", "18446744073709551615", "null", "[]"] {
                let forged = sealed(&format!("{}{number}{}", &body[..place], &body[place + 1..]));
                if finish(&forged) { taken += 1 } else { refused += 1 }
            }
        }
        assert!(refused > taken && taken > 0, "{refused} {taken}");
    }
}

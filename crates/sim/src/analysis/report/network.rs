//! The ties as they go: their medians over some trials, at steps along the way.

use cordiale_core::Scenario;
use cordiale_core::model::{self, Model, Slot, SlotId, SlotKind};
use serde::Serialize;

use super::figures::evenly;
use crate::error::RunError;
use crate::result::{RunResult, ValueSeries};

/// Ties that are watched in one run: their quantiles by step take memory.
const AT_A_TIME: usize = 64;
/// The most ties that are kept.
const MOST_TIES: usize = 150;
/// Numbers that all ties may take together.
const MOST_NUMBERS: usize = 24_000;
/// Steps that a tie is shown at, at most and at least.
const STEPS: (usize, usize) = (121, 13);

/// Actors, and the ties between them as they go.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TieNetwork {
    /// In how many trials the ties were watched, from trial 0 on.
    pub trials: u64,
    /// The steps at which they are shown.
    pub steps: Vec<u32>,
    /// When each starts.
    pub dates: Vec<String>,
    /// The actors that have a tie, by id.
    pub actors: Vec<NetworkActor>,
    /// The kinds of tie that there are, by name.
    pub channels: Vec<NetworkChannel>,
    /// The ties, by name: those that the file declares, and those that rules make.
    pub ties: Vec<NetworkTie>,
    /// Ties that were left out, for there were too many: those whose medians move and weigh least.
    pub left_out: u64,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NetworkActor {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// `state`, `institution`, `bloc`, `person` or `other`.
    pub kind: &'static str,
    /// A line on it.
    pub about: Option<String>,
}

/// A kind of tie.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkChannel {
    /// Its name.
    pub name: String,
    /// What it measures and what 1 means.
    pub about: Option<String>,
    /// Whether ties have a direction.
    pub directed: bool,
    /// The clamp of each weight; an end is none where it is infinite.
    pub range: [Option<f64>; 2],
}

/// One tie.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkTie {
    /// Its full name.
    pub name: String,
    /// Its channel.
    pub channel: String,
    /// From, or the smaller id.
    pub from: String,
    /// To, or the greater id.
    pub to: String,
    /// A line on it.
    pub about: Option<String>,
    /// What it starts at, as the file writes it; none where the file does not declare it.
    pub start: Option<String>,
    /// What its start rests on.
    pub evidence: Vec<Evidence>,
    /// The median at each step; one number where it never moves.
    pub median: Vec<Option<f64>>,
    /// The 5% quantile; empty where all trials agree throughout.
    pub q05: Vec<Option<f64>>,
    /// The 95% quantile; empty where all trials agree throughout.
    pub q95: Vec<Option<f64>>,
}

/// What a number rests on, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The source's title.
    pub source: Option<String>,
    /// The paragraph in it.
    pub paragraph: Option<u32>,
    /// The page in it.
    pub page: Option<u32>,
    /// `article`, `record` or `judgement`.
    pub basis: Option<&'static str>,
    /// `low`, `moderate` or `high`.
    pub confidence: Option<&'static str>,
    /// Whether it is contradicted.
    pub disputed: bool,
    /// What it says.
    pub note: Option<String>,
}

/// Watches the ties. `run` runs a scenario that asks for some of them.
pub(super) fn watch(
    scenario: &Scenario,
    trials: u64,
    run: impl Fn(&Scenario) -> Result<RunResult, RunError>,
) -> Result<TieNetwork, RunError> {
    let model = scenario.model();
    let is_tie = |slot: &Slot| matches!(slot.kind, SlotKind::Tie { .. });
    let places: Vec<usize> = (0..model.slots.len()).filter(|place| is_tie(&model.slots[*place])).collect();
    let mut all: Vec<Watched<'_>> = Vec::new();
    for some in places.chunks(AT_A_TIME) {
        let ids: Vec<SlotId> =
            some.iter().filter_map(|place| model.slot(&model.slots[*place].name)).collect();
        let result = run(&scenario.watching(&ids))?;
        for place in some {
            let slot = &model.slots[*place];
            let Ok(value) = result.value(&slot.name) else { continue };
            let watched = Watched::new(slot, &value.by_step);
            if slot.declared || watched.moves {
                all.push(watched);
            }
        }
    }
    let left_out = all.len().saturating_sub(MOST_TIES);
    if left_out > 0 {
        all.sort_by(|a, b| b.telling.total_cmp(&a.telling).then_with(|| a.slot.name.cmp(&b.slot.name)));
        all.truncate(MOST_TIES);
        all.sort_by(|a, b| a.slot.name.cmp(&b.slot.name));
    }
    let most = (MOST_NUMBERS / (3 * all.len().max(1))).clamp(STEPS.1, STEPS.0);
    let steps = evenly(model.calendar.steps(), most);
    let ties: Vec<NetworkTie> = all.iter().filter_map(|watched| watched.tie(model, &steps)).collect();
    let has_tie = |id: &str| ties.iter().any(|tie| tie.from == id || tie.to == id);
    let of_tie = |name: &str| ties.iter().any(|tie| tie.channel == name);
    Ok(TieNetwork {
        trials,
        dates: steps.iter().map(|step| model.calendar.date_of(*step).to_string()).collect(),
        steps,
        actors: model.actors.iter().filter(|a| has_tie(&a.id)).map(actor).collect(),
        channels: model.channels.iter().filter(|c| of_tie(&c.name)).map(channel).collect(),
        left_out: left_out as u64,
        ties,
    })
}

/// A tie with all its steps.
struct Watched<'m> {
    slot: &'m Slot,
    series: [Vec<Option<f64>>; 3],
    /// Whether it is ever another than at the start, or differs between trials.
    moves: bool,
    /// How much there is to see: how far the median goes, and how far from 0 it gets.
    telling: f64,
}

impl<'m> Watched<'m> {
    fn new(slot: &'m Slot, series: &ValueSeries) -> Self {
        let all = [&series.q05, &series.q50, &series.q95].map(Clone::clone);
        let first = all[0].first().copied().flatten();
        let moves = all.iter().any(|values| values.iter().any(|value| *value != first));
        let medians = all[1].iter().flatten();
        let (low, high) = medians.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
        let telling = if low <= high { high - low + 0.01 * high.abs().max(low.abs()) } else { 0.0 };
        Self { slot, series: all, moves, telling }
    }

    fn tie(&self, model: &Model, steps: &[u32]) -> Option<NetworkTie> {
        let SlotKind::Tie { channel, from, to } = self.slot.kind else { return None };
        let slot = self.slot;
        let at_steps = |values: &[Option<f64>]| -> Vec<Option<f64>> {
            steps.iter().map(|step| values.get(*step as usize).copied().flatten()).collect()
        };
        let [q05, median, q95] = if self.moves {
            [&self.series[0], &self.series[1], &self.series[2]].map(|values| at_steps(values))
        } else {
            [Vec::new(), self.series[1].first().copied().into_iter().collect(), Vec::new()]
        };
        Some(NetworkTie {
            name: slot.name.clone(),
            channel: model.channels.get(channel)?.name.clone(),
            from: model.actors.get(from.index())?.id.clone(),
            to: model.actors.get(to.index())?.id.clone(),
            about: slot.about.clone(),
            start: slot.declared.then(|| slot.text.trim_matches('"').to_owned()),
            evidence: slot.evidence.iter().map(|evidence| in_words(model, evidence)).collect(),
            median,
            q05,
            q95,
        })
    }
}

fn actor(actor: &model::Actor) -> NetworkActor {
    NetworkActor {
        id: actor.id.clone(),
        name: actor.name.clone(),
        kind: actor.kind.name(),
        about: actor.about.clone(),
    }
}

fn channel(channel: &model::Channel) -> NetworkChannel {
    let finite = |end: f64| Some(end).filter(|end| end.is_finite());
    NetworkChannel {
        name: channel.name.clone(),
        about: channel.about.clone(),
        directed: channel.directed,
        range: [finite(channel.range.0), finite(channel.range.1)],
    }
}

fn in_words(model: &Model, evidence: &model::Evidence) -> Evidence {
    let source = evidence.source.and_then(|id| model.sources.get(id.index()));
    Evidence {
        source: source.map(|source| source.title.clone()),
        paragraph: evidence.paragraph,
        page: evidence.page,
        basis: evidence.basis.map(model::Basis::name),
        confidence: evidence.confidence.map(model::Confidence::name),
        disputed: evidence.disputed,
        note: evidence.note.clone(),
    }
}

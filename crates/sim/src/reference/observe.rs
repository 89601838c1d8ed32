//! Looking at the outcomes: at step 0 and after every step.

use cordiale_core::Model;
use cordiale_core::model::{Level, OutcomeKind};

use super::{Evaluation, Fault, InTrial, Situation, Streams, Walk, finite};
use crate::error::RunError;
use crate::record::Track;

/// What was seen of the outcomes so far.
#[derive(Clone, Debug)]
pub(crate) struct Observer {
    pub(crate) tracks: Vec<Track>,
    /// For each event, for how many observations up to now its condition has held without a break.
    runs: Vec<u64>,
}

impl Observer {
    pub(crate) fn new(model: &Model) -> Self {
        let track = |kind: &OutcomeKind| match kind {
            OutcomeKind::Event { .. } => Track::Event { reached: None, holding: Vec::new() },
            OutcomeKind::Value { .. } => Track::Value(Vec::new()),
            OutcomeKind::Levels { .. } => Track::Levels(Vec::new()),
        };
        let tracks: Vec<Track> = model.outcomes.iter().map(|outcome| track(&outcome.kind)).collect();
        Self { runs: vec![0; tracks.len()], tracks }
    }

    /// Looks at every outcome once.
    pub(crate) fn observe(&mut self, walk: &Walk<'_>, streams: &Streams) -> Result<(), RunError> {
        let trial = InTrial { walk, streams };
        let snapshot = Evaluation::now(&trial);
        for (place, outcome) in walk.model.outcomes.iter().enumerate() {
            self.look(place, &outcome.kind, &snapshot, walk.step)
                .map_err(|fault| walk.error(fault, &format!("outcome `{}`", outcome.name)))?;
        }
        Ok(())
    }

    fn look(
        &mut self,
        place: usize,
        kind: &OutcomeKind,
        snapshot: &Evaluation<'_, InTrial<'_>>,
        step: u32,
    ) -> Result<(), Fault> {
        match (kind, &mut self.tracks[place]) {
            (OutcomeKind::Event { when, sustained }, Track::Event { reached, holding }) => {
                let run = &mut self.runs[place];
                *run = if snapshot.condition(*when)? { *run + 1 } else { 0 };
                // It holds at step s where the condition held at s - d, ..., s: at d + 1 observations in a row.
                let holds = *run > *sustained;
                holding.push(holds);
                if holds {
                    reached.get_or_insert(step);
                }
            }
            (OutcomeKind::Value { value }, Track::Value(values)) => {
                values.push(finite(snapshot.number(*value)?, *value, "the observed value")?);
            }
            (OutcomeKind::Levels { levels }, Track::Levels(seen)) => {
                seen.push(u16::try_from(level_of(levels, snapshot)?).unwrap_or(u16::MAX));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The first level that holds, as a place in them; the last holds always.
pub(crate) fn level_of<S: Situation>(levels: &[Level], snapshot: &Evaluation<'_, S>) -> Result<usize, Fault> {
    for (place, level) in levels.iter().enumerate() {
        if let Some(when) = level.when
            && snapshot.condition(when)?
        {
            return Ok(place);
        }
    }
    Ok(levels.len().saturating_sub(1))
}

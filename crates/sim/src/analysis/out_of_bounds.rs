//! What was out of bounds in the rules of many trials, told as `run` tells it.

use cordiale_core::model::Model;

use crate::engine::{BlockRecord, EntryClamps};
use crate::tally;

/// By rule, all of its instances together, and by branch; merges to the same in any order.
#[derive(Clone, Debug, Default)]
pub(super) struct OutOfBounds(Vec<EntryClamps>);

impl OutOfBounds {
    /// Notes what was so in a block.
    pub(super) fn note(&mut self, block: &BlockRecord) {
        self.add(&block.clamps);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.add(&other.0);
    }

    fn add(&mut self, clamps: &[EntryClamps]) {
        let entries = self.0.len().max(clamps.len());
        self.0.resize(entries, EntryClamps::default());
        for (found, entry) in self.0.iter_mut().zip(clamps) {
            found.clamped.merge(entry.clamped);
            found.fast_hazard.merge(entry.fast_hazard);
        }
    }

    /// What there is to say, by rule; what was so in a branch is counted with its rule.
    pub(super) fn warnings(&self, model: &Model) -> Vec<String> {
        let mut said = Vec::new();
        let mut entry = 0;
        for rule in &model.rules {
            let EntryClamps { clamped, fast_hazard } = self.0.get(entry).copied().unwrap_or_default();
            said.extend(tally::out_of_bounds(
                model,
                &rule.name,
                clamped.into(),
                fast_hazard.into(),
                tally::times,
            ));
            entry += 1 + rule.branches.len();
        }
        said
    }
}

//! The random streams of a model, by name.

use cordiale_core::Model;

use crate::random::Stream;

/// Every stream that a trial draws from.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    pub(crate) seed: u64,
    /// Of the draws written in the file: `parameter/P/J`, `start/NAME/J`, `rule/R/effect/K/J`.
    pub(super) draws: Vec<Stream>,
    /// `rule/R/fire`, by instance.
    pub(super) fire: Vec<Stream>,
    /// `rule/R/branch`, by instance.
    pub(super) branch: Vec<Stream>,
    /// `drift/NAME`, by slot.
    pub(super) drift: Vec<Stream>,
}

impl Streams {
    pub(crate) fn new(model: &Model, seed: u64) -> Self {
        let stream = |name: &str| Stream::new(seed, name);
        let instances = || model.instances.iter().map(|i| i.name.as_str());
        Self {
            seed,
            draws: model.exprs.draws().iter().map(|draw| stream(&draw.stream)).collect(),
            fire: instances().map(|name| stream(&format!("rule/{name}/fire"))).collect(),
            branch: instances().map(|name| stream(&format!("rule/{name}/branch"))).collect(),
            drift: model.slots.iter().map(|slot| stream(&format!("drift/{}", slot.name))).collect(),
        }
    }
}

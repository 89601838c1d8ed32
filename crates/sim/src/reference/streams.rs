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
    /// By draw of the file: a uniform in its place, where one is given for what is drawn once a trial.
    pub(super) given: Vec<Option<f64>>,
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
            given: Vec::new(),
            drift: model.slots.iter().map(|slot| stream(&format!("drift/{}", slot.name))).collect(),
        }
    }

    /// The same with uniforms in place of what the streams of these names draw once a trial.
    pub(crate) fn at(model: &Model, seed: u64, uniforms: &[(&str, f64)]) -> Self {
        let given = |name: &str| uniforms.iter().find(|(stream, _)| *stream == name).map(|(_, u)| *u);
        let draws = model.exprs.draws().iter();
        Self { given: draws.map(|draw| given(&draw.stream)).collect(), ..Self::new(model, seed) }
    }
}

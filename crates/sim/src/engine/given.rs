//! Points of a design: uniforms in place of what some streams draw once a trial.

use crate::program::Program;
use crate::random::LANES;

/// Uniforms in (0, 1) for the draws of some streams of parameters and starts, lane by lane. All else is drawn as ever.
#[derive(Clone, Debug)]
pub(crate) struct GivenUniforms {
    /// By stream of the program: the place of its uniforms.
    places: Vec<Option<usize>>,
    /// In the order of the streams that were asked for.
    pub(crate) uniforms: Vec<[f64; LANES]>,
}

impl GivenUniforms {
    /// Room for the uniforms of the streams of these names, 1/2 each at first; those that the program has no use for are
    /// never looked at.
    pub(crate) fn new<'n>(program: &Program, names: impl ExactSizeIterator<Item = &'n str>) -> Self {
        let mut places = vec![None; program.streams.len()];
        let uniforms = vec![[0.5; LANES]; names.len()];
        for (place, name) in names.enumerate() {
            for (_, found) in program.streams.iter().zip(&mut places).filter(|(stream, _)| *stream == name) {
                *found = Some(place);
            }
        }
        Self { places, uniforms }
    }

    /// The uniforms of a stream, where they are given.
    pub(super) fn of(&self, stream: u32) -> Option<&[f64; LANES]> {
        self.places.get(stream as usize).copied().flatten().and_then(|place| self.uniforms.get(place))
    }
}

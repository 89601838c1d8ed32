//! What is drawn once a trial, and other ways to come by it.

use std::cell::RefCell;
use std::collections::HashMap;

use cordiale_core::model::Distribution;

use super::given::GivenUniforms;
use super::lanes::Lanes;
use crate::program::LanesDraw;
use crate::random::LANES;
use crate::simd::Key;

/// How what is drawn once a trial is drawn, where that is not in the usual way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Once<'a> {
    /// The number of each lane's trial, where it is another one.
    pub(crate) outer: Option<&'a [u64; LANES]>,
    /// Uniforms in place of those of some streams.
    pub(crate) given: Option<&'a GivenUniforms>,
    /// What draws came to when they were last made.
    pub(crate) remembered: Option<&'a Remembered>,
}

impl<'a> Once<'a> {
    /// In the usual way, but where a draw was made already.
    pub(crate) fn remembering(remembered: &'a Remembered) -> Self {
        Self { remembered: Some(remembered), ..Self::default() }
    }
}

/// What draws came to when they were last made, by stream, for engines that run the same trials, or one that runs them
/// again: a quantile that has to be solved for costs as much as many steps.
#[derive(Debug, Default)]
pub(crate) struct Remembered(RefCell<HashMap<Key, Box<Made>>>);

/// What a draw came to, and all that decides it.
#[derive(Debug)]
struct Made {
    distribution: Distribution,
    arguments: [Lanes; 3],
    uniforms: [f64; LANES],
    active: u64,
    values: Lanes,
}

impl Remembered {
    /// Puts the values of a stream's draw there: as they were, or where it is another draw as they are made.
    pub(super) fn fill(
        &self,
        key: &Key,
        draw: &LanesDraw<'_>,
        out: &mut Lanes,
        make: impl FnOnce(&mut Lanes),
    ) {
        let mut all = self.0.borrow_mut();
        match all.get(key) {
            Some(made) if made.is_of(draw) => *out = made.values,
            _ => {
                make(out);
                all.insert(*key, Box::new(Made::new(draw, out)));
            }
        }
    }
}

impl Made {
    fn new(draw: &LanesDraw<'_>, values: &Lanes) -> Self {
        Self {
            distribution: draw.distribution.clone(),
            arguments: draw.arguments.map(|argument| *argument),
            uniforms: *draw.uniforms,
            active: draw.active,
            values: *values,
        }
    }

    fn is_of(&self, draw: &LanesDraw<'_>) -> bool {
        let is_alike = match (&self.distribution, draw.distribution) {
            // Where its arguments stand in the model is of no matter.
            (Distribution::Family(then, _), Distribution::Family(now, _)) => then == now,
            (then, now) => then == now,
        };
        let is_same = |then: &[f64; LANES], now: &[f64; LANES]| {
            then.iter().zip(now).fold(true, |all, (then, now)| all & (then.to_bits() == now.to_bits()))
        };
        is_alike
            && self.active == draw.active
            && is_same(&self.uniforms, draw.uniforms)
            && self.arguments.iter().zip(draw.arguments).all(|(then, now)| is_same(then, now))
    }
}

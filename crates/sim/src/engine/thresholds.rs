//! Deciding most draws without the chance itself: a table of what a logistic function's argument, or a hazard times the
//! length of a step, must be for a draw to lie below the chance.

use std::sync::LazyLock;

use crate::engine::TWO_32;
use crate::num::math;
use crate::program::{Link, Program, TriggerPlan};

/// How many of a draw's first bits choose the entry: so many that few entries hold a small chance, since most draws that
/// are looked at are small.
const BITS: u32 = 12;
const ENTRIES: usize = 1 << BITS;

/// By the draw's first bits: below the first number it surely lies above the chance, from the second on surely below.
type Table = Box<[(f64, f64); ENTRIES]>;

static LOGISTIC: LazyLock<Table> = LazyLock::new(|| table(|p| math::ln(p / (1.0 - p))));
/// Of p = 1 - exp(-x), whose x is never negative.
static HAZARD: LazyLock<Table> = LazyLock::new(|| table(|p| -math::ln(1.0 - p)));

/// What tells nothing.
static NONE: [(f64, f64); ENTRIES] = [(f64::NEG_INFINITY, f64::INFINITY); ENTRIES];

/// The tables of both functions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    logistic: &'static [(f64, f64); ENTRIES],
    hazard: &'static [(f64, f64); ENTRIES],
}

impl Thresholds {
    /// Those that a program has a use for.
    pub(super) fn new(program: &Program) -> Self {
        let mut tables = Self { logistic: &NONE, hazard: &NONE };
        for instance in &program.instances {
            match instance.trigger {
                TriggerPlan::Always => {}
                TriggerPlan::Number { link, .. } | TriggerPlan::Form { link, .. } => match link {
                    Link::Identity => {}
                    Link::Logistic => tables.logistic = &LOGISTIC,
                    Link::Hazard(_) => tables.hazard = &HAZARD,
                },
            }
        }
        tables
    }

    /// How a draw stands to the chance that comes of `x`.
    #[inline(always)]
    pub(super) fn look(&self, link: Link, x: f64, word: u32) -> Standing {
        let entry = (word >> (u32::BITS - BITS)) as usize;
        let (table, argument) = match link {
            // The first bits of a draw and a chance are a table of themselves.
            Link::Identity => {
                let scaled = x * TWO_32;
                let word = f64::from(word);
                return Standing::of(word <= scaled, word + 1.0 <= scaled);
            }
            Link::Logistic => (self.logistic, x),
            Link::Hazard(dt) => (self.hazard, x * dt),
        };
        let (below, above) = table[entry];
        Standing::of(argument >= below, argument >= above)
    }
}

/// How a draw stands to a chance, as far as that can be told without the chance. A number, since a branch on what cannot
/// be foreseen costs more than all else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Standing(u64);

impl Standing {
    /// Of whether it may lie below, and whether it surely does.
    #[inline(always)]
    pub(super) fn of(maybe: bool, surely: bool) -> Self {
        Self(u64::from(maybe) + u64::from(surely))
    }

    /// Whether it cannot be told.
    #[inline(always)]
    pub(super) fn is_open(self) -> bool {
        self.0 == 1
    }

    /// 1 if it surely lies below, 0 if it surely does not.
    #[inline(always)]
    pub(super) fn below(self) -> u64 {
        self.0 >> 1
    }
}

/// The ends of each entry, moved apart by more than the functions are ever off.
fn table(inverse: impl Fn(f64) -> f64) -> Table {
    let end = |entry: usize| match entry {
        0 => f64::NEG_INFINITY,
        ENTRIES => f64::INFINITY,
        _ => inverse(entry as f64 / ENTRIES as f64),
    };
    let room = |x: f64| if x.is_finite() { 1e-9 * (1.0 + x.abs()) } else { 0.0 };
    let mut upper = end(0);
    Box::new(std::array::from_fn(|entry| {
        let lower = upper;
        upper = end(entry + 1);
        (lower - room(lower), upper + room(upper))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::decide;

    /// Draws around every border of the table, and arguments around where they decide.
    #[test]
    fn a_table_decides_as_the_chance_does() {
        let thresholds = Thresholds { logistic: &LOGISTIC, hazard: &HAZARD };
        for link in [Link::Logistic, Link::Hazard(1.0 / 12.0), Link::Identity] {
            for entry in 0..ENTRIES as u32 {
                let width = 1 << (u32::BITS - BITS);
                for offset in [0, 1, width / 4, width - 1] {
                    let word = entry * width + offset;
                    let p = (f64::from(word) + 0.5) / 4_294_967_296.0;
                    let x = match link {
                        Link::Hazard(dt) => -math::ln(1.0 - p) / dt,
                        Link::Identity => p,
                        Link::Logistic => math::ln(p / (1.0 - p)),
                    };
                    for by in [-1.0, -1e-3, -1e-6, -1e-10, -1e-15, 0.0, 1e-15, 1e-10, 1e-6, 1e-3, 1.0] {
                        let x = x + by * (1.0 + x.abs());
                        let expected = decide(link.chance(x), word, || 7);
                        let found = thresholds.look(link, x, word);
                        let agrees = found.is_open() || found.below() == u64::from(expected);
                        assert!(agrees, "{link:?}, {word}, {x}");
                    }
                }
            }
            assert_eq!(thresholds.look(link, -1e300, 1 << 24), Standing::of(false, false));
            assert_eq!(thresholds.look(link, 1e300, 1 << 24), Standing::of(true, true));
        }
    }
}

//! Forms of expression that most rules have, which are worked out in one lane without a tape.

use std::fmt::{self, Display, Formatter};

use super::Reg;
use crate::num::math;
use crate::simd::Lanes;

/// The most terms of a sum that has a form.
pub(crate) const MOST_TERMS: usize = 4;

/// An expression over registers that are filled once a trial or hold the state. Whatever comes of it is a number, and
/// its operations are those of the tape that it stands for, in their order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    Number(f64),
    /// `by * x`
    Scaled(Term),
    /// `by * (from - x)`
    Room {
        by: f64,
        from: f64,
        of: Reg,
    },
    /// `(by * x) * y`
    Product {
        by: f64,
        of: [Reg; 2],
    },
    /// `((from + by * x) + ...)`
    Sum {
        from: f64,
        terms: Terms,
    },
}

/// `by * x`
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) by: f64,
    pub(crate) of: Reg,
}

impl Term {
    /// Its value in a lane.
    #[inline(always)]
    pub(crate) fn at(&self, numbers: &[Lanes], lane: usize) -> f64 {
        self.by * numbers[self.of as usize][lane]
    }
}

/// The terms of a sum, from the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Terms {
    terms: [Term; MOST_TERMS],
    len: usize,
}

impl Terms {
    pub(crate) const NONE: Self = Self { terms: [Term { by: 0.0, of: 0 }; MOST_TERMS], len: 0 };

    /// The same with one term more; none where it has as many as it can.
    pub(crate) fn with(mut self, term: Term) -> Option<Self> {
        if self.len == 0 {
            // What stands behind the terms is 0 times a number that the sum reads anyway.
            self.terms = [Term { by: 0.0, of: term.of }; MOST_TERMS];
        }
        *self.terms.get_mut(self.len)? = term;
        self.len += 1;
        Some(self)
    }

    /// The terms, and behind them such as come to 0: the same sum, but for the sign of a 0, without asking how many
    /// there are.
    #[inline(always)]
    pub(crate) fn all(&self) -> &[Term; MOST_TERMS] {
        &self.terms
    }

    #[inline(always)]
    fn as_slice(&self) -> &[Term] {
        &self.terms[..self.len]
    }
}

impl Form {
    /// Its value in a lane.
    #[inline(always)]
    pub(crate) fn at(&self, numbers: &[Lanes], lane: usize) -> f64 {
        let x = |register: Reg| numbers[register as usize][lane];
        match self {
            Self::Number(number) => *number,
            Self::Scaled(term) => term.at(numbers, lane),
            Self::Room { by, from, of } => by * (from - x(*of)),
            Self::Product { by, of: [a, b] } => (by * x(*a)) * x(*b),
            Self::Sum { from, terms } => {
                terms.as_slice().iter().fold(*from, |sum, term| sum + term.at(numbers, lane))
            }
        }
    }

    /// How many terms a sum has; none, what is no sum.
    pub(crate) fn count_terms(&self) -> usize {
        match self {
            Self::Sum { terms, .. } => terms.len,
            _ => 0,
        }
    }

    /// The same with the opposite sign, to the last bit; none of a sum, whose zeros would have other signs.
    pub(crate) fn negated(self) -> Option<Self> {
        match self {
            Self::Number(number) => Some(Self::Number(-number)),
            Self::Scaled(Term { by, of }) => Some(Self::Scaled(Term { by: -by, of })),
            Self::Room { by, from, of } => Some(Self::Room { by: -by, from, of }),
            Self::Product { by, of } => Some(Self::Product { by: -by, of }),
            Self::Sum { .. } => None,
        }
    }

    pub(crate) fn for_each_register(&mut self, mut f: impl FnMut(&mut Reg)) {
        match self {
            Self::Number(_) => {}
            Self::Scaled(Term { of, .. }) | Self::Room { of, .. } => f(of),
            Self::Product { of, .. } => of.iter_mut().for_each(f),
            Self::Sum { terms, .. } => terms.terms.iter_mut().for_each(|term| f(&mut term.of)),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.by == 1.0 { write!(f, "n{}", self.of) } else { write!(f, "{} * n{}", self.by, self.of) }
    }
}

impl Display for Form {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Scaled(term) => write!(f, "{term}"),
            Self::Room { by, from, of } => write!(f, "{by} * ({from} - n{of})"),
            Self::Product { by, of: [a, b] } => write!(f, "{} * n{b}", Term { by: *by, of: *a }),
            Self::Sum { from, terms } => {
                write!(f, "{from}")?;
                terms.as_slice().iter().try_for_each(|term| write!(f, " + {term}"))
            }
        }
    }
}

/// How a chance comes of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Link {
    /// It is the chance.
    Identity,
    /// The chance is its logistic function.
    Logistic,
    /// It is a hazard \[per year\], and a step as long as this \[years\].
    Hazard(f64),
}

impl Link {
    /// The chance.
    pub(crate) fn chance(self, x: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Logistic => math::logistic(x),
            Self::Hazard(dt) => super::hazard_chance(x, dt),
        }
    }
}

impl Display for Link {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => Ok(()),
            Self::Logistic => f.write_str("logistic of "),
            Self::Hazard(_) => f.write_str("of hazard "),
        }
    }
}

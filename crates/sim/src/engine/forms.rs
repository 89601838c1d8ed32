//! The forms of expression as the engine works them out in one lane: without a branch on which it is.

use super::lanes::Lanes;
use super::tape::Bank;
use crate::program::{Form, Program, Reg, Term, Terms};

/// What a form comes to.
pub(super) trait LaneValue {
    /// In a lane.
    fn at(&self, numbers: &[Lanes], lane: usize) -> f64;
}

/// A form other than a sum, as `(by * (from - x)) * y`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    pub(super) by: f64,
    pub(super) from: f64,
    pub(super) of: [Reg; 2],
}

impl Product {
    /// None of a sum.
    pub(super) fn new(form: &Form, program: &Program) -> Option<Self> {
        let (zero, one) = (Bank::zero(program), Bank::one(program));
        let (by, from, of) = match *form {
            Form::Number(number) => (number, 1.0, [zero, one]),
            // (-by) * (-0.0 - x) is by * x to the last bit, the sign of a 0 too.
            Form::Scaled(Term { by, of }) => (-by, -0.0, [of, one]),
            Form::Product { by, of } => (-by, -0.0, of),
            Form::Room { by, from, of } => (by, from, [of, one]),
            Form::Sum { .. } => return None,
        };
        Some(Self { by, from, of })
    }

    /// The same times a power of two.
    #[inline(always)]
    pub(super) fn times(self, factor: f64) -> Self {
        Self { by: self.by * factor, ..self }
    }

    /// By lane.
    #[inline(always)]
    pub(super) fn by_lane(self, numbers: &[Lanes]) -> impl Fn(usize) -> f64 {
        let [x, y] = self.of;
        let (x, y) = (&numbers[x as usize], &numbers[y as usize]);
        move |lane| (self.by * (self.from - x[lane])) * y[lane]
    }
}

impl LaneValue for Product {
    #[inline(always)]
    fn at(&self, numbers: &[Lanes], lane: usize) -> f64 {
        self.by_lane(numbers)(lane)
    }
}

/// A sum of so many terms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum<const N: usize> {
    from: f64,
    terms: [Term; N],
}

impl<const N: usize> Sum<N> {
    /// Of a sum that has no more terms; any other form is taken for one without any.
    pub(super) fn new(form: &Form) -> Self {
        let (from, terms) = match form {
            Form::Sum { from, terms } => (*from, *terms),
            _ => (0.0, Terms::NONE),
        };
        Self { from, terms: std::array::from_fn(|place| terms.all()[place]) }
    }
}

impl<const N: usize> LaneValue for Sum<N> {
    #[inline(always)]
    fn at(&self, numbers: &[Lanes], lane: usize) -> f64 {
        self.terms.iter().fold(self.from, |sum, term| sum + term.at(numbers, lane))
    }
}

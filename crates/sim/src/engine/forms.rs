//! The forms of expression as the engine works them out in one lane: without a branch on which it is.

use super::lanes::Lanes;
use super::tape::Bank;
use crate::program::{Form, MOST_TERMS, Program, Reg, Term};

/// A form other than a sum, as `(by * (from - x)) * y`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    by: f64,
    from: f64,
    of: [Reg; 2],
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

    /// Its value in a lane.
    #[inline(always)]
    pub(super) fn at(&self, numbers: &[Lanes], lane: usize) -> f64 {
        let [x, y] = self.of.map(|register| numbers[register as usize][lane]);
        (self.by * (self.from - x)) * y
    }
}

/// A sum with as many terms as one can have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    from: f64,
    terms: [Term; MOST_TERMS],
}

impl Sum {
    /// None of another form.
    pub(super) fn new(form: &Form) -> Option<Self> {
        match form {
            Form::Sum { from, terms } => Some(Self { from: *from, terms: *terms.all() }),
            _ => None,
        }
    }

    /// Its value in a lane.
    #[inline(always)]
    pub(super) fn at(&self, numbers: &[Lanes], lane: usize) -> f64 {
        self.terms.iter().fold(self.from, |sum, term| sum + term.at(numbers, lane))
    }
}

//! What every step compares with numbers: all comparisons of a kind in one loop.

use cordiale_core::model::Relation;

use super::tape::Bank;
use crate::program::{Instruction, Op, Program, Reg};
use crate::simd::Kernel;

/// A comparison of a register with a number.
#[derive(Clone, Copy, Debug)]
struct With {
    of: Reg,
    number: f64,
    out: Reg,
}

/// The comparisons of a step that wait for no other operation, by kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Comparisons {
    equal: Vec<With>,
    not_equal: Vec<With>,
    less: Vec<With>,
    less_equal: Vec<With>,
    greater: Vec<With>,
    greater_equal: Vec<With>,
}

impl Comparisons {
    /// Those of a program, and what is left of the operations of each step.
    pub(super) fn of(program: &Program) -> (Self, Vec<Instruction>) {
        let code = &program.code[program.common.clone()];
        let mut is_filled = vec![false; program.numbers];
        for instruction in code.iter().filter(|instruction| !instruction.op.is_mask()) {
            is_filled[instruction.out as usize] = true;
        }
        let (mut found, mut rest) = (Self::default(), Vec::new());
        for &instruction in code {
            match instruction {
                Instruction { out, op: Op::CompareWith(op, of, number) } if !is_filled[of as usize] => {
                    found.of_kind(op).push(With { of, number: f64::from_bits(number), out });
                }
                _ => rest.push(instruction),
            }
        }
        // In the order in which the registers stand in memory, which a processor foresees.
        for list in found.all() {
            list.sort_by_key(|with| with.of);
        }
        (found, rest)
    }

    fn of_kind(&mut self, op: Relation) -> &mut Vec<With> {
        match op {
            Relation::Equal => &mut self.equal,
            Relation::NotEqual => &mut self.not_equal,
            Relation::Less => &mut self.less,
            Relation::LessEqual => &mut self.less_equal,
            Relation::Greater => &mut self.greater,
            Relation::GreaterEqual => &mut self.greater_equal,
        }
    }

    fn all(&mut self) -> [&mut Vec<With>; 6] {
        let Self { equal, not_equal, less, less_equal, greater, greater_equal } = self;
        [equal, not_equal, less, less_equal, greater, greater_equal]
    }

    /// Fills their masks.
    #[inline(always)]
    pub(super) fn run<K: Kernel>(&self, kernel: K, bank: &mut Bank) {
        run(kernel, Relation::Equal, &self.equal, bank);
        run(kernel, Relation::NotEqual, &self.not_equal, bank);
        run(kernel, Relation::Less, &self.less, bank);
        run(kernel, Relation::LessEqual, &self.less_equal, bank);
        run(kernel, Relation::Greater, &self.greater, bank);
        run(kernel, Relation::GreaterEqual, &self.greater_equal, bank);
    }
}

/// Those of one kind: which is known where this is compiled.
#[inline(always)]
fn run<K: Kernel>(kernel: K, op: Relation, list: &[With], bank: &mut Bank) {
    for &With { of, number, out } in list {
        kernel.compare_with(op, &bank.numbers[of as usize], number, &mut bank.masks[out as usize]);
    }
}

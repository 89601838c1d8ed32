//! A program as people read it: `n` and a number is a register of numbers, `m` one of masks.

use std::fmt::{self, Display, Formatter};

use cordiale_core::model::{Distribution, EffectKind};

use super::{
    Amount, Binary, Bound, EffectPlan, InstancePlan, Instruction, Op, Operand, OutcomePlan, Program,
    Quantity, Reg, SlotPlan, Tape, Test, TriggerPlan, Unary,
};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} steps; {} numbers and {} masks for 64 trials at a time; {} operations",
            self.steps,
            self.numbers,
            self.masks,
            self.code.len()
        )?;
        for (register, x) in &self.constants {
            writeln!(f, "  n{register} = {x}")?;
        }
        writeln!(f, "\nonce a trial")?;
        self.tape(f, &self.trial, "")?;
        for (memo, inputs) in self.memos.iter().zip(self.inputs_of_memos()) {
            writeln!(f, "\nat step 0, and after a change of {}", inputs.join(", "))?;
            self.tape(f, &memo.tape, "")?;
        }
        writeln!(f, "\nat each step")?;
        self.tape(f, &self.common, "")?;
        for instance in &self.instances {
            self.instance(f, instance)?;
        }
        writeln!(f, "\nstate")?;
        self.slots.iter().try_for_each(|slot| self.slot(f, slot))?;
        writeln!(f, "\noutcomes")?;
        self.outcomes.iter().try_for_each(|outcome| writeln!(f, "  {outcome}"))?;
        if !self.never.is_empty() {
            writeln!(f, "\nleft out, as it can never fire")?;
        }
        self.never.iter().try_for_each(|name| writeln!(f, "  {name}"))?;
        if !self.unread.is_empty() {
            writeln!(f, "\nleft out, as nothing reads it")?;
        }
        self.unread.iter().try_for_each(|name| writeln!(f, "  {name}"))
    }
}

impl Program {
    fn tape(&self, f: &mut Formatter<'_>, tape: &Tape, stage: &str) -> fmt::Result {
        for instruction in &self.code[tape.clone()] {
            write!(f, "  {stage}{} = ", register(instruction.out, instruction.op))?;
            match instruction.op {
                Op::Draw(draw, arguments) => self.draw(f, draw, arguments)?,
                op => write!(f, "{op}")?,
            }
            writeln!(f)?;
        }
        Ok(())
    }

    /// What each memo reads, by the name of a state value or the register that another memo ends in.
    fn inputs_of_memos(&self) -> Vec<Vec<String>> {
        let mut inputs = vec![Vec::new(); self.memos.len()];
        let state = self.slots.iter().map(|slot| (slot.name.clone(), &slot.wakes));
        let memos = self.memos.iter().filter_map(|memo| {
            let Instruction { out, op } = self.code[memo.tape.clone()].last()?;
            Some((register(*out, *op), &memo.wakes))
        });
        for (name, wakes) in state.chain(memos) {
            wakes.iter().for_each(|&memo| inputs[memo as usize].push(name.clone()));
        }
        inputs
    }

    fn draw(&self, f: &mut Formatter<'_>, draw: u32, arguments: [u32; 3]) -> fmt::Result {
        let plan = &self.draws[draw as usize];
        match &plan.distribution {
            Distribution::Family(family, of) => {
                let arguments: Vec<String> =
                    arguments.iter().take(of.len()).map(|a| format!("n{a}")).collect();
                write!(f, "{}({})", family.name(), arguments.join(", "))?;
            }
            Distribution::Interval { lo, hi } => write!(f, "{lo} to {hi}")?,
            Distribution::Discrete(pairs) => write!(f, "one of {} values", pairs.len())?,
        }
        write!(f, " drawn from {}", self.streams[plan.stream as usize])
    }

    fn instance(&self, f: &mut Formatter<'_>, plan: &InstancePlan) -> fmt::Result {
        // Streams are named `rule/NAME/fire`.
        let stream = &self.streams[plan.fire_stream as usize];
        writeln!(f, "\n{}", stream.trim_end_matches("/fire").replacen('/', " ", 1))?;
        self.tape(f, &plan.tapes.guard, "guard    ")?;
        if let Some(when) = &plan.when {
            writeln!(f, "  where    {when}")?;
        }
        self.tape(f, &plan.tapes.chance, "chance   ")?;
        match &plan.trigger {
            TriggerPlan::Always => writeln!(f, "  fires    always")?,
            TriggerPlan::Form { form, link } => {
                writeln!(f, "  fires    with chance {link}{form}{}", plan.bound)?;
            }
            TriggerPlan::Number { x, link, chance: Some(chance), .. } if *chance != x.value => {
                writeln!(f, "  fires    with chance n{chance}, {link}{x}{}", plan.bound)?;
            }
            TriggerPlan::Number { x, link, .. } => {
                writeln!(f, "  fires    with chance {link}{x}{}", plan.bound)?;
            }
        }
        self.tape(f, &plan.tapes.weights, "weights  ")?;
        self.tape(f, &plan.tapes.effects, "effects  ")?;
        plan.effects.iter().try_for_each(|effect| self.effect(f, effect))?;
        for (number, branch) in plan.branches.iter().enumerate() {
            writeln!(f, "  branch   {number} of weight {}", branch.weight)?;
            self.tape(f, &branch.tape, "effects  ")?;
            branch.effects.iter().try_for_each(|effect| self.effect(f, effect))?;
        }
        Ok(())
    }

    fn effect(&self, f: &mut Formatter<'_>, effect: &EffectPlan) -> fmt::Result {
        let sign = match effect.kind {
            EffectKind::Add => "+=",
            EffectKind::Assign => "=",
        };
        writeln!(f, "  effect   {} {sign} {}", self.slots[effect.slot as usize].name, effect.value)
    }

    fn slot(&self, f: &mut Formatter<'_>, slot: &SlotPlan) -> fmt::Result {
        write!(f, "  n{} is {}, starts as n{}", slot.state, slot.name, slot.start)?;
        if let Some(decay) = slot.decay {
            write!(f, ", decays toward {} by {}", decay.toward, decay.factor)?;
        }
        if let Some(noise) = slot.noise {
            write!(f, ", drifts by {} N", noise.sd)?;
        }
        writeln!(f, ", stays in [{}, {}]", slot.range.0, slot.range.1)
    }
}

/// The register that an operation fills.
fn register(out: Reg, op: Op) -> String {
    let file = if op.is_mask() { 'm' } else { 'n' };
    format!("{file}{out}")
}

impl Display for Amount {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantity(quantity) => quantity.fmt(f),
            Self::Form(form) => form.fmt(f),
        }
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let number = f64::from_bits;
        match *self {
            Self::Unary(op, a) => write!(f, "{op} n{a}"),
            Self::Binary(op, a, b) => write!(f, "n{a} {op} n{b}"),
            Self::BinaryRight(op, a, b) => write!(f, "n{a} {op} {}", number(b)),
            Self::BinaryLeft(op, a, b) => write!(f, "{} {op} n{b}", number(a)),
            Self::PowerWhole(a, n) => write!(f, "n{a} ^ {n}"),
            Self::Select(c, a, b) => write!(f, "if m{c} then n{a} else n{b}"),
            Self::CountIf(a, c) => write!(f, "n{a} + (1 if m{c})"),
            Self::Draw(draw, _) => write!(f, "draw {draw}"),
            Self::Compare(op, a, b) => write!(f, "n{a} {} n{b}", op.symbol()),
            Self::CompareWith(op, a, b) => write!(f, "n{a} {} {}", op.symbol(), number(b)),
            Self::IsNan(a) => write!(f, "n{a} is no number"),
            Self::NotFinite(a) => write!(f, "n{a} is not finite"),
            Self::Not(a) => write!(f, "not m{a}"),
            Self::And(a, b) => write!(f, "m{a} and m{b}"),
            Self::Or(a, b) => write!(f, "m{a} or m{b}"),
            Self::SelectMask(c, a, b) => write!(f, "if m{c} then m{a} else m{b}"),
        }
    }
}

impl Display for Unary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negate => f.write_str("-"),
            Self::Call(function) => f.write_str(function.name()),
        }
    }
}

impl Display for Binary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Min => "min",
            Self::Max => "max",
            Self::Power => "^",
        })
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(x) => write!(f, "{x}"),
            Self::Register(register) => write!(f, "n{register}"),
        }
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.value)?;
        self.bad.iter().try_for_each(|bad| write!(f, " (an error where m{bad})"))
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.mask)?;
        self.bad.iter().try_for_each(|bad| write!(f, " (an error where m{bad})"))
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str(", looked at in every lane"),
            Self::Number(most) => write!(f, ", looked at only where a draw lies below {most}"),
            Self::OfTrial => {
                f.write_str(", looked at only where a draw lies below the greatest of the block")
            }
        }
    }
}

impl Display for OutcomePlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { test, sustained: 0 } => write!(f, "where {test}"),
            Self::Event { test, sustained } => write!(f, "where {test} for {sustained} steps on end"),
            Self::Value(value) => write!(f, "{value}"),
            Self::Levels(levels) => {
                let level = |level: &Option<Test>| level.map_or("else".to_owned(), |test| test.to_string());
                write!(f, "the first of {}", levels.iter().map(level).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

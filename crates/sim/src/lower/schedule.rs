//! What is evaluated when, and in which register it ends.
//!
//! What depends on parameters alone is evaluated once a trial. Of the rest, what only one rule instance needs is
//! evaluated where that instance gets so far, all else at each observation: in a [memo](super::memos) where an input of
//! it has moved.

use std::collections::BTreeMap;

use super::graph::{Def, Graph, Level, NEVER, Source};
use super::memos::Memos;
use crate::program::{Instruction, Op, Operand, OutcomePlan, Program, Reg, Tape, TriggerPlan};

/// How far an instance must get in a step for something to be needed. Each stage comes after those before it, but a
/// branch does not need another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Guard,
    Chance,
    Weights,
    Effects,
    Branch(u32),
}

impl Stage {
    pub(super) fn branch(number: usize) -> Self {
        Self::Branch(u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// The stage that comes before both, if not one of them.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Branch(a), Self::Branch(b)) if a != b => Self::Effects,
            (a, b) => a.min(b),
        }
    }
}

/// When a node is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// At each observation, or once a trial.
    Common,
    /// By a few instances: places in [`Program::instances`], ascending. More than one only where all are `lazy`: they
    /// come so far in few lanes, and each evaluates it there for itself.
    Instances { of: [(u32, Stage); MOST_SHARED], len: usize, lazy: bool },
}

/// Above this many instances what they share is evaluated once, in all lanes.
const MOST_SHARED: usize = 4;

impl Need {
    pub(super) fn one(instance: u32, stage: Stage, lazy: bool) -> Self {
        Self::Instances { of: [(instance, stage); MOST_SHARED], len: 1, lazy }
    }

    fn join(self, other: Self) -> Self {
        let (
            Self::Instances { mut of, mut len, lazy },
            Self::Instances { of: others, len: more, lazy: other_lazy },
        ) = (self, other)
        else {
            return Self::Common;
        };
        let lazy = lazy && other_lazy;
        for &(instance, stage) in &others[..more] {
            match of[..len].binary_search_by_key(&instance, |&(instance, _)| instance) {
                Ok(place) => of[place].1 = of[place].1.join(stage),
                Err(_) if !lazy || len == MOST_SHARED => return Self::Common,
                Err(place) => {
                    of.copy_within(place..len, place + 1);
                    of[place] = (instance, stage);
                    len += 1;
                }
            }
        }
        if len > 1 && !lazy { Self::Common } else { Self::Instances { of, len, lazy } }
    }

    /// The sections of the code that evaluate it.
    fn sections(&self) -> Vec<Section> {
        match self {
            Self::Common => vec![Section::Common],
            Self::Instances { of, len, .. } => {
                of[..*len].iter().map(|&(instance, stage)| Section::Instance(instance, stage)).collect()
            }
        }
    }
}

/// The nodes that the engine looks at.
#[derive(Default)]
pub(super) struct Roots {
    needs: Vec<(Reg, Need)>,
    checks: Vec<Reg>,
}

impl Roots {
    pub(super) fn need(&mut self, id: Reg, need: Need) {
        self.needs.push((id, need));
    }

    /// What is needed so far, for [`Roots::back_to`].
    pub(super) fn mark(&self) -> usize {
        self.needs.len()
    }

    /// Forgets what came to be needed since the mark.
    pub(super) fn back_to(&mut self, mark: usize) {
        self.needs.truncate(mark);
    }

    /// The nodes themselves.
    pub(super) fn ids(&self) -> impl Iterator<Item = Reg> {
        self.needs.iter().map(|&(id, _)| id)
    }

    /// A mask of the lanes in which a trial fails before its first step.
    pub(super) fn check(&mut self, bad: Reg) {
        if bad != NEVER {
            self.need(bad, Need::Common);
            self.checks.push(bad);
        }
    }

    pub(super) fn trial_checks(&self) -> Vec<Reg> {
        let mut checks = self.checks.clone();
        checks.sort_unstable();
        checks.dedup();
        checks
    }

    /// When each node is needed, if at all.
    fn needs(&self, graph: &Graph) -> Vec<Option<Need>> {
        let mut needs: Vec<Option<Need>> = vec![None; graph.len() as usize];
        let add = |needs: &mut Vec<Option<Need>>, id: Reg, need: Need| {
            let known = &mut needs[id as usize];
            *known = Some(known.map_or(need, |known| known.join(need)));
        };
        for &(id, need) in &self.needs {
            add(&mut needs, id, need);
        }
        // Operands come before what uses them, so that from the end each node's need is known when it is reached.
        for id in (0..graph.len()).rev() {
            if let Some(need) = needs[id as usize] {
                graph.for_each_operand(id, |operand| add(&mut needs, operand, need));
            }
        }
        needs
    }
}

/// Where an operation goes, in the order of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Trial,
    Memo(u32),
    Common,
    Instance(u32, Stage),
}

/// Lays out code and registers, and puts registers for nodes in all plans.
pub(super) fn schedule(graph: &Graph, roots: &Roots, mut program: Program) -> Program {
    let needs = roots.needs(graph);
    let memos = Memos::find(graph, roots, &needs, &mut program);
    let mut sections: BTreeMap<Section, Vec<Reg>> = BTreeMap::new();
    for (id, need) in (0..graph.len()).zip(&needs) {
        if let (Some(need), Def::Op(_)) = (need, graph.def(id)) {
            let of = match memos.of(id) {
                _ if graph.level(id) < Level::Step => vec![Section::Trial],
                Some(memo) => vec![Section::Memo(memo)],
                None => need.sections(),
            };
            for section in of {
                sections.entry(section).or_default().push(id);
            }
        }
    }
    let mut registers = Registers::new(graph.len());
    registers.assign_sources(graph, &needs, &mut program);
    registers.assign_ops(graph, &sections, &passing(graph, roots, &sections));
    for (section, ids) in &sections {
        let start = program.code.len();
        for &id in ids {
            if let Def::Op(op) = graph.def(id) {
                let op = with_constants(graph, op).map(|operand| registers.of(graph, operand));
                program.code.push(Instruction { out: registers.of(graph, id), op });
            }
        }
        let tape = start..program.code.len();
        match section {
            Section::Trial => program.trial = tape,
            Section::Memo(memo) => program.memos[*memo as usize].tape = tape,
            Section::Common => program.common = tape,
            Section::Instance(instance, stage) => *stage_tape(&mut program, *instance, *stage) = tape,
        }
    }
    for_each_operand(&mut program, |operand| {
        if let Operand::Register(id) = *operand
            && let Some(x) = graph.constant(id)
        {
            *operand = Operand::Number(x);
        }
    });
    for_each_register(&mut program, |register| *register = registers.of(graph, *register));
    program.numbers = registers.numbers as usize;
    program.masks = registers.masks as usize;
    program.constants = registers.constants;
    program.mask_constants = registers.mask_constants;
    program
}

/// The operation with the constants among its operands in place.
fn with_constants(graph: &Graph, op: Op) -> Op {
    let bits = |id| graph.constant(id).map(f64::to_bits);
    match op {
        Op::Binary(op, a, b) => match (bits(a), bits(b)) {
            (_, Some(b)) => Op::BinaryRight(op, a, b),
            (Some(a), None) => Op::BinaryLeft(op, a, b),
            (None, None) => Op::Binary(op, a, b),
        },
        Op::Compare(op, a, b) => match (bits(a), bits(b)) {
            (_, Some(b)) => Op::CompareWith(op, a, b),
            (Some(a), None) => Op::CompareWith(op.mirrored(), b, a),
            (None, None) => Op::Compare(op, a, b),
        },
        op => op,
    }
}

/// The numbers that nothing reads beyond the one section that makes them.
fn passing(graph: &Graph, roots: &Roots, sections: &BTreeMap<Section, Vec<Reg>>) -> Vec<bool> {
    let mut of: Vec<Option<Section>> = vec![None; graph.len() as usize];
    let mut passing = vec![false; graph.len() as usize];
    for (section, ids) in sections {
        for &id in ids {
            passing[id as usize] = of[id as usize].is_none() && !graph.is_mask(id);
            of[id as usize] = Some(*section);
        }
    }
    roots.ids().for_each(|id| passing[id as usize] = false);
    for (section, ids) in sections {
        for &id in ids {
            graph.for_each_operand(id, |operand| {
                passing[operand as usize] &= of[operand as usize] == Some(*section);
            });
        }
    }
    passing
}

fn stage_tape(program: &mut Program, instance: u32, stage: Stage) -> &mut Tape {
    let instance = &mut program.instances[instance as usize];
    match stage {
        Stage::Guard => &mut instance.tapes.guard,
        Stage::Chance => &mut instance.tapes.chance,
        Stage::Weights => &mut instance.tapes.weights,
        Stage::Effects => &mut instance.tapes.effects,
        Stage::Branch(branch) => &mut instance.branches[branch as usize].tape,
    }
}

/// No node: there are fewer.
const NOBODY: Reg = Reg::MAX;

/// The register of each node.
struct Registers {
    of: Vec<Option<Reg>>,
    numbers: Reg,
    masks: Reg,
    constants: Vec<(Reg, f64)>,
    mask_constants: Vec<(Reg, bool)>,
}

impl Registers {
    fn new(nodes: Reg) -> Self {
        Self {
            of: vec![None; nodes as usize],
            numbers: 0,
            masks: 0,
            constants: Vec::new(),
            mask_constants: Vec::new(),
        }
    }

    /// The register of a node; a constant gets one when it is first asked for.
    fn of(&mut self, graph: &Graph, id: Reg) -> Reg {
        if let Some(register) = self.of[id as usize] {
            return register;
        }
        match graph.def(id) {
            Def::Mask(mask) => {
                let register = self.mask(id);
                self.mask_constants.push((register, mask));
                register
            }
            def => {
                let register = self.number(id);
                if let Def::Number(bits) = def {
                    self.constants.push((register, f64::from_bits(bits)));
                }
                register
            }
        }
    }

    fn number(&mut self, id: Reg) -> Reg {
        self.of[id as usize] = Some(self.numbers);
        self.numbers += 1;
        self.numbers - 1
    }

    fn mask(&mut self, id: Reg) -> Reg {
        self.of[id as usize] = Some(self.masks);
        self.masks += 1;
        self.masks - 1
    }

    /// What the engine fills itself.
    fn assign_sources(&mut self, graph: &Graph, needs: &[Option<Need>], program: &mut Program) {
        for id in 0..graph.len() {
            if needs[id as usize].is_none() {
                continue;
            }
            match graph.def(id) {
                Def::Source(Source::State(_)) => {
                    self.number(id);
                }
                Def::Source(Source::Step) => program.step = Some(self.number(id)),
                Def::Source(Source::Years) => program.years = Some(self.number(id)),
                Def::Source(Source::Fired(h)) => program.histories[h as usize].fired = Some(self.mask(id)),
                Def::Source(Source::Count(h)) => program.histories[h as usize].count = Some(self.number(id)),
                Def::Source(Source::Last(h)) => program.histories[h as usize].last = Some(self.number(id)),
                Def::Number(_) | Def::Mask(_) | Def::Op(_) => {}
            }
        }
    }

    /// Sections run one after the other, so that all use the same few registers, at the top, for what passes with them; and
    /// within one such a register is free again after its last reader. So it is in the cache whenever it is filled.
    fn assign_ops(&mut self, graph: &Graph, sections: &BTreeMap<Section, Vec<Reg>>, passing: &[bool]) {
        for &id in sections.values().flatten().filter(|&&id| !passing[id as usize]) {
            match self.of[id as usize] {
                Some(_) => {}
                None if graph.is_mask(id) => drop(self.mask(id)),
                None => drop(self.number(id)),
            }
        }
        let base = self.numbers;
        let mut most = base;
        let mut last_reader = vec![NOBODY; passing.len()];
        for ids in sections.values() {
            for &id in ids {
                graph.for_each_operand(id, |operand| last_reader[operand as usize] = id);
            }
            self.numbers = base;
            let mut free: Vec<Reg> = Vec::new();
            for &id in ids {
                // Its own before those of its operands are free: no operation fills what it reads.
                if passing[id as usize] {
                    match free.pop() {
                        Some(register) => self.of[id as usize] = Some(register),
                        None => drop(self.number(id)),
                    }
                }
                graph.for_each_operand(id, |operand| {
                    if passing[operand as usize] && last_reader[operand as usize] == id {
                        last_reader[operand as usize] = NOBODY;
                        free.extend(self.of[operand as usize]);
                    }
                });
            }
            most = most.max(self.numbers);
        }
        self.numbers = most;
    }
}

/// Every number of a drift.
fn for_each_operand(program: &mut Program, mut f: impl FnMut(&mut Operand)) {
    for slot in &mut program.slots {
        if let Some(decay) = &mut slot.decay {
            f(&mut decay.toward);
            f(&mut decay.factor);
        }
        slot.noise.iter_mut().for_each(|noise| f(&mut noise.sd));
    }
}

/// Every register that a plan names.
fn for_each_register(program: &mut Program, mut f: impl FnMut(&mut Reg)) {
    program.trial_checks.iter_mut().for_each(&mut f);
    for_each_operand(program, |operand| {
        if let Operand::Register(register) = operand {
            f(register);
        }
    });
    for slot in &mut program.slots {
        f(&mut slot.state);
        f(&mut slot.start);
        slot.decay.iter_mut().flat_map(|decay| &mut decay.still).for_each(&mut f);
    }
    for outcome in &mut program.outcomes {
        match outcome {
            OutcomePlan::Event { test, .. } => test.for_each_register(&mut f),
            OutcomePlan::Value(quantity) => quantity.for_each_register(&mut f),
            OutcomePlan::Levels(levels) => {
                levels.iter_mut().flatten().for_each(|test| test.for_each_register(&mut f));
            }
        }
    }
    for instance in &mut program.instances {
        instance.when.iter_mut().for_each(|test| test.for_each_register(&mut f));
        match &mut instance.trigger {
            TriggerPlan::Always => {}
            TriggerPlan::Form { form, .. } => form.for_each_register(&mut f),
            TriggerPlan::Number { x, outside, fast, chance, .. } => {
                x.for_each_register(&mut f);
                outside.iter_mut().chain(fast).chain(chance).for_each(&mut f);
            }
        }
        for branch in &mut instance.branches {
            branch.weight.for_each_register(&mut f);
            branch.negative.iter_mut().for_each(&mut f);
            branch.effects.iter_mut().for_each(|effect| effect.value.for_each_register(&mut f));
        }
        instance.effects.iter_mut().for_each(|effect| effect.value.for_each_register(&mut f));
    }
}

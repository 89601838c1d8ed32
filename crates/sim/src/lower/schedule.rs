//! What is evaluated when, and in which register it ends.
//!
//! What depends on parameters alone is evaluated once a trial. Of the rest, what only one rule instance needs is
//! evaluated where that instance gets so far, all else at each observation.

use std::collections::BTreeMap;

use super::graph::{Def, Graph, Level, NEVER, Source};
use crate::program::{Instruction, OutcomePlan, Program, Reg, Tape, TriggerPlan};

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
    /// By one instance alone: a place in [`Program::instances`].
    Instance(u32, Stage),
}

impl Need {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Instance(a, s), Self::Instance(b, t)) if a == b => Self::Instance(a, s.join(t)),
            _ => Self::Common,
        }
    }
}

/// The nodes that the engine looks at.
#[derive(Default)]
pub(super) struct Roots {
    needs: Vec<(Reg, Need)>,
    checks: Vec<Reg>,
    /// Values that must outlive the instance that made them, to the end of the step.
    kept: Vec<Reg>,
}

impl Roots {
    pub(super) fn need(&mut self, id: Reg, need: Need) {
        self.needs.push((id, need));
    }

    /// A mask of the lanes in which a trial fails before its first step.
    pub(super) fn check(&mut self, bad: Reg) {
        if bad != NEVER {
            self.need(bad, Need::Common);
            self.checks.push(bad);
        }
    }

    pub(super) fn keep(&mut self, id: Reg) {
        self.kept.push(id);
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
            if let (Some(need), Def::Op(op)) = (needs[id as usize], graph.def(id)) {
                op.map(|operand| {
                    add(&mut needs, operand, need);
                    operand
                });
            }
        }
        needs
    }
}

/// Where an operation goes, in the order of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Trial,
    Common,
    Instance(u32, Stage),
}

/// Lays out code and registers, and puts registers for nodes in all plans.
pub(super) fn schedule(graph: &Graph, roots: &Roots, mut program: Program) -> Program {
    let needs = roots.needs(graph);
    let mut sections: BTreeMap<Section, Vec<Reg>> = BTreeMap::new();
    for (id, need) in (0..graph.len()).zip(&needs) {
        if let (Some(need), Def::Op(_)) = (need, graph.def(id)) {
            let section = match (graph.level(id), need) {
                (Level::Constant | Level::Trial, _) => Section::Trial,
                (Level::Step, Need::Common) => Section::Common,
                (Level::Step, Need::Instance(instance, stage)) => Section::Instance(*instance, *stage),
            };
            sections.entry(section).or_default().push(id);
        }
    }
    let mut registers = Registers::new(graph.len());
    registers.assign_sources(graph, &needs, &mut program);
    registers.assign_ops(graph, &sections, &roots.kept);
    program.numbers = registers.numbers as usize;
    program.masks = registers.masks as usize;
    for (section, ids) in &sections {
        let start = program.code.len();
        for &id in ids {
            if let Def::Op(op) = graph.def(id) {
                let op = op.map(|operand| registers.of(operand));
                program.code.push(Instruction { out: registers.of(id), op });
            }
        }
        let tape = start..program.code.len();
        match section {
            Section::Trial => program.trial = tape,
            Section::Common => program.common = tape,
            Section::Instance(instance, stage) => *stage_tape(&mut program, *instance, *stage) = tape,
        }
    }
    for_each_register(&mut program, |register| *register = registers.of(*register));
    program
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

/// The register of each node.
struct Registers {
    of: Vec<Reg>,
    numbers: Reg,
    masks: Reg,
}

impl Registers {
    fn new(nodes: Reg) -> Self {
        Self { of: vec![0; nodes as usize], numbers: 0, masks: 0 }
    }

    fn of(&self, id: Reg) -> Reg {
        self.of[id as usize]
    }

    fn number(&mut self, id: Reg) -> Reg {
        self.of[id as usize] = self.numbers;
        self.numbers += 1;
        self.of(id)
    }

    fn mask(&mut self, id: Reg) -> Reg {
        self.of[id as usize] = self.masks;
        self.masks += 1;
        self.of(id)
    }

    /// Constants, and what the engine fills itself.
    fn assign_sources(&mut self, graph: &Graph, needs: &[Option<Need>], program: &mut Program) {
        for id in 0..graph.len() {
            if needs[id as usize].is_none() {
                continue;
            }
            match graph.def(id) {
                Def::Number(bits) => program.constants.push((self.number(id), f64::from_bits(bits))),
                Def::Mask(mask) => program.mask_constants.push((self.mask(id), mask)),
                Def::Source(Source::State(_)) => {
                    self.number(id);
                }
                Def::Source(Source::Step) => program.step = Some(self.number(id)),
                Def::Source(Source::Years) => program.years = Some(self.number(id)),
                Def::Source(Source::Fired(h)) => program.histories[h as usize].fired = Some(self.mask(id)),
                Def::Source(Source::Count(h)) => program.histories[h as usize].count = Some(self.number(id)),
                Def::Source(Source::Last(h)) => program.histories[h as usize].last = Some(self.number(id)),
                Def::Op(_) => {}
            }
        }
    }

    /// Instances run one after the other, so that what none needs beyond its own end shares registers at the top.
    fn assign_ops(&mut self, graph: &Graph, sections: &BTreeMap<Section, Vec<Reg>>, kept: &[Reg]) {
        let mut keep = vec![false; graph.len() as usize];
        for &id in kept {
            keep[id as usize] = true;
        }
        let mut passing = Vec::new();
        for (section, ids) in sections {
            for &id in ids {
                match section {
                    _ if graph.is_mask(id) => {
                        self.mask(id);
                    }
                    Section::Instance(instance, _) if !keep[id as usize] => passing.push((*instance, id)),
                    _ => {
                        self.number(id);
                    }
                }
            }
        }
        let base = self.numbers;
        let mut last = None;
        let mut next = base;
        for (instance, id) in passing {
            if last != Some(instance) {
                (last, next) = (Some(instance), base);
            }
            self.of[id as usize] = next;
            next += 1;
            self.numbers = self.numbers.max(next);
        }
    }
}

/// Every register that a plan names.
fn for_each_register(program: &mut Program, mut f: impl FnMut(&mut Reg)) {
    program.trial_checks.iter_mut().for_each(&mut f);
    for slot in &mut program.slots {
        f(&mut slot.state);
        f(&mut slot.start);
        if let Some(decay) = &mut slot.decay {
            f(&mut decay.toward);
            f(&mut decay.factor);
            decay.still.iter_mut().for_each(&mut f);
        }
        slot.noise.iter_mut().for_each(|noise| f(&mut noise.sd));
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
            TriggerPlan::Chance { chance, outside } => {
                chance.for_each_register(&mut f);
                outside.iter_mut().for_each(&mut f);
            }
            TriggerPlan::Hazard { hazard, chance, negative, fast } => {
                hazard.for_each_register(&mut f);
                f(chance);
                negative.iter_mut().chain(fast).for_each(&mut f);
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

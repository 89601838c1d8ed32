//! What is kept of each trial: when it got there, when each rule first fired, what was drawn at its start, and what could
//! be seen at a date.

use cordiale_core::model::{ExprId, Exprs, Model, Node};
use cordiale_core::{Scenario, model::Outcome, model::OutcomeKind};

use super::result::SignKind;
use super::target::Target;
use crate::analysis::out_of_bounds::OutOfBounds;
use crate::engine::{BlockRecord, Engine, NO_STEP, Once, Remembered};
use crate::error::RunError;
use crate::lower::{lower_inputs, lower_with_all_state};
use crate::program::Program;
use crate::random::LANES;
use crate::simd::{Job, Kernel};
use crate::simulation::driver::{Desk, Failed};

/// What is kept takes no more than this \[bytes\]; it is held twice for a moment.
const MOST_BYTES: u64 = 128 << 20;

/// What is looked at in a run.
pub(super) struct Plan {
    pub(super) target: Target,
    /// The observation at which the state is looked at.
    pub(super) at: u32,
    /// The scenario with the outcome, its condition, and every index as an outcome.
    pub(super) program: Program,
    /// The parameters and the starts that have a draw of their own, as places in the model.
    pub(super) parameters: Vec<usize>,
    pub(super) starts: Vec<usize>,
    /// The rules and branches, as the engine counts them.
    pub(super) entries: Vec<Entry>,
    /// What is seen, in the order in which it is.
    pub(super) sights: Vec<(String, SignKind)>,
}

/// A rule, or one of its branches.
pub(super) struct Entry {
    /// As `rule` or `rule.branch`.
    pub(super) name: String,
    /// The rule's place in the model.
    pub(super) rule: usize,
    /// Whether it is a branch.
    pub(super) is_branch: bool,
}

impl Plan {
    pub(super) fn new(model: &Model, target: Target, at: u32) -> Self {
        let mut looked_at = target.strip(model);
        looked_at.outcomes.extend(model.indices.iter().map(|index| Outcome {
            name: index.name.clone(),
            about: None,
            kind: if index.is_condition {
                OutcomeKind::Event { when: index.value, sustained: 0 }
            } else {
                OutcomeKind::Value { value: index.value }
            },
            by: None,
            given: None,
            span: model.exprs.span(index.value),
        }));
        let program = lower_with_all_state(&looked_at);
        let states = program.slots.iter().map(|slot| (slot.name.clone(), SignKind::Value));
        let kind = |is_condition| if is_condition { SignKind::Condition } else { SignKind::Index };
        let indices = model.indices.iter().map(|index| (index.name.clone(), kind(index.is_condition)));
        let sights = states.chain(indices).collect();
        let drawn = |expr: ExprId| has_draw(&model.exprs, expr);
        let places = |exprs: &mut dyn Iterator<Item = ExprId>| -> Vec<usize> {
            exprs.enumerate().filter(|(_, expr)| drawn(*expr)).map(|(place, _)| place).collect()
        };
        Self {
            target,
            at,
            program,
            parameters: places(&mut model.parameters.iter().map(|parameter| parameter.value)),
            starts: places(&mut model.slots.iter().map(|slot| slot.start)),
            entries: entries(model),
            sights,
        }
    }

    /// How many blocks are kept.
    fn blocks(&self) -> u64 {
        let numbers = self.parameters.len() + self.starts.len() + self.sights.len();
        let bytes = 8 * numbers + 4 * self.entries.len() + 24;
        (MOST_BYTES / (LANES * bytes) as u64).max(1)
    }

    /// The names of the inputs, in the order in which they are kept.
    pub(super) fn inputs<'m>(&self, model: &'m Model) -> Vec<&'m str> {
        let parameters = self.parameters.iter().map(|&place| model.parameters[place].name.as_str());
        parameters.chain(self.starts.iter().map(|&place| model.slots[place].name.as_str())).collect()
    }
}

fn entries(model: &Model) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (place, rule) in model.rules.iter().enumerate() {
        entries.push(Entry { name: rule.name.clone(), rule: place, is_branch: false });
        entries.extend(rule.branches.iter().map(|branch| Entry {
            name: format!("{}.{branch}", rule.name),
            rule: place,
            is_branch: true,
        }));
    }
    entries
}

/// Whether an expression draws by itself, and not through a parameter alone.
fn has_draw(exprs: &Exprs, expr: ExprId) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        let node = exprs.node(expr);
        if matches!(node, Node::Draw(_)) {
            return true;
        }
        exprs.for_each_operand(node, |operand| open.push(operand));
    }
    false
}

/// One thread's share.
#[derive(Default)]
pub(super) struct Share {
    /// How many trials were run, how many count, and how many of these got there.
    pub(super) trials: u64,
    pub(super) counted: u64,
    pub(super) reached: u64,
    pub(super) out_of_bounds: OutOfBounds,
    blocks: Vec<Block>,
}

/// What is kept of a block.
struct Block {
    first_trial: u64,
    counts: u64,
    times: [u32; LANES],
    firsts: Vec<[u32; LANES]>,
    inputs: Vec<[f64; LANES]>,
    seen: Vec<[f64; LANES]>,
}

/// The trials that count and are kept, by columns.
#[derive(Default)]
pub(super) struct Trials {
    /// The trials, ascending.
    pub(super) numbers: Vec<u64>,
    /// When each got there, or [`NO_STEP`].
    pub(super) times: Vec<u32>,
    /// By entry: the step in which it first fired, or [`NO_STEP`].
    pub(super) firsts: Vec<Vec<u32>>,
    /// By input.
    pub(super) inputs: Vec<Vec<f64>>,
    /// By sight; NaN where it has no value.
    pub(super) seen: Vec<Vec<f64>>,
}

impl Trials {
    /// Puts the blocks of all threads in order.
    pub(super) fn new(shares: &mut [Share]) -> Self {
        let mut blocks: Vec<Block> =
            shares.iter_mut().flat_map(|share| std::mem::take(&mut share.blocks)).collect();
        blocks.sort_by_key(|block| block.first_trial);
        let lanes = |block: &Block| {
            let counts = block.counts;
            (0..LANES).filter(move |lane| counts >> lane & 1 == 1)
        };
        let columns = |of: fn(&Block) -> &Vec<[f64; LANES]>| -> Vec<Vec<f64>> {
            let count = blocks.first().map_or(0, |block| of(block).len());
            let column =
                |c: usize| blocks.iter().flat_map(|b| lanes(b).map(move |lane| of(b)[c][lane])).collect();
            (0..count).map(column).collect()
        };
        let entries = blocks.first().map_or(0, |block| block.firsts.len());
        let firsts =
            |e: usize| blocks.iter().flat_map(|b| lanes(b).map(move |lane| b.firsts[e][lane])).collect();
        Self {
            numbers: blocks.iter().flat_map(|b| lanes(b).map(|lane| b.first_trial + lane as u64)).collect(),
            times: blocks.iter().flat_map(|b| lanes(b).map(|lane| b.times[lane])).collect(),
            firsts: (0..entries).map(firsts).collect(),
            inputs: columns(|block| &block.inputs),
            seen: columns(|block| &block.seen),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether a trial got there.
    pub(super) fn reached(&self, trial: usize) -> bool {
        self.times[trial] != NO_STEP
    }

    /// The number of the first trial that got there, or that did not.
    pub(super) fn first(&self, reached: bool) -> Option<u64> {
        (0..self.len()).find(|&trial| self.reached(trial) == reached).map(|trial| self.numbers[trial])
    }

    /// Whether a trial is of the half that finds; the other half judges. By numbers, so that it does not depend on how
    /// many there are.
    pub(super) fn finds(&self, trial: usize) -> bool {
        self.numbers[trial].is_multiple_of(2)
    }
}

/// Runs block after block and keeps what is needed.
pub(super) struct Work<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) seed: u64,
    pub(super) plan: &'a Plan,
    pub(super) desk: &'a Desk<'a>,
}

impl Job for Work<'_> {
    type Output = Result<Share, RunError>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { scenario, seed, plan, desk } = self;
        // Parameters and starts are a function of the trial's number: drawn again, they are what the engine drew.
        let inputs = lower_inputs(scenario.model(), &plan.parameters, &plan.starts);
        let mut inputs = Engine::new(kernel, &inputs, seed);
        let asked = plan.target.outcomes();
        let mut engine = Engine::new(kernel, &plan.program, seed).watching(plan.at, asked);
        let mut share = Share::default();
        let most = plan.blocks();
        let remembered = Remembered::default();
        let once = Once::remembering(&remembered);
        while let Some((number, live)) = desk.next() {
            if let Err(trial) = engine.run_block(number, live, once) {
                desk.fail(Failed { trial, scenario: 0 });
                continue;
            }
            let (record, seen) = engine.seen();
            share.trials += u64::from(live.count_ones());
            share.out_of_bounds.note(record);
            share.counted += u64::from(plan.target.counts(record).count_ones());
            share.reached += u64::from(plan.target.reached(record).count_ones());
            if number < most {
                match inputs.run_block(number, live, once) {
                    Ok(inputs) => share.blocks.push(keep(plan, record, inputs, seen)),
                    Err(trial) => desk.fail(Failed { trial, scenario: 0 }),
                }
            }
            desk.note(live, None);
        }
        Ok(share)
    }
}

fn keep(plan: &Plan, record: &BlockRecord, inputs: &BlockRecord, seen: &[[f64; LANES]]) -> Block {
    Block {
        first_trial: record.first_trial,
        counts: plan.target.counts(record),
        times: plan.target.times(record),
        firsts: record.firings.first_steps(),
        inputs: inputs.starts().map(|column| column.0).collect(),
        seen: seen.to_vec(),
    }
}

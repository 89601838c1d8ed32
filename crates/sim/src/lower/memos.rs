//! What need not be evaluated at every observation: operations whose inputs only rules move.
//!
//! They are cut into memos, each of which keeps what it came to until an input moves: an operation that one other alone
//! uses goes with that one (fanout-free cones, as those who design circuits call them). So an index over the ties of one
//! actor is a memo of its own, and is left alone until a rule changes one of these ties. So are the guards that compare
//! it with numbers: what reads one memo and nothing else that moves goes with that memo.

use super::graph::{Def, Graph, Level, Source};
use super::schedule::{Need, Roots};
use crate::program::{MemoPlan, Op, Program, Reg};

/// Of fewer operations than this, asking whether an input moved costs more than it saves.
const LEAST: usize = 4;

/// Which nodes are in which memo. Each memo reads only what is filled once a trial, state, and memos before it.
pub(super) struct Memos {
    of: Vec<Option<u32>>,
}

/// Who uses a node.
#[derive(Clone, Copy, PartialEq)]
enum User {
    Nobody,
    One(Reg),
    Others,
}

impl Memos {
    /// Finds them, and tells the program which of them each state value and each memo keeps up to date.
    pub(super) fn find(graph: &Graph, roots: &Roots, needs: &[Option<Need>], program: &mut Program) -> Self {
        let is_member = members(graph, needs, program);
        let users = users(graph, roots, needs, &is_member);
        // Each node's head is known when it is reached, for users come after what they use.
        let mut heads: Vec<Reg> = (0..graph.len()).collect();
        let mut sizes = vec![0; graph.len() as usize];
        for id in (0..graph.len()).rev().filter(|&id| is_member[id as usize]) {
            if let User::One(user) = users[id as usize] {
                heads[id as usize] = heads[user as usize];
            }
            sizes[heads[id as usize] as usize] += 1;
        }
        // A small one is needed too where another reads it, for memos come before all that is evaluated at each observation.
        let mut is_kept: Vec<bool> = sizes.iter().map(|&size| size >= LEAST).collect();
        for id in (0..graph.len()).rev() {
            if is_member[id as usize] && is_kept[heads[id as usize] as usize] {
                graph.for_each_operand(id, |operand| {
                    is_kept[heads[operand as usize] as usize] |= is_member[operand as usize];
                });
            }
        }
        let mut count = 0;
        let mut of_head = vec![None; graph.len() as usize];
        for id in (0..graph.len()).filter(|&id| is_member[id as usize] && heads[id as usize] == id) {
            if is_kept[id as usize] {
                of_head[id as usize] = Some(count);
                count += 1;
            }
        }
        let of = (0..graph.len())
            .map(|id| if is_member[id as usize] { of_head[heads[id as usize] as usize] } else { None });
        let mut memos = Self { of: of.collect() };
        for id in (0..graph.len()).filter(|&id| is_member[id as usize]) {
            if memos.of(id).is_none() {
                memos.of[id as usize] = memos.only_input(graph, id);
            }
        }
        program.memos = vec![MemoPlan::default(); count as usize];
        memos.wire(graph, program);
        memos
    }

    /// The memo of a node; none of what is evaluated elsewhere.
    pub(super) fn of(&self, id: Reg) -> Option<u32> {
        self.of[id as usize]
    }

    /// The memo that is all of an operation's inputs that ever move, if one is: of whatever size, it goes with that one.
    fn only_input(&self, graph: &Graph, id: Reg) -> Option<u32> {
        let (mut only, mut others) = (None, false);
        graph.for_each_operand(id, |operand| {
            if graph.level(operand) == Level::Step {
                let memo = self.of(operand);
                others |= memo.is_none() || only.is_some_and(|only| Some(only) != memo);
                only = memo;
            }
        });
        only.filter(|_| !others)
    }

    /// Puts each memo on the lists of what it reads.
    fn wire(&self, graph: &Graph, program: &mut Program) {
        for id in 0..graph.len() {
            let Some(memo) = self.of(id) else { continue };
            graph.for_each_operand(id, |operand| match (graph.def(operand), self.of(operand)) {
                (Def::Source(Source::State(slot)), _) => program.slots[slot as usize].wakes.push(memo),
                (_, Some(other)) if other != memo => program.memos[other as usize].wakes.push(memo),
                _ => {}
            });
        }
        let lists = program.slots.iter_mut().map(|slot| &mut slot.wakes);
        for list in lists.chain(program.memos.iter_mut().map(|memo| &mut memo.wakes)) {
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// The operations that are evaluated for all, in each step, of nothing but parameters and state that does not drift.
fn members(graph: &Graph, needs: &[Option<Need>], program: &Program) -> Vec<bool> {
    let mut is_calm = vec![false; graph.len() as usize];
    let mut is_member = is_calm.clone();
    for id in 0..graph.len() {
        let place = id as usize;
        is_calm[place] = graph.level(id) < Level::Step
            || match graph.def(id) {
                Def::Source(Source::State(slot)) => {
                    program.slots.get(slot as usize).is_some_and(|s| s.decay.is_none() && s.noise.is_none())
                }
                Def::Op(Op::Draw(..)) => false,
                Def::Op(_) => {
                    let mut all = true;
                    graph.for_each_operand(id, |operand| all &= is_calm[operand as usize]);
                    all
                }
                Def::Number(_) | Def::Mask(_) | Def::Source(_) => false,
            };
        is_member[place] = is_calm[place]
            && graph.level(id) == Level::Step
            && matches!((graph.def(id), needs[place]), (Def::Op(_), Some(Need::Common)));
    }
    is_member
}

fn users(graph: &Graph, roots: &Roots, needs: &[Option<Need>], is_member: &[bool]) -> Vec<User> {
    let mut users = vec![User::Nobody; graph.len() as usize];
    for id in (0..graph.len()).filter(|&id| needs[id as usize].is_some()) {
        graph.for_each_operand(id, |operand| {
            let user = &mut users[operand as usize];
            *user = match *user {
                User::Nobody if is_member[id as usize] => User::One(id),
                User::One(other) if other == id => User::One(id),
                _ => User::Others,
            };
        });
    }
    roots.ids().for_each(|id| users[id as usize] = User::Others);
    users
}

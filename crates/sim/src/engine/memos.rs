//! What is evaluated again only where an input has moved.

use super::words::DrawPlace;
use super::{Engine, tape};
use crate::program::Program;
use crate::simd::Kernel;

/// Where the memos of a program are to be evaluated anew, and which of them a change of a state value makes so.
#[derive(Clone, Debug)]
pub(super) struct Memos {
    /// By memo, the lanes.
    stale: Vec<u64>,
    /// By slot, a part of `woken`.
    spans: Vec<(u32, u32)>,
    woken: Vec<u32>,
}

impl Memos {
    pub(super) fn new(program: &Program) -> Self {
        let mut woken = Vec::new();
        let mut span = |wakes: &[u32]| {
            let start = woken.len() as u32;
            woken.extend_from_slice(wakes);
            (start, woken.len() as u32)
        };
        let spans = program.slots.iter().map(|slot| span(&slot.wakes)).collect();
        Self { stale: vec![u64::MAX; program.memos.len()], spans, woken }
    }

    /// At the start of a block all are, everywhere.
    pub(super) fn reset(&mut self) {
        self.stale.fill(u64::MAX);
    }

    /// Takes note that rules change a slot in the lanes of a mask.
    #[inline(always)]
    pub(super) fn wake(&mut self, slot: u32, mask: u64) {
        if self.stale.is_empty() {
            return;
        }
        let (start, end) = self.spans[slot as usize];
        for &memo in &self.woken[start as usize..end as usize] {
            self.stale[memo as usize] |= mask;
        }
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// Evaluates the memos where they are stale; those that stand together and are so in more than a few lanes in one go.
    #[inline(always)]
    pub(super) fn run_stale_memos(&mut self, step: u32) {
        let (program, place) = (self.program, self.place(step));
        let stale = &mut self.memos.stale;
        let mut next = 0;
        while next < program.memos.len() {
            let first = next;
            let mut active = 0;
            while next < program.memos.len() && stale[next] != 0 {
                let lanes = std::mem::take(&mut stale[next]);
                let memo = &program.memos[next];
                memo.wakes.iter().for_each(|&later| stale[later as usize] |= lanes);
                active |= lanes;
                next += 1;
                if tape::are_few(active) || stale.get(next).is_some_and(|&lanes| tape::are_few(lanes)) {
                    break;
                }
            }
            if active == 0 {
                next += 1;
                continue;
            }
            let code = &program.code[program.memos[first].tape.start..program.memos[next - 1].tape.end];
            let place = DrawPlace { active, ..place };
            tape::run(self.kernel, program, &self.keys, &mut self.bank, code, place);
        }
    }
}

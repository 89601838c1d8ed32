//! What is evaluated again only where an input has moved.

use super::{Engine, tape};
use crate::program::Program;
use crate::simd::Kernel;

/// Which memos of a program are to be evaluated anew, and which of them a change of a state value makes so.
#[derive(Clone, Debug)]
pub(super) struct Memos {
    stale: Vec<bool>,
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
        Self { stale: vec![true; program.memos.len()], spans, woken }
    }

    /// At the start of a block all are.
    pub(super) fn reset(&mut self) {
        self.stale.fill(true);
    }

    /// Takes note that rules change a slot.
    #[inline(always)]
    pub(super) fn wake(&mut self, slot: u32) {
        if self.stale.is_empty() {
            return;
        }
        let (start, end) = self.spans[slot as usize];
        for &memo in &self.woken[start as usize..end as usize] {
            self.stale[memo as usize] = true;
        }
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// Evaluates the stale memos, those whose code stands together in one go.
    #[inline(always)]
    pub(super) fn run_stale_memos(&mut self, step: u32) {
        let (program, place) = (self.program, self.place(step));
        let stale = &mut self.memos.stale;
        let mut next = 0;
        while let Some(memo) = program.memos.get(next) {
            let start = memo.tape.start;
            let mut end = start;
            while next < program.memos.len() && std::mem::take(&mut stale[next]) {
                let memo = &program.memos[next];
                memo.wakes.iter().for_each(|&later| stale[later as usize] = true);
                end = memo.tape.end;
                next += 1;
            }
            if start < end {
                tape::run(self.kernel, program, &self.keys, &mut self.bank, &program.code[start..end], place);
            }
            next += 1;
        }
    }
}

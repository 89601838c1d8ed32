//! The lanes whose draw lies below the bound of their instance: put down as they are found, and decided together.
//!
//! A loop over those of one instance turns once or twice, and how often is what a processor cannot foresee. Over those of
//! all instances, kind by kind, it turns often, and has no branch that is not nearly always taken the same way.

use super::Engine;
use super::forms::{Product, Sum};
use super::rules::Look;
use crate::program::{Form, Link, Program};
use crate::random::{LANES, decide};
use crate::simd::{Draws, Kernel};

/// How many candidates are put down at a time, be they there or not.
const AT_ONCE: usize = 4;

/// How many kinds of candidates there are: two shapes of form with three links.
const KINDS: usize = 6;

/// Where the chance of an instance is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The kind of its candidates.
    kind: u8,
    /// Its place among the chances of this kind.
    pub(super) chance: u32,
}

/// The chances that come of forms, and the candidates of a step, by kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    products: [Vec<(Product, Link)>; 3],
    sums: [Vec<(Sum, Link)>; 3],
    lists: [List; KINDS],
}

/// A lane whose draw may be low enough: from the top, the place of its look, the lane in 6 bits, and the draw in 32.
#[derive(Clone, Copy, Debug, Default)]
struct Candidate(u64);

impl Candidate {
    fn look(self) -> usize {
        (self.0 >> 38) as usize
    }

    fn lane(self) -> usize {
        (self.0 >> 32) as usize % LANES
    }

    fn word(self) -> u32 {
        self.0 as u32
    }
}

#[derive(Clone, Debug, Default)]
struct List {
    /// Those from the `len`-th on are of no meaning.
    candidates: Vec<Candidate>,
    len: usize,
}

impl Candidates {
    /// Takes in the chance of an instance.
    pub(super) fn place(&mut self, form: &Form, link: Link, program: &Program) -> Place {
        let by_link = match link {
            Link::Identity => 0,
            Link::Logistic => 1,
            Link::Hazard(_) => 2,
        };
        let (kind, chance) = if let Some(product) = Product::new(form, program) {
            let chances = &mut self.products[by_link];
            chances.push((product, link));
            (by_link, chances.len() - 1)
        } else {
            let chances = &mut self.sums[by_link];
            chances.extend(Sum::new(form).map(|sum| (sum, link)));
            (KINDS / 2 + by_link, chances.len() - 1)
        };
        Place { kind: kind as u8, chance: chance as u32 }
    }

    pub(super) fn clear(&mut self) {
        self.lists.iter_mut().for_each(|list| list.len = 0);
    }

    /// Puts down the lanes of a mask.
    #[inline(always)]
    pub(super) fn put(&mut self, place: Place, look: usize, mask: u64, words: &Draws) {
        let list = &mut self.lists[usize::from(place.kind)];
        let (mut left, mut at) = (mask, list.len);
        loop {
            if list.candidates.len() < at + AT_ONCE {
                list.grow();
            }
            if let Some(some) = list.candidates[at..].first_chunk_mut::<AT_ONCE>() {
                for candidate in some {
                    // Behind the last a lane that is not there, which is not counted.
                    let lane = left.trailing_zeros() as usize % LANES;
                    let word = words.of(lane);
                    *candidate = Candidate(((look << 6 | lane) as u64) << 32 | u64::from(word));
                    left &= left.wrapping_sub(1);
                }
            }
            if left == 0 {
                break;
            }
            at += AT_ONCE;
        }
        list.len += mask.count_ones() as usize;
    }
}

impl List {
    #[cold]
    fn grow(&mut self) {
        self.candidates.resize(2 * self.candidates.len() + 64, Candidate::default());
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// Gives the looks the lanes of those candidates whose draw lies below their chance.
    #[inline(always)]
    pub(super) fn decide(&self, step: u32, looks: &mut [Look]) {
        let Candidates { products, sums, lists } = &self.candidates;
        let product = |(product, _): &(Product, Link), lane| product.at(&self.bank.numbers, lane);
        let sum = |(sum, _): &(Sum, Link), lane| sum.at(&self.bank.numbers, lane);
        let hazard_of_product = |(_, link): &(Product, Link)| *link;
        let hazard_of_sum = |(_, link): &(Sum, Link)| *link;
        self.decide_kind(step, looks, &lists[0], &products[0], product, |_| Link::Identity);
        self.decide_kind(step, looks, &lists[1], &products[1], product, |_| Link::Logistic);
        self.decide_kind(step, looks, &lists[2], &products[2], product, hazard_of_product);
        self.decide_kind(step, looks, &lists[3], &sums[0], sum, |_| Link::Identity);
        self.decide_kind(step, looks, &lists[4], &sums[1], sum, |_| Link::Logistic);
        self.decide_kind(step, looks, &lists[5], &sums[2], sum, hazard_of_sum);
    }

    #[inline(always)]
    fn decide_kind<C>(
        &self,
        step: u32,
        looks: &mut [Look],
        list: &List,
        chances: &[C],
        value: impl Fn(&C, usize) -> f64,
        link: impl Fn(&C) -> Link,
    ) {
        for &candidate in &list.candidates[..list.len] {
            let (lane, word) = (candidate.lane(), candidate.word());
            let look = &mut looks[candidate.look()];
            let chance = &chances[look.chance as usize];
            let (x, link) = (value(chance, lane), link(chance));
            let standing = self.thresholds.look(link, x, word);
            let mut below = standing.below();
            if standing.is_open() {
                below = u64::from(self.is_below(look.instance, link, x, word, step, lane));
            }
            look.mask |= below << lane;
        }
    }

    /// Whether a draw lies below the chance that comes of `x`, by working it out.
    #[cold]
    #[inline(never)]
    fn is_below(&self, instance: u32, link: Link, x: f64, word: u32, step: u32, lane: usize) -> bool {
        let stream = &self.streams[self.program.instances[instance as usize].fire_stream as usize];
        let tie = || stream.tie_word(step, self.block.first_trial + lane as u64);
        decide(link.chance(x), word, tie)
    }
}

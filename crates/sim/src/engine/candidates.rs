//! The lanes whose draw lies below the bound of their instance: put down as they are found, and decided together.
//!
//! A loop over those of one instance turns once or twice, and how often is what a processor cannot foresee. Over those of
//! all instances, kind by kind, it turns often, and has no branch that is not nearly always taken the same way.

use super::forms::{LaneValue, Product, Sum};
use super::lanes::Lanes;
use super::list::List;
use super::rules::Look;
use super::standings::Standings;
use super::thresholds::Standing;
use super::{Engine, TWO_32};
use crate::program::{Form, Link, MOST_TERMS, Program};
use crate::random::{LANES, decide};
use crate::simd::{Draws, Kernel};

/// How many candidates are put down at a time, be they there or not.
const AT_ONCE: usize = 4;

/// How many links there are from what a form comes to, to a chance.
const LINKS: usize = 3;

const _: () = assert!(MOST_TERMS == 4, "a list of chances for each number of terms");

/// How many shapes of form: products, and sums by their terms.
const SHAPES: usize = 1 + MOST_TERMS;

/// How many kinds of candidates: one for each shape with each link, and one of chances that are numbers.
const KINDS: usize = LINKS * SHAPES + 1;

/// From which bound on a product is worked out in all lanes: where one draw in 32 may lie below it.
const OFTEN: u32 = 1 << (u32::BITS - 5);

/// The kind of those whose chance is a product.
const PRODUCT: usize = 0;

/// The kind of those whose chance is a number.
const CONSTANT: usize = LINKS * SHAPES;

/// Where the chance of an instance is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChancePlace {
    /// The kind of its candidates.
    kind: u8,
    /// Its place among the chances of this kind.
    pub(super) chance: u32,
}

/// The chances that come of forms, and the candidates of a step, by kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    /// Numbers, and for each the first draw that does not surely lie below it.
    constants: Vec<(f64, u32)>,
    products: Chances<Product>,
    ones: Chances<Sum<1>>,
    twos: Chances<Sum<2>>,
    threes: Chances<Sum<3>>,
    fours: Chances<Sum<4>>,
    lists: [List<Candidate>; KINDS],
}

/// The chances of a shape, by link.
#[derive(Clone, Debug)]
struct Chances<F> {
    identity: Vec<F>,
    logistic: Vec<F>,
    /// With the length of a step in years.
    hazard: Vec<(F, f64)>,
}

impl<F> Default for Chances<F> {
    fn default() -> Self {
        Self { identity: Vec::new(), logistic: Vec::new(), hazard: Vec::new() }
    }
}

impl<F> Chances<F> {
    /// Takes in the chance of an instance, of the `shape`-th shape.
    fn place(&mut self, shape: usize, form: F, link: Link) -> ChancePlace {
        let (by_link, count) = match link {
            Link::Identity => (0, put(&mut self.identity, form)),
            Link::Logistic => (1, put(&mut self.logistic, form)),
            Link::Hazard(dt) => (2, put(&mut self.hazard, (form, dt))),
        };
        ChancePlace { kind: (LINKS * shape + by_link) as u8, chance: count as u32 }
    }
}

/// Appends to a list, and gives the place.
fn put<T>(list: &mut Vec<T>, item: T) -> usize {
    list.push(item);
    list.len() - 1
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

impl Candidates {
    /// Takes in the chance of an instance.
    pub(super) fn place(&mut self, form: &Form, link: Link, program: &Program) -> ChancePlace {
        match (form, Product::new(form, program)) {
            (&Form::Number(number), _) if matches!(link, Link::Identity) => {
                let chance = put(&mut self.constants, (number, (number * TWO_32) as u32));
                ChancePlace { kind: CONSTANT as u8, chance: chance as u32 }
            }
            (_, Some(product)) => self.products.place(0, product, link),
            (_, None) => match form.count_terms() {
                0 | 1 => self.ones.place(1, Sum::new(form), link),
                2 => self.twos.place(2, Sum::new(form), link),
                3 => self.threes.place(3, Sum::new(form), link),
                _ => self.fours.place(4, Sum::new(form), link),
            },
        }
    }

    pub(super) fn clear(&mut self) {
        self.lists.iter_mut().for_each(List::clear);
    }

    /// How all draws stand to an instance's chance, where that is told quicker than which of them are candidates.
    #[inline(always)]
    pub(super) fn stand<K: Kernel>(
        &self,
        kernel: K,
        place: ChancePlace,
        bound: u32,
        words: &Draws,
        numbers: &[Lanes],
    ) -> Option<Standings> {
        let chance = place.chance as usize;
        match usize::from(place.kind) {
            CONSTANT => Some(Standings::to_number(kernel, words, self.constants[chance].1)),
            PRODUCT if K::WIDE && bound >= OFTEN => {
                Some(Standings::to_product(kernel, words, self.products.identity[chance], numbers))
            }
            _ => None,
        }
    }

    /// Puts down what all draws together could not tell: one in a billion.
    #[cold]
    pub(super) fn put_open(&mut self, place: ChancePlace, look: usize, open: u64, words: &Draws) {
        self.put(place, look, open, words);
    }

    /// Puts down the lanes of a mask.
    #[inline(always)]
    pub(super) fn put(&mut self, place: ChancePlace, look: usize, mask: u64, words: &Draws) {
        let list = &mut self.lists[usize::from(place.kind)];
        let mut left = mask;
        loop {
            let there = left.count_ones() as usize;
            for candidate in list.room::<AT_ONCE>() {
                // Behind the last a lane that is not there, which is not counted.
                let lane = left.trailing_zeros() as usize % LANES;
                let word = words.of(lane);
                *candidate = Candidate(((look << 6 | lane) as u64) << 32 | u64::from(word));
                left &= left.wrapping_sub(1);
            }
            list.keep(there.min(AT_ONCE));
            if left == 0 {
                break;
            }
        }
    }
}

impl<K: Kernel> Engine<'_, K> {
    /// Gives the looks the lanes of those candidates whose draw lies below their chance.
    #[inline(always)]
    pub(super) fn decide(&self, step: u32, looks: &mut [Look]) {
        let Candidates { constants, products, ones, twos, threes, fours, lists } = &self.candidates;
        self.decide_all(step, looks, &lists[CONSTANT], constants, |&(number, end), _, word| {
            (Link::Identity, number, Standing::of(true, word < end))
        });
        let (lists, _) = lists.as_chunks();
        self.decide_shape(step, looks, &lists[0], products);
        self.decide_shape(step, looks, &lists[1], ones);
        self.decide_shape(step, looks, &lists[2], twos);
        self.decide_shape(step, looks, &lists[3], threes);
        self.decide_shape(step, looks, &lists[4], fours);
    }

    #[inline(always)]
    fn decide_shape<F: LaneValue>(
        &self,
        step: u32,
        looks: &mut [Look],
        lists: &[List<Candidate>; LINKS],
        chances: &Chances<F>,
    ) {
        let (numbers, thresholds) = (self.bank.numbers.as_slice(), self.thresholds);
        let of = |link, form: &F, lane, word| {
            let x = form.at(numbers, lane);
            (link, x, thresholds.look(link, x, word))
        };
        let [identity, logistic, hazard] = lists;
        self.decide_all(step, looks, identity, &chances.identity, |form, lane, word| {
            of(Link::Identity, form, lane, word)
        });
        self.decide_all(step, looks, logistic, &chances.logistic, |form, lane, word| {
            of(Link::Logistic, form, lane, word)
        });
        self.decide_all(step, looks, hazard, &chances.hazard, |(form, dt), lane, word| {
            of(Link::Hazard(*dt), form, lane, word)
        });
    }

    /// Those of a kind, each by what its chance comes of and how the draw stands to it.
    #[inline(always)]
    fn decide_all<C>(
        &self,
        step: u32,
        looks: &mut [Look],
        list: &[Candidate],
        chances: &[C],
        look_at: impl Fn(&C, usize, u32) -> (Link, f64, Standing),
    ) {
        for &candidate in list {
            let (lane, word) = (candidate.lane(), candidate.word());
            let look = &mut looks[candidate.look()];
            let (link, x, standing) = look_at(&chances[look.place as usize], lane, word);
            let mut below = standing.below();
            if standing.is_open() {
                below = self.below(look.instance, link, x, word, step, lane);
            }
            look.mask |= below << lane;
        }
    }

    /// 1 if a draw lies below the chance that comes of `x`, by working it out.
    #[cold]
    #[inline(never)]
    pub(super) fn below(&self, instance: u32, link: Link, x: f64, word: u32, step: u32, lane: usize) -> u64 {
        let stream = &self.streams[self.program.instances[instance as usize].fire_stream as usize];
        let tie = || stream.tie_word(step, self.block.first_trial + lane as u64);
        u64::from(decide(link.chance(x), word, tie))
    }
}

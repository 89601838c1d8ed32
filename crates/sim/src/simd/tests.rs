use cordiale_core::model::Relation;

use super::{Aligned, BLOCKS, Draws, Job, Kernel, Lanes, Portable, Source, VectorWidth, dispatch};
use crate::random::LANES;

const OPS: [Relation; 6] = [
    Relation::Equal,
    Relation::NotEqual,
    Relation::Less,
    Relation::LessEqual,
    Relation::Greater,
    Relation::GreaterEqual,
];

/// Everything that a set of kernels gives for one seed.
#[derive(Debug, PartialEq)]
struct Seen {
    words: Vec<Draws>,
    masks: Vec<u64>,
    normals: Vec<u32>,
}

struct Look(u32);

impl Job for Look {
    type Output = Seen;

    fn run<K: Kernel>(self, kernel: K) -> Seen {
        let seed = self.0;
        let keys = [seed, seed ^ 0x5555].map(|seed| std::array::from_fn(|i| seed.wrapping_mul(i as u32 + 3)));
        let nonce = (u64::from(seed) << 33) | 5;
        // A counter whose low half runs over, and one that begins.
        let blocks = [0xffff_fffe, u64::from(seed) * 4];
        let source = |place: usize| {
            let (to, at) = (place * K::TOGETHER, place * K::TOGETHER / BLOCKS % 2);
            Source { key: at as u32, nonce: nonce + at as u64, block: blocks[at] + (to % BLOCKS) as u64, to }
        };
        // As many as are made by turns, and what is left over.
        let mut words = vec![Draws::ZERO; 12];
        let sources: Vec<Source> = (0..words.len() * BLOCKS / K::TOGETHER).map(source).collect();
        let (some, others) = sources.split_at(seed as usize % 8);
        kernel.blocks(&keys, some, &mut words);
        kernel.blocks(&keys, others, &mut words);
        let mut masks: Vec<u64> =
            [0, 1, 77, 1 << 31, u32::MAX].iter().map(|&bound| kernel.at_most(&words[0], bound)).collect();
        // Of either sign, and often equal.
        let whole =
            |of: usize, shift| Aligned(std::array::from_fn(|i| words[of].of(i).cast_signed() >> shift));
        for shift in [0, 30, 31] {
            masks.push(kernel.at_most_each(&whole(0, shift), &whole(1, shift)));
        }
        let a: Lanes = Aligned(std::array::from_fn(|lane| special(words[0].of(lane))));
        let b: Lanes = Aligned(std::array::from_fn(|lane| special(words[1].of(lane))));
        for op in OPS {
            let mut mask = 0;
            kernel.compare(op, &a, &b, &mut mask);
            masks.push(mask);
            for x in [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY] {
                kernel.compare_with(op, &a, x, &mut mask);
                masks.push(mask);
            }
        }
        let mut normals = Vec::new();
        // Words of all sizes, so that rare octaves are seen too, and the ends.
        for shift in 0..32 {
            let mut rare = words[1];
            rare.as_flattened_mut().iter_mut().for_each(|word| *word >>= shift);
            rare.as_flattened_mut()[shift] = [0, u32::MAX, 1 << 31, (1 << 31) - 1][shift % 4];
            let mut out = [0.0; LANES];
            kernel.normals(&rare, &mut out);
            normals.extend(out.map(f32::to_bits));
        }
        Seen { words, masks, normals }
    }
}

/// A number of a few, so that equal ones meet.
fn special(word: u32) -> f64 {
    match word % 8 {
        0 => f64::NAN,
        1 => 0.0,
        2 => -0.0,
        3 => f64::INFINITY,
        4 => 1.0,
        _ => f64::from(word) / 1e9,
    }
}

#[test]
fn all_kernels_give_the_bits_of_plain_code() {
    for seed in 0..200 {
        let plain = Look(seed).run(Portable);
        for width in VectorWidth::ALL {
            assert_eq!(dispatch(width, Look(seed)), plain, "{width}, seed {seed}");
        }
    }
}

#[test]
fn names_of_widths_are_read_back() {
    for width in VectorWidth::ALL {
        assert_eq!(width.to_string().parse(), Ok(width));
    }
    assert!("mmx".parse::<VectorWidth>().is_err());
    assert!(VectorWidth::widest().is_available());
}

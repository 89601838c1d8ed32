//! How many different values there are, by hashing.

use super::{MOST_EXACT, key};

/// The key, counted, of each different value in order; none where they are more than a few.
#[inline(never)]
pub(super) fn few(values: &[f64]) -> Option<Vec<(u64, u64)>> {
    const MOST: usize = 128;
    const ROOM: usize = 2 * MOST;
    let (mut seen, mut counts) = ([0; ROOM], [0; ROOM]);
    let mut differ = 0;
    for &x in values {
        let (place, is_new) = place_of(&mut seen, key(x));
        counts[place] += 1;
        differ += usize::from(is_new);
        if differ > MOST {
            return None;
        }
    }
    let mut found: Vec<(u64, u64)> = seen.into_iter().zip(counts).filter(|(key, _)| *key > 0).collect();
    found.sort_unstable();
    Some(found)
}

/// Whether there are more different values among counted keys and others than are counted exactly.
#[inline(never)]
pub(super) fn more_differ(counted: &[(u64, u64)], values: &[f64]) -> bool {
    /// A quarter full at the most.
    const ROOM: usize = 4 * MOST_EXACT;
    if counted.len() + values.len() <= MOST_EXACT {
        return false;
    }
    let mut seen = vec![0; ROOM];
    let mut differ = 0;
    for key in counted.iter().map(|&(key, _)| key).chain(values.iter().map(|&x| key(x))) {
        let (_, is_new) = place_of(&mut seen, key);
        differ += usize::from(is_new);
        if differ > MOST_EXACT {
            return true;
        }
    }
    false
}

/// The place of a key among those seen, a power of two of them and not all taken, and whether it is new: multiplicative
/// hashing (Knuth 1973). No value has the key 0.
#[inline]
fn place_of(seen: &mut [u64], key: u64) -> (usize, bool) {
    let mut place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - seen.len().trailing_zeros())) as usize;
    while seen[place] != key {
        if seen[place] == 0 {
            seen[place] = key;
            return (place, true);
        }
        place = (place + 1) % seen.len();
    }
    (place, false)
}

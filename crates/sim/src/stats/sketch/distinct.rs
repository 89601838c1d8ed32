//! How many different values there are, by hashing.

use super::{MOST_EXACT, key};

/// The key, counted, of each different value in order; none where they are more than a few.
#[inline(never)]
pub(super) fn few(values: &[f64]) -> Option<Vec<(u64, u64)>> {
    const MOST: usize = 128;
    const ROOM: usize = 2 * MOST;
    let mut seen = [(0_u64, 0_u64); ROOM];
    let mut differ = 0;
    for key in values.iter().map(|&x| key(x)) {
        let mut place = first_place::<ROOM>(key);
        while seen[place].0 != key {
            if seen[place].0 == 0 {
                seen[place].0 = key;
                differ += 1;
                break;
            }
            place = (place + 1) % ROOM;
        }
        seen[place].1 += 1;
        if differ > MOST {
            return None;
        }
    }
    let mut found: Vec<(u64, u64)> = seen.into_iter().filter(|(_, count)| *count > 0).collect();
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
    let mut seen = vec![0_u64; ROOM];
    let mut differ = 0;
    for key in counted.iter().map(|&(key, _)| key).chain(values.iter().map(|&x| key(x))) {
        let mut place = first_place::<ROOM>(key);
        while seen[place] != key {
            if seen[place] == 0 {
                seen[place] = key;
                differ += 1;
                break;
            }
            place = (place + 1) % ROOM;
        }
        if differ > MOST_EXACT {
            return true;
        }
    }
    false
}

/// Where a key is looked for first among a power of two of places: multiplicative hashing (Knuth 1973). No value has the
/// key 0.
#[inline]
fn first_place<const ROOM: usize>(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - ROOM.trailing_zeros())) as usize
}

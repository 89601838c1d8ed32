//! Numbered keys: each once, in the order in which it was first met.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Keys of one width, by number.
#[derive(Default)]
pub(super) struct Space {
    width: usize,
    words: Vec<u64>,
    count: u32,
    table: HashTable<u32>,
}

impl Space {
    pub(super) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Empty again, for keys of another width.
    pub(super) fn reset(&mut self, width: usize) {
        self.width = width;
        self.words.clear();
        self.table.clear();
        self.count = 0;
    }

    /// The number of a key, which is made if it is new.
    pub(super) fn number_of(&mut self, key: &[u64]) -> u32 {
        let (width, words) = (self.width, &self.words);
        let at = |number: u32| &words[number as usize * width..(number as usize + 1) * width];
        let number = self.count;
        match self.table.entry(hash(key), |&other| at(other) == key, |&other| hash(at(other))) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                entry.insert(number);
                self.words.extend_from_slice(key);
                self.count += 1;
                number
            }
        }
    }

    pub(super) fn key(&self, number: u32) -> &[u64] {
        &self.words[number as usize * self.width..(number as usize + 1) * self.width]
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// The memory that it holds, about.
    pub(super) fn bytes(&self) -> usize {
        8 * self.words.capacity() + 5 * self.table.capacity()
    }
}

/// A word at a time, by the two halves of a product: every bit of a double counts, its low zeros too. Numbers of keys come
/// from their order alone, so no result depends on it.
fn hash(key: &[u64]) -> u64 {
    let mut hash = 0x9e37_79b9_7f4a_7c15_u64;
    for word in key {
        let product = u128::from(hash ^ word) * 0xa076_1d64_78bd_642f;
        hash = (product as u64) ^ (product >> 64) as u64;
    }
    hash
}

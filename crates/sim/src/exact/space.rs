//! Numbered keys: each state once, in the order in which it was first met.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Keys of one width, by number.
pub(super) struct Space {
    width: usize,
    words: Vec<u64>,
    count: u32,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Space {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            words: Vec::new(),
            count: 0,
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The number of a key, which is made if it is new.
    pub(super) fn number_of(&mut self, key: &[u64]) -> u32 {
        let hash = self.hasher.hash_one(key);
        let (width, words, hasher) = (self.width, &self.words, &self.hasher);
        let at = |number: u32| &words[number as usize * width..(number as usize + 1) * width];
        let found = self.table.entry(hash, |&other| at(other) == key, |&other| hasher.hash_one(at(other)));
        let number = self.count;
        match found {
            hashbrown::hash_table::Entry::Occupied(entry) => *entry.get(),
            hashbrown::hash_table::Entry::Vacant(entry) => {
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

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.table.clear();
        self.count = 0;
    }

    /// The memory that it holds, about.
    pub(super) fn bytes(&self) -> usize {
        8 * self.words.capacity() + 5 * self.table.capacity()
    }
}

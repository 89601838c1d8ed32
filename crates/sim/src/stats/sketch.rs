//! Quantiles that merge exactly: counts by value while these are few, by fixed bins beyond.

mod contents;
mod distinct;

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::quantile_rank;
use crate::simd::Aligned;
use contents::Contents;
use distinct::{few, more_differ};

/// Distinct values counted exactly; one more, and bins take over.
pub const MOST_EXACT: usize = 1024;
/// How far a binned quantile may lie from the exact one, relative to it: 2^-11. (Below 2.3e-308, where
/// doubles are spaced evenly, it is the absolute error that stays below 2^-1032.)
pub const RELATIVE_ERROR: f64 = 1.0 / 2048.0;

/// Values waiting to be sorted into the rest in bulk: so many that each line of the counts that they fall in is fetched for
/// several of them; and more than are counted exactly, so that those that all differ need not be sorted.
const PENDING: usize = MOST_EXACT + 128;
/// Bits of a key below a bin's: a bin is sign, exponent and the top 10 bits of the mantissa.
const BIN_SHIFT: u32 = 42;
/// Bins that are kept together, as they tend to be used together: a sixteenth of an octave.
const PAGE_BITS: u32 = 6;
const PAGE: usize = 1 << PAGE_BITS;
/// Pages in a row that a batch is counted in before it is added to the rest: four octaves.
const WINDOW: usize = 64;
/// The same at either end of a batch that is spread further, as about 0: eight octaves.
const WIDE: usize = 128;

/// A multiset of numbers whose quantiles are exact up to [`MOST_EXACT`] distinct values and within
/// [`RELATIVE_ERROR`] beyond.
///
/// Which of the two depends on the values alone, as do the bins, so any order of adding and merging gives
/// equal contents. -0.0 counts as 0.0; infinities are values; NaN is left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Contents", into = "Contents")]
pub struct Quantiles {
    pending: Vec<f64>,
    count: u64,
    /// Keys of the least and the greatest value; meaningless while nothing is counted.
    least: u64,
    greatest: u64,
    store: Store,
}

#[derive(Clone, Debug, PartialEq)]
enum Store {
    /// Keys in order, with how often each came.
    Exact(Vec<(u64, u64)>),
    /// Pages of bins in order of their number, the key's top bits.
    Bins(Vec<(u32, Box<[u64; PAGE]>)>),
}

impl Default for Store {
    fn default() -> Self {
        Self::Exact(Vec::new())
    }
}

impl Quantiles {
    /// Nothing added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds several values at once.
    #[inline(always)]
    pub(crate) fn add_all(&mut self, values: &[f64]) {
        if values.iter().map(|x| u64::from(x.is_nan())).sum::<u64>() > 0 {
            self.pending.extend(values.iter().filter(|x| !x.is_nan()));
        } else {
            self.pending.extend_from_slice(values);
        }
        if self.pending.len() >= PENDING {
            self.settle_inlined();
        }
    }

    /// Adds one value; a NaN is left out.
    #[inline]
    pub fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        self.pending.push(x);
        if self.pending.len() >= PENDING {
            self.settle();
        }
    }

    /// Adds one value n times.
    pub fn add_n(&mut self, x: f64, n: u64) {
        if x.is_nan() || n == 0 {
            return;
        }
        self.store_all(vec![(key(x), n)]);
    }

    /// Sorts in what waits to be. Nothing that can be asked depends on it; asking several things of a
    /// settled sketch is quicker.
    pub fn settle(&mut self) {
        if !self.pending.is_empty() {
            self.settle_inlined();
        }
    }

    /// The same of one or more.
    #[inline(always)]
    fn settle_inlined(&mut self) {
        if let Store::Exact(values) = &self.store {
            if let Some(added) = few(&self.pending) {
                self.pending.clear();
                self.store_all(added);
                return;
            }
            if more_differ(values, &self.pending) {
                self.store = Store::Bins(binned(values));
            }
        }
        if let Store::Bins(pages) = &mut self.store {
            let (least, greatest) = ends(&self.pending);
            for values in self.pending.chunks(u16::MAX.into()) {
                count_all(pages, values, least, greatest);
            }
            let empty = self.count == 0;
            self.least = if empty { least } else { self.least.min(least) };
            self.greatest = if empty { greatest } else { self.greatest.max(greatest) };
            self.count += self.pending.len() as u64;
            self.pending.clear();
            return;
        }
        self.settle_exact();
    }

    /// Sorts in what waits among values that are counted by themselves.
    fn settle_exact(&mut self) {
        let mut keys: Vec<u64> = self.pending.iter().map(|&x| key(x)).collect();
        self.pending.clear();
        keys.sort_unstable();
        let mut added: Vec<(u64, u64)> = Vec::new();
        for key in keys {
            match added.last_mut() {
                Some((last, count)) if *last == key => *count += 1,
                _ => added.push((key, 1)),
            }
        }
        self.store_all(added);
    }

    /// Counts in keys that are in order and differ; there is at least one.
    fn store_all(&mut self, added: Vec<(u64, u64)>) {
        if let (Some(&(first, _)), Some(&(last, _))) = (added.first(), added.last()) {
            let empty = self.count == 0;
            self.least = if empty { first } else { self.least.min(first) };
            self.greatest = if empty { last } else { self.greatest.max(last) };
        }
        self.count = added.iter().fold(self.count, |sum, (_, n)| sum.saturating_add(*n));
        match &mut self.store {
            Store::Exact(values) if values.is_empty() => *values = added,
            Store::Exact(values) => *values = union(values, &added),
            Store::Bins(pages) => added.iter().for_each(|&(key, n)| count_in(pages, key, n)),
        }
        if let Store::Exact(values) = &self.store
            && values.len() > MOST_EXACT
        {
            self.store = Store::Bins(binned(values));
        }
    }

    /// Adds all that was added to another.
    pub fn merge(&mut self, other: &Self) {
        self.settle();
        let other = other.settled();
        if other.count == 0 {
            return;
        }
        match (&mut self.store, &other.store) {
            (_, Store::Exact(values)) => {
                self.store_all(values.clone());
                return;
            }
            (Store::Bins(pages), Store::Bins(others)) => add_pages(pages, others),
            (Store::Exact(values), Store::Bins(others)) => {
                let mut pages = others.clone();
                values.iter().for_each(|&(key, n)| count_in(&mut pages, key, n));
                self.store = Store::Bins(pages);
            }
        }
        let empty = self.count == 0;
        self.least = if empty { other.least } else { self.least.min(other.least) };
        self.greatest = if empty { other.greatest } else { self.greatest.max(other.greatest) };
        self.count = self.count.saturating_add(other.count);
    }

    /// Itself with nothing pending.
    fn settled(&self) -> Cow<'_, Self> {
        if self.pending.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut settled = self.clone();
        settled.settle();
        Cow::Owned(settled)
    }

    /// How many values were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count + self.pending.len() as u64
    }

    /// The least value, exactly.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        let settled = self.settled();
        (settled.count > 0).then(|| value(settled.least))
    }

    /// The greatest value, exactly.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        let settled = self.settled();
        (settled.count > 0).then(|| value(settled.greatest))
    }

    /// Whether every value is counted by itself, so that quantiles are exact.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self.settled().store, Store::Exact(_))
    }

    /// The k-th smallest value, k from 1; `None` beyond the count. Never outside [min, max].
    #[must_use]
    pub fn value_at_rank(&self, k: u64) -> Option<f64> {
        let settled = self.settled();
        if k == 0 || k > settled.count {
            return None;
        }
        // The ends are known exactly.
        if k == 1 {
            return Some(value(settled.least));
        }
        if k == settled.count {
            return Some(value(settled.greatest));
        }
        let mut sum = 0_u64;
        settled.values().find_map(|(value, n)| {
            sum = sum.saturating_add(n);
            (sum >= k).then_some(value)
        })
    }

    /// The least value v such that at least q of all values are at most v (see
    /// [`quantile_rank`]); `None` where there are none or q is not in [0, 1].
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.value_at_rank(quantile_rank(self.count(), q)?)
    }

    /// About 20 equal bins at round edges that cover all values; see [`Histogram`].
    #[must_use]
    pub fn histogram(&self) -> Histogram {
        let settled = self.settled();
        if settled.count == 0 {
            return Histogram::default();
        }
        Histogram::new(value(settled.least), value(settled.greatest), settled.values())
    }

    /// The values, or what stands for those of a bin, in order and with how many there are.
    fn values(&self) -> impl Iterator<Item = (f64, u64)> {
        let (exact, pages): (&[_], &[_]) = match &self.store {
            Store::Exact(values) => (values, &[]),
            Store::Bins(pages) => (&[], pages),
        };
        let (min, max) = (value(self.least), value(self.greatest));
        let binned = pages.iter().flat_map(|(page, counts)| {
            (0_u32..).zip(counts.iter()).map(move |(bin, &n)| ((page << PAGE_BITS) | bin, n))
        });
        let binned = binned.filter(|&(_, n)| n > 0);
        // Never outside the exact ends.
        let binned = binned.map(move |(bin, n)| (representative(bin).max(min).min(max), n));
        exact.iter().map(|&(key, n)| (value(key), n)).chain(binned)
    }
}

impl PartialEq for Quantiles {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.settled(), other.settled());
        (a.count, a.least, a.greatest) == (b.count, b.least, b.greatest) && a.store == b.store
    }
}

/// The key of a value: unsigned order of keys is the order of values. -0.0 has the key of 0.0.
#[inline]
fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    // Negative numbers have their order reversed, and stand below the rest.
    bits ^ ((bits.cast_signed() >> 63).cast_unsigned() | 1 << 63)
}

/// The value of a key.
#[inline]
fn value(key: u64) -> f64 {
    let negative = (key.cast_signed() >> 63) == 0;
    f64::from_bits(if negative { !key } else { key ^ (1 << 63) })
}

/// The bin of a key.
#[inline]
fn bin(key: u64) -> usize {
    (key >> BIN_SHIFT) as usize
}

/// What stands for a bin: its middle; for the bins about 0 and at infinity, these themselves.
fn representative(bin: u32) -> f64 {
    let edge = value(u64::from(bin) << BIN_SHIFT);
    let bits = edge.to_bits();
    let magnitude = bits & !(1 << 63);
    let start = magnitude >> BIN_SHIFT << BIN_SHIFT;
    let middle =
        if start == 0 || start >= f64::INFINITY.to_bits() { start } else { start | 1 << (BIN_SHIFT - 1) };
    // No -0.0: a sum with 0.0 turns it into 0.0.
    f64::from_bits(middle | (bits & 1 << 63)) + 0.0
}

/// The keys of the least and the greatest of some values, none of them NaN.
fn ends(values: &[f64]) -> (u64, u64) {
    const AT_ONCE: usize = 8;
    let (mut least, mut greatest) = ([f64::INFINITY; AT_ONCE], [f64::NEG_INFINITY; AT_ONCE]);
    let (chunks, rest) = values.as_chunks::<AT_ONCE>();
    for values in chunks {
        for ((least, greatest), &x) in least.iter_mut().zip(&mut greatest).zip(values) {
            *least = if x < *least { x } else { *least };
            *greatest = if x > *greatest { x } else { *greatest };
        }
    }
    let keys = |ends: [f64; AT_ONCE]| ends.into_iter().chain(rest.iter().copied()).map(key);
    (keys(least).min().unwrap_or(0), keys(greatest).max().unwrap_or(0))
}

/// Counted keys in bins.
fn binned(values: &[(u64, u64)]) -> Vec<(u32, Box<[u64; PAGE]>)> {
    let mut pages = Vec::new();
    values.iter().for_each(|&(key, n)| count_in(&mut pages, key, n));
    pages
}

/// Counts values whose keys lie between two others, fewer than 2^16: in bulk where they lie close to each other, or not far
/// below the greatest or above the least, and the others one by one.
#[inline(always)]
fn count_all(pages: &mut Vec<(u32, Box<[u64; PAGE]>)>, values: &[f64], least: u64, greatest: u64) {
    let [first, last] = [least, greatest].map(|key| bin(key) / PAGE);
    if last - first < WINDOW {
        count_windows::<{ WINDOW + 1 }>(pages, values, [first..last + 1, 0..0]);
        return;
    }
    let upper = (last + 1).saturating_sub(WIDE).max(first)..last + 1;
    let lower = first..upper.start.min(first + WIDE);
    let between = lower.end..upper.start;
    if count_windows::<{ 2 * WIDE + 1 }>(pages, values, [upper, lower]) < values.len() {
        let keys = values.iter().map(|&x| key(x));
        let others = keys.filter(|&key| between.contains(&(bin(key) / PAGE)));
        others.for_each(|key| count_in(pages, key, 1));
    }
}

/// Counts the values in two windows of pages, together fewer than `ROWS`, and says how many there are.
#[inline(always)]
fn count_windows<const ROWS: usize>(
    pages: &mut Vec<(u32, Box<[u64; PAGE]>)>,
    values: &[f64],
    windows: [Range<usize>; 2],
) -> usize {
    /// Places that are worked out together, before what they count is.
    const AT_ONCE: usize = 64;
    let [(start, bins), (other_start, other_bins)] =
        windows.each_ref().map(|window| (window.start * PAGE, window.len() * PAGE));
    let elsewhere = (ROWS - 1) * PAGE;
    let place = |x: f64| {
        let bin = bin(key(x));
        let (place, other) = (bin.wrapping_sub(start), bin.wrapping_sub(other_start));
        let other = if other < other_bins { bins + other } else { elsewhere };
        if place < bins { place } else { other }
    };
    let mut rows = [[0_u16; PAGE]; ROWS];
    let counts = rows.as_flattened_mut();
    let (batches, rest) = values.as_chunks::<AT_ONCE>();
    for batch in batches {
        let mut places = Aligned([0; AT_ONCE]);
        for (to, &x) in places.iter_mut().zip(batch) {
            *to = place(x);
        }
        places.iter().for_each(|&place| counts[place] += 1);
    }
    rest.iter().for_each(|&x| counts[place(x)] += 1);
    let uncounted = usize::from(counts[elsewhere]);
    for (page, added) in windows.into_iter().flatten().zip(&rows) {
        if *added == [0; PAGE] {
            continue;
        }
        let place = page_of(pages, page as u32);
        for (count, &n) in pages[place].1.iter_mut().zip(added) {
            *count = count.saturating_add(u64::from(n));
        }
    }
    values.len() - uncounted
}

/// Counts a key n times in its bin.
fn count_in(pages: &mut Vec<(u32, Box<[u64; PAGE]>)>, key: u64, n: u64) {
    let place = page_of(pages, (bin(key) / PAGE) as u32);
    let count = &mut pages[place].1[bin(key) % PAGE];
    *count = count.saturating_add(n);
}

/// The place of a page, which is made where there is none.
fn page_of(pages: &mut Vec<(u32, Box<[u64; PAGE]>)>, page: u32) -> usize {
    pages.binary_search_by_key(&page, |(number, _)| *number).unwrap_or_else(|at| {
        pages.insert(at, (page, Box::new([0; PAGE])));
        at
    })
}

/// Adds pages to pages, bin by bin.
fn add_pages(pages: &mut Vec<(u32, Box<[u64; PAGE]>)>, others: &[(u32, Box<[u64; PAGE]>)]) {
    for (page, added) in others {
        let place = page_of(pages, *page);
        for (count, n) in pages[place].1.iter_mut().zip(added.iter()) {
            *count = count.saturating_add(*n);
        }
    }
}

/// Two lists in order of key as one, with the counts of equal keys added.
fn union(a: &[(u64, u64)], b: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    while let (Some(&(key_a, n_a)), Some(&(key_b, n_b))) = (a.peek(), b.peek()) {
        match key_a.cmp(&key_b) {
            std::cmp::Ordering::Less => {
                all.push((key_a, n_a));
                a.next();
            }
            std::cmp::Ordering::Greater => {
                all.push((key_b, n_b));
                b.next();
            }
            std::cmp::Ordering::Equal => {
                all.push((key_a, n_a.saturating_add(n_b)));
                a.next();
                b.next();
            }
        }
    }
    all.extend(a);
    all.extend(b);
    all
}

#[cfg(test)]
#[path = "sketch_tests.rs"]
mod tests;

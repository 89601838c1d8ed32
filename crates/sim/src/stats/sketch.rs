//! Quantiles that merge exactly: counts by value while these are few, by fixed bins beyond.

mod bins;
mod contents;
mod distinct;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::quantile_rank;
use super::scores::crps;
use bins::{BATCH, BIN_SHIFT, Bins};
use contents::Contents;
use distinct::{few, more_differ};

/// Distinct values counted exactly; one more, and bins take over.
pub const MOST_EXACT: usize = 1024;
/// How far a binned quantile may lie from the exact one, relative to it: 2^-11. (Below 2.3e-308, where
/// doubles are spaced evenly, it is the absolute error that stays below 2^-1032.)
pub const RELATIVE_ERROR: f64 = 1.0 / 2048.0;

/// Values waiting to be counted by themselves, in bulk: more than are, so that those that all differ need not be sorted.
const PENDING: usize = MOST_EXACT + 128;

/// Two values with so many bins between them are as good as exact beside their distance.
const FAR_APART: u64 = 8;

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
    Bins(Bins),
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

    /// About how many bytes it takes at most for so many values: each by itself, or bins for values of many magnitudes.
    pub(crate) fn most_bytes(values: u64) -> u64 {
        const OF_VALUE: u64 = size_of::<(u64, u64)>() as u64;
        /// As measured.
        const OF_BINS: u64 = 26_000;
        values.saturating_mul(OF_VALUE).min(OF_BINS)
    }

    /// Adds several values at once.
    #[inline(always)]
    pub(crate) fn add_all(&mut self, values: &[f64]) {
        let (batches, rest) = values.as_chunks::<BATCH>();
        for batch in batches {
            let [min, max] = [self.least, self.greatest].map(value);
            // NaN is not within.
            let within = |x: &f64| u64::from(min <= *x && *x <= max);
            match &mut self.store {
                Store::Bins(bins) if batch.iter().map(within).sum::<u64>() == BATCH as u64 => {
                    bins.add_all(batch);
                    self.count += BATCH as u64;
                }
                _ => batch.iter().for_each(|&x| self.add(x)),
            }
        }
        rest.iter().for_each(|&x| self.add(x));
    }

    /// Adds one value; a NaN is left out.
    #[inline]
    pub fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        if let Store::Bins(bins) = &mut self.store {
            let key = key(x);
            bins.count(key, 1);
            self.stretch(key, key);
            self.count += 1;
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
        if self.pending.is_empty() {
            return;
        }
        if let Some(added) = few(&self.pending) {
            self.pending.clear();
            self.store_all(added);
            return;
        }
        if let Store::Exact(values) = &mut self.store
            && more_differ(values, &self.pending)
        {
            let values = std::mem::take(values);
            // From now on nothing waits.
            let pending = std::mem::take(&mut self.pending);
            let keys = || pending.iter().map(|&x| key(x));
            if let (Some(first), Some(last)) = (keys().min(), keys().max()) {
                self.stretch(first, last);
            }
            self.count += pending.len() as u64;
            let mut bins = self.in_bins(&values);
            keys().for_each(|key| bins.count(key, 1));
            self.store = Store::Bins(bins);
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
            self.stretch(first, last);
        }
        self.count = added.iter().fold(self.count, |sum, (_, n)| sum.saturating_add(*n));
        match &mut self.store {
            Store::Exact(values) if values.is_empty() => *values = added,
            Store::Exact(values) => *values = union(values, &added),
            Store::Bins(bins) => added.iter().for_each(|&(key, n)| bins.count(key, n)),
        }
        if let Store::Exact(values) = &self.store
            && values.len() > MOST_EXACT
        {
            self.store = Store::Bins(self.in_bins(values));
        }
    }

    /// Counted keys in bins; the ends are known.
    fn in_bins(&self, values: &[(u64, u64)]) -> Bins {
        let mut bins = Bins::new([self.least, self.greatest]);
        values.iter().for_each(|&(key, n)| bins.count(key, n));
        bins
    }

    /// Moves the ends so far apart that two keys lie between them.
    #[inline]
    fn stretch(&mut self, first: u64, last: u64) {
        let empty = self.count == 0;
        self.least = if empty { first } else { self.least.min(first) };
        self.greatest = if empty { last } else { self.greatest.max(last) };
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
            (Store::Bins(bins), Store::Bins(others)) => bins.merge(others),
            (Store::Exact(values), Store::Bins(others)) => {
                let mut bins = others.clone();
                values.iter().for_each(|&(key, n)| bins.count(key, n));
                self.store = Store::Bins(bins);
            }
        }
        self.stretch(other.least, other.greatest);
        self.count = self.count.saturating_add(other.count);
    }

    /// Itself with nothing pending.
    pub(crate) fn settled(&self) -> Cow<'_, Self> {
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
        match &settled.store {
            Store::Exact(values) => {
                let mut sum = 0_u64;
                values.iter().find_map(|&(key, n)| {
                    sum = sum.saturating_add(n);
                    (sum >= k).then(|| value(key))
                })
            }
            Store::Bins(bins) => bins.at_rank(k).map(|bin| settled.within(bin)),
        }
    }

    /// The least value v such that at least q of all values are at most v (see
    /// [`quantile_rank`]); `None` where there are none or q is not in [0, 1].
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.value_at_rank(quantile_rank(self.count(), q)?)
    }

    /// The values at two ranks, or numbers beyond them: where the two are binned and so close that half a bin matters,
    /// the outer edges of their bins. So whatever lies between the two is within.
    #[must_use]
    pub fn between_ranks(&self, [low, high]: [Option<u64>; 2]) -> [Option<f64>; 2] {
        let settled = self.settled();
        let ends = [low, high].map(|rank| settled.value_at_rank(rank?));
        let (Store::Bins(_), [Some(low), Some(high)]) = (&settled.store, ends) else { return ends };
        let [low_bin, high_bin] = [low, high].map(|x| key(x) >> BIN_SHIFT);
        if high_bin.saturating_sub(low_bin) >= FAR_APART {
            return ends;
        }
        // The bins of 0 and of infinity stand for these alone. Never outside the exact ends.
        let edge = |x: f64, bin: u64| if x == 0.0 || x.is_infinite() { x } else { value(bin << BIN_SHIFT) };
        let edges = [
            edge(low, low_bin).max(value(settled.least)),
            edge(high, high_bin + 1).min(value(settled.greatest)),
        ];
        [Some(edges[0].min(low)), Some(edges[1].max(high))]
    }

    /// The continuous ranked probability score of these values as a forecast of one number: see
    /// [`crps`]. Beyond 1,024 distinct values within [`RELATIVE_ERROR`] of the values about it; `None`
    /// where there are none.
    #[must_use]
    pub fn crps(&self, observed: f64) -> Option<f64> {
        let settled = self.settled();
        crps(settled.values(), settled.count, observed)
    }

    /// How many values are below a number, and how many are the number, as far as bins tell them apart.
    #[must_use]
    pub fn below_and_at(&self, x: f64) -> (u64, u64) {
        let settled = self.settled();
        let up_to = settled.values().take_while(|(value, _)| *value <= x);
        up_to.fold((0, 0), |(below, at): (u64, u64), (value, n)| {
            if value < x { (below.saturating_add(n), at) } else { (below, at.saturating_add(n)) }
        })
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

    /// What stands for a bin, never outside the exact ends.
    fn within(&self, bin: u64) -> f64 {
        representative(bin).max(value(self.least)).min(value(self.greatest))
    }

    /// The values, or what stands for those of a bin, in order and with how many there are.
    fn values(&self) -> impl Iterator<Item = (f64, u64)> {
        let (exact, bins) = match &self.store {
            Store::Exact(values) => (values.as_slice(), None),
            Store::Bins(bins) => (&[][..], Some(bins)),
        };
        let binned = bins.into_iter().flat_map(Bins::iter);
        let binned = binned.map(|(bin, n)| (self.within(bin), n));
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

/// What stands for a bin: its middle; for the bins about 0 and at infinity, these themselves.
fn representative(bin: u64) -> f64 {
    let edge = value(bin << BIN_SHIFT);
    let bits = edge.to_bits();
    let magnitude = bits & !(1 << 63);
    let start = magnitude >> BIN_SHIFT << BIN_SHIFT;
    let middle =
        if start == 0 || start >= f64::INFINITY.to_bits() { start } else { start | 1 << (BIN_SHIFT - 1) };
    // No -0.0: a sum with 0.0 turns it into 0.0.
    f64::from_bits(middle | (bits & 1 << 63)) + 0.0
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

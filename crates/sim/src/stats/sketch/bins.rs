//! Counts by fixed bins: sign, exponent and the first bits of the mantissa.
//!
//! A batch of values falls in bins that are spread over more memory than a cache has for all steps and outcomes. So where
//! most values lie they are counted in bytes, those of bins in a row beside each other; what a byte cannot hold, and what
//! lies elsewhere, is counted in pages, which are made where they are needed.

use super::key;
use crate::simd::Aligned;

/// Bits of a key below a bin's: a bin is sign, exponent and the top 10 bits of the mantissa.
pub(super) const BIN_SHIFT: u32 = 42;
/// Values that are counted together.
pub(super) const BATCH: usize = 64;
/// Bins that are kept together, as they tend to be used together: a sixteenth of an octave.
const PAGE: usize = 64;
/// How many pages in a row are counted in bytes, where these are as many as there is a use for: four octaves.
const WINDOW: usize = 64;
/// The same at either end of values that are spread further, as about 0: eight octaves.
const WIDE: usize = 128;
/// Pages beyond the ends, for values to come.
const MARGIN: usize = 2;

/// How many values lie in each bin: the sum of its byte, if it has one, and of its count in the pages.
#[derive(Clone, Debug)]
pub(super) struct Bins {
    layout: Layout,
    /// Of the bins in both windows, and at the end one for what lies elsewhere.
    bytes: Vec<u8>,
    pages: Pages,
}

/// Which bins are counted in bytes: those in two windows, by the first and how many, the lower window first.
#[derive(Clone, Copy, Debug)]
struct Layout([(usize, usize); 2]);

/// Pages in order of their number.
#[derive(Clone, Debug, Default)]
struct Pages(Vec<(usize, Counts)>);

/// The counts of a page: narrow while all of them fit.
#[derive(Clone, Debug)]
enum Counts {
    Narrow(Box<[u8; PAGE]>),
    Wide(Box<[u64; PAGE]>),
}

/// All that is counted of a page's bins.
struct Page<'a> {
    number: usize,
    bytes: Option<&'a [u8; PAGE]>,
    counts: Option<&'a Counts>,
}

impl Bins {
    /// Nothing counted, for values that mostly lie between two keys.
    pub(super) fn new(ends: [u64; 2]) -> Self {
        let layout = Layout::new(ends);
        Self { layout, bytes: vec![0; layout.elsewhere() + 1], pages: Pages::default() }
    }

    /// Counts a value's key n times.
    pub(super) fn count(&mut self, key: u64, n: u64) {
        self.count_in(bin(key), n);
    }

    fn count_in(&mut self, bin: usize, n: u64) {
        let place = self.layout.place(bin);
        if place == self.layout.elsewhere() {
            self.pages.count(bin, n);
            return;
        }
        let byte = &mut self.bytes[place];
        let all = n.saturating_add(u64::from(*byte));
        *byte = all as u8;
        if all > u64::from(u8::MAX) {
            self.pages.count(bin, all - u64::from(*byte));
        }
    }

    /// Counts some values.
    #[inline(always)]
    pub(super) fn add_all(&mut self, values: &[f64; BATCH]) {
        let layout = self.layout;
        let mut places = Aligned([0; BATCH]);
        for (place, &x) in places.iter_mut().zip(values) {
            *place = layout.place(bin(key(x)));
        }
        let bytes = self.bytes.as_mut_slice();
        for &place in places.iter() {
            let byte = &mut bytes[place];
            *byte = byte.wrapping_add(1);
            if *byte == 0 {
                carry(layout, place, &mut self.pages);
            }
        }
        if std::mem::take(&mut bytes[layout.elsewhere()]) > 0 {
            let outside = values.iter().zip(places.iter()).filter(|(_, place)| **place == layout.elsewhere());
            outside.for_each(|(&x, _)| self.pages.count(bin(key(x)), 1));
        }
    }

    /// Adds all that is counted in another.
    pub(super) fn merge(&mut self, other: &Self) {
        other.iter().for_each(|(bin, n)| self.count_in(bin as usize, n));
    }

    /// The bins in which values lie, in order, and how many these are.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.pages().flat_map(Page::bins).filter(|&(_, n)| n > 0)
    }

    /// The bin of the k-th smallest value, k from 1.
    pub(super) fn at_rank(&self, k: u64) -> Option<u64> {
        let mut below = 0_u64;
        self.pages().find_map(|page| {
            let up_to = below.saturating_add(page.total());
            if up_to < k {
                below = up_to;
                return None;
            }
            let mut bins = page.bins();
            bins.find_map(|(bin, n)| {
                below = below.saturating_add(n);
                (below >= k).then_some(bin)
            })
        })
    }

    /// All pages, in order.
    fn pages(&self) -> impl Iterator<Item = Page<'_>> {
        let mut windows = self.layout.pages().zip(self.bytes.as_chunks().0).peekable();
        let mut others = self.pages.0.iter().peekable();
        std::iter::from_fn(move || {
            let first =
                [windows.peek().map(|&(number, _)| number), others.peek().map(|&&(number, _)| number)];
            let number = first.into_iter().flatten().min()?;
            let bytes = windows.next_if(|&(of, _)| of == number).map(|(_, bytes)| bytes);
            let counts = others.next_if(|&&(of, _)| of == number).map(|(_, counts)| counts);
            Some(Page { number, bytes, counts })
        })
    }
}

/// By how many values lie where.
impl PartialEq for Bins {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a> Page<'a> {
    /// How many values lie in it.
    fn total(&self) -> u64 {
        let bytes = self.bytes.map_or(0, |bytes| u64::from(bytes.iter().map(|&n| u32::from(n)).sum::<u32>()));
        bytes.saturating_add(self.counts.map_or(0, Counts::total))
    }

    /// Its bins in order, with how many values lie in each.
    fn bins(self) -> impl Iterator<Item = (u64, u64)> + use<'a> {
        let Self { number, bytes, counts } = self;
        (0..PAGE).map(move |place| {
            let byte = bytes.map_or(0, |bytes| bytes[place].into());
            let count = counts.map_or(0, |counts| counts.at(place));
            ((number * PAGE + place) as u64, count.saturating_add(byte))
        })
    }
}

impl Pages {
    /// Counts n values in a bin, whose page is made where there is none.
    fn count(&mut self, bin: usize, n: u64) {
        let Self(pages) = self;
        let page = bin / PAGE;
        let at = pages.binary_search_by_key(&page, |(number, _)| *number).unwrap_or_else(|at| {
            pages.insert(at, (page, Counts::Narrow(Box::new([0; PAGE]))));
            at
        });
        pages[at].1.add(bin % PAGE, n);
    }
}

impl Counts {
    fn at(&self, place: usize) -> u64 {
        match self {
            Self::Narrow(counts) => counts[place].into(),
            Self::Wide(counts) => counts[place],
        }
    }

    fn add(&mut self, place: usize, n: u64) {
        let all = self.at(place).saturating_add(n);
        match (&mut *self, u8::try_from(all)) {
            (Self::Narrow(counts), Ok(all)) => counts[place] = all,
            (Self::Wide(counts), _) => counts[place] = all,
            (Self::Narrow(counts), Err(_)) => {
                let mut wide = Box::new(counts.map(u64::from));
                wide[place] = all;
                *self = Self::Wide(wide);
            }
        }
    }

    fn total(&self) -> u64 {
        (0..PAGE).fold(0, |sum: u64, place| sum.saturating_add(self.at(place)))
    }
}

impl Layout {
    /// For values between two keys, as far as they lie close to each other, or not far below the greatest or above the
    /// least.
    fn new(ends: [u64; 2]) -> Self {
        let [first, last] = ends.map(|key| bin(key) / PAGE);
        let (first, end) = (first.saturating_sub(MARGIN), last + 1 + MARGIN);
        let windows = if end - first <= WINDOW {
            [first..end, 0..0]
        } else {
            let upper = end.saturating_sub(WIDE).max(first)..end;
            [first..upper.start.min(first + WIDE), upper]
        };
        Self(windows.map(|pages| (pages.start * PAGE, pages.len() * PAGE)))
    }

    /// The numbers of its pages, in order.
    fn pages(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().flat_map(|(start, bins)| start / PAGE..(start + bins) / PAGE)
    }

    /// The place of the byte for what is in neither window.
    #[inline(always)]
    fn elsewhere(self) -> usize {
        let [(_, bins), (_, others)] = self.0;
        bins + others
    }

    /// The place of a bin's byte.
    #[inline(always)]
    fn place(self, bin: usize) -> usize {
        let [(start, bins), (other_start, others)] = self.0;
        let (place, other) = (bin.wrapping_sub(start), bin.wrapping_sub(other_start));
        let other = if other < others { bins + other } else { self.elsewhere() };
        if place < bins { place } else { other }
    }
}

/// Counts in its page what a byte that was full has counted.
#[cold]
fn carry(layout: Layout, place: usize, pages: &mut Pages) {
    if let Some(page) = layout.pages().nth(place / PAGE) {
        pages.count(page * PAGE + place % PAGE, 1 << u8::BITS);
    }
}

/// The bin of a key.
#[inline(always)]
fn bin(key: u64) -> usize {
    (key >> BIN_SHIFT) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::normal::normal_quantile;
    use crate::random::Stream;

    fn ends(values: &[f64]) -> [u64; 2] {
        [values.iter().map(|&x| key(x)).min(), values.iter().map(|&x| key(x)).max()]
            .map(Option::unwrap_or_default)
    }

    /// Whatever is counted in bytes and whatever in pages, and whatever the ends were thought to be.
    #[test]
    fn bins_hold_what_was_counted_in_any_layout() {
        let stream = Stream::new(9, "bins");
        let values: Vec<f64> = (0..6400).map(|trial| normal_quantile(stream.uniform(0, trial))).collect();
        let mut counts = std::collections::BTreeMap::new();
        let layouts = [ends(&values), ends(&values[..2]), ends(&[1.0]), ends(&[f64::MIN, f64::MAX])];
        let mut all = layouts.map(Bins::new);
        for (batch, n) in values.as_chunks().0.iter().zip([1, 2, 255, 256, 1 << 40].into_iter().cycle()) {
            all.iter_mut().for_each(|bins| bins.add_all(batch));
            for &x in batch {
                *counts.entry(u64::try_from(bin(key(x))).unwrap_or_default()).or_insert(0) += n + 1;
                all.iter_mut().for_each(|bins| bins.count(key(x), n));
            }
        }
        let total: u64 = counts.values().sum();
        for bins in &all {
            assert!(bins.iter().eq(counts.iter().map(|(&bin, &n)| (bin, n))) && *bins == all[0]);
            let mut below = 0;
            for (bin, n) in bins.iter() {
                assert_eq!([below + 1, below + n].map(|k| bins.at_rank(k)), [Some(bin); 2]);
                below += n;
            }
            assert_eq!((below, bins.at_rank(total + 1)), (total, None));
            let mut twice = bins.clone();
            twice.merge(&all[1]);
            assert!(twice.iter().eq(counts.iter().map(|(&bin, &n)| (bin, 2 * n))));
        }
    }

    /// Values about 0 are spread over hundreds of pages. Those that are counted in bytes take none of them.
    #[test]
    fn values_about_0_take_few_pages() {
        let stream = Stream::new(9, "about 0");
        let values: Vec<f64> = (0..19_200).map(|trial| normal_quantile(stream.uniform(0, trial))).collect();
        let mut bins = Bins::new(ends(&values));
        values.as_chunks().0.iter().for_each(|batch| bins.add_all(batch));
        assert_eq!(bins.iter().map(|(_, n)| n).sum::<u64>(), 19_200);
        let Pages(pages) = &bins.pages;
        assert!((1..200).contains(&pages.len()), "{}", pages.len());
        assert!(pages.iter().all(|(_, counts)| matches!(counts, Counts::Narrow(_))));
        assert!(bins.bytes.len() < 17_000);
    }
}

//! Counts by fixed bins: sign, exponent and the first bits of the mantissa.
//!
//! A batch of values falls in bins that are spread over more memory than a cache has for all steps and outcomes. So they
//! are counted in short counts first, those of bins in a row beside each other, and added to the rest before one overflows.

use super::key;
use crate::simd::Aligned;

/// Bits of a key below a bin's: a bin is sign, exponent and the top 10 bits of the mantissa.
pub(super) const BIN_SHIFT: u32 = 42;
/// Values that are counted together.
pub(super) const BATCH: usize = 64;
/// Bins that are kept together, as they tend to be used together: a sixteenth of an octave.
const PAGE_BITS: u32 = 6;
const PAGE: usize = 1 << PAGE_BITS;
/// How many pages in a row have short counts, where these are as many as there is a use for: four octaves.
const WINDOW: usize = 64;
/// The same at either end of values that are spread further, as about 0: eight octaves.
const WIDE: usize = 128;
/// Pages beyond the ends, for values to come.
const MARGIN: usize = 2;

/// How many values lie in each bin.
#[derive(Clone, Debug, Default)]
pub(super) struct Bins {
    pages: Pages,
    recent: Recent,
}

/// Pages in order of their number, the key's top bits.
#[derive(Clone, Debug, Default, PartialEq)]
struct Pages(Vec<(u32, Box<[u64; PAGE]>)>);

/// What is not yet in the pages.
#[derive(Clone, Debug, Default)]
struct Recent {
    layout: Layout,
    /// Of the bins in both windows, and at the end one for what lies elsewhere.
    counts: Vec<u8>,
}

/// Which bins have short counts: those of the pages in two windows, by the first and how many.
#[derive(Clone, Copy, Debug, Default)]
struct Layout([(usize, usize); 2]);

impl Bins {
    /// Of counted keys.
    pub(super) fn of(values: &[(u64, u64)]) -> Self {
        let mut bins = Self::default();
        values.iter().for_each(|&(key, n)| bins.count(key, n));
        bins
    }

    /// Counts a key n times.
    pub(super) fn count(&mut self, key: u64, n: u64) {
        self.pages.count(bin(key), n);
    }

    /// Counts the key of a value between two others, the ends of all values.
    #[inline]
    pub(super) fn add(&mut self, key: u64, ends: [u64; 2]) {
        self.open(ends);
        let Recent { layout, counts } = &mut self.recent;
        let place = layout.place(key);
        if place == layout.elsewhere() {
            self.pages.count(bin(key), 1);
        } else {
            increase(&mut counts[place], *layout, place, &mut self.pages);
        }
    }

    /// Counts values between two keys, the ends of all.
    #[inline(always)]
    pub(super) fn add_all(&mut self, values: &[f64; BATCH], ends: [u64; 2]) {
        self.open(ends);
        let layout = self.recent.layout;
        let mut places = Aligned([0; BATCH]);
        for (place, &x) in places.iter_mut().zip(values) {
            *place = layout.place(key(x));
        }
        let counts = self.recent.counts.as_mut_slice();
        for &place in places.iter() {
            increase(&mut counts[place], layout, place, &mut self.pages);
        }
        if std::mem::take(&mut counts[layout.elsewhere()]) > 0 {
            let outside = values.iter().zip(places.iter()).filter(|(_, place)| **place == layout.elsewhere());
            outside.for_each(|(&x, _)| self.count(key(x), 1));
        }
    }

    /// Sees to it that there are short counts, about the ends of all values.
    #[inline(always)]
    fn open(&mut self, ends: [u64; 2]) {
        if self.recent.counts.is_empty() {
            let layout = Layout::new(ends);
            self.recent = Recent { layout, counts: vec![0; layout.elsewhere() + 1] };
        }
    }

    /// Whether everything is in the pages.
    pub(super) fn is_settled(&self) -> bool {
        self.recent.counts.is_empty()
    }

    /// Puts everything into the pages.
    pub(super) fn settle(&mut self) {
        let Recent { layout, counts } = std::mem::take(&mut self.recent);
        for (page, added) in layout.pages().zip(counts.as_chunks::<PAGE>().0) {
            if *added == [0; PAGE] {
                continue;
            }
            self.pages.add(page, added.iter().map(|&n| n.into()));
        }
    }

    /// Adds all that is in the pages of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (page, added) in &other.pages.0 {
            self.pages.add(*page, added.iter().copied());
        }
    }

    /// The bins of the pages in which values lie, in order, and how many these are.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        let bins = self.pages.0.iter().flat_map(|(page, counts)| {
            let first = u64::from(*page) << PAGE_BITS;
            (first..).zip(counts.iter().copied())
        });
        bins.filter(|&(_, n)| n > 0)
    }
}

impl Pages {
    /// Counts n values in a bin.
    fn count(&mut self, bin: usize, n: u64) {
        let count = &mut self.page((bin / PAGE) as u32)[bin % PAGE];
        *count = count.saturating_add(n);
    }

    /// Adds to the counts of a page.
    fn add(&mut self, page: u32, added: impl Iterator<Item = u64>) {
        for (count, n) in self.page(page).iter_mut().zip(added) {
            *count = count.saturating_add(n);
        }
    }

    /// A page, which is made where there is none.
    fn page(&mut self, page: u32) -> &mut [u64; PAGE] {
        let Self(pages) = self;
        let place = pages.binary_search_by_key(&page, |(number, _)| *number).unwrap_or_else(|at| {
            pages.insert(at, (page, Box::new([0; PAGE])));
            at
        });
        &mut pages[place].1
    }
}

/// By what is in the pages.
impl PartialEq for Bins {
    fn eq(&self, other: &Self) -> bool {
        self.pages == other.pages
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
            let lower = first..upper.start.min(first + WIDE);
            [upper, lower]
        };
        Self(windows.map(|pages| (pages.start * PAGE, pages.len() * PAGE)))
    }

    /// The numbers of its pages.
    fn pages(self) -> impl Iterator<Item = u32> {
        self.0.into_iter().flat_map(|(start, bins)| (start / PAGE) as u32..((start + bins) / PAGE) as u32)
    }

    /// The place of the count for what is in neither window.
    #[inline(always)]
    fn elsewhere(self) -> usize {
        let [(_, bins), (_, others)] = self.0;
        bins + others
    }

    /// The place of a key's count.
    #[inline(always)]
    fn place(self, key: u64) -> usize {
        let [(start, bins), (other_start, others)] = self.0;
        let bin = bin(key);
        let (place, other) = (bin.wrapping_sub(start), bin.wrapping_sub(other_start));
        let other = if other < others { bins + other } else { self.elsewhere() };
        if place < bins { place } else { other }
    }
}

/// Counts one in a short count. What one that was full has counted goes into its page.
#[inline(always)]
fn increase(count: &mut u8, layout: Layout, place: usize, pages: &mut Pages) {
    *count = count.wrapping_add(1);
    if *count == 0 {
        carry(layout, place, pages);
    }
}

#[cold]
fn carry(layout: Layout, place: usize, pages: &mut Pages) {
    if let Some(page) = layout.pages().nth(place / PAGE) {
        pages.count(page as usize * PAGE + place % PAGE, 1 << u8::BITS);
    }
}

/// The bin of a key.
#[inline(always)]
fn bin(key: u64) -> usize {
    (key >> BIN_SHIFT) as usize
}

//! A list for what may turn out not to be there: whether it is, is what a processor cannot foresee, so that it is put down
//! either way behind the end, and counted if it is to stay.

use std::ops::Deref;

#[derive(Clone, Debug, Default)]
pub(super) struct List<T> {
    /// Those from the `len`-th on are of no meaning.
    items: Vec<T>,
    len: usize,
}

impl<T: Copy + Default> List<T> {
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Room for some items behind the end.
    #[inline(always)]
    pub(super) fn room<const N: usize>(&mut self) -> &mut [T; N] {
        let end = self.len + N;
        if self.items.len() < end {
            self.grow(end);
        }
        &mut self.items[self.len..end].as_chunks_mut().0[0]
    }

    #[cold]
    fn grow(&mut self, end: usize) {
        self.items.resize(2 * end + 64, T::default());
    }

    /// Counts the first so many of those that were put behind the end.
    #[inline(always)]
    pub(super) fn keep(&mut self, count: usize) {
        self.len += count;
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.items[..self.len]
    }
}

//! Where text came from: files, spans in them, and lines and columns for people.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file in a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

/// A piece of one file, in bytes: `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    pub(crate) fn new(file: FileId, range: Range<usize>) -> Self {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: cut(range.start), end: cut(range.end) }
    }

    /// The bytes as a range, for slicing the file's text.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From the start of this span to the end of `other`, which lies in the same file.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

/// One text that was read: its name as the reader gave it, and its content.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let mut line_starts = vec![0];
        line_starts.extend(
            text.bytes()
                .enumerate()
                .filter(|&(_, b)| b == b'\n')
                .map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX)),
        );
        Self { name, text, line_starts }
    }

    /// The name: a path as it was given, or `<...>` for a text with no file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole lines that bytes lie in: the first one's number, from 1, and their bytes without the last line's end.
    #[must_use]
    pub fn lines(&self, bytes: Range<u32>) -> (u32, Range<usize>) {
        let (line, _) = self.line_column(bytes.start);
        let start = self.line_starts.get(line as usize - 1).copied().unwrap_or(0) as usize;
        let last = (bytes.end as usize).clamp(start, self.text.len());
        let rest = self.text.as_bytes().get(last..).unwrap_or_default();
        let end = rest.iter().position(|&b| b == b'\n').map_or(self.text.len(), |length| last + length);
        (line, start..end)
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self, byte: u32) -> (u32, u32) {
        let line = self.line_starts.partition_point(|&start| start <= byte).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0) as usize;
        let end = (byte as usize).min(self.text.len());
        let before = self.text.get(start..end);
        // A byte order mark is no character of the text.
        let before = before.map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
        let column = before.map_or(end.saturating_sub(start), |text| text.chars().count());
        let one_based = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        (one_based(line), one_based(column))
    }
}

/// All the files that one scenario was read from; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    pub(crate) fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.files.push(Arc::new(SourceFile::new(name.into(), text.into())));
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file, if it belongs to this map.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize).map(Arc::as_ref)
    }

    /// The files, in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().map(Arc::as_ref)
    }

    /// The text under a span; empty where the span is not of this map.
    #[must_use]
    pub fn snippet(&self, span: Span) -> &str {
        self.file(span.file).and_then(|f| f.text.get(span.range())).unwrap_or("")
    }

    /// File name, line and column of a span's start.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        self.file(span.file).map_or_else(Place::default, |file| {
            let (line, column) = file.line_column(span.start);
            Place { file: file.name.clone(), line, column }
        })
    }
}

/// A place for people: `path:line:column`, line and column from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let mut map = SourceMap::default();
        let id = map.add("a.toml", "x = 1\nä = \"é\"\n");
        let at = |start: usize| map.place(Span::new(id, start..start + 1)).to_string();
        assert_eq!(at(0), "a.toml:1:1");
        assert_eq!(at(6), "a.toml:2:1");
        assert_eq!(at(8), "a.toml:2:2");
        assert_eq!(at(12), "a.toml:2:6");
    }

    #[test]
    fn whole_lines_are_found_about_bytes() {
        let file = SourceFile::new("a.toml".to_owned(), "one\ntwo\nthree".to_owned());
        for (bytes, lines) in [
            (0..0, (1, 0..3)),
            (3..3, (1, 0..3)),
            (3..4, (1, 0..7)),
            (5..6, (2, 4..7)),
            (6..9, (2, 4..13)),
            (13..13, (3, 8..13)),
            (90..99, (3, 8..13)),
        ] {
            assert_eq!(file.lines(bytes.clone()), lines, "{bytes:?}");
        }
    }
}

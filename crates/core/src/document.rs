//! TOML as a tree in which every key and value knows its place, and one tree laid over another.

use std::ops::{Deref, DerefMut, Range};
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::calendar::Date;
use crate::diagnostic::{Code, Diagnostic};
use crate::elsewhere;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::Read;

/// The largest text that is read \[bytes\].
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// More syntax errors than this in one file help nobody.
const MAX_SYNTAX_ERRORS: usize = 8;

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(Text),
    /// A number and whether it is written as a whole one.
    Number {
        value: f64,
        whole: Option<i128>,
    },
    Boolean(bool),
    Date(Date),
    /// A time, a date with a time, or no day of the calendar.
    OtherDate,
    Array(Vec<Node>),
    Table(Table),
}

/// A text as TOML writes it in a line.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    push_quoted(text, &mut quoted);
    quoted
}

/// The same, behind what is there. By rules of its own, for those of Rust differ from version to version in what of Unicode they
/// escape.
pub(crate) fn push_quoted(text: &str, to: &mut String) {
    let is_escaped = |byte: u8| matches!(byte, b'"' | b'\\') || byte.is_ascii_control();
    let mut rest = text;
    to.push('"');
    while let Some(at) = rest.bytes().position(is_escaped) {
        to.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'\n' => to.push_str("\\n"),
            b'\r' => to.push_str("\\r"),
            b'\t' => to.push_str("\\t"),
            byte if byte.is_ascii_control() => to.push_str(&format!("\\u{byte:04X}")),
            byte => to.extend(['\\', char::from(byte)]),
        }
        rest = &rest[at + 1..];
    }
    to.push_str(rest);
    to.push('"');
}

/// A number as it is written out: a whole one by itself, for a double holds only some of those beyond 2^53.
pub(crate) fn number_text(value: f64, whole: Option<i128>) -> String {
    whole.map_or_else(|| value.to_string(), |whole| whole.to_string())
}

impl Node {
    /// What it is, for "expected x, found y".
    pub(crate) fn describe(&self) -> &'static str {
        match &self.value {
            Value::String(_) => "a string",
            Value::Number { .. } => "a number",
            Value::Boolean(_) => "true or false",
            Value::Date(_) => "a date",
            Value::OtherDate => "a date with a time",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }
}

/// A string, and where in the file each of its bytes stands.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) value: String,
    file: FileId,
    places: Places,
    /// What it says, once it has been read as an expression or an effect.
    pub(crate) read: Read,
}

#[derive(Clone, Debug)]
enum Places {
    /// Byte `i` stands at `first + i`.
    Plain(u32),
    /// Byte `i` stands at `places[i]`; one more entry for the end.
    Escaped(Vec<u32>),
}

impl Text {
    /// The place of a piece of the string.
    pub(crate) fn span(&self, range: std::ops::Range<usize>) -> Span {
        let place = |i: usize| match &self.places {
            Places::Plain(first) => *first as usize + i,
            Places::Escaped(places) => places.get(i).or(places.last()).map_or(0, |p| *p as usize),
        };
        Span::new(self.file, place(range.start)..place(range.end))
    }

    /// A key, quoted or bare, which stands as `raw` at `span`.
    pub(crate) fn of_key(value: &str, raw: &str, span: Span) -> Self {
        let start = span.start as usize;
        if raw.starts_with(['"', '\'']) {
            Self::new(value, raw, span.file, start)
        } else {
            Self::plain(value, span.file, start)
        }
    }

    pub(crate) fn plain(value: &str, file: FileId, first: usize) -> Self {
        Self {
            value: value.to_owned(),
            file,
            places: Places::Plain(u32::try_from(first).unwrap_or(u32::MAX)),
            read: Read::default(),
        }
    }

    /// A string as the parser decoded it, with the raw text between its quotes and all.
    fn new(value: &str, raw: &str, file: FileId, start: usize) -> Self {
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let mut inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or("");
        let mut first = start + quotes;
        if quotes == 3 {
            let newline = if inner.starts_with("\r\n") { 2 } else { usize::from(inner.starts_with('\n')) };
            inner = &inner[newline..];
            first += newline;
        }
        if inner == value {
            return Self::plain(value, file, first);
        }
        let places = Places::Escaped(escaped_places(value, inner, first));
        Self { value: value.to_owned(), file, places, read: Read::default() }
    }
}

/// Where each byte of a decoded string stands in the raw text that it was decoded from.
fn escaped_places(value: &str, raw: &str, first: usize) -> Vec<u32> {
    let mut places = Vec::with_capacity(value.len() + 1);
    let mut raw_at = 0;
    for c in value.chars() {
        let rest = raw.get(raw_at..).unwrap_or("");
        // A backslash at the end of a line swallows the white space that follows.
        let rest = skip_line_continuation(rest);
        raw_at = raw.len() - rest.len();
        let place = u32::try_from(first + raw_at).unwrap_or(u32::MAX);
        places.resize(places.len() + c.len_utf8(), place);
        raw_at += match rest.strip_prefix('\\').and_then(|r| r.chars().next()) {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            Some(_) => 2,
            None if c == '\n' && rest.starts_with("\r\n") => 2,
            None => c.len_utf8(),
        };
    }
    places.push(u32::try_from(first + raw_at).unwrap_or(u32::MAX));
    places
}

fn skip_line_continuation(mut rest: &str) -> &str {
    while let Some(after) = rest.strip_prefix('\\') {
        let trimmed = after.trim_start_matches([' ', '\t', '\n', '\r']);
        if !after[..after.len() - trimmed.len()].contains('\n') {
            break;
        }
        rest = trimmed;
    }
    rest
}

/// A table, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) span: Span,
    pub(crate) entries: Entries,
}

/// The entries of a table, shared by its copies until one of them is changed: a variant changes few tables of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries(Arc<IndexMap<String, Entry, RandomState>>);

impl Deref for Entries {
    type Target = IndexMap<String, Entry, RandomState>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Entries {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = (&'a String, &'a Entry);
    type IntoIter = indexmap::map::Iter<'a, String, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Entries {
    type Item = (String, Entry);
    type IntoIter = indexmap::map::IntoIter<String, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl FromIterator<(String, Entry)> for Entries {
    fn from_iter<I: IntoIterator<Item = (String, Entry)>>(entries: I) -> Self {
        Self(Arc::new(entries.into_iter().collect()))
    }
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Span,
    pub(crate) node: Node,
}

impl Table {
    pub(crate) fn empty(span: Span) -> Self {
        Self { span, entries: Entries::default() }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// What stands under a key, if anything does.
    pub(crate) fn node(&self, key: &str) -> Option<&Node> {
        self.get(key).map(|entry| &entry.node)
    }

    /// The table under a key, if there is one.
    pub(crate) fn table(&self, key: &str) -> Option<&Table> {
        match self.get(key).map(|e| &e.node.value) {
            Some(Value::Table(table)) => Some(table),
            _ => None,
        }
    }

    /// The string under a key, if there is one.
    pub(crate) fn text(&self, key: &str) -> Option<&Text> {
        match self.get(key).map(|e| &e.node.value) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether a place lies in a key or a value of the table.
    pub(crate) fn holds(&self, place: Span) -> bool {
        let is_in = |span: Span| span.file == place.file && (span.start..=span.end).contains(&place.start);
        self.entries.values().any(|entry| match &entry.node.value {
            Value::Table(table) => is_in(entry.key) || table.holds(place),
            _ => is_in(entry.key) || is_in(entry.node.span),
        })
    }

    /// A copy of the table under a key, empty where there is none.
    pub(crate) fn clone_section(&self, key: &str) -> Self {
        self.table(key).cloned().unwrap_or_else(|| Self::empty(self.span))
    }

    /// Lays another table over this one, key by key; where both have a table, `depth` more levels go key by key too.
    pub(crate) fn overlay(&mut self, over: &Self, depth: u32) {
        for (key, entry) in &over.entries {
            match (self.entries.get_mut(key).map(|e| &mut e.node.value), &entry.node.value) {
                (Some(Value::Table(mine)), Value::Table(theirs)) if depth > 0 => {
                    mine.overlay(theirs, depth - 1);
                }
                _ => {
                    self.entries.insert(key.clone(), entry.clone());
                }
            }
        }
    }
}

/// A file as a tree.
pub(crate) struct Parsed {
    pub(crate) table: Table,
    /// The lines that are no TOML, and that the tree is without; nothing where it cannot be told which they are.
    pub(crate) lost: Option<String>,
}

/// Parses a file. What is wrong with its syntax goes to `found`, all of it.
pub(crate) fn parse(sources: &SourceMap, file: FileId, found: &mut Vec<Diagnostic>) -> Parsed {
    let text = sources.file(file).map_or("", |f| f.text());
    let (table, mut errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Parsed { table: root_of(&table, text, file), lost: Some(String::new()) };
    }
    // What else is wrong in a line mostly follows from the first error in it.
    let line = |error: &toml::de::Error| error.span().and_then(|at| text.get(..at.start)?.rfind('\n'));
    errors.dedup_by_key(|error| line(error));
    let left = errors.len().saturating_sub(MAX_SYNTAX_ERRORS);
    for (number, error) in (1..).zip(errors.iter().take(MAX_SYNTAX_ERRORS)) {
        // What is of the whole file is told at its beginning.
        let span = Span::new(file, error.span().unwrap_or(0..0));
        let message =
            format!("this is not TOML: {}", error.message().lines().next().unwrap_or("syntax error"));
        let last = number == MAX_SYNTAX_ERRORS && left > 0;
        let rest =
            last.then(|| format!("{left} more such errors are not shown; a scenario is a file in TOML"));
        let before = text.get(..span.start as usize).unwrap_or_default();
        let meant = elsewhere::toml(before, text.get(span.start as usize..).unwrap_or_default());
        found.push(Diagnostic::new(Code::Toml, span, message).maybe_help(rest.or(meant.map(str::to_owned))));
    }
    match without_errors(text) {
        Some((whole, lost)) => {
            let (table, _) = DeTable::parse_recoverable(&whole);
            Parsed { table: root_of(&table, &whole, file), lost: Some(lost) }
        }
        None => Parsed { table: root_of(&table, text, file), lost: None },
    }
}

fn root_of(table: &Spanned<DeTable<'_>>, text: &str, file: FileId) -> Table {
    convert_table(table.get_ref(), Span::new(file, table.span()), text, file)
}

/// A text that is no TOML with blanks for the lines on account of which it is none, so that all else keeps its place; and
/// these lines. Nothing where one of them begins a table, for what follows it would go to another.
fn without_errors(text: &str) -> Option<(String, String)> {
    let (mut whole, mut lost) = (text.to_owned(), String::new());
    for _ in 0..MAX_SYNTAX_ERRORS {
        let (_, errors) = DeTable::parse_recoverable(&whole);
        let Some(error) = errors.first() else { return Some((whole, lost)) };
        let at = error.span()?.start;
        let begin = whole.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let end = whole[at..].find('\n').map_or(whole.len(), |length| at + length);
        let line = &whole[begin..end];
        if line.trim().is_empty() || line.trim_start().starts_with('[') {
            return None;
        }
        lost.push_str(line);
        lost.push('\n');
        let blank = " ".repeat(line.len());
        whole.replace_range(begin..end, &blank);
    }
    None
}

/// Parses the text of a `--set`: a TOML value if it parses as one, else a string.
pub(crate) fn parse_setting(sources: &mut SourceMap, name: &str, text: &str) -> Node {
    let file = sources.add(format!("--set {name}"), text);
    if let Ok(value) = DeValue::parse(text) {
        return convert(value.get_ref(), Span::new(file, value.span()), text, file);
    }
    Node { span: Span::new(file, 0..text.len()), value: Value::String(Text::plain(text, file, 0)) }
}

/// Where a key stands in a text, by its path.
pub(crate) fn place(text: &str, path: &[String]) -> Option<Range<usize>> {
    let (last, tables) = path.split_last()?;
    let root = DeTable::parse(text).ok()?.into_inner();
    let table =
        tables.iter().try_fold(&root, |table, name| table.get(name.as_str())?.get_ref().as_table())?;
    table.get_key_value(last.as_str()).map(|(key, _)| key.span())
}

fn convert_table(table: &DeTable<'_>, span: Span, text: &str, file: FileId) -> Table {
    let entries = table.iter().map(|(key, value)| {
        let span = Span::new(file, value.span());
        let node = convert(value.get_ref(), span, text, file);
        (key.get_ref().to_string(), Entry { key: Span::new(file, key.span()), node })
    });
    Table { span, entries: entries.collect() }
}

fn convert(value: &DeValue<'_>, span: Span, text: &str, file: FileId) -> Node {
    let value = match value {
        DeValue::String(s) => {
            let raw = text.get(span.range()).unwrap_or("");
            Value::String(Text::new(s, raw, file, span.start as usize))
        }
        DeValue::Integer(i) => {
            let whole = i128::from_str_radix(i.as_str(), i.radix()).ok();
            #[expect(clippy::cast_precision_loss, reason = "a number is a double, rounded once")]
            let value = whole.map_or_else(|| i.as_str().parse().unwrap_or(f64::NAN), |w| w as f64);
            Value::Number { value, whole }
        }
        DeValue::Float(f) => Value::Number { value: f.as_str().parse().unwrap_or(f64::NAN), whole: None },
        DeValue::Boolean(b) => Value::Boolean(*b),
        DeValue::Datetime(d) => match (d.date, d.time, d.offset) {
            (Some(date), None, None) => {
                Date::new(i32::from(date.year), u32::from(date.month), u32::from(date.day))
                    .map_or(Value::OtherDate, Value::Date)
            }
            _ => Value::OtherDate,
        },
        DeValue::Array(array) => Value::Array(
            array.iter().map(|v| convert(v.get_ref(), Span::new(file, v.span()), text, file)).collect(),
        ),
        DeValue::Table(table) => Value::Table(convert_table(table, span, text, file)),
    };
    Node { span, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_as_toml_reads_it() {
        let text = "say \"no\" \\ e\u{301}\u{200d} \u{7f}\n\t\r 中";
        assert_eq!(quoted(text), "\"say \\\"no\\\" \\\\ e\u{301}\u{200d} \\u007F\\n\\t\\r 中\"");
        let read = toml::from_str::<toml::Table>(&format!("x = {}", quoted(text))).ok();
        let read = read.as_ref().and_then(|table| table.get("x")?.as_str());
        assert_eq!(read, Some(text));
    }

    #[test]
    fn a_byte_of_a_string_is_found_through_quotes_escapes_and_line_ends() {
        let text = "a = \"x\\u0041\\n y\"\nb = \"\"\"\nz + \\\n   w\"\"\"\nc = 'p'\n";
        let mut sources = SourceMap::default();
        let file = sources.add("t.toml", text);
        let mut found = Vec::new();
        let table = parse(&sources, file, &mut found).table;
        assert!(found.is_empty());
        let place = |key: &str, piece: &str| {
            let string = table.text(key).map(|t| (t.value.find(piece), t));
            let Some((Some(at), string)) = string else { return String::new() };
            sources.place(string.span(at..at + 1)).to_string()
        };
        assert_eq!(place("a", "x"), "t.toml:1:6");
        assert_eq!(place("a", "A"), "t.toml:1:7");
        assert_eq!(place("a", "y"), "t.toml:1:16");
        assert_eq!(place("b", "z"), "t.toml:3:1");
        assert_eq!(place("b", "w"), "t.toml:4:4");
        assert_eq!(place("c", "p"), "t.toml:5:6");
    }
}

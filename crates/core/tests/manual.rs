//! The manual's pages on the language and its meaning have a row for all that the language has, and no row for what it has not.

use std::collections::{BTreeMap, BTreeSet};

use cordiale_core::diagnostic::Code;
use cordiale_core::functions::{FUNCTIONS, Meaning};
use cordiale_core::keys::{EVERYWHERE, EVIDENCE, HINDCAST, Key, Kind, SECTIONS, Section};

const PAGE: &str = include_str!("../../../docs/language.md");
const HINDCAST_PAGE: &str = include_str!("../../../docs/hindcast.md");
const SEMANTICS: &str = include_str!("../../../docs/semantics.md");

/// The cells of a row of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.strip_prefix("| ")?.trim_end().strip_suffix('|')?;
    Some(inside.split(" | ").map(str::trim).collect())
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The rows of a page under each table's header whose first cell passes, by that cell.
fn tables_of(
    page: &'static str,
    wanted: impl Fn(&str) -> bool,
) -> BTreeMap<&'static str, Vec<Vec<&'static str>>> {
    let mut found: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    let mut header = None;
    for line in page.lines() {
        let Some(row) = cells(line) else {
            if !line.starts_with("|--") {
                header = None;
            }
            continue;
        };
        let first = row.first().copied().unwrap_or_default();
        match header {
            None => header = Some(first),
            Some(head) if wanted(head) => found.entry(head).or_default().push(row),
            Some(_) => {}
        }
    }
    found
}

fn tables(wanted: impl Fn(&str) -> bool) -> BTreeMap<&'static str, Vec<Vec<&'static str>>> {
    tables_of(PAGE, wanted)
}

/// The tables of keys that sections have, and of what stands in them.
fn tables_of_keys<'s>(sections: impl IntoIterator<Item = &'s Section>) -> BTreeMap<String, &'static [Key]> {
    fn within(keys: &'static [Key], found: &mut BTreeMap<String, &'static [Key]>) {
        for key in keys {
            let inner = match key.kind {
                Kind::Table(inner) | Kind::List(inner) | Kind::Map(&Kind::Table(inner)) => inner,
                _ => continue,
            };
            found.insert(format!("Key of `{}`", key.name), inner);
            within(inner, found);
        }
    }
    let mut found = BTreeMap::new();
    for section in sections {
        found.insert(format!("Key of `[{}]`", section.name), section.keys);
        within(section.keys, &mut found);
    }
    found
}

#[test]
fn every_key_has_its_row_and_every_row_its_key() {
    let mut has = tables_of_keys(SECTIONS);
    has.insert("Key of `evidence`".to_owned(), EVIDENCE);
    has.insert("Key of everything".to_owned(), EVERYWHERE);
    hold(&has, PAGE);
    // Sources are written as in scenarios.
    let sections = HINDCAST.iter().filter(|section| section.name != "sources");
    hold(&tables_of_keys(sections), HINDCAST_PAGE);
}

/// Holds the tables of keys on a page to those that there are.
fn hold(has: &BTreeMap<String, &'static [Key]>, page: &'static str) {
    let page = tables_of(page, |head| head.starts_with("Key of "));
    let heads: Vec<&str> = has.keys().map(String::as_str).collect();
    assert_eq!(page.keys().copied().collect::<Vec<_>>(), heads);
    for (head, keys) in has {
        let mut rows = BTreeMap::new();
        for row in &page[head.as_str()] {
            for name in quoted(row[0]) {
                assert_eq!(rows.insert(name, row[0].starts_with("**")), None, "{head}: `{name}` twice");
            }
        }
        let keys: BTreeMap<&str, bool> = keys.iter().map(|key| (key.name, key.required)).collect();
        assert_eq!(rows, keys, "{head}: name and whether it is bold, for being required");
    }
}

#[test]
fn every_function_has_its_row_and_every_row_its_function() {
    let page = tables(|head| matches!(head, "Function" | "Aggregate" | "Name" | "Distribution"));
    let mut named = BTreeSet::new();
    for row in page.values().flatten() {
        for written in quoted(row[0]) {
            let (name, arguments) = written.split_once('(').unwrap_or((written, ""));
            named.insert(name);
            let Some(entry) = FUNCTIONS.iter().find(|entry| entry.name == name) else { continue };
            if let Some(arity) = entry.arity {
                assert_eq!(
                    arguments.matches(',').count() + 1,
                    arity,
                    "`{written}` takes {}",
                    entry.signature
                );
            }
        }
    }
    // Names of time and the interval are words of the grammar, and no functions.
    let words = ["step", "years", "dt", "lo to hi"];
    let has: BTreeSet<&str> = FUNCTIONS.iter().map(|entry| entry.name).chain(words).collect();
    assert_eq!(named, has);
}

/// What a distribution makes of its uniform.
#[test]
fn every_distribution_has_its_value_and_every_value_its_distribution() {
    let page = tables_of(SEMANTICS, |head| head == "Distribution");
    let named: BTreeSet<&str> = page.values().flatten().filter_map(|row| quoted(row[0]).next()).collect();
    let written = |written: &'static str| written.split_once('(').map_or(written, |(name, _)| name);
    let named: BTreeSet<&str> = named.into_iter().map(written).collect();
    let is_drawn = |meaning: Meaning| matches!(meaning, Meaning::Draw(_) | Meaning::Discrete);
    let has = FUNCTIONS.iter().filter(|entry| is_drawn(entry.meaning)).map(|entry| entry.name);
    assert_eq!(named, has.chain(["lo to hi"]).collect());
}

#[test]
fn every_code_has_its_row_and_every_row_its_code() {
    let page = tables(|head| head == "Code");
    let rows: Vec<(&str, &str)> = page.values().flatten().map(|row| (row[0], row[1])).collect();
    let has: Vec<(&str, &str)> = Code::ALL.iter().map(|code| (code.id(), code.title())).collect();
    assert_eq!(rows, has);
}

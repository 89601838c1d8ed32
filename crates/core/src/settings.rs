//! Setting one thing of a document to another value, and the names of ties in one form.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Entry, Node, Table, Text, Value};
use crate::keys;
use crate::load::Document;
use crate::names;
use crate::source::Span;

/// Sets a tie, attribute, variable or parameter by name, or any key by its path. `free` allows the seed and the trials.
/// The path of what was set, where it could be.
pub(crate) fn set(
    document: &mut Document,
    name: &Text,
    node: Node,
    free: bool,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<String>> {
    let span = name.span(0..name.value.len());
    let compact: String = name.value.chars().filter(|c| !c.is_whitespace()).collect();
    let result = match path(&compact) {
        Some(path) => set_path(document, &path, span, node, free),
        None => set_name(document, &compact, span, node),
    };
    result.map_err(|diagnostic| found.push(*diagnostic)).ok()
}

/// Whether of two settings, by their paths, nothing is left of the earlier: both are of one thing, the later is of a table
/// that holds it, or one of them takes the other's place.
pub(crate) fn undoes(later: &[String], earlier: &[String]) -> bool {
    let replaced =
        replaced(later).and_then(|other| Some([later.split_last()?.1, &[other.to_owned()]].concat()));
    earlier.starts_with(later) || replaced.is_some_and(|replaced| replaced == earlier)
}

/// The key beside it whose place a setting takes: of a rule's chance and hazard, and of a decay's rate and half-life, there is
/// one.
fn replaced(path: &[String]) -> Option<&'static str> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["rules", _, "chance"] => Some("hazard"),
        ["rules", _, "hazard"] => Some("chance"),
        [_, _, "decay", "rate"] => Some("half_life"),
        [_, _, "decay", "half_life"] => Some("rate"),
        _ => None,
    }
}

fn wrong(span: Span, message: impl Into<String>, help: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::BadSetting, span, message).help(help))
}

/// The paths, with their values, of a section that is given as tables; none where the name is no section.
pub(crate) fn spelt_out<'a>(section: &str, table: &'a Table) -> Vec<(String, &'a Entry)> {
    let Some(known) = keys::section(section) else { return Vec::new() };
    let mut paths = Vec::new();
    for (name, entry) in &table.entries {
        match &entry.node.value {
            Value::Table(inner) if known.named => {
                paths.extend(inner.entries.iter().map(|(key, e)| (format!("{section}.{name}.{key}"), e)));
            }
            _ => paths.push((format!("{section}.{name}"), entry)),
        }
    }
    paths
}

/// The segments of a dotted path that begins with a section; none where the text is a plain name.
fn path(text: &str) -> Option<Vec<String>> {
    let mut segments = vec![String::new()];
    let (mut brackets, mut quote) = (0_u32, None);
    for c in text.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('.', None) if brackets == 0 => segments.push(String::new()),
            _ => {
                match c {
                    '[' => brackets += 1,
                    ']' => brackets = brackets.saturating_sub(1),
                    _ => {}
                }
                if let Some(last) = segments.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    (segments.len() > 1).then_some(segments)
}

fn set_path(
    document: &mut Document,
    path: &[String],
    span: Span,
    node: Node,
    free: bool,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let section = path[0].as_str();
    if keys::section(section).is_none() {
        let known: Vec<&str> = keys::SECTIONS.iter().map(|s| s.name).collect();
        let help = names::suggest(section, known.iter().copied())
            .unwrap_or_else(|| format!("a path begins with a section: {}", names::list(&known)));
        return Err(wrong(span, format!("there is no section `{section}`"), help));
    }
    let second = path.get(1).map_or("", String::as_str);
    match (section, second) {
        ("variants", _) => {
            return Err(wrong(span, "a setting cannot change a variant", "set what the variant sets"));
        }
        ("scenario" | "world", "world") => {
            return Err(wrong(span, "the world cannot be set", "write a file that names the other world"));
        }
        ("scenario", "seed" | "trials") if !free => {
            let help = "variants share them with the baseline, so that they stay comparable; use --seed and --trials";
            return Err(wrong(span, format!("a variant leaves scenario.{second} alone"), help));
        }
        ("scenario" | "world", _) => {}
        (_, _) if path.len() == 2 => {
            return Err(wrong(
                span,
                format!("`{section}.{second}` is a whole table"),
                format!("name the key: {section}.{second}.{}", example(section)),
            ));
        }
        _ => {}
    }
    let mut path = path.to_vec();
    let named = keys::section(section).is_some_and(|s| s.named);
    if section == "ties" {
        path[1] = tie_name(&path[1], document);
        if path[2] == "weight" {
            document.set_ties.insert(path[1].clone());
        }
    }
    let exists = document.root.table(section).and_then(|t| t.get(&path[1])).is_some();
    if named && !exists && section != "ties" {
        let entries = document
            .root
            .table(section)
            .map_or_else(Vec::new, |t| t.entries.keys().map(String::as_str).collect());
        return Err(missing(span, format!("there is no `{}` in [{section}]", path[1]), &path[1], entries));
    }
    if let ("rules", [_, rule, key, branch, ..]) = (section, path.as_slice())
        && key == "branches"
    {
        let branches = document.root.table(section).and_then(|t| t.table(rule)).and_then(|t| t.table(key));
        if branches.and_then(|t| t.get(branch)).is_none() {
            let entries = branches.map_or_else(Vec::new, |t| t.entries.keys().map(String::as_str).collect());
            return Err(missing(span, format!("`{rule}` has no branch `{branch}`"), branch, entries));
        }
    }
    if let (Some(other), Some((_, holder))) = (replaced(&path), path.split_last())
        && let Some(table) = table_at(&mut document.root, holder, span)
    {
        table.entries.shift_remove(other);
    }
    put(&mut document.root, &path, span, node)?;
    Ok(path)
}

/// That what is named is not there.
fn missing(span: Span, message: String, name: &str, entries: Vec<&str>) -> Box<Diagnostic> {
    let help = names::suggest(name, entries).unwrap_or_else(|| "a setting changes what is there".to_owned());
    wrong(span, message, help)
}

/// A key to show in a help line.
fn example(section: &str) -> &'static str {
    keys::section(section)
        .and_then(|s| s.keys.iter().find(|k| k.required).or(s.keys.first()))
        .map_or("key", |k| k.name)
}

/// The table at a path, made where it is missing.
fn table_at<'a>(root: &'a mut Table, path: &[String], span: Span) -> Option<&'a mut Table> {
    let mut table = root;
    for segment in path {
        let entry = table.entries.entry(segment.clone()).or_insert_with(|| Entry {
            key: span,
            node: Node { span, value: Value::Table(Table::empty(span)) },
        });
        match &mut entry.node.value {
            Value::Table(inner) => table = inner,
            _ => return None,
        }
    }
    Some(table)
}

fn put(root: &mut Table, path: &[String], span: Span, node: Node) -> Result<(), Box<Diagnostic>> {
    let Some((last, tables)) = path.split_last() else { return Ok(()) };
    let Some(table) = table_at(root, tables, span) else {
        return Err(wrong(
            span,
            format!("`{}` goes through a value that is no table", path.join(".")),
            "shorten the path",
        ));
    };
    table.entries.insert(last.clone(), Entry { key: span, node });
    Ok(())
}

fn set_name(
    document: &mut Document,
    name: &str,
    span: Span,
    node: Node,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let root = &document.root;
    let has = |section: &str, name: &str| root.table(section).and_then(|t| t.get(name)).is_some();
    let head = name.split('[').next().unwrap_or(name);
    let segments: Vec<String> = if let Some(rest) = name.strip_prefix(head).filter(|r| !r.is_empty()) {
        let Some(inner) = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
            return Err(wrong(span, format!("`{name}` cannot be set"), "close the bracket: name[ACTOR]"));
        };
        if has("channels", head) {
            let tie = tie_name(name, document);
            document.set_ties.insert(tie.clone());
            vec!["ties".into(), tie, "weight".into()]
        } else if has("attributes", head) {
            vec!["attributes".into(), head.into(), "values".into(), inner.into()]
        } else {
            return Err(unknown(root, name, head, span));
        }
    } else if has("variables", name) {
        vec!["variables".into(), name.into(), "initial".into()]
    } else if has("parameters", name) {
        vec!["parameters".into(), name.into(), "value".into()]
    } else {
        return Err(unknown(root, name, head, span));
    };
    put(&mut document.root, &segments, span, node)?;
    Ok(segments)
}

fn unknown(root: &Table, name: &str, head: &str, span: Span) -> Box<Diagnostic> {
    let has = |section: &str| root.table(section).is_some_and(|t| t.get(head).is_some());
    let message = format!("`{name}` cannot be set");
    if has("indices") {
        return wrong(
            span,
            message,
            format!("it is an index; set what it is made of, or indices.{head}.value"),
        );
    }
    if has("rules") {
        let rule = root.table("rules").and_then(|rules| rules.table(head));
        let has_hazard = rule.is_some_and(|rule| rule.get("hazard").is_some());
        let key = if has_hazard { "hazard" } else { "chance" };
        return wrong(
            span,
            message,
            format!("it is a rule; name one of its keys, such as rules.{head}.{key}"),
        );
    }
    if has("channels") || has("attributes") {
        return wrong(span, message, format!("name its actors: {head}[...]"));
    }
    let sections = ["parameters", "variables", "channels", "attributes"];
    let known: Vec<&str> = sections
        .iter()
        .filter_map(|s| root.table(s))
        .flat_map(|t| t.entries.keys().map(String::as_str))
        .collect();
    let help = match names::nearest(head, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a tie, attribute, variable or parameter, or a path such as scenario.horizon".to_owned(),
    };
    wrong(span, format!("there is no `{name}` to set"), help)
}

/// The one name of a tie of a document; what is none stays as it is.
fn tie_name(name: &str, document: &Document) -> String {
    let channels = document.channels.as_ref().or_else(|| document.root.table("channels"));
    channels.and_then(|channels| canonical(name, channels)).unwrap_or_else(|| name.to_owned())
}

/// The name of a tie with no blanks and, where its channel is undirected, the smaller id first.
fn canonical(name: &str, channels: &Table) -> Option<String> {
    let compact: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let (channel, rest) = compact.split_once('[')?;
    let (a, b) = rest.strip_suffix(']')?.split_once(',')?;
    let directed = is_directed(channels.table(channel)?);
    let (a, b) = if directed || a <= b { (a, b) } else { (b, a) };
    Some(format!("{channel}[{a},{b}]"))
}

fn is_directed(channel: &Table) -> bool {
    matches!(channel.get("directed").map(|e| &e.node.value), Some(Value::Boolean(true)))
}

/// Gives the ties of a file their one name, so that a file's tie replaces its world's. What is no tie keeps its name, and
/// is reported by the checks; so is a dyad that the file has twice.
pub(crate) fn canonical_ties(ties: Table, channels: &Table, found: &mut Vec<Diagnostic>) -> Table {
    let twice = |d: &Diagnostic| (d.code == Code::DuplicateTie).then_some(d.span);
    let known: BTreeSet<Option<Span>> = found.iter().filter_map(twice).collect();
    let mut renamed = Table::empty(ties.span);
    for (name, entry) in ties.entries.into_iter() {
        let canonical = canonical(&name, channels).unwrap_or(name);
        let Some(first) = renamed.entries.get(&canonical) else {
            renamed.entries.insert(canonical, entry);
            continue;
        };
        let message = format!("the tie `{canonical}` is declared twice in this file");
        let diagnostic = Diagnostic::new(Code::DuplicateTie, entry.key, message)
            .related(first.key, "first declared here")
            .help("an undirected tie is the same in either order; keep one");
        if !known.contains(&diagnostic.span) {
            found.push(diagnostic);
        }
    }
    renamed
}

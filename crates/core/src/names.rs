//! What may be a name, and which name was probably meant.

/// Words that no name may be, beside the functions.
const RESERVED: &[&str] = &[
    "and", "or", "not", "for", "in", "if", "else", "true", "false", "to", "inf", "step", "years", "dt",
    "actors",
];

/// Whether a text may name an actor: `[A-Z][A-Z0-9_]*`.
pub(crate) fn is_actor_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a text may name anything else: `[a-z][a-z0-9_]*`.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether the language keeps this word for itself.
pub(crate) fn is_reserved(text: &str) -> bool {
    RESERVED.contains(&text) || crate::functions::find(text).is_some()
}

/// A name of the wanted form, made from a text of another: `close partner` becomes `close_partner`.
pub(crate) fn mend(text: &str, actor: bool) -> Option<String> {
    let mended: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .map(|c| if actor { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let fits = if actor { is_actor_id(&mended) } else { is_name(&mended) && !is_reserved(&mended) };
    fits.then_some(mended)
}

/// The candidate nearest to a misspelt name, where one is near enough.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Any letter is one slip away from any other, which says nothing.
    let allowed = match wanted.chars().count() {
        1 => 0,
        count => 1 + count / 4,
    };
    let lower = wanted.to_lowercase();
    let letters = letters_of(&lower);
    // Each letter that only one of them has is a slip, so that most need no closer look.
    let apart = |candidate: &str| {
        let of = letters_of(candidate);
        (of & !letters).count_ones().max((letters & !of).count_ones()) as usize
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(wanted.len()) <= allowed && apart(candidate) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(&candidate.to_lowercase(), &lower), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        // Of those that are equally near, what is written in letters of the same size.
        .min_by_key(|&(distance, candidate)| {
            (distance, strsim::damerau_levenshtein(candidate, wanted), candidate)
        })
        .map(|(_, candidate)| candidate)
}

/// The set of a text's letters and digits, whatever their case.
fn letters_of(text: &str) -> u64 {
    let bit = |byte: u8| u64::from(byte.is_ascii_alphanumeric()) << (byte.to_ascii_lowercase() % 64);
    text.bytes().fold(0, |set, byte| set | bit(byte))
}

/// A help line: the nearest name, or else the allowed ones where they are few.
pub(crate) fn suggest<'a, I>(wanted: &str, candidates: I) -> Option<String>
where
    I: IntoIterator<Item = &'a str>,
    I::IntoIter: Clone,
{
    let candidates = candidates.into_iter();
    if let Some(near) = nearest(wanted, candidates.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let all: Vec<&str> = candidates.take(13).collect();
    match all.len() {
        0 | 13 => None,
        1 => Some(format!("there is only `{}`", all[0])),
        _ => Some(format!("there are {}", list(&all))),
    }
}

/// The same, with all of the names however many there are; `none` is said where there are none.
pub(crate) fn suggest_any(wanted: &str, names: &[&str], none: &str) -> String {
    suggest(wanted, names.iter().copied()).unwrap_or_else(|| match names {
        [] => none.to_owned(),
        names => format!("there are {}", list(names)),
    })
}

/// `a`, `b` and `c`, each in back quotes.
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn of_two_near_names_the_one_of_the_same_size_is_meant() {
        assert_eq!(nearest("lin", ["FIN", "line"]), Some("line"));
        assert_eq!(nearest("LIN", ["FIN", "line"]), Some("FIN"));
    }

    #[test]
    fn names_have_their_forms() {
        assert!(is_actor_id("CHN") && is_actor_id("A1_B") && !is_actor_id("Chn") && !is_actor_id("1A"));
        assert!(
            is_name("us_pressure") && !is_name("Us") && !is_name("a-b") && !is_name("") && !is_name("_a")
        );
        assert!(is_reserved("years") && is_reserved("mean") && !is_reserved("year"));
        assert_eq!(mend("close partner", false).as_deref(), Some("close_partner"));
    }

    /// The explanation of E009 and the manual name each reserved word, and no other.
    #[test]
    fn reserved_words_are_told() {
        let (told, _) =
            Code::ReservedName.explain().split_once(" and the names of functions").unwrap_or_default();
        assert_eq!(told.split(", ").collect::<Vec<_>>(), RESERVED);
        let page = include_str!("../../../docs/language.md");
        let (_, told) = page.split_once("Reserved are `").unwrap_or_default();
        let (words, rest) = told.split_once('`').unwrap_or_default();
        assert!(rest.starts_with(", the group `actors` and the names of"), "{rest:.60}");
        assert_eq!(words.split(' ').chain(["actors"]).collect::<Vec<_>>(), RESERVED);
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("militray", ["military", "fulcrum"]), Some("military"));
        assert_eq!(nearest("chn", ["CHN", "RUS"]), Some("CHN"));
        assert_eq!(nearest("xyz", ["military", "fulcrum"]), None);
        assert_eq!((nearest("C", ["A", "B"]), nearest("c", ["A", "C"])), (None, Some("C")));
    }
}

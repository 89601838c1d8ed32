//! Text in quotes, where it needs them.

/// A cell of CSV (RFC 4180).
pub(crate) fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The name of a column, with what it is before it where another column has that name.
pub(crate) fn column(name: &str, what: &str, taken: &[&str]) -> String {
    if taken.contains(&name) { format!("{what}.{name}") } else { name.to_owned() }
}

/// A word as a shell reads it back.
pub(crate) fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{cell, word};

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(word("quasi-alliance.toml"), "quasi-alliance.toml");
        assert_eq!(word("arms[RUS,CHN]=0.2"), "'arms[RUS,CHN]=0.2'");
        assert_eq!(word("5 years"), "'5 years'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        assert_eq!(cell("plain text"), "plain text");
        assert_eq!(cell("arms[RUS,CHN]"), "\"arms[RUS,CHN]\"");
        assert_eq!(cell("a \"b\""), "\"a \"\"b\"\"\"");
    }
}

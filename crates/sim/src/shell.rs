//! Words of a command line as a shell reads them back, for the commands that results and messages name.

/// A word, in quotes where it needs them.
///
/// ```
/// use cordiale_sim::shell::word;
/// assert_eq!([word("beta=0.2"), word("5 years")], ["beta=0.2", "'5 years'"]);
/// ```
#[must_use]
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The name of a file as a word that is no flag.
#[must_use]
pub fn file(name: &str) -> String {
    if name.starts_with('-') { word(&format!("./{name}")) } else { word(name) }
}

#[cfg(test)]
mod tests {
    use super::{file, word};

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(word("quasi-alliance.toml"), "quasi-alliance.toml");
        assert_eq!(word("arms[RUS,CHN]=0.2"), "'arms[RUS,CHN]=0.2'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
        assert_eq!([file("a.toml"), file("-a b.toml")], ["a.toml", "'./-a b.toml'"]);
    }
}

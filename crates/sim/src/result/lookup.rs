//! Asking a result for what it does not hold.

use std::fmt;

/// A name that a result does not hold, or holds as something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupError {
    name: String,
    wanted: &'static str,
    found: Found,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Other(&'static str),
    Nothing { existing: Vec<String> },
}

impl LookupError {
    pub(crate) fn kind(name: &str, wanted: &'static str, is: &'static str) -> Self {
        Self { name: name.to_owned(), wanted, found: Found::Other(is) }
    }

    pub(crate) fn unknown<'a>(
        name: &str,
        wanted: &'static str,
        existing: impl Iterator<Item = &'a str>,
    ) -> Self {
        let existing = existing.map(str::to_owned).collect();
        Self { name: name.to_owned(), wanted, found: Found::Nothing { existing } }
    }

    /// The name that was asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, wanted, found } = self;
        match found {
            Found::Other(is) => {
                write!(f, "outcome `{name}` is of kind {is}, not {wanted}; ask for it with `{is}`")
            }
            Found::Nothing { existing } if existing.is_empty() => {
                write!(f, "there is no {wanted} `{name}`, nor any other {wanted}")
            }
            Found::Nothing { existing } => {
                write!(f, "there is no {wanted} `{name}`; there are: {}", existing.join(", "))
            }
        }
    }
}

impl std::error::Error for LookupError {}

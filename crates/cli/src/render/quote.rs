//! Text as others read it back: cells and words in quotes where they need them, numbers unrounded.

/// A cell of CSV (RFC 4180).
pub(crate) fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A number as a cell, empty where there is none: its shortest digits that read back to the same number, in powers of ten
/// where it is very large or small.
pub(crate) fn figure(number: Option<f64>) -> String {
    match number {
        None => String::new(),
        Some(x) if x == 0.0 || !x.is_finite() || (1e-5..1e16).contains(&x.abs()) => x.to_string(),
        Some(x) => format!("{x:e}"),
    }
}

/// The name of a column, with what it is before it where another column has that name.
pub(crate) fn column(name: &str, what: &str, taken: &[&str]) -> String {
    if taken.contains(&name) { format!("{what}.{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{cell, figure};

    #[test]
    fn numbers_are_short_and_read_back() {
        assert_eq!(figure(None), "");
        for (x, text) in [
            (0.1 + 0.2, "0.30000000000000004"),
            (-12.0, "-12"),
            (-0.0, "-0"),
            (1e300, "1e300"),
            (1e16, "1e16"),
            (9_999_999_999_999_998.0, "9999999999999998"),
            (4.947_683_707_953_229e-10, "4.947683707953229e-10"),
            (-1e-5, "-0.00001"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(figure(Some(x)), text);
            assert_eq!(text.parse(), Ok(x));
        }
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        assert_eq!(cell("plain text"), "plain text");
        assert_eq!(cell("arms[RUS,CHN]"), "\"arms[RUS,CHN]\"");
        assert_eq!(cell("a \"b\""), "\"a \"\"b\"\"\"");
    }
}

//! What is varied: an input, and the values that it takes.

use std::fmt;
use std::str::FromStr;

use cordiale_core::ParseError;

/// An input of a scenario (whatever `--set` takes) and its values.
///
/// ```
/// use cordiale_sim::analysis::sweep::Axis;
///
/// let typed: Axis = "arms[RUS,CHN]=0..1:11".parse()?;
/// assert_eq!(typed, Axis::grid("arms[RUS,CHN]", 0.0, 1.0, 11));
/// # Ok::<(), cordiale_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    name: String,
    values: Values,
}

/// The values of an input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Values {
    /// These, as `--set` takes them: numbers, or distributions such as `beta(2, 8)`.
    List(Vec<String>),
    /// Between two ends.
    Range {
        /// The lower end.
        low: f64,
        /// The upper end, above the lower.
        high: f64,
        /// In a grid, how many values at equal distances, both ends among them; in a sample, none.
        count: Option<u64>,
    },
}

impl Axis {
    /// These values, as text that `--set` takes.
    #[must_use]
    pub fn list<T: fmt::Display>(name: &str, values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(|value| value.to_string()).collect();
        Self { name: name.to_owned(), values: Values::List(values) }
    }

    /// So many values at equal distances, both ends among them.
    #[must_use]
    pub fn grid(name: &str, low: f64, high: f64, count: u64) -> Self {
        Self { name: name.to_owned(), values: Values::Range { low, high, count: Some(count) } }
    }

    /// A range to sample from.
    #[must_use]
    pub fn range(name: &str, low: f64, high: f64) -> Self {
        Self { name: name.to_owned(), values: Values::Range { low, high, count: None } }
    }

    /// What is varied.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values it takes.
    #[must_use]
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Whether all its values are numbers.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        match &self.values {
            Values::List(values) => values.iter().all(|value| plain_number(value).is_some()),
            Values::Range { .. } => true,
        }
    }

    /// How many values it has in a grid; none for a range without a count.
    pub(super) fn len(&self) -> Option<u64> {
        match &self.values {
            Values::List(values) => Some(values.len() as u64),
            Values::Range { count, .. } => *count,
        }
    }

    /// The value at a place in a grid.
    pub(super) fn at(&self, place: u64) -> String {
        match &self.values {
            Values::List(values) => {
                usize::try_from(place).ok().and_then(|place| values.get(place)).cloned().unwrap_or_default()
            }
            Values::Range { low, high, count } => {
                let last = count.unwrap_or(2).saturating_sub(1).max(1);
                number_text(match place {
                    0 => *low,
                    place if place >= last => *high,
                    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
                    place => rounded(low + (high - low) * (place as f64 / last as f64), high - low),
                })
            }
        }
    }

    /// The value at a share of the way, in [0, 1).
    pub(super) fn at_share(&self, share: f64) -> String {
        match &self.values {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a share in [0, 1) of a length"
            )]
            Values::List(values) => self.at((share * values.len() as f64) as u64),
            Values::Range { low, high, .. } => number_text((low + (high - low) * share).clamp(*low, *high)),
        }
    }

    /// What is wrong with it by itself.
    pub(super) fn check(&self) -> Result<(), String> {
        let name = &self.name;
        if let "scenario.seed" | "scenario.trials" = name.as_str() {
            return Err(format!(
                "all points share their random numbers, so that `{name}` cannot be varied; run the file with each"
            ));
        }
        match &self.values {
            Values::List(values) if values.is_empty() => {
                Err(format!("`{name}` has no values; give at least one"))
            }
            Values::List(values) if values.iter().any(|v| v.chars().any(char::is_control)) => {
                Err(format!("a value of `{name}` holds a line break or a tab; write it in one line"))
            }
            Values::Range { low, high, .. } if low == high => {
                Err(format!("the range of `{name}` holds one value; write {name}={}", number_text(*low)))
            }
            Values::Range { low, high, .. } if !(low < high && (high - low).is_finite()) => Err(format!(
                "the range of `{name}` goes from {} to {}; write the lower end first, and none so wide that its width is infinite",
                number_text(*low),
                number_text(*high)
            )),
            Values::Range { count: Some(0 | 1), .. } => {
                Err(format!("a range needs two values or more: `{name}`; for one value write {name}=VALUE"))
            }
            _ => Ok(()),
        }
    }
}

impl FromStr for Axis {
    type Err = ParseError;

    /// `NAME=lo..hi:n`, `NAME=lo..hi` or `NAME=a,b,c`; commas in brackets or quotes do not count.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let usage = "write NAME=lo..hi:n, as in 'arms[RUS,CHN]=0..1:11', or NAME=a,b,c";
        let (name, values) = text.split_once('=').ok_or(usage)?;
        let (name, values) = (name.trim(), values.trim());
        if name.is_empty() || values.is_empty() {
            return Err(usage.into());
        }
        let axis = match values.split_once("..") {
            Some((low, rest)) => {
                let (high, count) = match rest.split_once(':') {
                    Some((high, count)) => (high, Some(count)),
                    None => (rest, None),
                };
                let number = |text: &str| {
                    plain_number(text).ok_or_else(|| format!("`{}` is not a number; {usage}", text.trim()))
                };
                let count = count.map(|count| {
                    let whole = count.trim().replace('_', "").parse();
                    whole.map_err(|_| format!("`{}` is no number of values; {usage}", count.trim()))
                });
                let (low, high, count) = (number(low)?, number(high)?, count.transpose()?);
                Self { name: name.to_owned(), values: Values::Range { low, high, count } }
            }
            None => Self::list(name, split(values)),
        };
        axis.check()?;
        Ok(axis)
    }
}

/// The items of a list; what stands in brackets or quotes is one item.
fn split(text: &str) -> Vec<String> {
    let (mut items, mut depth, mut quote) = (vec![String::new()], 0_i32, None);
    for c in text.chars() {
        match (c, quote) {
            (',', None) if depth == 0 => {
                items.push(String::new());
                continue;
            }
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => depth -= 1,
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            _ => {}
        }
        if let Some(last) = items.last_mut() {
            last.push(c);
        }
    }
    items.into_iter().map(|item| item.trim().to_owned()).collect()
}

/// A finite number as people type it.
pub(crate) fn plain_number(text: &str) -> Option<f64> {
    text.trim().replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// A number as TOML that reads back to the same double; whole numbers without a point, which counts want.
pub(crate) fn number_text(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    if number == number.trunc() && number.abs() < 9e15 {
        (number as i64).to_string()
    } else {
        format!("{number:?}")
    }
}

/// Without the digits that only rounding put there: 0.3 and not 0.30000000000000004.
fn rounded(number: f64, range: f64) -> f64 {
    // Next to 0 within a wide range nothing but rounding is left.
    if number.abs() < 1e-14 * range {
        return 0.0;
    }
    let decimal: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    // A decimal that was meant is short; a third is not, and stays as it is.
    if format!("{decimal:e}").len() < 15 { decimal } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_the_numbers_that_people_mean() {
        let values = |text: &str| -> Vec<String> {
            let axis: Axis = text.parse().unwrap_or_else(|_| Axis::list("none", [0]));
            (0..axis.len().unwrap_or(0)).map(|place| axis.at(place)).collect()
        };
        assert_eq!(
            values("x=0..1:11"),
            ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]
        );
        assert_eq!(values("x=-0.3..0.3:7"), ["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2", "0.3"]);
        assert_eq!(values("x=0..1:4"), ["0", "0.3333333333333333", "0.6666666666666666", "1"]);
        assert_eq!(values("x = 1 .. 4 : 4"), ["1", "2", "3", "4"]);
        assert_eq!(values("x=1e-3..3e-3:3"), ["0.001", "0.002", "0.003"]);
        assert_eq!(values("x=beta(2, 8), 0.5,'a,b',[1,2]"), ["beta(2, 8)", "0.5", "'a,b'", "[1,2]"]);
    }

    #[test]
    fn wrong_axes_say_how_to_write_them() {
        for (text, expected) in [
            ("x", "write NAME=lo..hi:n"),
            ("=1..2:3", "write NAME=lo..hi:n"),
            ("x=", "write NAME=lo..hi:n"),
            ("x=a..2:3", "`a` is not a number"),
            ("x=1..inf:3", "`inf` is not a number"),
            ("x=2..1:3", "write the lower end first"),
            ("x=1..2:1", "a range needs two values or more"),
            ("x=1..2:-1", "`-1` is no number of values"),
        ] {
            let said = text.parse::<Axis>().err().map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}

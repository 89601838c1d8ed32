//! What a sketch holds, as it is written down.
//!
//! Sketches are nearly all of a part of a run, so theirs is a text for machines: a number is written five bits a
//! character, the lowest first, and a sixth bit says that more of it follows. Of values and bins the gap to the one before is
//! written, so that a bin mostly takes two or three characters with its count.

use serde::{Deserialize, Serialize};

use super::{BIN_SHIFT, MOST_EXACT, Quantiles, Store, key, value};

/// The characters, by what they stand for.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGIT_BITS: u32 = 5;
const MORE: u8 = 1 << DIGIT_BITS;

/// Pairs of a key (of a value, or the number of a bin) and a count, in order of key.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Contents {
    Exact(String),
    /// The ends are the bits of doubles, for not every format has infinities.
    Bins {
        min: u64,
        max: u64,
        counts: String,
    },
}

impl From<Quantiles> for Contents {
    fn from(mut sketch: Quantiles) -> Self {
        sketch.settle();
        match sketch.store {
            Store::Exact(values) => Self::Exact(write(values.into_iter())),
            Store::Bins(bins) => Self::Bins {
                min: value(sketch.least).to_bits(),
                max: value(sketch.greatest).to_bits(),
                counts: write(bins.iter()),
            },
        }
    }
}

impl TryFrom<Contents> for Quantiles {
    type Error = &'static str;

    fn try_from(contents: Contents) -> Result<Self, Self::Error> {
        const NOT_A_SKETCH: &str = "no sketch of quantiles is written like this";
        let mut sketch = Self::new();
        match contents {
            Contents::Exact(text) => {
                let values = read(&text).ok_or(NOT_A_SKETCH)?;
                if values.len() > MOST_EXACT || values.iter().any(|&(key, _)| value(key).is_nan()) {
                    return Err(NOT_A_SKETCH);
                }
                sketch.store_all(values);
            }
            Contents::Bins { min, max, counts } => {
                let bins = read(&counts).ok_or(NOT_A_SKETCH)?;
                let [min, max] = [min, max].map(f64::from_bits);
                let most = u64::MAX >> BIN_SHIFT;
                if bins.is_empty()
                    || bins.iter().any(|&(bin, _)| bin > most)
                    || min.is_nan()
                    || max.is_nan()
                    || min > max
                {
                    return Err(NOT_A_SKETCH);
                }
                sketch.count = bins.iter().fold(0, |sum: u64, (_, n)| sum.saturating_add(*n));
                (sketch.least, sketch.greatest) = (key(min), key(max));
                let keys: Vec<(u64, u64)> = bins.into_iter().map(|(bin, n)| (bin << BIN_SHIFT, n)).collect();
                sketch.store = Store::Bins(sketch.in_bins(&keys));
            }
        }
        Ok(sketch)
    }
}

fn write(pairs: impl Iterator<Item = (u64, u64)>) -> String {
    let mut text = String::new();
    let mut before = 0;
    for (key, n) in pairs {
        push(key - before, &mut text);
        push(n, &mut text);
        before = key;
    }
    text
}

fn push(mut number: u64, text: &mut String) {
    loop {
        let digit = (number as u8) & (MORE - 1);
        number >>= DIGIT_BITS;
        let more = if number > 0 { MORE } else { 0 };
        text.push(char::from(ALPHABET[usize::from(digit | more)]));
        if number == 0 {
            return;
        }
    }
}

/// The pairs; none where the text is no list of them in order, each with a count.
fn read(text: &str) -> Option<Vec<(u64, u64)>> {
    let mut pairs: Vec<(u64, u64)> = Vec::new();
    let mut characters = text.bytes().peekable();
    while characters.peek().is_some() {
        let (gap, n) = (pull(&mut characters)?, pull(&mut characters)?);
        let key = match pairs.last() {
            Some((before, _)) => before.checked_add(gap).filter(|_| gap > 0)?,
            None => gap,
        };
        pairs.push((key, Some(n).filter(|&n| n > 0)?));
    }
    Some(pairs)
}

fn pull(characters: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(DIGIT_BITS as usize) {
        let digit = digit_of(characters.next()?)?;
        let low = u64::from(digit & (MORE - 1));
        let placed = low << shift;
        if placed >> shift != low {
            return None;
        }
        number |= placed;
        if digit & MORE == 0 {
            return Some(number);
        }
    }
    None
}

fn digit_of(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ALPHABET, digit_of, read, write};

    #[test]
    fn pairs_come_back_as_they_were() {
        for (place, &character) in (0..).zip(ALPHABET) {
            assert_eq!(digit_of(character), Some(place));
        }
        let pairs = vec![(0, 1), (1, 31), (33, 32), (1 << 52, 1 << 40), (u64::MAX, u64::MAX)];
        assert_eq!(write([(5, 3), (6, 33)].into_iter()), "FDBhB");
        assert_eq!(read(&write(pairs.iter().copied())), Some(pairs));
        assert_eq!(read(""), Some(Vec::new()));
    }

    #[test]
    fn what_nobody_wrote_is_refused() {
        // Half a pair, a count of 0, no gap, a number cut off or beyond 64 bits, and other characters.
        for text in ["F", "FA", "FDAD", "FDh", "D_____________D", "D____________D_", "FD D", "FD\u{e9}"] {
            assert_eq!(read(text), None, "{text}");
        }
        let beyond = format!("{}{}", write([(u64::MAX, 1)].into_iter()), "BB");
        assert_eq!(read(&beyond), None);
    }
}

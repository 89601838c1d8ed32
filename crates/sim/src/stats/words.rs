//! Words of estimative probability (US Intelligence Community Directive 203, 2015).

use super::Probability;

/// Where each band ends (not included) and its word.
const BANDS: [(f64, &str); 8] = [
    (0.01, "below 1%"),
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (0.99, "almost certain"),
];
const ABOVE: &str = "above 99%";

/// The word of one probability.
#[must_use]
pub fn word(probability: f64) -> &'static str {
    BANDS.iter().find(|(end, _)| probability < *end).map_or(ABOVE, |(_, word)| word)
}

/// The word of a probability, or the range of words that its interval lies in, as in "unlikely to roughly
/// even chance".
#[must_use]
pub fn words(p: &Probability) -> String {
    let (low, high) = (word(p.low), word(p.high));
    if low == high { low.to_owned() } else { format!("{low} to {high}") }
}

#[cfg(test)]
mod tests {
    use super::{word, words};
    use crate::stats::{Probability, wilson};

    #[test]
    fn bands_take_their_lower_end_and_leave_their_upper() {
        let borders = [
            (0.01, "below 1%", "almost no chance"),
            (0.05, "almost no chance", "very unlikely"),
            (0.20, "very unlikely", "unlikely"),
            (0.45, "unlikely", "roughly even chance"),
            (0.55, "roughly even chance", "likely"),
            (0.80, "likely", "very likely"),
            (0.95, "very likely", "almost certain"),
            (0.99, "almost certain", "above 99%"),
        ];
        for (border, below, at) in borders {
            assert_eq!(word(f64::next_down(border)), below);
            assert_eq!(word(border), at);
            assert_eq!(word(f64::next_up(border)), at);
        }
        assert_eq!(word(0.0), "below 1%");
        assert_eq!(word(1.0), "above 99%");
    }

    #[test]
    fn an_interval_across_bands_is_a_range() {
        let of = |low, high| {
            words(&Probability { estimate: 0.5 * (low + high), low, high, level: 0.95, mcse: 0.0 })
        };
        assert_eq!(of(0.4773, 0.4969), "roughly even chance");
        assert_eq!(of(0.44, 0.46), "unlikely to roughly even chance");
        assert_eq!(of(0.45, 0.55), "roughly even chance to likely");
        assert_eq!(of(0.0, 1.0), "below 1% to above 99%");
        assert_eq!(wilson(4871, 10_000).as_ref().map(words).as_deref(), Some("roughly even chance"));
        assert_eq!(wilson(0, 3).as_ref().map(words).as_deref(), Some("below 1% to likely"));
    }
}

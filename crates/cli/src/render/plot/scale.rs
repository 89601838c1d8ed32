//! Round numbers and dates for axes.

use cordiale::calendar::Calendar;

/// From where to where an axis goes, and where its marks stand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) marks: Vec<f64>,
    step: f64,
}

impl Scale {
    /// From 0 to the least round share that holds all.
    pub(super) fn of_shares(most: f64) -> Self {
        let tops = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8];
        let high = tops.into_iter().find(|top| most <= *top).unwrap_or(1.0);
        // Marks that a decimal of a per cent tells.
        let parts = match high {
            0.3 | 0.6 => 3.0,
            0.01 | 0.05 | 0.5 => 5.0,
            _ => 4.0,
        };
        Self::between(0.0, high, high / parts)
    }

    /// From and to round numbers; none for what is not finite.
    pub(super) fn of_values(least: f64, most: f64) -> Option<Self> {
        let span = most - least;
        if !least.is_finite() || !most.is_finite() || !span.is_finite() {
            return None;
        }
        // What never moves stands in the middle of something.
        let span = if span > 0.0 { span } else { least.abs().max(1.0) * 0.5 };
        let step = round_step(span / 4.0);
        let low = (least / step).floor() * step;
        let mut high = (most / step).ceil() * step;
        if high <= low {
            high = low + step;
        }
        (low.is_finite() && high.is_finite() && step > 0.0).then(|| Self::between(low, high, step))
    }

    fn between(low: f64, high: f64, step: f64) -> Self {
        let count = ((high - low) / step).round();
        let mark = |place: u32| low + f64::from(place) * step;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of marks")]
        let marks = (0..=count.clamp(1.0, 12.0) as u32).map(mark).collect();
        Self { low, high, marks, step }
    }

    /// Where between its ends a value lies: 0 to 1, beyond them outside.
    pub(super) fn place(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// How many decimals tell the marks apart.
    pub(super) fn decimals(&self) -> usize {
        let magnitude = self.step.log10().floor();
        // A step of 0.25 has a digit more than one of 0.2.
        let is_quarter = (self.step / 10_f64.powf(magnitude) - 2.5).abs() < 1e-6;
        let digits = if is_quarter { 1.0 - magnitude } else { -magnitude };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 6")]
        let decimals = digits.clamp(0.0, 6.0) as usize;
        decimals
    }
}

/// The least of 1, 2, 2.5, 5 times a power of ten that is not below.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// Months between two marks, from dense to sparse.
const MONTHS: [i64; 12] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 12_000];

/// Where the marks of time stand, in steps, and what they say.
pub(super) fn dates(calendar: &Calendar, last: usize, most: usize) -> Vec<(usize, String)> {
    let steps = || (0..=last).zip(0_u32..);
    let months: Vec<i64> = steps().map(|(_, step)| months_of(calendar, step)).collect();
    for every in MONTHS {
        let begins = |step: usize| {
            let month = months.get(step).copied().unwrap_or_default();
            match step.checked_sub(1).and_then(|before| months.get(before)) {
                Some(before) => month.div_euclid(every) != before.div_euclid(every),
                None => month.rem_euclid(every) == 0,
            }
        };
        let marks: Vec<(usize, String)> = steps()
            .filter(|(step, _)| begins(*step))
            .map(|(place, step)| {
                let date = calendar.date_of(step);
                (place, if every < 12 { date.year_month() } else { date.year().to_string() })
            })
            .collect();
        if marks.len() <= most {
            return if marks.len() >= 2 { marks } else { ends(calendar, last) };
        }
    }
    ends(calendar, last)
}

/// The first and the last date, in full.
fn ends(calendar: &Calendar, last: usize) -> Vec<(usize, String)> {
    let step = u32::try_from(last).unwrap_or(u32::MAX).min(calendar.steps());
    vec![(0, calendar.date_of(0).to_string()), (last, calendar.date_of(step).to_string())]
}

/// Months since the year 0.
fn months_of(calendar: &Calendar, step: u32) -> i64 {
    let date = calendar.date_of(step);
    12 * i64::from(date.year()) + i64::from(date.month()) - 1
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use cordiale::calendar::StepUnit;

    #[test]
    fn scales_are_round_and_hold_all() {
        let shares = Scale::of_shares(0.082);
        assert_eq!((shares.high, shares.marks.len()), (0.1, 5));
        assert_eq!(Scale::of_shares(0.95).high, 1.0);
        let scale = Scale::of_values(0.31, 1.27).unwrap();
        assert_eq!((scale.low, scale.high, scale.decimals()), (0.25, 1.5, 2));
        // What never moves, and what cannot be drawn.
        let flat = Scale::of_values(3.0, 3.0).unwrap();
        assert!(flat.low <= 3.0 && flat.high > 3.0, "{flat:?}");
        assert_eq!(Scale::of_values(f64::NAN, 1.0), None);
        assert_eq!(Scale::of_values(-f64::MAX, f64::MAX), None);
        let tiny = Scale::of_values(0.0, f64::MIN_POSITIVE);
        assert!(tiny.is_none_or(|scale| scale.marks.len() < 20));
    }

    #[test]
    fn dates_are_round_or_the_two_ends() {
        let calendar = |unit, steps| Calendar::new("2013-09-01".parse().unwrap(), unit, steps);
        let texts = |marks: Vec<(usize, String)>| -> Vec<String> {
            marks.into_iter().map(|(_, text)| text).collect()
        };
        let marks = dates(&calendar(StepUnit::Month, 120), 120, 6);
        assert_eq!(marks[0], (4, "2014".to_owned()));
        assert_eq!(texts(marks), ["2014", "2016", "2018", "2020", "2022"]);
        assert_eq!(texts(dates(&calendar(StepUnit::Day, 9), 9, 6)), ["2013-09-01", "2013-09-10"]);
        assert_eq!(
            texts(dates(&calendar(StepUnit::Week, 26), 26, 4)),
            ["2013-09", "2013-11", "2014-01", "2014-03"]
        );
    }
}

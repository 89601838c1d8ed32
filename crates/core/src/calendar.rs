//! Dates, durations and steps.
//!
//! Step `s` starts at `start` plus `s` steps by the calendar, the day clipped to the month's end.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::ParseError;

/// The most steps a scenario may have.
pub const MAX_STEPS: u32 = 100_000;

/// A calendar date, proleptic Gregorian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The date, or nothing where there is no such day.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// The day after it; itself on the last that there is.
    pub(crate) fn next_day(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Days since 1970-01-01, below 0 before it.
    #[must_use]
    pub fn days_since_epoch(self) -> i32 {
        self.0.to_epoch_days()
    }

    /// `2013-09`, as short tables show it.
    #[must_use]
    pub fn year_month(self) -> String {
        format!("{:04}-{:02}", self.0.year(), self.0.month())
    }

    /// The month of the year, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl FromStr for Date {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is no date; dates are written 2013-09-01");
        let (year, month, day) = date_parts(text).ok_or_else(wrong)?;
        let date = i32::try_from(year).ok().and_then(|year| Self::new(year, month, day));
        Ok(date.ok_or_else(|| format!("the calendar has no {text}; write a day that it has"))?)
    }
}

/// Year, month and day of what has the form of a date, be there such a day or not.
pub(crate) fn date_parts(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('-');
    let mut part = |width: usize| {
        let digits = parts.next().filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse().ok()
    };
    let date = (part(4)?, part(2)?, part(2)?);
    parts.next().is_none().then_some(date)
}

/// The length of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepUnit {
    /// 365 to a year.
    Day,
    /// 52 to a year.
    Week,
    /// 12 to a year.
    Month,
    /// 4 to a year.
    Quarter,
    /// One to a year.
    Year,
}

impl StepUnit {
    /// Every unit, as files spell it.
    pub const NAMES: [&'static str; 5] = ["day", "week", "month", "quarter", "year"];

    /// The unit with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// As files spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// How many make a year.
    #[must_use]
    pub fn per_year(self) -> u32 {
        match self {
            Self::Day => 365,
            Self::Week => 52,
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }
}

/// A length of time: an exact decimal number of units, or a bare number of steps.
///
/// The number is kept as a fraction, so that `"0.1 years"` is exactly a tenth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    numerator: u128,
    denominator: u128,
    unit: Option<StepUnit>,
}

/// Digits behind the point of a length of time.
const MOST_DECIMALS: usize = 18;
/// Beyond any horizon all lengths are alike but for a half-life, and of one beyond this nothing is seen. It keeps every
/// product far from overflow.
const LONGEST: u128 = 1_000_000_000_000_000;

impl Duration {
    /// A whole number of units.
    #[must_use]
    pub fn whole(count: u32, unit: StepUnit) -> Self {
        Self { numerator: u128::from(count), denominator: 1, unit: Some(unit) }
    }

    /// A whole number of steps.
    #[must_use]
    pub fn steps(count: u64) -> Self {
        Self { numerator: u128::from(count).min(LONGEST), denominator: 1, unit: None }
    }

    /// Reads a bare number of steps, in decimal notation.
    ///
    /// # Errors
    /// Where the text is no decimal number of 0 or more, with at most 18 digits behind the point.
    pub fn parse_steps(text: &str) -> Result<Self, ParseError> {
        let (numerator, denominator) =
            decimal(text).ok_or_else(|| wrong(text, "number of steps", "one of 0 or more, such as 12"))?;
        Ok(Self { numerator, denominator, unit: None })
    }

    /// Whether it is of no length.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// In whole steps of `step`, rounded up \[steps\].
    #[must_use]
    pub fn in_steps(self, step: StepUnit) -> u64 {
        let (n, d) = self.fraction_in_steps(step);
        u64::try_from(n.div_ceil(d)).unwrap_or(u64::MAX)
    }

    /// In years, not rounded to steps \[years\].
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a quotient of whole numbers, rounded once")]
    pub fn in_years(self, step: StepUnit) -> f64 {
        let per_year = self.unit.unwrap_or(step).per_year();
        self.numerator as f64 / (self.denominator as f64 * f64::from(per_year))
    }

    fn fraction_in_steps(self, step: StepUnit) -> (u128, u128) {
        let from = self.unit.unwrap_or(step).per_year();
        let n = self.numerator * u128::from(step.per_year());
        let d = self.denominator * u128::from(from);
        (n, d)
    }
}

impl FromStr for Duration {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let right = "a number and days, weeks, months, quarters or years, such as \"18 months\"";
        let wrong = || wrong(text, "duration", right);
        let (number, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let unit = unit.trim();
        let unit = StepUnit::from_name(unit.strip_suffix('s').unwrap_or(unit)).ok_or_else(wrong)?;
        let (numerator, denominator) = decimal(number).ok_or_else(wrong)?;
        Ok(Self { numerator, denominator, unit: Some(unit) })
    }
}

/// What is wrong with a length of time, and what would be right.
fn wrong(text: &str, what: &str, right: &str) -> ParseError {
    let decimals =
        text.split_once('.').map_or(0, |(_, part)| part.bytes().take_while(u8::is_ascii_digit).count());
    if decimals > MOST_DECIMALS {
        let start: String = text.chars().take(2 * MOST_DECIMALS).collect();
        return format!("`{start}...` has more than {MOST_DECIMALS} digits behind the point; write fewer")
            .into();
    }
    format!("`{text}` is no {what}; write {right}").into()
}

/// A decimal number of 0 or more as an exact fraction.
fn decimal(text: &str) -> Option<(u128, u128)> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let part = part.trim_end_matches('0');
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || !digits(whole)
        || !digits(part)
        || part.len() > MOST_DECIMALS
        || text.ends_with('.')
    {
        return None;
    }
    let denominator = 10_u128.pow(u32::try_from(part.len()).ok()?);
    let part: u128 = if part.is_empty() { 0 } else { part.parse().ok()? };
    let whole = whole.parse().unwrap_or(LONGEST).min(LONGEST);
    Some((whole * denominator + part, denominator))
}

/// The steps of a scenario: when each starts, and which holds a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    start: Date,
    unit: StepUnit,
    steps: u32,
}

impl Calendar {
    /// A calendar of `steps` steps, 1 to [`MAX_STEPS`].
    #[must_use]
    pub fn new(start: Date, unit: StepUnit, steps: u32) -> Self {
        Self { start, unit, steps: steps.clamp(1, MAX_STEPS) }
    }

    /// The date of step 0.
    #[must_use]
    pub fn start(&self) -> Date {
        self.start
    }

    /// The unit of a step.
    #[must_use]
    pub fn unit(&self) -> StepUnit {
        self.unit
    }

    /// How many steps there are; observations run from 0 to this, inclusive.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Steps in a year.
    #[must_use]
    pub fn per_year(&self) -> u32 {
        self.unit.per_year()
    }

    /// The length of a step \[years\].
    #[must_use]
    pub fn dt(&self) -> f64 {
        1.0 / f64::from(self.per_year())
    }

    /// Steps in years, correctly rounded \[years\].
    #[must_use]
    pub fn years(&self, steps: u32) -> f64 {
        f64::from(steps) / f64::from(self.per_year())
    }

    /// A date as short tables show it, as exact as the steps are: `2013-09`, or `2013-09-01` where they are days or weeks.
    #[must_use]
    pub fn short(&self, date: Date) -> String {
        match self.unit {
            StepUnit::Day | StepUnit::Week => date.to_string(),
            StepUnit::Month | StepUnit::Quarter | StepUnit::Year => date.year_month(),
        }
    }

    /// When a step starts. Past the last representable date it is that date.
    #[must_use]
    pub fn date_of(&self, step: u32) -> Date {
        let start = self.start.0;
        let date = match self.unit {
            StepUnit::Day => start.checked_add_days(Days::new(u64::from(step))),
            StepUnit::Week => start.checked_add_days(Days::new(7 * u64::from(step))),
            StepUnit::Month => start.checked_add_months(Months::new(step)),
            StepUnit::Quarter => start.checked_add_months(Months::new(step.saturating_mul(3))),
            StepUnit::Year => start.checked_add_months(Months::new(step.saturating_mul(12))),
        };
        Date(date.unwrap_or(NaiveDate::MAX))
    }

    /// The step that holds a date: the last that starts on or before it. Nothing for a date before the start;
    /// the number of steps for one at or after the last step's end.
    #[must_use]
    pub fn step_of(&self, date: Date) -> Option<u32> {
        if date < self.start {
            return None;
        }
        let (mut low, mut high) = (0, self.steps);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if self.date_of(middle) <= date { low = middle } else { high = middle - 1 }
        }
        Some(low)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_step_past_all_dates_is_the_last_date() {
        for unit in [StepUnit::Day, StepUnit::Week, StepUnit::Month, StepUnit::Quarter, StepUnit::Year] {
            let calendar = Calendar::new(date("2024-01-01"), unit, u32::MAX);
            assert_eq!(calendar.date_of(u32::MAX), Date(NaiveDate::MAX));
        }
    }

    #[test]
    fn days_are_clipped_to_the_end_of_the_month_from_the_start_and_not_step_by_step() {
        let calendar = Calendar::new(date("2013-01-31"), StepUnit::Month, 12);
        assert_eq!(calendar.date_of(1), date("2013-02-28"));
        assert_eq!(calendar.date_of(2), date("2013-03-31"));
        assert_eq!(calendar.step_of(date("2013-03-30")), Some(1));
        assert_eq!(calendar.step_of(date("2013-01-30")), None);
        assert_eq!(calendar.step_of(date("2014-01-31")), Some(12));
        assert_eq!(calendar.step_of(date("2099-01-01")), Some(12));
    }

    #[test]
    fn durations_are_exact_fractions_rounded_up_to_whole_steps() {
        let steps = |text: &str, unit| text.parse::<Duration>().unwrap().in_steps(unit);
        assert_eq!(steps("10 years", StepUnit::Month), 120);
        assert_eq!(steps("1 day", StepUnit::Month), 1);
        assert_eq!(steps("0 days", StepUnit::Month), 0);
        assert_eq!(steps("0.1 years", StepUnit::Day), 37);
        assert_eq!(steps("1 quarter", StepUnit::Week), 13);
        assert_eq!(steps("13 weeks", StepUnit::Month), 3);
        assert_eq!(steps("1.5 months", StepUnit::Month), 2);
        assert!((Duration::parse_steps("2.5").unwrap().in_years(StepUnit::Quarter) - 0.625).abs() < 1e-15);
        for wrong in ["", "3", "months", "-1 months", "1e3 days", "3  fortnights", "1. days", "nan years"] {
            assert!(wrong.parse::<Duration>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_hundred_thousand_years_have_dates() {
        let calendar = Calendar::new(date("2013-09-01"), StepUnit::Year, MAX_STEPS);
        assert_eq!(calendar.date_of(MAX_STEPS).to_string(), "102013-09-01");
        assert_eq!(calendar.step_of(date("2013-09-01")), Some(0));
    }
}

//! Runs one scenario at several values of a parameter, on the same random numbers, and finds where it is even odds.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::Scenario;
use cordiale::sweep::{Axis, Sweep};
use cordiale::threshold::{Goal, Threshold};

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_toml(
        r#"
        [scenario]
        start = 2024-01-01
        horizon = "10 years"
        [parameters.rate]
        value = "0.5 to 1.5"
        unit = "per year"
        [variables.meetings]
        initial = 0
        [rules.meet]
        hazard = "rate"
        effects = ["meetings += 1"]
        [outcomes.ten_meetings]
        when = "meetings >= 10"
        "#,
        "meetings.toml",
    )?;

    let sweep = Sweep::new(&scenario).over(Axis::list("rate", [0.25, 0.5, 1.0, 2.0])).trials(5_000).seed(3);
    let mut curve = Vec::new();
    for row in sweep.rows()? {
        let row = row?;
        let (rate, probability) = (&row.set.0[0].1, row.event("ten_meetings")?.estimate);
        println!("at {rate} a year: {probability:?}");
        curve.push(probability.ok_or("5,000 trials give an estimate")?);
    }
    // On common random numbers a higher rate never loses a trial that a lower one won.
    assert!(curve.is_sorted(), "{curve:?}");
    let goal = Goal::new("ten_meetings", None, 0.5);
    let found = Threshold::new(&scenario, "rate", goal).between(0.25, 2.0).trials(5_000).seed(3).run()?;
    let crossing = found.crossings.first().ok_or("half is crossed")?;
    println!("half at {:.3} a year", crossing.estimate);
    // In ten years of months at this rate ten meetings are as likely as not: a step of a month loses a few.
    assert!(crossing.low.is_some_and(|low| low > 0.95) && crossing.high.is_some_and(|high| high < 1.06));
    assert!(curve[0] < 0.05 && curve[3] > 0.95, "{curve:?}");
    Ok(())
}

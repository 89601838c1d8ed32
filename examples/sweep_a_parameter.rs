//! Runs one scenario at several values of a parameter, on the same random numbers.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::{Scenario, Simulation};

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

    let mut curve = Vec::new();
    for rate in [0.25, 0.5, 1.0, 2.0] {
        let point = scenario.with_settings(&[("rate", &rate.to_string())])?;
        let result = Simulation::new(&point)?.trials(5_000).seed(3).run()?;
        let probability = result.event("ten_meetings")?.probability;
        println!("at {rate} a year: {probability}");
        curve.push(probability.estimate().ok_or("5,000 trials give an estimate")?);
    }
    // On common random numbers a higher rate never loses a trial that a lower one won.
    assert!(curve.is_sorted(), "{curve:?}");
    assert!(curve[0] < 0.05 && curve[3] > 0.95, "{curve:?}");
    Ok(())
}

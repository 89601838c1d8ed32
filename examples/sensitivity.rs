//! Asks which numbers an answer hangs on: a first screening by elementary effects, then indices of what is left.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::sensitivity::Way;
use cordiale::{Scenario, Sensitivity};

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_toml(
        r#"
        [scenario]
        start = 2024-01-01
        horizon = "3 years"
        [parameters.talks_a_year]
        value = "1 to 4"
        [parameters.worth]
        value = "triangular(0.02, 0.1, 0.18)"
        [parameters.shade]
        about = "What nobody needs to know"
        value = "uniform(0, 1)"
        [variables.trust]
        initial = "beta(6, 14)"
        range = [0, 1]
        [rules.talks]
        hazard = "talks_a_year"
        effects = ["trust += worth * (1 - trust)"]
        [rules.incident]
        hazard = 0.5
        effects = ["trust -= 0.2 + 0 * shade"]
        [outcomes.trusting]
        when = "trust >= 0.6"
        "#,
        "talks.toml",
    )?;

    let screening = Sensitivity::new(&scenario)?.method(Way::Morris).points(30).run()?;
    for (name, effect) in screening.drivers("trusting")?.ranked() {
        println!("{name}: {:.3}, seen: {}", effect.rank(), effect.distinguishable());
    }
    // All trials of a trajectory share their random numbers, so what does nothing does exactly nothing.
    assert_eq!(screening.drivers("trusting")?.input("shade")?.rank(), 0.0);
    assert!(screening.drivers("trusting")?.input("worth")?.distinguishable());

    let result = Sensitivity::new(&scenario)?
        .rates(0.5, 2.0)?
        .input("talks_a_year")
        .input("worth")
        .input("trust")
        .input("rules.incident.hazard")
        .points(2048)
        .run()?;
    let drivers = result.drivers("trusting")?;
    let variance = drivers.variance.ok_or("Sobol indices have a variance")?;
    // More than half of what an event varies by is chance, and the indices leave that out.
    assert!(variance.explained.estimate < 0.5 * variance.outcome);
    for name in ["talks_a_year", "worth", "trust", "rules.incident.hazard"] {
        let (first, total) = drivers.sobol(name)?;
        println!(
            "{name}: {:.2} alone, {:.2} [{:.2}, {:.2}] in all",
            first.estimate, total.estimate, total.low, total.high
        );
        assert!(total.distinguishable && total.high > first.low);
    }
    Ok(())
}

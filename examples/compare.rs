//! Asks what a change does: a variant of the file and a setting of one's own, on the same random numbers.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::{Comparison, Scenario};

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_toml(
        r#"
        [scenario]
        start = 2024-01-01
        horizon = "5 years"
        [parameters.worth]
        value = "uniform(0.05, 0.2)"
        [variables.trust]
        initial = 0.3
        range = [0, 1]
        [rules.talks]
        hazard = 2
        effects = ["trust += worth * (1 - trust)"]
        [rules.incident]
        hazard = 0.5
        effects = ["trust -= 0.2"]
        [outcomes.trusting]
        when = "trust >= 0.8"
        [outcomes.trust]
        value = "trust"
        [variants.no_incidents]
        disable = ["incident"]
        "#,
        "talks.toml",
    )?;

    let result = Comparison::new(&scenario)?
        .variant("no_incidents", &scenario.with_variant("no_incidents")?)
        .variant("fewer_talks", &scenario.with_settings(&[("rules.talks.hazard", "1.5")])?)
        .trials(5_000)
        .seed(3)
        .run()?;
    for (name, variant) in result.variants.iter() {
        let trusting = variant.event("trusting")?;
        let difference = trusting.difference.ok_or("5,000 trials give a difference")?;
        println!("{name}: {:+.3} [{:.3}, {:.3}]", difference.estimate, difference.low, difference.high);
    }

    let calmer = result.variant("no_incidents")?.event("trusting")?;
    // On the same random numbers nothing but the incidents is gone: trust is lost in no trial.
    assert_eq!(calmer.changed.flipped_to_no, 0);
    assert!(calmer.difference.is_some_and(|difference| difference.low > 0.0));
    let fewer = result.variant("fewer_talks")?.value("trust")?;
    assert!(fewer.difference.is_some_and(|difference| difference.high < 0.0));
    // With random numbers of their own, both runs would need more trials for the same width.
    assert!(fewer.unpaired_width_ratio.is_some_and(|ratio| ratio > 1.5));
    assert_eq!(result.variant("fewer_talks")?.changes[0].path, "rules.talks.hazard");
    Ok(())
}

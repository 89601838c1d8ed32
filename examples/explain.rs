//! Asks what set apart the trials that got there: rules, ranges, the very same trials without a rule, and early signs.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::{Explanation, Scenario};

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_toml(
        r#"
        [scenario]
        start = 2024-01-01
        horizon = "3 years"
        [parameters.worth]
        value = "uniform(0.02, 0.2)"
        [variables.trust]
        initial = 0.3
        range = [0, 1]
        [rules.talks]
        hazard = 2
        effects = ["trust += worth * (1 - trust)"]
        [rules.incident]
        hazard = 0.5
        effects = ["trust -= 0.2"]
        [rules.elections]
        hazard = 0.5
        effects = ["trust += 0"]
        [outcomes.trusting]
        when = "trust >= 0.6"
        "#,
        "talks.toml",
    )?;

    let result = Explanation::new(&scenario)?.outcome("trusting").trials(2_000).seed(3).run()?;
    println!("{} of {} trials got there", result.outcome.reached, result.outcome.trials);
    for (name, rule) in result.pivotal.rules.iter() {
        println!("without {name}: {} lost, {} gained", rule.lost, rule.gained);
    }

    // Without talks nobody gets there; without incidents nobody is lost, and some are gained; elections change nothing.
    assert_eq!(result.without("talks")?.lost, result.outcome.reached);
    let incident = result.without("incident")?;
    assert!(incident.lost == 0 && incident.difference.is_some_and(|difference| difference.low > 0.0));
    assert_eq!(result.without("elections")?.gained, 0);
    // Those that got there lie where talks are worth much, on trials too that did not find it.
    let found = result.ranges.as_ref().ok_or("there is a box")?;
    assert!(found.holds && found.limits.get("worth").is_some_and(|limit| limit.low > Some(0.05)));
    // Trust by the middle of the horizon is a sign of what comes.
    let signs = &result.signposts.as_ref().ok_or("there are signposts")?.signs;
    let trust = signs.iter().find(|sign| sign.name == "trust").ok_or("trust is one of them")?;
    assert!(trust.odds_ratio.is_some_and(|ratio| ratio.low > 2.0));
    Ok(())
}

//! Reads a scenario file, runs it and asks for an answer.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::{Scenario, Simulation};

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_path("scenarios/quasi-alliance.toml")?;
    let result = Simulation::new(&scenario)?.trials(2_000).seed(7).run()?;

    let answer = result.event("quasi_alliance")?;
    println!("{}: {}", result.scenario.title, answer.probability);
    for rule in result.rules.names().take(3) {
        println!("{rule} fired {:.1} times a trial", result.rule(rule)?.mean_fires.unwrap_or(0.0));
    }

    // The same seed gives the same bytes, on any number of threads.
    let again = Simulation::new(&scenario)?.trials(2_000).seed(7).threads(1).run()?;
    assert_eq!(result.to_json(), again.to_json());

    // A variant shares its random numbers with the baseline, so that the two differ by what was changed alone.
    let variant = scenario.model().variants.first().ok_or("the scenario has variants")?.name.clone();
    let changed = Simulation::new(&scenario.with_variant(&variant)?)?.trials(2_000).seed(7).run()?;
    assert_eq!(changed.run.variant.as_deref(), Some(variant.as_str()));

    // What is asked for and not there is an error that says what is there.
    let wrong = result.event("quasi_aliance").err().ok_or("no such outcome")?;
    assert!(wrong.to_string().contains("quasi_alliance"), "{wrong}");
    Ok(())
}

//! A scenario built in Rust, without a file: it passes the same checks.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::Simulation;
use cordiale::builder::{Branch, Channel, Event, Evidence, Rule, ScenarioBuilder, Tie, Value, Variant};

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = ScenarioBuilder::new("two-neighbours", "2024-01-01", "month", "5 years")
        .title("Do two neighbours come to trust each other?")
        .source("survey", "What the two peoples think of each other")
        .actor("NOR", "North")
        .actor("SOU", "South")
        .channel("trust", Channel::undirected().decay("3 years", 0.2))
        .tie(
            "trust[NOR,SOU]",
            Tie::new("beta(4, 6)").evidence(Evidence::of("survey").page(3).confidence("low")),
        )
        .parameter("talks_a_year", "1 to 4")
        .rule(
            "talks",
            Rule::new().hazard("talks_a_year").effect("trust[NOR,SOU] += 0.1 * (1 - trust[NOR,SOU])"),
        )
        .rule(
            "incident",
            Rule::new()
                .hazard(0.5)
                .cooldown("6 months")
                .branch("hushed_up", Branch::new(2).effect("trust[NOR,SOU] -= 0.05"))
                .branch("shots", Branch::new(1).effect("trust[NOR,SOU] -= 0.3")),
        )
        .event("trusting", Event::when("trust[NOR,SOU] >= 0.7").sustained("6 months"))
        .value("trust_at_the_end", "trust[NOR,SOU]")
        .value("trust_once_trusting", Value::new("trust[NOR,SOU]").given("trusting"))
        .variant("no_incidents", Variant::new().disable("incident"))
        .build()?;
    assert!(scenario.warnings().diagnostics().is_empty(), "{}", scenario.warnings());

    let run = |scenario| Simulation::new(scenario)?.trials(4_000).seed(1).run();
    let baseline = run(&scenario)?;
    let peaceful = run(&scenario.with_variant("no_incidents")?)?;
    let mean =
        |result: &cordiale::RunResult| result.value("trust_at_the_end").ok()?.at_end.as_ref().map(|v| v.mean);
    println!("trusting: {}", baseline.event("trusting")?.probability);
    println!("without incidents: {}", peaceful.event("trusting")?.probability);
    assert!(mean(&peaceful) > mean(&baseline));

    // A mistake is found before anything runs, with its place in the document that the builder writes.
    let mistaken = ScenarioBuilder::new("mistaken", "2024-01-01", "month", 12)
        .variable("heat", 0.0)
        .rule("warm", Rule::new().chance(1.5).effect("heet += 1"))
        .build();
    let report = mistaken.err().ok_or("the checks find both mistakes")?;
    assert_eq!(report.diagnostics().iter().filter(|d| d.is_error()).count(), 2, "{report}");
    Ok(())
}

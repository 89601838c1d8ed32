//! Goes through a single trial step by step, and watches a value.

#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use cordiale::{Chronicle, Scenario, Trial};

/// Ends in assertions, so that it is a test too.
pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_path("scenarios/quasi-alliance.toml")?;
    let (seed, number) = (2013, 4711);
    let mut trial = Trial::new(&scenario, seed, number)?;
    let start = trial.value("exercises[CHN,RUS]").ok_or("the tie is in the world")?;

    let mut fired = 0;
    while let Some(report) = trial.step()? {
        for rule in report.fired.iter().filter(|f| f.rule == "joint_exercise") {
            fired += 1;
            println!(
                "{} {}: exercises now {:.2}",
                report.date,
                rule.rule,
                trial.value("exercises[RUS,CHN]").unwrap_or(0.0)
            );
        }
    }
    let (step, date) = trial.now();
    println!("from {start:.2} to the end, {date}, after {fired} exercises");
    assert_eq!(step, scenario.model().calendar.steps());

    // The same trial told as a whole has the same firings: a trial is a pure function of seed and number.
    let chronicle = Chronicle::tell(&scenario, seed, number)?;
    let told = chronicle.entries.iter().flat_map(|e| &e.fired).filter(|f| f.rule == "joint_exercise").count();
    assert_eq!(told, fired);
    Ok(())
}

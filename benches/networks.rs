//! Networks whose ties only rules move: loading and lowering them, and running them.
//!
//! Every actor has twenty ties, an index over them, and two or three rules that read it, so that the cost of a rule in a
//! small network can be held against that in a large one. What fires seldom leaves most indices as they were.

use std::fmt::Write as _;
use std::hint::black_box;

use cordiale::{Scenario, Simulation};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const STEPS: usize = 120;
/// Looks at a rule in one iteration; more where 64 trials, the fewest, come to more.
const LOOKS: usize = 8_000_000;
/// To how many actors on either side one is tied.
const REACH: usize = 10;

/// A ring of actors; ten ties and two and a half rules for each.
fn network(actors: usize, chance: f64) -> String {
    let of = |number: usize| format!("A{:04}", number % actors);
    let mut text = format!(
        "[scenario]\ntitle = \"Network\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = {STEPS}\n[channels.arms]\n\
         [outcomes.close]\nwhen = \"standing_0 > 0.8\"\n[outcomes.level]\nvalue = \"standing_1\"\n"
    );
    for number in 0..actors {
        let me = of(number);
        let _ = writeln!(text, "[actors.{me}]\nname = \"{me}\"");
        for other in 1..=REACH {
            let weight = (number * 31 + other * 17) % 100;
            let _ = writeln!(text, "[ties.\"arms[{me},{}]\"]\nweight = 0.{weight:02}", of(number + other));
        }
        let others: Vec<String> =
            (1..=REACH).flat_map(|i| [of(number + actors - i), of(number + i)]).collect();
        let others = others.join(", ");
        let _ =
            writeln!(text, "[indices.standing_{number}]\nvalue = \"mean(arms[{me},b] for b in [{others}])\"");
        let mut rule = |name: &str, guard: &str, scale: &str, other: usize, change: &str| {
            let other = of(number + other);
            let _ = writeln!(
                text,
                "[rules.{name}_{number}]\nwhen = \"standing_{number} {guard}\"\n\
                 chance = \"{chance} * {scale}\"\neffects = [\"arms[{me},{other}] {change}\"]"
            );
        };
        rule("arm", "< 0.7", &format!("(1 - standing_{number})"), 1, "+= 0.1");
        rule("disarm", "> 0.5", &format!("standing_{number}"), REACH, "-= 0.1");
        if number % 2 == 0 {
            rule("visit", "< 0.9", "0.5", 2, "+= 0.05");
        }
    }
    text
}

const SIZES: [(usize, &str); 2] = [(200, "2k"), (2_000, "20k")];

fn load(criterion: &mut Criterion) {
    for (actors, ties) in SIZES {
        let text = network(actors, 0.005);
        criterion.bench_function(&format!("networks/load-{ties}-ties"), |b| {
            b.iter(|| {
                let scenario = Scenario::from_toml(black_box(&text), "network.toml");
                scenario.is_ok_and(|scenario| Simulation::new(&scenario).is_ok())
            });
        });
    }
}

fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("networks");
    group.sample_size(10);
    for (actors, ties) in SIZES {
        for (name, chance) in [("quiet", 0.001), ("lively", 0.005), ("busy", 0.05)] {
            let scenario = Scenario::from_toml(&network(actors, chance), "network.toml");
            let Ok(scenario) = scenario else { continue };
            let rules = scenario.model().instances.len();
            let trials = (LOOKS / STEPS / rules).next_multiple_of(64);
            group.throughput(Throughput::Elements((trials * STEPS * rules) as u64));
            group.bench_function(format!("{name}-{ties}-ties"), |b| {
                let Ok(simulation) = Simulation::new(&scenario) else { return };
                let simulation = simulation.trials(trials as u64).threads(1);
                b.iter(|| simulation.tally().is_ok());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, load, run);
criterion_main!(benches);

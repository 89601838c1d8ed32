//! cordiale beside other ways to run the same models: one command that writes the models and the programs, compiles
//! them, runs all in turn, compares what they find, and prints tables of
//! ratios and times.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program: its table goes to stdout, what it is at to stderr"
)]

mod family;
mod machine;
mod outcome;
mod peer;
mod process;
mod shipped;
mod source;
mod table;

use std::process::ExitCode;

use clap::Parser;
use cordiale_models::families;

use crate::machine::Machine;
use crate::peer::Row;

/// Measures cordiale beside a hand-written scalar program, its own reference interpreter, numpy and Mesa, all of which
/// run the same models.
///
/// Times are nanoseconds of processor time a (trial x step x rule) of whole simulations; each is the shortest of several,
/// taken in turn. The gain of a second thread is taken by the clock, and means something on an idle machine alone. The exit status is 1 where a program finds something else than cordiale does.
#[derive(Parser)]
struct Arguments {
    /// Only the models whose name contains one of these, such as `small-g20` or `big`.
    #[arg(long, value_delimiter = ',')]
    families: Vec<String>,
    /// Fewer trials and repeats: figures to look at, not to quote.
    #[arg(long)]
    quick: bool,
    /// Without numpy and Mesa, which need Python 3.11 or later and packages from its index.
    #[arg(long)]
    without_python: bool,
    /// How often each program is run in a round.
    #[arg(long, default_value_t = 4)]
    repeats: usize,
    /// How often all models are gone through: what disturbs the machine for a minute disturbs one round of some.
    #[arg(long, default_value_t = 2)]
    rounds: usize,
}

/// How much of everything to run.
#[derive(Clone, Copy)]
struct Effort {
    repeats: usize,
    /// What trials are divided by.
    thinner: u64,
}

impl Effort {
    /// How many trials look at rules about `looks` times: whole blocks, and as many for each of two threads.
    fn trials(self, looks: u64, a_trial: u64) -> u64 {
        (looks / self.thinner / a_trial.max(1)).max(1).next_multiple_of(128)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// Whether all programs agreed.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let (effort, rounds) = match arguments.quick {
        true => (Effort { repeats: 2, thinner: 4 }, 1),
        false => (Effort { repeats: arguments.repeats.max(1), thinner: 1 }, arguments.rounds.max(1)),
    };
    let wanted = |name: &str| {
        arguments.families.is_empty() || arguments.families.iter().any(|part| name.contains(part))
    };
    let python = if arguments.without_python { None } else { Some(process::python()?) };
    let machine = Machine::at_start();
    let specs: Vec<_> = families().into_iter().filter(|spec| wanted(&spec.name())).collect();
    let scenarios: Vec<_> = shipped::scenarios()?.into_iter().filter(|s| wanted(&s.model().id)).collect();
    let round = || -> Result<Vec<Row>, String> {
        let families = specs.iter().map(|spec| family::measure(spec, python.as_deref(), effort));
        families.chain(scenarios.iter().map(|scenario| shipped::measure(scenario, effort))).collect()
    };
    let mut rows = round()?;
    for _ in 1..rounds {
        rows.iter_mut().zip(round()?).for_each(|(row, again)| row.merge(again));
    }
    print!("{}\n{}", machine.told(), table::render(&rows));
    let disagreements: Vec<&String> = rows.iter().flat_map(|row| &row.disagreements).collect();
    for line in &disagreements {
        eprintln!("error: {line}");
    }
    Ok(disagreements.is_empty())
}

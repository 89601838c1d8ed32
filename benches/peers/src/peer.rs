//! The ways to run a model, and cordiale's own.

use std::time::Instant;

use cordiale_core::Scenario;
use cordiale_sim::{RunError, RunResult, Simulation, VectorWidth};
use cpu_time::ProcessTime;

use crate::Effort;
use crate::outcome::Outcome;

/// Looks at a rule in a run: some tenths of a second.
pub(crate) const LOOKS: u64 = 50_000_000;
const REFERENCE_LOOKS: u64 = 2_000_000;

/// A way to run a model, which is a column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    HandWritten,
    Cordiale(VectorWidth),
    TwoThreads,
    Reference,
    Numpy,
    Mesa,
}

impl Peer {
    /// In the order of the table.
    pub(crate) const ALL: [Self; 8] = [
        Self::HandWritten,
        Self::Cordiale(VectorWidth::Baseline),
        Self::Cordiale(VectorWidth::Avx2),
        Self::Cordiale(VectorWidth::Avx512),
        Self::TwoThreads,
        Self::Reference,
        Self::Numpy,
        Self::Mesa,
    ];

    /// cordiale as it runs unless told otherwise, on one thread.
    pub(crate) fn widest() -> Self {
        Self::Cordiale(VectorWidth::widest())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HandWritten => "hand-written",
            Self::Cordiale(VectorWidth::Baseline) => "SSE2",
            Self::Cordiale(VectorWidth::Avx2) => "AVX2",
            Self::Cordiale(_) => "AVX-512",
            Self::TwoThreads => "2 threads",
            Self::Reference => "reference",
            Self::Numpy => "numpy",
            Self::Mesa => "Mesa",
        }
    }
}

/// A peer, how many trials it runs, how often, and the means to run them with a seed.
pub(crate) struct Entry<'a> {
    pub(crate) peer: Peer,
    pub(crate) trials: u64,
    pub(crate) repeats: usize,
    pub(crate) run: Run<'a>,
}

pub(crate) type Run<'a> = Box<dyn FnMut(u64, u64) -> Result<Outcome, String> + 'a>;

/// What was measured of one model.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The shares of looks in which a guard held and a rule fired, where known.
    pub(crate) shares: Option<(f64, f64)>,
    pub(crate) times: Vec<(Peer, Time)>,
    pub(crate) disagreements: Vec<String>,
}

/// The shortest times of a peer \[ns a (trial x step x rule)\].
#[derive(Clone, Copy)]
pub(crate) struct Time {
    pub(crate) processor: f64,
    /// 0 where nobody looked at the clock.
    pub(crate) clock: f64,
}

impl Row {
    /// Takes in what was measured of the same model another time.
    pub(crate) fn merge(&mut self, again: Self) {
        for ((_, time), (_, other)) in self.times.iter_mut().zip(again.times) {
            time.processor = time.processor.min(other.processor);
            time.clock = time.clock.min(other.clock);
        }
        self.disagreements.extend(again.disagreements);
    }

    /// Processor time.
    pub(crate) fn time(&self, peer: Peer) -> Option<f64> {
        self.both(peer).map(|time| time.processor)
    }

    /// cordiale's, as it runs unless told otherwise.
    pub(crate) fn widest(&self) -> Option<f64> {
        self.time(Peer::widest())
    }

    /// How many times as fast two threads are as one, by the clock.
    pub(crate) fn second_thread(&self) -> Option<f64> {
        Some(self.both(Peer::widest())?.clock / self.both(Peer::TwoThreads)?.clock)
    }

    fn both(&self, peer: Peer) -> Option<Time> {
        self.times.iter().find(|(found, _)| *found == peer).map(|(_, time)| *time)
    }
}

/// Runs all in turn, again and again, so that what disturbs the machine disturbs all; keeps the shortest time of each,
/// and holds all that they found to what the first one found.
pub(crate) fn measure(name: &str, looks: f64, entries: &mut [Entry<'_>]) -> Result<Row, String> {
    let mut row = Row { name: name.to_owned(), shares: None, times: Vec::new(), disagreements: Vec::new() };
    let mut found = vec![Outcome::default(); entries.len()];
    let mut best = vec![Time { processor: f64::INFINITY, clock: f64::INFINITY }; entries.len()];
    for repeat in 0..entries.iter().map(|entry| entry.repeats).max().unwrap_or(0) {
        for (i, entry) in entries.iter_mut().enumerate().filter(|(_, entry)| repeat < entry.repeats) {
            let outcome = (entry.run)(entry.trials, 1 + repeat as u64)?;
            let nanoseconds = 1e9 / (entry.trials as f64 * looks);
            best[i].processor = best[i].processor.min(outcome.seconds * nanoseconds);
            best[i].clock = best[i].clock.min(outcome.elapsed * nanoseconds);
            found[i] = found[i].and(outcome);
        }
    }
    for (i, entry) in entries.iter().enumerate() {
        row.times.push((entry.peer, best[i]));
        if let Some(difference) = found[0].differs(&found[i]) {
            let peers = [entries[0].peer.name(), entry.peer.name()];
            row.disagreements.push(format!("{name}, {} and {}: {difference}", peers[0], peers[1]));
        }
    }
    Ok(row)
}

/// cordiale with each vector width that the machine has, with two threads, and its reference interpreter, on a model that
/// looks at its rules `a_trial` times a trial. `read` takes from a result what is compared.
pub(crate) fn cordiale<'a>(
    scenario: &'a Scenario,
    a_trial: u64,
    effort: Effort,
    read: fn(&RunResult) -> Outcome,
) -> Vec<Entry<'a>> {
    let timed = move |work: &dyn Fn() -> Result<RunResult, RunError>| {
        let (processor, clock) = (ProcessTime::now(), Instant::now());
        let result = work().map_err(|e| e.to_string())?;
        let (seconds, elapsed) = (processor.elapsed().as_secs_f64(), clock.elapsed().as_secs_f64());
        Ok(Outcome { seconds, elapsed, ..read(&result) })
    };
    let prepared = move |trials: u64, seed: u64| {
        Simulation::new(scenario).map(|s| s.trials(trials).seed(seed)).map_err(|e| e.to_string())
    };
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut enter = |peer, looks, repeats, run| {
        entries.push(Entry { peer, trials: effort.trials(looks, a_trial), repeats, run });
    };
    for width in VectorWidth::ALL.into_iter().filter(|width| width.is_available()) {
        let run = move |trials, seed| {
            let simulation = prepared(trials, seed)?.threads(1).vector_width(width);
            timed(&|| simulation.run())
        };
        enter(Peer::Cordiale(width), LOOKS, effort.repeats, Box::new(run) as Run<'a>);
    }
    let run = move |trials, seed| {
        let simulation = prepared(trials, seed)?.threads(2);
        timed(&|| simulation.run())
    };
    // So many blocks of trials that it hardly matters which thread has the last.
    enter(Peer::TwoThreads, 4 * LOOKS, effort.repeats, Box::new(run));
    let run = move |trials, seed| {
        let simulation = prepared(trials, seed)?;
        timed(&|| simulation.tally_with_reference().and_then(|tally| tally.result(scenario)))
    };
    enter(Peer::Reference, REFERENCE_LOOKS, effort.repeats.min(2), Box::new(run));
    entries
}

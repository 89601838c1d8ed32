//! The ways to run a model, and cordiale's own.

use std::time::Instant;

use cordiale_core::Scenario;
use cordiale_sim::{RunResult, Simulation, VectorWidth};

use crate::outcome::Outcome;

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
    pub(crate) run: Box<dyn FnMut(u64, u64) -> Result<Outcome, String> + 'a>,
}

/// What was measured of one model.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The shares of looks in which a guard held and a rule fired, where known.
    pub(crate) shares: Option<(f64, f64)>,
    /// The shortest time of each peer \[ns a (trial x step x rule)\].
    pub(crate) times: Vec<(Peer, f64)>,
    pub(crate) disagreements: Vec<String>,
}

impl Row {
    pub(crate) fn time(&self, peer: Peer) -> Option<f64> {
        self.times.iter().find(|(found, _)| *found == peer).map(|(_, time)| *time)
    }

    /// cordiale's, as it runs unless told otherwise.
    pub(crate) fn widest(&self) -> Option<f64> {
        self.time(Peer::Cordiale(VectorWidth::widest()))
    }
}

/// Runs all in turn, again and again, so that what disturbs the machine disturbs all; keeps the shortest time of each,
/// and holds all that they found to what the first one found.
pub(crate) fn measure(name: &str, looks: f64, entries: &mut [Entry<'_>]) -> Result<Row, String> {
    let mut row = Row { name: name.to_owned(), shares: None, times: Vec::new(), disagreements: Vec::new() };
    let mut found = vec![Outcome::default(); entries.len()];
    let mut best = vec![f64::INFINITY; entries.len()];
    for repeat in 0..entries.iter().map(|entry| entry.repeats).max().unwrap_or(0) {
        for (i, entry) in entries.iter_mut().enumerate().filter(|(_, entry)| repeat < entry.repeats) {
            let outcome = (entry.run)(entry.trials, 1 + repeat as u64)?;
            best[i] = best[i].min(outcome.seconds);
            found[i] = found[i].and(outcome);
        }
    }
    for (i, entry) in entries.iter().enumerate() {
        row.times.push((entry.peer, best[i] * 1e9 / (entry.trials as f64 * looks)));
        if let Some(difference) = found[0].differs(&found[i]) {
            let peers = [entries[0].peer.name(), entry.peer.name()];
            row.disagreements.push(format!("{name}, {} and {}: {difference}", peers[0], peers[1]));
        }
    }
    Ok(row)
}

/// cordiale with each vector width that the machine has, with two threads, and its reference interpreter. `read` takes
/// from a result what is compared.
pub(crate) fn cordiale<'a>(
    scenario: &'a Scenario,
    [trials, reference_trials]: [u64; 2],
    repeats: usize,
    read: fn(&RunResult) -> Outcome,
) -> Vec<Entry<'a>> {
    let timed = move |simulation: Simulation| {
        let begin = Instant::now();
        let result = simulation.run().map_err(|e| e.to_string())?;
        Ok(Outcome { seconds: begin.elapsed().as_secs_f64(), ..read(&result) })
    };
    let prepared = move |trials: u64, seed: u64| {
        Simulation::new(scenario).map(|s| s.trials(trials).seed(seed)).map_err(|e| e.to_string())
    };
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for width in VectorWidth::ALL.into_iter().filter(|width| width.is_available()) {
        let run = move |trials, seed| timed(prepared(trials, seed)?.threads(1).vector_width(width));
        entries.push(Entry { peer: Peer::Cordiale(width), trials, repeats, run: Box::new(run) });
    }
    let run = move |trials, seed| timed(prepared(trials, seed)?.threads(2));
    entries.push(Entry { peer: Peer::TwoThreads, trials, repeats, run: Box::new(run) });
    let run = move |trials, seed| {
        let simulation = prepared(trials, seed)?;
        let begin = Instant::now();
        let result = simulation.tally_with_reference().and_then(|tally| tally.result(scenario));
        let seconds = begin.elapsed().as_secs_f64();
        Ok(Outcome { seconds, ..read(&result.map_err(|e| e.to_string())?) })
    };
    entries.push(Entry {
        peer: Peer::Reference,
        trials: reference_trials,
        repeats: repeats.min(3),
        run: Box::new(run),
    });
    entries
}

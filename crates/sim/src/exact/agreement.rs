//! Whether a run agrees with the exact answer.

use crate::result::{ExactResult, OutcomeResult, RunResult};

/// How often a run of a right simulator would be said to disagree, at most.
const FALSE_ALARMS: f64 = 1e-6;

/// What came of comparing a run with the exact answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// The figures that were compared, in the order of outcomes.
    pub figures: Vec<Figure>,
}

/// One figure of a run beside the exact one.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it is, as in `quasi_alliance` or `posture.ally`.
    pub name: String,
    /// By trials.
    pub estimate: f64,
    /// Exactly.
    pub exact: f64,
    /// How far they may lie apart by chance.
    pub allowed: f64,
}

impl Figure {
    /// Whether they lie no farther apart than chance has it.
    #[must_use]
    pub fn agrees(&self) -> bool {
        (self.estimate - self.exact).abs() <= self.allowed
    }
}

impl Agreement {
    /// Compares the probability of every event, the share of every level and the mean of every value at its deadline.
    ///
    /// The distance that is allowed follows from Bernstein's inequality (Bernstein 1924; Boucheron, Lugosi and Massart 2013,
    /// theorem 2.10), which holds for any number of trials and however rare the event: together the figures of a right
    /// simulator disagree in at most one of a million runs.
    #[must_use]
    pub fn of(run: &RunResult, exact: &ExactResult) -> Self {
        let mut found: Vec<(String, u64, f64, f64, f64, f64)> = Vec::new();
        for ((name, run), (_, exact)) in run.outcomes.iter().zip(exact.outcomes.iter()) {
            let trials = run.trials();
            let mut share = |name: String, estimate: Option<f64>, exact: Option<f64>| {
                if let (Some(estimate), Some(p)) = (estimate, exact) {
                    found.push((name, trials, estimate, p, (p * (1.0 - p)).max(0.0), 1.0));
                }
            };
            match (run, exact) {
                (OutcomeResult::Event(run), OutcomeResult::Event(exact)) => {
                    share(name.to_owned(), run.probability.estimate(), exact.probability.estimate());
                }
                (OutcomeResult::Levels(run), OutcomeResult::Levels(exact)) => {
                    for ((level, run), (_, exact)) in run.at_end.iter().zip(exact.at_end.iter()) {
                        let name = format!("{name}.{level}");
                        share(name, run.probability.estimate(), exact.probability.estimate());
                    }
                }
                (OutcomeResult::Value(run), OutcomeResult::Value(exact)) => {
                    if let (Some(run), Some(exact)) = (&run.at_end, &exact.at_end) {
                        let edges = &exact.histogram.edges;
                        let reach = edges.iter().map(|edge| (edge - exact.mean).abs()).fold(0.0, f64::max);
                        let (variance, name) = (exact.sd * exact.sd, format!("mean of {name}"));
                        found.push((name, trials, run.mean, exact.mean, variance, reach));
                    }
                }
                _ => {}
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let log = (2.0 * found.len() as f64 / FALSE_ALARMS).ln();
        let figure = |(name, trials, estimate, exact, variance, reach): (String, u64, f64, f64, f64, f64)| {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            let n = trials as f64;
            let a = log * reach / 3.0;
            // Rounding aside, which the exact answer has too.
            let allowed = (a + (a * a + 2.0 * log * n * variance).sqrt()) / n + 1e-9 * (1.0 + exact.abs());
            Figure { name, estimate, exact, allowed }
        };
        Self { figures: found.into_iter().map(figure).collect() }
    }

    /// The figures that lie farther apart than chance has it.
    pub fn disagreements(&self) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(|figure| !figure.agrees())
    }
}

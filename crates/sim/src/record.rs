//! What is kept of one trial: enough for every statistic, nothing about how it came to be.

/// One trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialRecord {
    /// Every outcome, in the order of the model, without its `by` and `given`.
    pub outcomes: Vec<Track>,
    /// Every rule instance, in the order of the model.
    pub instances: Vec<InstanceRecord>,
}

/// One outcome in one trial.
#[derive(Clone, Debug, PartialEq)]
pub enum Track {
    /// An event.
    Event {
        /// The first observation at which it holds, over the whole horizon.
        reached: Option<u32>,
        /// Whether it holds at each observation.
        holding: Vec<bool>,
    },
    /// The value at each observation.
    Value(Vec<f64>),
    /// The level at each observation, as a place in the outcome's levels.
    Levels(Vec<u16>),
}

/// One rule instance in one trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceRecord {
    /// Its firings.
    pub fires: Firings,
    /// Each of its branches.
    pub branches: Vec<BranchRecord>,
    /// Steps in which its chance, its hazard or a weight of it had to be clamped.
    pub clamped: Clamps,
    /// Steps in which its hazard stood above half of the steps in a year, and the greatest.
    pub fast_hazard: Clamps,
}

/// One branch of an instance in one trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BranchRecord {
    /// The firings that took it.
    pub fires: Firings,
    /// Steps in which its weight had to be clamped.
    pub clamped: Clamps,
}

/// How often and when first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Firings {
    /// How often.
    pub count: u64,
    /// The first step.
    pub first: Option<u32>,
}

impl Firings {
    /// Notes a firing.
    pub fn add(&mut self, step: u32) {
        self.count += 1;
        self.first.get_or_insert(step);
    }
}

/// How often a value lay outside what is allowed, and the one that lay farthest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clamps {
    /// How often.
    pub count: u64,
    /// The value farthest outside; between equals the greater.
    pub worst: Option<f64>,
}

impl Clamps {
    /// How far a chance, a hazard or a weight lies outside what it may be; 0 or less where it does not.
    #[must_use]
    pub fn excess(value: f64) -> f64 {
        if value < 0.0 { -value } else { value - 1.0 }
    }

    /// Notes one more, with its value.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        self.worst = Self::worse(self.worst, Some(value));
    }

    /// Takes in another count.
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.worst = Self::worse(self.worst, other.worst);
    }

    /// The value that lies farther outside; between equals the greater. Hazards too fast are all above 1, so that the
    /// greatest is the worst.
    #[must_use]
    pub fn worse(a: Option<f64>, b: Option<f64>) -> Option<f64> {
        match (a, b) {
            (Some(x), Some(y)) => {
                let (p, q) = (Self::excess(x), Self::excess(y));
                Some(if q > p || (q == p && y > x) { y } else { x })
            }
            (a, b) => a.or(b),
        }
    }
}

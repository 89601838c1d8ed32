//! Seeded synthetic models for benchmarks: one description of a model, from which a cordiale scenario and programs in
//! other hands' manner are written.
//!
//! A [`Spec`] says how large the model is, how much of it is noisy, and how often guards hold; [`Model::generate`]
//! makes one and calibrates it by simulation, so that guards hold in the stated share of looks and about 1.3% of
//! (trial, step, rule) fire. [`families`] are the ones that the benchmarks look at.

mod calibrate;
mod generate;
mod model;
mod random;
mod simulate;
mod spec;
mod toml;

pub use model::{Amount, Chance, Comparison, Effect, Event, Model, Noise, Rule, STEPS, Variable};
pub use simulate::{Shares, shares};
pub use spec::{ChanceForm, FIRING, Spec, SpecError, families};

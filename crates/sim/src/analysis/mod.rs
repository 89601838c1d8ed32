//! Questions that take more than one run of a scenario.

pub mod compare;
mod point;
pub mod sweep;
pub mod threshold;

//! Questions that take more than one run of a scenario.

pub mod compare;
pub mod explain;

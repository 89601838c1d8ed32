//! Questions that take more than one run of a scenario, or more than one result.

pub mod compare;
pub mod diff;
pub mod explain;

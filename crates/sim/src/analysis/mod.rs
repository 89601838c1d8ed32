//! Questions that take more than one run of a scenario, or a run of its own length.

pub mod compare;
pub mod explain;
pub mod stopping;
pub mod widths;
pub mod report;

//! Questions that take more than one run of a scenario, or a run of its own length.

mod alike;
pub mod assumptions;
pub mod compare;
pub mod diff;
pub mod explain;
pub mod hindcast;
mod latin;
mod out_of_bounds;
mod point;
pub mod report;
pub mod sensitivity;
pub mod stopping;
pub mod sweep;
pub mod threshold;
pub mod widths;

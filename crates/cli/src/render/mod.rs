//! One way to show things a file. Each takes data and gives text.

pub(crate) mod assumptions;
pub(crate) mod chronicle;
pub(crate) mod compare;
pub(crate) mod compare_csv;
pub(crate) mod csv;
pub(crate) mod diagnostics;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod explain_csv;
pub(crate) mod hindcast;
pub(crate) mod hindcast_csv;
pub(crate) mod layout;
pub(crate) mod markdown;
pub(crate) mod plot;
pub(crate) mod quote;
pub(crate) mod report;
pub(crate) mod sensitivity;
pub(crate) mod stopping;
pub(crate) mod sweep;
pub(crate) mod table;
pub(crate) mod threshold;
pub(crate) mod widths;

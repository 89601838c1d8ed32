//! Portable numbers: elementary and special functions, the normal quantile and every distribution.
//!
//! Whatever reaches a result is computed here from `+ - * /`, `sqrt` and integer operations, or by the
//! pure-Rust `libm` crate: never by the platform's mathematical library and never with a fused
//! multiply-add. The bits are therefore the same on every platform.

pub(crate) mod dist;
pub(crate) mod math;
pub(crate) mod normal;
pub(crate) mod special;

//! The JSON Schemas of what commands print as JSON.
//!
//! A new format is a file in `schemas/` and a line here; the test `tests/cli/data.rs` asks for a command that prints it in `commands.txt`.

/// The schemas by name: `cordiale.NAME/1` is the format.
const RESULTS: [(&str, &str); 11] = [
    ("assumptions", include_str!("../schemas/assumptions.json")),
    ("compare", include_str!("../schemas/compare.json")),
    ("diff", include_str!("../schemas/diff.json")),
    ("explain", include_str!("../schemas/explain.json")),
    ("hindcast", include_str!("../schemas/hindcast.json")),
    ("report", include_str!("../schemas/report.json")),
    ("result", include_str!("../schemas/result.json")),
    ("sensitivity", include_str!("../schemas/sensitivity.json")),
    ("sweep", include_str!("../schemas/sweep.json")),
    ("threshold", include_str!("../schemas/threshold.json")),
    ("trace", include_str!("../schemas/trace.json")),
];

/// All names: those of the files that are read, and those of results.
pub(crate) fn names() -> Vec<&'static str> {
    ["scenario", "observed"].into_iter().chain(RESULTS.iter().map(|(name, _)| *name)).collect()
}

/// The schema of a result.
pub(crate) fn of_result(name: &str) -> Option<&'static str> {
    RESULTS.iter().find(|(known, _)| *known == name).map(|(_, schema)| *schema)
}

//! Every example runs to its end, and every example is here.

use std::error::Error;

#[path = "../examples/build_in_rust.rs"]
mod build_in_rust;
#[path = "../examples/compare.rs"]
mod compare;
#[path = "../examples/embed_a_scenario.rs"]
mod embed_a_scenario;
#[path = "../examples/explain.rs"]
mod explain;
#[path = "../examples/read_into_own_types.rs"]
mod read_into_own_types;
#[path = "../examples/sensitivity.rs"]
mod sensitivity;
#[path = "../examples/step_a_trial.rs"]
mod step_a_trial;
#[path = "../examples/sweep_a_parameter.rs"]
mod sweep_a_parameter;

type Main = fn() -> Result<(), Box<dyn Error>>;

const EXAMPLES: [(&str, Main); 8] = [
    ("build_in_rust", build_in_rust::main),
    ("compare", compare::main),
    ("embed_a_scenario", embed_a_scenario::main),
    ("explain", explain::main),
    ("read_into_own_types", read_into_own_types::main),
    ("sensitivity", sensitivity::main),
    ("step_a_trial", step_a_trial::main),
    ("sweep_a_parameter", sweep_a_parameter::main),
];

#[test]
fn every_example_runs_to_its_end() {
    for (name, main) in EXAMPLES {
        assert!(main().is_ok(), "{name}: {:?}", main().err().map(|e| e.to_string()));
    }
}

#[test]
fn every_example_is_run() -> Result<(), Box<dyn Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        files.push(entry?.file_name().to_string_lossy().trim_end_matches(".rs").to_owned());
    }
    files.sort();
    assert_eq!(files, EXAMPLES.map(|(name, _)| name));
    Ok(())
}

//! `cordiale hindcast`: what came of the shipped scenarios, its golden result, and what it says to wrong use.

use std::path::PathBuf;

use serde_json::Value;

use super::{cordiale, output, stderr, stdout, toml_files};

const SYRIA: &str = "hindcasts/syria-strike.toml";
const LIVED: &str = "crates/cli/tests/cli/data/lived.toml";

/// The shipped files of what happened, in the order of their names.
fn shipped() -> Vec<String> {
    let name = |file: &PathBuf| format!("hindcasts/{}", file.file_name().unwrap().to_string_lossy());
    toml_files("hindcasts").iter().map(name).collect()
}

#[test]
fn shipped_files_have_their_golden_scores() {
    let run = |threads: &str| {
        let arguments =
            ["hindcast", "--quiet", "--format", "json", "--deny", "warnings", "--threads", threads];
        let output = cordiale(&arguments).args(shipped()).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let text = run("1");
    assert!(text == run("3"), "the threads show");
    let result: Value = serde_json::from_str(&text).unwrap();
    let found = format!("{}\n", serde_json::to_string_pretty(&result).unwrap());
    let path = format!("{}/tests/golden/hindcast.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "it differs from {path}; UPDATE_GOLDEN=1 accepts it");
}

/// What is scored is what a run of the scenario prints, which knows nothing of what happened.
#[test]
fn the_forecast_is_the_run_of_the_scenario() {
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&stdout(&output(
            &[arguments, &["-q", "--trials", "500", "--format", "json"]].concat(),
        )))
        .unwrap()
    };
    let scored = json(&["hindcast", SYRIA, "--variant", "no_bond", "--seed", "5"]);
    let run = json(&["run", "scenarios/syria-strike.toml", "--variant", "no_bond", "--seed", "5"]);
    let here = &scored["hindcasts"][0];
    assert_eq!((&here["run"], &here["scenario"]), (&run["run"], &run["scenario"]));
    for name in ["strike", "strike_this_year", "settlement"] {
        let forecast = &here["questions"][name]["forecast"];
        assert_eq!(forecast["probability"], run["outcomes"][name]["probability"], "{name}");
        assert_eq!(forecast["words"], run["outcomes"][name]["words"], "{name}");
    }
    let shares = &run["outcomes"]["council"]["final"]["one_joint_veto"]["probability"];
    assert_eq!(&here["questions"]["council"]["forecast"]["shares"]["one_joint_veto"], shares);
}

#[test]
fn a_table_fits_eighty_columns_and_csv_is_tidy() {
    let asked = ["hindcast", SYRIA, LIVED, "-q", "--trials", "500"];
    let text = stdout(&cordiale(&asked).env("COLUMNS", "80").output().unwrap());
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for piece in [
        "Known until 2014-12-31.",
        "came on 2013-09-14",
        "recovers (2022-01), given rupture",
        "had not come by then",
    ] {
        assert!(text.contains(piece), "{piece}\n{text}");
    }
    let csv = stdout(&cordiale(&asked).args(["--format", "csv"]).output().unwrap());
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("hindcast,scenario,outcome,kind,given,status,step,date,statistic,value,low,high")
    );
    assert!(lines.clone().count() > 60);
    for line in lines {
        assert_eq!(line.split(',').count(), 12, "{line}");
    }
    for start in [
        "syria-strike,syria-strike,strike,event,,settled,52,2014-09-01,observed,0,,",
        "syria-strike,syria-strike,council,levels,,settled,52,2014-09-01,base_rate_brier,",
        "lived,two-summits,trust,value,,settled,13,2017-01-01,no_change_crps,1,,",
        "lived,two-summits,recovers,event,rupture,open,33,2022-01-01,observed,0,,",
    ] {
        assert!(csv.lines().any(|line| line.starts_with(start)), "{start}\n{csv}");
    }
}

#[test]
fn wrong_use_says_what_to_do() {
    let refused = |arguments: &[&str], expected: &str| {
        let output = output(&[&["hindcast"], arguments].concat());
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(expected), "{expected}\n{said}");
    };
    refused(&["scenarios/syria-strike.toml"], "this says what may happen, not what happened");
    refused(&["hindcasts/no.toml"], "cannot read hindcasts/no.toml: there is no such file");
    refused(&[SYRIA, "--variant", "no_bnod"], "did you mean `no_bond`?");
    refused(&[SYRIA, "--set", "outcomes.council.levels=[{name='a'}]"], "`one_joint_veto` is no `level`");
    refused(&[SYRIA, "--out", SYRIA], "which is read; name another file");
    refused(&[SYRIA, "--out", "scenarios/syria-strike.toml"], "which is read; name another file");
    refused(&[LIVED, "--deny", "warnings"], "error[W113]");
    refused(&[], "Usage");
    // And where a scenario is wanted, what happened is none.
    let run = output(&["run", SYRIA]);
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("which `cordiale hindcast` scores"), "{}", stderr(&run));
    let check = output(&["check", SYRIA]);
    assert_eq!((check.status.code(), stderr(&check).as_str()), (Some(0), ""), "{}", stdout(&check));
}

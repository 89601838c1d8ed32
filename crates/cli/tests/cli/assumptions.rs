//! `cordiale assumptions`: its page, its golden results, and what it says to wrong use.

use serde_json::Value;

use super::sensitivity::hold;
use super::{cordiale, folder, output, stderr, stdout};

const QUASI: &str = "scenarios/quasi-alliance.toml";
const SYRIA: &str = "scenarios/syria-strike.toml";

#[test]
fn shipped_scenarios_have_their_golden_registers() {
    let cases: [(&str, &str, &[&str]); 2] = [
        (
            "assumptions-syria-strike",
            SYRIA,
            &["--points", "64", "--without-source", "diplomat", "--trials", "500"],
        ),
        (
            "assumptions-quasi-alliance",
            QUASI,
            &[
                "--no-sensitivity",
                "--outcome",
                "ever",
                "--without-source",
                "exercises",
                "--remove",
                "--trials",
                "500",
            ],
        ),
    ];
    for (name, file, words) in cases {
        let arguments = ["assumptions", file, "--quiet", "--format", "json"];
        let output = cordiale(&arguments).args(words).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let result: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(result["format"], "cordiale.assumptions/1");
        hold(
            &format!("crates/cli/tests/golden/{name}.json"),
            &format!("{}\n", serde_json::to_string_pretty(&result).unwrap()),
        );
    }
}

/// A scenario that takes no time.
const SMALL: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 6\n[sources.book]\ntitle = \"A | B\"\n
[parameters.rate]\nvalue = \"uniform(0.5, 3)\"\nunit = \"per year\"\nevidence = { source = \"book\", page = 7, basis = \"article\", note = \"about | two\" }\n
[parameters.nothing]\nvalue = \"uniform(0, 1)\"\n[variables.x]\ninitial = 0.5\nevidence = { basis = \"judgement\", confidence = \"low\" }\n
[rules.r]\nhazard = \"rate\"\neffects = [\"x += 0.4\"]\n[outcomes.twice]\nwhen = \"count(r) >= 2\"\n[outcomes.x]\nvalue = \"x\"\n";

#[test]
fn registers_are_for_people_papers_and_tables() {
    let folder = folder();
    let path = folder.path().join("small.toml");
    std::fs::write(&path, SMALL).unwrap();
    let path = path.to_str().unwrap();
    let doubt = ["--without-source", "book", "--trials", "1000"];
    let run = |words: &[&str]| {
        let output =
            cordiale(&["assumptions", path, "-q"]).args(words).env("COLUMNS", "80").output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).replace(path, "small.toml")
    };
    let table = run(&doubt);
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    let markdown = run(&[&doubt[..], &["--format", "markdown"]].concat());
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 5, "{markdown}");
    let csv = run(&["--format", "csv"]);
    assert!(csv.starts_with("rank,name,role,value,unit,evidence,doubt,lean,outcome,"), "{csv}");
    insta::assert_snapshot!(format!("{table}--- markdown\n{markdown}--- csv\n{csv}"));
}

#[test]
fn wrong_use_says_what_to_do() {
    let refused = |arguments: &[&str], expected: &str| {
        let output = cordiale(&["assumptions"]).args(arguments).output().unwrap();
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(expected), "{expected}\n{said}");
    };
    refused(
        &[SYRIA, "--outcome", "stike"],
        "there is no outcome `stike`; there are: acting_as_one_over_syria",
    );
    refused(
        &[SYRIA, "--without-source", "diplomatt"],
        "there is no source `diplomatt`; did you mean `diplomat`?",
    );
    refused(&[SYRIA, "--widen", "2"], "write two numbers above 0, the lower first, as in 0.5..2");
    refused(&[SYRIA, "--remove"], "--without-source");
    refused(&[SYRIA, "--without-source", "diplomat", "--format", "csv"], "CSV holds the register alone");
    refused(&[SYRIA, "--top", "-1"], "write a whole number, as in 1024");
    refused(&[SYRIA, "--points", "2"], "2 trials at each end are too few");
    refused(&["nowhere.toml"], "cannot read nowhere.toml");
    assert!(output(&["assumptions", SYRIA, "-q", "--no-sensitivity"]).status.success());
}

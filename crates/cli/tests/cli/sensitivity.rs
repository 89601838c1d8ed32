//! `cordiale sensitivity`: its page, its golden results, and what it says to wrong use.

use serde_json::Value;

use super::{cordiale, folder, output, root, stderr, stdout};

const QUASI: &str = "scenarios/quasi-alliance.toml";
const SYRIA: &str = "scenarios/syria-strike.toml";

/// Holds a text to a file, or accepts it.
pub(super) fn hold(path: &str, found: &str) {
    let path = root().join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == found, "{} differs; UPDATE_GOLDEN=1 accepts what is found:\n{found}", path.display());
}

#[test]
fn shipped_scenarios_have_their_golden_indices() {
    let cases: [(&str, &str, &[&str]); 3] = [
        ("sensitivity-syria-strike", SYRIA, &["--points", "128"]),
        (
            "sensitivity-quasi-alliance",
            QUASI,
            &["--points", "64", "--outcome", "quasi_alliance", "--outcome", "military_by_2023"],
        ),
        (
            "sensitivity-quasi-alliance-morris",
            QUASI,
            &["--method", "morris", "--points", "5", "--rates", "0.5..2", "--outcome", "ever"],
        ),
    ];
    for (name, file, words) in cases {
        let run = |threads: &str| {
            let arguments = ["sensitivity", file, "--quiet", "--format", "json", "--resamples", "100"];
            let output = cordiale(&arguments).args(words).args(["--threads", threads]).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            stdout(&output)
        };
        let text = run("1");
        if file == SYRIA {
            assert!(text == run("3"), "{name}: the threads show");
        }
        let result: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(result["format"], "cordiale.sensitivity/1");
        let pretty = format!("{}\n", serde_json::to_string_pretty(&result).unwrap());
        hold(&format!("crates/cli/tests/golden/{name}.json"), &pretty);
    }
}

/// A scenario that takes no time.
const SMALL: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 6\n[parameters.rate]\nvalue = \"uniform(0.5, 3)\"\n
[parameters.nothing]\nvalue = \"uniform(0, 1)\"\n[variables.x]\ninitial = \"uniform(0, 1)\"\n[rules.r]\nhazard = \"rate\"\neffects = [\"x += 1\"]\n
[outcomes.twice]\nwhen = \"count(r) >= 2\"\n[outcomes.x]\nvalue = \"x\"\n[outcomes.size]\nlevels = [{ name = \"large\", when = \"x > 1\" }, { name = \"small\" }]\n";

#[test]
fn tables_fit_eighty_columns_and_csv_is_tidy() {
    let folder = folder();
    let path = folder.path().join("small.toml");
    std::fs::write(&path, SMALL).unwrap();
    let path = path.to_str().unwrap();
    let mut all = String::new();
    for method in ["sobol", "morris", "pawn", "swings"] {
        let arguments = ["sensitivity", path, "-q", "--method", method, "--resamples", "100", "--seed", "3"];
        let arguments =
            [&arguments[..], &["--points", if method == "morris" { "20" } else { "512" }]].concat();
        let table = stdout(&cordiale(&arguments).env("COLUMNS", "80").output().unwrap());
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
        let csv = stdout(&cordiale(&arguments).args(["--format", "csv"]).output().unwrap());
        let mut lines = csv.lines();
        let header = "outcome,level,kind,input,input_kind,statistic,value,low,high,distinguishable";
        assert_eq!(lines.next(), Some(header));
        assert!(lines.all(|line| line.split(',').count() == 10), "{csv}");
        all.push_str(&format!("--- {method}\n{table}"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn every_evaluation_is_written_where_it_is_asked_for() {
    let folder = folder();
    let [file, sample] = ["small.toml", "sample.csv"].map(|name| folder.path().join(name));
    std::fs::write(&file, SMALL).unwrap();
    let done = cordiale(&["sensitivity", "--points", "16", "--resamples", "20", "-q", "--sample"])
        .args([&sample, &file])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", stderr(&done));
    let text = std::fs::read_to_string(sample).unwrap();
    let expected =
        "matrix,point,trial,parameter/nothing/0,parameter/rate/0,start/x/0,twice,x,size.large,size.small\n";
    assert!(text.starts_with(expected), "{}", text.lines().next().unwrap());
    assert_eq!(text.lines().count(), 1 + 16 * 2 * 5);
}

#[test]
fn wrong_use_says_what_to_do() {
    let folder = folder();
    let refused = |arguments: &[&str], expected: &str| {
        let output = cordiale(&["sensitivity"]).args(arguments).output().unwrap();
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(expected), "{expected}\n{said}");
    };
    let fixed = folder.path().join("fixed.toml");
    let text = SMALL.replace("uniform(0, 1)", "0.5").replace("uniform(0.5, 3)", "1");
    std::fs::write(&fixed, text).unwrap();
    let fixed = fixed.to_str().unwrap();
    refused(&[fixed], "there is nothing uncertain to vary");
    refused(
        &[SYRIA, "--outcome", "stike"],
        "there is no outcome `stike`; there are: acting_as_one_over_syria",
    );
    refused(&[SYRIA, "--input", "nothing"], "there is no input `nothing`; there are: ");
    refused(&[SYRIA, "--rates", "2"], "write two numbers above 0, the lower first, as in 0.5..2");
    refused(&[SYRIA, "--points", "3"], "3 points are too few");
    refused(&[SYRIA, "--variant", "no_apetite"], "did you mean `no_appetite`?");
    refused(&["nowhere.toml"], "cannot read nowhere.toml");
    refused(&[SYRIA, "--points", "16", "--out", "no/such/folder.json"], "there is no such folder");
    // With rates there is something to vary.
    assert!(output(&["sensitivity", fixed, "--rates", "0.5..2", "--points", "16", "-q"]).status.success());
}

//! `cordiale explain`: its page, its golden results, and what it says to wrong use.

use serde_json::Value;

use super::{cordiale, output, stderr, stdout};

const QUASI: &str = "scenarios/quasi-alliance.toml";
const SYRIA: &str = "scenarios/syria-strike.toml";

#[test]
fn shipped_scenarios_have_their_golden_explanations() {
    let cases: [(&str, &[&str]); 2] = [
        (
            "quasi-alliance",
            &[QUASI, "--outcome", "quasi_alliance", "--off", "joint_exercise", "--off", "allied_step"],
        ),
        ("syria-strike", &[SYRIA, "--outcome", "acting_as_one_over_syria", "--by", "2013-12-31"]),
    ];
    for (name, asked) in cases {
        let run = |threads: &str| {
            let arguments =
                ["explain", "--quiet", "--format", "json", "--trials", "2000", "--threads", threads];
            let output = cordiale(&arguments).args(asked).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            stdout(&output)
        };
        let text = run("1");
        assert!(text == run("3"), "{name}: the threads show");
        let result: Value = serde_json::from_str(&text).unwrap();
        let found = format!("{}\n", serde_json::to_string_pretty(&result).unwrap());
        let path = format!("{}/tests/golden/explain-{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{name} differs from {path}; UPDATE_GOLDEN=1 accepts it");
    }
}

#[test]
fn a_table_fits_eighty_columns_and_csv_is_tidy() {
    let asked = ["explain", SYRIA, "-q", "--trials", "1000", "--outcome", "council", "--level", "split"];
    let text = stdout(&cordiale(&asked).env("COLUMNS", "80").output().unwrap());
    // The question is the file's own, and as long as it is.
    assert!(text.lines().skip(3).all(|line| line.chars().count() <= 80), "{text}");
    for piece in [
        "council: split (2014-09-01): ",
        "Rules: ",
        "Ranges",
        "Pivotal rules",
        "Chains",
        "Signposts by 2014-03-03",
    ] {
        assert!(text.contains(piece), "{piece}\n{text}");
    }
    let csv = stdout(&cordiale(&asked).args(["--format", "csv"]).output().unwrap());
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("part,name,statistic,value,low,high"));
    for line in lines {
        // Names of ties have a comma, and quotes about them.
        let fields = line.split('"').step_by(2).collect::<String>();
        assert_eq!(fields.split(',').count(), 6, "{line}");
    }
    for start in [
        "outcome,council,probability,0.",
        "rule,vote,lift,",
        "pivotal,vote,difference,-0.",
        "signpost,\"coordination[CHN,RUS] > ",
    ] {
        assert!(csv.lines().any(|line| line.starts_with(start)), "{start}\n{csv}");
    }
}

/// The rule that all need is among those that were not tried.
#[test]
fn chains_of_some_rules_do_not_say_that_no_rule_was_needed() {
    let explain = |format: &str| {
        let of = ["explain", SYRIA, "-q", "--outcome", "strike", "--trials", "300", "--off", "vote"];
        stdout(&output(&[&of[..], &["--format", format]].concat()))
    };
    let table = explain("table");
    assert!(table.contains("(none of those tried)") && !table.contains("(no rule by itself)"), "{table}");
    let found: serde_json::Value = serde_json::from_str(&explain("json")).unwrap();
    let not_tried = found["pivotal"]["not_tried"].as_array().unwrap();
    assert!(not_tried.contains(&"decision".into()) && !not_tried.contains(&"vote".into()), "{not_tried:?}");
}

#[test]
fn wrong_use_says_what_to_do() {
    let refused = |arguments: &[&str], expected: &str| {
        let output = output(&[&["explain"], arguments, &["--trials", "64"]].concat());
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(expected), "{expected}\n{said}");
    };
    refused(
        &[SYRIA],
        "say which outcome to explain: --outcome NAME; there are: acting_as_one_over_syria, strike,",
    );
    refused(
        &[SYRIA, "--outcome", "stike"],
        "there is no outcome `stike`; there are: acting_as_one_over_syria",
    );
    refused(
        &[SYRIA, "--outcome", "council"],
        "`council` has levels; say which to explain: --level NAME, one of split",
    );
    refused(&[SYRIA, "--outcome", "coordination_in_a_year"], "--above X or --below X");
    refused(
        &[SYRIA, "--outcome", "coordination_in_a_year", "--above", "2"],
        "none got to `coordination_in_a_year > 2`",
    );
    refused(
        &[SYRIA, "--outcome", "strike", "--set", "syria_crisis=0", "--set", "incident_rate=0.001"],
        "none got to `strike`",
    );
    refused(&[SYRIA, "--outcome", "strike", "--off", "desision"], "there is no rule `desision`; there are: ");
    refused(
        &[SYRIA, "--outcome", "strike", "--by", "2015-01-01"],
        "choose a date from 2013-09-02 on and before 2014-09-01",
    );
    refused(
        &[SYRIA, "--outcome", "strike", "--by", "soon"],
        "`soon` is no date; dates are written 2013-09-01",
    );
    refused(&[SYRIA, "--outcome", "strike", "--out", "no/such/folder.json"], "there is no such folder");
}

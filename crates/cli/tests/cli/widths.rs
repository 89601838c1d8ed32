//! `run --widths`: what more trials would narrow, what is not known, and what is chance.

use super::{cordiale, output, stderr, stdout};

/// A change here changes results for the same seed, as in `results.rs`.
#[test]
fn widths_have_their_golden_results() {
    for name in ["quasi-alliance", "syria-strike"] {
        let run = |threads: &str| {
            let file = format!("scenarios/{name}.toml");
            let output = output(&[
                "run",
                &file,
                "-q",
                "--widths",
                "--trials",
                "2000",
                "--threads",
                threads,
                "--format",
                "json",
            ]);
            assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
            // The last key, with the brace that closes the result.
            let text = stdout(&output);
            text[text.find("\"widths\":").unwrap()..].to_owned()
        };
        let found = run("1");
        assert!(run("3") == found, "{name}: another number of threads, other bytes");
        let path = format!("{}/tests/golden/widths-{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{name} differs from {path}; UPDATE_GOLDEN=1 accepts it");
    }
}

#[test]
fn widths_stand_behind_the_outcomes() {
    for width in ["120", "80"] {
        let run = cordiale(&["run", "scenarios/syria-strike.toml", "-q", "--widths", "--trials", "2000"])
            .env("COLUMNS", width)
            .output()
            .unwrap();
        let text = stdout(&run);
        let from = text.find("Three widths").unwrap();
        insta::assert_snapshot!(format!("{width} columns\n{}", &text[from..]));
    }
    let csv = ["run", "scenarios/syria-strike.toml", "-q", "--widths", "--trials", "200", "--format", "csv"];
    let csv = stdout(&output(&csv));
    assert!(csv.lines().all(|line| line.split(',').count() == 8));
    for row in ["strike,event,52,2014-09-01,unknown_share,", "council,levels,52,2014-09-01,known_split,,"] {
        assert!(csv.contains(row), "{row}");
    }
}

/// Of a share the ends of its interval are told, which do not lie equally far from it; of a single trial's value nothing.
#[test]
fn the_interval_of_a_share_is_told_by_its_ends() {
    let run = |trials: &str| {
        stdout(&output(&["run", "crates/cli/tests/cli/data/rare.toml", "-q", "--widths", "--trials", trials]))
    };
    let one = run("1");
    assert!(one.contains("lost  0.0% [0.0, 79.3]"), "{one}");
    assert!(one.contains("loss: a single trial counts") && !one.contains('±'), "{one}");
    let hundred = run("100");
    assert!(hundred.contains("lost  0.0% [0.0, 3.7]") && !hundred.contains('±'), "{hundred}");
    assert!(hundred.contains("the same in all 100 trials that count"), "{hundred}");
}

#[test]
fn widths_go_with_a_question_and_not_with_parts() {
    let file = "scenarios/syria-strike.toml";
    let both =
        output(&["run", file, "-q", "--widths", "--above", "0.9", "--outcome", "strike", "--format", "json"]);
    assert_eq!(both.status.code(), Some(1), "{}", stderr(&both));
    let result: serde_json::Value = serde_json::from_str(&stdout(&both)).unwrap();
    assert_eq!((&result["stopping"]["answer"], &result["widths"]["groups"]), (&"no".into(), &200.into()));
    for flags in [&["--shard", "1/2", "--out", "x"][..], &["--checkpoint", "x"]] {
        let mut arguments = vec!["run", file, "--widths"];
        arguments.extend(flags);
        let refused = output(&arguments);
        assert_eq!((refused.status.code(), stdout(&refused).as_str()), (Some(2), ""));
        assert!(stderr(&refused).contains("cannot be used with"), "{}", stderr(&refused));
    }
}

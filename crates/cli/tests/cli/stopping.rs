//! Runs that end when a question is settled: by precision, above or below a probability.

use std::process::Output;

use super::{cordiale, folder, output, stderr, stdout, transcript};

const FILE: &str = "scenarios/quasi-alliance.toml";

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

/// A change here changes results for the same seed, as in `results.rs`.
#[test]
fn questions_have_their_golden_results() {
    for (name, file, question) in [
        ("precision-quasi-alliance", FILE, &["--precision", "0.02"][..]),
        (
            "above-syria-strike",
            "scenarios/syria-strike.toml",
            &["--above", "0.2", "--outcome", "acting_as_one_over_syria"],
        ),
    ] {
        let run = |threads: &str| {
            let mut arguments = vec!["run", file, "-q", "--format", "json", "--threads", threads];
            if name.starts_with("precision") {
                arguments.extend(["--outcome", "quasi_alliance", "--outcome", "treaty"]);
            }
            arguments.extend(question);
            let output = output(&arguments);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            stdout(&output)
        };
        let found = run("1");
        assert!(run("3") == found, "{name}: another number of threads, other bytes");
        let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{name} differs from {path}; UPDATE_GOLDEN=1 accepts it");
    }
}

#[test]
fn an_answer_stands_ahead_of_the_outcomes() {
    let ask = |rest: &[&str]| {
        let mut arguments = vec!["run", "scenarios/syria-strike.toml"];
        arguments.extend(rest);
        // The question's paragraph, and what is said beside it.
        let text = transcript(&arguments);
        let lines = text.lines().filter(|line| !line.contains('▁') && !line.contains('█'));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    insta::assert_snapshot!(ask(&["--precision", "0.02", "--outcome", "strike", "--outcome", "if_strike"]));
    insta::assert_snapshot!(ask(&["--below", "0.2", "--outcome", "acting_as_one_over_syria"]));
    insta::assert_snapshot!(ask(&["--above", "0.41", "--outcome", "strike", "--max-trials", "2000"]));
    let value = ["--precision", "0.005", "--outcome", "coordination_in_a_year", "--format", "csv"];
    let csv = ask(&value);
    let rows: Vec<&str> =
        csv.lines().filter(|line| line.contains("sequence") || line.contains("precision")).collect();
    assert!(
        rows.len() == 3
            && rows[1].starts_with("coordination_in_a_year,value,52,2014-09-01,final_mean_sequence,0.568"),
        "{rows:?}"
    );
}

#[test]
fn a_question_that_is_not_resolved_can_be_gone_on_with() {
    let folder = folder();
    let checkpoint = folder.path().join("c");
    let ask = |rest: &[&str]| {
        let mut command = cordiale(&["run", FILE, "-q", "--format", "json"]);
        command.args(rest).arg("--checkpoint").arg(&checkpoint).output().unwrap()
    };
    let question = ["--precision", "0.02", "--outcome", "quasi_alliance"];
    let with = |most: &'static str| [&question[..], &["--max-trials", most]].concat();
    let short = ask(&with("1500"));
    assert_eq!(short.status.code(), Some(2), "{}", stderr(&short));
    assert!(stderr(&short).contains("not resolved after 1,500 trials; about"), "{}", stderr(&short));
    assert_eq!(json(&short)["stopping"]["answer"], "not_resolved");
    assert!(checkpoint.exists());

    let other = ask(&["--above", "0.5", "--outcome", "quasi_alliance"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(
        stderr(&other).contains("question: --precision 0.02 --outcome quasi_alliance there, --above 0.5"),
        "{}",
        stderr(&other)
    );
    let fewer = ask(&with("1000"));
    assert!(stderr(&fewer).contains("holds 1500 trials already"), "{}", stderr(&fewer));

    let whole = ask(&with("100000"));
    assert_eq!(whole.status.code(), Some(0), "{}", stderr(&whole));
    assert!(!checkpoint.exists());
    let mut arguments = vec!["run", FILE, "-q", "--format", "json", "--max-trials", "100000"];
    arguments.extend(question);
    assert_eq!(stdout(&whole), stdout(&output(&arguments)));

    // A checkpoint is no part.
    assert_eq!(ask(&with("64")).status.code(), Some(2));
    let merged = cordiale(&["merge"]).arg(&checkpoint).output().unwrap();
    assert!(
        stderr(&merged).contains("is the checkpoint of a run until --precision 0.02"),
        "{}",
        stderr(&merged)
    );
}

#[test]
fn several_files_end_by_the_worst() {
    let syria = "scenarios/syria-strike.toml";
    let no = output(&["run", syria, "-q", "--above", "0.9", "--outcome", "strike"]);
    assert_eq!((no.status.code(), stderr(&no).as_str()), (Some(1), ""));
    assert!(stdout(&no).contains("Is strike above 90%? No, settled after 1,024 trials: "));
    let both =
        output(&["run", syria, syria, "-q", "--above", "0.9", "--outcome", "strike", "--format", "json"]);
    assert_eq!((both.status.code(), stdout(&both).lines().count()), (Some(1), 2));
}

#[test]
fn wrong_questions_say_what_to_do() {
    for (arguments, needle) in [
        (&["--above", "0.5"][..], "above asks of one event outcome; name it, one of: "),
        (&["--above", "50", "--outcome", "quasi_alliance"], "50% is 0.5"),
        (&["--precision", "5"], "half a percentage point is 0.005"),
        (&["--precision", "-1"], "above 0"),
        (&["--precision", "0.1", "--outcome", "nothing"], "there is no outcome `nothing`; there are: "),
        (&["--below", "0.1", "--outcome", "military_by_2023"], "is a value"),
        (&["--precision", "0.1", "--trials", "5"], "cannot be used with '--trials <N>'"),
        (&["--precision", "0.1", "--above", "0.5"], "cannot be used with"),
        (&["--max-trials", "5"], "of any other write --trials"),
        (&["--first-look", "5"], "--precision, --above or --below"),
        (&["--outcome", "ever"], "a run tells all outcomes, and `cordiale explain FILE --outcome ever`"),
        (&["--precision", "0.1", "--max-trials", "0"], "at least one trial"),
        (&["--precision", "0.1", "--shard", "1/2", "--out", "x"], "let `cordiale submit` work in rounds"),
        (&["--precision", "0.1", "--trials-to", "2", "--out", "x"], "let `cordiale submit` work in rounds"),
    ] {
        let mut command = vec!["run", FILE];
        command.extend(arguments);
        let output = output(&command);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr(&output).contains(needle), "{arguments:?}: {}", stderr(&output));
    }
}

/// A document holds what a table does, and the command that makes it again.
#[test]
fn documents_hold_the_question_and_the_widths() {
    let (file, outcome) = (FILE, "ever");
    let asked =
        ["run", file, "-q", "--above", "0.001", "--outcome", outcome, "--widths", "--format", "markdown"];
    let found = stdout(&output(&asked));
    for needle in [
        format!("Is {outcome} above 0.1%?"),
        "## Three widths".to_owned(),
        format!("--above=0.001 --outcome={outcome} --widths"),
    ] {
        assert!(found.contains(&needle), "{needle}: {found}");
    }
}

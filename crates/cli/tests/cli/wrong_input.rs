//! Wrong input of every kind: an error that says what to do, exit 2, nothing on stdout, nothing written.

use std::fs;

use super::{cordiale, folder, output, stderr, stdout};

const GOOD: &str = "scenarios/quasi-alliance.toml";

/// Runs a file with this content, and gives what was said.
fn refused(content: &[u8]) -> String {
    let folder = folder();
    let file = folder.path().join("wrong.toml");
    fs::write(&file, content).unwrap();
    let out = folder.path().join("out.json");
    let output = cordiale(&["run", "--out"]).arg(&out).arg(&file).output().unwrap();
    let said = stderr(&output).replace(folder.path().to_str().unwrap(), "DIR");
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
    assert!(!out.exists() && !said.contains("panicked"), "{said}");
    let check = cordiale(&["check"]).arg(&file).output().unwrap();
    assert_eq!((check.status.code(), stdout(&check).as_str()), (Some(1), ""), "{said}");
    said
}

fn scenario(rest: &str) -> String {
    format!(
        "[scenario]\nstart = 2013-09-01\nhorizon = 12\n\n[variables.x]\ninitial = 1\n\n[outcomes.o]\nvalue = \"x\"\n{rest}"
    )
}

#[test]
fn files_that_are_no_scenario() {
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let brackets = format!("[scenario]\nstart = {}", "[".repeat(20_000));
    let expression =
        scenario(&format!("[rules.r]\nwhen = \"{}x{} > 1\"", "(".repeat(20_000), ")".repeat(20_000)));
    for (content, code) in [
        (&b""[..], "E013"),
        (b"\xff\xfe\x00", "E002"),
        (&binary, "E002"),
        (b"PK\x03\x04\0\0\0\0", "E004"),
        (brackets.as_bytes(), "E004"),
        (expression.as_bytes(), "E202"),
    ] {
        let said = refused(content);
        assert!(said.contains(code), "{code}: {said}");
    }
}

#[test]
fn prose_gets_a_few_errors_and_their_number() {
    let said = refused("All is not what it seems.\n".repeat(30).as_bytes());
    assert_eq!(said.matches("E004").count(), 8, "{said}");
    assert!(said.contains("22 more such errors are not shown"), "{said}");
}

#[test]
fn of_many_errors_the_first_hundred_are_shown_with_their_lines_and_the_others_in_a_line_each() {
    let rules: String =
        (1..=130).map(|n| format!("[rules.r{n}]\nwhen = \"none_{n} > 1\"\nchance = 0.1\n")).collect();
    let said = refused(scenario(&rules).as_bytes());
    assert_eq!(said.matches(" --> ").count(), 100, "{said}");
    assert!((1..=130).all(|n| said.contains(&format!("there is no `none_{n}`"))), "{said}");
    let told = "wrong.toml:311:9: error[E101]: there is no `none_101`; declare it";
    assert!(said.contains(told) && said.ends_with("\n130 errors\n"), "{said}");
}

#[test]
fn a_world_can_be_checked_and_not_run() {
    let folder = folder();
    let file = folder.path().join("w.toml");
    fs::write(&file, "[world]\nid = 'w'\n").unwrap();
    assert_eq!(cordiale(&["check"]).arg(&file).output().unwrap().status.code(), Some(0));
    let run = cordiale(&["run"]).arg(&file).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("this is a world, not a scenario"));
}

#[test]
fn a_file_of_fifty_megabytes() {
    let said = refused("# nothing here\n".repeat(50 * 1024 * 1024 / 15).as_bytes());
    assert!(said.contains("E003"), "{said}");
}

#[test]
fn values_out_of_range() {
    for (line, code) in [
        ("horizon = 4611686018427387904", "E102"),
        ("horizon = 0", "E102"),
        ("horizon = \"1e9 years\"", "E105"),
        ("horizon = 12\ntrials = 0", "E102"),
        ("horizon = 12\nseed = -1", "E102"),
        ("horizon = 12\nseed = 9223372036854775808", "E102"),
        ("horizon = nan", "E105"),
    ] {
        let said = refused(scenario("").replace("horizon = 12", line).as_bytes());
        assert!(said.contains(code), "{line}: {said}");
    }
}

#[test]
fn files_that_are_not_there() {
    let folder = folder();
    let missing = folder.path().join("gone.toml");
    for (path, word) in [(missing.as_path(), "no such file"), (folder.path(), "directory")] {
        for command in ["run", "check", "trace"] {
            let output = cordiale(&[command]).arg(path).output().unwrap();
            assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{command}");
            assert!(stderr(&output).contains(word), "{command}: {}", stderr(&output));
        }
    }
    // One bad file among several: nothing is run.
    let output = cordiale(&["run", GOOD]).arg(&missing).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
}

#[test]
fn an_endless_file_is_not_read_to_its_end() {
    for arguments in [&["check", "/dev/zero"][..], &["diff", GOOD, "/dev/zero"]] {
        let output = output(arguments);
        assert!(stderr(&output).contains("E003"), "{}", stderr(&output));
    }
}

/// What a file says is shown, and never obeyed, by the terminal.
#[test]
fn no_control_character_of_a_file_is_printed() {
    let folder = folder();
    let file = folder.path().join("keys.toml");
    let keys: String = (0..120).map(|i| format!("\"k{i}\\u001b[2J\\u009b\" = 1\n")).collect();
    for text in [keys.as_str(), "foo\u{9b}31m = 1\n"] {
        std::fs::write(&file, text).unwrap();
        let output = cordiale(&["check", "--color", "never"]).arg(&file).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said:?}");
        let coloured = cordiale(&["check", "--color", "always"]).arg(&file).output().unwrap();
        assert!(!stderr(&coloured).contains("\u{1b}[2J"));
    }
}

#[test]
fn wrong_calls() {
    for (arguments, word) in [
        (&["run", GOOD, "--variant", "no_arms_dael"][..], "did you mean"),
        (&["run", GOOD, "--set", "exercise"], "NAME=VALUE"),
        (&["run", GOOD, "--set", "exercize[CHN,RUS]=1"], "did you mean"),
        (&["run", GOOD, "--set", "exercises[CHN,RUS]=2"], "outside its range"),
        (&["run", GOOD, "--set", "joint_exercise=2"], "it is a rule"),
        (&["run", GOOD, "--trials", "0"], "at least one trial"),
        (&["run", GOOD, "--trials", "many"], "whole number"),
        (&["run", GOOD, "--threads", "-1"], "invalid value '-1' for '--threads"),
        (&["sensitivity", GOOD, "--points", "-8"], "invalid value '-8' for '--points"),
        (&["run", GOOD, "--seed", "-1"], "a seed is a whole number from 0 to 2^63 - 1"),
        (&["run", GOOD, "--horizon", "soon"], "duration"),
        (&["run", GOOD, "--out", "/no/such/folder/x.json", "--trials", "64"], "nothing was written"),
        (&["rum", GOOD], "run"),
        (&["run"], "required arguments were not provided"),
        (&["new", "Cargo.toml"], "in the way"),
        (&["export", GOOD, "--to", "jani", "--properties", "asked.props"], "--to prism"),
        (&["export", GOOD, "--to", "dot", "--properties", "asked.props"], "--to prism"),
        (&["export", GOOD, "--to", "prism", "--graph", "rules"], "--to dot"),
        (&["check", GOOD, "--program", "--format", "json"], "cannot be used with"),
    ] {
        let output = output(arguments);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr(&output).contains(word), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_run_that_cannot_go_on_says_where() {
    let folder = folder();
    let file = folder.path().join("nan.toml");
    fs::write(&file, scenario("[rules.r]\nchance = 0.01\neffects = [\"x = ln(-x)\"]\n")).unwrap();
    let output = cordiale(&["run"]).arg(&file).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
    insta::assert_snapshot!(stderr(&output).replace(folder.path().to_str().unwrap(), "DIR"));
}

#[test]
fn json_findings_are_for_editors() {
    let output = output(&["check", "crates/core/tests/fixtures/E101.toml", "--format", "json"]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(1), ""));
    let found: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(found[0]["code"], "E101");
    assert_eq!((found[0]["line"].as_u64(), found[0]["column"].as_u64()), (Some(30), Some(9)));
    assert_eq!(found.as_array().unwrap().len(), 4);
    // What has no line has its file.
    let found: serde_json::Value =
        serde_json::from_str(&stdout(&super::output(&["check", "gone.toml", "--format", "json"]))).unwrap();
    assert_eq!((&found[0]["file"], &found[0]["code"]), (&"gone.toml".into(), &"E001".into()));
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other() {
    let wrong = "crates/core/tests/fixtures/E101.toml";
    let text = output(&["check", "gone.toml", wrong]);
    assert_eq!((text.status.code(), stdout(&text).as_str()), (Some(2), ""));
    assert!(stderr(&text).contains("E001") && stderr(&text).contains("E101"), "{}", stderr(&text));
    let json = output(&["check", "gone.toml", wrong, "--format", "json"]);
    assert_eq!((json.status.code(), stderr(&json).as_str()), (Some(2), ""));
    let found: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!((&found[0]["code"], &found[1]["code"]), (&"E001".into(), &"E101".into()));
}

#[test]
fn a_file_that_is_no_text_has_a_place() {
    let folder = folder();
    let file = folder.path().join("no.toml");
    fs::write(&file, b"[scenario]\nstart = \xff\n").unwrap();
    let json = cordiale(&["check", "--format", "json"]).arg(&file).output().unwrap();
    let found: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!((&found[0]["line"], &found[0]["column"]), (&2.into(), &9.into()));
}

/// What led to it is told beside the error, which names the rule; it is no result.
#[test]
fn a_trial_that_is_stopped_is_told_up_to_there() {
    let folder = folder();
    let file = folder.path().join("inf.toml");
    let rules = "[rules.q]\neffects = [\"x += 1\"]\n[rules.r]\nwhen = \"x > 3\"\neffects = [\"x += 1e308 * 10 ^ x\"]\n";
    fs::write(&file, scenario(rules)).unwrap();
    let trace = cordiale(&["trace"]).arg(&file).output().unwrap();
    assert_eq!((trace.status.code(), stdout(&trace).as_str()), (Some(2), ""));
    let said = stderr(&trace);
    for needle in ["(step 2)", "3.00 -> 4.00", "changed by rule `r`", "step 3 (2013-12-01)"] {
        assert!(said.contains(needle), "{needle}: {said}");
    }
    assert!(!said.contains("In the end"), "{said}");
}

#[test]
fn a_trial_that_is_stopped_can_be_watched_with_its_variant_and_settings() {
    let folder = folder();
    let file = folder.path().join("zero.toml");
    let text =
        "[variables.g]\ninitial = 1\n[rules.r]\neffects = [\"x += 1 / g\"]\n[variants.v]\nset = { g = 0 }\n";
    fs::write(&file, scenario(text)).unwrap();
    let said = |flags: &[&str]| stderr(&cordiale(&["run"]).arg(&file).args(flags).output().unwrap());
    assert!(said(&["--variant", "v"]).ends_with("--trial 0 --seed 0 --variant v\n"));
    assert!(said(&["--set", "g=0"]).ends_with("--trial 0 --seed 0 --set g=0\n"));
    let compared = stderr(&cordiale(&["compare"]).arg(&file).output().unwrap());
    assert!(compared.ends_with("--trial 0 --seed 0 --variant v\n"), "{compared}");
    let swept = stderr(&cordiale(&["sweep", "--over", "g=0,1"]).arg(&file).output().unwrap());
    assert!(swept.ends_with("--trial 0 --seed 0 --set g=0\n"), "{swept}");
    let many = cordiale(&["sensitivity", "--method", "morris", "--points", "100000000000"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(many.status.code(), Some(2), "{}", stderr(&many));
}

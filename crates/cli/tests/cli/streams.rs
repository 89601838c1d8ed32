//! Pipes, full disks and Ctrl-C.
#![cfg(unix)]

use std::io::Read;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::{folder, root};

fn raw(arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("cordiale"));
    command.current_dir(root()).env("NO_COLOR", "1").args(arguments);
    command
}

/// What came of a command in which Ctrl-C was pressed after a while. The signal comes twice, as from what sends it to a
/// program and to its group: that is one.
fn interrupted(arguments: &[&str]) -> Output {
    let child = raw(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id, &id]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child =
        raw(&["world", "diplomat-2013"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_is_told() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = raw(&["run", "scenarios/quasi-alliance.toml", "-q", "--trials", "64"])
        .stdout(full())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not be printed"));
}

#[test]
fn a_full_disk_for_help_is_told_by_the_exit_status() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [&["--help"][..], &["--version"], &["run", "--help"]] {
        assert_eq!(raw(arguments).stdout(full()).status().unwrap().code(), Some(2), "{arguments:?}");
    }
}

/// What is said beside a result is no part of it: where it cannot be said the result stands.
#[test]
fn a_full_disk_for_messages_changes_nothing() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let folder = folder();
    let file = folder.path().join("suspect.toml");
    let text = "[scenario]\ntitle = \"T\"\nstart = 2024-01-01\nstep = \"month\"\nhorizon = 3\n[parameters.unused]\nvalue = 1\n[outcomes.o]\nvalue = \"step\"\n";
    std::fs::write(&file, text).unwrap();
    let out = folder.path().join("result.json");
    let run = ["run", file.to_str().unwrap(), "--trials", "64", "--out", out.to_str().unwrap()];
    let output = raw(&run).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("warning"), "{output:?}");
    std::fs::remove_file(&out).unwrap();
    assert_eq!(raw(&run).stderr(full()).status().unwrap().code(), Some(0));
    assert!(out.is_file());
    for (arguments, code) in [(&["check", "no-such-file.toml"][..], 2), (&["run", "no-such-file.toml"], 2)] {
        assert_eq!(raw(arguments).stderr(full()).status().unwrap().code(), Some(code), "{arguments:?}");
    }
}

/// A sweep of points that take long: that points are missing is said, and without a row there are no columns.
#[test]
fn ctrl_c_in_a_sweep_says_how_many_points_are_there() {
    let arguments =
        ["sweep", "scenarios/two-summits.toml", "--over", "patience=1..3:3", "--trials", "1000000000"];
    let output = interrupted(&arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("stopped after 0 of 3 points"), "{said}");
}

/// A search too gives what it has found, here at nine values and the first halvings.
#[test]
fn ctrl_c_in_a_search_prints_the_values_that_were_run() {
    let search = ["sweep", "scenarios/two-summits.toml", "--find", "patience", "--where", "holds = 0.5"];
    let output = interrupted(
        &[
            &search[..],
            &["--between", "0..4", "--trials", "120000", "--tolerance", "1e-9", "--format", "csv"],
            // So that it is not done before, on however many processors.
            &["--threads", "1"],
        ]
        .concat(),
    );
    let rows = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{rows}");
    assert!(rows.starts_with("value,estimate,low,high,trials,side\n0,"), "{rows}");
    assert_eq!(rows.lines().last(), Some(",,,,,partial"));
}

#[test]
fn ctrl_c_before_anything_is_done_says_so() {
    let arguments = ["report", "scenarios/quasi-alliance.toml", "-q", "--trials", "1000000000"];
    let output = interrupted(&arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "interrupted before there was anything to print or keep\n");
}

#[test]
fn ctrl_c_prints_what_was_finished() {
    let folder = folder();
    let out = folder.path().join("partial.json");
    let arguments = [
        "run",
        "scenarios/quasi-alliance.toml",
        "-q",
        "--trials",
        "1000000000",
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(interrupted(&arguments).status.code(), Some(130));
    let result: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(result["run"]["partial"], true);
    let trials = result["run"]["trials"].as_u64().unwrap();
    assert!(trials > 0 && trials < 1_000_000_000);

    // What it holds is what a run of so many trials gives.
    let whole = raw(&[
        "run",
        "scenarios/quasi-alliance.toml",
        "-q",
        "--format",
        "json",
        "--trials",
        &trials.to_string(),
    ])
    .output()
    .unwrap();
    let whole: serde_json::Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(whole["outcomes"], result["outcomes"]);
}

/// Rows have no place for it but a row of their own, the last.
#[test]
fn ctrl_c_marks_rows_as_partial() {
    let arguments =
        ["run", "scenarios/quasi-alliance.toml", "-q", "--trials", "1000000000", "--format", "csv"];
    let output = interrupted(&arguments);
    assert_eq!(output.status.code(), Some(130));
    let rows = String::from_utf8(output.stdout).unwrap();
    let last = rows.lines().last().unwrap();
    let trials =
        last.strip_prefix(",run,,,partial_trials,").and_then(|rest| rest.strip_suffix(",,")).unwrap();
    assert!(trials.parse::<u64>().unwrap() > 0, "{last}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
}

#[test]
fn colour_is_as_asked_for_in_help_and_mistakes_too() {
    let coloured = |arguments: &[&str]| {
        let mut command = raw(arguments);
        let output = command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap();
        [output.stdout, output.stderr].concat().contains(&0x1b)
    };
    for arguments in [&["--help"][..], &["run", "--help"], &["nosuch"], &["run", "x.toml", "--trials", "x"]] {
        assert!(!coloured(arguments), "{arguments:?}");
        for always in [&["--color", "always"][..], &["--color=always"]] {
            assert!(coloured(&[always, arguments].concat()), "{arguments:?}");
        }
        assert!(!coloured(&[&["--color", "never"][..], arguments].concat()), "{arguments:?}");
    }
}

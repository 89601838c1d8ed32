//! What is suspect: told, denied, or kept quiet about.

use std::fs;

use super::{cordiale, output, shipped, stderr, stdout, written};

/// A file with a warning of its own.
const SUSPECT: &str = "crates/core/tests/fixtures/W105.toml";

/// A scenario that only a run finds suspect.
const CLAMPED: &str = "[scenario]\nstart = 2020-01-01\nhorizon = 3\ntrials = 64\n[variables.x]\ninitial = \"uniform(0, 1)\"\n\
    [rules.r]\nchance = \"x + 5\"\neffects = [\"x += 0.1\"]\n[outcomes.o]\nwhen = \"x > 0.5\"\n[variants.v]\nset = { x = 0.1 }\n";

/// A scenario of rules that no value lets fire; some of them do in a variant, and one is switched off there.
const NEVER: &str = "[scenario]\nstart = 2020-01-01\nhorizon = 12\n[parameters.p]\nvalue = 0\n[parameters.q]\nvalue = 0\n\
    [variables.x]\ninitial = 0.5\nrange = [0, 1]\n[rules.a]\nhazard = \"2 * p\"\neffects = [\"x += 0.1\"]\n\
    [rules.b]\nchance = 0.5\nwhen = \"step > 100\"\neffects = [\"x += 0.1\"]\n[rules.c]\nchance = 0.5\nwhen = \"x > 1\"\n\
    effects = [\"x += 0.1\"]\n[rules.d]\nchance = 0.5\nwhen = \"q > 0.5\"\neffects = [\"x += 0.1\"]\n\
    [rules.e]\nchance = 0.1\neffects = [\"x += 0.1\"]\n[rules.f]\nchance = 0\neffects = [\"x += 0.1\"]\n\
    [rules.g]\nwhen = false\neffects = [\"x += 0.1\"]\n[rules.h]\nlimit = 0\neffects = [\"x += 0.1\"]\n[outcomes.o]\nvalue = \"x\"\n\
    [variants.v]\nset = { q = 1, \"rules.g.when\" = true }\nforce = { f = 2020-02-01 }\ndisable = [\"h\"]\n";

#[test]
fn what_a_file_is_suspected_of_can_be_denied_by_whoever_reads_it() {
    assert_eq!(output(&["check", SUSPECT]).status.code(), Some(0));
    assert_eq!(output(&["check", SUSPECT, "--deny", "warnings"]).status.code(), Some(1));
    for command in [
        &["run", "--trials", "64"][..],
        &["trace"],
        &["export", "--to", "dot"],
        &["submit", "--engine", "slurm", "--shards", "2", "--dir", "/nowhere"],
    ] {
        let denied = cordiale(command).args([SUSPECT, "--deny", "warnings"]).output().unwrap();
        assert_eq!((denied.status.code(), stdout(&denied).as_str()), (Some(2), ""), "{command:?}");
        assert!(stderr(&denied).contains("error[W105]"), "{command:?}: {}", stderr(&denied));
    }
    assert_eq!(output(&["run", SUSPECT, "--trials", "64"]).status.code(), Some(0));
}

#[test]
fn what_a_run_finds_suspect_can_be_denied() {
    let (folder, file) = written(CLAMPED);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (out, kept, part) = (path("out.json"), path("kept.csv"), path("part.json"));
    for command in [
        &["run"][..],
        &["run", "--out", &out],
        &["run", "--keep-trials", &kept],
        &["sweep", "--over", "x=0..1:3", "--format", "json"],
        &["trace", "--trial", "3"],
    ] {
        let told = cordiale(command).arg(&file).output().unwrap();
        assert_eq!(told.status.code(), Some(0), "{command:?}: {}", stderr(&told));
        assert!(stderr(&told).contains("warning"), "{command:?}: {}", stderr(&told));
        for made in [&out, &kept] {
            let _ = fs::remove_file(made);
        }
        let denied = cordiale(command).arg(&file).args(["--deny", "warnings", "-q"]).output().unwrap();
        assert_eq!((denied.status.code(), stdout(&denied).as_str()), (Some(2), ""), "{command:?}");
        assert!(stderr(&denied).contains("clamped"), "{command:?}: {}", stderr(&denied));
        assert!(fs::metadata(&out).is_err() && fs::metadata(&kept).is_err(), "{command:?}");
    }
    // A part says nothing before it is merged.
    let shard = cordiale(&["run", "--shard", "1/1", "--deny", "warnings", "--out", &part])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(shard.status.code(), Some(0), "{}", stderr(&shard));
    assert_eq!(output(&["merge", &part]).status.code(), Some(0));
    assert_eq!(output(&["merge", &part, "--deny", "warnings"]).status.code(), Some(2));
}

#[test]
fn rules_that_no_value_lets_fire_are_told_unless_a_variant_does() {
    let (_folder, file) = written(NEVER);
    for command in [&["check"][..], &["run"], &["run", "--set", "x=0.4"], &["run", "--horizon", "13"]] {
        let said = stderr(&cordiale(command).arg(&file).output().unwrap());
        for rule in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let is_told = said.contains(&format!("the rule `{rule}` can never fire"));
            assert_eq!(is_told, "abch".contains(rule), "{command:?} {rule}: {said}");
        }
    }
}

/// Told as far as ranges tell it, once, and not of what a variant changes.
#[test]
fn outcomes_that_no_value_changes_are_told_unless_a_variant_does() {
    let (_folder, file) = written(
        "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[variables.x]\ninitial = 1\nrange = [0, 100]\n[rules.r]\nchance = 0.5\neffects = [\"x += 1\"]
[outcomes]\nalways = { when = \"x > -1\" }\nnever = { when = \"x > 300\" }\nwider = { when = \"x > 150\" }\nfixed = { when = \"2 > 1\" }\nat_last = { when = \"x >= 100\" }
levels = { levels = [{ name = \"low\", when = \"x < 0\" }, { name = \"high\", when = \"x <= 300\" }] }\nsome = { levels = [{ name = \"low\", when = \"x < 0\" }, { name = \"high\", when = \"x < 100\" }] }\nvalue = { value = \"x\" }
[variants.v.set]\n\"variables.x.range\" = [0, 200]\n",
    );
    for command in [&["check"][..], &["run"]] {
        let said = stderr(&cordiale(command).arg(&file).output().unwrap());
        for outcome in ["always", "never", "wider", "fixed", "at_last", "levels", "some", "value"] {
            let times = said.matches(&format!("nothing can change the outcome `{outcome}`")).count();
            let is_told = ["always", "never", "fixed", "levels"].contains(&outcome);
            assert_eq!(times, usize::from(is_told), "{command:?} {outcome}: {said}");
        }
    }
}

#[test]
fn shipped_scenarios_are_beyond_suspicion() {
    for file in shipped() {
        for command in [&["check"][..], &["run", "--trials", "640"]] {
            let done = cordiale(command).arg(&file).args(["--deny", "warnings"]).output().unwrap();
            assert_eq!(done.status.code(), Some(0), "{}: {}", file.display(), stderr(&done));
        }
    }
}

#[test]
fn quiet_is_quiet_beside_an_error_too() {
    let (_folder, file) = written(
        "[scenario]\nstart = 2020-01-01\nhorizon = 3\n[actors.A]\n[outcomes.o]\nvalue = \"nowhere\"\n[rules.r]\nat = 2029-01-01\n",
    );
    let said = |more: &[&str]| stderr(&cordiale(&["run"]).arg(&file).args(more).output().unwrap());
    let (told, quiet) = (said(&[]), said(&["-q"]));
    assert!(told.contains("E101") && quiet.contains("E101"), "{told}{quiet}");
    assert!(told.contains("warning") && !quiet.contains("warning"), "{told}{quiet}");
}

/// A rule that can never fire is found behind all else, but what stops a command is told in one go, as `check` tells it.
#[test]
fn all_that_is_denied_is_told_in_one_go() {
    let (_folder, file) = written(&format!("{NEVER}[parameters.unused]\nvalue = 1\n"));
    let file = file.to_str().unwrap();
    let checked = stderr(&output(&["check", file, "--deny", "warnings"]));
    assert!(checked.contains("error[W101]") && checked.contains("error[W105]"), "{checked}");
    for command in [&["run", "--trials", "64"][..], &["compare"], &["trace"]] {
        let denied = cordiale(command).args([file, "--deny", "warnings"]).output().unwrap();
        assert_eq!(stderr(&denied), checked, "{command:?}");
    }
}

/// Before it takes it: this one fails in its first step.
#[test]
fn a_run_that_takes_much_memory_is_told_of() {
    let text = |outcomes: usize| {
        let mut text = "[scenario]\nstart = 2020-01-01\nstep = \"day\"\nhorizon = 10000\n[variables.x]\ninitial = 0\n[rules.r]\n\
             effects = [\"x += 1 / (x - x)\"]\n"
            .to_owned();
        for outcome in 0..outcomes {
            text += &format!("[outcomes.o{outcome}]\nvalue = \"x\"\n");
        }
        text
    };
    let told = |outcomes: usize, more: &[&str]| {
        let (_folder, file) = written(&text(outcomes));
        let run = [&["run", file.to_str().unwrap(), "--trials", "200000"], more].concat();
        let output = output(&run);
        assert_eq!(output.status.code(), Some(2));
        stderr(&output)
    };
    let many = told(20, &["--threads", "8"]);
    assert!(many.starts_with("warning: this may take 42 GB of memory, for what each thread keeps"), "{many}");
    assert!(!told(20, &["--threads", "8", "-q"]).contains("GB"));
    assert!(!told(1, &["--threads", "8"]).contains("GB"));
}

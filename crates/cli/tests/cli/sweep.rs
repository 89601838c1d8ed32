//! `cordiale sweep`: its page, its golden results, rows that survive a kill, and what it says to wrong use.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{cordiale, folder, output, root, stderr, stdout, transcript, written};

const QUASI: &str = "scenarios/quasi-alliance.toml";
const SYRIA: &str = "scenarios/syria-strike.toml";

fn golden(name: &str, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    let found = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{name} differs from {path}; UPDATE_GOLDEN=1 accepts it");
}

#[test]
fn shipped_scenarios_have_their_golden_sweeps() {
    let cases: [(&str, &[&str]); 4] = [
        (
            "sweep-quasi-alliance",
            &["sweep", QUASI, "--over", "fulcrum_brake=0..1:3", "--variants=no_arms_deal", "--trials", "500"],
        ),
        (
            "sweep-syria-strike",
            &[
                "sweep",
                SYRIA,
                "--over",
                "appetite_for_force=0..1",
                "--over",
                "coordination[CHN,RUS]=0.2..0.8",
                "--sample",
                "4",
                "--trials",
                "500",
            ],
        ),
        (
            "threshold-quasi-alliance",
            &["sweep", QUASI, "--find", "weight_weakest", "--where", "ever = 0.3", "--trials", "128"],
        ),
        (
            "threshold-syria-strike",
            &["sweep", SYRIA, "--find", "appetite_for_force", "--where", "strike = 50%", "--trials", "256"],
        ),
    ];
    for (name, arguments) in cases {
        let run = |threads: &str| {
            let output =
                cordiale(arguments).args(["-q", "--format", "json", "--threads", threads]).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            stdout(&output)
        };
        let text = run("1");
        assert!(text == run("3"), "{name}: the threads show");
        golden(name, &text);
    }
}

#[test]
fn a_table_fits_eighty_columns_and_csv_is_tidy() {
    let table = cordiale(&["sweep", QUASI, "--over", "fulcrum_brake=0,0.5,1", "-q", "--trials", "200"])
        .args(["--format", "table"])
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    let text = stdout(&table);
    let body = text.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n");
    assert!(body.lines().all(|line| line.chars().count() <= 80), "{body}");
    insta::assert_snapshot!(text);
    // Not on a terminal and not told: CSV.
    let csv = stdout(&output(&[
        "sweep",
        SYRIA,
        "--over",
        "coordination[CHN,RUS]=0.3,beta(2, 3)",
        "--variants=no_bond",
        "--outcome",
        "strike",
        "--outcome",
        "if_strike",
        "--outcome",
        "coordination_in_a_year",
        "-q",
        "--trials",
        "100",
    ]));
    insta::assert_snapshot!(csv);
}

/// A sweep of few points that takes a moment each.
fn sweep(out: &Path) -> Vec<String> {
    let out = out.to_str().unwrap();
    let words =
        ["sweep", SYRIA, "--over", "coordination[CHN,RUS]=0..1:4", "--variants=no_bond", "--out", out];
    words.iter().map(|word| (*word).to_owned()).chain(["--trials", "200"].map(str::to_owned)).collect()
}

fn run(arguments: &[String]) -> std::process::Output {
    cordiale(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).output().unwrap()
}

#[test]
fn a_file_that_was_left_off_anywhere_ends_with_the_same_bytes() {
    let folder = folder();
    let whole = folder.path().join("whole.csv");
    assert_eq!(run(&sweep(&whole)).status.code(), Some(0));
    let bytes = std::fs::read(&whole).unwrap();
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 9);
    // Given again, nothing is run.
    let again = run(&sweep(&whole));
    assert!(stderr(&again).contains("holds all points already; --restart begins anew"), "{}", stderr(&again));
    assert_eq!(std::fs::read(&whole).unwrap(), bytes);
    // Torn in the header, in the inputs, in the figures, in the digest, before a line break, and at a line's end.
    let line = |n: usize| bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(n).unwrap().0;
    for length in [0, 5, line(0), line(0) + 3, line(2) + 1, line(2) + 60, line(5) - 9, line(8)] {
        let torn = folder.path().join("torn.csv");
        std::fs::write(&torn, &bytes[..length]).unwrap();
        let done = run(&sweep(&torn));
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        assert_eq!(std::fs::read(&torn).unwrap(), bytes, "torn after {length} bytes");
        let rows = bytes[..length].iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
        let said = format!("holds {rows} of 8 points; going on from there");
        assert_eq!(stderr(&done).contains(&said), rows > 0, "{}", stderr(&done));
    }
}

#[test]
fn what_is_of_another_sweep_is_kept() {
    let folder = folder();
    let path = folder.path().join("rows.csv");
    assert_eq!(run(&sweep(&path)).status.code(), Some(0));
    let bytes = std::fs::read(&path).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    for extra in [
        &["--seed", "9"][..],
        &["--trials", "100"],
        &["--over", "appetite_for_force=0,1"],
        &["--set", "beijing_joins=0.5"],
        &["--outcome", "strike"],
    ] {
        let mut arguments = sweep(&path);
        if extra[0] == "--trials" {
            arguments.truncate(arguments.len() - 2);
        }
        arguments.extend(extra.iter().map(|word| (*word).to_owned()));
        let refused = run(&arguments);
        let said = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("is not of this sweep: ") && said.contains("--restart"), "{said}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{extra:?}");
    }
    // Any other file, even one torn line of it.
    for other in ["hello\n", "hello", &text.replacen("\n0,", "\n7,", 1), &format!("{text}8,x\n")] {
        std::fs::write(&path, other).unwrap();
        assert_eq!(run(&sweep(&path)).status.code(), Some(2), "{other}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), other);
    }
    let mut restart = sweep(&path);
    restart.push("--restart".to_owned());
    assert_eq!(run(&restart).status.code(), Some(0));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_damaged_row_is_told_and_blocks_that_were_never_written_are_cut_off() {
    let folder = folder();
    let path = folder.path().join("rows.csv");
    assert_eq!(run(&sweep(&path)).status.code(), Some(0));
    let text = std::fs::read_to_string(&path).unwrap();
    let row = text.lines().nth(2).unwrap();
    let cells: Vec<&str> = row.split(',').collect();
    let mut lost = cells.clone();
    lost.remove(4);
    let mut other = cells.clone();
    other[4] = "garbage";
    for damaged in [lost.join(","), other.join(",")] {
        let damaged = text.replacen(row, &damaged, 1);
        std::fs::write(&path, &damaged).unwrap();
        let refused = run(&sweep(&path));
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
        assert!(stderr(&refused).contains("is damaged in row 1; "), "{}", stderr(&refused));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
    }
    let whole: Vec<&str> = text.split_inclusive('\n').take(4).collect();
    for end in ["", "3,base"] {
        let nuls = format!("{}{end}{}", whole.concat(), "\0".repeat(300));
        std::fs::write(&path, nuls).unwrap();
        let done = run(&sweep(&path));
        assert!(stderr(&done).contains("holds 3 of 8 points; going on"), "{}", stderr(&done));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

/// The binary as it is, so that it can be killed.
fn binary(arguments: &[String]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("cordiale"));
    command.current_dir(root()).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn lines(path: &Path) -> usize {
    std::fs::read(path).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}

#[test]
fn a_kill_loses_no_row_and_repeats_none() {
    let folder = folder();
    for name in ["rows.csv", "rows.parquet"] {
        let (out, whole) = (folder.path().join(name), folder.path().join(format!("whole-{name}")));
        assert_eq!(run(&sweep(&whole)).status.code(), Some(0));
        let kept = if name == "rows.csv" { out.clone() } else { folder.path().join("rows.parquet.rows.csv") };
        let mut child = binary(&sweep(&out)).spawn().unwrap();
        let begun = Instant::now();
        while lines(&kept) < 3 && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let before = std::fs::read(&kept).ok();
        let again = run(&sweep(&out));
        assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
        assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&whole).unwrap(), "{name}");
        // Unless it was done before the kill, it went on from the rows that were there.
        if let Some(before) = before {
            let rows = before.iter().filter(|byte| **byte == b'\n').count() - 1;
            let said = stderr(&again);
            assert!(said.contains(&format!("holds {rows} of 8")) || said.contains("holds all"), "{said}");
        }
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().filter(|e| is_side(e.as_ref().unwrap())).count(),
            0
        );
    }
}

fn is_side(entry: &std::fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().ends_with(".rows.csv")
}

#[test]
fn parquet_is_the_same_on_any_threads_and_known_again() {
    let folder = folder();
    let [a, b] = ["a.parquet", "b.parquet"].map(|name| folder.path().join(name));
    for (path, threads) in [(&a, "1"), (&b, "3")] {
        let mut arguments = sweep(path);
        arguments.extend(["--threads", threads].map(str::to_owned));
        let done = run(&arguments);
        assert_eq!((done.status.code(), stderr(&done).as_str()), (Some(0), ""));
    }
    let bytes = std::fs::read(&a).unwrap();
    assert_eq!(bytes, std::fs::read(&b).unwrap());
    assert_eq!(&bytes[..4], b"PAR1");
    assert!(stderr(&run(&sweep(&a))).contains("holds all points already"));
    let mut other = sweep(&a);
    other.extend(["--seed", "9"].map(str::to_owned));
    let refused = run(&other);
    assert!(stderr(&refused).contains("is not of this sweep"), "{}", stderr(&refused));
    assert_eq!(std::fs::read(&a).unwrap(), bytes);
}

#[test]
fn wrong_use_says_what_to_do() {
    let refused = |arguments: &[&str], expected: &str| {
        let output = cordiale(&["sweep", SYRIA]).args(arguments).output().unwrap();
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(expected), "{expected}\n{said}");
    };
    refused(&[], "--over");
    refused(&["--over", "nothing"], "write NAME=lo..hi:n");
    refused(&["--over", "beijing_joins=0..1"], "write beijing_joins=lo..hi:n");
    refused(&["--over", "beijing_joins=0..1:3", "--sample", "8"], "without a number of values");
    refused(&["--over", "beijing_joins=1..1:3"], "write beijing_joins=1");
    refused(&["--over", "beijing_joins=-1e308..1e308:3"], "from -1e308 to 1e308");
    refused(&["--over", "scenario.seed=1,2"], "cannot be varied");
    refused(&["--over", "beijing_jions=0..1:3"], "did you mean `beijing_joins`?");
    refused(&["--over", "coordination[CHN,RUS]=0..2:3"], "outside");
    refused(&["--over", "beijing_joins=0,0.5", "--outcome", "stike"], "there is no outcome `stike`");
    refused(&["--over", "beijing_joins=0,1", "--variants=no_bnd"], "did you mean `no_bond`?");
    refused(&["--over", "beijing_joins=0,1", "--variants", "--variant", "no_bond"], "cannot be used with");
    refused(&["--over", "beijing_joins=0,1", "--format", "parquet"], "name it with --out FILE.parquet");
    refused(&["--over", "beijing_joins=0,1", "--out", "no/such/folder.csv"], "there is no such folder");
    refused(&["--over", "beijing_joins=0,1", "--out", "no/such/folder.parquet"], "there is no such folder");
    refused(&["--over", "beijing_joins=0,1", "--out", "/dev/null", "--format", "csv"], "is no plain file");
    refused(&["--find", "beijing_joins"], "--where");
    refused(&["--find", "beijing_joins", "--where", "strike"], "write OUTCOME = LEVEL");
    refused(&["--find", "incident_rate", "--where", "strike = 0.5"], "say where to search");
    insta::assert_snapshot!(transcript(&["sweep", SYRIA, "--over", "vote=0..1:3"]));
}

/// A sweep calls it `latin` and a sensitivity analysis `lhs`, as its results do.
#[test]
fn a_latin_hypercube_goes_by_both_its_names() {
    let sweep =
        ["sweep", SYRIA, "-q", "--trials", "1", "--over", "strike_bond=0..1", "--sample", "4", "--design"];
    let sensitivity = ["sensitivity", SYRIA, "-q", "--points", "16", "--resamples", "20", "--design"];
    for arguments in [&sweep[..], &sensitivity] {
        let [latin, lhs] = ["latin", "lhs"].map(|name| stdout(&output(&[arguments, &[name]].concat())));
        assert!(!latin.is_empty() && latin == lhs, "{arguments:?}");
    }
}

#[test]
fn what_is_not_crossed_is_no() {
    let found =
        output(&["sweep", SYRIA, "--find", "beijing_joins", "--where", "strike = 0.9", "--trials", "64"]);
    assert_eq!(found.status.code(), Some(1), "{}", stderr(&found));
    assert!(stdout(&found).contains("strike does not cross 90% between 0 and 1 of beijing_joins"));
}

#[test]
fn what_is_searched_is_what_a_distribution_spans() {
    let text = "[scenario]\nstart = 2020-01-01\nhorizon = 2\n[parameters.u]\nvalue = \"uniform(-1, 2 * 2)\"\n[outcomes.v]\nvalue = \"u * 3\"\n";
    let (_folder, file) = written(text);
    let found =
        cordiale(&["sweep", "-q", "--find", "u", "--where", "v = -1", "--trials", "64", "--format", "json"])
            .arg(&file)
            .output()
            .unwrap();
    let found: serde_json::Value = serde_json::from_str(&stdout(&found)).unwrap();
    assert_eq!(found["between"], serde_json::json!([-1.0, 4.0]));
    let estimate = found["crossings"][0]["estimate"].as_f64().unwrap();
    assert!((estimate + 1.0 / 3.0).abs() < 0.01, "{estimate}");
}

/// Inputs that are called like the columns of every file, and outcomes that nobody asks for.
#[test]
fn columns_have_names_of_their_own_and_outcomes_left_out_are_not_told_of() {
    let text = "[scenario]\nstart = 2020-01-01\nhorizon = 2\n[parameters.seed]\nvalue = 0.5\n[outcomes.never]\nwhen = \"step > 5\"\n\
        [outcomes.given]\nwhen = \"step > 1\"\ngiven = \"never\"\n[outcomes.hit]\nwhen = \"seed > 0.2\"\n";
    let (_folder, file) = written(text);
    let sweep = ["sweep", "--over", "seed=0,1", "--outcome", "hit", "--trials", "64", "--format", "csv"];
    let found = cordiale(&sweep).arg(&file).output().unwrap();
    assert!(!stderr(&found).contains("no estimate"), "{}", stderr(&found));
    let rows = stdout(&found);
    let header: Vec<&str> = rows.lines().next().unwrap().split(',').collect();
    assert_eq!(header[..3], ["point", "input.seed", "hit.probability"]);
}

/// No row is of more columns than there are, and where none comes there are no columns either.
#[test]
fn rows_fit_their_columns_and_come_with_them() {
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 2\n[variables.v]\ninitial = 1\n";
    let (_folder, file) = written(text);
    let sweep =
        |of: &[&str]| cordiale(&["sweep", "-q", "--format", "csv"]).args(of).arg(&file).output().unwrap();
    let rows = stdout(&sweep(&["--over", "v=1,2", "--trials", "10"]));
    let widths: Vec<usize> = rows.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(widths, [5, 5, 5], "{rows}");
    let text = format!("{text}[outcomes.root]\nvalue = \"sqrt(v)\"\n");
    std::fs::write(&file, text).unwrap();
    let failed = sweep(&["--over", "v=-1,1"]);
    assert_eq!((failed.status.code(), stdout(&failed).as_str()), (Some(2), ""), "{}", stderr(&failed));
}

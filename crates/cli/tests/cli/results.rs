//! Results: the same bytes whatever the threads, and golden files for every shipped scenario.

use super::{cordiale, folder, output, shipped, stderr, stdout};

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = output(arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// A change here changes results for the same seed: it is deliberate, listed in the CHANGELOG under *Result-changing*, and
/// raises `value_stability`.
#[test]
fn every_shipped_scenario_has_its_golden_result() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    for file in shipped() {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let output = cordiale(&["run", "--quiet", "--format", "json", "--trials", "2000"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let path = format!("{golden}/{name}.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(golden).unwrap();
            std::fs::write(&path, &output.stdout).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(stdout(&output) == expected, "{name} differs from {path}; UPDATE_GOLDEN=1 accepts it");
    }
}

#[test]
fn the_answers_are_neither_certain_nor_all_alike() {
    for file in shipped() {
        let path = file.to_str().unwrap();
        let result = json(&["run", path, "--quiet", "--format", "json", "--trials", "2000"]);
        let outcomes = result["outcomes"].as_object().unwrap();
        let events: Vec<f64> =
            outcomes.values().filter_map(|o| o["probability"]["estimate"].as_f64()).collect();
        assert!(events.iter().any(|p| (0.03..0.97).contains(p)), "{path}: {events:?}");
        let levels = outcomes.values().find(|o| o["kind"] == "levels").unwrap();
        let stands = levels["final"]
            .as_object()
            .unwrap()
            .values()
            .filter(|l| l["count"].as_u64().unwrap() > 20)
            .count();
        assert!(stands >= 3, "{path}: the levels hardly spread");
    }
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let file = "scenarios/quasi-alliance.toml";
    let run = |threads: &str| {
        stdout(&output(&["run", file, "-q", "--format", "json", "--trials", "1000", "--threads", threads]))
    };
    let one = run("1");
    assert!(one.contains("cordiale.result/1"));
    for threads in ["2", "3", "8"] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

#[test]
fn variants_settings_and_flags_reach_the_run() {
    let file = "scenarios/quasi-alliance.toml";
    let result = json(&[
        "run",
        file,
        "-q",
        "--format",
        "json",
        "--trials",
        "64",
        "--seed",
        "7",
        "--horizon",
        "2 years",
        "--set",
        "exercises[RUS,CHN]=0.25",
        "--set",
        "scenario.seed=9",
    ]);
    assert_eq!(result["run"]["trials"], 64);
    assert_eq!(result["run"]["seed"], 7, "the flag wins over the setting");
    assert_eq!(result["run"]["steps"], 24);
    assert_eq!(result["run"]["set"]["exercises[RUS,CHN]"], "0.25");
    let plain = json(&["run", file, "-q", "--format", "json", "--trials", "64"]);
    assert_ne!(plain["scenario"]["digest"], result["scenario"]["digest"]);
}

#[test]
fn a_table_fits_a_screen_and_csv_is_tidy() {
    insta::assert_snapshot!(super::transcript(&["run", "scenarios/quasi-alliance.toml", "--trials", "1000"]));
    let narrow = cordiale(&["run", "scenarios/quasi-alliance.toml", "-q", "--trials", "1000"])
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    insta::assert_snapshot!(stdout(&narrow));
    let csv = stdout(&output(&[
        "run",
        "scenarios/quasi-alliance.toml",
        "-q",
        "--trials",
        "100",
        "--format",
        "csv",
    ]));
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("outcome,kind,step,date,statistic,value,low,high"));
    assert!(lines.all(|line| line.split(',').count() == 8));
}

#[test]
fn a_result_is_written_whole() {
    let folder = folder();
    let path = folder.path().join("r.json");
    let run = || {
        cordiale(&["run", "scenarios/quasi-alliance.toml", "-q", "--trials", "64", "--out"])
            .arg(&path)
            .output()
            .unwrap()
    };
    let first = run();
    assert_eq!((first.status.code(), stdout(&first).as_str()), (Some(0), ""));
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.starts_with('{') && written.ends_with("}\n"), "the ending tells the format");
    run();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_trial_is_told_the_same_each_time() {
    let file = "scenarios/quasi-alliance.toml";
    let told = stdout(&output(&["trace", file, "--trial", "4711", "-q"]));
    assert!(told.contains("In the end") && told.contains("quasi_alliance"));
    assert_eq!(told, stdout(&output(&["trace", file, "--trial", "4711", "-q"])));
    let data = json(&["trace", file, "--trial", "4711", "-q", "--format", "json"]);
    assert_eq!(data["trial"], 4711);
    // It says what it is a trial of.
    let set = ["trace", file, "--trial", "4711", "--set", "sco_exercise_rate=2", "-q", "--format", "json"];
    let other = json(&set);
    assert_eq!(data["scenario"]["id"], "quasi-alliance");
    assert_ne!(data["scenario"]["digest"], other["scenario"]["digest"]);
    assert_eq!(
        (data["run"]["set"].clone(), data["run"]["first_trial"].clone()),
        (serde_json::json!({}), 4711.into())
    );
    assert_eq!(other["run"]["set"]["sco_exercise_rate"], "2");
}

#[test]
fn several_files_give_an_object_a_line() {
    let file = "scenarios/quasi-alliance.toml";
    let text = stdout(&output(&["run", file, file, "-q", "--format", "json", "--trials", "64"]));
    assert_eq!(text.lines().count(), 2);
    let csv = output(&["run", file, file, "-q", "--format", "csv", "--trials", "64"]);
    assert_eq!((csv.status.code(), stdout(&csv).as_str()), (Some(2), ""));
}

#[test]
fn an_event_that_comes_after_its_deadline_is_late() {
    let folder = folder();
    let file = folder.path().join("late.toml");
    let text = "[scenario]\nstart = 2020-01-01\nhorizon = 4\n[variables.x]\ninitial = 0\n[rules.r]\neffects = [\"x += 1\"]\n\
        [outcomes.soon]\nwhen = \"x >= 2\"\nby = 2020-03-01\n[outcomes.late]\nwhen = \"x >= 3\"\nby = 2020-03-01\n";
    std::fs::write(&file, text).unwrap();
    let told = stdout(&cordiale(&["trace"]).arg(&file).output().unwrap());
    assert!(
        told.contains("soon  is reached") && told.contains("late  holds, too late to be reached"),
        "{told}"
    );
    assert!(told.contains("late  not reached"), "{told}");
}

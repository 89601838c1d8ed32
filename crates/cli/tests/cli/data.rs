//! Tables and schemas: what `.ci/data` reads back with other tools is written whole, the same on any threads, or not at all.

use serde_json::Value;

use super::{cordiale, folder, output, stderr, stdout};

const SYRIA: &str = "scenarios/syria-strike.toml";

#[test]
fn tables_are_the_same_on_any_threads() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for ending in ["parquet", "arrow", "csv"] {
        let written = ["1", "3"].map(|threads| {
            let (out, kept) =
                (path(&format!("out{threads}.{ending}")), path(&format!("kept{threads}.{ending}")));
            let done = cordiale(&["run", SYRIA, "-q", "--trials", "300", "--threads", threads])
                .args(["--out", &out, "--keep-trials", &kept])
                .output()
                .unwrap();
            assert_eq!(
                (done.status.code(), stderr(&done).as_str(), stdout(&done).as_str()),
                (Some(0), "", "")
            );
            (std::fs::read(out).unwrap(), std::fs::read(kept).unwrap())
        });
        assert!(written[0] == written[1], "{ending}: the threads show");
        let magic: &[u8] = match ending {
            "parquet" => b"PAR1",
            "arrow" => b"ARROW1",
            _ => b"",
        };
        assert!(written[0].0.starts_with(magic) && written[0].1.starts_with(magic), "{ending}");
    }
    let rows = std::fs::read_to_string(path("kept1.csv")).unwrap();
    insta::assert_snapshot!(rows.lines().take(4).collect::<Vec<_>>().join("\n"));
    assert_eq!(rows.lines().count(), 301);
}

#[test]
fn the_page_on_the_screen_is_the_same_with_trials_kept() {
    let folder = folder();
    let kept = folder.path().join("kept.parquet");
    let run = ["run", SYRIA, "--trials", "200"];
    let with = cordiale(&run).arg("--keep-trials").arg(&kept).output().unwrap();
    let without = output(&run);
    assert_eq!((stdout(&with), stderr(&with)), (stdout(&without), stderr(&without)));
}

#[test]
fn every_schema_is_printed() {
    for name in ["compare", "result", "sweep", "threshold"] {
        let text = stdout(&output(&["schema", "--of", name]));
        let schema: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(schema["properties"]["format"]["const"], format!("cordiale.{name}/1"));
    }
    assert_eq!(stdout(&output(&["schema"])), stdout(&output(&["schema", "--of", "scenario"])));
    let refused = output(&["schema", "--of", "results"]);
    assert!(stderr(&refused).contains("possible values: scenario, compare, result"), "{}", stderr(&refused));
}

#[test]
fn wrong_use_says_what_to_do() {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    let path = path.to_str().unwrap();
    let refused = |arguments: &[&str], expected: &str| {
        let output = cordiale(&["run", SYRIA, "--trials", "64"]).args(arguments).output().unwrap();
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(expected), "{expected}\n{said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?}");
    };
    refused(&["--format", "parquet"], "name it with --out");
    refused(&["--out", path, "--keep-trials", path], "--out and --keep-trials name one file");
    refused(&["--keep-trials", "no/such/folder.parquet"], "there is no such folder");
    refused(&["--out", "no/such/folder.arrow"], "there is no such folder");
    refused(&["scenarios/two-summits.toml", "--out", path], "a table of columns holds one scenario");
    refused(&["--out", path, "--verify"], "--verify");
    refused(&["--out", path, "--checkpoint", "c"], "parts and checkpoints are no tables");
    refused(&["--keep-trials", path, "--shard", "1/2"], "cannot be used with");
    refused(
        &[
            "--keep-trials",
            path,
            "--set",
            "outcomes.coordination_in_a_year.value=sqrt(coordination[CHN,RUS] - 0.5)",
        ],
        "is not a number",
    );
}

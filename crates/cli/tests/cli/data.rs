//! Tables and schemas: what `.ci/data` reads back with other tools is written whole, the same on any threads, or not at all.

mod keeper;
mod page;

use std::collections::BTreeMap;

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
fn columns_of_trials_have_names_of_their_own() {
    let folder = folder();
    let (file, kept) = (folder.path().join("names.toml"), folder.path().join("kept.csv"));
    let text = "[scenario]\nstart = 2020-01-01\nhorizon = 2\n[parameters.trial]\nvalue = \"uniform(0, 1)\"\n\
        [variables.x]\ninitial = \"trial\"\n[outcomes.x]\nvalue = \"x\"\n[outcomes.e]\nwhen = \"x > 0.5\"\n";
    std::fs::write(&file, text).unwrap();
    let run = cordiale(&["run", "--trials", "3", "--keep-trials"]).arg(&kept).arg(&file).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    let rows = std::fs::read_to_string(&kept).unwrap();
    assert_eq!(rows.lines().next(), Some("trial,input.trial,x,outcome.x,e,e.first_step"));
}

/// The published schemas of results by name.
fn schemas() -> BTreeMap<String, Value> {
    let refused = stderr(&output(&["schema", "--of", "results"]));
    let (_, known) = refused.split_once("possible values: ").unwrap();
    let (known, _) = known.split_once(']').unwrap();
    let names = known.split(", ").filter(|name| !["scenario", "observed"].contains(name));
    let schema = |name| serde_json::from_str(&stdout(&output(&["schema", "--of", name]))).unwrap();
    names.map(|name| (name.to_owned(), schema(name))).collect()
}

/// A document with the name of its schema, and those that it holds with the names of the formats that they say.
fn documents<'d>(
    schemas: &BTreeMap<String, Value>,
    name: &'d str,
    document: &'d Value,
) -> Vec<(&'d str, &'d Value)> {
    let mut found = vec![(name, document)];
    let mut inside: Vec<&Value> = children(document).collect();
    while let Some(value) = inside.pop() {
        let format = value["format"].as_str().and_then(|format| format.strip_prefix("cordiale."));
        let format = format.and_then(|format| format.strip_suffix("/1"));
        match format.filter(|format| schemas.contains_key(*format)) {
            Some(format) => found.push((format, value)),
            None => inside.extend(children(value)),
        }
    }
    found
}

/// Where a document, or one that it holds, does not keep its schema.
fn errors(schemas: &BTreeMap<String, Value>, name: &str, document: &Value) -> Vec<String> {
    let of = |(name, document): (&str, &Value)| -> Vec<String> {
        let errors = keeper::errors(&schemas[name], document).into_iter();
        errors.map(|error| format!("{name}.json{error}")).collect()
    };
    documents(schemas, name, document).into_iter().flat_map(of).collect()
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let items = value.as_array().into_iter().flatten();
    items.chain(value.as_object().into_iter().flat_map(|object| object.values()))
}

#[test]
fn every_schema_is_printed() {
    for (name, schema) in schemas() {
        assert_eq!(schema["properties"]["format"]["const"], format!("cordiale.{name}/1"));
        assert_eq!(schema["$id"], format!("urn:cordiale:{name}:1"));
    }
    assert_eq!(stdout(&output(&["schema"])), stdout(&output(&["schema", "--of", "scenario"])));
    let refused = output(&["schema", "--of", "results"]);
    assert!(
        stderr(&refused).contains("possible values: scenario, observed, assumptions, compare"),
        "{}",
        stderr(&refused)
    );
}

/// The manual's tables of what a result holds have each key of its schema, and no other.
#[test]
fn the_page_has_the_keys_of_a_result() {
    let page = include_str!("../../../../docs/semantics.md");
    let (_, page) = page.split_once("\n## The result\n").unwrap();
    let (page, _) = page.split_once("\n## ").unwrap();
    let schema = &schemas()["result"];
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let rows: BTreeMap<&str, &str> = rows.collect();
    let mut keys = String::new();
    let mut errors = Vec::new();
    for (head, cell) in &rows {
        let told = match *head {
            "Key" | "Outcome" => continue,
            // The page tells these behind the table, of all three.
            "event" | "value" | "levels" => page::Keys::of(cell).with(&["kind", "by", "given"]),
            "rule" => page::Keys::of(cell),
            "`scenario`" | "`run`" => {
                keys.push_str(head);
                page::Keys::of(cell)
            }
            _ => {
                keys.push_str(head);
                continue;
            }
        };
        let place = &schema["$defs"][head.trim_matches('`')];
        errors.extend(told.errors(schema, place).into_iter().map(|error| format!("{head}{error}")));
    }
    errors.extend(page::Keys::of(&keys).errors(schema, schema));
    assert_eq!(errors, Vec::<String>::new(), "docs/semantics.md");
    assert_eq!(rows.keys().filter(|head| !head.starts_with(['`', 'K', 'O'])).count(), 4, "{rows:?}");
}

#[test]
fn what_is_printed_keeps_its_schema_and_nothing_else_does() {
    let schemas = schemas();
    let folder = folder();
    let commands =
        include_str!("data/commands.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut held: BTreeMap<String, keeper::Breaker> = BTreeMap::new();
    let mut seen: BTreeMap<String, keeper::Seen> = BTreeMap::new();
    for line in commands {
        let line = line.replace("DIR", folder.path().to_str().unwrap());
        let (name, command) = line.split_once(' ').unwrap();
        let words: Vec<&str> = command.split(' ').collect();
        let done = output(&words);
        // Of two things that differ `diff` says so by its exit status.
        assert!(matches!(done.status.code(), Some(0 | 1)), "{command}: {}", stderr(&done));
        let out = words.iter().skip_while(|word| **word != "--out").nth(1);
        let text = out.map_or_else(|| stdout(&done), |path| std::fs::read_to_string(path).unwrap());
        let mut document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(errors(&schemas, name, &document), Vec::<String>::new(), "{command}");
        for (name, document) in documents(&schemas, name, &document) {
            seen.entry(name.to_owned()).or_default().add(&schemas[name], document);
        }
        for key in schemas[name]["required"].as_array().unwrap() {
            let mut lacking = document.clone();
            lacking.as_object_mut().unwrap().remove(key.as_str().unwrap());
            assert_ne!(errors(&schemas, name, &lacking), Vec::<String>::new(), "{command}: no {key}");
        }
        let breaker = held.entry(name.to_owned()).or_default();
        let passed = breaker.passed(&mut document, |broken| !errors(&schemas, name, broken).is_empty());
        assert_eq!(passed, Vec::<String>::new(), "{command}");
    }
    assert!(held.keys().eq(schemas.keys()), "a format without a command in commands.txt");
    // A key that may be missing is missing somewhere.
    let not_required = |(name, seen): (&String, &keeper::Seen)| -> Vec<String> {
        seen.not_required(&schemas[name]).iter().map(|key| format!("{name}.json{key}")).collect()
    };
    let found: Vec<String> = seen.iter().flat_map(not_required).collect();
    assert_eq!(found, Vec::<String>::new(), "these keys are in every document, and not `required`");
}

#[test]
fn what_cannot_be_is_refused() {
    let schemas = schemas();
    let refused = |command: &str, damage: &[(&str, Value)]| {
        let words: Vec<&str> = command.split(' ').chain(["--format", "json"]).collect();
        let document: Value = serde_json::from_str(&stdout(&output(&words))).unwrap();
        for (place, value) in damage {
            let mut damaged = document.clone();
            *damaged.pointer_mut(place).unwrap() = value.clone();
            let errors = keeper::errors(&schemas[words[0]], &damaged);
            assert_ne!(errors, Vec::<String>::new(), "{command}: {place} {value}");
        }
    };
    refused(
        "explain scenarios/two-summits.toml --outcome recovers --trials 64",
        &[
            ("/format", "cordiale.explain/2".into()),
            ("/scenario/digest", "a digest".into()),
            ("/run/start", "2013-9-1".into()),
            ("/outcome/kind", "number".into()),
            ("/outcome/reached", 0.5.into()),
            ("/outcome/probability/estimate", 1.5.into()),
            ("/outcome/probability", Value::Null),
        ],
    );
    refused(
        "sensitivity scenarios/syria-strike.toml --method pawn --points 64 --resamples 20 --outcome strike",
        &[
            ("/method", "sobol-like".into()),
            ("/design/levels", 1.into()),
            ("/design/factors", vec![0.5].into()),
            ("/inputs/strike_bond/kind", "start of a rule".into()),
            ("/outcomes/strike/inputs/strike_bond/median", (-0.1).into()),
        ],
    );
    refused(
        "assumptions scenarios/syria-strike.toml --no-sensitivity",
        &[
            ("/assumptions/0/role", "guess".into()),
            ("/assumptions/0/doubt", 0.into()),
            ("/without_source", "diplomat".into()),
        ],
    );
    refused(
        "diff scenarios/syria-strike.toml scenarios/two-summits.toml",
        &[("/of", "results".into()), ("/changes/0/path", Value::Null)],
    );
    refused(
        "trace scenarios/two-summits.toml",
        &[
            ("/trial", (-1).into()),
            ("/entries/0/date", "soon".into()),
            ("/entries/0/turns/0/to", "begins".into()),
            ("/outcomes/0/result", "reached".into()),
        ],
    );
    refused(
        "report scenarios/two-summits.toml --trials 64 --network-trials 64 --explain-trials 64 --swing-trials 64",
        &[
            ("/lead", Value::Null),
            ("/axis/steps", Value::Array(Vec::new())),
            ("/explain/format", "cordiale.compare/1".into()),
            ("/outcomes/holds/share/low/0", 2.into()),
            ("/network/left_out", (-1).into()),
            ("/chronicles/trials/0/chronicle/format", Value::Null),
        ],
    );
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

/// The file of kept trials says of what run they are, as `trace` needs it.
#[test]
fn kept_trials_say_of_what_run_they_are() {
    let folder = folder();
    for name in ["trials.parquet", "trials.arrow"] {
        let path = folder.path().join(name);
        let run = ["run", SYRIA, "-q", "--trials", "100", "--seed", "77", "--set", "beijing_joins=0.5"];
        let done = output(&[&run[..], &["--keep-trials", path.to_str().unwrap()]].concat());
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for said in [
            "cordiale.result",
            "\"seed\":77",
            "\"trials\":100",
            "\"beijing_joins\":\"0.5\"",
            "\"digest\":\"",
            "\"partial\":false",
        ] {
            assert!(text.contains(said), "{name} does not hold {said}");
        }
    }
}

/// A table of columns is not written by commands that have none, nor anything else in its place.
#[test]
fn endings_that_cannot_be_are_refused() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (columns, json, shards) = (path("x.parquet"), path("x.json"), path("shards"));
    let (arrow, sheet) = (path("x.arrow"), path("x.xlsx"));
    for arguments in [
        &["compare", SYRIA, "--out", &columns][..],
        &["sensitivity", SYRIA, "--out", &columns],
        &["assumptions", SYRIA, "--out", &columns],
        &["explain", SYRIA, "--outcome", "strike", "--out", &columns],
        &["diff", SYRIA, SYRIA, "--out", &columns],
        &["submit", SYRIA, "--engine", "slurm", "--shards", "2", "--dir", &shards, "--out", &columns],
        &["run", SYRIA, "--trials", "64", "--keep-trials", &json],
        &["sweep", SYRIA, "--over", "appetite_for_force=0,1", "--out", &arrow],
        &["sweep", SYRIA, "--over", "appetite_for_force=0,1", "--out", &sheet],
        &["run", SYRIA, "--trials", "64", "--out", &sheet],
    ] {
        let refused = output(arguments);
        assert_eq!((refused.status.code(), stdout(&refused).as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr(&refused).contains(".json"), "{arguments:?}: {}", stderr(&refused));
    }
    let picture = path("x.svg");
    for (arguments, advice) in [
        (&["run", SYRIA, "--trials", "64", "--out", &picture][..], "cordiale report FILE --out report.html"),
        (&["compare", SYRIA, "--out", &picture], "cordiale report FILE --out report.html"),
        (&["report", SYRIA, "--out", &picture], "cordiale report FILE --out report.html"),
        (&["sweep", SYRIA, "--over", "appetite_for_force=0,1", "--out", &picture], "report.html"),
        (&["export", SYRIA, "--to", "dot", "--out", &picture], "dot -Tsvg ties.dot"),
    ] {
        let refused = output(arguments);
        assert_eq!((refused.status.code(), stdout(&refused).as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr(&refused).contains(advice), "{arguments:?}: {}", stderr(&refused));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

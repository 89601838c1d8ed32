//! Exact answers through the binary, and runs verified by them.

use super::{folder, output, stderr, stdout, transcript, written};

const FINITE: &str = "scenarios/two-summits.toml";

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = output(arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// A change here changes exact results: it is deliberate, and listed in the CHANGELOG under *Result-changing*.
#[test]
fn the_finite_scenario_has_its_golden_answer() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/exact/two-summits.json");
    let output = output(&["exact", FINITE, "--quiet", "--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, &output.stdout).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stdout(&output) == expected, "differs from {path}; UPDATE_GOLDEN=1 accepts it");
}

#[test]
fn the_answer_has_the_shape_of_a_result() {
    let exact = json(&["exact", FINITE, "-q", "--format", "json"]);
    let run = json(&["run", FINITE, "-q", "--format", "json"]);
    assert_eq!(exact["format"], "cordiale.result/1");
    assert_eq!(exact["run"]["method"], "exact");
    assert!(exact["run"]["trials"].is_null());
    assert_eq!(exact["scenario"], run["scenario"]);
    for (name, outcome) in run["outcomes"].as_object().unwrap() {
        let exact = exact["outcomes"][name].as_object().unwrap();
        assert!(outcome.as_object().unwrap().keys().eq(exact.keys()), "{name}");
    }
    let holds = &exact["outcomes"]["holds"];
    let probability = &holds["probability"];
    assert_eq!(probability["low"], probability["estimate"]);
    assert_eq!(probability["high"], probability["estimate"]);
    let by_step: Vec<f64> =
        holds["reached_by_step"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect();
    assert_eq!(by_step.len(), 41);
    assert!(by_step.is_sorted() && by_step[3] == 0.0 && by_step[40] < 1.0);
    let levels = exact["outcomes"]["standing"]["final"].as_object().unwrap();
    let sum: f64 = levels.values().map(|level| level["count"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
}

#[test]
fn csv_holds_the_same_figures() {
    let text = stdout(&output(&["exact", FINITE, "-q", "--format", "csv"]));
    let exact = json(&["exact", FINITE, "-q", "--format", "json"]);
    let p = exact["outcomes"]["holds"]["probability"]["estimate"].as_f64().unwrap();
    assert!(text.contains(&format!("holds,event,40,2023-09-01,probability,{p},{p},{p}\n")), "{text}");
}

/// What is not followed has no count, not even of what was clamped.
#[test]
fn rules_that_no_outcome_depends_on_have_no_figures() {
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[variables.x]\ninitial = 0\n[rules.over]\nchance = \"1.5 + 0 * x\"\neffects = [\"x += 1\"]\n[outcomes.late]\nwhen = \"step >= 2\"\n";
    let (_folder, file) = written(text);
    let path = file.to_str().unwrap();
    let rule = &json(&["exact", path, "-q", "--format", "json"])["rules"]["over"];
    assert!(rule["mean_fires"].is_null() && rule["clamped"]["count"].is_null(), "{rule}");
    for format in ["table", "markdown"] {
        let text = stdout(&output(&["exact", path, "-q", "--format", format]));
        assert!(text.contains("No outcome depends on a rule that fires."), "{text}");
    }
}

/// Infinite models, limits and slips are told with what to do.
#[test]
fn what_cannot_be_exact_says_why() {
    let mut text = String::new();
    for arguments in [
        &["exact", "scenarios/quasi-alliance.toml", "-q"][..],
        &["exact", "scenarios/syria-strike.toml", "-q"],
        &["exact", FINITE, "-q", "--max-states", "20"],
        &["exact", FINITE, "-q", "--max-states", "none"],
        &["exact", FINITE, "-q", "--max-memory", "0"],
        &["exact", FINITE, "-q", "--max-memory", "0.00001"],
        &["exact", FINITE, "-q", "--set", "trust=0 to 6"],
        &["exact", "no-such-file.toml"],
        &["run", "scenarios/syria-strike.toml", "-q", "--trials", "10", "--verify"],
        &["run", FINITE, "--verify", "--shard", "1/2", "--out", "part.json"],
    ] {
        text.push_str(&transcript(arguments));
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

/// A model small enough to read, in both languages, and what cannot be exported. Storm reads them in `.ci/storm`.
#[test]
fn finite_models_are_written_for_other_tools() {
    let race = "crates/sim/tests/finite/race.toml";
    let folder = folder();
    let properties = folder.path().join("race.props");
    let prism = output(&["export", race, "--to", "prism", "--properties", properties.to_str().unwrap()]);
    let properties = std::fs::read_to_string(properties).unwrap();
    let jani = stdout(&output(&["export", race, "--to", "jani"]));
    let parsed: serde_json::Value = serde_json::from_str(&jani).unwrap();
    assert_eq!(parsed["properties"].as_array().unwrap().len(), properties.lines().count());
    let mut text = format!("{}\n{properties}\n{jani}\n", stdout(&prism));
    for arguments in [
        &["export", "scenarios/quasi-alliance.toml", "-q", "--to", "prism"][..],
        &["export", race, "--to", "nusmv"],
        &["export", race, "--to", "prism", "--out", "no/such/folder/race.prism"],
    ] {
        text.push_str(&transcript(arguments));
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

/// A level of an outcome, and an outcome that is called as its dot is written at first.
#[test]
fn no_two_things_have_one_name_in_other_languages() {
    let (_folder, file) = super::written(
        "[scenario]\nstart = 2020-01-01\nhorizon = 3\n[variables.x]\ninitial = 0\n\
         [rules.r]\nchance = 0.5\nlimit = 1\neffects = [\"x += 1\"]\n\
         [outcomes.a]\nlevels = [{ name = \"b\", when = \"x > 0\" }, { name = \"c\" }]\n\
         [outcomes.a__b]\nvalue = \"x\"\n[outcomes.init]\nwhen = \"x > 0\"\n",
    );
    let (file, properties) = (file.to_str().unwrap(), file.with_extension("props"));
    let asked = properties.to_str().unwrap();
    let model = stdout(&output(&["export", file, "-q", "--to", "prism", "--properties", asked]));
    let names = ["a__b_", "a__c", "a__b", "init_"];
    let lines = std::fs::read_to_string(&properties).unwrap();
    let jani: serde_json::Value =
        serde_json::from_str(&stdout(&output(&["export", file, "-q", "--to", "jani"]))).unwrap();
    for name in names {
        assert_eq!(lines.matches(&format!("\"{name}\":")).count(), 1, "{name}: {lines}");
        assert_eq!(model.matches(&format!(" \"{name}\"")).count(), 1, "{name}: {model}");
        let properties = jani["properties"].as_array().unwrap();
        assert_eq!(properties.iter().filter(|p| p["name"] == name).count(), 1, "{name}");
    }
}

/// Graphs of any scenario: every end of an edge is a node, and what is declared is there.
#[test]
fn graphs_are_whole() {
    for file in super::shipped() {
        let file = file.to_str().unwrap();
        for of in ["ties", "rules"] {
            let text = stdout(&output(&["export", file, "-q", "--to", "graphml", "--graph", of]));
            let values = |attribute: &str| -> Vec<String> {
                let mark = format!(" {attribute}=\"");
                text.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
            };
            let nodes: std::collections::BTreeSet<String> = values("id").into_iter().collect();
            let ends = [values("source"), values("target")].concat();
            assert!(ends.iter().all(|end| nodes.contains(end)), "{file} {of}");
            assert!(of == "ties" || !ends.is_empty(), "{file}");
            let dot = stdout(&output(&["export", file, "-q", "--to", "dot", "--graph", of]));
            assert_eq!(dot.matches(" -> ").count(), text.matches("<edge ").count(), "{file} {of}");
        }
    }
    let strike = ["export", "scenarios/quasi-alliance.toml", "-q", "--to", "dot", "--graph", "rules"];
    let conditional = r#""outcome strike" -> "outcome if_strike" [label="given"]"#;
    assert!(stdout(&output(&strike)).contains(conditional));
    let race = "crates/sim/tests/finite/race.toml";
    insta::assert_snapshot!(transcript(&["export", race, "--to", "dot", "--graph", "rules"]));
}

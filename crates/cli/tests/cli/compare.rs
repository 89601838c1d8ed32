//! `cordiale compare`: its page, its golden results, and what it says to wrong use.

use std::path::Path;

use serde_json::Value;

use super::{cordiale, folder, output, root, stderr, stdout};

const QUASI: &str = "scenarios/quasi-alliance.toml";
const SYRIA: &str = "scenarios/syria-strike.toml";

/// A copy of a shipped scenario with pieces of it replaced.
fn changed(folder: &Path, name: &str, pieces: &[(&str, &str)]) -> String {
    let mut text = std::fs::read_to_string(root().join(QUASI)).unwrap();
    for (before, after) in pieces {
        assert!(text.contains(before), "{before}");
        text = text.replacen(before, after, 1);
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// In place of each list by step its length and a fingerprint, so that a golden file can be read.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (key, entry) in entries.iter_mut() {
                if key == "by_step" {
                    let length = entry["estimate"].as_array().unwrap().len();
                    let hash = blake3::hash(entry.to_string().as_bytes()).to_hex();
                    *entry = Value::String(format!("{length} entries, {}", &hash.as_str()[..16]));
                } else {
                    shorten(entry);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        _ => {}
    }
}

#[test]
fn shipped_scenarios_have_their_golden_comparisons() {
    let cases: [(&str, &str, &[&str]); 2] = [
        ("quasi-alliance", QUASI, &["no_arms_deal", "thesis_false", "measured_by_the_mean"]),
        ("syria-strike", SYRIA, &[]),
    ];
    for (name, file, variants) in cases {
        let arguments = ["compare", file, "--quiet", "--format", "json", "--trials", "2000"];
        let run = |threads: &str| {
            let output = cordiale(&arguments).args(variants).args(["--threads", threads]).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            stdout(&output)
        };
        let text = run("1");
        assert!(text == run("3"), "{name}: the threads show");
        let mut result: Value = serde_json::from_str(&text).unwrap();
        shorten(&mut result);
        let found = format!("{}\n", serde_json::to_string_pretty(&result).unwrap());
        let path = format!("{}/tests/golden/compare-{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{name} differs from {path}; UPDATE_GOLDEN=1 accepts it");
    }
}

#[test]
fn what_is_printed_agrees_with_two_runs() {
    let json = |arguments: &[&str]| -> Value {
        let output =
            cordiale(arguments).args(["-q", "--format", "json", "--trials", "500"]).output().unwrap();
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let result = json(&["compare", SYRIA, "no_bond"]);
    let found = &result["variants"]["no_bond"]["outcomes"];
    for (arm, run) in
        [("baseline", json(&["run", SYRIA])), ("variant", json(&["run", SYRIA, "--variant", "no_bond"]))]
    {
        for event in ["acting_as_one_over_syria", "strike_this_year", "if_strike"] {
            let probability = &run["outcomes"][event]["probability"];
            for key in ["estimate", "low", "high"] {
                assert_eq!(found[event][arm][key], probability[key], "{event} {key}");
            }
        }
        let value = "coordination_in_a_year";
        assert_eq!(found[value][arm]["estimate"], run["outcomes"][value]["final"]["mean"]);
    }
    assert_eq!(result["baseline"]["outcomes"]["strike"]["estimate"], found["strike"]["baseline"]["estimate"]);
}

#[test]
fn a_table_fits_eighty_columns_and_csv_is_tidy() {
    let narrow =
        cordiale(&["compare", QUASI, "-q", "--trials", "500"]).env("COLUMNS", "80").output().unwrap();
    let text = stdout(&narrow);
    // The question is the file's own, and as long as it is.
    let body = text.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n");
    assert!(body.lines().all(|line| line.chars().count() <= 80), "{body}");
    assert!(body.contains("no difference seen") && body.contains("narrower than unpaired"), "{body}");
    insta::assert_snapshot!(super::transcript(&[
        "compare",
        SYRIA,
        "no_bond",
        "settlement_at_once",
        "--trials",
        "1000"
    ]));
    let csv = stdout(&output(&["compare", SYRIA, "no_bond", "-q", "--trials", "100", "--format", "csv"]));
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("variant,outcome,kind,step,date,statistic,value,low,high"));
    assert!(lines.all(|line| line.split(',').count() == 9 && line.starts_with("no_bond,")));
    assert!(csv.contains(",levels,52,2014-09-01,split_difference,"), "{csv}");
}

/// A hundred trials without a loss that one in a thousand has: no interval, in whatever form.
#[test]
fn trials_that_are_all_alike_are_sure_of_nothing() {
    let rare = "crates/cli/tests/cli/data/rare.toml";
    let asked = |format: &str| stdout(&output(&["compare", rare, "-q", "--format", format]));
    let table = asked("table");
    assert!(table.contains("0   no difference seen · the same in every trial that counts"), "{table}");
    assert!(!table.contains("[0, 0]") && table.contains("the rule of three"), "{table}");
    let markdown = asked("markdown");
    assert!(!markdown.contains("[0, 0]") && markdown.contains("the rule of three"), "{markdown}");
    let csv = asked("csv");
    assert!(csv.contains("twice,loss,value,1,2024-02-01,difference,0,,\n"), "{csv}");
    let asked_of = |more: &[&str]| stdout(&output(&[&["sweep", rare, "-q"], more].concat()));
    let swept = asked_of(&["--over", "p=0..0.002:2", "--outcome", "loss", "--format", "table"]);
    assert!(swept.contains("0 [0, 0]\n") && swept.contains("0.002  0\n"), "{swept}");
    assert!(
        swept.replace('\n', " ").contains("in 100 trials something with a chance of up to 3.0%"),
        "{swept}"
    );
    let found =
        output(&["sweep", rare, "-q", "--find", "p", "--between", "0..0.005", "--where", "loss = 1.00125"]);
    let told = stdout(&found);
    assert!(
        told.contains("is not seen to cross 1.00125 between")
            && told.replace('\n', " ").contains("it has no interval"),
        "{told}"
    );
    assert_eq!((told.matches("below").count(), told.matches("not sure").count()), (1, 8), "{told}");
}

/// What a variant came to is of the day on which it was looked at.
#[test]
fn csv_has_the_dates_of_a_variant_with_another_deadline() {
    let folder = folder();
    let path = folder.path().join("shorter.toml");
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = \"2 years\"\ntrials = 64\n[variables.x]\ninitial = 0\n\
        [rules.r]\nchance = 0.1\neffects = [\"x += 1\"]\n[outcomes.o]\nvalue = \"x\"\n\
        [variants.short]\nset = { \"scenario.horizon\" = \"1 year\" }\n";
    std::fs::write(&path, text).unwrap();
    let csv = stdout(&output(&["compare", path.to_str().unwrap(), "-q", "--format", "csv"]));
    assert!(csv.contains("short,o,value,24,2026-01-01,baseline,"), "{csv}");
    assert!(csv.contains("short,o,value,12,2025-01-01,variant,"), "{csv}");
}

#[test]
fn settings_reach_baseline_and_variants() {
    let text = stdout(&output(&[
        "compare",
        QUASI,
        "no_arms_deal",
        "-q",
        "--trials",
        "64",
        "--seed",
        "5",
        "--horizon",
        "2 years",
        "--set",
        "fulcrum_brake=0",
        "--format",
        "json",
    ]));
    let result: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&result["run"]["steps"], &result["run"]["seed"]), (&24.into(), &5.into()));
    assert_eq!(result["run"]["set"]["fulcrum_brake"], "0");
    let variant = &result["variants"]["no_arms_deal"];
    let changed: Vec<&str> =
        variant["changes"].as_array().unwrap().iter().map(|c| c["path"].as_str().unwrap()).collect();
    assert_eq!(changed, ["parameters.deal_is_real.value", "parameters.contract_rate_if_denied.value"]);
    assert_eq!(variant["outcomes"]["ever"]["by_step"]["low"].as_array().unwrap().len(), 25);
}

#[test]
fn another_file_is_told_claim_by_claim() {
    let folder = folder();
    let same = changed(folder.path(), "same.toml", &[]);
    let told = stdout(&output(&["compare", QUASI, "--against", &same, "-q", "--trials", "64"]));
    assert!(told.contains("same says the same as the baseline."), "{told}");
    assert!(!told.contains("flipped to"), "{told}");
    let other = changed(
        folder.path(),
        "other.toml",
        &[
            ("[outcomes.ever]", "[outcomes.at_all]"),
            ("[rules.sco_deal]", "[rules.sco_bargain]"),
            ("hazard = \"rivalry_rate * membership[a,CIS]\"", "hazard = 0.1\nenabled = false"),
        ],
    );
    let compared = output(&["compare", QUASI, "--against", &other, "--trials", "64"]);
    let (told, said) = (stdout(&compared), stderr(&compared));
    for line in [
        "  rules.influence_quarrel.hazard  \"rivalry_rate * membership[a,CIS]\" -> 0.1\n",
        "  rules.influence_quarrel.enabled  new: false\n",
        "  rules.sco_deal  gone (was {",
        "  rules.sco_bargain  new: {",
        "  outcomes.at_all  new: {",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert!(said.contains("it lacks outcomes of the baseline, which are left out: ever\n"), "{said}");
    assert!(said.contains("the baseline lacks outcomes of it, which are left out: at_all\n"), "{said}");
    assert!(!told.contains("\never\n"), "{told}");
}

#[test]
fn wrong_use_says_what_to_do() {
    let folder = folder();
    let refused = |arguments: &[&str], expected: &str| {
        let output = cordiale(&["compare"]).args(arguments).output().unwrap();
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(expected), "{expected}\n{said}");
    };
    refused(&[SYRIA, "no_apetite"], "did you mean `no_appetite`?");
    refused(&[SYRIA, "no_bond", "no_bond"], "variant `no_bond` is given twice");
    refused(
        &[SYRIA, "--outcome", "stike"],
        "there is no outcome `stike`; there are: acting_as_one_over_syria",
    );
    refused(&[SYRIA, "no_bond", "--against", QUASI], "cannot be used with");
    refused(&[SYRIA, "--against", "nowhere.toml"], "cannot read nowhere.toml");
    refused(&[SYRIA, "--set", "nothing=1"], "there is no `nothing` to set");
    refused(&[SYRIA, "--out", "no/such/folder.json", "--trials", "64"], "there is no such folder");
    let plain = folder.path().join("plain.toml");
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[variables.x]\ninitial = \"uniform(0, 1)\"\n[rules.r]\nchance = 0.5\neffects = [\"x += 1\"]\n[outcomes.o]\nvalue = \"x\"\n";
    std::fs::write(&plain, text).unwrap();
    let plain = plain.to_str().unwrap();
    refused(&[plain], "has no [variants] to compare it with; write one");
    refused(&[plain, "v"], "the scenario has no [variants]");
    // What fails in a variant alone is told with it, and the command given shows it again.
    let failing = format!("{text}[variants.root]\nset = {{ \"outcomes.o.value\" = \"sqrt(x - 0.2)\" }}\n");
    let path = folder.path().join("failing.toml");
    std::fs::write(&path, failing).unwrap();
    let path = path.to_str().unwrap();
    let said = stderr(&cordiale(&["compare", path]).output().unwrap());
    let (told, again) = said.split_once(&format!("cordiale trace {path} ")).unwrap();
    assert!(told.contains("in variant `root`: ") && told.contains("is not a number"), "{said}");
    let traced = cordiale(&["trace", path]).args(again.trim_end().split(' ')).output().unwrap();
    assert_eq!(traced.status.code(), Some(2), "{said}");
    assert!(stderr(&traced).contains("is not a number"), "{}", stderr(&traced));
}

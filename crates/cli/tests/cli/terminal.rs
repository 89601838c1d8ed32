//! What is made to be read: plots, Markdown, and what differs.

use std::path::Path;

use super::{cordiale, folder, output, root, stderr, stdout, transcript};

const QUASI: &str = "scenarios/quasi-alliance.toml";
const SYRIA: &str = "scenarios/syria-strike.toml";
const SUMMITS: &str = "scenarios/two-summits.toml";

fn printed(arguments: &[&str], columns: &str) -> String {
    let output = cordiale(arguments).env("COLUMNS", columns).output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{arguments:?}");
    stdout(&output)
}

/// A result in a file of this folder.
fn result(folder: &Path, name: &str, arguments: &[&str]) -> String {
    let path = folder.join(name);
    let output =
        cordiale(&["run", "-q", "--format", "json", "--out"]).arg(&path).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    path.to_str().unwrap().to_owned()
}

#[test]
fn plots_fit_eighty_columns_and_two_hundred() {
    let arguments = ["run", QUASI, "--trials", "500", "--plot"];
    for columns in ["80", "200"] {
        let text = printed(&arguments, columns);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns.parse().unwrap(), "{widest} of {columns}");
        assert!(!text.contains('\u{1b}'));
        insta::assert_snapshot!(format!("plots_at_{columns}"), text);
    }
    // A pipe, colours asked for or not, and a file are told the same.
    let plain = printed(&arguments, "80");
    let colours =
        cordiale(&arguments).env("COLUMNS", "80").env_remove("NO_COLOR").args(["--color", "always"]).output();
    assert_eq!(stdout(&colours.unwrap()), plain);
    insta::assert_snapshot!("plots_of_an_exact_answer", printed(&["exact", SUMMITS, "--plot"], "80"));
}

#[test]
fn plots_of_odd_scenarios_are_drawn_or_say_why_not() {
    let folder = folder();
    let file = folder.path().join("odd.toml");
    let text = "[scenario]\ntitle = \"Odd\"\nstart = 2024-01-01\nstep = \"day\"\nhorizon = 1\ntrials = 20\n\n[variables]\nx = { initial = 1e-300 }\ny = { initial = -3 }\n\n\
        [outcomes.never]\nwhen = \"x > 1\"\n[outcomes.after]\nwhen = \"x > 0\"\ngiven = \"never\"\n\
        [outcomes.always]\nwhen = \"x > 0\"\n[outcomes.flat]\nvalue = \"y\"\n[outcomes.tiny]\nvalue = \"x\"\n\
        [outcomes.vast]\nvalue = \"1e300 + x\"\n";
    std::fs::write(&file, text).unwrap();
    let text = printed(&["run", "-q", "--plot", file.to_str().unwrap()], "80");
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(transcript(&["run", QUASI, "--plot", "--format", "json"]));
}

/// With one decimal 2 of 10,000 would be told as none.
#[test]
fn rare_is_not_never() {
    let folder = folder();
    let file = folder.path().join("rare.toml");
    let text = "[scenario]\ntitle = \"Rare\"\nstart = 2024-01-01\nhorizon = 4\ntrials = 10000\n\n[variables]\nx = { initial = 0 }\n\n\
        [rules.r]\nchance = 8e-5\neffects = [\"x += 1\"]\n\n[outcomes.rare]\nwhen = \"x > 0\"\n[outcomes.sure]\nwhen = \"x < 0.5\"\n\
        [outcomes.nearly]\nlevels = [{ name = \"yes\", when = \"x < 0.5\" }, { name = \"no\" }]\n";
    std::fs::write(&file, text).unwrap();
    insta::assert_snapshot!(printed(&["run", "-q", file.to_str().unwrap()], "80"));
}

#[test]
fn markdown_is_a_document() {
    let text = printed(&["run", QUASI, "--trials", "500", "--format", "markdown"], "80");
    insta::assert_snapshot!("markdown_of_a_run", text);
    // The command in it makes it again.
    let command = text.rsplit("$ cordiale ").next().unwrap().lines().next().unwrap();
    let mut arguments: Vec<&str> = command.split(' ').collect();
    arguments.extend(["--format", "markdown"]);
    assert_eq!(printed(&arguments, "200"), text);
    insta::assert_snapshot!(
        "markdown_of_an_exact_answer",
        printed(&["exact", SUMMITS, "--format", "markdown"], "80")
    );
    let compare =
        ["compare", QUASI, "no_arms_deal", "--trials", "500", "--outcome", "posture", "--format", "markdown"];
    insta::assert_snapshot!("markdown_of_a_comparison", printed(&compare, "80"));
    // By the ending of the file too.
    let folder = folder();
    let out = folder.path().join("answer.md");
    let done = cordiale(&["run", QUASI, "--trials", "500", "--out"]).arg(&out).output().unwrap();
    assert!(done.status.success());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text);
    assert_tables(&text);
}

/// A table's rows have as many cells as its header.
fn assert_tables(text: &str) {
    let bars = |line: &str| line.matches('|').count() - line.matches("\\|").count();
    for (line, next) in text.lines().zip(text.lines().skip(1)) {
        if line.starts_with('|') && next.starts_with('|') {
            assert_eq!(bars(line), bars(next), "{line}\n{next}");
        }
    }
}

#[test]
fn what_sets_trials_apart_drives_outcomes_and_came_is_a_document_too() {
    let explain =
        ["explain", SYRIA, "--outcome", "strike", "--trials", "500", "--off", "vote", "--off", "atrocity"];
    let sensitivity =
        ["sensitivity", SYRIA, "--method", "swings", "--points", "128", "--outcome", "council", "--top", "3"];
    let hindcast =
        ["hindcast", "hindcasts/syria-strike.toml", "hindcasts/entente-1904.toml", "--trials", "300"];
    let asked = [("explanation", &explain[..]), ("drivers", &sensitivity), ("hindcast", &hindcast)];
    for (name, arguments) in asked {
        let text = printed(&[arguments, &["-q", "--format", "markdown"]].concat(), "80");
        insta::assert_snapshot!(format!("markdown_of_{name}"), text);
        assert_tables(&text);
        // The command in it makes it again.
        let command = text.rsplit("$ cordiale ").next().unwrap().lines().next().unwrap();
        let again: Vec<&str> = command.split(' ').collect();
        assert_eq!(printed(&[&again[..], &["-q"]].concat(), "200"), text);
    }
}

#[test]
fn two_scenarios_differ_claim_by_claim() {
    let folder = folder();
    let other = folder.path().join("other.toml");
    let text = std::fs::read_to_string(root().join(QUASI)).unwrap();
    let changed = text.replacen("sustained = \"12 months\"", "sustained = \"24 months\"", 1);
    assert_ne!(changed, text);
    std::fs::write(&other, changed).unwrap();
    let said = |arguments: &[&str], code: i32| {
        let output = cordiale(arguments).arg(&other).env("COLUMNS", "80").output().unwrap();
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(code), ""));
        stdout(&output).replace(folder.path().to_str().unwrap(), "DIR")
    };
    insta::assert_snapshot!("diff_of_scenarios", said(&["diff", QUASI], 1));
    insta::assert_snapshot!(
        "diff_of_scenarios_in_markdown",
        said(&["diff", QUASI, "--format", "markdown"], 1)
    );
    let json: serde_json::Value =
        serde_json::from_str(&said(&["diff", QUASI, "--format", "json"], 1)).unwrap();
    assert_eq!((&json["format"], &json["of"]), (&"cordiale.diff/1".into(), &"scenarios".into()));
    assert!(json["changes"][0]["path"].as_str().unwrap().ends_with(".sustained"));
    std::fs::write(&other, text).unwrap();
    // Its world is the same, and so is all else; the file's name is no claim.
    assert!(said(&["diff", QUASI], 0).contains("They say the same."));
}

#[test]
fn two_results_differ_in_their_own_terms() {
    let folder = folder();
    let dir = folder.path().to_str().unwrap().to_owned();
    let a = result(folder.path(), "a.json", &[QUASI, "--trials", "400"]);
    let b = result(
        folder.path(),
        "b.json",
        &[QUASI, "--trials", "400", "--variant", "no_arms_deal", "--seed", "7"],
    );
    let said = |arguments: &[&str], columns: &str| {
        let output = cordiale(arguments).env("COLUMNS", columns).output().unwrap();
        assert_eq!(stderr(&output), "");
        (output.status.code().unwrap(), stdout(&output).replace(&dir, "DIR"))
    };
    for columns in ["80", "200"] {
        let (code, text) = said(&["diff", &a, &b], columns);
        assert_eq!(code, 1);
        assert!(text.lines().all(|line| line.chars().count() <= columns.parse().unwrap()), "{text}");
        insta::assert_snapshot!(format!("diff_of_results_at_{columns}"), text);
    }
    let wide = result(folder.path(), "wide.json", &[QUASI, "--trials", "400", "--widths"]);
    let (code, text) = said(&["diff", &a, &wide], "80");
    assert!(code == 1 && text.contains("three widths") && text.contains("is the same"), "{text}");
    insta::assert_snapshot!(
        "diff_of_results_in_markdown",
        said(&["diff", &a, &b, "--format", "markdown"], "80").1
    );
    let (_, json) = said(&["diff", &a, &b, "--format", "json"], "80");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["format"], &json["same"]), (&"cordiale.diff/1".into(), &false.into()));
    let read = |path: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let moved = &json["outcomes"]["fighters_delivered"]["figures"][0];
    let probability =
        |file: &serde_json::Value| file["outcomes"]["fighters_delivered"]["probability"]["estimate"].clone();
    assert_eq!(moved["figure"], "probability");
    assert_eq!(
        (&moved["a"]["estimate"], &moved["b"]["estimate"]),
        (&probability(&read(&a)), &probability(&read(&b)))
    );
    assert_eq!(moved["intervals_overlap"], false);

    assert_eq!(said(&["diff", &a, &a], "80").0, 0);
    // Made differently, with the same answers.
    let older = folder.path().join("older.json");
    std::fs::write(
        &older,
        std::fs::read_to_string(&a).unwrap().replace("\"version\":\"", "\"version\":\"9."),
    )
    .unwrap();
    let (code, text) = said(&["diff", &a, older.to_str().unwrap()], "80");
    assert_eq!(code, 1);
    assert!(text.contains("version") && text.contains("is the same."), "{text}");
    // An exact answer against trials.
    let exact = folder.path().join("exact.json");
    assert!(cordiale(&["exact", SUMMITS, "--out"]).arg(&exact).output().unwrap().status.success());
    let trials = result(folder.path(), "trials.json", &[SUMMITS, "--trials", "400"]);
    insta::assert_snapshot!(
        "diff_of_exact_and_trials",
        said(&["diff", exact.to_str().unwrap(), &trials], "80").1
    );
}

#[test]
fn what_cannot_be_compared_says_what_to_do() {
    let folder = folder();
    let dir = folder.path().to_str().unwrap().to_owned();
    let good = result(folder.path(), "good.json", &[SUMMITS, "--trials", "20"]);
    let text = std::fs::read_to_string(&good).unwrap();
    // Within what is the same in all results, so that no change of one moves the place of the error.
    let cut = r#"{"format":"cordiale."#;
    assert!(text.starts_with(cut));
    let mut all = String::new();
    for (name, content) in [
        ("cut.json", cut.as_bytes().to_vec()),
        ("two.json", text.repeat(2).into_bytes()),
        ("other.json", b"{\"format\": \"cordiale.compare/1\"}".to_vec()),
        ("foreign.json", b" {\"a\": 1}".to_vec()),
        ("part.json", b"{\"format\":\"cordiale.part/1\"}".to_vec()),
        ("odd.json", text.replace("\"kind\":\"event\"", "\"kind\":\"dream\"").into_bytes()),
        ("start.json", text.replace("\"start\":\"", "\"start\":\"x").into_bytes()),
        ("binary.json", b"{\xff\xfe".to_vec()),
        ("deep.json", "{\"a\":".repeat(5_000).into_bytes()),
        ("empty.json", Vec::new()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let output = cordiale(&["diff", &good]).arg(&path).output().unwrap();
        let said = stderr(&output).replace(&dir, "DIR");
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{name}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        all.push_str(&format!("== {name}\n{said}"));
    }
    for (a, b) in [(good.as_str(), SUMMITS), (SUMMITS, "nowhere.toml"), (SUMMITS, "scenarios")] {
        let output = output(&["diff", a, b]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
        all.push_str(&format!("== {} {b}\n{}", a.replace(&dir, "DIR"), stderr(&output).replace(&dir, "DIR")));
    }
    insta::assert_snapshot!(all);
}

/// What a person meets first of these, and what a wrong word gets.
#[test]
fn help_and_wrong_words() {
    insta::assert_snapshot!(transcript(&["diff", "--help"]));
    let wrong: Vec<String> = [
        &["diff", SUMMITS][..],
        &["run", SUMMITS, "--format", "md"],
        &["run", SUMMITS, "--plots"],
        &["run", SUMMITS, "--plot", "--format", "csv"],
        &["diff", SUMMITS, SUMMITS, "--format", "csv"],
        &["run", "nowhere.toml"],
        &["rnu", SUMMITS],
    ]
    .into_iter()
    .map(transcript)
    .collect();
    insta::assert_snapshot!(wrong.join("\n"));
}

/// Every command on the page prints what the page shows.
#[test]
fn the_page_shows_what_its_commands_print() {
    let folder = folder();
    let a = result(folder.path(), "before.json", &[QUASI, "--trials", "2000"]);
    let b = result(folder.path(), "after.json", &[QUASI, "--trials", "2000", "--variant", "no_arms_deal"]);
    let path = root().join("docs/terminal.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (mut mended, mut shown) = (String::new(), 0);
    for (place, piece) in page.split_inclusive("\n````").enumerate() {
        let Some(block) = piece.strip_prefix("console\n").filter(|_| place % 2 == 1) else {
            mended.push_str(piece);
            continue;
        };
        let command = block.lines().next().unwrap();
        let arguments: Vec<&str> = command.strip_prefix("$ cordiale ").unwrap().split(' ').collect();
        let files = [("before.json", a.as_str()), ("after.json", b.as_str())];
        let arguments: Vec<&str> = arguments
            .into_iter()
            .map(|argument| {
                files.iter().find(|(name, _)| *name == argument).map_or(argument, |(_, path)| path)
            })
            .collect();
        let output = cordiale(&arguments).env("COLUMNS", "80").output().unwrap();
        assert_eq!(stderr(&output), "");
        let text = stdout(&output).replace(&format!("{}/", folder.path().display()), "");
        mended.push_str(&format!("console\n{command}\n{text}````"));
        shown += 1;
    }
    assert_eq!(shown, 3);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &mended).unwrap();
    } else {
        assert!(page == mended, "the page differs; UPDATE_GOLDEN=1 accepts what is printed:\n{mended}");
    }
}

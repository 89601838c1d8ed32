//! What a person meets first.

use super::{cordiale, folder, output, root, shipped, stderr, stdout, transcript};

#[test]
fn help_and_version() {
    insta::assert_snapshot!(transcript(&["--help"]));
    insta::assert_snapshot!(transcript(&["run", "--help"]));
    insta::assert_snapshot!(transcript(&["--version"]));
    assert_eq!(output(&[]).status.code(), Some(2));
}

/// The first screen of the README is one command and exactly what it prints.
#[test]
fn the_readme_shows_what_its_command_prints() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let (command, printed) = block.split_once('\n').unwrap();
    let arguments: Vec<&str> =
        command.strip_prefix("$ cargo run --release -- ").unwrap().split(' ').collect();
    let output = cordiale(&arguments).env_remove("COLUMNS").output().unwrap();
    assert_eq!(stdout(&output), printed);
    assert_eq!(stderr(&output), "");
}

/// So does its mistake, in the scenario that `new` writes.
#[test]
fn the_readme_shows_what_check_says_of_a_mistake() {
    let folder = folder();
    let run = |arguments: &[&str]| cordiale(arguments).current_dir(folder.path()).output().unwrap();
    assert!(run(&["new", "my-question"]).status.success());
    let file = folder.path().join("my-question/my-question.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"talks_a_year\"", "\"talks_a_yaer\"")).unwrap();
    let output = run(&["check", "my-question/my-question.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let shown = format!("$ cordiale check my-question/my-question.toml\n{}\n```", stderr(&output).trim_end());
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&shown), "{shown}");
}

#[test]
fn a_new_scenario_checks_without_a_warning_and_runs() {
    let folder = folder();
    let dir = folder.path().join("my-question");
    let said = stdout(&cordiale(&["new"]).arg(&dir).output().unwrap());
    insta::assert_snapshot!(said.replace(folder.path().to_str().unwrap(), "DIR"));
    let file = dir.join("my-question.toml");
    for arguments in [
        vec!["check", "--deny", "warnings"],
        vec!["run"],
        vec!["run", "--variant", "colder_start"],
        vec!["trace"],
    ] {
        let output = cordiale(&arguments).arg(&file).output().unwrap();
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{arguments:?}");
    }
    // It is not written over.
    let again = cordiale(&["new"]).arg(&dir).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("is there already"));
}

#[test]
fn the_shipped_scenarios_check_without_a_warning() {
    for file in shipped() {
        let output = cordiale(&["check", "--deny", "warnings"]).arg(&file).output().unwrap();
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{}", file.display());
    }
}

#[test]
fn worlds_are_listed_shown_and_written_out() {
    insta::assert_snapshot!(transcript(&["world"]));
    let shown = stdout(&output(&["world", "diplomat-2013"]));
    assert!(shown.contains("arms[RUS,CHN]") && shown.contains("diplomat ¶"), "{shown}");
    let folder = folder();
    let file = folder.path().join("w.toml");
    assert!(cordiale(&["world", "diplomat-2013", "--out"]).arg(&file).output().unwrap().status.success());
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        stdout(&output(&["world", "diplomat-2013", "--format", "toml"]))
    );
    assert!(cordiale(&["check"]).arg(&file).output().unwrap().status.success());
    assert_eq!(output(&["world", "nowhere"]).status.code(), Some(2));
}

#[test]
fn a_code_is_explained() {
    insta::assert_snapshot!(transcript(&["check", "--explain", "e101"]));
    assert_eq!(output(&["check", "--explain", "E999"]).status.code(), Some(2));
    let explained = stdout(&output(&["check", "--explain", "E203"]));
    for function in cordiale::core::functions::FUNCTIONS {
        let is_told = |line: &str| line.contains(function.signature) && line.ends_with(function.doc);
        assert!(explained.lines().any(is_told), "{}: {explained}", function.name);
    }
}

#[test]
fn the_shell_is_served() {
    let schema: serde_json::Value = serde_json::from_str(&stdout(&output(&["schema"]))).unwrap();
    assert_eq!(schema["properties"]["rules"]["type"], "object");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&output(&["completions", shell])).contains("cordiale"), "{shell}");
    }
    assert!(stdout(&output(&["man"])).contains(".TH cordiale"));
    let folder = folder();
    assert!(cordiale(&["man", "--out"]).arg(folder.path()).output().unwrap().status.success());
    assert!(folder.path().join("cordiale-run.1").exists());
}

#[test]
fn every_diagnostic_is_rendered_with_its_place() {
    let mut seen = String::new();
    let mut files: Vec<_> = std::fs::read_dir(root().join("crates/core/tests/fixtures"))
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    files.sort();
    for name in files {
        let path = format!("crates/core/tests/fixtures/{}", name.to_str().unwrap());
        let output = output(&["check", &path]);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{path}");
        seen.push_str(&format!(
            "== {} exit {}\n{}",
            name.to_str().unwrap(),
            output.status.code().unwrap(),
            stderr(&output)
        ));
    }
    insta::assert_snapshot!(seen);
}

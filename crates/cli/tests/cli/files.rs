//! What is written never takes the place of what is read, and what cannot be written is known before the work.

use super::{cordiale, folder, root, stderr, stdout};

/// Every command that runs something and writes a file.
const COMMANDS: [&[&str]; 8] = [
    &["run"],
    &["compare"],
    &["sensitivity", "--points", "8"],
    &["explain", "--outcome", "strike"],
    &["assumptions"],
    &["report"],
    &["exact"],
    &["sweep", "--over", "decision_rate=1..2:2"],
];

#[test]
fn a_scenario_is_not_overwritten_by_its_answer() {
    let folder = folder();
    let path = folder.path().join("syria.toml");
    std::fs::copy(root().join("scenarios/syria-strike.toml"), &path).unwrap();
    let before = std::fs::read_to_string(&path).unwrap();
    for words in COMMANDS {
        let output = cordiale(words).arg(&path).arg("-q").arg("--out").arg(&path).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains("which is read; name another file"), "{words:?}: {said}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before, "{words:?}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_known_before_the_work() {
    for words in COMMANDS {
        let nowhere = root().join("no/such/folder/out.json");
        let file = root().join("scenarios/syria-strike.toml");
        // Trials that would take days.
        let trials: &[&str] = if matches!(words[0], "run" | "compare" | "report") {
            &["--trials", "1000000000000"]
        } else {
            &[]
        };
        let output = cordiale(words).arg(&file).args(trials).arg("--out").arg(&nowhere).output().unwrap();
        let said = stderr(&output);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{words:?}: {said}");
        assert!(said.contains("there is no such folder; nothing was written"), "{words:?}: {said}");
    }
}

#[test]
fn two_files_of_one_name_are_refused() {
    let folder = folder();
    let path = folder.path().join("both.csv");
    let file = root().join("scenarios/syria-strike.toml");
    for (words, option) in [(&["sensitivity"][..], "--sample"), (&["run"], "--keep-trials")] {
        let output =
            cordiale(words).arg(&file).arg("--out").arg(&path).arg(option).arg(&path).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("--out and {option} name one file; give each its own")), "{said}");
        assert!(!path.exists());
    }
}

#[test]
fn parts_results_and_models_are_not_overwritten_either() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (scenario, part, result) = (at("syria.toml"), at("part.json"), at("result.json"));
    std::fs::copy(root().join("scenarios/syria-strike.toml"), &scenario).unwrap();
    for words in [["--shard", "1/1", &part], ["--trials", "100", &result]] {
        let [option, value, out] = words;
        let made = cordiale(&["run", &scenario, "-q", option, value, "--out", out]).output().unwrap();
        assert!(made.status.success(), "{}", stderr(&made));
    }
    let cases: [(&[&str], &str); 5] = [
        (&["merge", &part, "--out"], &part),
        (&["diff", &result, &part, "--out"], &result),
        (&["diff", &scenario, &scenario, "--out"], &scenario),
        (&["export", &scenario, "--to", "dot", "--out"], &scenario),
        (&["run", &scenario, "--trials", "100", "--checkpoint"], &scenario),
    ];
    for (words, file) in cases {
        let before = std::fs::read(file).unwrap();
        let output = cordiale(words).arg(file).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains("which is read; name another file"), "{words:?}: {said}");
        assert_eq!(std::fs::read(file).unwrap(), before, "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_the_file_behind_it_is_written() {
    let folder = folder();
    let [link, file] = ["link.json", "file.json"].map(|name| folder.path().join(name));
    std::fs::write(&file, "before").unwrap();
    std::os::unix::fs::symlink("file.json", &link).unwrap();
    let output =
        cordiale(&["run", "scenarios/two-summits.toml", "-q", "--trials", "64", "--format", "json", "--out"])
            .arg(&link)
            .output()
            .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(link.is_symlink());
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("{\"format\""));
}

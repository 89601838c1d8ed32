//! What is written never takes the place of what is read, and what cannot be written is known before the work.

use super::{cordiale, folder, output, root, stderr, stdout};

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

    // Before there is a file behind it, too; and two links to one file are two names of it.
    std::fs::remove_file(&file).unwrap();
    let other = folder.path().join("other.json");
    std::os::unix::fs::symlink("link.json", &other).unwrap();
    let run = |arguments: &[&std::ffi::OsStr]| {
        let mut command = cordiale(&["run", "scenarios/two-summits.toml", "-q", "--trials", "64", "--out"]);
        command.arg(&link).args(arguments).output().unwrap()
    };
    let both = run(&["--checkpoint".as_ref(), other.as_os_str()]);
    assert!(stderr(&both).contains("name one file"), "{}", stderr(&both));
    assert!(run(&[]).status.success());
    assert!(link.is_symlink() && file.is_file());
}

/// However they are spelt, and before any of them is there.
#[test]
fn one_file_under_two_names_is_refused() {
    let folder = folder();
    let run = |words: &[&str]| {
        let scenario = root().join("scenarios/two-summits.toml");
        let output = cordiale(&["run", "-q", "--trials", "64"])
            .current_dir(folder.path())
            .arg(scenario)
            .args(words)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(
            stderr(&output).contains("name one file; give each its own"),
            "{words:?}: {}",
            stderr(&output)
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{words:?}");
    };
    run(&["--out", "x.json", "--checkpoint", "./x.json"]);
    run(&["--out", "x.csv", "--keep-trials", folder.path().join("x.csv").to_str().unwrap()]);
    run(&["--shard", "1/2", "--out", "p{shard}.json", "--checkpoint", "p1.json"]);
}

#[test]
fn a_world_is_not_overwritten_by_an_answer() {
    let folder = folder();
    let [file, world] = ["s.toml", "w.toml"].map(|name| folder.path().join(name));
    let text =
        "[scenario]\nworld = \"w.toml\"\nstart = 2024-01-01\nhorizon = 4\n[outcomes.x]\nvalue = \"x\"\n";
    std::fs::write(&file, text).unwrap();
    std::fs::write(&world, "[world]\n[variables]\nx = { initial = 0, volatility = 1 }\n").unwrap();
    let before = std::fs::read_to_string(&world).unwrap();
    let submit: &[&str] = &["submit", "--engine", "slurm", "--shards", "2"];
    for words in [&["run"][..], &["report"], &["export", "--to", "dot"], submit] {
        let output = cordiale(words).arg(&file).arg("--out").arg(&world).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains("which is read; name another file"), "{words:?}: {said}");
        assert_eq!(std::fs::read_to_string(&world).unwrap(), before, "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_write_protected_stays() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("kept.json");
    std::fs::write(&path, "before").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let output = cordiale(&["run", "scenarios/two-summits.toml", "-q", "--out"]).arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("it is write-protected; nothing was written"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
}

/// As /dev/stdout is, which must not become a file of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_name_of_an_open_file_is_written_to() {
    let folder = folder();
    let [link, file] = ["link", "file.json"].map(|name| folder.path().join(name));
    std::os::unix::fs::symlink("/proc/self/fd/1", &link).unwrap();
    std::fs::write(&file, "before\n").unwrap();
    let status = std::process::Command::new(assert_cmd::cargo::cargo_bin!("cordiale"))
        .current_dir(root())
        .args(["run", "scenarios/two-summits.toml", "-q", "--trials", "64", "--format", "json", "--out"])
        .arg(&link)
        .stdout(std::fs::File::options().append(true).open(&file).unwrap())
        .status()
        .unwrap();
    assert!(status.success() && link.is_symlink());
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("before\n{\"format\""));

    // A reader that closes the pipe has had enough.
    let closed = std::process::Command::new("sh")
        .current_dir(root())
        .args(["-c", "\"$@\" | true", "sh"])
        .arg(assert_cmd::cargo::cargo_bin!("cordiale"))
        .args(["run", "scenarios/two-summits.toml", "-q", "--out", "/dev/stdout"])
        .output()
        .unwrap();
    assert_eq!(stderr(&closed), "");
}

#[cfg(unix)]
#[test]
fn a_new_file_is_as_readable_as_any_and_one_that_is_replaced_as_before() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    let run = |umask: &str, name: &str| {
        let binary = assert_cmd::cargo::cargo_bin!("cordiale");
        let line = format!(
            "umask {umask} && exec \"$0\" run scenarios/two-summits.toml --trials 64 -q --out \"$1\""
        );
        let shell = std::process::Command::new("sh")
            .current_dir(root())
            .args(["-c", &line])
            .arg(binary)
            .arg(folder.path().join(name))
            .status();
        assert!(shell.unwrap().success());
    };
    run("077", "own.json");
    run("022", "open.json");
    run("002", "group.json");
    assert_eq!([mode("own.json"), mode("open.json"), mode("group.json")], [0o600, 0o644, 0o664]);
    run("022", "own.json");
    assert_eq!(mode("own.json"), 0o600);
}

/// Of several files what is finished is printed, whatever becomes of those behind it.
#[test]
fn what_is_finished_is_printed_where_the_next_fails() {
    let folder = folder();
    let file = folder.path().join("fails.toml");
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 4\n[variables]\nx = { initial = 0 }\n\
                [rules.r]\neffects = [\"x -= 1\"]\n[outcomes.x]\nvalue = \"sqrt(x)\"\n";
    std::fs::write(&file, text).unwrap();
    let run = |files: &[&str]| {
        let words = [&["run", "-q", "--trials", "64"], files].concat();
        output(&words)
    };
    let fails = file.to_str().unwrap();
    let alone = run(&["scenarios/two-summits.toml"]);
    let both = run(&["scenarios/two-summits.toml", fails]);
    assert_eq!(both.status.code(), Some(2));
    assert_eq!(stdout(&both), stdout(&alone));
    assert!(stderr(&both).contains("is not a number"), "{}", stderr(&both));
    // A file with one of two would look whole.
    let out = folder.path().join("out.txt");
    std::fs::write(&out, "before").unwrap();
    let to_file = run(&["scenarios/two-summits.toml", fails, "--out", out.to_str().unwrap()]);
    assert_eq!((to_file.status.code(), std::fs::read_to_string(&out).unwrap().as_str()), (Some(2), "before"));
    let first = run(&[fails, "scenarios/two-summits.toml"]);
    assert_eq!((first.status.code(), stdout(&first)), (Some(2), String::new()));
}

//! Runs that are stopped, killed and taken up again.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{cordiale, folder, output, root, stderr, stdout};

const FILE: &str = "scenarios/quasi-alliance.toml";

fn start(arguments: &[&str], rest: &[&Path]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin!("cordiale"))
        .current_dir(root())
        .env("NO_COLOR", "1")
        .args(arguments)
        .args(rest)
        .spawn()
        .unwrap()
}

/// Waits until there is another checkpoint than there was.
fn wait_for(checkpoint: &Path, before: Option<&str>) {
    let begun = Instant::now();
    loop {
        let now = fs::read_to_string(checkpoint).ok();
        if now.is_some() && now.as_deref() != before {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no checkpoint is written");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn held(part: &Path) -> u64 {
    let part: serde_json::Value = serde_json::from_str(&fs::read_to_string(part).unwrap()).unwrap();
    assert_eq!(part["partial"], true);
    part["held"][1].as_u64().unwrap()
}

#[test]
fn a_killed_run_goes_on_and_ends_with_the_same_bytes() {
    let folder = folder();
    let checkpoint = folder.path().join("run.checkpoint");
    let arguments = [
        "run",
        FILE,
        "-q",
        "--format",
        "json",
        "--trials",
        "4321",
        "--checkpoint-every",
        "20ms",
        "--checkpoint",
    ];
    let mut before: Option<String> = None;
    for _ in 0..3 {
        let mut child = start(&arguments, &[&checkpoint]);
        wait_for(&checkpoint, before.as_deref());
        // At whatever it is doing: this is SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        before = Some(fs::read_to_string(&checkpoint).unwrap());
    }
    assert!(held(&checkpoint) < 4321);
    let resumed = cordiale(&arguments).arg(&checkpoint).output().unwrap();
    let whole = output(&["run", FILE, "-q", "--format", "json", "--trials", "4321"]);
    assert_eq!(stdout(&resumed), stdout(&whole));
    assert_eq!(resumed.status.code(), Some(0));
    assert!(!checkpoint.exists(), "it is removed once the result is written");
}

#[test]
fn an_interrupted_shard_is_partial_and_can_be_completed() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let (checkpoint, part) = (path("checkpoint"), path("part.json"));
    let arguments = ["run", FILE, "-q", "--trials", "2_000_000_000", "--shard", "1/2", "--out"];
    let mut reached = Vec::new();
    for _ in 0..2 {
        let before = fs::read_to_string(&checkpoint).ok();
        let flags = ["--checkpoint", checkpoint.to_str().unwrap(), "--checkpoint-every", "50ms"];
        let mut all = arguments.to_vec();
        all.push(part.to_str().unwrap());
        all.extend(flags);
        let mut child = start(&all, &[]);
        wait_for(&checkpoint, before.as_deref());
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(held(&part), held(&checkpoint));
        reached.push(held(&part));
    }
    assert!(0 < reached[0] && reached[0] < reached[1], "the second goes on from the first: {reached:?}");

    let merged = cordiale(&["merge"]).arg(&part).output().unwrap();
    let said = stderr(&merged);
    assert_eq!((merged.status.code(), stdout(&merged).as_str()), (Some(2), ""));
    let end = reached[1];
    for needle in [
        format!("part.json was interrupted, and lacks trials {end} to 999999999"),
        format!("--trials 2000000000 --seed 2013 --trials-from {end} --trials-to 1000000000"),
        "--shard 2/2".to_owned(),
    ] {
        assert!(said.contains(&needle), "{needle}: {said}");
    }
}

/// Whether these tests run where hangups are ignored, as under nohup: what they start ignores them too, as it should.
fn ignores_hangups() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).is_some_and(|bits| bits & 1 == 1)
}

/// What batch systems and closing terminals send: the run stops as by Ctrl-C, and goes on from there.
#[test]
fn a_run_that_is_told_to_end_writes_its_checkpoint() {
    let folder = folder();
    let checkpoint = folder.path().join("checkpoint");
    let arguments =
        ["run", FILE, "-q", "--trials", "2_000_000_000", "--checkpoint-every", "50ms", "--checkpoint"];
    let mut before = 0;
    for signal in ["-TERM", "-HUP"].into_iter().take(if ignores_hangups() { 1 } else { 2 }) {
        let last = fs::read_to_string(&checkpoint).ok();
        let mut child = start(&arguments, &[&checkpoint]);
        wait_for(&checkpoint, last.as_deref());
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        let now = held(&checkpoint);
        assert!(before < now, "{signal}: {before} {now}");
        before = now;
    }
}

#[test]
fn a_run_may_outlive_its_terminal() {
    let mut child = Command::new("nohup")
        .arg(assert_cmd::cargo::cargo_bin!("cordiale"))
        .current_dir(root())
        .args(["run", FILE, "-q", "--trials", "2_000_000_000"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert!(Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A mistyped program behind the pipe costs no run of days.
#[test]
fn a_checkpoint_stays_until_the_result_is_read() {
    let folder = folder();
    let checkpoint = folder.path().join("checkpoint");
    let arguments = ["run", FILE, "-q", "--format", "json", "--trials", "300", "--checkpoint"];
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("cordiale"))
        .current_dir(root())
        .args(arguments)
        .arg(&checkpoint)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let unread = child.wait_with_output().unwrap();
    assert_eq!(unread.status.code(), Some(0));
    assert!(
        stderr(&unread).contains("checkpoint stays, and the same command prints it"),
        "{}",
        stderr(&unread)
    );
    assert!(checkpoint.exists());
    let read = cordiale(&arguments).arg(&checkpoint).output().unwrap();
    assert_eq!(stdout(&read), stdout(&output(&arguments[..arguments.len() - 1])));
    assert!(!checkpoint.exists());
}

/// Where files may not grow so large a warning says so, and nothing is left behind.
#[test]
fn a_limit_on_files_does_not_end_a_run() {
    let folder = folder();
    let limited = |rest: &str| {
        let cordiale = assert_cmd::cargo::cargo_bin!("cordiale");
        let run = format!("ulimit -f 8; exec '{}' run {FILE} --trials 300 {rest}", cordiale.display());
        Command::new("sh").current_dir(root()).env("NO_COLOR", "1").args(["-c", &run]).output().unwrap()
    };
    let checkpoint = folder.path().join("checkpoint");
    let ran = limited(&format!("--checkpoint '{}'", checkpoint.display()));
    assert_eq!((ran.status.code(), checkpoint.exists()), (Some(0), false), "{}", stderr(&ran));
    let out = folder.path().join("out.json");
    let ran = limited(&format!("--out '{}'", out.display()));
    assert_eq!(ran.status.code(), Some(2));
    assert!(stderr(&ran).contains("nothing was written"), "{}", stderr(&ran));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_whole_part_is_not_replaced_by_one_that_is_interrupted() {
    let folder = folder();
    let part = folder.path().join("part.json");
    let arguments = ["run", FILE, "-q", "--trials", "40000", "--shard", "1/2", "--out"];
    cordiale(&arguments).arg(&part).assert().success();
    let whole = fs::read_to_string(&part).unwrap();
    let mut child = start(&arguments, &[&part]);
    std::thread::sleep(Duration::from_millis(60));
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    assert!(fs::read_to_string(&part).unwrap() == whole);
}

#[test]
fn an_interrupted_part_merges_with_the_part_that_it_lacks() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let (checkpoint, rest) = (path("checkpoint"), path("rest.json"));
    let flags = ["run", FILE, "-q", "--trials", "4321"];
    let mut all = flags.to_vec();
    all.extend(["--checkpoint-every", "20ms", "--checkpoint"]);
    let mut child = start(&all, &[&checkpoint]);
    wait_for(&checkpoint, None);
    child.kill().unwrap();
    child.wait().unwrap();
    // A checkpoint is a part as any other.
    let from = held(&checkpoint).to_string();
    cordiale(&flags).args(["--trials-from", &from, "--out"]).arg(&rest).assert().success().stdout("");
    let merged = cordiale(&["merge", "-q"]).args([&checkpoint, &rest]).output().unwrap();
    assert_eq!(stdout(&merged), stdout(&output(&flags)));
}

#[test]
fn a_checkpoint_of_something_else_is_left_alone() {
    let folder = folder();
    let kept = folder.path().join("kept");
    cordiale(&["run", FILE, "-q", "--trials", "300", "--shard", "1/2", "--out"])
        .arg(&kept)
        .assert()
        .success();
    let before = fs::read_to_string(&kept).unwrap();
    for (arguments, needle) in [
        (&["--trials", "300", "--seed", "7"][..], "seed: 2013 there, 7 here"),
        (&["--trials", "301"], "trials in all: 300 there, 301 here"),
        (&["--trials", "300", "--set", "arms[RUS,CHN]=0.2"], "settings: none there, arms[RUS,CHN]=0.2 here"),
        (&["--trials", "300"], "trials: 0 to 127 there, 0 to 299 here"),
    ] {
        let run = cordiale(&["run", FILE, "-q", "--checkpoint"]).arg(&kept).args(arguments).output().unwrap();
        let said = stderr(&run);
        assert_eq!((run.status.code(), stdout(&run).as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(needle) && said.contains("delete or rename it"), "{needle}: {said}");
        assert_eq!(fs::read_to_string(&kept).unwrap(), before);
    }
    for text in ["", "not a checkpoint", &before[..before.len() / 2]] {
        fs::write(&kept, text).unwrap();
        let run = cordiale(&["run", FILE, "-q", "--checkpoint"]).arg(&kept).output().unwrap();
        assert_eq!(run.status.code(), Some(2));
        assert!(stderr(&run).contains("is no checkpoint to go on from"), "{}", stderr(&run));
        assert_eq!(fs::read_to_string(&kept).unwrap(), text);
    }
}

/// As on a full disk: no file may grow beyond a block, and the result goes to a pipe.
#[test]
fn a_result_needs_no_checkpoint() {
    let folder = folder();
    let program = assert_cmd::cargo::cargo_bin!("cordiale");
    let limited = Command::new("sh")
        .current_dir(root())
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"])
        .arg(program)
        .args([
            "run",
            FILE,
            "-q",
            "--trials",
            "5000",
            "--format",
            "json",
            "--checkpoint-every",
            "1ms",
            "--checkpoint",
        ])
        .arg(folder.path().join("run.checkpoint"))
        .output()
        .unwrap();
    let said = stderr(&limited);
    assert_eq!(limited.status.code(), Some(0), "{said}");
    assert!(said.contains("nothing was written; the run goes on"), "{said}");
    assert_eq!(
        stdout(&limited),
        stdout(&output(&["run", FILE, "-q", "--trials", "5000", "--format", "json"]))
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A link to another disk, say: the file behind it comes and goes.
#[test]
fn a_linked_checkpoint_is_removed_where_it_is() {
    let folder = folder();
    let [link, file] = ["link", "file"].map(|name| folder.path().join(name));
    std::os::unix::fs::symlink("file", &link).unwrap();
    let arguments = ["run", FILE, "-q", "--trials", "6400", "--checkpoint-every", "1ms", "--checkpoint"];
    let output = cordiale(&arguments).arg(&link).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(link.is_symlink() && !file.exists());
}

#[test]
fn a_checkpoint_is_a_file() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let output = cordiale(&["run", FILE, "--trials", "10", "--checkpoint"]).arg(&pipe).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is a device or a pipe; name a file"), "{}", stderr(&output));
}

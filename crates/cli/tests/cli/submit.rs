//! Jobs of batch systems: what is written, what is there already, and a Slurm that only takes notes.
//! `.ci/slurm` runs them on a real one.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::{cordiale, folder, output, root, stderr, stdout};

const FILE: &str = "scenarios/quasi-alliance.toml";

/// Submits into `jobs` below a folder: 4 shards of 300 trials, unless told otherwise.
fn submit(folder: &Path, engine: &str, rest: &[&str]) -> Output {
    let mut command = cordiale(&["submit", "-q", "--engine", engine, "--trials", "300"]);
    if !rest.contains(&"--shards") {
        command.args(["--shards", "4"]);
    }
    command.arg("--dir").arg(folder.join("jobs")).args(rest);
    if !rest.iter().any(|word| word.ends_with(".toml")) {
        command.arg(FILE);
    }
    command.output().unwrap()
}

/// Without the names of folders that differ from machine to machine.
fn plain(folder: &Path, text: &str) -> String {
    let root = root().canonicalize().unwrap();
    let binary = assert_cmd::cargo::cargo_bin("cordiale");
    let hash = &blake3::hash(folder.join("jobs").to_str().unwrap().as_bytes()).to_hex()[..8];
    text.replace(binary.to_str().unwrap(), "/bin/cordiale")
        .replace(hash, "HASH")
        .replace(folder.to_str().unwrap(), "/FOLDER")
        .replace(root.to_str().unwrap(), "/ROOT")
}

/// What is printed, and all that is written.
fn written(folder: &Path, output: &Output) -> String {
    assert_eq!((output.status.code(), stderr(output).as_str()), (Some(0), ""));
    let mut files: Vec<_> = fs::read_dir(folder.join("jobs")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut text = stdout(output);
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        text.push_str(&format!("== {name}\n{}", fs::read_to_string(&file).unwrap()));
    }
    plain(folder, &text)
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("jobs").join(name)).unwrap()
}

#[test]
fn scripts_for_slurm() {
    let folder = folder();
    let options = ["--option=--partition=short", "--option", "--time=60", "--threads", "8"];
    let options = [&options[..], &["--checkpoint-every", "5m"]].concat();
    insta::assert_snapshot!(written(folder.path(), &submit(folder.path(), "slurm", &options)));
}

#[test]
fn manifests_for_kubernetes() {
    let folder = folder();
    let output = submit(folder.path(), "kubernetes", &["--image", "registry/cordiale:0.1"]);
    insta::assert_snapshot!(written(folder.path(), &output));
}

#[test]
fn a_dag_for_htcondor() {
    let folder = folder();
    let output = submit(folder.path(), "htcondor", &["--option", "request_memory = 1GB"]);
    insta::assert_snapshot!(written(folder.path(), &output));
}

/// Runs the scripts themselves, as any launcher would.
#[cfg(unix)]
fn run(folder: &Path, script: &str, argument: &str) -> Output {
    let script = folder.join("jobs").join(script);
    // From anywhere.
    std::process::Command::new("sh").arg(script).arg(argument).current_dir("/").output().unwrap()
}

#[cfg(unix)]
#[test]
fn only_what_is_missing_is_run_again() {
    let folder = folder();
    // Whatever a shell would make of these names.
    let at = folder.path().join("it's $HOME & \"more\"");
    fs::create_dir(&at).unwrap();
    let file = at.join("a; b {shard}.toml");
    fs::copy(root().join(FILE), &file).unwrap();
    let file = file.to_str().unwrap();
    let out = folder.path().join("whole result.json");
    let flags = ["--set", "arms[RUS,CHN]=0.2", "--horizon", "5 years", "--seed", "9"];
    let mut arguments = vec!["--out", out.to_str().unwrap(), file];
    arguments.extend(flags);
    let submit = || submit(&at, "slurm", &arguments);

    assert_eq!(submit().status.code(), Some(0));
    assert!(read(&at, "shards.sbatch").contains("#SBATCH --array=1-4\n"));
    for number in ["1", "2", "3", "4"] {
        let ran = run(&at, "shard.sh", number);
        assert_eq!((ran.status.code(), stderr(&ran).as_str()), (Some(0), ""));
    }
    fs::remove_file(at.join("jobs/part-1.json")).unwrap();
    let whole = read(&at, "part-4.json");
    fs::write(at.join("jobs/part-4.json"), &whole[..whole.len() / 2]).unwrap();

    let said = stdout(&submit());
    assert!(said.contains("part-4.json: it is cut off"), "{said}");
    assert!(said.contains("to run: shards 1,4 of 4; the other parts are there"), "{said}");
    assert!(read(&at, "shards.sbatch").contains("#SBATCH --array=1,4\n"));
    assert_eq!(run(&at, "merge.sh", "").status.code(), Some(2));
    for number in ["1", "4"] {
        assert_eq!(run(&at, "shard.sh", number).status.code(), Some(0));
    }

    let said = stdout(&submit());
    assert!(said.contains("all 4 parts are there: only the merge is left"), "{said}");
    assert!(said.ends_with("\n  sbatch merge.sbatch\n"), "{said}");
    assert_eq!(run(&at, "merge.sh", "").status.code(), Some(0));
    let mut arguments = vec!["run", "-q", "--format", "json", "--trials", "300", file];
    arguments.extend(flags);
    assert_eq!(fs::read_to_string(out).unwrap(), stdout(&output(&arguments)));
}

#[test]
fn what_is_of_another_run_is_kept() {
    let folder = folder();
    let jobs = folder.path().join("jobs");
    let part = |out: &str, flags: &[&str]| {
        let mut command = cordiale(&["run", "-q", FILE, "--trials", "300"]);
        assert!(command.args(flags).arg("--out").arg(jobs.join(out)).output().unwrap().status.success());
    };
    fs::create_dir(&jobs).unwrap();
    part("part-1.json", &["--shard", "1/4", "--seed", "7"]);
    part("part-2.json", &["--shard", "2/4", "--variant", "no_arms_deal"]);
    part("part-3.json", &["--shard", "1/5"]);
    part("part-4.checkpoint", &["--shard", "4/4", "--seed", "8"]);
    part("part-5.json", &["--shard", "4/4"]);
    part("part-04.json", &["--shard", "4/4"]);
    let refused = submit(folder.path(), "slurm", &[]);
    assert_eq!((refused.status.code(), stdout(&refused).as_str()), (Some(2), ""));
    insta::assert_snapshot!(plain(folder.path(), &stderr(&refused)));
    assert!(!jobs.join("shards.sbatch").exists());

    for name in ["part-1.json", "part-2.json", "part-3.json", "part-5.json", "part-04.json"] {
        fs::remove_file(jobs.join(name)).unwrap();
    }
    for name in ["part-1.checkpoint", "part-4.checkpoint"] {
        fs::write(jobs.join(name), "no checkpoint").unwrap();
    }
    let said = stderr(&submit(folder.path(), "slurm", &[]));
    for needle in
        ["holds what is no checkpoint to go on from", "  part-1.ch", "  part-4.ch", "delete these files"]
    {
        assert!(said.contains(needle), "{needle}: {said}");
    }
}

#[test]
fn what_cannot_run_is_not_submitted() {
    let folder = folder();
    let wrong = folder.path().join("wrong.toml");
    fs::write(&wrong, "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[outcomes.o]\nwhen = 'presure > 1'\n")
        .unwrap();
    let fails = folder.path().join("fails.toml");
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[variables.x]\ninitial = 0\n\
        [rules.r]\nchance = 1\neffects = ['x = 1 / x']\n[outcomes.o]\nwhen = 'x > 1'\n";
    fs::write(&fails, text).unwrap();
    for (engine, rest, needle) in [
        ("slurm", &[wrong.to_str().unwrap()][..], "E101"),
        ("slurm", &[fails.to_str().unwrap()], "trial 0"),
        ("slurm", &["nowhere.toml"], "there is no such file"),
        ("slurm", &["--variant", "nowhere"], "nowhere"),
        ("slurm", &["--shards", "301"], "cut them into fewer"),
        ("slurm", &["--shards", "0"], "1..=10000"),
        ("slurm", &["--image", "x"], "--image is for Kubernetes"),
        ("slurm", &["--option=--array=1-9"], "set by submit"),
        ("slurm", &["--option=--arr=1-9"], "set by submit"),
        ("slurm", &["--option=--kill=no"], "set by submit"),
        ("slurm", &["--option=-d 7"], "set by submit"),
        ("slurm", &["--option=partition=short"], "no such option"),
        ("slurm", &["--option=--comment=a\nrm x"], "write one line"),
        ("slurm", &["--out", "nowhere/result.json"], "there is no such folder"),
        ("slurm", &["--out", FILE, FILE], "which is read; name another file"),
        ("slurm", &["--out", "crates"], "it is a directory"),
        ("slurm", &["--binary", "nowhere/cordiale"], "there is no such program"),
        ("kubernetes", &[], "--image"),
        ("kubernetes", &["--image", "x", "--option", "x"], "--option is for Slurm and HTCondor"),
        ("kubernetes", &["--image", "x", "--go"], "--go submits to Slurm alone"),
        ("htcondor", &["--go"], "--go submits to Slurm alone"),
        ("pbs", &[], "[possible values: slurm, kubernetes, htcondor]"),
    ] {
        let output = submit(folder.path(), engine, rest);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{rest:?}");
        assert!(stderr(&output).contains(needle), "{rest:?}: {}", stderr(&output));
        assert!(!folder.path().join("jobs").exists(), "{rest:?}");
    }
}

/// What was submitted before and cannot be read is not taken for nothing: here a folder is in the place of the list.
#[test]
fn what_cannot_be_read_is_not_taken_for_nothing() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("jobs/slurm-jobs.txt")).unwrap();
    let output = submit(folder.path(), "slurm", &["--go"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
    assert!(stderr(&output).contains("what was submitted before is not known"), "{}", stderr(&output));
    assert!(!folder.path().join("jobs/shard.sh").exists());
}

/// In the folder of the jobs, which is made with them, but in the place of none of their files.
#[test]
fn a_result_stands_beside_the_jobs() {
    let folder = folder();
    for name in ["merge.sh", "part-9.json", "shard-1.log", "slurm-jobs.txt", "MERGE.sbatch"] {
        let out = folder.path().join("jobs").join(name);
        let output = submit(folder.path(), "slurm", &["--out", out.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(stderr(&output).contains("a name that the jobs have use for"), "{}", stderr(&output));
    }
    for name in ["answer.json", "merge.json"] {
        let out = folder.path().join("./jobs").join(name);
        let output = submit(folder.path(), "slurm", &["--out", out.to_str().unwrap()]);
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    }
    // Nor a scenario in the place of a script, nor a folder in that of the result.
    let scenario = folder.path().join("jobs/shard.sh");
    fs::copy(root().join(FILE), &scenario).unwrap();
    let mut command = cordiale(&["submit", "-q", "--engine", "slurm", "--shards", "2", "--dir"]);
    let output = command.arg(folder.path().join("jobs")).arg(&scenario).output().unwrap();
    assert!(stderr(&output).contains("which is read; name another file"), "{}", stderr(&output));
    fs::create_dir(folder.path().join("jobs/result.json")).unwrap();
    assert!(stderr(&submit(folder.path(), "slurm", &[])).contains("it is a directory"));
}

/// A cluster has one folder of a name, and the commands that are printed remove what has it.
#[test]
fn jobs_of_two_folders_have_two_names_on_kubernetes() {
    let names = [folder(), folder()].map(|folder| {
        submit(folder.path(), "kubernetes", &["--image", "x"]);
        read(folder.path(), "shards.yaml")
            .lines()
            .find(|line| line.contains("  name: cordiale-"))
            .unwrap()
            .to_owned()
    });
    assert_ne!(names[0], names[1]);
}

/// Commands in place of Slurm's that note how they are called.
#[cfg(unix)]
fn fake(folder: &Path, sbatch: &str, squeue: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    for (name, does) in [("sbatch", sbatch), ("squeue", squeue)] {
        let notes = folder.join("notes");
        let text = format!("#!/bin/sh\necho \"{name} $*\" >>'{}'\n{does}\n", notes.display());
        fs::write(bin.join(name), text).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

#[cfg(unix)]
#[test]
fn both_jobs_are_submitted() {
    let folder = folder();
    let go = |sbatch: &str, squeue: &str| {
        let _ = fs::remove_file(folder.path().join("notes"));
        let path = fake(folder.path(), sbatch, squeue);
        let mut command = cordiale(&["submit", "-q", "--engine", "slurm", "--shards", "4", "--go", FILE]);
        let output = command.env("PATH", path).arg("--dir").arg(folder.path().join("jobs")).output().unwrap();
        let notes = fs::read_to_string(folder.path().join("notes")).unwrap_or_default();
        let said = format!("{}{}", stdout(&output), stderr(&output));
        (output.status.code(), plain(folder.path(), &said), notes)
    };
    let numbers = "case \"$*\" in *merge*) echo 42;; *) echo '41;cluster';; esac";

    let (status, said, notes) = go(numbers, "");
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(
        said,
        "submitted array 41: shards 1-4 of 4\nsubmitted merge 42 after 41: it writes /FOLDER/jobs/result.json\n"
    );
    let submitted =
        "sbatch --parsable shards.sbatch\nsbatch --parsable --dependency=afterok:41 merge.sbatch\n";
    assert_eq!(notes, submitted);

    let (status, said, notes) = go(numbers, "echo '41_2 RUNNING'; echo '42 PENDING'");
    assert_eq!(status, Some(2));
    assert!(
        said.contains("41_2 RUNNING\n  42 PENDING\nwait for it, or cancel it by `scancel 41 42`"),
        "{said}"
    );
    assert_eq!(notes, "squeue --noheader --format=%i %T --jobs 41,42\n");

    // Both are gone: nothing is in the way.
    let (status, _, notes) = go(numbers, "echo 'Invalid job id specified' >&2; exit 1");
    assert_eq!((status, notes.ends_with(submitted)), (Some(0), true));

    let (status, said, notes) = go(numbers, "echo 'Unable to contact slurm controller' >&2; exit 1");
    assert_eq!((status, notes.contains("sbatch")), (Some(2), false));
    assert!(
        said.contains("still in the queue: Unable to contact slurm controller\nask again later"),
        "{said}"
    );

    // What plugins and wrappers say beside it.
    let wrapped = "case \"$*\" in *merge*) echo 'Submitted batch job 44';; *) echo '4 nodes wait'; echo 43; echo '2 of 10 are idle';; esac";
    let (status, said, _) = go(wrapped, "");
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("submitted merge 44 after 43"), "{said}");

    let (status, said, _) = go("echo done", "");
    assert_eq!(status, Some(2));
    assert!(said.contains("sbatch took it and named no job: done; find it by squeue"), "{said}");

    let (status, said, _) = go("echo 'invalid partition' >&2; exit 1", "");
    assert_eq!(status, Some(2));
    assert!(said.contains("sbatch refused it: invalid partition; mend that"), "{said}");

    let (status, said, _) = go("case \"$*\" in *merge*) echo full >&2; exit 1;; *) echo 41;; esac", "");
    assert_eq!(status, Some(2));
    assert!(said.contains("array 41 is submitted, and its merge is not: sbatch refused it: full"), "{said}");
    assert!(said.ends_with("  sbatch --dependency=afterok:41 merge.sbatch\n"), "{said}");

    let mut command = cordiale(&["submit", "-q", "--engine", "slurm", "--shards", "4", "--go", FILE]);
    let output = command.env("PATH", "").arg("--dir").arg(folder.path().join("jobs")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(
        said.contains("there is no sbatch on PATH") && said.contains("sbatch --parsable shards.sbatch"),
        "{said}"
    );
}

/// The flags of a question that is settled in the second round, at 3,000 trials.
#[cfg(unix)]
const QUESTION: [&str; 6] = ["--precision", "0.02", "--outcome", "quasi_alliance", "--first-look", "1500"];

#[cfg(unix)]
#[test]
fn a_question_is_settled_in_rounds() {
    let folder = folder();
    let submit = |rest: &[&str]| {
        let mut command = cordiale(&["submit", "-q", "--engine", "htcondor", "--shards", "3"]);
        command.args(QUESTION).args(rest).arg("--dir").arg(folder.path().join("jobs")).arg(FILE);
        command.output().unwrap()
    };
    let first = submit(&[]);
    insta::assert_snapshot!(written(folder.path(), &first));
    let early = submit(&["--decide"]);
    assert!(stderr(&early).contains("round 1 lacks parts; submit again without --decide"), "{early:?}");

    let result = folder.path().join("jobs/result.json");
    let mut rounds = 0;
    while !result.exists() {
        rounds += 1;
        assert!(rounds < 9, "it never ends");
        for number in ["1", "2", "3"] {
            let ran = run(folder.path(), "shard.sh", number);
            assert_eq!((ran.status.code(), stderr(&ran).as_str()), (Some(0), ""));
        }
        if rounds == 1 {
            // What is missing of a round is run before it is decided.
            fs::remove_file(folder.path().join("jobs/part-1-2.json")).unwrap();
            let said = stdout(&submit(&[]));
            assert!(said.contains("to run: shard 2 of 3 in round 1; the other parts are there"), "{said}");
            assert_eq!(run(folder.path(), "shard.sh", "2").status.code(), Some(0));
        }
        let merged = run(folder.path(), "merge.sh", "");
        assert_eq!(merged.status.code(), Some(0), "{merged:?}");
    }
    assert!(rounds > 1, "one round shows nothing");
    // Parts of both rounds are lost: one submit is enough.
    for lost in ["part-1-1.json", "part-2-3.json", "result.json"] {
        fs::remove_file(folder.path().join("jobs").join(lost)).unwrap();
    }
    submit(&[]);
    assert_eq!(run(folder.path(), "shard.sh", "1").status.code(), Some(0));
    let said = stdout(&run(folder.path(), "merge.sh", ""));
    assert!(said.contains("to run: shard 3 of 3 in round 2; the other parts are there"), "{said}");
    assert_eq!(run(folder.path(), "shard.sh", "3").status.code(), Some(0));
    assert_eq!(run(folder.path(), "merge.sh", "").status.code(), Some(0));
    let mut arguments = vec!["run", "-q", "--format", "json", FILE];
    arguments.extend(QUESTION);
    assert_eq!(fs::read_to_string(result).unwrap(), stdout(&output(&arguments)));
    let said = stdout(&submit(&[]));
    assert!(
        said.contains(&format!("all 3 parts of round {rounds} are there: only the merge is left")),
        "{said}"
    );
}

/// The job that decides submits the next round, and is itself in the queue while it does.
#[cfg(unix)]
#[test]
fn the_merge_submits_the_next_round() {
    let folder = folder();
    let path =
        fake(folder.path(), "case \"$*\" in *merge*) echo 42;; *) echo 41;; esac", "echo '42 RUNNING'");
    let mut command = cordiale(&["submit", "-q", "--engine", "slurm", "--shards", "2", "--go"]);
    command.args(QUESTION).env("PATH", &path).arg("--dir").arg(folder.path().join("jobs")).arg(FILE);
    let said = stdout(&command.output().unwrap());
    assert!(
        said.contains(
            "submitted array 41: shards 1-2 of 2 in round 1\nsubmitted merge 42 after 41: it decides"
        ),
        "{said}"
    );
    for number in ["1", "2"] {
        assert_eq!(run(folder.path(), "shard.sh", number).status.code(), Some(0));
    }
    let script = folder.path().join("jobs/merge.sh");
    let decided = std::process::Command::new("sh").arg(script).env("PATH", path).output().unwrap();
    let said = stdout(&decided);
    assert!(said.starts_with("not resolved after 1,500 trials\n"), "{said} {}", stderr(&decided));
    assert!(said.contains("submitted array 41: shards 1-2 of 2 in round 2"), "{said}");
    assert!(read(folder.path(), "shard.sh").contains("1) from=1500 to=2268 ;;\n"));

    // Nothing is left to be run: the answer that there is none is written.
    let mut command = cordiale(&["submit", "-q", "--engine", "slurm", "--shards", "2", "--decide"]);
    command.args(QUESTION).args(["--max-trials", "1500"]);
    let given_up = command.arg("--dir").arg(folder.path().join("jobs")).arg(FILE).output().unwrap();
    assert_eq!(given_up.status.code(), Some(2));
    assert!(stderr(&given_up).contains("not resolved after 1,500 trials; about"), "{}", stderr(&given_up));
    assert!(folder.path().join("jobs/result.json").exists());
}

//! Slurm: an array of shards, and a merge that waits until all of it has succeeded.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use cordiale::sim::shell::word;

use super::{File, Plan, ranges};
use crate::exit::Failure;
use crate::output;

const ARRAY: &str = "shards.sbatch";
const MERGE: &str = "merge.sbatch";
/// Remembers what was submitted, so that nothing is submitted twice.
const JOBS: &str = "slurm-jobs.txt";

/// The names of its files.
pub(crate) const NAMES: &[&str] = &[ARRAY, MERGE, JOBS];

/// The scripts of both jobs.
pub(crate) fn files(plan: &Plan) -> Vec<File> {
    let script = |name, job: &str, directives: &[String], run: &str| {
        let mut text = format!(
            "#!/bin/sh\n# Written by `cordiale submit`, to be submitted from this folder.\n#SBATCH --job-name={job}\n"
        );
        for directive in directives.iter().chain(&plan.options) {
            text.push_str(&format!("#SBATCH {directive}\n"));
        }
        text.push_str(&format!("exec sh {run}\n"));
        File { name, text }
    };
    let at = |name: &str| word(&format!("{}/{name}", plan.dir));
    let mut files = Vec::new();
    if !plan.missing.is_empty() {
        let directives = [
            format!("--array={}", ranges(&plan.missing)),
            format!("--cpus-per-task={}", plan.threads),
            "--output=shard-%a.log".to_owned(),
        ];
        let run = format!("{} \"$SLURM_ARRAY_TASK_ID\"", at("shard.sh"));
        files.push(script(ARRAY, &plan.name, &directives, &run));
    }
    // Where a shard has failed the merge must go, not wait for ever.
    let directives = ["--kill-on-invalid-dep=yes".to_owned(), "--output=merge.log".to_owned()];
    files.push(script(MERGE, &format!("{}-merge", plan.name), &directives, &at("merge.sh")));
    files
}

/// The commands that submit both.
pub(crate) fn next(plan: &Plan) -> Vec<String> {
    let mut commands = vec![format!("cd {}", word(&plan.dir))];
    if plan.missing.is_empty() {
        commands.push(format!("sbatch {MERGE}"));
    } else {
        commands.push(format!("array=$(sbatch --parsable {ARRAY})"));
        commands.push(format!("sbatch --dependency=\"afterok:${{array%%;*}}\" {MERGE}"));
    }
    commands
}

/// What may not be set beside the plan.
pub(crate) fn check(options: &[String]) -> Result<(), Failure> {
    for option in options {
        if !option.starts_with('-') {
            return Err(Failure::new(format!(
                "--option {option}: sbatch has no such option; write it as in --option=--partition=short"
            )));
        }
        let name = option.split(['=', ' ']).next().unwrap_or_default();
        let short = !option.starts_with("--") && (option.starts_with("-a") || option.starts_with("-d"));
        // An option may be cut short.
        let is_ours = |ours: &&str| name.len() > 2 && ours.starts_with(name);
        if short || ["--array", "--dependency", "--kill-on-invalid-dep"].iter().any(is_ours) {
            return Err(Failure::new(format!(
                "--option {option}: the array and what the merge waits for are set by submit; leave it out"
            )));
        }
    }
    Ok(())
}

/// Submits both, and says how they are called.
pub(crate) fn go(plan: &Plan) -> Result<String, Failure> {
    let mut said = String::new();
    let mut jobs = Vec::new();
    let mut arguments = Vec::new();
    if !plan.missing.is_empty() {
        let array = sbatch(plan, &[ARRAY]).map_err(Failure::new)?;
        said.push_str(&format!("submitted array {array}: {}\n", plan.shards()));
        arguments.push(format!("--dependency=afterok:{array}"));
        jobs.push(array);
        remember(plan, &jobs)?;
    }
    arguments.push(MERGE.to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let merge = sbatch(plan, &arguments).map_err(|why| match jobs.first() {
        Some(array) => Failure::new(format!(
            "array {array} is submitted, and its merge is not: {why}\nsubmit it by\n  cd {}\n  sbatch {}",
            word(&plan.dir),
            arguments.join(" ")
        )),
        None => Failure::new(why),
    })?;
    let after = jobs.first().map(|array| format!(" after {array}")).unwrap_or_default();
    let does = match plan.round {
        Some(_) => format!("decides, and submits another round or writes {}", plan.out),
        None => format!("writes {}", plan.out),
    };
    said.push_str(&format!("submitted merge {merge}{after}: it {does}\n"));
    jobs.push(merge);
    remember(plan, &jobs)?;
    Ok(said)
}

fn remember(plan: &Plan, jobs: &[String]) -> Result<(), Failure> {
    output::write(&Path::new(&plan.dir).join(JOBS), &format!("{}\n", jobs.join("\n"))).map(|_| ())
}

/// While an earlier submit is in the queue nothing is written: two runs at once must not share a checkpoint. Nor where Slurm
/// is there and does not say.
pub(crate) fn refuse_if_queued(plan: &Plan) -> Result<(), Failure> {
    let path = Path::new(&plan.dir).join(JOBS);
    let known = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(|error| {
            Failure::new(format!("{}: {error}; what was submitted before is not known", path.display()))
        })?,
    };
    let is_number = |job: &&str| job.bytes().all(|byte| byte.is_ascii_digit());
    let jobs: Vec<&str> = known.split_whitespace().filter(is_number).collect();
    if jobs.is_empty() {
        return Ok(());
    }
    let asked =
        Command::new("squeue").args(["--noheader", "--format=%i %T", "--jobs", &jobs.join(",")]).output();
    let answer = match asked {
        // Where there is no squeue there is no sbatch either, which will say so.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(|error| Failure::new(format!("squeue cannot be started: {error}")))?,
    };
    let [queued, why] =
        [&answer.stdout, &answer.stderr].map(|said| String::from_utf8_lossy(said).into_owned());
    // Of jobs that are long gone Slurm knows nothing.
    if !answer.status.success() && !why.contains("Invalid job id") {
        return Err(Failure::new(format!(
            "squeue does not say whether what was submitted from {} is still in the queue: {}\nask again later; if it is certain that none of {} is, delete {JOBS} there",
            plan.dir,
            why.trim(),
            jobs.join(", ")
        )));
    }
    if queued.trim().is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "what was submitted from {} is still in the queue\n  {}\nwait for it, or cancel it by `scancel {}`, and submit again",
        plan.dir,
        queued.trim().replace('\n', "\n  "),
        jobs.join(" ")
    )))
}

/// Submits a script from the folder, and gives the number of its job.
fn sbatch(plan: &Plan, arguments: &[&str]) -> Result<String, String> {
    let ran = Command::new("sbatch").arg("--parsable").args(arguments).current_dir(&plan.dir).output();
    let ran = ran.map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!(
            "there is no sbatch on PATH; all is written to {}: where Slurm's commands are, give the same command again, or\n  {}",
            plan.dir,
            next(plan).join("\n  ")
        ),
        _ => format!("sbatch cannot be started: {error}; see that it is a program"),
    })?;
    let said = String::from_utf8_lossy(&ran.stdout);
    let why = String::from_utf8_lossy(&ran.stderr);
    if !ran.status.success() {
        return Err(format!(
            "sbatch refused it: {}{}; mend that, by --option where it is an option, and submit again",
            why.trim(),
            said.trim()
        ));
    }
    said.lines().rev().find_map(job_of).map(str::to_owned).ok_or_else(|| {
        format!(
            "sbatch took it and named no job: {}{}; find it by squeue, and cancel it before all is submitted again",
            why.trim(),
            said.trim()
        )
    })
}

/// The number of a job in a line of what sbatch says, if it is nothing else: plugins and wrappers add lines of their own.
fn job_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let job = match line.strip_prefix("Submitted batch job ") {
        Some(told) => told.split(' ').next()?,
        // Where there are several clusters, the name of this one follows.
        None => line.split_once(';').filter(|(_, name)| !name.contains(' ')).map_or(line, |(job, _)| job),
    };
    (!job.is_empty() && job.bytes().all(|byte| byte.is_ascii_digit())).then_some(job)
}

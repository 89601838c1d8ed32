//! `cordiale submit`: a run in shards as jobs of a batch system.

use std::path::{Path, PathBuf};

use cordiale::Simulation;
use cordiale::stopping::Question;

use super::run::in_file;
use crate::args::{Engine, ResultFormat, SubmitArguments};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::render::layout::thousands;
use crate::render::markdown::CommandLine;
use crate::submit::rounds::{ALL_TRIALS, Round, is_settled};
use crate::submit::{self, File, MOST_NAMED, Plan, Run, htcondor, kubernetes, slurm};

pub(crate) fn submit(arguments: &SubmitArguments) -> Outcome {
    refuse_what_does_not_fit(arguments)?;
    let file = &arguments.file;
    arguments.stopping.check()?;
    let dir = dir(arguments);
    let out = arguments.out.clone().unwrap_or_else(|| dir.join("result.json"));
    can_be_merged_to(arguments.engine, &out, &dir)?;
    let [shard, merge] = submit::SCRIPTS.map(|name| dir.join(name));
    let written = [("--out", Some(out.as_path())), ("--dir", Some(&shard)), ("--dir", Some(&merge))];
    let scenario = super::load(file, &arguments.changes, &arguments.warnings, &written)?;
    let seed = arguments.seed.unwrap_or(scenario.model().seed);
    let trials = arguments.trials.unwrap_or(scenario.model().trials);
    // What goes wrong in every trial goes wrong here, and not in every shard.
    Simulation::new(&scenario)
        .and_then(|simulation| simulation.seed(seed).trials(1).threads(1).run())
        .map_err(|error| in_file(file, &error))?;
    let first_look = arguments.stopping.first_look.unwrap_or(trials);
    let run = Run { file, scenario: &scenario, seed, trials, first_look };
    match arguments.stopping.question() {
        None => {
            let plan = Plan::new(arguments, &run, &dir)?;
            jobs(arguments, &scenario, &dir, &plan)
        }
        Some(question) => {
            let question = question.first_look(first_look);
            question.check(&scenario).map_err(|error| in_file(file, &error))?;
            rounds(arguments, &Run { trials: ALL_TRIALS, ..run }, &dir, &question)
        }
    }
}

/// The jobs of a round, or, where that is what is asked, its decision and the jobs of the next.
fn rounds(arguments: &SubmitArguments, run: &Run<'_>, dir: &Path, question: &Question) -> Outcome {
    let shards = arguments.shards;
    let round = Round::current(run, dir, question, shards)?;
    // Where parts of a later round are lost too, they are run once this one is complete.
    let is_later = arguments.decide.flatten().is_some_and(|decided| decided < round.number);
    if arguments.decide.is_none() || round.is_incomplete() && is_later {
        return jobs(arguments, run.scenario, dir, &round.plan(arguments, run, dir)?);
    }
    if round.is_incomplete() {
        return Err(Failure::new(format!(
            "there is nothing to decide: round {} lacks parts; submit again without --decide",
            round.number
        )));
    }
    let result = round.decide(run, dir, question)?;
    if !is_settled(&result) {
        output::print(&format!("not resolved after {} trials\n", thousands(result.run.trials)))?;
        if let Some(next) = round.next(run, question, shards)? {
            return jobs(arguments, run.scenario, dir, &next.plan(arguments, run, dir)?);
        }
    }
    let out = arguments.out.clone().unwrap_or_else(|| dir.join("result.json"));
    let command = CommandLine::new("run", run.file).run(&result.run);
    let format = ResultFormat::of(None, Some(&out))?;
    let text = super::run::render(format, false, run.scenario, &result, command);
    output::write(&out, &text)?;
    output::print(&format!("wrote {}\n", out.display()))?;
    // Whatever the answer is, the job has done its work.
    match super::run::tell_stopping(run.file, &result) {
        Exit::No => Ok(Exit::Done),
        other => Ok(other),
    }
}

/// Writes the jobs of a plan, and submits them or says how.
fn jobs(arguments: &SubmitArguments, scenario: &cordiale::Scenario, dir: &Path, plan: &Plan) -> Outcome {
    // The job that decides is in the queue itself.
    if arguments.engine == Engine::Slurm && arguments.decide.is_none() {
        slurm::refuse_if_queued(plan)?;
    }
    let (files, next) = match arguments.engine {
        Engine::Slurm => (slurm::files(plan), slurm::next(plan)),
        Engine::Htcondor => (htcondor::files(plan), htcondor::next(plan)),
        Engine::Kubernetes => {
            let folders = submit::folders(plan, scenario)?;
            let image = arguments.image.as_deref().unwrap_or_default();
            (kubernetes::files(plan, image, &folders), kubernetes::next(plan))
        }
    };
    write(dir, plan, &files)?;
    let mut said = state(plan);
    if arguments.go {
        said.push_str(&slurm::go(plan)?);
    } else {
        let names: Vec<&str> = plan.scripts().iter().chain(&files).map(|file| file.name).collect();
        said.push_str(&format!("wrote {} in {}\n\nNext:\n", names.join(", "), dir.display()));
        next.iter().for_each(|command| said.push_str(&format!("  {command}\n")));
    }
    output::print(&said)
}

/// What of the flags is not for this batch system.
fn refuse_what_does_not_fit(arguments: &SubmitArguments) -> Result<(), Failure> {
    let wrong = |message: &str| Err(Failure::new(message));
    match arguments.engine {
        Engine::Slurm => slurm::check(&arguments.option)?,
        _ if arguments.go => {
            return wrong(
                "--go submits to Slurm alone; leave it out, and give the commands that are printed",
            );
        }
        Engine::Kubernetes if !arguments.option.is_empty() => {
            return wrong(
                "--option is for Slurm and HTCondor; leave it out, and change the manifests that are written",
            );
        }
        Engine::Kubernetes | Engine::Htcondor => {}
    }
    // What the merge at the end would refuse.
    ResultFormat::of(None, arguments.out.as_deref())?;
    if arguments.image.is_some() && arguments.engine != Engine::Kubernetes {
        return wrong("--image is for Kubernetes; leave it out");
    }
    // An image holds its own; a name alone is looked up where the jobs run.
    let here = arguments.binary.as_deref().filter(|path| path.components().count() > 1);
    if let Some(path) = here.filter(|path| arguments.engine != Engine::Kubernetes && !path.is_file()) {
        return Err(Failure::new(format!(
            "--binary: there is no such program as {}; name one that all machines see, or one on their PATH",
            path.display()
        )));
    }
    Ok(())
}

/// Fails where the merge at the end could not write the result, or would put it in the place of a file of the jobs.
fn can_be_merged_to(engine: Engine, out: &Path, dir: &Path) -> Result<(), Failure> {
    let is_among_jobs = output::real(output::folder(out)) == output::real(dir);
    if is_among_jobs
        && out.file_name().is_some_and(|name| submit::is_of_jobs(engine, &name.to_string_lossy()))
    {
        return Err(Failure::new(format!(
            "--out: {} is a name that the jobs have use for; name another file",
            out.display()
        )));
    }
    // The folder of the jobs is made with the scripts.
    if is_among_jobs && !dir.exists() { Ok(()) } else { output::can_be_written(out) }
}

fn dir(arguments: &SubmitArguments) -> PathBuf {
    arguments.dir.clone().unwrap_or_else(|| {
        let mut name = arguments.file.file_stem().unwrap_or_default().to_owned();
        name.push("-shards");
        name.into()
    })
}

fn write(dir: &Path, plan: &Plan, files: &[File]) -> Result<(), Failure> {
    std::fs::create_dir_all(dir).map_err(|error| {
        Failure::new(format!("cannot make the folder {}: {error}; name another with --dir", dir.display()))
    })?;
    for file in plan.scripts().iter().chain(files) {
        output::write(&dir.join(file.name), &file.text)?;
    }
    Ok(())
}

/// What is there already, and why some of it is made again; nothing where nothing is.
fn state(plan: &Plan) -> String {
    let mut said = String::new();
    for (place, why) in plan.damaged.iter().enumerate() {
        if place == MOST_NAMED {
            said.push_str(&format!("... and {} more\n", plan.damaged.len() - place));
            break;
        }
        said.push_str(&format!("{why}\n"));
    }
    match plan.missing.len() {
        0 => {
            let round = plan.round.map_or(String::new(), |round| format!(" of round {round}"));
            said.push_str(&format!("all {} parts{round} are there: only the merge is left\n", plan.of));
        }
        some if some < plan.of as usize => {
            said.push_str(&format!("to run: {}; the other parts are there\n", plan.shards()));
        }
        _ => {}
    }
    said
}

//! The command line as it is typed. Help, manual pages and completions all come from here.

mod assumptions;
mod compare;
mod data;
mod diff;
mod explain;
mod format;
mod hindcast;
mod report;
mod sensitivity;
mod stopping;
mod submit;
mod sweep;

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::num::{IntErrorKind, ParseIntError};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Arg, Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use cordiale::Scenario;

pub(crate) use assumptions::AssumptionsArguments;
pub(crate) use compare::CompareArguments;
pub(crate) use data::RunFormat;
pub(crate) use diff::{DiffArguments, DiffFormat};
pub(crate) use explain::ExplainArguments;
pub(crate) use format::{ResultFormat, ending, is_picture, no_picture, written_ending};
pub(crate) use hindcast::HindcastArguments;
pub(crate) use report::{ReportArguments, ReportFormat, Section};
pub(crate) use sensitivity::{DesignArgument, MethodArgument, SensitivityArguments};
pub(crate) use stopping::StoppingArguments;
pub(crate) use submit::{Engine, SubmitArguments};
pub(crate) use sweep::{SampleDesign, SweepArguments, SweepFormat};

use crate::shard::ShardArgument;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Simulate alliance scenarios: from a TOML file to distributions with honest intervals.
#[derive(Debug, Parser)]
#[command(name = "cordiale", version, styles = STYLES, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Begin with `cordiale new my-question`, or look at `cordiale world diplomat-2013`.\n\
    Exit status: 0 done; 1 the answer is no (check found errors); 2 it could not be done; 130 interrupted.")]
pub(crate) struct Arguments {
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// What was typed. Help and mistakes end the program here, and obey `--color` as all else does.
    pub(crate) fn read() -> Self {
        let color = Color::typed(std::env::args_os().skip(1)).unwrap_or(Color::Auto);
        // A number below 0 is a wrong value, not an option that does not exist.
        let of_values = |arg: Arg| {
            let takes_values = arg.get_action().takes_values() && !arg.is_positional();
            if takes_values { arg.allow_negative_numbers(true) } else { arg }
        };
        let command = Self::command().mut_subcommands(|command| command.mut_args(of_values));
        let matches = command.color(color.of_help()).try_get_matches();
        matches.and_then(|matches| Self::from_arg_matches(&matches)).unwrap_or_else(|error| end(&error))
    }
}

/// Prints help, or what is wrong with what was typed, and ends the program.
fn end(error: &clap::Error) -> ! {
    let code = match error.print().and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => 2,
        _ => error.exit_code(),
    };
    std::process::exit(code)
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// What a command line says, before it is known whether it is right.
    fn typed(words: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut words = words.map(|word| word.to_string_lossy().into_owned()).take_while(|word| word != "--");
        let word = words.find(|word| word.starts_with("--color"))?;
        let value = match word.strip_prefix("--color")? {
            "" => words.next()?,
            value => value.strip_prefix('=')?.to_owned(),
        };
        Self::from_str(&value, false).ok()
    }

    fn of_help(self) -> ColorChoice {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }

    /// Makes all printing obey it.
    pub(crate) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulate scenarios and print the distributions of their outcomes
    #[command(after_help = "Examples:\n  \
        cordiale run scenarios/quasi-alliance.toml\n  \
        cordiale run scenarios/quasi-alliance.toml --variant no_arms_deal --trials 100000\n  \
        cordiale run scenarios/quasi-alliance.toml --set 'arms[RUS,CHN]=0.2' --format json --out result.json\n  \
        cordiale run scenarios/quasi-alliance.toml --precision 0.005\n  \
        cordiale run scenarios/quasi-alliance.toml --above 0.05 --outcome quasi_alliance\n  \
        cordiale run scenarios/quasi-alliance.toml --out series.parquet --keep-trials trials.parquet\n  \
        cordiale run scenarios/quasi-alliance.toml --plot\n  \
        cordiale run scenarios/quasi-alliance.toml --format markdown --out answer.md\n  \
        cordiale run scenarios/quasi-alliance.toml --shard 3/16 --out part-3.json")]
    Run(RunArguments),
    /// Put the parts of a run together: the same, to the last byte, as one run
    #[command(after_help = "Examples:\n  \
        cordiale merge part-*.json\n  \
        cordiale merge part-*.json --format json --out result.json")]
    Merge(MergeArguments),
    /// Write a run in shards as jobs of a batch system, and submit it; again, only what is missing runs
    #[command(after_help = "Examples:\n  \
        cordiale submit --engine slurm --shards 16 scenarios/quasi-alliance.toml\n  \
        cordiale submit --engine slurm --shards 16 --trials 10000000 --threads 8 \\\n    \
        --option=--partition=short --option=--time=60 --go scenarios/quasi-alliance.toml")]
    Submit(SubmitArguments),
    /// Set a scenario's variants, or another file, against it on the same random numbers
    #[command(after_help = "Examples:\n  \
        cordiale compare scenarios/quasi-alliance.toml\n  \
        cordiale compare scenarios/quasi-alliance.toml no_arms_deal thesis_false --outcome quasi_alliance\n  \
        cordiale compare before.toml --against after.toml --format json --out difference.json")]
    Compare(CompareArguments),
    /// Say what differs between two scenarios, or between two JSON results
    #[command(after_help = "Exit status: 0 they are the same; 1 they differ; 2 a file cannot be read.\n\
        Examples:\n  \
        cordiale diff before.toml after.toml\n  \
        cordiale diff monday.json tuesday.json\n  \
        cordiale diff monday.json tuesday.json --format json --out diff.json")]
    Diff(DiffArguments),
    /// Say what set apart the trials that got to an outcome: rules, ranges, chains, signposts
    #[command(after_help = "Examples:\n  \
        cordiale explain scenarios/quasi-alliance.toml --outcome quasi_alliance\n  \
        cordiale explain scenarios/quasi-alliance.toml --outcome posture --level quasi_ally --by 2018-09-01\n  \
        cordiale explain scenarios/quasi-alliance.toml --outcome ever --off sco_deal --off detente --format json")]
    Explain(ExplainArguments),
    /// Score scenarios by what happened: Brier, logarithmic and CRPS, calibration, beside no change and base rates
    #[command(
        after_help = "A file says what happened: [hindcast] names the scenario and until when that is known,\n\
        [observed.OUTCOME] what became of it.\n\
        Examples:\n  \
        cordiale hindcast hindcasts/syria-strike.toml\n  \
        cordiale hindcast hindcasts/*.toml --format json --out scores.json\n  \
        cordiale hindcast hindcasts/quasi-alliance.toml --variant no_arms_deal"
    )]
    Hindcast(HindcastArguments),
    /// Find which parameters, starts and rates the outcomes hang on
    #[command(after_help = "Examples:\n  \
        cordiale sensitivity scenarios/quasi-alliance.toml --outcome quasi_alliance\n  \
        cordiale sensitivity scenarios/quasi-alliance.toml --method morris --rates 0.5..2\n  \
        cordiale sensitivity my-question.toml --points 4096 --format json --out sensitivity.json")]
    Sensitivity(SensitivityArguments),
    /// Run a scenario at many values of its inputs, a row a point, or find the value that brings an outcome about
    #[command(after_help = "Examples:\n  \
        cordiale sweep scenarios/quasi-alliance.toml --over fulcrum_brake=0..1:11\n  \
        cordiale sweep scenarios/quasi-alliance.toml --over 'arms[RUS,CHN]=0..1:11' --variants --out grid.csv\n  \
        cordiale sweep scenarios/quasi-alliance.toml --over fulcrum_brake=0..1 --over rules.detente.hazard=0.1..1 \\\n    \
        --sample 256 --out sample.parquet\n  \
        cordiale sweep scenarios/quasi-alliance.toml --find weight_weakest --where 'quasi_alliance = 0.5'")]
    Sweep(Box<SweepArguments>),
    /// Write one self-contained page on a scenario: the answer, its curves, variants, ties, trials told
    #[command(after_help = "The page opens from disk in any browser and needs no network. Examples:\n  \
        cordiale report scenarios/quasi-alliance.toml --out report.html\n  \
        cordiale report scenarios/quasi-alliance.toml --outcome ever --without variants --out report.html\n  \
        cordiale report scenarios/quasi-alliance.toml --out report.json")]
    Report(ReportArguments),
    /// List every number, what it rests on, and how far the outcomes lean on it
    #[command(after_help = "Examples:\n  \
        cordiale assumptions scenarios/quasi-alliance.toml --outcome quasi_alliance\n  \
        cordiale assumptions scenarios/quasi-alliance.toml --without-source diplomat\n  \
        cordiale assumptions my-question.toml --format markdown --out assumptions.md")]
    Assumptions(AssumptionsArguments),
    /// Work out the exact distributions, where the model is finite and small
    #[command(
        after_help = "A model is finite where its parameters and starts are fixed or discrete and nothing decays or drifts.\n\
        Examples:\n  \
        cordiale exact my-question.toml\n  \
        cordiale exact my-question.toml --set p=0.4 --format json --out exact.json"
    )]
    Exact(ExactArguments),
    /// Write a scenario for other tools: a finite model for PRISM or Storm, or its graphs
    #[command(after_help = "Examples:\n  \
        cordiale export my-question.toml --to prism --out model.prism --properties model.props\n  \
        cordiale export my-question.toml --to jani --out model.jani\n  \
        cordiale export scenarios/quasi-alliance.toml --to dot --graph rules --out rules.dot")]
    Export(ExportArguments),
    /// Find every error and warning in scenarios, worlds and what happened, without running them
    #[command(
        after_help = "Exit status: 0 nothing wrong; 1 errors, or denied warnings; 2 a file cannot be read."
    )]
    Check(CheckArguments),
    /// List the built-in worlds, show one, or write it out
    World(WorldArguments),
    /// Tell one trial as a dated chronicle: what fired, what it changed, which outcome was met
    Trace(TraceArguments),
    /// Write a commented scenario to begin from
    New(NewArguments),
    /// Print the JSON Schema of scenario files, for editors, or of what a command prints as JSON
    #[command(after_help = "For editors that use Taplo, put this line at the top of a scenario:\n  \
        #:schema ./cordiale.schema.json\nand write the schema beside it: cordiale schema > cordiale.schema.json")]
    Schema {
        /// Of what: scenario files, files of what was observed, or a result
        #[arg(long, value_name = "WHAT", default_value = "scenario", value_parser = crate::schemas::names())]
        of: String,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command
    Man {
        /// Write all pages into this folder
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// What is done to a scenario before it is used.
#[derive(Args, Debug, Default)]
pub(crate) struct Changes {
    /// A variant of the file in place of the baseline
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Another value for a tie, attribute, variable or parameter, or for any key by its path; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// How long to run: a duration such as "5 years", or a number of steps
    #[arg(long, value_name = "DURATION")]
    pub(crate) horizon: Option<String>,
}

/// How trials are run, and what is said beside the answer.
#[derive(Args, Debug)]
pub(crate) struct Work {
    /// The seed; default: as the file says
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// How many threads; default: all. The result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    pub(crate) warnings: Warnings,
}

impl Work {
    /// The seed that was asked for, or the scenario's.
    pub(crate) fn seed_of(&self, scenario: &Scenario) -> u64 {
        self.seed.unwrap_or(scenario.model().seed)
    }

    /// As the libraries take it: 0 is all that the machine has.
    pub(crate) fn threads(&self) -> usize {
        self.threads.map_or(0, usize::from)
    }
}

/// What warnings come to, those of a file and those of a run.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Warnings {
    /// Print no progress and no warnings
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Treat warnings as errors
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) deny: Option<Deny>,
}

impl Warnings {
    /// Nothing is told.
    pub(crate) const UNTOLD: Self = Self { quiet: true, deny: None };

    /// The same for what is not told, as it is another side of what is.
    pub(crate) fn untold(self) -> Self {
        Self { quiet: true, ..self }
    }
}

/// What is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Warnings are errors
    Warnings,
}

#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    /// Scenario files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// How many trials; default: as the file says
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) trials: Option<u64>,
    /// How to print; default: by the ending of --out, else a table
    #[arg(long, value_enum)]
    pub(crate) format: Option<RunFormat>,
    /// Draw each outcome over time below the table: curves with their interval, fans, stacked shares
    #[arg(long, conflicts_with_all = ["shard", "trials_from", "trials_to"])]
    pub(crate) plot: bool,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Keep every trial in this file, a row each: what it began with and what came of it (.parquet, .arrow or .csv)
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["shard", "trials_from", "trials_to", "checkpoint", "verify"]
    )]
    pub(crate) keep_trials: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
    /// Work out the exact answer too, where the model is finite, and say whether the run agrees with it
    #[arg(long, conflicts_with_all = ["shard", "trials_from", "trials_to", "checkpoint"])]
    pub(crate) verify: bool,
    /// Tell apart, by as many trials again, what more trials would narrow, what is not known, and what is chance
    #[arg(long, conflicts_with_all = ["shard", "trials_from", "trials_to", "checkpoint"])]
    pub(crate) widths: bool,
    #[command(flatten)]
    pub(crate) stopping: StoppingArguments,
    #[command(flatten)]
    pub(crate) spread: SpreadArguments,
}

/// A run in parts, or in several goes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Beyond one machine")]
pub(crate) struct SpreadArguments {
    /// Run the k-th of n parts and write it to --out, for `cordiale merge`; `auto` or `auto/N` asks the batch system
    #[arg(long, value_name = "K/N", requires = "out", conflicts_with = "format")]
    pub(crate) shard: Option<ShardArgument>,
    /// Run from this trial on and write a part to --out
    #[arg(long, value_name = "A", value_parser = whole, requires = "out", conflicts_with_all = ["shard", "format"])]
    pub(crate) trials_from: Option<u64>,
    /// Run up to this trial, it not included, and write a part to --out
    #[arg(long, value_name = "B", value_parser = whole, requires = "out", conflicts_with_all = ["shard", "format"])]
    pub(crate) trials_to: Option<u64>,
    /// Keep what is finished in this file, and go on from it if it is there
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// How often to write the checkpoint, as in 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = interval, requires = "checkpoint")]
    pub(crate) checkpoint_every: Duration,
}

#[derive(Args, Debug)]
pub(crate) struct MergeArguments {
    /// Parts, in any order
    #[arg(required = true, value_name = "PART")]
    pub(crate) parts: Vec<PathBuf>,
    /// How to print; default: by the ending of --out, else a table
    #[arg(long, value_enum)]
    pub(crate) format: Option<ResultFormat>,
    /// Draw each outcome over time below the table
    #[arg(long)]
    pub(crate) plot: bool,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) warnings: Warnings,
}

#[derive(Args, Debug)]
pub(crate) struct ExactArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Stop where there are more different states than this
    #[arg(long, value_name = "N", default_value_t = cordiale::exact::MOST_STATES, value_parser = states)]
    pub(crate) max_states: u64,
    /// Stop where they take more memory than this, in GiB
    #[arg(long, value_name = "GIB", default_value_t = 3.0, value_parser = gib)]
    pub(crate) max_memory: f64,
    /// How to print; default: by the ending of --out, else a table
    #[arg(long, value_enum)]
    pub(crate) format: Option<ResultFormat>,
    /// Draw each outcome over time below the table
    #[arg(long)]
    pub(crate) plot: bool,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) warnings: Warnings,
}

#[derive(Args, Debug)]
pub(crate) struct ExportArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// For which tool
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) to: Target,
    /// Write to this file, whole or not at all, in place of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Of what to draw a graph; ties unless told
    #[arg(long, value_enum, value_name = "OF")]
    pub(crate) graph: Option<GraphOf>,
    /// Write what is asked of a PRISM model to this file; JANI holds it
    #[arg(long, value_name = "FILE")]
    pub(crate) properties: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) warnings: Warnings,
}

/// What a model is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The language of PRISM, which Storm reads too
    Prism,
    /// JANI, for Storm and others
    Jani,
    /// A graph for Graphviz
    Dot,
    /// A graph for yEd, Gephi, networkx and others
    Graphml,
}

/// Of what a graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphOf {
    /// The actors and their ties
    Ties,
    /// The rules, what they read and change, and the outcomes
    Rules,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// Files of scenarios, of worlds, or of what happened
    #[arg(required_unless_present = "explain", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    /// Treat warnings as errors
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) deny: Option<Deny>,
    /// Print nothing where nothing is wrong
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print the program that each scenario is lowered to: what is evaluated when, and what bounds a chance
    #[arg(long, conflicts_with_all = ["format", "quiet"])]
    pub(crate) program: bool,
    /// Explain a code, such as E101
    #[arg(long, value_name = "CODE", conflicts_with = "files")]
    pub(crate) explain: Option<String>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people, on stderr
    Text,
    /// A list of objects, on stdout
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct WorldArguments {
    /// A built-in world; without it they are listed
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = WorldFormat::Table)]
    pub(crate) format: WorldFormat,
    /// Write its TOML to this file, whole or not at all
    #[arg(long, value_name = "FILE", requires = "id")]
    pub(crate) out: Option<PathBuf>,
}

/// How a world is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorldFormat {
    /// For people
    Table,
    /// Its own text
    Toml,
}

#[derive(Args, Debug)]
pub(crate) struct TraceArguments {
    /// A scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The trial, counted from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole)]
    pub(crate) trial: u64,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// The seed; default: as the file says
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TraceFormat::Table)]
    pub(crate) format: TraceFormat,
    #[command(flatten)]
    pub(crate) warnings: Warnings,
}

/// How a trial is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceFormat {
    /// For people
    Table,
    /// cordiale.trace/1, one object
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct NewArguments {
    /// The folder to make; the scenario in it gets its name
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write NAME=VALUE, as in 'arms[RUS,CHN]=0.3'".to_owned()),
    }
}

fn trials(text: &str) -> Result<u64, String> {
    match whole(text)? {
        0 => Err("a run needs at least one trial".to_owned()),
        trials => Ok(trials),
    }
}

fn states(text: &str) -> Result<u64, String> {
    whole(text)
        .ok()
        .filter(|n| (1..=4_000_000_000).contains(n))
        .ok_or_else(|| "write a whole number from 1 to 4000000000".to_owned())
}

fn gib(text: &str) -> Result<f64, String> {
    let gib = text.parse().ok().filter(|gib: &f64| *gib > 0.0 && *gib <= 65_536.0);
    gib.ok_or_else(|| "write a number of GiB above 0, as in 3 or 0.5".to_owned())
}

fn whole(text: &str) -> Result<u64, String> {
    text.replace('_', "").parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => "that is too large for a number of 64 bits".to_owned(),
        _ => "write a whole number, as in 100000 or 100_000".to_owned(),
    })
}

fn interval(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => f64::NAN,
    };
    let seconds = number.parse().ok().map(|number: f64| number * unit).filter(|seconds| *seconds > 0.0);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "write a time above 0, as in 90s, 5m or 1h".to_owned())
}

fn seed(text: &str) -> Result<u64, String> {
    whole(text)
        .ok()
        .filter(|seed| *seed <= i64::MAX as u64)
        .ok_or_else(|| "a seed is a whole number from 0 to 2^63 - 1".to_owned())
}

//! The `cordiale` command line: arguments, files, progress and renderers; what a scenario is and what a run means stand
//! in the library.

mod args;
#[cfg(feature = "columnar")]
mod columnar;
mod commands;
mod exit;
mod export;
mod output;
mod progress;
mod render;
mod schemas;
mod shard;
mod submit;
mod warnings;

use args::{Arguments, Command};
use exit::Exit;

fn main() -> std::process::ExitCode {
    progress::survive_file_limits();
    let arguments = Arguments::read();
    arguments.color.apply();
    let done = match arguments.command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Merge(arguments) => commands::merge::merge(&arguments),
        Command::Submit(arguments) => commands::submit::submit(&arguments),
        Command::Assumptions(arguments) => commands::assumptions::assumptions(&arguments),
        Command::Sensitivity(arguments) => commands::sensitivity::sensitivity(&arguments),
        Command::Compare(arguments) => commands::compare::compare(&arguments),
        Command::Diff(arguments) => commands::diff::diff(&arguments),
        Command::Explain(arguments) => commands::explain::explain(&arguments),
        Command::Hindcast(arguments) => commands::hindcast::hindcast(&arguments),
        Command::Sweep(arguments) => commands::sweep::sweep(&arguments),
        Command::Report(arguments) => commands::report::report(&arguments),
        Command::Exact(arguments) => commands::exact::exact(&arguments),
        Command::Export(arguments) => commands::export::export(&arguments),
        Command::Check(arguments) => commands::check::check(&arguments),
        Command::World(arguments) => commands::world::world(&arguments),
        Command::Trace(arguments) => commands::trace::trace(&arguments),
        Command::New(arguments) => commands::new::new(&arguments),
        Command::Schema { of } => commands::shell::schema(&of),
        Command::Completions { shell } => commands::shell::completions(shell),
        Command::Man { out } => commands::shell::man(out.as_deref()),
    };
    let exit = done.unwrap_or_else(|failure| {
        failure.tell();
        Exit::Failed
    });
    match exit {
        Exit::Interrupted => output::say("interrupted; what is printed or kept is of what was finished"),
        Exit::Abandoned => output::say("interrupted before there was anything to print or keep"),
        Exit::Done | Exit::Unread | Exit::No | Exit::Failed => {}
    }
    exit.into()
}

//! How a command ends: 0 done, 1 the answer is no, 2 it could not be done, 130 interrupted.

use std::fmt::Display;
use std::process::ExitCode;

use cordiale::Report;

use crate::output;
use crate::render::diagnostics;

/// How a command that got to its end ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Done, and whoever was to read the result closed the pipe before its end.
    Unread,
    /// Done, and the answer is no.
    No,
    /// It could not be done.
    Failed,
    /// Interrupted; what was finished is printed or kept.
    Interrupted,
    /// Interrupted before anything was finished.
    Abandoned,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done | Exit::Unread => 0,
            Exit::No => 1,
            Exit::Failed => 2,
            Exit::Interrupted | Exit::Abandoned => 130,
        })
    }
}

/// Why a command could not be done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong with a file.
    Report(Box<Report>),
    /// Warnings of a run that are denied.
    Denied(Vec<String>),
    /// Anything else, in a sentence that says what to do.
    Message(String),
}

impl Failure {
    pub(crate) fn new(message: impl Display) -> Self {
        Self::Message(message.to_string())
    }

    /// Says it on stderr.
    pub(crate) fn tell(&self) {
        match self {
            Self::Report(report) => diagnostics::print(report),
            Self::Denied(warnings) => {
                warnings.iter().for_each(|warning| error(&format!("{warning} (warnings are denied)")));
            }
            Self::Message(message) => error(message),
        }
    }
}

fn error(message: &str) {
    let style = anstyle::AnsiColor::BrightRed.on_default().bold();
    output::say(&format!("{style}error{style:#}: {message}"));
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Self::Report(Box::new(report))
    }
}

/// What every command gives.
pub(crate) type Outcome = Result<Exit, Failure>;

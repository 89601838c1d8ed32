//! Files as text, and worlds found among them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use cordiale_core::diagnostic::Code;
use cordiale_core::{Report, Resolver};

/// The largest text that is read \[bytes\], the same as core's, so that no more than that is ever held.
const MAX_BYTES: u64 = cordiale_core::MAX_BYTES as u64;

/// Finds world files: a name that ends in `.toml` is relative to the file that names it. (Built-in worlds need no
/// files, so core finds those itself.)
#[derive(Clone, Copy, Debug, Default)]
pub struct FileResolver;

impl Resolver for FileResolver {
    fn world(&self, name: &str, from: &str) -> Result<(String, String), String> {
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        // One name for one file, whichever way it is written, so that core sees a circle of worlds.
        let path: PathBuf =
            folder.join(name).components().filter(|part| *part != Component::CurDir).collect();
        let text = read_text(&path).map_err(|report| sentence(&report))?;
        Ok((text, path.to_string_lossy().into_owned()))
    }
}

fn sentence(report: &Report) -> String {
    let parts: Vec<String> = report
        .diagnostics()
        .iter()
        .map(|d| {
            let place = d.span.map_or(String::new(), |span| format!("{}: ", report.sources().place(span)));
            let help = d.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
            format!("{place}{}{help}", d.message)
        })
        .collect();
    parts.join("; ")
}

/// The text of a scenario or world file. However long the file is, no more than the largest size that a scenario may
/// have is held.
///
/// # Errors
/// Where it cannot be read, is too large or is not UTF-8: a report with a code and with what to do.
pub fn read_text(path: impl AsRef<Path>) -> Result<String, Report> {
    let path = path.as_ref();
    let shown = path.display();
    let unreadable = |error: &io::Error| {
        let (why, help) = reason(error);
        Report::without_place(Code::Unreadable, format!("cannot read {shown}: {why}"), help)
    };
    let bytes = read_bounded(path).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("{shown} is larger than {} MiB", MAX_BYTES / (1024 * 1024));
        let help = "check that it is the scenario or world file that you meant".to_owned();
        return Err(Report::without_place(Code::TooLarge, message, Some(help)));
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(path, &error))
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What went wrong, and what to do about it.
fn reason(error: &io::Error) -> (String, Option<String>) {
    let (why, help) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such file", "check the path"),
        io::ErrorKind::IsADirectory => ("it is a directory", "name a .toml file in it"),
        io::ErrorKind::PermissionDenied => {
            ("permission denied", "make it readable, or copy it to where you may read")
        }
        _ => return (error.to_string(), None),
    };
    (why.to_owned(), Some(help.to_owned()))
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Report {
    let end = error.utf8_error().valid_up_to();
    // What follows the first wrong byte may be anything, and is not shown.
    let text =
        format!("{}{}", String::from_utf8_lossy(&error.as_bytes()[..end]), char::REPLACEMENT_CHARACTER);
    let help = "save it as UTF-8, or check that it is the file that you meant".to_owned();
    let name = path.to_string_lossy();
    Report::in_text((&name, &text), end..text.len(), Code::NotText, "the file is not UTF-8 text", Some(help))
}

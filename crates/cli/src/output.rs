//! Where results go, stdout or a file that is written whole or not at all; and what is said beside them, on stderr.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::exit::{Exit, Failure, Outcome};

/// Writes a result to a file, without colours, or prints it.
pub(crate) fn deliver(text: &str, file: Option<&Path>) -> Outcome {
    match file {
        Some(path) => write(path, &anstream::adapter::strip_str(text).to_string()),
        None => print(text),
    }
}

/// Says something beside the result, a line or more, on stderr. Where that cannot be written nothing can be told of it, and
/// the result stands by itself.
pub(crate) fn say(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Prints a result. A reader that closes the pipe has had enough: that is no error.
pub(crate) fn print(text: &str) -> Outcome {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Exit::Done),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(Failure::new(format!(
            "the result could not be printed: {error}; make room, or write it elsewhere with --out"
        ))),
    }
}

/// Fails where [`write`] is sure to: a folder in its place, or none to hold it, or one where no file can be made.
pub(crate) fn can_be_written(path: &Path) -> Result<(), Failure> {
    place(&behind_link(path))
        .and_then(|place| place.map_or(Ok(()), |folder| temporary(folder).map(drop)))
        .map_err(|error| cannot(path, &error))
}

/// The file that a symbolic link leads to: it is replaced, and not the link.
fn behind_link(path: &Path) -> Cow<'_, Path> {
    match path.canonicalize() {
        Ok(real) if path.is_symlink() => Cow::Owned(real),
        _ => Cow::Borrowed(path),
    }
}

/// The folder of a file that is to be made or replaced; none where what stands there is a device or a pipe.
fn place(path: &Path) -> io::Result<Option<&Path>> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory"));
    }
    if path.metadata().is_ok_and(|m| !m.is_file()) {
        return Ok(None);
    }
    if !folder.is_dir() {
        return Err(io::Error::new(ErrorKind::NotFound, "there is no such folder"));
    }
    Ok(Some(folder))
}

fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".cordiale-").tempfile_in(folder)
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write {}: {error}; nothing was written", path.display()))
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Outcome {
    write_with(path, |mut file| file.write_all(text.as_bytes()))
}

/// Has a file written whole or not at all: a file of another name in the same folder takes its place once it is
/// complete.
pub(crate) fn write_with(path: &Path, fill: impl FnOnce(&File) -> io::Result<()>) -> Outcome {
    let attempt = || -> io::Result<()> {
        let path = &*behind_link(path);
        let Some(folder) = place(path)? else {
            // A device or a pipe is written to as it is; there is nothing to replace.
            return fill(&std::fs::OpenOptions::new().write(true).open(path)?);
        };
        let file = temporary(folder)?;
        fill(file.as_file())?;
        file.as_file().sync_all()?;
        open_to_others(file.as_file(), path)?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    attempt().map(|()| Exit::Done).map_err(|error| cannot(path, &error))
}

/// A temporary file is its owner's alone; a result is as readable as the file that it replaces, or as any new file.
#[cfg(unix)]
fn open_to_others(file: &std::fs::File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.metadata().map_or(0o644, |m| m.permissions().mode());
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::File, _: &Path) -> io::Result<()> {
    Ok(())
}

//! Where results go, stdout or a file that is written whole or not at all; and what is said beside them, on stderr.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

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
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Unread),
        Err(error) => Err(Failure::new(format!(
            "the result could not be printed: {error}; make room, or write it elsewhere with --out"
        ))),
    }
}

/// Fails where [`write`] is sure to: a folder in its place, or none to hold it, or one where no file can be made.
pub(crate) fn can_be_written(path: &Path) -> Result<(), Failure> {
    let attempt = Place::of(path, &real(path)).and_then(|place| match place {
        Place::Folder(folder) => temporary(&folder).map(drop),
        Place::Open => Ok(()),
    });
    attempt.map_err(|error| cannot(path, &error))
}

/// Where a file is or is to be, behind symbolic links: two names of one file come to the same. A link stays, and the file
/// that it leads to is replaced or made.
pub(crate) fn real(path: &Path) -> PathBuf {
    let path = links(path).last().unwrap_or_else(|| path.to_owned());
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (folder(&path).canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => std::path::absolute(&path).unwrap_or(path),
    }
}

/// A path, what it links to, what that links to, and so on.
fn links(path: &Path) -> impl Iterator<Item = PathBuf> {
    let next = |at: &PathBuf| std::fs::read_link(at).ok().map(|next| folder(at).join(next));
    // No chain of links is longer.
    std::iter::successors(Some(path.to_owned()), next).take(40)
}

/// The folder that a file is in.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a file is to be made or replaced.
enum Place {
    /// In a folder.
    Folder(PathBuf),
    /// Nowhere: what stands there is a device, a pipe, or a file that is open already, as /dev/stdout.
    Open,
}

impl Place {
    /// Of a path behind links.
    fn of(path: &Path, real: &Path) -> io::Result<Self> {
        if real.is_dir() {
            return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory"));
        }
        if is_open(path) {
            return Ok(Self::Open);
        }
        if let Ok(there) = real.metadata() {
            if !there.is_file() {
                return Ok(Self::Open);
            }
            if there.permissions().readonly() {
                return Err(io::Error::new(ErrorKind::PermissionDenied, "it is write-protected"));
            }
        }
        let folder = folder(real);
        if !folder.is_dir() {
            return Err(io::Error::new(ErrorKind::NotFound, "there is no such folder"));
        }
        Ok(Self::Folder(folder.to_owned()))
    }
}

/// Whether a path is, or leads to, a name of a file that is open already.
fn is_open(path: &Path) -> bool {
    links(path).any(|at| at.starts_with("/dev/fd") || at.starts_with("/proc"))
}

/// A file of another name, as readable as any new file is.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".cordiale-").tempfile_in(folder)
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
    let real = real(path);
    let folder = match Place::of(path, &real) {
        Ok(Place::Folder(folder)) => folder,
        Ok(Place::Open) => return append(path, fill),
        Err(error) => return Err(cannot(path, &error)),
    };
    let attempt = || -> io::Result<()> {
        let file = temporary(&folder)?;
        fill(file.as_file())?;
        file.as_file().sync_all()?;
        if let Ok(replaced) = real.metadata() {
            file.as_file().set_permissions(replaced.permissions())?;
        }
        file.persist(&real).map_err(|e| e.error)?;
        // So that the new name outlasts a power cut too; some file systems cannot, and the file is written all the same.
        let _ = File::open(&folder).and_then(|folder| folder.sync_all());
        Ok(())
    };
    attempt().map(|()| Exit::Done).map_err(|error| cannot(path, &error))
}

/// What there is nothing to replace of is written to as it is, behind what it holds.
fn append(path: &Path, fill: impl FnOnce(&File) -> io::Result<()>) -> Outcome {
    match File::options().append(true).open(path).and_then(|file| fill(&file)) {
        Ok(()) => Ok(Exit::Done),
        // A reader that closes the pipe has had enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Unread),
        Err(error) => {
            let path = path.display();
            Err(Failure::new(format!("cannot write {path} whole: {error}; what it holds is no result")))
        }
    }
}

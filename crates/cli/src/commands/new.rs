//! `cordiale new`: a scenario to begin from.

use std::fs;
use std::io::ErrorKind;

use cordiale::sim::shell::word;

use crate::args::NewArguments;
use crate::exit::{Failure, Outcome};
use crate::output;

const TEMPLATE: &str = include_str!("new.toml");

pub(crate) fn new(arguments: &NewArguments) -> Outcome {
    let dir = &arguments.dir;
    // Of "." and the like the folder's own name.
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.clone());
    let name = whole.file_name().and_then(|name| name.to_str()).unwrap_or("scenario");
    let file = dir.join(format!("{name}.toml"));
    let existed = dir.is_dir();
    if file.exists() {
        return Err(Failure::new(format!("{} is there already; name another folder", file.display())));
    }
    fs::create_dir_all(dir).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "a file is in the way".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(format!("cannot make the folder {}: {why}; name another", dir.display()))
    })?;
    if let Err(failure) = output::write(&file, TEMPLATE) {
        if !existed {
            // Nothing half-written: the folder that was made for it goes too. That it may not is no worse news.
            let _ = fs::remove_dir(dir);
        }
        return Err(failure);
    }
    let path = word(&file.to_string_lossy());
    output::print(&format!(
        "wrote {path}\n\nNext:\n  cordiale run {path}\n  cordiale run {path} --variant no_incidents\n  cordiale trace {path} --trial 0\n  cordiale check {path}\n"
    ))
}

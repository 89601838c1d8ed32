//! The real binary on real files: what a user types, and everything that comes back.

#![expect(clippy::unwrap_used, reason = "tests")]

mod assumptions;
mod checkpoints;
mod compare;
mod data;
mod exact;
mod explain;
mod files;
mod first_contact;
mod hindcast;
#[cfg(unix)]
mod manual;
mod report;
mod results;
mod sensitivity;
mod shards;
mod stopping;
mod streams;
mod submit;
mod sweep;
mod terminal;
mod warnings;
mod widths;
mod wrong_input;

use std::path::{Path, PathBuf};
use std::process::Output;

/// The repository's root, where a user stands.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A command in the repository's root, without what a terminal or an environment would add.
fn cordiale(arguments: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::cargo_bin("cordiale").unwrap();
    command
        .current_dir(root())
        .env("COLUMNS", "120")
        .env_remove("CLICOLOR_FORCE")
        .env("NO_COLOR", "1")
        .args(arguments);
    command
}

fn output(arguments: &[&str]) -> Output {
    cordiale(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Exit status, stdout and stderr in one text, for a snapshot.
fn transcript(arguments: &[&str]) -> String {
    let output = output(arguments);
    format!(
        "$ cordiale {}\nexit {}\n--- stdout\n{}--- stderr\n{}",
        arguments.join(" "),
        output.status.code().unwrap_or(-1),
        stdout(&output),
        stderr(&output)
    )
}

/// A folder of this test's own.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A scenario in a file of its own, in a folder that is there as long as it is held.
fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = folder();
    let file = folder.path().join("f.toml");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

/// The shipped scenarios, in the order of their names.
fn shipped() -> Vec<PathBuf> {
    toml_files("scenarios")
}

/// The TOML files of a folder, in the order of their names.
fn toml_files(of: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(of)).unwrap();
    let mut files: Vec<PathBuf> =
        entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

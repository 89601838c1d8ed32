//! Programs that are written, compiled and run; all of it below the build's folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::outcome::Outcome;

/// The folder of this package.
const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What takes a number of trials and a seed, and prints an [`Outcome`].
pub(crate) struct Program {
    words: Vec<OsString>,
}

impl Program {
    pub(crate) fn python(python: &Path, script: &Path) -> Self {
        Self { words: vec![python.into(), script.into()] }
    }

    pub(crate) fn run(&self, trials: u64, seed: u64) -> Result<Outcome, String> {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).arg(trials.to_string()).arg(seed.to_string());
        // One thread, whatever numpy was built with.
        command.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1");
        let output = done(&mut command)?;
        serde_json::from_str(&output).map_err(|e| format!("{command:?} printed no outcome: {e}"))
    }
}

/// `peers` in the build's folder.
pub(crate) fn folder() -> Result<PathBuf, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(HERE).join("../../target"), PathBuf::from);
    std::path::absolute(target.join("peers")).map_err(|e| e.to_string())
}

/// Writes a file, and the folders that it lies in.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    let told = |e: std::io::Error| format!("{}: {e}", path.display());
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(told)?;
    std::fs::write(path, text).map_err(told)
}

/// Compiles a program's source as cordiale itself is compiled.
pub(crate) fn compile(source: &Path, program: &Path) -> Result<Program, String> {
    let target = folder()?.join("scalar");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]);
    command.arg(Path::new(HERE).join("scalar/Cargo.toml")).arg("--target-dir").arg(&target);
    done(command.env("CORDIALE_PEERS_SOURCE", source))?;
    let built = target.join("release").join(format!("scalar{}", std::env::consts::EXE_SUFFIX));
    std::fs::copy(&built, program).map_err(|e| format!("{}: {e}", built.display()))?;
    Ok(Program { words: vec![program.into()] })
}

/// A Python of our own with what the programs need; made at the first call.
pub(crate) fn python() -> Result<PathBuf, String> {
    let place = folder()?.join("python");
    let python = place.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let packages = Path::new(HERE).join("requirements.txt");
    let hint = |e| format!("{e}\nnumpy and Mesa cannot be run; leave them out with --without-python");
    if !python.exists() {
        done(Command::new("python3").args(["-m", "venv"]).arg(&place)).map_err(hint)?;
    }
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(packages);
    done(&mut install).map_err(hint)?;
    Ok(python)
}

/// Runs a command to its end, and gives what it printed.
fn done(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|e| format!("{command:?}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

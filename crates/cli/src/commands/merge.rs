//! `cordiale merge`: parts of a run become its result.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cordiale::{Merger, Part, Scenario};

use super::run::{drawable, render};
use crate::args::{MergeArguments, ResultFormat};
use crate::exit::{Failure, Outcome};
use crate::output;
use crate::render::markdown::CommandLine;
use crate::warnings;

pub(crate) fn merge(arguments: &MergeArguments) -> Outcome {
    let read_from: Vec<&Path> = arguments.parts.iter().map(PathBuf::as_path).collect();
    super::writable(&[("--out", arguments.out.as_deref())], &read_from)?;
    let format = ResultFormat::of(arguments.format, arguments.out.as_deref())?;
    drawable(arguments.plot, format)?;
    let mut merger = Merger::new();
    for path in &arguments.parts {
        let name = path.display().to_string();
        match read(path) {
            Ok(text) => merger.add(&name, &text),
            Err(why) => merger.refuse(&name, &why),
        }
    }
    let (scenario, result) = merger
        .finish()
        .map_err(|error| Failure::new(format!("there is no result\n{}", indented(&error.to_string()))))?;
    let scenario = Scenario::from(scenario);
    warnings::heed_file(scenario.warnings(), &arguments.warnings)?;
    warnings::heed(&scenario, &result.warnings, &arguments.warnings)?;
    // Where the scenario stood when its first trials were run.
    let file = scenario.files().next().map_or(Path::new("FILE"), |file| Path::new(file.name()));
    let command = CommandLine::new("run", file).run(&result.run);
    let text = render(format, arguments.plot, &scenario, &result, command);
    output::deliver(&text, arguments.out.as_deref())
}

/// The text of a part. Of what is no part no more is read than its beginning.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let told = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; check the path".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory; name the parts in it".to_owned(),
        _ => format!("it cannot be read: {error}"),
    };
    let mut file = File::open(path).map_err(told)?;
    let mut bytes = Vec::new();
    (&mut file).take(64).read_to_end(&mut bytes).map_err(told)?;
    if !Part::is_beginning(&bytes) {
        // Says that it is none.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    file.read_to_end(&mut bytes).map_err(told)?;
    // Damage shows in the checksum, be it text or not.
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

//! `cordiale diff`: what differs between two scenarios, or between two results.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cordiale::Scenario;
use cordiale::diff::{RecordedResult, ResultDiff, ScenarioDiff};

use crate::args::{DiffArguments, DiffFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::render::{diff, markdown, table};

pub(crate) fn diff(arguments: &DiffArguments) -> Outcome {
    let (a, b) = (arguments.a.as_path(), arguments.b.as_path());
    super::writable(&[("--out", arguments.out.as_deref())], &[a, b])?;
    let format = DiffFormat::of(arguments.format, arguments.out.as_deref())?;
    let (text, same) = match (Side::read(a)?, Side::read(b)?) {
        (Side::Scenario(here), Side::Scenario(there)) => {
            let found = ScenarioDiff::of(&here, &there);
            let text = match format {
                DiffFormat::Json => format!("{}\n", found.to_json()),
                DiffFormat::Markdown => markdown::diff::scenarios(&found, [a, b]),
                DiffFormat::Table => diff::scenarios(&found, [a, b], table::width()),
            };
            (text, found.same)
        }
        (Side::Result(here), Side::Result(there)) => {
            let found = ResultDiff::of(&here, &there);
            let sides = [(a, here.as_ref()), (b, there.as_ref())];
            let text = match format {
                DiffFormat::Json => format!("{}\n", found.to_json()),
                DiffFormat::Markdown => markdown::diff::results(&found, sides),
                DiffFormat::Table => diff::results(&found, sides, table::width()),
            };
            (text, found.same)
        }
        (Side::Scenario(_), Side::Result(_)) => return Err(mixed(a, b)),
        (Side::Result(_), Side::Scenario(_)) => return Err(mixed(b, a)),
    };
    let done = output::deliver(&text, arguments.out.as_deref())?;
    Ok(if same { done } else { Exit::No })
}

/// One of the two.
enum Side {
    Scenario(Box<Scenario>),
    Result(Box<RecordedResult>),
}

impl Side {
    fn read(path: &Path) -> Result<Self, Failure> {
        // Where it cannot be read the loader says why.
        let Some(bytes) = json_of(path).unwrap_or_default() else {
            return Ok(Self::Scenario(Box::new(Scenario::from_path(path)?)));
        };
        let wrong = |why: String| Failure::new(format!("{}: {why}", path.display()));
        let text = String::from_utf8(bytes).map_err(|_| {
            wrong("the file is not UTF-8 text; check that it is the file that you meant".to_owned())
        })?;
        let result = RecordedResult::from_json(&text).map_err(|error| wrong(error.to_string()))?;
        Ok(Self::Result(Box::new(result)))
    }
}

/// What is in a file that begins with a brace, as an object of JSON does and no TOML file.
fn json_of(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let (mut file, mut bytes) = (File::open(path)?, Vec::new());
    // All of a file that is neither may be more than there is room for.
    Read::by_ref(&mut file).take(1 << 16).read_to_end(&mut bytes)?;
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Ok(None);
    }
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn mixed(scenario: &Path, result: &Path) -> Failure {
    let scenario = scenario.display();
    Failure::new(format!(
        "{scenario} is a scenario and {} is a result; compare like with like: `cordiale run {scenario} --format json --out result.json` writes its result",
        result.display()
    ))
}

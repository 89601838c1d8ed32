//! `cordiale schema`, `completions` and `man`: for editors, shells and readers of manuals.

use std::path::Path;

use clap::CommandFactory;

use crate::args::Arguments;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::schemas;

pub(crate) fn schema(of: &str) -> Outcome {
    if let Some(text) = schemas::of_result(of) {
        return output::print(text);
    }
    let schema = match of {
        "observed" => cordiale::schema::hindcast_json_schema(),
        _ => cordiale::schema::json_schema(),
    };
    let schema = serde_json::to_string_pretty(&schema).map_err(Failure::new)?;
    output::print(&format!("{schema}\n"))
}

pub(crate) fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cordiale", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}

pub(crate) fn man(out: Option<&Path>) -> Outcome {
    let Some(folder) = out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut page).map_err(Failure::new)?;
        return output::print(&String::from_utf8_lossy(&page));
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
        .map_err(|error| {
            Failure::new(format!("cannot write into {}: {error}; name another folder", folder.display()))
        })?;
    Ok(Exit::Done)
}

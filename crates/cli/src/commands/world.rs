//! `cordiale world`: the built-in worlds.

use cordiale::world::{self, World};
use cordiale::{NoFiles, model::Evidence};

use crate::args::{WorldArguments, WorldFormat};
use crate::exit::{Failure, Outcome};
use crate::output;
use crate::render::{layout, table};

pub(crate) fn world(arguments: &WorldArguments) -> Outcome {
    let Some(wanted) = &arguments.id else { return list() };
    let Some((id, text)) = world::built_in().iter().find(|(id, _)| id == wanted) else {
        let ids: Vec<&str> = world::built_in().iter().map(|(id, _)| *id).collect();
        return Err(Failure::new(format!(
            "there is no built-in world `{wanted}`; there is {}",
            ids.join(", ")
        )));
    };
    match (&arguments.out, arguments.format) {
        (Some(path), _) => output::write(path, text),
        (None, WorldFormat::Toml) => output::print(text),
        (None, WorldFormat::Table) => output::print(&show(&World::from_toml(text, id, &NoFiles)?)),
    }
}

fn list() -> Outcome {
    let mut text = String::new();
    for (id, toml) in world::built_in() {
        let world = World::from_toml(toml, id, &NoFiles)?;
        text.push_str(&format!("{id}  {}\n", world.model().title));
    }
    text.push('\n');
    let more = "Show one with `cordiale world ID`, write it out with `cordiale world ID --out FILE`.";
    text.push_str(&layout::paragraph(more, table::width(), 0));
    text.push('\n');
    output::print(&text)
}

fn show(world: &World) -> String {
    let (model, width) = (world.model(), table::width());
    let as_of = model.as_of.map_or(String::new(), |date| format!(" (as of {date})"));
    let mut text = format!("{}{as_of}\n\nActors\n", model.title);
    let rows = world.actors().iter().map(|a| vec![a.id.clone(), a.name.clone(), a.kind.name().to_owned()]);
    text.push_str(&layout::columns_within(rows.collect(), width));
    text.push_str("\nGroups\n");
    let members = |g: &cordiale::model::Group| {
        let ids: Vec<&str> = g.members.iter().map(|m| model.actors[m.index()].id.as_str()).collect();
        ids.join(" ")
    };
    text.push_str(&layout::columns_within(
        world.groups().iter().map(|g| vec![g.name.clone(), members(g)]).collect(),
        width,
    ));
    text.push_str("\nChannels\n");
    let channels = model.channels.iter().map(|c| vec![c.name.clone(), c.about.clone().unwrap_or_default()]);
    text.push_str(&layout::columns_within(channels.collect(), width));
    text.push_str("\nTies: what they start at, and on what that rests\n");
    let ties = world.ties().map(|t| {
        let rests: Vec<String> = t.evidence.iter().map(|e| evidence(world, e)).collect();
        vec![t.name.clone(), t.text.trim_matches('"').to_owned(), rests.join("; ")]
    });
    text.push_str(&layout::columns_within(ties.collect(), width));
    let variables = model.slots.iter().filter(|s| s.kind == cordiale::model::SlotKind::Variable);
    let rows: Vec<Vec<String>> = variables
        .map(|s| {
            vec![s.name.clone(), s.text.trim_matches('"').to_owned(), s.about.clone().unwrap_or_default()]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str("\nVariables\n");
        text.push_str(&layout::columns_within(rows, width));
    }
    text
}

fn evidence(world: &World, evidence: &Evidence) -> String {
    let source = evidence.source.map_or("judgement", |id| world.model().sources[id.index()].name.as_str());
    let place = match (evidence.paragraph, evidence.page) {
        (Some(paragraph), _) => format!(" ¶{paragraph}"),
        (None, Some(page)) => format!(" p. {page}"),
        (None, None) => String::new(),
    };
    let disputed = if evidence.disputed { ", disputed" } else { "" };
    format!("{source}{place}{disputed}")
}

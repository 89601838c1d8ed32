//! What is built in Rust is what a file says: every key of what has a name can be written.

use std::collections::BTreeMap;
use std::error::Error;

use cordiale_core::builder::{
    Actor, Attribute, Branch, Channel, Event, Evidence, Group, Index, Levels, Parameter, Rule,
    ScenarioBuilder, Source, Tie, Value, Variable, Variant,
};
use cordiale_core::keys::{EVIDENCE, Key, Kind, SECTIONS};
use cordiale_core::model::{Basis, Confidence};
use toml::Table;

type Done = Result<(), Box<dyn Error>>;

/// A scenario in which everything that can be said is said.
fn everything() -> ScenarioBuilder {
    let article = || {
        Evidence::of("article")
            .basis("article")
            .paragraph(3)
            .page(0)
            .confidence("moderate")
            .disputed()
            .note("as told")
    };
    ScenarioBuilder::new("everything", "2013-09-01", "month", "5 years")
        .title("Everything")
        .question("What can be built?")
        .trials(500)
        .seed(3)
        .source(
            "article",
            Source::new("An article").publisher("A journal").date("2013-09").about("The first"),
        )
        .source("plain", "Another")
        .actor("CHN", Actor::new("China").kind("state").evidence(article()))
        .actor("RUS", "Russia")
        .group("pair", Group::new(&["CHN", "RUS"]).name("The two"))
        .group("east", &["CHN"])
        .attribute(
            "capability",
            Attribute::new(0.5).range(0.0, 2.0).start("CHN", "uniform(0.5, 1)").decay("4 years", "start"),
        )
        .attribute("unrest", Attribute::new(0.0).volatility("drift"))
        .channel("arms", Channel::directed().default_weight(0.1).range(0.0, 1.0).decay_at("drift", 0.0))
        .channel("votes", Channel::undirected().volatility(0.01))
        .tie("arms[RUS,CHN]", Tie::new(0.4).decay(12, "drift").volatility(0.02).about("What is delivered"))
        .tie("votes[CHN,RUS]", 0.7)
        .variable("tension", Variable::new(0.2).range(0.0, 1.0).decay("2 years", 0.1).volatility(0.05))
        .variable("summits", 0)
        .parameter("drift", Parameter::new("0.05 to 0.15").unit("a year").evidence(Evidence::judgement()))
        .index("closeness", Index::new("votes[a,b] + arms[a,b]").of(&["a", "b"]).about("Both ways"))
        .index("calm", "tension < 0.5")
        .rule(
            "summit",
            Rule::new()
                .when("calm")
                .at(&["2014-05-20", "2015-05-08"])
                .effect("summits += 1")
                .limit(1)
                .priority(2)
                .branch("warm", Branch::new("1 + tension").effect("votes[CHN,RUS] += 0.1").about("As hoped"))
                .branch("cold", 1),
        )
        .rule(
            "incident",
            Rule::new()
                .hazard("2 * drift")
                .from("2014-01-01")
                .until("2018-01-01")
                .cooldown("6 months")
                .effect("tension += 0.3"),
        )
        .rule(
            "deal",
            Rule::new()
                .foreach("a", "pair")
                .foreach("b", &["CHN", "RUS"])
                .where_actors("a != b")
                .chance(0.1)
                .effect("arms[a,b] += 0.05"),
        )
        .rule("never", Rule::new().disabled())
        .event("close", Event::when("closeness[RUS,CHN] > 0.8").sustained("3 months").by("2017-09-01"))
        .value("tie", Value::new("votes[CHN,RUS]").by("4 years").given("close"))
        .value("summits_held", "summits")
        .levels("state", Levels::new().level("tense", "tension > 0.6").otherwise("calm_enough").by(24))
        .variant(
            "quiet",
            Variant::new().disable("incident").force("summit.cold", &["2014-05-20"]).set("tension", 0.1),
        )
}

/// The keys that a table of the document has and does not have, of those that it may have.
fn missing<'a>(tables: &[&Table], keys: &'a [Key]) -> Vec<&'a str> {
    let is_there = |key: &&Key| tables.iter().any(|table| table.contains_key(key.name));
    keys.iter().filter(|key| !is_there(key)).map(|key| key.name).collect()
}

#[test]
fn every_key_of_what_has_a_name_can_be_built() -> Done {
    let scenario = everything().build()?;
    assert_eq!(scenario.warnings().diagnostics().iter().filter(|d| d.is_error()).count(), 0);
    let root: Table = everything().to_toml().parse()?;
    // The keys of what stands within a table, such as a decay: in whichever section that is.
    let mut within: BTreeMap<&str, (&[Key], Vec<&Table>)> = BTreeMap::new();
    for section in SECTIONS.iter().filter(|section| section.named) {
        let named = root.get(section.name).and_then(|s| s.as_table()).ok_or(section.name)?;
        let tables: Vec<&Table> = named.values().filter_map(|thing| thing.as_table()).collect();
        assert_eq!(missing(&tables, section.keys), [""; 0], "[{}]", section.name);
        for key in section.keys {
            let inner = tables.iter().filter_map(|table| table.get(key.name)?.as_table());
            let (keys, inner): (_, Vec<&Table>) = match key.kind {
                Kind::Table(keys) => (keys, inner.collect()),
                Kind::Map(Kind::Table(keys)) => {
                    (keys, inner.flat_map(|map| map.values()).filter_map(|t| t.as_table()).collect())
                }
                _ => continue,
            };
            within.entry(key.name).or_insert((keys, Vec::new())).1.extend(inner);
        }
    }
    assert_eq!(within.keys().copied().collect::<Vec<_>>(), ["branches", "decay", "window"]);
    for (name, (keys, tables)) in within {
        assert_eq!(missing(&tables, keys), [""; 0], "{name}");
    }
    let actor = root["actors"]["CHN"]["evidence"][0].as_table().ok_or("no evidence")?;
    assert_eq!(missing(&[actor], EVIDENCE), [""; 0]);
    let scenario = root["scenario"].as_table().ok_or("no scenario")?;
    let keys = SECTIONS.iter().find(|section| section.name == "scenario").ok_or("no section")?.keys;
    assert_eq!(missing(&[scenario], keys), ["format", "world"]);
    Ok(())
}

#[test]
fn what_is_built_is_what_a_file_says() -> Done {
    let scenario = everything().build()?;
    let model = scenario.model();
    let drift = model.parameters.iter().find(|p| p.name == "drift").ok_or("no parameter")?;
    assert_eq!((drift.unit.as_deref(), drift.evidence[0].basis), (Some("a year"), Some(Basis::Judgement)));
    let arms = model.slots.iter().find(|s| s.name == "arms[RUS,CHN]").ok_or("no tie")?;
    assert_eq!(arms.about.as_deref(), Some("What is delivered"));
    assert_eq!(model.actors[0].evidence[0].confidence, Some(Confidence::Moderate));
    let names: Vec<&str> = model.instances.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["deal[CHN,RUS]", "deal[RUS,CHN]", "incident", "never", "summit"]);
    // The same text as a file is the same scenario.
    let read = cordiale_core::Scenario::from_toml(
        &everything().to_toml(),
        "everything.toml",
        &cordiale_core::NoFiles,
    )?;
    assert_eq!(read.digest(), scenario.digest());
    Ok(())
}

//! What is built in Rust is what a file says: every key of what has a name can be written.

use std::collections::BTreeMap;
use std::error::Error;

use cordiale_core::builder::{
    Actor, Attribute, Branch, Channel, Event, Evidence, Group, Index, Level, Levels, Parameter, Rule,
    ScenarioBuilder, Source, Tie, Value, Variable, Variant,
};
use cordiale_core::keys::{EVIDENCE, Key, Kind, SECTIONS};
use cordiale_core::model::{Basis, Confidence};
use cordiale_core::scenario::Resolver;
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
        .actor("RUS", String::from("Russia"))
        .group("pair", Group::new(["CHN", "RUS"]).name("The two"))
        .group("east", vec!["CHN".to_owned()])
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
        .index("closeness", Index::new("votes[a,b] + arms[a,b]").of(["a", "b"]).about("Both ways"))
        .index("calm", "tension < 0.5")
        .rule(
            "summit",
            Rule::new()
                .when("calm")
                .at(["2014-05-20", "2015-05-08"])
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
                .foreach("b", ["CHN", "RUS"])
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
            Variant::new().disable("incident").force("summit.cold", ["2014-05-20"]).set("tension", 0.1),
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
    let actor = root["actors"]["CHN"]["evidence"].as_table().ok_or("no evidence")?;
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

/// A scenario of one rule.
fn one() -> ScenarioBuilder {
    ScenarioBuilder::new("one", "2024-01-01", "month", 12)
        .variable("x", 0)
        .rule("r", Rule::new().effect("x += 1"))
        .value("v", "x")
}

fn errors(builder: &ScenarioBuilder) -> Vec<String> {
    let report = builder.build().err();
    report
        .iter()
        .flat_map(cordiale_core::Report::diagnostics)
        .filter(|d| d.is_error())
        .map(|d| d.message.clone())
        .collect()
}

/// A second thing of a name is an error, and hides no other: be it one that TOML would take for more of the first.
#[test]
fn what_is_given_twice_is_told_by_its_name() {
    let branches = || Rule::new().branch("a", 1).branch("a", Branch::new(1).effect("x += 10"));
    for (builder, expected) in [
        (one().rule("r", Rule::new().from("2024-07-01")), vec!["rules.r"]),
        (one().rule("r", Rule::new().effect("x += 10")), vec!["rules.r"]),
        (one().variable("x", 1).variable("x", 2), vec!["variables.x", "variables.x"]),
        (one().rule("s", branches()), vec!["rules.s.branches.a"]),
        (one().rule("s", Rule::new().foreach("i", ["A"]).foreach("i", ["B"])), vec!["rules.s.foreach.i"]),
        (one().variant("w", Variant::new().set("x", 1).set("x", 2)), vec!["variants.w.set.x"]),
        (
            one().variant("w", Variant::new().force("r", ["2024-02-01"]).force("r", ["2024-05-01"])),
            vec!["variants.w.force.r"],
        ),
        (
            one().actor("A", "A").attribute("a", Attribute::new(0.0).start("A", 1).start("A", 2)),
            vec!["attributes.a.values.A"],
        ),
    ] {
        let found: Vec<String> =
            errors(&builder).into_iter().filter(|message| message.ends_with(" is given twice")).collect();
        let expected: Vec<String> = expected.iter().map(|name| format!("`{name}` is given twice")).collect();
        // Alike ones are told once.
        assert_eq!(found, expected[..1], "{}", builder.to_toml());
    }
    let both = one().variable("x", 1).event("e", Event::when("nope > 1"));
    assert_eq!(errors(&both), ["`variables.x` is given twice", "there is no `nope`"]);
    let said = both.build().err().map(|report| report.to_string()).unwrap_or_default();
    assert!(said.starts_with("<built>/one.toml:6:12: error[E010]"), "{said}\n{}", both.to_toml());
}

#[test]
fn a_variant_sets_whatever_a_file_sets() -> Done {
    let scenario = one()
        .channel("trust", Channel::undirected())
        .event("e", Event::when("x > 3").by("2024-06-01"))
        .variant(
            "v",
            Variant::new()
                .set("scenario.start", "2024-02-01")
                .set("outcomes.e.by", String::from("2024-07-01"))
                .set("channels.trust.range", "[0, 2]")
                .set("rules.r.effects", r#"["x += 2"]"#)
                .set("rules.r.window.from", "2024-03-01")
                .set("x", "uniform(0, 1)"),
        )
        .build()?
        .with_variant("v")?;
    let model = scenario.model();
    assert_eq!(model.calendar.start().to_string(), "2024-02-01");
    assert_eq!(model.instances[0].window, 1..12);
    assert_eq!(model.slots[0].text, "uniform(0, 1)");
    Ok(())
}

#[test]
fn numbers_and_dates_that_cannot_be_are_told_as_such() {
    assert_eq!(
        errors(&one().seed(u64::MAX)),
        ["`seed` of the scenario is a whole number from 0 to 2^63 - 1"]
    );
    // More times than there are steps make no difference.
    assert_eq!(errors(&one().rule("s", Rule::new().limit(u64::MAX).effect("x += 1"))), [""; 0]);
    let rule = Rule::new().at(["2024-02-30"]).effect("x += 1");
    assert_eq!(errors(&one().rule("s", rule)), ["the calendar has no 2024-02-30"]);
}

/// What is built lies in no folder.
#[test]
fn worlds_are_looked_for_where_the_program_runs() -> Done {
    struct Asked;
    impl Resolver for Asked {
        fn world(&self, name: &str, from: &str) -> Result<(String, String), String> {
            assert_eq!((name, from), ("w.toml", "one.toml"));
            Ok(("[world]\n".to_owned(), name.to_owned()))
        }
    }
    one().world("w.toml").build_with(&Asked)?;
    Ok(())
}

/// Evidence, one piece or two, defaults, and what is said of the scenario and of a level: all as a file would have it.
#[test]
fn the_file_that_one_would_write_is_the_same_scenario() -> Done {
    let built = one()
        .about("A test")
        .evidence(Evidence::judgement())
        .channel(
            "trust",
            Channel::undirected().evidence(Evidence::judgement()).evidence(Evidence::judgement().note("n")),
        )
        .levels("l", Levels::new().level("high", Level::new("x > 5").about("Much")).otherwise("low"))
        .build()?;
    let text = r#"
        [scenario]
        start = 2024-01-01
        step = "month"
        horizon = 12
        about = "A test"
        evidence = { basis = "judgement" }
        [variables.x]
        initial = 0
        [rules.r]
        effects = ["x += 1"]
        [channels.trust]
        evidence = [{ basis = "judgement" }, { basis = "judgement", note = "n" }]
        [outcomes.v]
        value = "x"
        [outcomes.l]
        levels = [{ name = "high", when = "x > 5", about = "Much" }, { name = "low" }]
    "#;
    let read = cordiale_core::Scenario::from_toml(text, "one.toml", &cordiale_core::NoFiles)?;
    assert_eq!(built.differences_to(&read), []);
    assert_eq!(built.digest(), read.digest());
    Ok(())
}

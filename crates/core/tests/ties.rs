//! Which ties are one: that follows from all that is said of the channels, in whatever file or setting.

use std::error::Error;

use cordiale_core::Scenario;
use cordiale_core::model::SlotKind;
use cordiale_core::scenario::Resolver;

type Done = Result<(), Box<dyn Error>>;

/// One world, by whatever name.
struct World(&'static str);

impl Resolver for World {
    fn world(&self, name: &str, _: &str) -> Result<(String, String), String> {
        Ok((format!("[world]\n[actors.A]\n[actors.B]\n{}", self.0), name.to_owned()))
    }
}

const SCENARIO: &str = "[scenario]\nworld = \"w.toml\"\nstart = 2024-01-01\nhorizon = 1\n";

/// The declared ties and what they start at.
fn ties(scenario: &Scenario) -> Vec<(&str, &str)> {
    let slots = scenario.model().slots.iter();
    let declared = slots.filter(|slot| slot.declared && matches!(slot.kind, SlotKind::Tie { .. }));
    declared.map(|slot| (slot.name.as_str(), slot.text.as_str())).collect()
}

fn scenario(world: &'static str, own: &str) -> Result<Scenario, cordiale_core::Report> {
    Scenario::from_toml(&format!("{SCENARIO}{own}"), "s.toml", &World(world))
}

#[test]
fn a_scenario_that_directs_a_channel_keeps_its_ties_as_they_are_written() -> Done {
    let undirected = "[channels.c]\n[ties]\n\"c[B,A]\" = { weight = 0.9 }";
    assert_eq!(ties(&scenario(undirected, "")?), [("c[A,B]", "0.9")]);
    assert_eq!(ties(&scenario(undirected, "[channels.c]\ndirected = true")?), [("c[B,A]", "0.9")]);
    let both = "[channels.c]\ndirected = true\n[ties]\n\"c[A,B]\" = { weight = 0.2 }";
    assert_eq!(ties(&scenario(undirected, both)?), [("c[A,B]", "0.2"), ("c[B,A]", "0.9")]);
    Ok(())
}

#[test]
fn so_does_a_variant_and_a_setting_in_any_order() -> Done {
    let undirected = "[channels.c]\n[ties]\n\"c[B,A]\" = { weight = 0.9 }";
    let variant = "[variants.v.set]\n\"c[A,B]\" = 0.3\n\"channels.c.directed\" = true";
    let told = scenario(undirected, variant)?;
    assert_eq!(ties(&told), [("c[A,B]", "0.9")]);
    assert_eq!(ties(&told.with_variant("v")?), [("c[A,B]", "0.3"), ("c[B,A]", "0.9")]);
    let (tie, directed) = (("c[A,B]", "0.3"), ("channels.c.directed", "true"));
    for settings in [[tie, directed], [directed, tie]] {
        assert_eq!(ties(&told.with_settings(&settings)?), [("c[A,B]", "0.3"), ("c[B,A]", "0.9")]);
    }
    Ok(())
}

#[test]
fn a_dyad_is_one_where_a_channel_is_declared_or_undirected_above() -> Done {
    let tie_alone = "[ties]\n\"c[B,A]\" = { weight = 0.9 }";
    for own in ["c[B,A]", "c[A,B]"] {
        let own = format!("[channels.c]\n[ties]\n\"{own}\" = {{ weight = 0.2 }}");
        assert_eq!(ties(&scenario(tie_alone, &own)?), [("c[A,B]", "0.2")]);
    }
    let decays = scenario(tie_alone, "[channels.c]\n[ties]\n\"c[A,B]\" = { decay = { rate = 1 } }")?;
    assert_eq!(ties(&decays), [("c[A,B]", "0.9")]);
    let directed = "[channels.c]\ndirected = true\n[ties]\n\"c[B,A]\" = { weight = 0.9 }";
    let own = "[channels.c]\ndirected = false\n[ties]\n\"c[A,B]\" = { weight = 0.2 }";
    assert_eq!(ties(&scenario(directed, own)?), [("c[A,B]", "0.2")]);
    // Two of one dyad that one file has, once the channel is undirected: there is no telling which is meant.
    let two =
        "[channels.c]\ndirected = true\n[ties]\n\"c[A,B]\" = { weight = 0.1 }\n\"c[B,A]\" = { weight = 0.9 }";
    assert_eq!(ties(&scenario(two, "")?).len(), 2);
    let report = scenario(two, "[channels.c]\ndirected = false").err().ok_or("the dyad stands twice")?;
    assert!(report.to_string().contains("`c[A,B]` is declared twice in this file"), "{report}");
    let report = scenario(two, "")?.with_settings(&[("channels.c.directed", "false")]).err();
    let report = report.ok_or("the dyad stands twice")?;
    assert_eq!(report.diagnostics().iter().filter(|d| d.is_error()).count(), 1, "{report}");
    Ok(())
}

#[test]
fn a_name_to_be_set_has_whole_brackets() -> Done {
    let told = scenario("[attributes.a]\n[channels.c]", "")?;
    for name in ["a[A", "a[[A]]", "aA]", "c[A,B", "a[A]]"] {
        assert!(told.with_settings(&[(name, "0.5")]).is_err(), "{name}");
    }
    assert!(told.with_settings(&[("a[A]", "0.5"), ("c[ A, B ]", "0.5")]).is_ok());
    Ok(())
}

#[test]
fn a_direction_that_is_taken_back_leaves_no_tie_behind() -> Done {
    let text = "[channels.c]\n[ties]\n\"c[A,B]\" = { weight = 0.2 }\n\
                [variants.f.set]\n\"channels.c.directed\" = true\n\"c[B,A]\" = 0.5";
    let directed = scenario("", text)?.with_variant("f")?;
    assert_eq!(ties(&directed), [("c[A,B]", "0.2"), ("c[B,A]", "0.5")]);
    let back = directed.with_settings(&[("channels.c.directed", "false")])?;
    assert_eq!(ties(&back), [("c[A,B]", "0.5")]);
    Ok(())
}

/// What is left of settings: of one tie under two names, of a rule's chance and hazard, and of a decay's rate and half-life,
/// the last.
#[test]
fn what_a_later_setting_undoes_is_not_in_force() -> Done {
    let told = scenario("[channels.c]", "[rules.r]\nchance = 0.5\n")?;
    let set = told.with_settings(&[("c[A,B]", "0.9"), ("rules.r.hazard", "1"), ("c[B,A]", "0.1")])?;
    let in_force = |scenario: &Scenario| -> Vec<String> {
        scenario.settings().iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(in_force(&set), ["rules.r.hazard", "c[B,A]"]);
    assert_eq!(ties(&set), [("c[A,B]", "0.1")]);
    let again = set.with_settings(&[("rules.r.chance", "0.2")])?;
    assert_eq!(in_force(&again), ["c[B,A]", "rules.r.chance"]);
    assert_eq!(again.digest(), told.with_settings(&[("c[A,B]", "0.1"), ("rules.r.chance", "0.2")])?.digest());
    let decay = [("channels.c.decay.rate", "0.2"), ("channels.c.decay.half_life", "2 years")];
    let told = scenario("[channels.c]\ndecay = { rate = 0.1 }", "")?;
    assert_eq!(in_force(&told.with_settings(&decay)?), [decay[1].0]);
    assert_eq!(told.with_settings(&decay)?.digest(), told.with_settings(&decay[1..])?.digest());
    // What one undoes here need not be undone there.
    let told = scenario("[channels.c]", "[rules.r]\nchance = 0.5\n")?;
    let all = [("c[A,B]", "0.9"), ("c[B,A]", "0.1"), ("channels.c.directed", "true")];
    let at_once = told.with_settings(&all)?;
    assert_eq!(in_force(&at_once), ["c[A,B]", "c[B,A]", "channels.c.directed"]);
    assert_eq!(told.with_settings(&all[..2])?.with_settings(&all[2..])?.digest(), at_once.digest());
    // Places are counted with what is not in force.
    let place = set.place_of("rules.r.hazard").ok_or("a hazard was set")?;
    assert_eq!(place.file, "--set rules.r.hazard");
    Ok(())
}

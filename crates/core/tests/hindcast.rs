//! Files that say what happened: what they come to, and all that can be wrong with them.

#![expect(clippy::unwrap_used, reason = "tests")]

use cordiale_core::hindcast::{BaseRate, Happened, Observed};
use cordiale_core::{Report, Resolver, check};
use proptest::prelude::*;

const SCENARIO: &str = r#"
[scenario]
start = 2013-09-01
horizon = "2 years"
[variables.x]
initial = 0.2
range = [0, 1]
[rules.up]
chance = 0.1
effects = ["x += 0.1"]
[outcomes.up]
when = "x > 0.3"
by = 2014-06-15
[outcomes.far]
when = "x > 0.8"
[outcomes.far_if_up]
when = "x > 0.8"
given = "up"
[outcomes.lasting]
when = "x > 0.3"
sustained = "3 months"
[outcomes.x]
value = "x"
[outcomes.side]
levels = [ { name = "high", when = "x > 0.5" }, { name = "low" } ]
[variants.other]
set = { "outcomes.side.levels" = [ { name = "high", when = "x > 0.6" } ] }
"#;

struct One(&'static str);

impl Resolver for One {
    fn world(&self, name: &str, from: &str) -> Result<(String, String), String> {
        assert_eq!(from, "lived.toml");
        match name {
            "s.toml" => Ok((self.0.to_owned(), name.to_owned())),
            _ => Err(format!("there is no {name}")),
        }
    }
}

const HEAD: &str = "[hindcast]\nscenario = \"s.toml\"\nuntil = 2015-12-31\n";
const BY: &str = "evidence = { basis = \"judgement\" }\n";

fn read(rest: &str) -> Result<Observed, Report> {
    Observed::from_toml(&format!("{HEAD}{rest}"), "lived.toml", &One(SCENARIO))
}

/// What is found, as `line:column code`.
fn found(report: &Report) -> Vec<String> {
    let place = |d: &cordiale_core::Diagnostic| d.span.map(|span| report.sources().place(span));
    let all = report.diagnostics().iter();
    all.map(|d| place(d).map_or(String::new(), |p| format!("{}:{} {}", p.line, p.column, d.code.id())))
        .collect()
}

fn wrong(rest: &str) -> Vec<String> {
    found(&read(rest).unwrap_err())
}

#[test]
fn what_happened_is_read() {
    let observed = read(&format!(
        "[observed.up]\nreached = 2014-06-10\nbase_rate = {{ hazard = 0.2 }}\n{BY}\
         [observed.far]\nreached = false\nbase_rate = {{ chance = 0.1 }}\n{BY}\
         [observed.far_if_up]\nreached = 2015-01-31\n{BY}\
         [observed.x]\nvalue = 0.4\nat = 2014-12-31\nbase_rate = {{ values = [0.1, 1] }}\n{BY}\
         [observed.side]\nlevel = \"low\"\nbase_rate = {{ levels = {{ low = 1 }} }}\n{BY}"
    ))
    .unwrap();
    assert!(observed.warnings().diagnostics().is_empty(), "{}", observed.warnings());
    assert_eq!(
        (observed.id(), observed.title(), observed.scenario().model().id.as_str()),
        ("lived", None, "s")
    );
    let seen: Vec<(u32, String, bool)> =
        observed.observations().iter().map(|o| (o.step, o.date.to_string(), o.is_settled)).collect();
    let at = |step: u32, date: &str| (step, date.to_owned(), true);
    // The step that holds the deadline, the end, the end, the day itself, the end.
    let expected = [
        at(9, "2014-06-15"),
        at(24, "2015-09-01"),
        at(24, "2015-09-01"),
        at(15, "2014-12-31"),
        at(24, "2015-09-01"),
    ];
    assert_eq!(seen, expected);
    let happened: Vec<Happened> = observed.observations().iter().map(|o| o.happened).collect();
    // What happens in the step that holds the deadline is in time by its day.
    assert!(matches!(happened[0], Happened::Reached { step: 9, in_time: true, .. }), "{:?}", happened[0]);
    assert_eq!(happened[1], Happened::NotReached);
    assert!(matches!(happened[2], Happened::Reached { step: 17, in_time: true, .. }), "{:?}", happened[2]);
    assert_eq!((happened[3], happened[4]), (Happened::Value(0.4), Happened::Level(1)));
    let base: Vec<Option<BaseRate>> = observed.observations().iter().map(|o| o.base_rate.clone()).collect();
    assert_eq!(base[..2], [Some(BaseRate::Hazard(0.2)), Some(BaseRate::Chance { chance: 0.1, years: 2.0 })]);
    assert_eq!(base[3..], [Some(BaseRate::Values(vec![0.1, 1.0])), Some(BaseRate::Levels(vec![0.0, 1.0]))]);
    assert!(!observed.observations().iter().any(|o| o.is_void));
}

#[test]
fn what_is_not_known_yet_is_open_and_what_has_no_condition_is_void() {
    let observed = Observed::from_toml(
        &format!(
            "[hindcast]\nscenario = \"s.toml\"\nuntil = 2014-07-20\n[observed.up]\nreached = 2014-06-16\n{BY}\
             [observed.far]\nreached = false\n{BY}[observed.far_if_up]\nreached = false\n{BY}"
        ),
        "lived.toml",
        &One(SCENARIO),
    )
    .unwrap();
    let [up, far, far_if_up] = observed.observations() else { unreachable!("three were written") };
    // A day late.
    assert!(matches!(up.happened, Happened::Reached { step: 10, in_time: false, .. }), "{:?}", up.happened);
    assert_eq!((far.step, far.date.to_string(), far.is_settled), (10, "2014-07-20".to_owned(), false));
    assert!(far_if_up.is_void && !far.is_void);
}

/// A score is proper only if when an answer is looked at does not depend on what came.
#[test]
fn what_came_and_what_did_not_are_looked_at_on_the_same_day() {
    let far = |until: &str, reached: &str| {
        let text = format!(
            "[hindcast]\nscenario = \"s.toml\"\nuntil = {until}\n[observed.far]\nreached = {reached}\n{BY}"
        );
        let observed = Observed::from_toml(&text, "lived.toml", &One(SCENARIO)).unwrap();
        let [far] = observed.observations() else { unreachable!("one was written") };
        (far.step, far.date.to_string(), far.is_settled, far.happened)
    };
    for (until, step) in [("2014-07-20", 10), ("2014-07-31", 11), ("2014-08-01", 11), ("2013-09-01", 0)] {
        let (came, not) = (far(until, until), far(until, "false"));
        assert_eq!((came.0, &came.1, came.2), (step, &until.to_owned(), false));
        assert_eq!((not.0, &not.1, not.2), (step, &until.to_owned(), false));
        assert!(
            matches!(came.3, Happened::Reached { step: seen, in_time: true, .. } if seen == step),
            "{came:?}"
        );
    }
    let (came, not) = (far("2015-09-01", "2014-07-20"), far("2015-09-01", "false"));
    assert_eq!((came.0, came.2), (24, true));
    assert_eq!((not.0, not.2), (24, true));
}

/// What was seen was seen on a day, whatever deadline is set afterwards.
#[test]
fn what_was_observed_stays_of_its_day() {
    let observed = read(&format!(
        "[observed.x]\nvalue = 0.4\n{BY}[observed.far]\nreached = 2014-03-03\nbase_rate = {{ chance = 0.4 }}\n{BY}"
    ))
    .unwrap();
    let moved = observed
        .scenario()
        .with_settings(&[("outcomes.x.by", "2014-01-01"), ("outcomes.far.by", "2014-01-01")])
        .unwrap();
    let moved = observed.against(&moved).unwrap();
    let [x, far] = moved.observations() else { unreachable!("two were written") };
    assert_eq!((x.step, x.date.to_string()), (24, "2015-09-01".to_owned()));
    assert!(matches!(far.happened, Happened::Reached { in_time: false, .. }), "another question: {far:?}");
    assert_eq!(far.base_rate, Some(BaseRate::Chance { chance: 0.4, years: 2.0 }));
    let short = observed.scenario().with_settings(&[("scenario.horizon", "\"1 year\"")]).unwrap();
    assert_eq!(found(&observed.against(&short).unwrap_err()), ["4:11 E309"]);
}

#[test]
fn a_variant_is_checked_anew() {
    let observed = read(&format!("[observed.side]\nlevel = \"low\"\n{BY}")).unwrap();
    let other = observed.scenario().with_variant("other").unwrap();
    assert_eq!(found(&observed.against(&other).unwrap_err()), ["5:9 E112"]);
    assert_eq!(observed.against(observed.scenario()).unwrap().observations().len(), 1);
}

#[test]
fn wrong_observations_are_told_with_their_places() {
    let cases: [(String, &[&str]); 29] = [
        (format!("[observed.upp]\nreached = false\n{BY}"), &["4:11 E101"]),
        (
            format!("[hindcast.evidence]\nsource = \"s\"\n[observed.up]\nreached = false\n{BY}"),
            &["5:10 E109"],
        ),
        (format!("[observed.up]\nvalue = 1\n{BY}"), &["5:9 E309"]),
        (format!("[observed.up]\n{BY}"), &["4:11 E309"]),
        (format!("[observed.up]\nreached = true\n{BY}"), &["5:11 E104"]),
        (format!("[observed.up]\nreached = \"2014-01-01\"\n{BY}"), &["5:11 E104"]),
        (format!("[observed.up]\nreached = 2012-01-01\n{BY}"), &["5:11 E106"]),
        (format!("[observed.up]\nreached = 2016-01-01\n{BY}"), &["5:11 E104"]),
        (format!("[observed.up]\nreached = false\nat = 2014-01-01\n{BY}"), &["6:6 E309"]),
        // It had to have held for three months.
        (format!("[observed.lasting]\nreached = 2013-10-31\n{BY}"), &["5:11 E309"]),
        ("[observed]\n".to_owned(), &["1:1 E006"]),
        (format!("[observed.x]\nvalue = nan\n{BY}"), &["5:9 E103"]),
        (format!("[observed.x]\nvalue = \"high\"\n{BY}"), &["5:9 E007"]),
        (format!("[observed.x]\nvalue = 1\nat = 2015-10-01\n{BY}"), &["6:6 E104"]),
        (format!("[observed.side]\nlevel = \"hgih\"\n{BY}"), &["5:9 E112"]),
        (format!("[observed.far_if_up]\nreached = false\n{BY}"), &["4:11 E309"]),
        (format!("[observed.up]\nreached = false\nbase_rate = 0.1\n{BY}"), &["6:13 E007"]),
        (format!("[observed.up]\nreached = false\nbase_rate = {{}}\n{BY}"), &["6:13 E309"]),
        (
            format!("[observed.up]\nreached = false\nbase_rate = {{ hazard = 1, chance = 0.1 }}\n{BY}"),
            &["6:13 E309"],
        ),
        (format!("[observed.up]\nreached = false\nbase_rate = {{ hazard = 0 }}\n{BY}"), &["6:24 E102"]),
        (format!("[observed.up]\nreached = false\nbase_rate = {{ chance = 1 }}\n{BY}"), &["6:24 E102"]),
        (format!("[observed.up]\nreached = false\nbase_rate = {{ values = [1] }}\n{BY}"), &["6:24 E309"]),
        (format!("[observed.x]\nvalue = 1\nbase_rate = {{ values = [] }}\n{BY}"), &["6:24 E007"]),
        (format!("[observed.x]\nvalue = 1\nbase_rate = {{ values = [1, inf] }}\n{BY}"), &["6:28 E103"]),
        (
            format!(
                "[observed.side]\nlevel = \"low\"\nbase_rate = {{ levels = {{ low = 0.5, hgih = 0.5 }} }}\n{BY}"
            ),
            &["6:37 E101"],
        ),
        (
            format!("[observed.side]\nlevel = \"low\"\nbase_rate = {{ levels = {{ low = 0.5 }} }}\n{BY}"),
            &["6:24 E102"],
        ),
        (
            format!(
                "[observed.side]\nlevel = \"low\"\nbase_rate = {{ levels = {{ low = 1.5, high = -0.5 }} }}\n{BY}"
            ),
            &["6:24 E102"],
        ),
        // What is wrong with its condition is told once.
        (
            format!("[observed.up]\nreached = 7\n{BY}[observed.far_if_up]\nreached = false\n{BY}"),
            &["5:11 E104"],
        ),
        // All in one go.
        (
            format!(
                "[observed.up]\nreachd = false\n{BY}[observed.x]\nvalue = 1\nevidence = {{ source = \"s\" }}\n[rules.r]\n"
            ),
            &["10:2 E005", "5:1 E005", "9:23 E109"],
        ),
    ];
    for (text, expected) in cases {
        let mut found = wrong(&text);
        found.sort();
        let mut expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        expected.sort();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn wrong_heads_are_told_with_their_places() {
    let of = |text: &str| found(&Observed::from_toml(text, "lived.toml", &One(SCENARIO)).unwrap_err());
    let some = format!("[observed.up]\nreached = false\n{BY}");
    assert_eq!(of(""), ["1:1 E006", "1:1 E006"]);
    assert_eq!(of(SCENARIO), ["2:2 E013"]);
    assert_eq!(of(&format!("[hindcast]\nscenario = \"t.toml\"\nuntil = 2015-01-01\n{some}")), ["2:13 E011"]);
    assert_eq!(of(&format!("[hindcast]\nscenario = \"s.toml\"\nuntil = 2012-01-01\n{some}")), ["3:9 E106"]);
    assert_eq!(of(&format!("[hindcast]\nscenario = \"s.toml\"\n{some}")), ["1:2 E006"]);
    assert_eq!(of(&format!("[hindcast]\nscenario = s.toml\nuntil = 2015-01-01\n{some}")), ["2:12 E004"]);
    // Trials in which the condition came only after what is known would count.
    let open = format!(
        "[hindcast]\nscenario = \"s.toml\"\nuntil = 2014-05-01\n[observed.up]\nreached = 2014-01-01\n{BY}\
         [observed.far_if_up]\nreached = false\n{BY}"
    );
    assert_eq!(of(&open), ["7:11 E309"]);
    let bad = "[scenario]\nstart = 2013-09-01\n";
    let report = Observed::from_toml(&format!("{HEAD}{some}"), "lived.toml", &One(bad)).unwrap_err();
    assert_eq!(found(&report), ["1:2 E006"], "the scenario's own");
    assert!(report.to_string().contains("s.toml"), "{report}");
}

#[test]
fn editors_are_told_what_must_be_there() {
    let schema = cordiale_core::schema::hindcast_json_schema();
    assert_eq!(schema["required"], serde_json::json!(["hindcast", "observed"]));
    assert_eq!(schema["properties"]["hindcast"]["required"], serde_json::json!(["scenario", "until"]));
    let observed = schema["properties"]["observed"]["patternProperties"].as_object().unwrap();
    assert!(observed.values().all(|table| table["oneOf"].as_array().is_some_and(|one| one.len() == 3)));
}

#[test]
fn a_file_of_what_happened_is_told_from_a_scenario() {
    let text = format!("{HEAD}[observed.up]\nreached = 2014-01-01\n");
    let (model, warnings) = check(&text, "lived.toml", &One(SCENARIO)).unwrap();
    assert_eq!((model.id.as_str(), found(&warnings)), ("s", vec!["4:11 W113".to_owned()]));
    // In a scenario there is no place for it.
    let report = check(&format!("{SCENARIO}{HEAD}"), "lived.toml", &One(SCENARIO)).unwrap_err();
    assert_eq!(found(&report), ["28:2 E005"]);
    assert!(report.to_string().contains("a file of its own"), "{report}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2013), ..ProptestConfig::default() })]

    /// Whatever the text, it is read or its faults are told, each inside the text.
    #[test]
    fn a_mutated_file_is_answered(at in 0.0..1.0_f64, cut in 0..30_usize, piece in 0..PIECES.len()) {
        let text = format!(
            "{HEAD}[observed.up]\nreached = 2014-06-10\nbase_rate = {{ hazard = 0.2 }}\n{BY}\
             [observed.far]\nreached = false\nbase_rate = {{ chance = 0.1 }}\n{BY}\
             [observed.x]\nvalue = 0.4\nat = 2014-12-31\nbase_rate = {{ values = [0.1, 1] }}\n{BY}\
             [observed.side]\nlevel = \"low\"\nbase_rate = {{ levels = {{ low = 1 }} }}\n{BY}\
             [observed.far_if_up]\nreached = 2015-01-31\n{BY}"
        );
        let begin = (at * text.len() as f64) as usize;
        let end = (begin + cut).min(text.len());
        let mutant = format!("{}{}{}", &text[..begin], PIECES[piece], &text[end..]);
        let report = match Observed::from_toml(&mutant, "lived.toml", &One(SCENARIO)) {
            Ok(observed) => observed.warnings().clone(),
            Err(report) => report,
        };
        for span in report.diagnostics().iter().filter_map(|d| d.span) {
            let file = report.sources().file(span.file).unwrap();
            prop_assert!(file.text().get(span.range()).is_some(), "{span:?}\n{mutant}");
        }
        let _ = report.to_string();
    }
}

/// Pieces that the language gives a meaning to, and some that it does not.
const PIECES: [&str; 14] =
    ["", "[", "{", "}", "\"", "\n", "=", "-1", "inf", "nan", "true", "2013-09-01", "0001-01-01", "é"];

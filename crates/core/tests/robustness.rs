//! Whatever the text, the loader answers with a scenario or a report: no panic, every place inside the text.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use cordiale_core::scenario::Resolver;
use cordiale_core::{MAX_BYTES, NoFiles, Report, Scenario, check};
use proptest::prelude::*;

/// All fixtures as text: the language in use, and in misuse.
fn texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    // The one with millions of instances would only make this slow.
    paths.retain(|path| !path.ends_with("E215.toml"));
    paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn report(text: &str) -> Report {
    match check(text, "mutant.toml", &NoFiles) {
        Ok((_, warnings)) => warnings,
        Err(report) => report,
    }
}

fn assert_places_lie_in_their_texts(report: &Report) {
    for span in
        report.diagnostics().iter().flat_map(|d| d.span.into_iter().chain(d.related.iter().map(|r| r.span)))
    {
        let file = report.sources().file(span.file).unwrap();
        assert!(file.text().get(span.range()).is_some(), "{span:?}");
    }
    let _ = report.to_string();
    let _ = report.to_json();
}

/// Pieces that the language gives a meaning to, and some that it does not.
const PIECES: [&str; 26] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\n",
    "=",
    "+=",
    "-",
    "^",
    " to ",
    "inf",
    "nan",
    "1e999",
    "-1",
    "\\u00e9",
    "é",
    "a",
    "CHN",
    " for a in states",
    "0",
    "2013-09-01",
    ",",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(2013), ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_file_is_answered(which in 0..100_usize, at in 0.0..1.0_f64, cut in 0..12_usize, piece in 0..PIECES.len()) {
        let texts = texts();
        let text = &texts[which % texts.len()];
        let bounds: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        let begin = (at * (bounds.len() - 1) as f64) as usize;
        let end = (begin + cut).min(bounds.len() - 1);
        let mutant = format!("{}{}{}", &text[..bounds[begin]], PIECES[piece], &text[bounds[end]..]);
        assert_places_lie_in_their_texts(&report(&mutant));
    }

    #[test]
    fn any_expression_is_answered(expression in "[-+*/^()\\[\\],.:a-cA-C0-9<>=! ]{0,40}") {
        let text = format!("[scenario]\nstart = 2013-09-01\nhorizon = 3\n[variables.a]\ninitial = 0\n[rules.r]\nwhen = '''{expression}'''\neffects = ['''a += {expression}''']\n");
        assert_places_lie_in_their_texts(&report(&text));
    }
}

#[test]
fn hopeless_texts_are_answered() {
    let brackets = "[".repeat(20_000);
    let nested = format!(
        "[scenario]\nstart = 2013-09-01\nhorizon = 3\n[rules.r]\nwhen = \"{}1{}\"",
        "(".repeat(20_000),
        ")".repeat(20_000)
    );
    let large = "# ".repeat(MAX_BYTES / 2 + 1);
    for (text, code) in [
        ("", "E013"),
        ("\u{feff}", "E013"),
        (brackets.as_str(), "E004"),
        (nested.as_str(), "E202"),
        (large.as_str(), "E003"),
        ("\0\u{1}\u{2}", "E004"),
    ] {
        let report = report(text);
        assert!(report.diagnostics().iter().any(|d| d.code.id() == code), "{code}: {report}");
        assert_places_lie_in_their_texts(&report);
    }
}

const TWO_RULES: &str = r#"
[scenario]
start = 2013-09-01
horizon = 12

[actors]
A = {}
B = {}

[channels.c]

[ties]
"c[A,B]" = { weight = 0.5 }

[variables]
x = { initial = 0 }
y = { initial = 1 }

[rules.one]
effects = ["x += 1", "c[B,A] += 0.1"]

[rules.two]
chance = 0.5
effects = ["y += x"]

[outcomes.o]
value = "x + y + c[A,B]"
"#;

#[test]
fn the_order_in_the_file_decides_nothing() {
    let load = |text: &str| Scenario::from_toml(text, "order.toml", &NoFiles).unwrap();
    let one = load(TWO_RULES);
    let (head, rest) = TWO_RULES.split_once("[rules.one]").unwrap();
    let (first, rest) = rest.split_once("[rules.two]").unwrap();
    let (second, outcomes) = rest.split_once("[outcomes.o]").unwrap();
    let turned = format!("{head}[outcomes.o]{outcomes}\n[rules.two]{second}[rules.one]{first}")
        .replace("A = {}\nB = {}", "B = {}\nA = {}")
        .replace("\"c[A,B]\" =", "\"c[B, A]\" =");
    let other = load(&turned);
    assert_eq!(one.digest(), other.digest());
    let names = |s: &Scenario| s.model().instances.iter().map(|i| i.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    assert_ne!(one.digest(), one.with_settings(&[("x", "3")]).unwrap().digest());
    assert_eq!(one.digest(), one.with_settings(&[("scenario.seed", "3")]).unwrap().digest());
}

/// A `foreach` is what a rule has under that key, and not whatever is called so: a variable, a rule, a branch.
#[test]
fn only_the_order_of_bound_names_is_in_the_digest() {
    let digest = |rest: &str| {
        let text = format!(
            "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[actors]\nA = {{}}\nB = {{}}\n[outcomes.o]\nvalue = 1\n{rest}\n"
        );
        Scenario::from_toml(&text, "order.toml", &NoFiles).unwrap().digest().to_owned()
    };
    let both = ["{ a = [\"A\", \"B\"], b = [\"A\", \"B\"] }", "{ b = [\"A\", \"B\"], a = [\"A\", \"B\"] }"];
    let [one, other] = both.map(|names| {
        digest(&format!("[rules]\nr = {{ effects = [], foreach = {names}, where = \"a < b\" }}"))
    });
    assert_ne!(one, other);
    for (before, keys, after) in [
        ("[variables]\nforeach = { ", ["initial = 0", "range = [0, 1]"], " }"),
        ("[rules]\nforeach = { ", ["chance = 0.5", "effects = []"], " }"),
        ("[rules]\nr = { branches = { foreach = { ", ["weight = 1", "effects = []"], " } } }"),
    ] {
        let [one, other] = [[keys[0], keys[1]], [keys[1], keys[0]]];
        let digest = |keys: [&str; 2]| digest(&format!("{before}{}{after}", keys.join(", ")));
        assert_eq!(digest(one), digest(other), "{before}");
    }
}

/// Each part is worked out once: where a denominator is twice, fifty of them in each other take for ever.
#[test]
fn what_is_fixed_is_found_in_one_go() {
    let nested = format!("{}2{}", "1 / (".repeat(50), ")".repeat(50));
    let text = format!(
        "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[parameters.p]\nvalue = \"{nested}\"\n[variables.x]\ninitial = \"p\"\n[outcomes.o]\nvalue = \"x\"\n"
    );
    let scenario = Scenario::from_toml(&text, "nested.toml", &NoFiles).unwrap();
    let model = scenario.model();
    assert_eq!(model.exprs.fixed_number(model.parameters[0].value), Some(2.0));
}

/// What two settings of one variant would come to must not hang on which stands first.
#[test]
fn settings_of_a_variant_do_not_contradict_each_other() {
    for (one, other, contradict) in [
        ("\"c[A,B]\" = 0.1", "\"c[B,A]\" = 0.2", true),
        ("\"c[A,B]\" = 0.1", "\"ties.c[A,B].weight\" = 0.2", true),
        ("x = 1", "\"variables.x.initial\" = 2", true),
        ("\"rules.two.chance\" = 0.1", "\"rules.two.hazard\" = 0.2", true),
        ("\"rules.two.chance\" = 0.1", "\"rules.one.hazard\" = 0.2", false),
        ("\"variables.x.decay.rate\" = 0.1", "\"variables.x.decay.half_life\" = 2", true),
        ("\"variables.x.decay.rate\" = 0.1", "\"variables.y.decay.half_life\" = 2", false),
        ("x = 1", "y = 2", false),
    ] {
        for settings in [format!("{one}, {other}"), format!("{other}, {one}")] {
            let report = report(&format!("{TWO_RULES}[variants.v]\nset = {{ {settings} }}\n"));
            let found = report.diagnostics().iter().any(|d| d.code.id() == "E110");
            assert_eq!(found, contradict, "{settings}: {report}");
        }
    }
}

/// Sixty actors to the power of six would take years to go through.
#[test]
fn names_are_bound_no_further_than_what_must_hold_of_them_does() {
    let actors: String = (0..60).map(|n| format!("A{n} = {{}}\n")).collect();
    let of = |foreach: &str, effect: &str| {
        format!(
            "[scenario]\nstart = 2013-09-01\nhorizon = 3\n[actors]\n{actors}[variables]\nx = {{ initial = 0 }}\n\
             [rules.r]\n{foreach}\neffects = [\"{effect}\"]\n[outcomes.o]\nvalue = \"x\"\n"
        )
    };
    let six =
        "a = \"actors\", b = \"actors\", c = \"actors\", d = \"actors\", e = \"actors\", f = \"actors\"";
    let within = "for a in actors, b in actors, c in actors, d in actors, e in actors, f in actors";
    let count = |text: &str| Scenario::from_toml(text, "six.toml", &NoFiles).unwrap().model().instances.len();
    let where_ = |test: &str| of(&format!("foreach = {{ {six} }}\nwhere = \"{test}\""), "x += 1");
    let row = "a in [A1, A2] and b in [a, A3] and not a == b and c == a and d == b and e == c and f == A9";
    assert_eq!(count(&where_(row)), 2);
    assert_eq!(count(&where_("a < b and b < a")), 0);
    let sum = of("chance = 0.5", &format!("x += sum(1 {within} if {row})"));
    assert_eq!(count(&sum), 1);
    // More than is room for, and it is said so.
    let report = report(&where_("a < b and b < c and c < d and d < e and e < f and f < a"));
    assert!(report.diagnostics().iter().any(|d| d.code.id() == "E215"), "{report}");
}

#[test]
fn one_file_is_a_scenario_or_a_world_whatever_else_it_names() {
    let head = "[scenario]\nworld = 'diplomat-2013'\nstart = 2013-09-01\nhorizon = 3\n";
    let report = report(&format!("{head}[world]\nid = 'other'\n[outcomes.o]\nvalue = 'step'\n"));
    assert!(report.diagnostics().iter().any(|d| d.code.id() == "E013"), "{report}");
}

/// What such a world would have held is not missed.
#[test]
fn a_world_that_is_not_found_is_told_alone() {
    let text = "[scenario]\nworld = 'diplomat-2031'\nstart = 2013-09-01\nhorizon = 3\nhorizn = 3\n\
        [rules.r]\neffects = ['arms[RUS,CHN] += 0.1']\n[outcomes.o]\nvalue = 'arms[RUS,CHN]'\n";
    let report = report(text);
    let codes: Vec<&str> = report.diagnostics().iter().map(|d| d.code.id()).collect();
    assert_eq!(codes, ["E011", "E005"], "{report}");
}

#[test]
fn a_scenario_overrides_its_world_key_by_key() {
    let text = r#"
[scenario]
world = "diplomat-2013"
start = 2013-09-01
horizon = 12

[ties]
"exercises[RUS,CHN]" = { weight = 0.1 }

[outcomes.o]
value = "exercises[CHN,RUS] + arms[RUS,CHN]"
"#;
    let scenario = Scenario::from_toml(text, "over.toml", &NoFiles).unwrap();
    let slot = &scenario.model().slots[scenario.model().slot("exercises[CHN,RUS]").unwrap().index()];
    assert_eq!(slot.text, "0.1");
    assert!(!slot.evidence.is_empty(), "evidence is another key, and stays");
    assert_eq!(scenario.model().world.as_deref(), Some("diplomat-2013"));
}

#[test]
fn a_chance_replaces_an_inherited_hazard() {
    let world =
        "[world]\nid = 'w'\n[variables.x]\ninitial = 0\n[rules.r]\nhazard = 1\neffects = ['x += 1']\n";
    struct One(&'static str);
    impl cordiale_core::Resolver for One {
        fn world(&self, name: &str, _from: &str) -> Result<(String, String), String> {
            Ok((self.0.to_owned(), name.to_owned()))
        }
    }
    let text = "[scenario]\nworld = 'w.toml'\nstart = 2013-09-01\nhorizon = 12\n[rules.r]\nchance = 0.25\n[outcomes.o]\nvalue = 'x'\n";
    let scenario = Scenario::from_toml(text, "s.toml", &One(world)).unwrap();
    assert!(matches!(scenario.model().instances[0].trigger, cordiale_core::model::Trigger::Chance(_)));
    let back = scenario.with_settings(&[("rules.r.hazard", "2")]).unwrap();
    assert!(matches!(back.model().instances[0].trigger, cordiale_core::model::Trigger::Hazard(_)));
}

#[test]
fn the_built_in_worlds_load_without_a_warning() {
    for (id, text) in cordiale_core::world::built_in() {
        let (_, warnings) = check(text, id, &NoFiles).unwrap();
        assert!(warnings.diagnostics().is_empty(), "{id}: {warnings}");
    }
    assert!(cordiale_core::world::diplomat_2013().ties().count() > 30);
}

#[test]
fn a_path_may_stand_with_quotes_or_without() {
    let variants = "
[variants.quoted.set]
'rules.two.chance' = 0.25
'scenario.horizon' = 6
[variants.bare.set]
rules.two.chance = 0.25
scenario.horizon = 6
";
    let scenario = Scenario::from_toml(&format!("{TWO_RULES}{variants}"), "paths.toml", &NoFiles).unwrap();
    let [quoted, bare] = ["quoted", "bare"].map(|name| scenario.with_variant(name).unwrap());
    assert_eq!(quoted.model().calendar.steps(), 6);
    assert_eq!(quoted.digest(), bare.digest());
}

/// Every element of a list, what a table looks like, and no advice that leads to the next error.
#[test]
fn what_is_of_the_wrong_kind_is_told_with_what_would_be_right() {
    let told = |more: &str| report(&format!("{TWO_RULES}{more}")).to_string();
    let said = told("[rules.three]\neffects = [1, \"x += 1\", true]\n");
    assert_eq!(said.matches("E007").count(), 2, "{said}");
    let said = told("[rules.three]\nwindow = 2013-10-01\neffects = []\n");
    assert!(said.contains("window = { from = 2014-01-01"), "{said}");
    let said = told("[variants.v]\nforce = [\"one\"]\n");
    assert!(said.contains("force = { rule = 2014-01-01 }"), "{said}");
    let said = told("[outcomes.e]\nwhen = \"x > 3\"\ngiven = \"nothing\"\n");
    assert!(said.contains("there is no outcome `nothing`") && !said.contains("there is only"), "{said}");
    let said = told("[outcomes.e]\nwhen = \"x > 3\"\ngiven = \"e\"\n");
    assert!(said.contains("conditional on itself"), "{said}");
}

/// A file in which each index uses the one before it, at the bottom of a deep nest.
fn chain_of_nests(indices: usize) -> String {
    let mut text = String::from(
        "[scenario]\nstart = 2024-01-01\nhorizon = 2\n[actors.A]\n[variables.x]\ninitial = 0\n\
         [indices]\ni0 = { of = [\"a\"], value = \"x\" }\n",
    );
    for index in 1..indices {
        let (mut value, below) = (String::new(), index - 1);
        (0..60).for_each(|_| value.push_str("if(true or true and 1 + 2*"));
        value.push_str(&format!("i{below}[a]"));
        (0..60).for_each(|_| value.push_str("^2 > 0, 1, 0)"));
        text.push_str(&format!("i{index} = {{ of = [\"a\"], value = \"{value}\" }}\n"));
    }
    text.push_str(&format!("[outcomes.o]\nvalue = \"i{}[A]\"\n", indices - 1));
    text
}

#[test]
fn nests_in_nests_are_told_before_the_stack_is_full() {
    let report = report(&chain_of_nests(99));
    let found: Vec<&str> =
        report.diagnostics().iter().filter(|d| d.is_error()).map(|d| d.code.id()).collect();
    assert_eq!(found, ["E202"], "{report}");
    assert!(!crate::report(&chain_of_nests(2)).has_errors());
}

/// As long as a comparison of each with each takes: minutes for what is told at once.
#[test]
fn a_rule_may_assign_many_ties() {
    let actors: Vec<String> = (0..700).map(|actor| format!("[actors.A{actor}]")).collect();
    let text = format!(
        "[scenario]\nstart = 2024-01-01\nhorizon = 2\n{}\n[channels.c]\n[rules.r]\n\
         effects = [\"c[a,b] = 0.5 for a in actors, b in actors if a < b\"]\n\
         [outcomes.o]\nvalue = \"c[A0,A1]\"\n",
        actors.join("\n")
    );
    let (model, _) = cordiale_core::check(&text, "many.toml", &NoFiles).unwrap();
    assert_eq!(model.instances[0].effects.len(), 700 * 699 / 2);
}

/// Worlds by name, each with the world that it extends.
struct Chain(fn(u32) -> Option<u32>);

impl Resolver for Chain {
    fn world(&self, name: &str, _: &str) -> Result<(String, String), String> {
        let number =
            name.trim_start_matches('w').trim_end_matches(".toml").parse().map_err(|_| name.to_owned())?;
        let next = self.0(number).map_or(String::new(), |next| format!("world = \"w{next}.toml\""));
        Ok((format!("[world]\n{next}\n"), name.to_owned()))
    }
}

/// A circle is named without what only leads to it, and a row that is too long is none.
#[test]
fn worlds_end() {
    let text = "[scenario]\nworld = \"w1.toml\"\nstart = 2024-01-01\nhorizon = 1\n";
    let told = |chain: Chain| {
        let report = Scenario::from_toml(text, "s.toml", &chain).err();
        report.map(|report| report.diagnostics()[0].message.clone())
    };
    assert_eq!(told(Chain(|n| (n < 32).then_some(n + 1))), None);
    let long = told(Chain(|n| (n < 33).then_some(n + 1)));
    assert_eq!(
        long.as_deref(),
        Some("`w33.toml` is beyond the 32 worlds that may extend each other in a row")
    );
    // Looked at by itself the first of them is a world too.
    let row = |most| {
        let chain = Chain(if most { |n| (n < 33).then_some(n + 1) } else { |n| (n < 32).then_some(n + 1) });
        check("[world]\nworld = \"w2.toml\"\n", "w1.toml", &chain).is_ok()
    };
    assert_eq!((row(false), row(true)), (true, false));
    let circle = told(Chain(|n| Some(if n == 3 { 2 } else { n + 1 })));
    assert_eq!(circle.as_deref(), Some("`w2.toml` extends itself, by way of w3.toml"));
    assert_eq!(told(Chain(Some)).as_deref(), Some("`w1.toml` extends itself"));
}

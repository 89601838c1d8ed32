//! Every code has a fixture that brings it out, and a snapshot of all that is then said.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cordiale_core::diagnostic::Code;
use cordiale_core::{Report, Resolver, Severity, check};

/// Codes that no text can bring out: they are about files that cannot be read as text, or about a call.
const NOT_OF_A_TEXT: [&str; 4] = ["E001", "E002", "E003", "E306"];

struct Folder(PathBuf);

impl Resolver for Folder {
    fn world(&self, name: &str, _from: &str) -> Result<(String, String), String> {
        std::fs::read_to_string(self.0.join(name))
            .map(|text| (text, name.to_owned()))
            .map_err(|e| e.to_string())
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn report(name: &str, text: &str) -> Report {
    match check(text, name, &Folder(fixtures())) {
        Ok((_, warnings)) => warnings,
        Err(report) => report,
    }
}

#[test]
fn every_code_is_brought_out_by_its_fixture() {
    let mut seen = BTreeSet::new();
    let mut files: Vec<_> =
        std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let code = name.strip_suffix(".toml").unwrap();
        let found = report(name, &std::fs::read_to_string(&path).unwrap());
        assert!(
            found.diagnostics().iter().any(|d| d.code.id() == code),
            "{name} does not bring out its code, but:\n{found}"
        );
        let severity = if code.starts_with('E') { Severity::Error } else { Severity::Warning };
        assert_eq!(found.has_errors(), severity == Severity::Error, "{name}:\n{found}");
        insta::assert_snapshot!(code, found.to_string());
        seen.insert(code.to_owned());
    }
    for code in Code::ALL {
        assert!(
            seen.contains(code.id()) || NOT_OF_A_TEXT.contains(&code.id()),
            "{} has no fixture",
            code.id()
        );
    }
}

#[test]
fn every_place_lies_in_its_text() {
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let found = report(path.file_name().unwrap().to_str().unwrap(), &text);
        for span in found.diagnostics().iter().filter_map(|d| d.span) {
            let file = found.sources().file(span.file).unwrap();
            assert!(file.text().get(span.range()).is_some(), "{}: {span:?}", path.display());
        }
    }
}

#[test]
fn every_code_has_a_title_and_an_entry() {
    for code in Code::ALL {
        assert!(!code.title().is_empty() && code.explain().len() > 40, "{}", code.id());
        assert_eq!(Code::from_id(&code.id().to_lowercase()), Some(*code));
    }
}

const HEAD: &str = "[scenario]\nstart = 2020-01-01\nhorizon = 12\n";
const WORLD: &str = "[actors]\nA = {}\nB = {}\nC = {}\n[channels.t]\n[ties.\"t[A,B]\"]\nweight = 0.5\n[attributes.a]\ndefault = 0.5\n\
    [variables.v]\ninitial = 0\ndecay = { rate = 1 }\n[outcomes.o]\nvalue = \"v + t[A,B] + a[C]\"\n";

/// What is found in a file, each with its place.
fn found(text: &str) -> Vec<String> {
    let found = report("t.toml", text);
    let place = |span| found.sources().place(span);
    let told = |d: &cordiale_core::Diagnostic| match d.span.map(place) {
        Some(place) => format!("{}:{} {}", place.line, place.column, d.code.id()),
        None => d.code.id().to_owned(),
    };
    found.diagnostics().iter().map(told).collect()
}

/// What is suspect, and what is not.
#[test]
fn warnings_come_where_something_is_suspect_and_nowhere_else() {
    let at = 3 + WORLD.lines().count();
    let here = |line: usize, rest: &str| format!("{}:{rest}", at + line);
    let cases: [(&str, Vec<String>); 38] = [
        ("", vec![]),
        // A list of nothing is no evidence.
        ("[rules.r]\nevidence = []\nchance = 0.5\neffects = [\"v += 1\"]\n", vec![]),
        // An outcome that a variant lets change, and one that it does not.
        (
            "[variables.w]\ninitial = 0\n[rules.r]\nenabled = false\nchance = 0.5\neffects = [\"w += 1\"]\n[outcomes.q]\nwhen = \"w > 1\"\n[variants.x]\nset = { \"rules.r.enabled\" = true }\n",
            vec![],
        ),
        (
            "[variables.w]\ninitial = 0\n[outcomes.q]\nwhen = \"w > 1\"\n[variants.x]\nset = { v = 1 }\n",
            vec![here(3, "11 W102")],
        ),
        // A variant's own lines.
        (
            "[rules.r]\nchance = 0.5\neffects = [\"v += 1\"]\n[variants.w]\nforce = { r = 2029-01-01 }\n",
            vec![here(5, "15 W109")],
        ),
        (
            "[rules.r]\nhazard = 1\neffects = [\"v += 1\"]\n[variants.w]\nset = { \"rules.r.hazard\" = 100 }\n",
            vec![here(5, "28 W103")],
        ),
        ("[rules.r]\nchance = 0.5\neffects = [\"v += 1\"]\n[variants.w]\ndisable = [\"r\"]\n", vec![]),
        // What a variant names is named.
        ("[parameters.p]\nvalue = 1\n[variants.w]\nset = { v = \"p\" }\n", vec![]),
        ("[parameters.p]\nvalue = 1\n[variants.w]\nset = { p = 2 }\n", vec![here(1, "13 W105")]),
        ("[actors.D]\n[variants.w]\nset = { \"t[A,D]\" = 0.1 }\n", vec![]),
        (
            "[rules.r]\nchance = 0.5\neffects = [\"v += 1\"]\n[parameters.p]\nvalue = 1\n[variants.w]\nset = { \"rules.r.effects\" = [\"v += p\"] }\n",
            vec![],
        ),
        // What is said about it names nothing.
        (
            "[parameters.p]\nvalue = 1\n[actors.D]\n[variants.w]\nabout = \"where p is high and D joins\"\nset = { v = 1 }\n",
            vec![here(1, "13 W105"), here(3, "9 W105")],
        ),
        (
            "[parameters.p]\nvalue = 1\n[variants.w.set]\n\"outcomes.o.about\" = \"p\"\nvariables.v.evidence = { basis = \"judgement\", note = \"p\" }\n",
            vec!["9:7 W108".to_owned(), here(1, "13 W105")],
        ),
        // Windows.
        (
            "[rules.r]\nwindow = { from = 2020-03-01, until = 2020-03-01 }\neffects = [\"v += 1\"]\n",
            vec![here(1, "8 W101")],
        ),
        (
            "[rules.r]\nwindow = { from = 2020-03-01, until = 2020-02-29 }\neffects = [\"v += 1\"]\n",
            vec![here(2, "10 E102")],
        ),
        // The last step of twelve is step 11, and begins before the year is over.
        ("[rules.r]\nwhen = \"v > 0 and step >= 12\"\neffects = [\"v += 1\"]\n", vec![here(1, "8 W101")]),
        ("[rules.r]\nwhen = \"not years < 1\"\neffects = [\"v += 1\"]\n", vec![here(1, "8 W101")]),
        ("[rules.r]\nwhen = \"step >= 11 or years < 0\"\neffects = [\"v += 1\"]\n", vec![]),
        // What cannot be at once, and what waits for itself.
        ("[rules.r]\nwhen = \"v > 0.6 and v < 0.5\"\neffects = [\"v += 1\"]\n", vec![here(1, "8 W101")]),
        ("[rules.r]\nwhen = \"v > 0.4 and v < 0.5\"\neffects = [\"v += 1\"]\n", vec![]),
        ("[rules.r]\nwhen = \"v > 1 and fired(r)\"\neffects = [\"v += 1\"]\n", vec![here(1, "8 W101")]),
        ("[rules.r]\nwhen = \"since(r) < 2\"\neffects = [\"v += 1\"]\n", vec![here(1, "8 W101")]),
        ("[rules.r]\nwhen = \"since(r) > 2 and count(r) < 3\"\neffects = [\"v += 1\"]\n", vec![]),
        (
            "[rules.r]\nforeach = { x = \"actors\" }\nwhen = \"fired(r[A])\"\nchance = 0.5\neffects = [\"v += 1\"]\n[variants.w]\nforce = { \"r[A]\" = 2020-03-01 }\n",
            vec![],
        ),
        // A pair that is not declared moves where its channel's decay leads away from its start.
        ("[channels.u]\ndecay = { rate = 1, toward = 0.5 }\n[outcomes.q]\nvalue = \"u[A,B]\"\n", vec![]),
        (
            "[channels.u]\ndecay = { rate = 1, toward = \"start\" }\n[outcomes.q]\nvalue = \"u[A,B] + v\"\n",
            vec![here(4, "10 W104")],
        ),
        // An index counts as if it were written in place.
        (
            "[indices.j]\nvalue = 1.5\n[rules.r]\nchance = \"j\"\neffects = [\"v += 1\"]\n",
            vec![here(4, "11 E303")],
        ),
        (
            "[indices.j]\nvalue = 9\n[rules.r]\nhazard = \"j\"\neffects = [\"v += 1\"]\n",
            vec![here(4, "11 W103")],
        ),
        ("[indices.j]\nvalue = \"1 / 0\"\n[outcomes.q]\nvalue = \"j + v\"\n", vec![here(2, "10 E213")]),
        // No one writes a number below 0 so.
        ("[parameters.p]\nvalue = \"0.4-0.6\"\n[outcomes.q]\nvalue = \"p * v\"\n", vec![here(2, "10 W112")]),
        ("[parameters.p]\nvalue = \"1 - 0.3\"\n[outcomes.q]\nvalue = \"p * v + 0.2 - 0.3\"\n", vec![]),
        // Conditions that exclude each other.
        (
            "[rules.x]\nchance = 0.3\nwhen = \"v == 1\"\neffects = [\"v = 1\"]\n[rules.y]\nchance = 0.4\nwhen = \"v != 1\"\neffects = [\"v = 2\"]\n",
            vec![],
        ),
        (
            "[rules.x]\nchance = 0.3\nwhen = \"not (v < 1 or step > 3)\"\neffects = [\"v = 1\"]\n[rules.y]\nchance = 0.4\nwhen = \"v < 1\"\neffects = [\"v = 2\"]\n",
            vec![],
        ),
        (
            "[rules.x]\nchance = 0.3\nwhen = \"not (v < 1 and step > 3)\"\neffects = [\"v = 1\"]\n[rules.y]\nchance = 0.4\nwhen = \"v < 1\"\neffects = [\"v = 2\"]\n",
            vec![here(5, "8 W106")],
        ),
        // Evidence anywhere else.
        ("[outcomes.p]\nvalue = \"v\"\nevidence = { basis = \"judgement\" }\n", vec!["9:7 W108".to_owned()]),
        // A default that nobody wrote or uses.
        ("[attributes.z]\nrange = [1, 2]\nvalues = { A = 1, B = 2, C = 1.5 }\n", vec![]),
        ("[attributes.z]\nrange = [1, 2]\nvalues = { A = 1, B = 2 }\n", vec![here(2, "9 E102")]),
        // A branch that is not there.
        (
            "[rules.r]\nbranches.x = { weight = 1 }\n[variants.w]\nset = { \"rules.r.branches.y.weight\" = 2 }\n",
            vec![here(4, "10 E305")],
        ),
    ];
    for (rest, expected) in cases {
        assert_eq!(found(&format!("{HEAD}{WORLD}{rest}")), expected, "{rest}");
    }
}

/// What is said once and not twice, and what fits the case.
#[test]
fn advice_is_of_what_was_written() {
    let cases: [(&str, &str, &str); 10] = [
        // An outcome is no slip of what is called nearly so.
        (
            "[variables.warx]\ninitial = 0\n[outcomes.war]\nwhen = \"v > 1\"\n[outcomes.p]\nvalue = \"if(war, 1, warx)\"\n",
            "there is no `war`",
            "it is an outcome, which no expression can ask for: make an index of its condition, and use that in both",
        ),
        // In tables it would be the share of level `a` at the end.
        (
            "[outcomes.p]\nlevels = [{ name = \"a\", when = \"v > 1\" }, { name = \"final_a\" }]\n",
            "levels `a` and `final_a` are one in tables",
            "tables have a figure of `a` as `final_a`; rename the other",
        ),
        // A required key under a slip of its name is not missing as well.
        ("[parameters.p]\nvalu = 1\n", "parameter `p` has no key `valu`", "did you mean `value`?"),
        (
            "[outcomes.p]\nvalue = \"sum(1 for c in [A, B, A])\"\n",
            "`A` stands in this list twice",
            "leave one out",
        ),
        (
            "[outcomes.p]\nvalue = \"sum(1 for b in acters)\"\n",
            "there is no group `acters`",
            "did you mean `actors`?",
        ),
        (
            "[outcomes.p]\nvalue = \"years(1)\"\n",
            "there is no function `years`",
            "`years` is a number: leave out what is in parentheses",
        ),
        (
            "[rules.r]\nat = []\neffects = [\"v += 1\"]\n",
            "the rule `r` can never fire: none of its dates lies in the run",
            "mend it, or set enabled = false",
        ),
        (
            "[rules.r]\nforeach = { c = [\"A\", \"B\"] }\nchance = 0.1\neffects = [\"v = 1\"]\n",
            "`r[A]` and `r[B]` may both assign to `v` in one step",
            "`r[A]` wins, as the first by name; let `where` or `when` leave one instance a target, or add with +=",
        ),
        (
            "[rules.r]\nforeach = { c = [\"A\", \"B\"] }\nchance = 0.1\neffects = [\"v += 1\"]\n\
             [variants.w]\ndisable = [\"r[B]\"]\nforce = { r = 2020-03-01 }\n",
            "`r[B]` is disabled and cannot be forced (in variant `w`)",
            "take it out of `disable`, or set enabled = true",
        ),
        (
            "[rules.r]\nforeach = { c = [\"A\", \"B\"] }\nchance = 0.1\nenabled = false\neffects = [\"v += 1\"]\n\
             [variants.w]\nforce = { r = 2020-03-01 }\n",
            "`r` is disabled and cannot be forced (in variant `w`)",
            "take it out of `disable`, or set enabled = true",
        ),
    ];
    for (rest, message, help) in cases {
        let report = report("t.toml", &format!("{HEAD}{WORLD}{rest}"));
        let told: Vec<_> = report
            .diagnostics()
            .iter()
            .map(|d| (d.message.as_str(), d.help.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(told, [(message, help)], "{rest}");
    }
}

/// Lengths of time that are very long, very short or written to many digits.
#[test]
fn durations_are_exact_fractions() {
    let with = |half_life: &str| {
        format!(
            "{HEAD}[variables.v]\ninitial = 1\ndecay = {{ half_life = {half_life} }}\n[outcomes.o]\nvalue = \"v\"\n"
        )
    };
    for right in ["\"0.123456789012345678 years\"", "1e12", "\"999999999999 years\"", "0.1234567890123"] {
        assert_eq!(found(&with(right)), [""; 0], "{right}");
    }
    let told = report("t.toml", &with("\"0.1234567890123456789 years\"")).to_string();
    assert!(told.contains("more than 18 digits behind the point"), "{told}");
}

/// A byte order mark is no column.
#[test]
fn a_byte_order_mark_is_not_counted() {
    assert_eq!(found("\u{feff}[scenari]\n")[0], found("[scenari]\n")[0]);
}

#[test]
fn what_is_reserved_for_later_is_told_as_that() {
    let text = "[scenario]\nstart = 2013-09-01\nhorizon = 3\n[observed.deal]\nat = 2013-10-01\n\
                [outcomes.o]\nforeach = { a = \"actors\" }\nvalue = 1\n[rules.r]\nforeech = { a = \"actors\" }\n";
    let found = report("later.toml", text);
    let told: Vec<&str> =
        found.diagnostics().iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "`observed` is reserved for a later format",
            "`foreach` is reserved for a later format",
            "rule `r` has no key `foreech`"
        ]
    );
}

#[test]
fn an_effect_on_all_ties_of_an_actor_acts_once_on_each() {
    let with = |rule: &str| {
        let text = format!(
            "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[actors]\nA = {{}}\nB = {{}}\nC = {{}}\n[channels.t]\ndefault = 1\n\
             [rules.r]\n{rule}\n[outcomes.o]\nvalue = \"t[A,B]\"\n"
        );
        let found = report("orders.toml", &text);
        assert!(!found.has_errors(), "{found}");
        found.diagnostics().iter().filter(|d| d.code.id() == "W107").count()
    };
    assert_eq!(
        with("foreach = { a = \"actors\" }\neffects = [\"t[a,b] -= 0.3 for b in actors if b != a\"]"),
        0
    );
    let pairs = "foreach = { a = \"actors\", b = \"actors\" }\neffects = [\"t[a,b] -= 0.3\"]";
    assert_eq!(with(&format!("{pairs}\nwhere = \"a != b\"")), 1);
    assert_eq!(with(&format!("{pairs}\nwhere = \"a < b\"")), 0);
    assert_eq!(with("effects = [\"t[a,b] -= 0.3 for a in actors, b in actors if b != a\"]"), 1);
    // Twice in some instances alone, and not in the first.
    let later = "foreach = { z = \"actors\" }\neffects = [\"t[a,b] += 0.1 for a in actors, b in actors if (z == A and a < b) or (z != A and a != b)\"]";
    assert_eq!(with(later), 1);
}

/// The errors of a file and their help, code by code.
fn errors(rest: &str) -> Vec<String> {
    let found = report("slips.toml", &format!("[scenario]\nstart = 2024-01-01\nhorizon = 3\n{rest}"));
    let errors = found.diagnostics().iter().filter(|d| d.is_error());
    errors.map(|d| format!("{} {}", d.code.id(), d.help.as_deref().unwrap_or_default())).collect()
}

#[test]
fn operators_of_other_languages_are_known() {
    let of_condition = |condition: &str| {
        errors(&format!(
            "[variables.x]\ninitial = 0\n[rules.r]\neffects = [\"x += 1\"]\nwhen = \"{condition}\"\n"
        ))
    };
    for (condition, right) in [
        ("x => 1", "E201 write `>=`, or"),
        ("x =< 1", "E201 write `<=`"),
        ("x <> 1", "E201 write `!=`"),
        ("x ** 2 > 1", "E201 write `^`"),
        ("x = 1", "E201 write `==`"),
        ("x is 1", "E201 write `==`"),
        ("x % 2 == 0", "E201 there is no remainder"),
        ("x > 10%", "E201 a share is written as a number"),
        ("x > 0,1", "E201 the decimal mark is a point"),
        ("x.a > 1", "E201 what an actor or a tie has"),
        ("x[0] > 1", "E201 brackets hold actors"),
        ("x > 1 U x > 2", "E201 an event's `when`"),
        ("x > 6 months", "E201 an expression counts in years"),
        ("x > 0.1 per month", "E201 a hazard is a rate a year"),
        ("round(x) > 1", "E203 write floor(x + 0.5)"),
        ("rand() < 0.1", "E203 a rule's `chance`"),
        ("pow(x, 2) > 1", "E203 a power is written `x ^ y`"),
        ("t > 1", "E101 `step` is the number of the step"),
        ("date > 1", "E101 `years` is the time"),
        ("True", "E101 write `true`"),
        ("x > 0 AND x < 2", "E201 write `and`"),
        ("x > 70% * x", "E201 a share is written as a number"),
        ("x > 10% and x < 2", "E201 a share is written as a number"),
        ("0.3 x > 1", "E201 a product is written with `*`"),
        ("x > 0.4..0.6", "E201 a range is drawn from"),
        ("x > 0.4–0.6", "E201 a minus is the plain `-`, a range"),
        ("x > 0.5 +/- 0.1", "E201 0.5 +/- 0.1 is written 0.4 to 0.6"),
        ("x > [0.4, 0.6]", "E201 a range is drawn from"),
        ("x > pert(1, 2, 3)", "E203 the nearest is triangular"),
        ("x > b", "E101 small names are bound by `of`, `foreach` or `for`; here none is"),
    ] {
        let found = of_condition(condition);
        assert!(found.len() == 1 && found[0].starts_with(right), "{condition}: {found:?}");
    }
    for (effect, right) in [
        ("x =+ 1", "E201 write `+=`"),
        ("x += 1; x += 2", "E201 an effect has a text of its own"),
        ("x += 1, x += 2", "E201 an effect has a text of its own"),
        ("x += 1 x += 2", "E201 an effect has a text of its own"),
        ("x' = x + 1", "E201 names are written without a prime"),
        ("x += discrete(1, 2)", "E201 it is written discrete(value: weight, ...)"),
    ] {
        let found = errors(&format!("[variables.x]\ninitial = 0\n[rules.r]\neffects = [\"{effect}\"]\n"));
        assert!(found.len() == 1 && found[0].starts_with(right), "{effect}: {found:?}");
    }
}

/// What stands in lines that are TOML is told beside those that are none, but nothing that may come of these.
#[test]
fn a_line_that_is_no_toml_hides_no_other_error() {
    let rest =
        "[parameters]\np = { value = 1 to 2 }\n[variables.x]\ninitial = \"p\"\nrange = [0, 1\ncolour = 1\n";
    let told = |rest: &str| found(&format!("{HEAD}{rest}"));
    // An array that is not closed: where it ends is not known.
    assert!(told(&format!("{rest}[outcomes.o]\nvalue = \"x + yy\"\n")).iter().all(|d| d.ends_with("E004")));
    let rest = rest.replace("range = [0, 1\n", "");
    assert_eq!(
        told(&format!(
            "{rest}horizon = \n[outcomes.o]\nvalue = \"x + yy + p\"\n[outcomes.q]\nwhen = \"x >\"\n"
        )),
        ["5:15 E004", "8:1 E005", "9:11 E004", "11:14 E101", "13:12 E201"],
    );
    // A table whose head is broken: what follows is of no known table.
    assert_eq!(told("[variables.x\ninitial = 0\n[outcomes.o]\nvalue = \"zz\"\n"), ["4:13 E004"]);
    // What is no effect, no chance, or before the start is so whatever a lost line may hold.
    let slips = "[variables.x]\ninitial = 0\nabout = = 3\n[rules.r]\nchance = 1.5\neffects = [\"x ++ 2\"]\n[outcomes.o]\nwhen = \"x > 1\"\nby = 2000-01-01\n";
    assert_eq!(told(slips), ["6:9 E004", "8:10 E303", "9:15 E301", "12:6 E106"]);
}

#[test]
fn keys_and_values_of_other_tools_are_known() {
    for (lines, right) in [
        ("[rules.r]\nrate = 1\n", "E005 did you mean `hazard`?"),
        ("[rules.r]\nprobability = 1\n", "E005 did you mean `chance`?"),
        // A key that is there by another name is not missing as well.
        ("[variables.x]\nvalue = 1\n", "E005 did you mean `initial`?"),
        ("[rules.r]\nbranches.a = { prob = 1 }\n", "E005 did you mean `weight`?"),
        ("[outcomes.o]\nwhen = \"step > 1\"\nby = \"2025-01-01\"\n", "E104 write 2025-01-01"),
        ("[outcomes.o]\nwhen = \"step > 1\"\ngiven = \"fired(r)\"\n", "E307 `given` names an outcome"),
        ("[rules.r]\n[outcomes.o]\nwhen = \"fired(o)\"\n", "E101 it is an outcome"),
        (
            "[actors.A]\n[actors.B]\n[channels.c]\n[ties]\n\"c[A,B]\" = 1\n",
            "E007 write \"c[A,B]\" = { weight",
        ),
        ("[ties]\nc[A,B] = 1\n", "E004 a key with brackets stands in quotes"),
        ("[rules.r]\nchance = 0,1\n", "E004 the decimal mark is a point"),
        ("[rules.r]\nwhen = x > 1\n", "E004 texts and expressions stand in quotes"),
        ("[rules.r]\nchance = .1\n", "E004 write a digit before the point"),
        ("[rules.r]\nenabled = True\n", "E004 write `true`"),
        ("[rules.r]\nenabled = yes\n", "E004 write `true`"),
        ("[rules.r]\nenabled = \"yes\"\n", "E007 write enabled = true or enabled = false, without quotes"),
        ("[rules.r]\nchance = 30%\n", "E004 a share is written as a number"),
        ("[rules.r]\nlimit = 5,000\n", "E004 the decimal mark is a point, 0.1, thousands have none"),
        ("[rules.r]\nat = 29.06.2022\n", "E004 a date is written year first"),
        ("[rules.r]\nabout = “a rule”\n", "E004 write straight quotes"),
        ("[parameters]\np = { value = 1 to 4 }\n", "E004 texts and expressions stand in quotes"),
        ("[parameters]\np = { value = [1, 4] }\n", "E007 a range is drawn from"),
        // What is wrong with it is told where it stands.
        ("[parameters]\np = 2\n[outcomes.o]\nvalue = \"p\"\n", "E007 write p = { value = ... }"),
        ("[rules.r]\n[variants.v]\ndisable = \"r\"\n", "E007 write disable = [\"r\"]"),
        (
            "[rules.r]\n[outcomes.o]\nvalue = 1\n[variants.v]\ndisable = [\"o\"]\n",
            "E101 `disable` and `force` say",
        ),
        ("[rules.r]\n[variants.v]\nforce = { r = \"b\" }\n", "E104 for a branch write \"r.b\" = 2013-09-01"),
        (
            "[variables.x]\ninitial = 0\n[outcomes.a_b]\nwhen = \"x > 0\"\n[outcomes.o]\nvalue = \"x\"\ngiven = \"a b\"\n",
            "E307 did you mean `a_b`?",
        ),
        (
            "[actors.A]\n[actors.B]\n[channels.c]\n[indices.i]\nvalue = \"mean(c[a,b] for b in [B])\"\n",
            "E101 small names are bound by `of`, `foreach` or `for`; here `b`",
        ),
        ("[rules.r]\nchance = 1 // always\n", "E004 a comment begins with `#`"),
        ("[rules.r]\nchance = 1,\n", "E004 lines end without a comma"),
    ] {
        let found = errors(lines);
        assert!(found.first().is_some_and(|first| first.starts_with(right)), "{lines}: {found:?}");
        assert!(found.len() == 1 || right.starts_with("E004"), "{lines}: {found:?}");
    }
    let year = report("year.toml", "[scenario]\nstart = 2024\nhorizon = 3\n").to_string();
    assert!(year.contains("write 2024-01-01"), "{year}");
}

/// A network lists the ties that it has, and its channel says what the others are.
#[test]
fn a_default_speaks_for_the_ties_of_a_network() {
    let warned = |default: &str, when: &str| {
        let text = format!(
            "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[actors.A]\n[actors.B]\n[actors.C]\n[channels.link]\n{default}\n\
             [ties]\n\"link[A,B]\" = {{ weight = 1 }}\n[variables.x]\ninitial = 0\n[rules.r]\n\
             foreach = {{ a = \"actors\", b = \"actors\" }}\nwhere = \"a < b\"\nwhen = \"{when}\"\n\
             effects = [\"x += 1\"]\n[outcomes.o]\nvalue = \"x\"\n"
        );
        report("network.toml", &text).to_string().contains("W104")
    };
    assert!(warned("", "link[a,b] > 0"));
    assert!(!warned("default = 0", "link[a,b] > 0"));
    // A pair that is named may be a slip.
    assert!(warned("default = 0", "link[a,b] + link[B,C] > 0"));
}

#[test]
fn one_slip_is_one_error() {
    let actor = "[actors.usa]\n[actors.RUS]\n[channels.c]\n[ties]\n\"c[USA,RUS]\" = { weight = 1 }\n\
                 [outcomes.o]\nvalue = \"c[USA,RUS] + c[RUS,USA]\"\n";
    assert_eq!(errors(actor), ["E008 write `USA`: such names are in capitals, [A-Z][A-Z0-9_]*"]);
    let both = "[rules.Foo]\n[rules.foo]\n[outcomes.o]\nvalue = 1\n";
    assert_eq!(errors(both).len(), 1);
    let basis = "[sources.s]\n[variables.x]\ninitial = 0\nevidence = { basis = \"judgment\" }\n[outcomes.o]\nvalue = \"x\"\n";
    assert_eq!(errors(basis).len(), 1);
    let section = report("slip.toml", "[scenrio]\nstart = 2024-01-01\nhorizon = 3\n");
    assert_eq!(section.diagnostics().iter().filter(|d| d.is_error()).count(), 1, "{section}");
}

#[test]
fn a_name_of_another_kind_is_told_as_that() {
    let found = errors("[outcomes.o]\nwhen = \"step > 1\"\n[outcomes.p]\nvalue = \"if(o, 1, 0)\"\n");
    assert!(found.len() == 1 && found[0].contains("it is an outcome"), "{found:?}");
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[variables.heat]\ninitial = 0\n[outcomes.o]\nwhen = \"fired(heat)\"\n";
    assert!(report("kind.toml", text).to_string().contains("`heat` is a variable, not a rule"));
}

#[test]
fn the_first_of_several_assignments_is_pointed_at() {
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[variables.x]\ninitial = 0\n[rules.r]\neffects = [\"x = 1\", \"x = 2\", \"x = 3\"]\n[outcomes.o]\nvalue = \"x\"\n";
    let found = report("thrice.toml", text);
    let first = text.find("x = 1").unwrap();
    let pointed: Vec<usize> =
        found.diagnostics().iter().flat_map(|d| &d.related).map(|r| r.span.start as usize).collect();
    assert_eq!(pointed, [first, first], "{found}");
}

#[test]
fn a_name_that_should_be_is_none_that_is_taken() {
    let text = "[actors.X]\n[variables.A]\ninitial = 0\n[attributes.t]\n[rules.r]\nforeach = { a = \"actors\" }\n\
                effects = [\"t[a] += 1\"]\n[outcomes.o]\nvalue = \"t[X]\"\n";
    assert_eq!(errors(text).len(), 1, "{:?}", errors(text));
}

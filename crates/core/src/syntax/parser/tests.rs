use super::*;
use crate::document::{Value, parse_setting};
use crate::source::SourceMap;
use crate::syntax::print;

fn text(source: &str) -> (SourceMap, Text) {
    let mut sources = SourceMap::default();
    let quoted = format!("'''{source}'''");
    let node = parse_setting(&mut sources, "x", &quoted);
    let Value::String(text) = node.value else { unreachable!("a quoted text is a string") };
    (sources, text)
}

fn printed(source: &str) -> String {
    match parse_expression(&text(source).1) {
        Ok(expr) => print(&expr),
        Err(diagnostic) => format!("{}: {}", diagnostic.code.id(), diagnostic.message),
    }
}

#[test]
fn operators_bind_as_the_language_says() {
    for (source, expected) in [
        ("-2^2", "(-(2 ^ 2))"),
        ("2^3^2", "(2 ^ (3 ^ 2))"),
        ("2^-1", "(2 ^ (-1))"),
        ("2^+1", "(2 ^ 1)"),
        ("2^-x^2", "(2 ^ (-(x ^ 2)))"),
        ("not a > 1", "(not (a > 1))"),
        ("2 * 1 to 3", "(2 * (1 to 3))"),
        ("-1 to 1", "((-1) to 1)"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b * c", "((a / b) * c)"),
        ("a + b * c ^ d", "(a + (b * (c ^ d)))"),
        ("a or b and not c", "(a or (b and (not c)))"),
        ("a < b and b < c", "((a < b) and (b < c))"),
        ("x * -y", "(x * (-y))"),
        ("1 - -1", "(1 - (-1))"),
        (
            "mean(x[a,b] for a in g, b in [CHN, RUS] if a < b)",
            "mean(x[a,b] for a in g, b in [CHN,RUS] if (a < b))",
        ),
        ("count(r) + count(r.b) + count(r[A,B].b)", "((count<r> + count<r.b>) + count<r[A,B].b>)"),
        ("count(x[a,B] > 1 for a in g)", "count((x[a,B] > 1) for a in g)"),
        ("count(flag for a in g)", "count(flag for a in g)"),
        ("if(a in g, 1, max(2, 3, x))", "if((a in g), 1, max(2, 3, x))"),
        ("discrete(1: 0.5, -2: 3)", "discrete(1: 0.5, (-2): 3)"),
        ("1_000 + .5e-3", "(1000 + 0.0005)"),
    ] {
        assert_eq!(printed(source), expected, "{source}");
    }
}

#[test]
fn what_is_no_expression_is_refused() {
    for (source, code) in [
        ("", "E201"),
        ("a <", "E201"),
        ("a b", "E201"),
        ("(a", "E201"),
        ("a)", "E201"),
        ("1 < a < 2", "E205"),
        ("a = 1", "E201"),
        ("a && b", "E201"),
        ("3x", "E201"),
        ("1e999", "E201"),
        ("+1", "E201"),
        ("1 to 2 to 3", "E201"),
        ("foo(1)", "E203"),
        ("abs(1, 2)", "E204"),
        ("min(1)", "E204"),
        ("sum(1, 2)", "E204"),
        ("and", "E201"),
        ("ä", "E201"),
        ("x[]", "E201"),
        ("exp(x for a in g)", "E201"),
    ] {
        assert!(printed(source).starts_with(code), "{source}: {}", printed(source));
    }
}

/// As in TOML: between two digits, and nowhere else.
#[test]
fn an_underscore_stands_between_digits() {
    for (source, expected) in [("1_000.2_5e1_0", "10002500000000"), (".1_5", "0.15")] {
        assert_eq!(printed(source), expected);
    }
    for source in ["5._3", "1_.5", "1_e2", "1e_2", "1e-_2", "1__0", "5_", "1.5_", ".5_e3"] {
        let (sources, text) = text(&format!("x + {source}"));
        let Err(diagnostic) = parse_expression(&text) else { unreachable!("{source} is no number") };
        let place = diagnostic.span.map(|span| (sources.snippet(span), sources.place(span).column));
        assert_eq!(diagnostic.code.id(), "E201", "{source}");
        if source != "1e-_2" {
            assert_eq!(place, Some((source, 8)), "{source}");
            assert_eq!(diagnostic.help.as_deref(), Some("a `_` stands between two digits, as in 10_000"));
        }
    }
}

#[test]
fn a_point_has_a_digit_behind_it() {
    for (source, expected) in [(".5", "0.5"), ("1.5e1", "15"), ("1e3", "1000")] {
        assert_eq!(printed(source), expected);
    }
    for source in ["1.", "1.e3", "x + 2.e-1"] {
        assert!(printed(source).starts_with("E201"), "{source}: {}", printed(source));
    }
}

#[test]
fn deep_nesting_is_an_error_and_long_chains_are_not() {
    for open in ["(", "-", "not ", "2^", "abs(", "if(a, "] {
        assert!(printed(&open.repeat(20_000)).starts_with("E202"), "{open}");
    }
    let long = "x + ".repeat(100_000) + "x";
    assert!(parse_expression(&text(&long).1).is_ok());
}

#[test]
fn an_error_stands_at_its_column() {
    let (sources, text) = text("military >= 0.6 and (fulcrum ++ 1)");
    let Err(diagnostic) = parse_expression(&text) else { unreachable!("`++` is no operator") };
    let place = diagnostic.span.map(|span| sources.place(span).column);
    assert_eq!(place, Some(3 + 31));
}

#[test]
fn where_a_value_is_missing_it_is_said_behind_what() {
    for (source, expected) in [
        ("mood > 2 and", "put a value behind `and`, or take `and` out"),
        ("max(a, )", "put a value behind `,`, or take `,` out"),
        ("a + or b", "put a value behind `+`, or take `+` out"),
        ("", "a value is a number, a name, a call such as `max(a, b)`, or some of these with operators"),
    ] {
        let Err(diagnostic) = parse_expression(&text(source).1) else {
            unreachable!("`{source}` lacks a value")
        };
        assert_eq!(diagnostic.help.as_deref(), Some(expected), "{source}");
    }
}

#[test]
fn conditions_of_other_languages_are_told_how_they_are_written_here() {
    for source in ["if x > 1 then 2 else 3", "2 if x > 1 else 3", "x > 1 ? 2 : 3"] {
        let Err(diagnostic) = parse_expression(&text(source).1) else {
            unreachable!("`{source}` is of another language")
        };
        assert_eq!(diagnostic.help.as_deref(), Some("write `if(condition, value, otherwise)`"), "{source}");
    }
}

//! What other tools and languages call a thing, and what to write for it here.

/// What to write for a number with a comma, or two.
pub(crate) const COMMA: &str =
    "the decimal mark is a point, 0.1, thousands have none, 5000, and a range is 0.4 to 0.6";
/// What to write for two numbers of which the first is the lower end.
pub(crate) const RANGE: &str =
    "a range is drawn from by \"0.4 to 0.6\", which holds 90% of the draws, or \"uniform(0.4, 0.6)\"";
/// What to write for a number before a name.
pub(crate) const PRODUCT: &str = "a product is written with `*`: 0.3 * x";
/// What to write for two effects in one text.
pub(crate) const EFFECTS: &str = "an effect has a text of its own: [\"x += 1\", \"y = 2\"]";
/// What to write for `True`.
const TRUTH: &str = "write `true` or `false`, in small letters";
const SHARE: &str = "a share is written as a number: 10% as 0.1";
const QUOTED: &str = "texts and expressions stand in quotes: when = \"x >= 3\"";

/// What to write for a function that there is not.
pub(crate) fn function(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "log" | "loge" => "the natural logarithm is `ln`",
        "pow" | "power" => "a power is written `x ^ y`",
        "rand" | "random" | "random_float" | "runif" | "rnd" => {
            "a rule's `chance` is drawn by itself; an effect or a parameter draws by uniform(lo, hi), bernoulli(p) or the like"
        }
        "choice" | "choose" | "sample" | "categorical" => "it is written discrete(value: weight, ...)",
        "round" => "write floor(x + 0.5)",
        "int" | "trunc" => "write floor(x)",
        "pert" | "betapert" => "the nearest is triangular(lo, mode, hi)",
        "mod" | "fmod" | "modulo" | "rem" => "write x - y * floor(x / y)",
        "sin" | "cos" | "tan" => "there is no periodic function; `step` and if(...) make one",
        "avg" | "average" => "it is written mean(x for a in group)",
        "prev" | "previous" | "lag" | "last" => {
            "all effects read the state as the step began with it; what is older needs a variable of its own"
        }
        _ => return None,
    })
}

/// What to write for a name that there is not.
pub(crate) fn name(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "t" | "time" | "tick" | "ticks" | "now" => {
            "`step` is the number of the step, `years` the time since the start in years"
        }
        "date" | "year" | "month" | "today" => {
            "`years` is the time since the start in years; dates go into `at`, `window` and `by`"
        }
        "true" | "false" => TRUTH,
        "pi" => "write 3.14159265358979",
        "e" => "write exp(1)",
        "infinity" => "write `inf`",
        _ => return None,
    })
}

/// What keys a key may be meant for: the one that the table has is.
pub(crate) fn keys(name: &str) -> &'static [&'static str] {
    match name {
        "rate" | "lambda" | "intensity" | "hazard_rate" => &["hazard", "decay"],
        "p" | "prob" | "probability" | "likelihood" => &["chance", "weight"],
        "init" | "initial" | "initial_value" | "value" | "default" | "start" => {
            &["initial", "value", "weight"]
        }
        "if" | "guard" | "condition" | "trigger" | "requires" => &["when"],
        "end" | "end_date" | "until" | "duration" | "length" => &["horizon", "by"],
        "deadline" => &["by"],
        "min" | "max" | "bounds" | "low" | "high" => &["range"],
        "dt" | "timestep" | "time_step" | "frequency" => &["step"],
        "runs" | "samples" | "iterations" | "replications" => &["trials"],
        "random_seed" | "rng_seed" => &["seed"],
        "description" | "comment" | "note" => &["about"],
        "action" | "actions" | "update" | "updates" | "then" | "do" => &["effects"],
        "max_count" | "times" => &["limit"],
        _ => &[],
    }
}

/// What to write for a sign that has no meaning here, with what follows it.
pub(crate) fn sign(rest: &str) -> Option<&'static str> {
    let mut chars = rest.chars();
    let (first, next) = (chars.next()?, chars.next());
    Some(match first {
        '&' => "write `and`",
        '|' => "write `or`",
        '!' => "write `not`, or `!=` for unequal",
        '?' => "write `if(condition, value, otherwise)`",
        '%' if is_divided(rest[1..].trim_start()) => "there is no remainder; write x - y * floor(x / y)",
        '%' => SHARE,
        ';' => EFFECTS,
        '\'' if next.is_none_or(|c| !c.is_ascii_alphanumeric()) => {
            "names are written without a prime: an effect says `x = x + 1`, and reads the state as the step began with it"
        }
        '"' | '\'' | '“' | '”' | '„' | '‘' | '’' => "names stand without quotes",
        '{' | '}' => "brackets are ( ) and [ ]",
        '≤' => "write `<=`",
        '≥' => "write `>=`",
        '≠' => "write `!=`",
        '−' | '–' | '—' => "a minus is the plain `-`, a range is written 0.4 to 0.6",
        '±' => "0.5 ± 0.1 is written 0.4 to 0.6, which holds 90% of the draws, or normal(0.5, 0.1)",
        '×' | '·' => "write `*`",
        _ => return None,
    })
}

/// Whether what stands behind a `%` is what a number would be divided by.
fn is_divided(by: &str) -> bool {
    let word: String = by.chars().take_while(char::is_ascii_alphanumeric).collect();
    by.starts_with('(') || !matches!(word.as_str(), "" | "and" | "or" | "for" | "to" | "if" | "else")
}

/// What to write for two signs that are one operator elsewhere.
pub(crate) fn operator(first: &str, second: &str) -> Option<&'static str> {
    Some(match (first, second) {
        ("=", ">") => "write `>=`, or `not a or b` where `a` implies `b`",
        ("=", "<") => "write `<=`",
        ("<", ">") => "write `!=`",
        ("*", "*") => "write `^`",
        ("=", "+") => "write `+=`",
        ("+", "/") => "0.5 +/- 0.1 is written 0.4 to 0.6, which holds 90% of the draws, or normal(0.5, 0.1)",
        _ => return None,
    })
}

/// What to write where a word, with what stands before it, goes on from what was complete.
pub(crate) fn word(before: Option<&str>, word: &str) -> Option<&'static str> {
    Some(match (before, word) {
        (_, "for") => "an aggregate such as `mean(x for a in group)` needs its brackets",
        (Some("if"), _) | (_, "if" | "then" | "else") => "write `if(condition, value, otherwise)`",
        (_, "is") => "write `==`",
        (_, "AND" | "And") => "write `and`",
        (_, "OR" | "Or") => "write `or`",
        (_, "per") => "a hazard is a rate a year: 0.1 a month is 1.2",
        (_, "U" | "until") | (Some("F" | "G" | "X" | "U"), _) => {
            "an event's `when` is asked after each step, and `by` sets its deadline; that something came before is fired(rule)"
        }
        (Some("years" | "year" | "months" | "month" | "weeks" | "days"), _)
        | (_, "years" | "year" | "months" | "month" | "weeks" | "days") => {
            "an expression counts in years: 6 months are 0.5, or 6 / 12"
        }
        _ => return None,
    })
}

/// What to write where a file is no TOML from `rest` on.
pub(crate) fn toml(before: &str, rest: &str) -> Option<&'static str> {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest_of_line = rest.lines().next().unwrap_or_default();
    let is_value = line.contains('=');
    let is_first = line.trim_end().ends_with(['=', '[']);
    let word = rest_of_line.split([',', ']', '}', '#']).next().unwrap_or_default().trim();
    let ends_in_digit = line.ends_with(|c: char| c.is_ascii_digit());
    let has_slashes = rest_of_line.contains("//") && !rest_of_line.contains('"');
    let has_curly = [line, rest_of_line].iter().any(|text| text.contains(['“', '”', '„', '‘', '’']));
    let mut chars = rest.chars();
    Some(match (chars.next()?, chars.next()) {
        _ if has_curly => "write straight quotes: \"text\"",
        _ if is_value && has_slashes => "a comment begins with `#`",
        ('[', _) if !is_value && !line.trim().is_empty() => {
            "a key with brackets stands in quotes: \"trust[A,B]\" = { weight = 0.5 }"
        }
        (',', Some(c)) if ends_in_digit && c.is_ascii_digit() => COMMA,
        (',', _) if is_value => "lines end without a comma",
        ('.', Some(c)) if ends_in_digit && c.is_ascii_digit() => "a date is written year first: 2022-06-29",
        ('.', Some(c)) if c.is_ascii_digit() => "write a digit before the point: 0.5",
        _ if is_first && matches!(word, "True" | "False" | "yes" | "no" | "on" | "off") => TRUTH,
        (c, _) if is_first && c.is_ascii_digit() && word.ends_with('%') => SHARE,
        (c, _) if is_first && (c.is_ascii_alphabetic() || c == '_') => QUOTED,
        (c, _) if is_first && c.is_ascii_digit() && word.contains(' ') => QUOTED,
        _ => return None,
    })
}

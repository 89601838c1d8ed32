//! A tree back to text, every operation in brackets: what the tests compare.
#![cfg(test)]

use super::{Binders, Expr, HistoryFunction, Kind, Name, Range, Reference};
use crate::functions::Aggregate;

/// The tree, fully bracketed.
pub(crate) fn print(expr: &Expr) -> String {
    let joined = |word: &str, list: &[Expr]| {
        format!("({})", list.iter().map(print).collect::<Vec<_>>().join(&format!(" {word} ")))
    };
    let signed = |plain: &str, inverse: &str, list: &[(bool, Expr)]| {
        let mut text = String::new();
        for (i, (inverted, operand)) in list.iter().enumerate() {
            let operator = if *inverted { inverse } else { plain };
            text = if i == 0 { print(operand) } else { format!("({text} {operator} {})", print(operand)) };
        }
        text
    };
    match &expr.kind {
        Kind::Number(value) => value.to_string(),
        Kind::Infinity => "inf".to_owned(),
        Kind::Condition(value) => value.to_string(),
        Kind::Name(name) => name.clone(),
        Kind::Indexed(name, actors) => format!("{}[{}]", name.text, names(actors)),
        Kind::Call(function, arguments) | Kind::Draw(function, arguments, _) => {
            format!("{}({})", function.name, arguments.iter().map(print).collect::<Vec<_>>().join(", "))
        }
        Kind::Aggregate(aggregate, body, binders) => {
            let name = match aggregate {
                Aggregate::Sum => "sum",
                Aggregate::Mean => "mean",
                Aggregate::Min => "min",
                Aggregate::Max => "max",
                Aggregate::Count => "count",
                Aggregate::Any => "any",
                Aggregate::All => "all",
            };
            format!("{name}({} {})", print(body), print_binders(binders))
        }
        Kind::History(function, reference) => {
            let name = match function {
                HistoryFunction::Fired => "fired",
                HistoryFunction::Count => "count",
                HistoryFunction::Since => "since",
            };
            format!("{name}<{}>", print_reference(reference))
        }
        Kind::Discrete(pairs, _) => {
            let pairs: Vec<_> = pairs.iter().map(|(v, w)| format!("{}: {}", print(v), print(w))).collect();
            format!("discrete({})", pairs.join(", "))
        }
        Kind::Interval(low, high, _) => format!("({} to {})", print(low), print(high)),
        Kind::Negate(operand) => format!("(-{})", print(operand)),
        Kind::Not(operand) => format!("(not {})", print(operand)),
        Kind::Sum(terms) => signed("+", "-", terms),
        Kind::Product(factors) => signed("*", "/", factors),
        Kind::Power(base, exponent) => format!("({} ^ {})", print(base), print(exponent)),
        Kind::Compare(comparison, a, b) => format!("({} {} {})", print(a), comparison.symbol(), print(b)),
        Kind::In(actor, range) => format!("({} in {})", print(actor), print_range(range)),
        Kind::And(operands) => joined("and", operands),
        Kind::Or(operands) => joined("or", operands),
    }
}

fn names(names: &[Name]) -> String {
    names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(",")
}

fn print_reference(reference: &Reference) -> String {
    let actors = reference.actors.as_ref().map_or(String::new(), |a| format!("[{}]", names(a)));
    let branch = reference.branch.as_ref().map_or(String::new(), |b| format!(".{}", b.text));
    format!("{}{actors}{branch}", reference.rule.text)
}

fn print_range(range: &Range) -> String {
    match range {
        Range::Group(name) => name.text.clone(),
        Range::List(actors, _) => format!("[{}]", names(actors)),
    }
}

fn print_binders(binders: &Binders) -> String {
    let bound: Vec<_> =
        binders.names.iter().map(|(n, r)| format!("{} in {}", n.text, print_range(r))).collect();
    let filter = binders.filter.as_ref().map_or(String::new(), |f| format!(" if {}", print(f)));
    format!("for {}{filter}", bound.join(", "))
}

//! A Markov chain in the language of PRISM, and what is asked of it.

use std::fmt::Write as _;

use cordiale::exact::MarkovChain;

use super::{Horizon, Names, phase_ranges};

/// The model.
pub(super) fn model(chain: &MarkovChain, title: &str) -> String {
    let mut text = format!(
        "// {title}\n// A step of the model is a step of the chain; state {} of {} is before the start.\n",
        chain.states,
        chain.states + 1
    );
    for name in &chain.left_out {
        let _ = writeln!(text, "// not in it: {name}");
    }
    let names = Names::of(chain);
    let horizon = Horizon::of(chain);
    let _ = write!(text, "dtmc\n\nmodule scenario\n  state : [0..{}] init {};\n", chain.states, chain.states);
    if horizon.has_clock {
        let _ = writeln!(text, "  clock : [0..{}] init 0;", chain.steps + 1);
    }
    let tick = if horizon.has_clock { "&(clock'=clock+1)" } else { "" };
    let _ = writeln!(text, "  [] state={} -> {};", chain.states, choices(&chain.initial, tick));
    for (phase, rows) in chain.phases.iter().enumerate() {
        let when = if horizon.has_clock {
            format!(" & ({})", clock(&phase_ranges(chain, phase)))
        } else {
            String::new()
        };
        for (state, successors) in rows {
            let _ = writeln!(text, "  [] state={state}{when} -> {};", choices(successors, tick));
        }
    }
    text.push_str("  // The horizon: nothing more is asked.\n");
    if horizon.has_clock {
        let _ = writeln!(text, "  [] clock={} -> true;", chain.steps + 1);
    } else {
        chain.last.iter().for_each(|state| text.push_str(&format!("  [] state={state} -> true;\n")));
    }
    text.push_str("endmodule\n\n");
    for (name, _, reached) in &chain.events {
        let states = super::ranges(reached);
        let condition: Vec<String> =
            states.iter().map(|(from, to)| format!("(state>={from} & state<={to})")).collect();
        let condition = if condition.is_empty() { "false".to_owned() } else { condition.join(" | ") };
        let _ = writeln!(text, "label \"{}\" = {condition};", names.identifier(name));
    }
    for (name, _, values) in &chain.values {
        let _ = writeln!(text, "\nrewards \"{}\"", names.identifier(name));
        for (state, value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let _ = writeln!(text, "  state={state} : {value};");
        }
        text.push_str("endrewards\n");
    }
    text
}

/// One property a line.
pub(super) fn properties(chain: &MarkovChain) -> String {
    let names = Names::of(chain);
    let mut text = String::new();
    for (name, deadline, _) in &chain.events {
        let name = names.identifier(name);
        let _ = writeln!(text, "\"{name}\": P=? [ F<={} \"{name}\" ];", deadline + 1);
    }
    for (name, deadline, _) in &chain.values {
        let name = names.identifier(name);
        let _ = writeln!(text, "\"{name}\": R{{\"{name}\"}}=? [ I={} ];", deadline + 1);
    }
    text
}

fn choices(successors: &[(u32, f64)], tick: &str) -> String {
    let choice = |(state, probability): &(u32, f64)| format!("{probability}:(state'={state}){tick}");
    successors.iter().map(choice).collect::<Vec<String>>().join(" + ")
}

fn clock(ranges: &[(u32, u32)]) -> String {
    let range = |(from, to): &(u32, u32)| format!("clock>={from} & clock<={to}");
    ranges.iter().map(range).collect::<Vec<String>>().join(" | ")
}

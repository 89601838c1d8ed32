//! What must hold of any run, whatever the scenario: order, threads and splits change nothing, chances are chances.

mod common;

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use common::load;
use cordiale_sim::result::OutcomeResult;
use cordiale_sim::{RunError, RunResult, Simulation, Tally};

type Outcome = Result<(), Box<dyn Error>>;

const HEAD: &str =
    "[scenario]\ntitle = \"T\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = 24\nseed = 5\n";

const ACTORS: [&str; 3] =
    ["[actors.AAA]\nname = \"A\"\n", "[actors.BBB]\nname = \"B\"\n", "[actors.CCC]\nname = \"C\"\n"];

const STATE: [&str; 4] = [
    "[channels.link]\ndecay = { half_life = \"2 years\", toward = \"start\" }\nvolatility = 0.1\n",
    "[ties.\"link[AAA,BBB]\"]\nweight = \"beta(2, 3)\"\n",
    "[ties.\"link[BBB,CCC]\"]\nweight = 0.4\n",
    "[variables.mood]\ninitial = \"normal(0, 1)\"\nrange = [-3, 3]\n",
];

const RULES: [&str; 4] = [
    "[rules.meet]\nforeach = { a = \"actors\", b = \"actors\" }\nwhere = \"a < b\"\nhazard = \"0.5 + link[a,b]\"\neffects = [\"link[a,b] += 0.1 * (1 - link[a,b])\", \"mood += uniform(0, 0.1)\"]\n",
    "[rules.quarrel]\nwhen = \"mood < 1\"\nchance = 0.1\ncooldown = 3\neffects = [\"mood -= 0.2\", \"link[BBB,AAA] -= 0.1\"]\n",
    "[rules.turn]\nchance = 0.05\neffects = [\"mood += 0.01\"]\nbranches.left = { weight = \"1 + mood^2\", effects = [\"mood = -1\"] }\nbranches.right = { weight = 1, effects = [\"mood = 1\"] }\n",
    "[rules.treaty]\nwhen = \"link[AAA,BBB] > 0.6\"\nhazard = \"0.3 * mood\"\nlimit = 1\neffects = []\n",
];

const OUTCOMES: [&str; 4] = [
    "[outcomes.close]\nwhen = \"link[AAA,BBB] > 0.6\"\nsustained = 3\n",
    "[outcomes.mood_at_end]\nvalue = \"mood\"\n",
    "[outcomes.mood_if_close]\nvalue = \"mood\"\ngiven = \"close\"\n",
    "[outcomes.standing]\nlevels = [{ name = \"high\", when = \"mood > 1\" }, { name = \"middle\", when = \"mood > -1\" }, { name = \"low\" }]\n",
];

fn text<'a>(parts: impl IntoIterator<Item = &'a &'a str>) -> String {
    parts.into_iter().fold(HEAD.to_owned(), |text, part| text + part)
}

fn whole() -> String {
    text(ACTORS.iter().chain(&STATE).chain(&RULES).chain(&OUTCOMES))
}

fn run(text: &str, trials: u64) -> Result<RunResult, RunError> {
    Simulation::new(&load(text))?.trials(trials).run()
}

fn tally(text: &str, first: u64, trials: u64) -> Result<Tally, RunError> {
    Simulation::new(&load(text))?.first_trial(first).trials(trials).tally()
}

#[test]
fn order_in_the_file_changes_no_bit() -> Outcome {
    let forward = run(&whole(), 300)?;
    let backward =
        text(RULES.iter().rev().chain(STATE.iter().rev()).chain(ACTORS.iter().rev()).chain(&OUTCOMES));
    assert_eq!(forward.to_json(), run(&backward, 300)?.to_json());
    let outcomes_turned = text(ACTORS.iter().chain(&STATE).chain(&RULES).chain(OUTCOMES.iter().rev()));
    let turned = run(&outcomes_turned, 300)?;
    for (name, outcome) in forward.outcomes.iter() {
        assert_eq!(turned.outcomes.get(name), Some(outcome));
    }
    let tie_turned = whole().replace("link[AAA,BBB]\"]", "link[BBB,AAA]\"]");
    assert_eq!(forward.to_json(), run(&tie_turned, 300)?.to_json());
    Ok(())
}

#[test]
fn threads_change_no_bit() -> Outcome {
    let rush = "[rules.rush]\nhazard = \"6 + mood\"\neffects = []\n";
    let scenario = load(&(whole() + rush));
    let simulation = Simulation::new(&scenario)?.trials(1000).first_trial(77);
    let one = simulation.clone().threads(1).tally()?;
    assert!(one.result(&scenario)?.rule("rush")?.fast_hazard.count > 0);
    for threads in [2, 3, 8, 40] {
        assert!(simulation.clone().threads(threads).tally()? == one, "{threads} threads");
    }
    Ok(())
}

#[test]
fn an_outcome_alone_is_what_all_have_of_it() -> Outcome {
    let (scenario, tally) = (load(&whole()), tally(&whole(), 10, 200)?);
    for (name, outcome) in tally.result(&scenario)?.outcomes.iter() {
        assert_eq!(tally.outcome(&scenario, name)?, *outcome);
    }
    let told =
        |scenario, name| tally.outcome(scenario, name).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(told(&scenario, "closed").contains("there is no outcome `closed`; there are: close, "));
    let other = load(&whole().replace("chance = 0.1", "chance = 0.2"));
    assert!(told(&other, "close").contains("another scenario"));
    Ok(())
}

#[test]
fn a_rule_that_never_fires_changes_no_other_number() -> Outcome {
    let before = run(&whole(), 300)?;
    let idle = "[rules.idle]\nwhen = \"mood > 4\"\nchance = \"0.5 * mood\"\neffects = [\"mood += 1\"]\n";
    let after = run(&(whole() + idle), 300)?;
    assert_eq!(before.outcomes, after.outcomes);
    for (name, rule) in before.rules.iter() {
        assert_eq!(after.rules.get(name), Some(rule));
    }
    assert_eq!(after.rule("idle")?.trials_fired, 0);
    assert_ne!(before.scenario.digest, after.scenario.digest);
    Ok(())
}

#[test]
fn another_name_gives_other_draws_of_the_same_distribution() -> Outcome {
    let n = 20_000;
    let one = run(&whole(), n)?;
    let other =
        run(&whole().replace("treaty", "treaties").replace("meet", "gather").replace("mood", "spirit"), n)?;
    let (a, b) = (one.event("close")?, other.event("close")?);
    assert_ne!(a.reached, b.reached);
    let share = |reached: u64| reached as f64 / n as f64;
    let (p, q) = (share(a.reached), share(b.reached));
    let error = (p * (1.0 - p) / n as f64 * 2.0).sqrt();
    assert!((p - q).abs() < 4.0 * error, "{p} and {q}");
    let end = |result: &RunResult, name| result.value(name).ok().and_then(|value| value.at_end.clone());
    let (x, y) = (end(&one, "mood_at_end"), end(&other, "spirit_at_end"));
    let (x, y) = (x.ok_or("none")?, y.ok_or("none")?);
    assert!((x.mean - y.mean).abs() < 4.0 * 2.0_f64.sqrt() * x.mcse, "{} and {}", x.mean, y.mean);
    Ok(())
}

#[test]
fn an_undirected_tie_is_one_tie() -> Outcome {
    let scenario = text(ACTORS.iter().chain(&STATE).chain(&RULES))
        + "[outcomes.gap]\nvalue = \"link[AAA,BBB] - link[BBB,AAA]\"\n[outcomes.link]\nvalue = \"link[CCC,BBB]\"\n";
    let result = run(&scenario, 200)?;
    let gap = &result.value("gap")?.by_step;
    assert!(gap.mean.iter().chain(&gap.sd).all(|x| *x == Some(0.0)));
    let link = &result.value("link")?.by_step;
    assert!(link.q05.iter().all(|x| *x >= Some(0.0)) && link.q95.iter().all(|x| *x <= Some(1.0)));
    Ok(())
}

#[test]
fn chance_0_never_and_chance_1_always() -> Outcome {
    let rules = "[variables.x]\ninitial = 0\n[variables.big]\ninitial = 0\n
[rules.never]\nchance = 0\neffects = [\"x += 1000\"]\n[rules.always]\nchance = 1\neffects = [\"x += 1\"]\n
[rules.surely]\neffects = [\"x += 1\"]\n[rules.below]\nchance = \"x - 1000\"\neffects = []\n
[rules.above]\nchance = \"1 + x\"\neffects = []\n[rules.no_hazard]\nhazard = \"0 * x\"\neffects = []\n
[outcomes.x]\nvalue = \"x\"\n";
    let result = run(&(HEAD.to_owned() + rules), 1000)?;
    let x = result.value("x")?.at_end.clone().ok_or("none")?;
    assert_eq!((x.mean, x.sd, x.q05, x.q95), (48.0, 0.0, 48.0, 48.0));
    for (name, fired) in
        [("never", 0), ("always", 1000), ("surely", 1000), ("below", 0), ("above", 1000), ("no_hazard", 0)]
    {
        assert_eq!(result.rule(name)?.trials_fired, fired, "{name}");
    }
    let below = result.rule("below")?.clamped;
    assert_eq!((below.count, below.worst), (24_000, Some(-1000.0)));
    // At step 0 it is 1 exactly.
    let above = result.rule("above")?.clamped;
    assert_eq!((above.count, above.worst), (23_000, Some(47.0)));
    assert!(
        result.warnings.iter().any(|w| w.contains("`below`") && w.contains("24000 times")),
        "{:?}",
        result.warnings
    );
    Ok(())
}

#[test]
fn halves_make_the_whole_and_nothing_else_does() -> Outcome {
    let text = whole();
    let all = tally(&text, 10, 500)?;
    let (left, right) = (tally(&text, 10, 203)?, tally(&text, 213, 297)?);
    assert!(left.clone().merge(&right)? == all);
    assert!(right.clone().merge(&left)? == all);
    let written = serde_json::to_string(&left)?;
    let read: Tally = serde_json::from_str(&written)?;
    assert!(read.clone().merge(&right)? == all);
    assert!(all.result(&load(&text))?.rule("treaty")?.clamped.count > 100);
    assert_eq!(serde_json::to_string(&read)?, written);

    let refused = |a: Tally, b: &Tally| a.merge(b).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(refused(left.clone(), &tally(&text, 212, 10)?).contains("trial 212"));
    let other_seed = Simulation::new(&load(&text))?.seed(6).first_trial(213).trials(9).tally()?;
    assert!(refused(left.clone(), &other_seed).contains("seeds"));
    let other = tally(&text.replace("chance = 0.1", "chance = 0.2"), 213, 9)?;
    assert!(refused(left.clone(), &other).contains("scenarios"));
    let gap = left.merge(&tally(&text, 300, 9)?)?;
    let missing = gap.result(&load(&text)).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(missing.contains("213 to 299"), "{missing}");
    Ok(())
}

#[test]
fn a_stopped_run_is_a_shorter_run() -> Outcome {
    let scenario = load(&whole());
    for threads in [1, 3] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = seen.clone();
        let stopped =
            Simulation::new(&scenario)?.trials(100_000).first_trial(30).threads(threads).on_progress(
                move |progress| {
                    let mut notes = notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    notes.push((progress.trials, progress.event.clone()));
                    if progress.trials > 300 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            );
        let partial = stopped.run()?;
        assert!(partial.run.partial && partial.run.trials > 300 && partial.run.trials < 1000);
        let mut same = Simulation::new(&scenario)?.trials(partial.run.trials).first_trial(30).run()?;
        same.run.partial = true;
        assert_eq!(partial.to_json(), same.to_json());
        let seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        assert!(seen.is_sorted_by(|a, b| a.0 < b.0));
        let (trials, event) = seen.last().ok_or("no progress")?;
        assert_eq!(*trials, partial.run.trials);
        let event = event.clone().ok_or("no event")?;
        assert_eq!((event.name.as_str(), event.trials), ("close", *trials));
        assert_eq!(event.reached, partial.event("close")?.reached);
    }
    Ok(())
}

/// Where the state comes to nothing, what brought it there is told: the last change, or what the value drifts by.
#[test]
fn what_makes_a_value_no_number_is_told() -> Outcome {
    const HEAD: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[outcomes.o]\nvalue = \"y\"\n[parameters.p]\nvalue = \"exp(1000 * uniform(1, 2))\"\n";
    for (rest, expected) in [
        (
            "[variables.y]\ninitial = 10\n[rules.r]\neffects = [\"y -= exp(1000 + y)\"]\n[rules.q]\neffects = [\"y += exp(999 + y)\"]\n",
            "`exp(1000 + y)` makes the next value not a number, from 10, in `y`, changed by rule `r`",
        ),
        (
            "[variables.y]\ninitial = 1\ndecay = { rate = 1, toward = \"p\" }\n",
            "`p` makes the next value not a number, from 1, in `y`",
        ),
        (
            "[variables.y]\ninitial = 1\ndecay = { rate = 1, toward = \"p\" }\n[rules.r]\neffects = [\"y += 1\"]\n",
            "`p` makes the next value not a number, from 1, in `y`",
        ),
        (
            "[variables.y]\ninitial = 1\nvolatility = \"1e300 * p\"\n",
            "`1e300 * p` makes the next value infinite",
        ),
    ] {
        let error = Simulation::new(&load(&format!("{HEAD}{rest}")))?.trials(10).run().err();
        let said = error.ok_or("no error")?.to_string();
        assert!(said.contains(expected), "{said}");
    }
    Ok(())
}

#[test]
fn the_error_is_that_of_the_lowest_failing_trial() -> Outcome {
    let fails = whole() + "[outcomes.root]\nvalue = \"sqrt(2.6 - mood)\"\n";
    let simulation = Simulation::new(&load(&fails))?.trials(2000);
    let first = simulation.clone().threads(1).tally().err().ok_or("no error")?;
    let RunError::Evaluation(error) = &first else { return Err(first.into()) };
    assert!(error.trial > 0);
    for threads in [2, 5] {
        assert_eq!(simulation.clone().threads(threads).tally().err(), Some(first.clone()));
    }
    // Up to that trial nothing fails.
    assert!(simulation.clone().trials(error.trial).tally().is_ok());
    assert_eq!(simulation.first_trial(error.trial).trials(1).tally().err(), Some(first.clone()));
    Ok(())
}

#[test]
fn a_run_needs_trials_that_exist() -> Outcome {
    let simulation = Simulation::new(&load(&whole()))?;
    assert_eq!(simulation.clone().trials(0).run().err(), Some(RunError::NoTrials));
    let beyond = simulation.clone().first_trial(u64::MAX - 5).trials(10).run();
    assert!(matches!(beyond, Err(RunError::TooManyTrials { .. })));
    let last = simulation.first_trial((1 << 62) - 3).trials(3).run()?;
    assert_eq!(last.run.trials, 3);
    Ok(())
}

/// The chance of an event that a constant chance brings about is known exactly.
#[test]
fn waiting_times_are_geometric() -> Outcome {
    let text = HEAD.to_owned()
        + "[rules.strike]\nchance = 0.1\nlimit = 1\neffects = []\n[rules.flow]\nhazard = 1.5\neffects = []\n
[outcomes.struck]\nwhen = \"fired(strike)\"\n[outcomes.soon]\nwhen = \"fired(strike)\"\nby = 6\n[outcomes.flows]\nvalue = \"count(flow)\"\n";
    let n = 40_000;
    let result = run(&text, n)?;
    let near = |reached: u64, p: f64| {
        let n = n as f64;
        (reached as f64 / n - p).abs() < 4.0 * (p * (1.0 - p) / n).sqrt()
    };
    let struck = result.event("struck")?;
    for step in [1, 6, 12, 24] {
        let p = 1.0 - 0.9_f64.powi(step);
        assert!(near(struck.reached_by_step[step as usize], p), "step {step}");
    }
    let soon = result.event("soon")?;
    assert_eq!(soon.reached, struck.reached_by_step[6]);
    assert_eq!(soon.at_horizon.map(|at| at.reached), Some(struck.reached));
    assert_eq!(struck.first_step.median, Some(7));
    let flows = result.value("flows")?.at_end.clone().ok_or("none")?;
    let p = 1.0 - (-1.5_f64 / 12.0).exp();
    assert!((flows.mean - 24.0 * p).abs() < 4.0 * flows.mcse);
    assert!((flows.sd - (24.0 * p * (1.0 - p)).sqrt()).abs() < 0.02);
    assert!((result.rule("flow")?.mean_fires.ok_or("none")? - flows.mean).abs() < 1e-12);
    Ok(())
}

/// A value's drift is an Ornstein-Uhlenbeck process: at a date it is the same whatever the step.
#[test]
fn drift_does_not_depend_on_the_step() -> Outcome {
    let state = "[variables.x]\ninitial = 2\ndecay = { rate = 0.7, toward = 0.5 }\nvolatility = 0.3\n[outcomes.x]\nvalue = \"x\"\n";
    for (step, horizon) in [("month", 24), ("week", 104), ("year", 2)] {
        let head = HEAD
            .replace("\"month\"", &format!("\"{step}\""))
            .replace("horizon = 24", &format!("horizon = {horizon}"));
        let x = run(&(head + state), 20_000)?.value("x")?.at_end.clone().ok_or("none")?;
        let mean = 0.5 + 1.5 * (-1.4_f64).exp();
        let sd = 0.3 * ((1.0 - (-2.8_f64).exp()) / 1.4).sqrt();
        assert!((x.mean - mean).abs() < 4.0 * x.mcse, "{step}: {} and {mean}", x.mean);
        assert!((x.sd - sd).abs() < 4.0 * sd / 40_000.0_f64.sqrt(), "{step}: {} and {sd}", x.sd);
    }
    Ok(())
}

/// Quantiles are told relative to the values: too coarse for those that lie close together far from 0.
#[test]
fn quantiles_that_are_coarse_beside_the_spread_are_told() -> Outcome {
    let of = |name: &str, value: &str| format!("[outcomes.{name}]\nvalue = \"{value}\"\n");
    let more = "[parameters.far]\nvalue = \"normal(100, 0.1)\"\n".to_owned()
        + &of("far_off", "far")
        + &of("beyond", "far - 100")
        + &of("wide", "100 * far - 9900");
    for (trials, told) in [(1000, 0), (2000, 1)] {
        let result = run(&(whole() + &more), trials)?;
        let coarse: Vec<&String> = result.warnings.iter().filter(|w| w.contains("its quantiles")).collect();
        assert_eq!(coarse.len(), told, "{trials} trials: {coarse:?}");
        assert!(coarse.iter().all(|warning| warning.starts_with("outcome `far_off`: ")), "{coarse:?}");
    }
    Ok(())
}

#[test]
fn a_condition_that_is_never_met_gives_no_estimate() -> Outcome {
    let more = "[outcomes.never]\nwhen = \"mood > 4\"\n[outcomes.if_never]\nwhen = \"mood > 0\"\ngiven = \"never\"\n
[outcomes.value_if_never]\nvalue = \"mood\"\ngiven = \"never\"\n[outcomes.level_if_never]\nlevels = [{ name = \"up\", when = \"mood > 0\" }]\ngiven = \"never\"\n";
    let result = run(&(whole() + more), 100)?;
    let event = result.event("if_never")?;
    assert_eq!((event.trials, event.probability.0, event.words.as_deref()), (0, None, None));
    assert_eq!(event.probability.to_string(), "no estimate");
    let value = result.value("value_if_never")?;
    assert_eq!((value.trials, &value.at_end), (0, &None));
    assert_eq!((value.by_step.mean.len(), value.by_step.mean[3]), (25, None));
    let levels = result.levels("level_if_never")?;
    assert_eq!(levels.levels, ["up", "none"]);
    assert_eq!(result.warnings.iter().filter(|w| w.contains("`never` was reached in no trial")).count(), 3);
    let json: serde_json::Value = serde_json::from_str(&result.to_json())?;
    assert_eq!(json["outcomes"]["value_if_never"]["final"], serde_json::Value::Null);
    assert_eq!(json["outcomes"]["if_never"]["probability"], serde_json::Value::Null);
    Ok(())
}

#[test]
fn a_result_says_what_it_holds_where_it_is_asked_for_something_else() -> Outcome {
    let result = run(&whole(), 64)?;
    let message =
        |error: Option<cordiale_sim::result::LookupError>| error.map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(message(result.event("clos").err()), "there is no event `clos`; there are: close");
    assert_eq!(
        message(result.event("mood_at_end").err()),
        "outcome `mood_at_end` is of kind value, not event; ask for it with `value`"
    );
    assert!(message(result.rule("turn.up").err()).contains("turn.left"));
    let names: Vec<&str> = result.rules.names().collect();
    assert_eq!(names, ["meet", "quarrel", "treaty", "turn", "turn.left", "turn.right"]);
    assert_eq!(result.rule("meet")?.instances, 3);
    let kinds: Vec<&str> = result.outcomes.iter().map(|(_, outcome)| OutcomeResult::kind(outcome)).collect();
    assert_eq!(kinds, ["event", "value", "value", "levels"]);
    Ok(())
}

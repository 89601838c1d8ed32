//! The exact answer against known ones, and against runs of the simulator, which shares neither its rules of propagation nor
//! its statistics.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cordiale_core::{NoFiles, Scenario};
use cordiale_sim::Simulation;
use cordiale_sim::exact::{Agreement, Exact, ExactError};
use cordiale_sim::result::{ExactResult, OutcomeResult, RunResult};

const TRIALS: u64 = 100_000;

fn scenario(steps: u32, rest: &str) -> Scenario {
    let text = format!("[scenario]\nstart = 2013-01-01\nstep = \"month\"\nhorizon = {steps}\n{rest}");
    Scenario::from_toml(&text, "finite.toml", &NoFiles).unwrap()
}

fn exact(scenario: &Scenario) -> ExactResult {
    Exact::new(scenario).run().unwrap()
}

/// Every count of a run against the probability in its place: within what Bernstein's inequality leaves once in 10^7
/// figures.
fn assert_agrees(scenario: &Scenario) {
    let exact = exact(scenario);
    let run = Simulation::new(scenario).unwrap().trials(TRIALS).seed(1904).run().unwrap();
    assert!(Agreement::of(&run, &exact).disagreements().next().is_none());
    for ((name, run), (_, exact)) in run.outcomes.iter().zip(exact.outcomes.iter()) {
        let n = run.trials() as f64;
        let near = |count: u64, p: f64, what: &str| {
            let log = (2.0_f64 / 1e-7).ln();
            let allowed = log / 3.0 + (log * log / 9.0 + 2.0 * log * n * p * (1.0 - p)).sqrt() + 1e-6;
            assert!((count as f64 - n * p).abs() <= allowed, "{name}, {what}: {count} of {n}, exactly {p}");
        };
        match (run, exact) {
            (OutcomeResult::Event(run), OutcomeResult::Event(exact)) => {
                for step in 0..run.reached_by_step.len() {
                    near(
                        run.reached_by_step[step],
                        exact.reached_by_step[step],
                        &format!("reached by {step}"),
                    );
                    near(
                        run.holding_by_step[step],
                        exact.holding_by_step[step],
                        &format!("holding at {step}"),
                    );
                }
                near(run.first_step.censored, exact.first_step.censored, "censored");
            }
            (OutcomeResult::Levels(run), OutcomeResult::Levels(exact)) => {
                for ((level, counts), (_, shares)) in run.by_step.iter().zip(exact.by_step.iter()) {
                    for (step, (count, share)) in counts.iter().zip(shares).enumerate() {
                        near(*count, *share, &format!("{level} at {step}"));
                    }
                }
            }
            (OutcomeResult::Value(run), OutcomeResult::Value(exact)) => {
                for step in 0..run.by_step.mean.len() {
                    let (mean, sd) = (exact.by_step.mean[step].unwrap(), exact.by_step.sd[step].unwrap());
                    let found = run.by_step.mean[step].unwrap();
                    let allowed = 6.0 * sd / n.sqrt() + 1e-9;
                    assert!((found - mean).abs() <= allowed, "{name} at {step}: {found}, exactly {mean}");
                }
                let (run, exact) = (run.at_end.as_ref().unwrap(), exact.at_end.as_ref().unwrap());
                if run.histogram.edges == exact.histogram.edges {
                    for (count, share) in run.histogram.counts.iter().zip(&exact.histogram.counts) {
                        near(*count, *share, "a bin");
                    }
                }
            }
            _ => unreachable!("one scenario"),
        }
    }
    assert_rules_agree(&run, &exact);
}

fn assert_rules_agree(run: &RunResult, exact: &ExactResult) {
    for ((name, run), (_, exact)) in run.rules.iter().zip(exact.rules.iter()) {
        let Some(mean) = exact.mean_fires else { continue };
        let found = run.mean_fires.unwrap();
        assert!((found - mean).abs() <= 0.03 * (1.0 + mean), "{name}: {found}, exactly {mean}");
        let found = run.clamped.count as f64 / TRIALS as f64;
        let expected = exact.clamped.count.unwrap();
        assert!(
            (found - expected).abs() <= 0.03 * (1.0 + expected),
            "{name}: clamped {found}, exactly {expected}"
        );
        assert_eq!(run.clamped.worst.is_some(), exact.clamped.worst.is_some(), "{name}");
    }
}

fn reached(result: &ExactResult, name: &str) -> f64 {
    result.event(name).unwrap().reached
}

fn assert_is(found: f64, known: f64) {
    assert!((found - known).abs() < 1e-13, "{found}, known {known}");
}

#[test]
fn a_geometric_wait() {
    let result = exact(&scenario(24, "[rules.r]\nchance = 0.13\n[outcomes.o]\nwhen = \"fired(r)\"\n"));
    let event = result.event("o").unwrap();
    for (step, p) in event.reached_by_step.iter().enumerate() {
        assert_is(*p, 1.0 - 0.87_f64.powi(step as i32));
    }
    assert_eq!((event.first_step.median, event.first_step.q95), (Some(5), Some(22)));
    assert_is(event.first_step.censored, 0.87_f64.powi(24));
    let p = event.probability.0.unwrap();
    assert_eq!((p.low, p.high, p.mcse), (p.estimate, p.estimate, 0.0));
    assert_is(result.rule("r").unwrap().mean_fires.unwrap(), 24.0 * 0.13);
    assert_eq!((result.run.method, result.run.trials), ("exact", ()));
}

/// Two rules look at one snapshot; an event, its deadline and its horizon; what is conditional on it.
#[test]
fn conditions_and_deadlines() {
    let result = exact(&scenario(
        6,
        "[rules.a]\nchance = 0.2\nlimit = 1\n[rules.b]\nchance = 0.5\nlimit = 1\n\
         [outcomes.early]\nwhen = \"fired(a)\"\nby = 2\n\
         [outcomes.b_then]\nwhen = \"fired(b)\"\ngiven = \"early\"\nby = 1\n\
         [outcomes.firings]\nvalue = \"count(a) + count(b)\"\ngiven = \"early\"\n",
    ));
    let early = result.event("early").unwrap();
    assert_is(early.reached, 1.0 - 0.8_f64.powi(2));
    assert_is(early.at_horizon.unwrap().reached, 1.0 - 0.8_f64.powi(6));
    // Independent of the condition, though its steps come before the condition is met.
    assert_is(reached(&result, "b_then"), 0.5);
    let firings = result.value("firings").unwrap();
    assert_is(firings.at_end.as_ref().unwrap().mean, 1.0 + 1.0 - 0.5_f64.powi(6));
    // What is conditional on nothing has no trials that never got there; the event was too late, and not missing.
    let late = scenario(
        6,
        "[rules.a]\nchance = 1\nlimit = 1\n[outcomes.at_once]\nwhen = \"fired(a)\"\nby = 0\n\
         [outcomes.then]\nwhen = \"step > 2\"\ngiven = \"at_once\"\n",
    );
    let (exactly, run) = (exact(&late), Simulation::new(&late).unwrap().trials(64).run().unwrap());
    let censored = run.event("then").unwrap().first_step.censored;
    assert_eq!((censored, exactly.event("then").unwrap().first_step.censored), (0, 0.0));
    for warnings in [&run.warnings, &exactly.warnings] {
        assert!(
            warnings.iter().any(|warning| warning.contains("by 2013-01-01, so there is no")),
            "{warnings:?}"
        );
    }
    // By the first observation a has fired in 0.2 / 0.36 of these trials.
    assert_is(firings.by_step.mean[1].unwrap(), 0.2 / 0.36 + 0.5);
}

#[test]
fn parameters_and_starts_may_be_discrete() {
    let result = exact(&scenario(
        1,
        "[parameters.p]\nvalue = \"discrete(0.1: 1, 0.3: 3)\"\n[variables.x]\ninitial = \"bernoulli(p)\"\n\
         [rules.r]\nchance = \"p\"\neffects = [\"x += discrete(1: 1, 2: 1)\"]\n\
         [outcomes.two]\nwhen = \"x >= 2\"\n[outcomes.moved]\nwhen = \"x > start(x)\"\n",
    ));
    // x is 2 or more after 1 + 1, 0 + 2 or 1 + 2.
    let two = |p: f64| p * (p + (1.0 - p) * 0.5);
    assert_is(reached(&result, "two"), 0.25 * two(0.1) + 0.75 * two(0.3));
    assert_is(reached(&result, "moved"), 0.25 * 0.1 + 0.75 * 0.3);
}

/// Assignments, additions and priorities settle as in a run: x = 2 (higher priority), then + 1, clamped.
#[test]
fn assignments_and_additions_come_together() {
    let result = exact(&scenario(
        1,
        "[variables.x]\ninitial = 0\nrange = [0, 2.5]\n[rules.a]\npriority = 1\nchance = 0.5\neffects = [\"x = 2\"]\n\
         [rules.b]\neffects = [\"x = 1\"]\n[rules.c]\nchance = 0.5\neffects = [\"x += 1\"]\n\
         [outcomes.top]\nwhen = \"x == 2.5\"\n[outcomes.one]\nwhen = \"x == 1\"\n[outcomes.x]\nvalue = \"x\"\n",
    ));
    assert_is(reached(&result, "top"), 0.25);
    assert_is(reached(&result, "one"), 0.25);
    let x = result.value("x").unwrap().at_end.as_ref().unwrap();
    assert_is(x.mean, (1.0 + 2.0 + 2.0 + 2.5) / 4.0);
    assert_eq!((x.q05, x.q50, x.q95), (1.0, 2.0, 2.5));
}

/// Of the two greatest priorities, of the two least, and beyond 2^53, where a double holds both as one.
#[test]
fn priorities_may_be_any_whole_numbers() {
    for (low, high) in [(i64::MAX - 1, i64::MAX), (i64::MIN, i64::MIN + 1), (1 << 53, (1 << 53) + 1), (-1, 0)]
    {
        let rest = format!(
            "[variables.x]\ninitial = 0\n[rules.a]\npriority = {low}\nchance = 0.5\neffects = [\"x = 1\"]\n\
             [rules.b]\npriority = {high}\nchance = 0.5\neffects = [\"x = 2\"]\n[outcomes.two]\nwhen = \"x == 2\"\n"
        );
        assert_is(reached(&exact(&scenario(1, &rest)), "two"), 0.5);
        assert_agrees(&scenario(3, &rest));
    }
}

/// Two of these rules have no outcome that depends on them; they take any number of states, and none here.
#[test]
fn what_no_outcome_depends_on_is_left_out() {
    let scenario = scenario(
        200,
        "[variables.x]\ninitial = 0\n[variables.y]\ninitial = 0\nvolatility = 1\n[rules.a]\nchance = 0.01\nlimit = 1\neffects = [\"x = 1\"]\n\
         [rules.b]\nchance = 0.5\neffects = [\"y += x + uniform(0, 1)\"]\n[outcomes.o]\nwhen = \"x == 1\"\n",
    );
    let result = exact(&scenario);
    assert_is(reached(&result, "o"), 1.0 - 0.99_f64.powi(200));
    assert_eq!(result.rule("b").unwrap().mean_fires, None);
    assert!(result.warnings.iter().any(|w| w.contains("no outcome depends on b")), "{:?}", result.warnings);
}

/// Cooldowns, limits, windows, branches, sustained conditions, histories, aggregates, discrete parameters and starts; one of
/// the models has twelve rules. The tests of the command line hold the same models against Storm.
#[test]
fn runs_agree() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/finite")).unwrap();
    let mut paths: Vec<std::path::PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 9);
    for path in &paths {
        assert_agrees(&of_file(path.file_name().unwrap().to_str().unwrap()));
    }
}

fn of_file(name: &str) -> Scenario {
    let path = format!("{}/tests/finite/{name}", env!("CARGO_MANIFEST_DIR"));
    Scenario::from_toml(&std::fs::read_to_string(path).unwrap(), name, &NoFiles).unwrap()
}

/// A forced rule fires whatever its guards say.
#[test]
fn forced_rules_fire() {
    let text = "[variables.x]\ninitial = 0\n[rules.r]\nwhen = \"x > 5\"\nbranches.a = { weight = 1, effects = [\"x += 1\"] }\nbranches.b = { weight = 1, effects = [\"x += 10\"] }\n\
        [outcomes.x]\nvalue = \"x\"\n[variants.v]\nforce = { r = 2013-03-15, \"r.b\" = 2013-05-15 }\n";
    let forced = scenario(6, text).with_variant("v").unwrap();
    let result = exact(&forced);
    let x = result.value("x").unwrap();
    assert_is(x.by_step.mean[2].unwrap(), 0.0);
    assert_is(x.by_step.mean[3].unwrap(), 5.5);
    assert_agrees(&forced);
}

#[test]
fn an_answer_does_not_depend_on_the_room_it_has() {
    let scenario = of_file("twelve-rules.toml");
    let roomy = exact(&scenario).to_json();
    let tight = Exact::new(&scenario).most_bytes(700_000).run().unwrap().to_json();
    assert_eq!(roomy, tight);
}

#[test]
fn what_is_not_finite_is_named() {
    let told = |rest: &str| Exact::new(&scenario(12, rest)).run().unwrap_err().to_string();
    for (rest, what) in [
        (
            "[parameters.p]\nvalue = \"beta(2, 3)\"\n[rules.r]\nchance = \"p\"\n[outcomes.o]\nwhen = \"fired(r)\"\n",
            "finite.toml:6:10: parameter `p` is drawn from beta, so the model is not finite; give it one value (--set p=...)",
        ),
        (
            "[variables.x]\ninitial = \"0.2 to 0.4\"\n[outcomes.o]\nvalue = \"x\"\n",
            "the start of `x` is drawn from an interval (lo to hi)",
        ),
        (
            "[variables.x]\ninitial = 1\ndecay = { half_life = \"1 year\", toward = 0 }\n[outcomes.o]\nvalue = \"x\"\n",
            "`x` decays, so the model is not finite; leave out its decay",
        ),
        (
            "[variables.x]\ninitial = 1\nvolatility = 0.1\n[outcomes.o]\nvalue = \"x\"\n",
            "`x` drifts at random",
        ),
        (
            "[variables.x]\ninitial = 1\ndecay = { half_life = \"1 year\", toward = \"start\" }\n[rules.r]\nchance = 0.1\neffects = [\"x += 1\"]\n[outcomes.o]\nvalue = \"x\"\n",
            "`x` decays and is changed by rules too",
        ),
        (
            "[variables.x]\ninitial = 1\n[rules.r]\nchance = 0.1\neffects = [\"x += normal(0, 1)\"]\n[outcomes.o]\nvalue = \"x\"\n",
            "an effect of rule `r` is drawn from normal",
        ),
    ] {
        let told = told(rest);
        assert!(told.contains(what), "{told}\nlacks: {what}");
    }
}

#[test]
fn limits_are_kept() {
    let scenario = scenario(
        40,
        "[variables.x]\ninitial = 1\n[rules.a]\nchance = 0.5\neffects = [\"x += 0.1 * x\"]\n[rules.b]\nchance = 0.5\neffects = [\"x -= 0.3 * x\"]\n[outcomes.o]\nvalue = \"x\"\n",
    );
    let states = Exact::new(&scenario).most_states(1_000).run().unwrap_err();
    assert!(matches!(states, ExactError::TooManyStates { limit: 1_000, .. }), "{states}");
    let memory = Exact::new(&scenario).most_bytes(50_000).run().unwrap_err();
    assert!(matches!(memory, ExactError::TooMuchMemory { .. }), "{memory}");
    let many: String =
        (0..20).map(|n| format!("[parameters.p{n:02}]\nvalue = \"bernoulli(0.5)\"\n")).collect();
    let sum: Vec<String> = (0..20).map(|n| format!("p{n:02}")).collect();
    let many = self::scenario(1, &format!("{many}[outcomes.o]\nvalue = \"{}\"\n", sum.join(" + ")));
    let many = Exact::new(&many).run().unwrap_err();
    assert!(matches!(many, ExactError::TooManyCombinations { .. }), "{many}");
    let fails = self::scenario(
        3,
        "[variables.x]\ninitial = 1\n[rules.a]\nchance = 0.5\neffects = [\"x -= 1\"]\n[outcomes.o]\nvalue = \"1 / x\"\n",
    );
    let fails = Exact::new(&fails).run().unwrap_err().to_string();
    assert!(
        fails.contains("`1 / x` divides 1 by zero, in outcome `o`, in a state that is reached at step 1"),
        "{fails}"
    );
}

/// Sums over the 2^11 states of these rules are a little off 0.01 and 0.99.
#[test]
fn roundings_do_not_choose_a_word() {
    let chances = ["0.01", "0.05", "0.2", "0.45", "0.55", "0.8", "0.95", "0.99", "0.3", "0.4", "0.7"];
    let mut text = String::new();
    for (i, chance) in chances.iter().enumerate() {
        text += &format!(
            "[variables.v{i}]\ninitial = 0\n[rules.r{i}]\nchance = {chance}\neffects = [\"v{i} = 1\"]\n\
             [outcomes.o{i}]\nwhen = \"v{i} == 1\"\n"
        );
    }
    let result = exact(&scenario(1, &text));
    let word = |i: usize| result.event(&format!("o{i}")).unwrap().words.clone().unwrap();
    assert_eq!((word(0).as_str(), word(7).as_str()), ("almost no chance", "above 99%"));
    assert_eq!((word(1).as_str(), word(6).as_str()), ("very unlikely", "almost certain"));
}

/// What cannot come is no choice: forty switches that are off or on have one combination, not 2^40.
#[test]
fn switches_that_are_fixed_are_no_choices() {
    let mut rest =
        String::from("[variables.x]\ninitial = 0\n[rules.r]\nchance = 0.5\neffects = [\"x = 1\"]\n");
    let switches: Vec<String> = (0..40).map(|n| format!("p{n}")).collect();
    for (n, switch) in switches.iter().enumerate() {
        rest.push_str(&format!("[parameters.{switch}]\nvalue = \"bernoulli({})\"\n", n % 2));
    }
    rest.push_str(&format!("[outcomes.total]\nvalue = \"x + {}\"\n", switches.join(" + ")));
    let end = exact(&scenario(3, &rest)).value("total").unwrap().at_end.clone().unwrap();
    assert_is(end.mean, 20.0 + 7.0 / 8.0);
}

/// Rules that surely fire, each on a value of its own: many, and one way that it may go.
#[test]
fn many_sure_rules_are_no_depth() {
    let mut rest = String::new();
    let values: Vec<String> = (0..20_000).map(|n| format!("x{n}")).collect();
    for value in &values {
        rest.push_str(&format!(
            "[variables.{value}]\ninitial = 0\n[rules.r_{value}]\neffects = [\"{value} = 1\"]\n"
        ));
    }
    rest.push_str(&format!("[outcomes.each]\nwhen = \"{} > 19999\"\n", values.join(" + ")));
    assert_is(reached(&exact(&scenario(2, &rest)), "each"), 1.0);
}

/// A step may take long: it can be stopped within.
#[test]
fn a_long_step_can_be_stopped() {
    let mut rest = String::new();
    for n in 1..=12 {
        let next = n % 12 + 1;
        rest.push_str(&format!("[variables.x{n}]\ninitial = 0\nrange = [0, 10]\n"));
        rest.push_str(&format!("[rules.r{n}]\nchance = 0.5\neffects = [\"x{n} += 1\", \"x{next} -= 1\"]\n"));
    }
    rest.push_str("[outcomes.sum_of_two]\nvalue = \"x1 + x7\"\n");
    let told = Arc::new(AtomicU32::new(0));
    let count = told.clone();
    let stopped = Exact::new(&scenario(60, &rest)).on_progress(move |progress| match progress.step {
        0 | 1 => ControlFlow::Continue(()),
        _ if count.fetch_add(1, Ordering::Relaxed) < 2 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    });
    assert!(matches!(stopped.run(), Err(ExactError::Cancelled)));
    assert_eq!(told.load(Ordering::Relaxed), 3, "within the step");
}

//! The exact answer against known ones, and against runs of the simulator, which shares neither its rules of propagation nor
//! its statistics.

#![expect(clippy::unwrap_used, reason = "tests")]

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
        let (found, expected) = (run.clamped.count as f64 / TRIALS as f64, exact.clamped.count);
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

/// Cooldowns, limits, windows, forced dates, branches, sustained conditions, histories, aggregates: eight models, one of them
/// of twelve rules.
#[test]
fn runs_agree() {
    let birth_and_death = "[variables.x]\ninitial = 2\nrange = [0, 6]\n[rules.up]\nhazard = \"0.8 * (6 - x)\"\neffects = [\"x += 1\"]\n\
        [rules.down]\nhazard = \"1.1 * x\"\neffects = [\"x -= 1\"]\n[outcomes.gone]\nwhen = \"x == 0\"\n[outcomes.x]\nvalue = \"x\"\n\
        [outcomes.l]\nlevels = [ { name = \"high\", when = \"x >= 4\" }, { name = \"low\" } ]\n";
    let cooling = "[rules.a]\nchance = 0.4\ncooldown = 4\nlimit = 3\n[rules.b]\nwhen = \"since(a) < 0.3\"\nchance = 0.5\ncooldown = 2\n\
        [outcomes.n]\nvalue = \"count(a) + 10 * count(b)\"\n[outcomes.o]\nwhen = \"count(a) == 3 and fired(b)\"\nsustained = 3\n";
    let branches = "[variables.x]\ninitial = 1\nrange = [0, 4]\n[rules.r]\nchance = \"0.2 + 0.3 * x\"\neffects = [\"x += 0.5\"]\n\
        branches.a = { weight = \"x - 0.4\", effects = [\"x = 0\"] }\nbranches.b = { weight = 1, effects = [\"x += 1\"] }\n\
        [outcomes.top]\nwhen = \"x >= 3\"\nsustained = 2\n[outcomes.b]\nwhen = \"count(r.b) >= 3\"\nby = 10\n\
        [outcomes.then]\nvalue = \"x\"\ngiven = \"b\"\n[outcomes.then_top]\nwhen = \"x >= 3\"\ngiven = \"b\"\n";
    let windows = "[variables.x]\ninitial = 0\n[rules.a]\nwindow = { from = 2013-04-01, until = 2013-09-01 }\nchance = 0.3\neffects = [\"x += 1\"]\n\
        [rules.b]\nat = [2013-03-15, 2013-11-02]\nchance = 0.5\neffects = [\"x += 2\"]\n[rules.c]\nchance = \"0.02 * step\"\nlimit = 2\neffects = [\"x += years\"]\n\
        [outcomes.x]\nvalue = \"x\"\n[outcomes.o]\nwhen = \"x > 2 + step / 12\"\n";
    let actors = "[channels.tie]\nrange = [0, 1]\n[actors.A]\nname = \"A\"\nkind = \"state\"\n[actors.B]\nname = \"B\"\nkind = \"state\"\n[actors.C]\nname = \"C\"\nkind = \"state\"\n\
        [groups.all_of_them]\nname = \"All\"\nmembers = [\"A\", \"B\", \"C\"]\n[rules.deal]\nforeach = { a = \"all_of_them\", b = \"all_of_them\" }\nwhere = \"a < b\"\nchance = 0.1\nlimit = 2\neffects = [\"tie[a,b] += 0.25\"]\n\
        [rules.breach]\nforeach = { a = \"all_of_them\" }\nwhen = \"any(tie[a,b] > 0.3 for b in all_of_them if a != b)\"\nchance = 0.15\neffects = [\"tie[a,b] = 0 for b in all_of_them if a != b\"]\n\
        [outcomes.dense]\nwhen = \"count(tie[a,b] >= 0.25 for a in all_of_them, b in all_of_them if a < b) >= 2\"\nsustained = 2\n[outcomes.total]\nvalue = \"sum(tie[a,b] for a in all_of_them, b in all_of_them if a < b)\"\n";
    let clamped = "[variables.x]\ninitial = \"discrete(0: 1, 2: 1)\"\nrange = [-1, 3]\n[parameters.p]\nvalue = \"bernoulli(0.3)\"\n\
        [rules.r]\nchance = \"x - 0.8\"\nlimit = 4\neffects = [\"x -= 1 + p\"]\n[rules.s]\nhazard = \"9 * x\"\nlimit = 2\neffects = [\"x += discrete(0.5: 1, 1: 2)\"]\n\
        [outcomes.x]\nvalue = \"x\"\n[outcomes.o]\nwhen = \"x < 0 or p == 1 and x > 2\"\n";
    let still = "[variables.x]\ninitial = \"discrete(1: 1, 2: 2)\"\ndecay = { half_life = \"1 year\", toward = \"start\" }\n[variables.y]\ninitial = 0\n\
        [rules.r]\nchance = \"0.1 * x\"\neffects = [\"y += start(x)\"]\nlimit = 3\n[outcomes.y]\nvalue = \"y\"\n[outcomes.o]\nwhen = \"y > 3\"\n";
    for model in [birth_and_death, cooling, branches, windows, actors, clamped, still] {
        assert_agrees(&scenario(18, model));
    }
    assert_agrees(&scenario(16, &twelve_rules()));
}

/// Twelve rules over four counters, with a cooldown, branches and a sustained condition.
fn twelve_rules() -> String {
    let mut text = String::new();
    for (variable, next) in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")] {
        text += &format!("[variables.{variable}]\ninitial = 2\nrange = [0, 4]\n");
        text += &format!(
            "[rules.up_{variable}]\nwhen = \"{variable} < 4\"\nchance = \"0.1 + 0.05 * {next}\"\neffects = [\"{variable} += 1\"]\n"
        );
        text += &format!(
            "[rules.down_{variable}]\nwhen = \"{variable} > 0\"\nchance = 0.2\neffects = [\"{variable} -= 1\"]\n"
        );
    }
    text += "[rules.shock]\nchance = 0.05\ncooldown = 6\nbranches.low = { weight = 1, effects = [\"a = 0\"] }\nbranches.high = { weight = \"1 + b\", effects = [\"b = 4\"] }\n";
    text += "[rules.boost]\nwhen = \"a > 2 and b > 2\"\nchance = 0.3\neffects = [\"c += 1\", \"d -= 1\"]\n";
    text += "[rules.thaw]\nwhen = \"since(shock) < 0.5\"\nchance = 0.4\neffects = [\"a += 1\"]\n[rules.calm]\nwhen = \"fired(shock.high)\"\nchance = 0.1\neffects = [\"b -= 1\"]\n";
    text += "[outcomes.high]\nwhen = \"a >= 3 and b >= 3\"\nsustained = 3\n[outcomes.after]\nwhen = \"c == 4\"\ngiven = \"high\"\n[outcomes.held]\nvalue = \"a + b + c + d\"\n";
    text + "[outcomes.levels_of_a]\nlevels = [ { name = \"top\", when = \"a == 4\" }, { name = \"mid\", when = \"a >= 2\" }, { name = \"low\" } ]\n"
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
    let scenario = scenario(8, &twelve_rules());
    let roomy = exact(&scenario).to_json();
    let tight = Exact::new(&scenario).most_bytes(12_000_000).run().unwrap().to_json();
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

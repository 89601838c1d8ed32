//! Models whose answer is known, at 200,000 trials within 4.5 standard errors: a wrong rule of the simulator fails here.

#![expect(clippy::unwrap_used, reason = "tests")]

use cordiale_core::{NoFiles, Scenario};
use cordiale_sim::chronicle::Entry;
use cordiale_sim::trial::Change;
use cordiale_sim::{Chronicle, RunResult, Simulation};

const TRIALS: u64 = 200_000;
const N: f64 = 200_000.0;

/// Runs a scenario of some steps; `rest` is all but [scenario].
fn run(step: &str, steps: u32, rest: &str) -> RunResult {
    let text = format!("[scenario]\nstart = 2013-01-01\nstep = \"{step}\"\nhorizon = {steps}\n{rest}");
    let scenario = Scenario::from_toml(&text, "known.toml", &NoFiles).unwrap();
    Simulation::new(&scenario).unwrap().trials(TRIALS).seed(1904).run().unwrap()
}

/// Within 4.5 standard errors; where the standard error is 0, exactly.
fn assert_near(estimate: f64, exact: f64, standard_error: f64, what: &str) {
    let most = 4.5 * standard_error + 1e-12;
    assert!((estimate - exact).abs() <= most, "{what}: {estimate}, exact {exact}, {most} allowed");
}

/// A share of all trials against its exact probability.
fn assert_share(count: u64, exact: f64, what: &str) {
    assert_near(count as f64 / N, exact, (exact * (1.0 - exact) / N).sqrt(), what);
}

fn reached(result: &RunResult, name: &str) -> f64 {
    result.event(name).unwrap().probability.estimate().unwrap()
}

/// The mean and the standard deviation of a value against those of its distribution; `kurtosis` is that of the
/// distribution, for the error of the standard deviation.
fn assert_moments(result: &RunResult, name: &str, mean: f64, sd: f64, kurtosis: f64) {
    let end = result.value(name).unwrap().at_end.as_ref().unwrap();
    assert_near(end.mean, mean, sd / N.sqrt(), &format!("mean of {name}"));
    let error = sd * ((kurtosis - 1.0) / (4.0 * N)).sqrt();
    assert_near(end.sd, sd, error, &format!("sd of {name}"));
}

/// The wait for an event of chance p a step is geometric: P(reached by observation s) = 1 - (1 - p)^s.
#[test]
fn a_geometric_wait() {
    let result = run("month", 24, "[rules.r]\nchance = 0.13\n[outcomes.o]\nwhen = \"fired(r)\"\n");
    let event = result.event("o").unwrap();
    for (step, count) in event.reached_by_step.iter().enumerate() {
        assert_share(*count, 1.0 - 0.87_f64.powi(step as i32), &format!("step {step}"));
    }
    // 1 - 0.87^s passes a half at s = 5 and 0.95 at s = 22.
    assert_eq!((event.first_step.median, event.first_step.q95), (Some(5), Some(22)));
    assert_eq!(event.first_step.censored, TRIALS - event.reached);
}

/// 1 - 0.98^s passes a half at s = 35. An interval of 40 trials holds it in at least 95% of runs, and has an end beyond the
/// horizon where too few got there.
#[test]
fn an_interval_of_the_median_time() {
    let text = "[scenario]\nstart = 2013-01-01\nhorizon = 60\n[rules.r]\nchance = 0.02\n[outcomes.o]\nwhen = \"fired(r)\"\n\
                [outcomes.soon]\nwhen = \"fired(r)\"\nby = 2015-01-01\n";
    let scenario = Scenario::from_toml(text, "known.toml", &NoFiles).unwrap();
    let (mut held, mut open, mut narrow) = (0, 0, 0);
    for seed in 0..200 {
        let result = Simulation::new(&scenario).unwrap().trials(40).seed(seed).threads(1).run().unwrap();
        let [low, high] = result.event("o").unwrap().first_step_interval(0.5);
        let (low, high) = (low.unwrap(), high.unwrap_or(u32::MAX));
        held += u32::from(low <= 35 && 35 <= high);
        open += u32::from(high == u32::MAX);
        narrow += u32::from(high - low < 40);
        // Half get there after the deadline of two years.
        let soon = result.event("soon").unwrap();
        assert_eq!(soon.first_step_interval(0.5)[1], None);
        assert_eq!(soon.first_step.median.is_some(), soon.reached >= 20);
    }
    assert!(
        held >= 186 && open > 0 && narrow > 100,
        "{held} of 200 hold it, {open} have no end, {narrow} are narrow"
    );
}

/// Two rules look at one snapshot, so both may fire in a step. Of the trials decided at all, P(both) =
/// pq / (1 - (1-p)(1-q)).
#[test]
fn two_rules_that_race_may_both_win() {
    let (p, q) = (0.2, 0.3);
    let result = run(
        "month",
        60,
        "[rules.a]\nwhen = \"not fired(a) and not fired(b)\"\nchance = 0.2\n[rules.b]\nwhen = \"not fired(a) and not fired(b)\"\nchance = 0.3\n\
         [outcomes.both]\nwhen = \"fired(a) and fired(b)\"\n[outcomes.only_a]\nwhen = \"fired(a) and not fired(b)\"\n",
    );
    let decided = 1.0 - (1.0 - p) * (1.0 - q);
    let by_the_end = 1.0 - (1.0_f64 - decided).powi(60);
    assert_share(result.event("both").unwrap().reached, p * q / decided * by_the_end, "both");
    assert_share(result.event("only_a").unwrap().reached, p * (1.0 - q) / decided * by_the_end, "a alone");
}

/// Each copies the other's snapshot: firing together they swap, alone one takes the other's value, and equal values stay.
/// P(still different after s steps) = (1 - p - q + 2pq)^s, and the pair is turned round with chance pq of that.
#[test]
fn two_rules_that_copy_each_other() {
    let result = run(
        "month",
        6,
        "[variables.x]\ninitial = 0\n[variables.y]\ninitial = 1\n[rules.a]\nchance = 0.4\neffects = [\"x = y\"]\n[rules.b]\nchance = 0.3\neffects = [\"y = x\"]\n\
         [outcomes.turned]\nwhen = \"x == 1 and y == 0\"\n[outcomes.z]\nvalue = \"if(x == y, 0, 1)\"\n[outcomes.w]\nvalue = \"if(x > y, 1, 0)\"\n",
    );
    let (stays, swaps): (f64, f64) = (0.6 * 0.7, 0.4 * 0.3);
    let different = (stays + swaps).powi(6);
    let turned = (different - (stays - swaps).powi(6)) / 2.0;
    let end = |name: &str| result.value(name).unwrap().at_end.as_ref().unwrap().mean;
    assert_near(end("z"), different, (different * (1.0 - different) / N).sqrt(), "different");
    assert_near(end("w"), turned, (turned * (1.0 - turned) / N).sqrt(), "turned round");
}

/// A ladder with an absorbing top at 3, up with 0.3 and down with 0.2 (both may fire): exact by the chain's matrix.
#[test]
fn a_ladder_with_an_absorbing_top() {
    let result = run(
        "month",
        20,
        "[variables.rung]\ninitial = 0\nrange = [0, 3]\n[rules.up]\nwhen = \"rung < 3\"\nchance = 0.3\neffects = [\"rung += 1\"]\n\
         [rules.down]\nwhen = \"rung > 0 and rung < 3\"\nchance = 0.2\neffects = [\"rung -= 1\"]\n[outcomes.top]\nwhen = \"rung == 3\"\n\
         [outcomes.where]\nlevels = [ { name = \"top\", when = \"rung == 3\" }, { name = \"second\", when = \"rung == 2\" }, { name = \"first\", when = \"rung == 1\" } ]\n",
    );
    let mut at = [1.0, 0.0, 0.0, 0.0];
    let event = result.event("top").unwrap();
    let levels = result.levels("where").unwrap();
    assert_eq!(levels.levels, ["top", "second", "first", "none"]);
    for step in 0..=20 {
        assert_share(event.reached_by_step[step], at[3], &format!("top at {step}"));
        for (name, place) in [("top", 3), ("second", 2), ("first", 1), ("none", 0)] {
            assert_share(levels.by_step.get(name).unwrap()[step], at[place], &format!("{name} at {step}"));
        }
        let (up, down) = (0.3 * 0.8, 0.2 * 0.7);
        at = [
            at[0] * 0.7 + at[1] * down,
            at[0] * 0.3 + at[1] * (1.0 - up - down) + at[2] * down,
            at[1] * up + at[2] * (1.0 - up - down),
            at[2] * up + at[3],
        ];
    }
}

/// A rule of chance p that rests 3 steps: the count's distribution by dynamic programming over (count, rest left).
#[test]
fn a_cooldown_and_its_count() {
    let steps = 12;
    let result = run(
        "month",
        steps,
        "[rules.r]\nchance = 0.35\ncooldown = \"3 months\"\n[outcomes.n]\nvalue = \"count(r)\"\n[outcomes.three]\nwhen = \"count(r) >= 3\"\n",
    );
    let mut at = vec![[0.0_f64; 3]; 6];
    at[0][0] = 1.0;
    for _ in 0..steps {
        let mut next = vec![[0.0_f64; 3]; 6];
        for (count, rests) in at.iter().enumerate() {
            next[count][0] += rests[0] * 0.65 + rests[1];
            next[count][1] += rests[2];
            if count < 5 {
                next[count + 1][2] += rests[0] * 0.35;
            }
        }
        at = next;
    }
    let of = |count: usize| at[count].iter().sum::<f64>();
    let mean: f64 = (0..6).map(|count| count as f64 * of(count)).sum();
    let square: f64 = (0..6).map(|count| (count * count) as f64 * of(count)).sum();
    assert_share(result.event("three").unwrap().reached, of(3) + of(4) + of(5), "three or more");
    let end = result.value("n").unwrap().at_end.as_ref().unwrap();
    assert_near(end.mean, mean, ((square - mean * mean) / N).sqrt(), "mean count");
    assert_near(
        result.rule("r").unwrap().mean_fires.unwrap(),
        mean,
        ((square - mean * mean) / N).sqrt(),
        "mean fires",
    );
}

/// A condition that is true at each observation with chance 0.6, held for 3 steps, that is at 4 observations in a row: exact
/// by a chain on the length of the run. It starts false.
#[test]
fn a_sustained_condition() {
    let result = run(
        "month",
        15,
        "[variables.on]\ninitial = 0\n[rules.set]\neffects = [\"on = bernoulli(0.6)\"]\n[outcomes.o]\nwhen = \"on > 0.5\"\nsustained = \"3 months\"\n",
    );
    let event = result.event("o").unwrap();
    // runs[k]: a run of k so far and never yet 4; done: reached; holds: a run of 4 or more now.
    let (mut runs, mut done, mut holds) = ([1.0, 0.0, 0.0, 0.0], 0.0, 0.0);
    for step in 0..=15 {
        assert_share(event.reached_by_step[step], done, &format!("reached by {step}"));
        assert_share(event.holding_by_step[step], holds, &format!("holds at {step}"));
        let reaches = runs[3] * 0.6;
        let lost: f64 = runs.iter().sum::<f64>() * 0.4;
        runs = [lost, runs[0] * 0.6, runs[1] * 0.6, runs[2] * 0.6];
        done += reaches;
        // Four in a row now, whether it was reached before or not.
        holds = if step + 1 >= 4 { 0.6_f64.powi(4) } else { 0.0 };
    }
}

/// One firing takes a branch in proportion to weights read off the state; what follows is asked given the branch.
#[test]
fn branches_and_a_conditional_outcome() {
    let result = run(
        "month",
        10,
        "[variables.heat]\ninitial = 3\n[rules.decision]\nchance = 0.5\nlimit = 1\nbranches.war = { weight = \"heat\", effects = [\"heat += 1\"] }\nbranches.peace = { weight = 1, effects = [\"heat -= 1\"] }\n\
         [rules.echo]\nwhen = \"fired(decision.war)\"\nchance = 0.2\nlimit = 1\n\
         [outcomes.war]\nwhen = \"fired(decision.war)\"\nby = 5\n[outcomes.echoed]\nwhen = \"fired(echo)\"\ngiven = \"war\"\n[outcomes.never]\nwhen = \"heat > 10\"\n[outcomes.after_never]\nwhen = \"fired(echo)\"\ngiven = \"never\"\n",
    );
    let war = 0.75 * (1.0 - 0.5_f64.powi(5));
    assert_share(result.event("war").unwrap().reached, war, "war by step 5");
    assert_share(
        result.event("war").unwrap().at_horizon.unwrap().reached,
        0.75 * (1.0 - 0.5_f64.powi(10)),
        "war at the horizon",
    );
    // Given that it fired in step f < 5, the echo has the steps f+1 .. 9.
    let echoed: f64 =
        (0..5).map(|f| 0.75 * 0.5_f64.powi(f + 1) * (1.0 - 0.8_f64.powi(9 - f))).sum::<f64>() / war;
    let event = result.event("echoed").unwrap();
    assert_eq!(event.trials, result.event("war").unwrap().reached);
    let error = (echoed * (1.0 - echoed) / event.trials as f64).sqrt();
    assert_near(reached(&result, "echoed"), echoed, error, "echo given war");
    let none = result.event("after_never").unwrap();
    assert_eq!((none.trials, none.probability.0.is_none(), none.words.as_ref()), (0, true, None));
}

/// A chance drawn once a trial from beta(2, 3) and thrown 8 times: beta-binomial, far wider than a binomial of its mean.
#[test]
fn a_parameter_is_drawn_once_a_trial() {
    let result = run(
        "month",
        8,
        "[parameters.p]\nvalue = \"beta(2, 3)\"\n[rules.r]\nchance = \"p\"\n[outcomes.n]\nvalue = \"count(r)\"\n[outcomes.none]\nwhen = \"step == 8 and not fired(r)\"\n",
    );
    let (a, b, n) = (2.0, 3.0, 8.0);
    let mean = n * a / (a + b);
    let variance = n * a * b * (a + b + n) / ((a + b) * (a + b) * (a + b + 1.0));
    assert_moments(&result, "n", mean, variance.sqrt(), 2.2);
    // E[(1-p)^8] = B(2, 11) / B(2, 3) = product of (3+k)/(5+k).
    let never: f64 = (0..8).map(|k| (b + f64::from(k)) / (a + b + f64::from(k))).product();
    assert_share(result.event("none").unwrap().reached, never, "never");
}

/// Deltas are added up before the clamp: +0.6 and -0.5 together from 0.8 make 0.9, not 0.5.
#[test]
fn deltas_meet_the_clamp_together() {
    let result = run(
        "month",
        1,
        "[variables.x]\ninitial = 0.8\nrange = [0, 1]\n[rules.down]\nchance = 0.5\neffects = [\"x -= 0.5\"]\n[rules.up]\nchance = 0.5\neffects = [\"x += 0.6\"]\n\
         [outcomes.o]\nlevels = [ { name = \"full\", when = \"x == 1\" }, { name = \"both\", when = \"x > 0.85\" }, { name = \"still\", when = \"x > 0.5\" }, { name = \"low\" } ]\n",
    );
    for level in ["full", "both", "still", "low"] {
        assert_share(result.levels("o").unwrap().at_end.get(level).unwrap().count, 0.25, level);
    }
}

/// Decay with noise is an Ornstein-Uhlenbeck process: at time t the mean is m + (x - m) e^-rt and the variance
/// v^2 (1 - e^-2rt) / 2r (Uhlenbeck and Ornstein, 1930), whatever the step.
#[test]
fn decay_with_noise_in_closed_form() {
    let model = "[variables.x]\ninitial = 2\nvolatility = 0.5\ndecay = { half_life = \"2 years\", toward = 0.5 }\n[variables.w]\ninitial = 1\nvolatility = 0.3\n[outcomes.x]\nvalue = \"x\"\n[outcomes.w]\nvalue = \"w\"\n";
    for (step, per_year) in [("month", 12), ("week", 52)] {
        let result = run(step, 3 * per_year, model);
        let rate = std::f64::consts::LN_2 / 2.0;
        for year in 1..=3 {
            let t = f64::from(year);
            let mean = 0.5 + 1.5 * (-rate * t).exp();
            let sd = 0.5 * ((1.0 - (-2.0 * rate * t).exp()) / (2.0 * rate)).sqrt();
            let place = (year * per_year) as usize;
            let series = &result.value("x").unwrap().by_step;
            assert_near(series.mean[place].unwrap(), mean, sd / N.sqrt(), &format!("{step} mean {year}"));
            assert_near(series.sd[place].unwrap(), sd, sd / (2.0 * N).sqrt(), &format!("{step} sd {year}"));
            let walk = &result.value("w").unwrap().by_step;
            assert_near(
                walk.sd[place].unwrap(),
                0.3 * t.sqrt(),
                0.3 * t.sqrt() / (2.0 * N).sqrt(),
                &format!("{step} walk {year}"),
            );
        }
    }
}

/// A hazard of h a year has not fired by year t with chance e^-ht, whether the step is a month or a week.
#[test]
fn a_hazard_does_not_depend_on_the_step() {
    for (step, per_year) in [("month", 12), ("week", 52), ("quarter", 4)] {
        let result = run(
            step,
            3 * per_year,
            "[rules.r]\nhazard = 0.7\nlimit = 1\n[outcomes.o]\nwhen = \"fired(r)\"\n",
        );
        for year in 0..=3 {
            let exact = 1.0 - (-0.7 * f64::from(year)).exp();
            let count = result.event("o").unwrap().reached_by_step[(year * per_year) as usize];
            assert_share(count, exact, &format!("{step}, year {year}"));
        }
    }
}

/// Every distribution's mean, standard deviation and quantiles, as a parameter.
#[test]
fn distributions_have_their_moments_and_quantiles() {
    // expression, mean, sd, kurtosis, and points (x, P(X <= x)).
    type Known = (&'static str, f64, f64, f64, &'static [(f64, f64)]);
    let known: [Known; 12] = [
        ("uniform(-1, 3)", 1.0, 4.0 / 12.0_f64.sqrt(), 1.8, &[(0.0, 0.25), (2.0, 0.75)]),
        (
            "normal(2, 3)",
            2.0,
            3.0,
            3.0,
            &[(2.0, 0.5), (5.0, 0.841_344_746_068_543), (-4.0, 0.022_750_131_948_179)],
        ),
        (
            "lognormal(2, 0.5)",
            2.0 * 0.125_f64.exp(),
            2.0 * (0.25_f64.exp() * (0.25_f64.exp() - 1.0)).sqrt(),
            8.898_446,
            &[(2.0, 0.5), (3.297_442_541_400_256, 0.841_344_746_068_543)],
        ),
        (
            "beta(2, 5)",
            2.0 / 7.0,
            (10.0 / (49.0 * 8.0_f64)).sqrt(),
            2.88,
            &[(0.5, 0.890_625), (0.2, 0.344_64)],
        ),
        ("triangular(0, 1, 4)", 5.0 / 3.0, (13.0 / 18.0_f64).sqrt(), 2.4, &[(1.0, 0.25), (2.0, 2.0 / 3.0)]),
        ("exponential(2)", 2.0, 2.0, 9.0, &[(2.0, 0.632_120_558_828_558), (0.2, 0.095_162_581_964_040)]),
        ("gamma(3, 1.5)", 3.0, 1.5, 4.5, &[(3.0, 0.566_529_879_633_291)]),
        (
            "poisson(3.5)",
            3.5,
            3.5_f64.sqrt(),
            3.0 + 1.0 / 3.5,
            &[(3.0, 0.536_632_667_900_785), (0.0, 0.030_197_383_422_319)],
        ),
        ("bernoulli(0.3)", 0.3, 0.21_f64.sqrt(), 1.761_9, &[(0.0, 0.7)]),
        ("discrete(1: 1, 2: 2, 10: 1)", 3.75, 13.1875_f64.sqrt(), 2.3, &[(1.0, 0.25), (2.0, 0.75)]),
        ("-1 to 3", 1.0, 2.0 / 1.644_853_626_951_472, 3.0, &[(-1.0, 0.05), (3.0, 0.95)]),
        ("2 to 8", 4.376_1, 1.918_6, 6.3, &[(2.0, 0.05), (4.0, 0.5), (8.0, 0.95)]),
    ];
    for (expression, mean, sd, kurtosis, points) in known {
        let mut rest = format!("[parameters.p]\nvalue = \"{expression}\"\n[outcomes.p]\nvalue = \"p\"\n");
        for (place, (x, _)) in points.iter().enumerate() {
            rest.push_str(&format!("[outcomes.q{place}]\nwhen = \"p <= {x}\"\n"));
        }
        let result = run("month", 1, &rest);
        if expression != "2 to 8" {
            assert_moments(&result, "p", mean, sd, kurtosis);
        } else {
            // Lognormal about 4 with sigma = ln 2 / z: its mean is 4 exp(sigma^2 / 2).
            let sigma = std::f64::consts::LN_2 / 1.644_853_626_951_472;
            let exact = 4.0 * (sigma * sigma / 2.0).exp();
            let sd = exact * ((sigma * sigma).exp() - 1.0).sqrt();
            assert_moments(&result, "p", exact, sd, 6.3);
        }
        for (place, (x, below)) in points.iter().enumerate() {
            let count = result.event(&format!("q{place}")).unwrap().reached;
            assert_share(count, *below, &format!("P({expression} <= {x})"));
        }
    }
}

/// The higher priority wins an assignment, between equals the first by name; additions come on top of what was assigned.
#[test]
fn assignments_and_priorities() {
    let result = run(
        "month",
        1,
        "[variables.x]\ninitial = 0\n[rules.a]\nchance = 0.5\neffects = [\"x = 1\"]\n[rules.b]\nchance = 0.5\npriority = 1\neffects = [\"x = 2\"]\n[rules.c]\nchance = 0.5\neffects = [\"x = 4\"]\n[rules.d]\nchance = 0.5\neffects = [\"x += 10\"]\n\
         [outcomes.o]\nlevels = [ { name = \"b\", when = \"x == 2 or x == 12\" }, { name = \"a\", when = \"x == 1 or x == 11\" }, { name = \"c\", when = \"x == 4 or x == 14\" }, { name = \"untouched\" } ]\n",
    );
    for (level, exact) in [("b", 0.5), ("a", 0.25), ("c", 0.125), ("untouched", 0.125)] {
        assert_share(result.levels("o").unwrap().at_end.get(level).unwrap().count, exact, level);
    }
}

/// Windows, dates and limits: a rule of chance 0.4 in a window of five months and a limit of two.
#[test]
fn windows_dates_and_limits() {
    let result = run(
        "month",
        12,
        "[rules.w]\nwindow = { from = 2013-03-15, until = 2013-08-01 }\nchance = 0.4\nlimit = 2\n[rules.d]\nat = [2013-02-20, 2013-05-01]\nchance = 0.4\n\
         [outcomes.w]\nvalue = \"count(w)\"\n[outcomes.d]\nvalue = \"count(d)\"\n[outcomes.early]\nwhen = \"fired(w)\"\nby = 2013-03-01\n",
    );
    // March to July: min(Binomial(5, 0.4), 2).
    let none = 0.6_f64.powi(5);
    let one = 5.0 * 0.4 * 0.6_f64.powi(4);
    let mean = one + 2.0 * (1.0 - none - one);
    let square = one + 4.0 * (1.0 - none - one);
    let end = |name: &str| result.value(name).unwrap().at_end.as_ref().unwrap().mean;
    assert_near(end("w"), mean, ((square - mean * mean) / N).sqrt(), "window");
    assert_near(end("d"), 0.8, (0.48 / N).sqrt(), "dates");
    assert_eq!(result.event("early").unwrap().reached, 0);
}

/// Instances are independent rules: of three pairs each fires at least once in 4 steps with chance 1 - 0.8^4.
#[test]
fn instances_are_rules_of_their_own() {
    let result = run(
        "month",
        4,
        "[actors]\nA = {}\nB = {}\nC = {}\n[groups.g]\nmembers = [\"A\", \"B\", \"C\"]\n[channels.t]\n[rules.r]\nforeach = { a = \"g\", b = \"g\" }\nwhere = \"a < b\"\nchance = 0.2\neffects = [\"t[a,b] += 0.25\"]\n\
         [outcomes.o_all]\nwhen = \"all(fired(r[a,b]) for a in g, b in g if a < b)\"\n[outcomes.o_any]\nwhen = \"fired(r)\"\n[outcomes.o_one]\nwhen = \"fired(r[B,C])\"\n[outcomes.o_sum]\nvalue = \"sum(t[a,b] for a in g, b in g if a < b)\"\n",
    );
    let once = 1.0 - 0.8_f64.powi(4);
    assert_share(result.event("o_all").unwrap().reached, once.powi(3), "all");
    assert_share(result.event("o_any").unwrap().reached, 1.0 - 0.8_f64.powi(12), "any");
    assert_share(result.event("o_one").unwrap().reached, once, "one");
    assert_near(
        result.value("o_sum").unwrap().at_end.as_ref().unwrap().mean,
        0.25 * 12.0 * 0.2,
        0.25 * (12.0 * 0.16 / N).sqrt(),
        "sum",
    );
    assert_eq!(result.rule("r").unwrap().instances, 3);
}

/// Lists that hold a name bound before them in the same `for`.
#[test]
fn lists_hold_names_that_are_bound_before_them() {
    let text = "[scenario]\nstart = 2013-01-01\nhorizon = 2\n[actors]\nA = {}\nB = {}\nC = {}\n[groups.g]\nmembers = [\"A\", \"B\"]\n\
        [attributes.t]\nvalues = { A = 1, B = 2, C = 4 }\n[variables.v]\ninitial = 0\n\
        [rules.r]\nlimit = 1\neffects = [\"v += t[b] for a in g, b in [a]\"]\n\
        [outcomes.pairs]\nvalue = \"sum(t[a] * t[b] for a in g, b in [a, C])\"\n[outcomes.number]\nvalue = \"sum(1 for a in [A, B], b in [a])\"\n\
        [outcomes.v]\nvalue = \"v\"\n";
    let scenario = Scenario::from_toml(text, "known.toml", &NoFiles).unwrap();
    let result = Simulation::new(&scenario).unwrap().trials(1).run().unwrap();
    let at_end = |name| result.value(name).unwrap().at_end.as_ref().unwrap().mean;
    assert_eq!([at_end("pairs"), at_end("number"), at_end("v")], [17.0, 2.0, 3.0]);
}

/// What decayed, drifted or met an end of its range by itself is no effect's; what an effect brings back to where it was is.
#[test]
fn a_chronicle_tells_what_effects_changed() {
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 2\n\
        [variables.falls]\ninitial = 0.1\nrange = [0, 1]\ndecay = { rate = 6, toward = -1 }\n\
        [variables.held]\ninitial = 1\ndecay = { half_life = 1, toward = 0 }\n\
        [variables.idle]\ninitial = 1\ndecay = { half_life = 1, toward = 0 }\n\
        [rules.hold]\neffects = [\"held += 0.5\", \"idle += 0\"]\n\
        [rules.never]\nwhen = \"held > 9\"\neffects = [\"falls += 1\"]\n\
        [outcomes.o]\nvalue = \"falls + held + idle\"\n";
    let scenario = Scenario::from_toml(text, "told.toml", &NoFiles).unwrap();
    let told = Chronicle::tell(&scenario, 0, 0).unwrap();
    let changes = |entry: &Entry| {
        let told = |change: &Change| (change.name.clone(), change.before, change.drifted, change.after);
        entry.changes.iter().map(told).collect::<Vec<_>>()
    };
    let held = vec![("held".to_owned(), 1.0, 0.5, 1.0)];
    assert_eq!(told.entries.iter().map(changes).collect::<Vec<_>>(), [held.clone(), held]);
    let clamped = "[scenario]\nstart = 2024-01-01\nhorizon = 3\n[variables.x]\ninitial = 1\nrange = [0, 1]\n\
        decay = { half_life = 1, toward = 9 }\n[rules.r]\neffects = [\"x += 0\"]\n[outcomes.o]\nvalue = \"x\"\n";
    let scenario = Scenario::from_toml(clamped, "clamped.toml", &NoFiles).unwrap();
    assert!(Chronicle::tell(&scenario, 0, 0).unwrap().entries.iter().all(|entry| entry.changes.is_empty()));
}

/// Each function of the language, with arguments for which its value is not 0: from and to, as a draw may give.
const OF_EACH_FUNCTION: [(&str, &str, f64, f64); 29] = [
    ("if", "if(x > 2, 5, 0)", 5.0, 5.0),
    ("abs", "abs(-x)", 3.0, 3.0),
    ("min", "min(x, 4)", 3.0, 3.0),
    ("max", "max(x, 4)", 4.0, 4.0),
    ("exp", "exp(0 * x)", 1.0, 1.0),
    ("ln", "ln(x - 2 + exp(1))", 1.3, 1.4),
    ("sqrt", "sqrt(x + 1)", 2.0, 2.0),
    ("logistic", "logistic(x - 3)", 0.5, 0.5),
    ("clamp", "clamp(x, 4, 6)", 4.0, 4.0),
    ("floor", "floor(x + 0.5)", 3.0, 3.0),
    ("ceil", "ceil(x + 0.5)", 4.0, 4.0),
    ("sum", "sum(t[a] for a in g)", 3.0, 3.0),
    ("mean", "mean(t[a] for a in g)", 1.5, 1.5),
    ("any", "if(any(t[a] > 1 for a in g), 5, 0)", 5.0, 5.0),
    ("all", "if(all(t[a] > 0 for a in g), 5, 0)", 5.0, 5.0),
    ("count", "count(first)", 1.0, 1.0),
    ("fired", "if(fired(first), 5, 0)", 5.0, 5.0),
    ("since", "12 * since(first)", 1.0, 1.0),
    ("start", "start(x)", 3.0, 3.0),
    ("uniform", "uniform(x, 4)", 3.0, 4.0),
    ("normal", "normal(x, 0)", 3.0, 3.0),
    ("lognormal", "lognormal(x, 0)", 3.0, 3.0),
    ("beta", "beta(x, 2)", 0.01, 0.999),
    ("triangular", "triangular(x, 4, 5)", 3.0, 5.0),
    ("exponential", "exponential(x)", 0.1, 10.0),
    ("gamma", "gamma(x, 1)", 1.0, 10.0),
    ("poisson", "poisson(1000 * x)", 2000.0, 4000.0),
    ("bernoulli", "bernoulli(x / 3)", 1.0, 1.0),
    ("discrete", "discrete(2: 1, 3: 1)", 2.0, 3.0),
];

/// A function that is forgotten somewhere on its way comes to nothing.
#[test]
fn every_function_has_its_value() {
    let named: Vec<&str> = OF_EACH_FUNCTION.iter().map(|(name, ..)| *name).collect();
    let has: Vec<&str> = cordiale_core::functions::FUNCTIONS.iter().map(|entry| entry.name).collect();
    assert_eq!(named, has);
    for (name, written, low, high) in OF_EACH_FUNCTION {
        let text = format!(
            "[scenario]\nstart = 2013-01-01\nhorizon = 2\n[actors]\nA = {{}}\nB = {{}}\n[groups.g]\nmembers = [\"A\", \"B\"]\n\
             [attributes.t]\nvalues = {{ A = 1, B = 2 }}\n[variables]\nx = {{ initial = 3 }}\ny = {{ initial = 0 }}\n\
             [rules.first]\nlimit = 1\neffects = [\"x += 0 * sum(t[a] for a in g)\"]\n\
             [rules.last]\nwhen = \"fired(first)\"\neffects = [\"y = {written}\"]\n[outcomes.o]\nvalue = \"y\"\n"
        );
        let scenario = Scenario::from_toml(&text, "function.toml", &NoFiles).unwrap();
        let simulation = Simulation::new(&scenario).unwrap().trials(70);
        let tallies = [simulation.tally().unwrap(), simulation.tally_with_reference().unwrap()];
        for tally in tallies {
            let result = tally.result(&scenario).unwrap();
            let mean = result.value("o").unwrap().at_end.as_ref().unwrap().mean;
            assert!((low..=high).contains(&mean), "{name}: {written} is {mean}");
        }
    }
}

/// What hangs on an event that never came does not count, and is not told as if it had.
#[test]
fn an_outcome_whose_condition_never_came_does_not_turn() {
    let told = |number: u64| {
        let text = "[scenario]\nstart = 2024-01-01\nhorizon = 12\n[variables.x]\ninitial = \"bernoulli(0.5)\"\n\
            [outcomes.strike]\nwhen = \"x > 0.5\"\n[outcomes.peace]\nwhen = \"step >= 3\"\ngiven = \"strike\"\n";
        let scenario = Scenario::from_toml(text, "t.toml", &NoFiles).unwrap();
        Chronicle::tell(&scenario, 1, number).unwrap()
    };
    let turns = |chronicle: &Chronicle, outcome: &str| {
        chronicle.entries.iter().flat_map(|entry| &entry.turns).filter(|turn| turn.outcome == outcome).count()
    };
    let came = |chronicle: &Chronicle| chronicle.outcomes[1].given_reached == Some(true);
    let (with, without): (Vec<_>, Vec<_>) = (0..40).map(told).partition(came);
    assert!(with.len() > 5 && without.len() > 5);
    assert!(with.iter().all(|chronicle| turns(chronicle, "peace") == 1 && chronicle.entries.len() == 2));
    assert!(without.iter().all(|chronicle| turns(chronicle, "peace") == 0 && chronicle.entries.is_empty()));
}

//! Sweeps and thresholds: laws, known answers, and the promise of the interval of a crossing.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cordiale_core::Scenario;
use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
use cordiale_core::scenario::NoFiles;
use cordiale_sim::Simulation;
use cordiale_sim::analysis::sweep::{Axis, Design, PointProgress, Row, Sweep, SweepError};
use cordiale_sim::analysis::threshold::{Goal, Threshold, Verdict};

/// One toss: the probability of heads is `luck` exactly, the mean of `gain` is `luck * stake`.
fn coin() -> Scenario {
    ScenarioBuilder::new("coin", "2024-01-01", "month", 1)
        .parameter("luck", "uniform(0, 1)")
        .parameter("stake", 2.0)
        .variable("heads", 0.0)
        .variable("gain", 0.0)
        .rule("toss", Rule::new().chance("luck").effect("heads += 1").effect("gain += stake"))
        .event("head", Event::when("heads == 1"))
        .value("gained", "gain")
        .build()
        .unwrap()
}

const VARIED: &str = r#"
[scenario]
start = 2024-01-01
horizon = 6
trials = 300
seed = 5
[variables.x]
initial = "uniform(0, 1)"
[parameters.p]
value = 0.3
[rules.up]
chance = "p"
effects = ["x += 0.2"]
[outcomes.high]
when = "x >= 1.2"
[outcomes.size]
value = "x"
[outcomes.grade]
levels = [{ name = "top", when = "x >= 1" }, { name = "low" }]
[outcomes.if_high]
value = "x"
given = "high"
[variants.slow.set]
p = 0.05
[variants.off]
disable = ["up"]
"#;

fn varied() -> Scenario {
    Scenario::from_toml(VARIED, "varied.toml", &NoFiles).unwrap()
}

fn rows(sweep: &Sweep) -> Vec<Row> {
    sweep.rows().unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_row_is_the_run_with_its_inputs_set() {
    let scenario = varied();
    let sweep = Sweep::new(&scenario)
        .variants(["slow", "off"])
        .over(Axis::list("x", ["0.5", "uniform(0.4, 0.6)"]))
        .over(Axis::grid("rules.up.cooldown", 0.0, 2.0, 3));
    let rows = rows(&sweep);
    assert_eq!(rows.len(), 3 * 2 * 3);
    let columns = sweep.rows().unwrap().columns().to_vec();
    for (place, row) in rows.iter().enumerate() {
        assert_eq!(row.point, place as u64);
        let arm = [None, Some("slow"), Some("off")][place / 6];
        assert_eq!(row.variant.as_deref(), arm);
        let set: Vec<(&str, &str)> = row.set.iter().map(|(name, value)| (name, value.as_str())).collect();
        assert_eq!(set[0], ("x", ["0.5", "uniform(0.4, 0.6)"][place / 3 % 2]));
        assert_eq!(set[1], ("rules.up.cooldown", ["0", "1", "2"][place % 3]));
        let base = arm.map_or_else(|| scenario.clone(), |arm| scenario.with_variant(arm).unwrap());
        let here = base.with_settings(&set).unwrap();
        let run = Simulation::new(&here).unwrap().run().unwrap();
        assert_eq!(row.digest, here.digest());
        let (high, probability) = (row.event("high").unwrap(), run.event("high").unwrap().probability.0);
        assert_eq!(high.estimate, probability.map(|p| p.estimate));
        assert_eq!(high.low, probability.map(|p| p.low));
        let (size, of_run) = (row.value("size").unwrap(), run.value("size").unwrap());
        let end = of_run.at_end.as_ref().unwrap();
        assert_eq!((size.mean.estimate, size.sd), (Some(end.mean), Some(end.sd)));
        let q95 = size.quantiles.get("q95").unwrap();
        assert_eq!((q95.estimate, [q95.low, q95.high]), (Some(end.q95), end.intervals.q95));
        // The cells are the figures under their names.
        let cells = row.cells(&columns);
        let cell = |name: &str| cells[columns.iter().position(|column| column == name).unwrap()];
        assert_eq!(cell("high.probability"), high.estimate);
        assert_eq!(cell("size.mean_high"), size.mean.high);
        assert_eq!(cell("size.q05"), Some(end.q05));
        assert_eq!(cell("grade.top.low"), row.levels("grade").unwrap().get("top").unwrap().low);
        assert_eq!(cell("if_high.trials"), Some(row.value("if_high").unwrap().mean.trials as f64));
    }
    assert!(!columns.contains(&"size.trials".to_owned()));
}

#[test]
fn rows_do_not_depend_on_threads_or_on_where_they_are_begun() {
    let scenario = varied();
    for design in [Design::Sobol(8), Design::LatinHypercube(8)] {
        let sweep = Sweep::new(&scenario)
            .over(Axis::range("p", 0.0, 1.0))
            .over(Axis::range("x", 0.0, 1.0))
            .design(design);
        let all = rows(&sweep.clone().threads(1));
        assert_eq!(all, rows(&sweep.clone().threads(3)));
        let mut rest = sweep.rows().unwrap();
        rest.go_to(5);
        assert_eq!((rest.position(), rest.points()), (5, 8));
        assert_eq!(rest.map(Result::unwrap).collect::<Vec<_>>(), all[5..]);
        // Another seed, other points.
        assert_ne!(rows(&sweep.seed(6))[0].set, all[0].set);
    }
}

#[test]
fn points_share_their_random_numbers() {
    let sweep = Sweep::new(&coin()).over(Axis::grid("luck", 0.0, 1.0, 33)).trials(64).seed(1);
    let shares: Vec<f64> = rows(&sweep).iter().map(|r| r.event("head").unwrap().estimate.unwrap()).collect();
    // With draws of their own, 33 values of 64 tosses would almost never be in order.
    assert!(shares.is_sorted(), "{shares:?}");
    assert_eq!((shares[0], shares[32]), (0.0, 1.0));
}

#[test]
fn a_stopped_sweep_gives_no_half_row() {
    let seen = Arc::new(AtomicU64::new(0));
    let count = seen.clone();
    let sweep = Sweep::new(&varied()).over(Axis::list("p", [0.1, 0.2, 0.3])).threads(1).on_progress(
        move |progress| {
            assert_eq!(progress.points, 3);
            count.store(progress.point, Ordering::SeqCst);
            if progress.point == 1 && progress.run.trials > 64 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    let mut rows = sweep.rows().unwrap();
    assert!(rows.next().unwrap().is_ok());
    assert!(rows.next().unwrap().unwrap_err().is_cancelled());
    assert!(rows.next().is_none());
    assert_eq!((rows.position(), seen.load(Ordering::SeqCst)), (1, 1));
}

/// Points of a single block are done when they are first told of, and yet stop the sweep.
#[test]
fn a_sweep_of_short_points_is_stopped_too() {
    let sweep = Sweep::new(&coin()).over(Axis::grid("luck", 0.0, 1.0, 33)).trials(64).threads(1);
    let stopping = sweep.on_progress(|progress| {
        if progress.point < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let rows: Vec<_> = stopping.rows().unwrap().collect();
    assert_eq!(rows.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
    assert!(rows[2].as_ref().unwrap_err().is_cancelled());
}

/// Points that run side by side tell by turns, and one that fails hides none before it.
#[test]
fn points_side_by_side_are_told_by_turns() {
    let (inside, calls) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (at_work, count) = (inside, calls.clone());
    let sweep =
        Sweep::new(&coin()).over(Axis::grid("luck", 0.0, 1.0, 32)).trials(640).threads(4).on_progress(
            move |_| {
                assert_eq!(at_work.fetch_add(1, Ordering::SeqCst), 0, "another call is at work");
                std::thread::yield_now();
                at_work.fetch_sub(1, Ordering::SeqCst);
                count.fetch_add(1, Ordering::SeqCst);
                ControlFlow::Continue(())
            },
        );
    assert_eq!(sweep.run().unwrap().points.len(), 32);
    assert!(calls.load(Ordering::SeqCst) >= 32);

    // What stops one stops all, and what was done before it is there.
    let stopping = Sweep::new(&coin()).over(Axis::grid("luck", 0.0, 1.0, 32)).trials(640).threads(4);
    let stopping = stopping.on_progress(|progress| {
        if progress.point < 9 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let rows: Vec<_> = stopping.rows().unwrap().collect();
    let (last, before) = rows.split_last().unwrap();
    assert!(last.as_ref().unwrap_err().is_cancelled());
    assert!(before.len() <= 9 && before.iter().all(Result::is_ok), "{}", before.len());

    // A panic of a callback goes through the sweep, and is not waited for.
    let panicking = Sweep::new(&coin()).over(Axis::grid("luck", 0.0, 1.0, 32)).trials(640).threads(4);
    let panicking = panicking.on_progress(|progress| {
        assert!(progress.point < 9, "at the tenth");
        ControlFlow::Continue(())
    });
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| panicking.run())).is_err());

    let text =
        VARIED.replace("value = \"x\"\n[outcomes.grade]", "value = \"sqrt(x - 0.2)\"\n[outcomes.grade]");
    let failing = Scenario::from_toml(&text, "f.toml", &NoFiles).unwrap();
    let sweep = Sweep::new(&failing).over(Axis::list("x", [0.5, 0.6, 0.7, 0.1, 0.8, 0.1])).threads(3);
    let rows: Vec<_> = sweep.rows().unwrap().collect();
    assert_eq!(rows.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, true, false]);
}

#[test]
fn wrong_sweeps_say_what_to_do() {
    let scenario = varied();
    let said = |sweep: Sweep| sweep.rows().unwrap_err().to_string();
    let p = || Axis::list("p", [0.1]);
    let sweep = || Sweep::new(&scenario);
    for (sweep, expected) in [
        (sweep(), "nothing to sweep over"),
        (sweep().over(p()).over(p()), "`p` is swept over twice"),
        (
            sweep().over(p()).over(Axis::list("parameters.p.value", [0.2])),
            "what `p` sets another of the inputs sets too",
        ),
        (
            sweep().over(Axis::list("rules.up.hazard", [1])).over(Axis::list("rules.up.chance", [0.1])),
            "what `rules.up.hazard` sets another of the inputs sets too",
        ),
        (sweep().over(p()).outcome("hihg"), "there is no outcome `hihg`; there are: high, size"),
        (sweep().over(Axis::list("up", [1])), "it is a rule; name one of its keys, such as rules.up.chance"),
        (sweep().over(Axis::list("pp", [1])), "there is no `pp` to set; did you mean `p`?"),
        (sweep().over(Axis::list("p", ["0.1", "beta(2"])), "--set p"),
        (sweep().over(Axis::range("p", 0.0, 1.0)), "write p=lo..hi:n"),
        (sweep().variants(["slow", "slow"]), "variant `slow` is given twice"),
        (sweep().variants(["quick"]), "has no variant `quick`"),
        (sweep().over(p()).trials(0), "at least one trial"),
    ] {
        let said = said(sweep);
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    // What fails at a point alone is told with it, and the command given shows it again.
    let failing = Scenario::from_toml(
        &VARIED.replace("value = \"x\"\n[outcomes.grade]", "value = \"sqrt(x - 0.2)\"\n[outcomes.grade]"),
        "f.toml",
        &NoFiles,
    );
    let sweep = Sweep::new(&failing.unwrap()).over(Axis::list("x", [0.5, 0.1]));
    let mut rows = sweep.rows().unwrap();
    assert!(rows.next().unwrap().is_ok());
    let error = rows.next().unwrap().unwrap_err();
    assert!(matches!(error, SweepError::Run(_)));
    let said = error.to_string();
    assert!(said.starts_with("in the point x = 0.1: ") && said.ends_with(" --set x=0.1"), "{said}");
}

fn search(seed: u64, trials: u64, level: f64) -> Threshold {
    Threshold::new(&coin(), "luck", Goal::new("head", None, level)).seed(seed).trials(trials).threads(1)
}

/// Heads have the probability `luck`, so they cross a level at that very value.
#[test]
fn the_interval_of_a_crossing_holds_the_truth_as_often_as_it_says() {
    let searches = 240;
    for (level, trials) in [(0.3, 150), (0.85, 400)] {
        let (mut held, mut width) = (0, 0.0);
        for seed in 0..searches {
            let found = search(seed, trials, level).tolerance(1e-3).run().unwrap();
            let [crossing] = found.crossings.as_slice() else { panic!("{:?}", found.crossings) };
            let (low, high) = (crossing.low.unwrap(), crossing.high.unwrap());
            held += u64::from(low <= level && level <= high);
            width += (high - low) / searches as f64;
        }
        // 95% is promised. With 240 searches an interval of 90% would show as 216 or so, one of 99% as 238.
        assert!((219..=236).contains(&held), "{held} of {searches} at {level}");
        let expected = 2.0 * 1.96 * (level * (1.0 - level) / trials as f64).sqrt();
        assert!((0.9..1.15).contains(&(width / expected)), "{width} against {expected}");
    }
}

#[test]
fn means_quantiles_and_levels_are_found_too() {
    let found =
        Threshold::new(&coin(), "luck", Goal::new("gained", None, 0.5)).trials(4000).seed(3).run().unwrap();
    assert_eq!(
        (found.verdict, found.statistic.as_str(), found.between),
        (Verdict::Crossed, "mean", [0.0, 1.0])
    );
    let crossing = found.crossings[0];
    assert!(crossing.low.unwrap() < 0.25 && 0.25 < crossing.high.unwrap(), "{crossing:?}");
    assert!(crossing.bracket[1] - crossing.bracket[0] <= found.tolerance);
    // The median of what one toss gains jumps from 0 to 2 at one half.
    let goal: Goal = "gained.median = 1".parse().unwrap();
    let crossing = Threshold::new(&coin(), "luck", goal).trials(4000).seed(3).run().unwrap().crossings[0];
    assert!(crossing.low.unwrap() < 0.5 && 0.5 < crossing.high.unwrap(), "{crossing:?}");
    let falling = Threshold::new(&varied(), "x", Goal::new("grade", Some("low"), 0.5)).between(0.0, 1.0);
    assert!(!falling.run().unwrap().crossings[0].rising);
}

/// Ends may be worked out, and what has no weight is never drawn.
#[test]
fn the_range_of_an_input_is_what_is_drawn_of_it() {
    let between = |written: &str| {
        let other = varied().with_settings(&[("p", written)]).unwrap();
        let search = Threshold::new(&other, "p", Goal::new("size", None, 0.5)).trials(64);
        search.run().map(|found| found.between).map_err(|error| error.to_string())
    };
    for (written, expected) in [
        ("uniform(0, 2 ^ 3)", [0.0, 8.0]),
        ("uniform(min(1, 2), sqrt(16) - 0.5)", [1.0, 3.5]),
        ("triangular(-1, 0, exp(0))", [-1.0, 1.0]),
        ("discrete(1: 1, 2: 1, 100: 0)", [1.0, 2.0]),
    ] {
        assert_eq!(between(written), Ok(expected), "{written}");
    }
    assert!(between("1 to 4").unwrap_err().ends_with("say where to search, as in --between 1..4"));
    for written in ["discrete(1: 1, 2: 0)", "uniform(2, 2)", "normal(0, 1)"] {
        assert!(between(written).unwrap_err().contains("`p` has no ends of its own"), "{written}");
    }
}

#[test]
fn where_nothing_is_crossed_that_is_said() {
    let found = Threshold::new(&coin(), "stake", Goal::new("head", None, 0.9)).between(0.0, 1.0).trials(500);
    let found = found.run().unwrap();
    assert_eq!((found.verdict, found.crossings.len()), (Verdict::NotCrossed, 0));
    let found = search(1, 100, 0.97).between(0.0, 0.96).run().unwrap();
    assert!(matches!(found.verdict, Verdict::NotResolved | Verdict::Open), "{found:?}");
    // A hill is crossed twice, and that it is one is shown.
    let hill = varied().with_settings(&[("outcomes.size.value", "p * (1 - p)")]).unwrap();
    let found = Threshold::new(&hill, "p", Goal::new("size", None, 0.2)).between(0.0, 1.0).run().unwrap();
    assert_eq!((found.verdict, found.crossings.len()), (Verdict::Several, 2));
    assert!(found.reversal.is_some());
}

/// What was run before it was stopped is given, and marked as partial.
#[test]
fn a_stopped_search_gives_what_it_has_found() {
    let stopped = |after: u64| {
        let stop = move |progress: &PointProgress| match progress.point < after {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        };
        search(1, 200, 0.4).on_progress(stop).run()
    };
    assert!(stopped(0).unwrap_err().is_cancelled());
    let whole = search(1, 200, 0.4).run().unwrap();
    assert!(!whole.run.partial && whole.tried.len() > 12);
    let found = stopped(12).unwrap();
    assert_eq!((found.verdict, found.run.partial, found.crossings.len()), (Verdict::Stopped, true, 0));
    assert_eq!(found.tried.len(), 12);
    assert!(found.tried.iter().all(|tried| whole.tried.contains(tried)));
}

#[test]
fn wrong_searches_say_what_to_do() {
    let scenario = varied();
    let said = |input: &str, goal: &str| {
        let search = Threshold::new(&scenario, input, goal.parse().unwrap());
        search.run().unwrap_err().to_string()
    };
    for (input, goal, expected) in [
        ("p", "hihg = 0.5", "there is no outcome `hihg`"),
        ("p", "high = 2", "a probability does not cross 2; give a level from 0 to 1"),
        ("p", "high = 0.5", "`p` has no ends of its own; say where to search"),
        ("x", "high = 0.5", "`x` may lie anywhere in -inf..inf; say where to search"),
        ("up", "high = 0.5", "it is a rule; name one of its keys"),
        ("p", "grade = 0.5", "say which level of `grade`: grade.top, grade.low"),
        ("p", "size.q10 = 0.5", "outcome `size` has no `q10`; it has mean, median"),
    ] {
        let said = said(input, goal);
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    for (goal, expected) in [("high", "write OUTCOME = LEVEL"), ("high = half", "`half` is not a number")] {
        assert!(goal.parse::<Goal>().unwrap_err().to_string().contains(expected));
    }
    assert_eq!("high == 50%".parse::<Goal>().unwrap(), Goal::new("high", None, 0.5));
}

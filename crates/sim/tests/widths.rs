//! The three widths of models whose split is known exactly, and how often their intervals hold it.
//!
//! Seeded: every figure is the same in every run.

use cordiale_core::Scenario;
use cordiale_core::builder::{Event, Rule, ScenarioBuilder};
use cordiale_sim::analysis::widths::{Interval, Range, Width, Widths, WidthsResult};
use cordiale_sim::{RunError, Simulation};

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

fn widths(scenario: &Scenario, trials: u64, seed: u64) -> Result<WidthsResult, RunError> {
    let result = Simulation::new(scenario)?.trials(trials).seed(seed).threads(1).run()?;
    Widths::new(scenario, &result).threads(1).run()
}

fn width(widths: &WidthsResult, name: &str) -> Anything<Width> {
    Ok(*widths.outcomes.get(name).ok_or(name)?)
}

fn holds(interval: Option<Interval>, truth: f64) -> bool {
    interval.is_some_and(|i| i.low <= truth && truth <= i.high)
}

/// A chance drawn from a distribution, one toss with it, an unknown start and noise on it.
fn coin(chance: &str) -> Anything<Scenario> {
    Ok(ScenarioBuilder::new("coin", "2024-01-01", "month", 1)
        .parameter("p", chance)
        .variable("heads", 0.0)
        .variable("x", "normal(5, 3)")
        .rule("toss", Rule::new().chance("p").effect("heads += 1"))
        .rule("noise", Rule::new().effect("x += normal(0, 4)"))
        .event("head", Event::when("heads == 1"))
        .event("tail_too", Event::when("heads == 0"))
        .value("end", "x")
        .build()?)
}

/// p ~ uniform(0, 1): Var p = 1/12, E p (1 - p) = 1/6, so a third is not known; x: 9 of 25 is not known.
#[test]
fn the_split_of_a_coin_and_of_a_sum_is_exact() -> Anything<()> {
    let found = widths(&coin("uniform(0, 1)")?, 40_000, 4)?;
    assert!(found.uncertain && found.groups == 5000 && found.trials_a_group == 8);
    let near = |found: Option<Interval>, truth: f64, by: f64| {
        assert!(found.is_some_and(|i| (i.estimate - truth).abs() < by), "{found:?} {truth}");
    };
    let head = width(&found, "head")?;
    near(head.unknown_share, 1.0 / 3.0, 0.015);
    near(head.unknown_sd, 12.0_f64.sqrt().recip(), 0.007);
    near(head.chance_sd, 6.0_f64.sqrt().recip(), 0.004);
    let end = width(&found, "end")?;
    near(end.unknown_share, 0.36, 0.015);
    near(end.unknown_sd, 3.0, 0.1);
    near(end.chance_sd, 4.0, 0.05);
    // A uniform chance is a beta distribution too; and 1.645 standard deviations of a normal mean.
    let is_near = |range: Option<Range>, low: f64, high: f64, by: f64| {
        assert!(
            range.is_some_and(|r| (r.low - low).abs() < by && (r.high - high).abs() < by),
            "{range:?} {low} {high}"
        );
    };
    is_near(head.known, 0.05, 0.95, 0.01);
    is_near(end.known, 5.0 - 4.934, 5.0 + 4.934, 0.2);
    let said = head.sentence("head");
    assert!(
        said.starts_with("head: more trials would narrow 49.2% to 50.2%, and nothing else. Were"),
        "{said}"
    );
    Ok(())
}

#[test]
fn what_is_all_chance_or_all_unknown_is_seen() -> Anything<()> {
    // A plain coin: nothing is uncertain, and that is known, not estimated.
    let plain = ScenarioBuilder::new("plain", "2024-01-01", "month", 1)
        .variable("heads", 0.0)
        .rule("toss", Rule::new().chance(0.3).effect("heads += 1"))
        .event("head", Event::when("heads == 1"))
        .build()?;
    let found = widths(&plain, 1000, 1)?;
    let head = width(&found, "head")?;
    assert!(!found.uncertain && found.groups == 200);
    assert_eq!(head.unknown_share, Some(Interval { estimate: 0.0, low: 0.0, high: 0.0 }));
    assert_eq!(head.known, Some(Range { low: head.estimate, high: head.estimate }));
    assert!(head.sentence("head").ends_with("No parameter or start is uncertain: the rest is chance."));

    // Something is uncertain and does not matter: not told apart from none.
    let found = widths(&coin("uniform(0.3, 0.300001)")?, 4000, 2)?;
    let share = width(&found, "head")?.unknown_share.ok_or("is estimated")?;
    assert!(share.low == 0.0 && share.high < 0.05, "{share:?}");

    // All is settled by the parameter: no chance at all.
    let fate = ScenarioBuilder::new("fate", "2024-01-01", "month", 1)
        .parameter("p", "bernoulli(0.2)")
        .variable("x", 0.0)
        .rule("set", Rule::new().effect("x = p"))
        .event("one", Event::when("x == 1"))
        .build()?;
    let one = width(&widths(&fate, 8000, 2)?, "one")?;
    assert_eq!(one.unknown_share.map(|share| share.estimate), Some(1.0));
    assert_eq!(one.chance_sd.map(|sd| sd.estimate), Some(0.0));
    assert!(one.known.is_some_and(|range| range.low < 1e-9 && range.high > 1.0 - 1e-9), "{:?}", one.known);
    Ok(())
}

/// Given the first toss, a second one by the same unknown chance: p is then Beta(2, 1), of variance 1/18, and
/// E p (1 - p) = 1/6: a quarter is not known. Of 8 trials as many count as got the first head. To look at what was drawn
/// for all trials, a third, would be wrong, and so would be to leave out groups in which one counts (0.23).
#[test]
fn a_condition_is_taken_with_what_it_says_of_the_unknown() -> Anything<()> {
    let scenario = ScenarioBuilder::new("two", "2024-01-01", "month", 1)
        .parameter("p", "uniform(0, 1)")
        .variable("first", 0.0)
        .variable("second", 0.0)
        .rule("toss_first", Rule::new().chance("p").effect("first = 1"))
        .rule("toss_second", Rule::new().chance("p").effect("second = 1"))
        .event("one", Event::when("first == 1"))
        .event("both", Event::when("second == 1").given("one"))
        .build()?;
    let both = width(&widths(&scenario, 80_000, 4)?, "both")?;
    let share = both.unknown_share.ok_or("is estimated")?;
    assert!((share.estimate - 0.25).abs() < 0.015, "{share:?}");
    assert!((both.estimate - 2.0 / 3.0).abs() < 0.01);
    Ok(())
}

#[test]
fn levels_are_split_each_for_itself() -> Anything<()> {
    let text = "[scenario]\ntitle = 'T'\nstart = 2024-01-01\nhorizon = 1\n[parameters.p]\nvalue = 'uniform(0, 1)'\n\
        [variables.x]\ninitial = 0\n[rules.r]\nchance = 'p'\neffects = ['x += 1']\n\
        [outcomes.l]\nlevels = [{ name = 'yes', when = 'x == 1' }, { name = 'no' }]\n";
    let scenario = Scenario::from_toml(text, "t.toml", &cordiale_core::scenario::NoFiles)?;
    let found = widths(&scenario, 8000, 4)?;
    assert_eq!(found.outcomes.names().collect::<Vec<_>>(), ["l.yes", "l.no"]);
    let [yes, no] = [width(&found, "l.yes")?, width(&found, "l.no")?];
    assert!(holds(yes.unknown_share, 1.0 / 3.0) && yes.kind == "level");
    assert!((yes.estimate + no.estimate - 1.0).abs() < 1e-12);
    Ok(())
}

#[test]
fn threads_change_nothing() -> Anything<()> {
    let scenario = coin("beta(2, 5)")?;
    let result = Simulation::new(&scenario)?.trials(3003).seed(9).first_trial(77).run()?;
    let one = Widths::new(&scenario, &result).threads(1).run()?;
    for threads in [2, 5] {
        assert_eq!(Widths::new(&scenario, &result).threads(threads).run()?, one);
    }
    Ok(())
}

/// Each printed interval, in 400 runs of 1,600 trials: a standard error of 1.1 points.
#[test]
fn intervals_hold_the_split_as_often_as_they_say() -> Anything<()> {
    // The chance, its variance, and the mean of p (1 - p).
    for (chance, unknown, within) in [
        ("uniform(0, 1)", 1.0 / 12.0, 1.0 / 6.0),
        // A twentieth of the variance is not known: 0.21 / 20.
        ("beta(5.7, 13.3)", 0.0105, 0.1995),
        // Two sorts of coins.
        ("discrete(0.1: 0.5, 0.5: 0.5)", 0.04, 0.17),
    ] {
        let scenario = coin(chance)?;
        let mut held = [0_u32; 6];
        for seed in 0..400 {
            let found = widths(&scenario, 1600, seed)?;
            let (head, end) = (width(&found, "head")?, width(&found, "end")?);
            let truths = [
                holds(head.unknown_share, unknown / (unknown + within)),
                holds(head.unknown_sd, unknown.sqrt()),
                holds(head.chance_sd, within.sqrt()),
                holds(end.unknown_share, 0.36),
                holds(end.unknown_sd, 3.0),
                holds(end.chance_sd, 4.0),
            ];
            held.iter_mut().zip(truths).for_each(|(held, truth)| *held += u32::from(truth));
        }
        let held = held.map(|count| f64::from(count) / 400.0);
        assert!(held.iter().all(|held| (0.915..=0.98).contains(held)), "{chance}: {held:?}");
    }
    Ok(())
}

/// How a wrong method would do: what lies between groups without taking out what chance leaves there, and trials that
/// share nothing, as those of a plain run.
#[test]
fn a_wrong_split_is_seen() -> Anything<()> {
    let scenario = coin("uniform(0, 1)")?;
    let found = widths(&scenario, 8000, 5)?;
    let head = width(&found, "head")?;
    let (unknown, chance) = (head.unknown_sd.ok_or("?")?, head.chance_sd.ok_or("?")?);
    // Var of a group's mean: 1/12 + 1/6/8, a share of 0.38 and not 0.33.
    let naive = unknown.estimate.powi(2) + chance.estimate.powi(2) / 8.0;
    assert!(!holds(head.unknown_share, naive / (naive + chance.estimate.powi(2))));
    Ok(())
}

/// The range that is said to hold nine in ten holds 87% to 96.5%, also where the chance is no beta distribution.
#[test]
fn the_range_holds_nine_in_ten() -> Anything<()> {
    for chance in ["uniform(0.2, 0.6)", "triangular(0, 0.05, 0.4)", "beta(0.5, 2)", "0.02 to 0.2"] {
        let scenario = ScenarioBuilder::new("coin", "2024-01-01", "month", 1)
            .parameter("p", chance)
            .variable("q", 0.0)
            .variable("heads", 0.0)
            .rule("toss", Rule::new().chance("clamp(p, 0, 1)").effect("heads += 1"))
            .rule("note", Rule::new().effect("q = p"))
            .event("head", Event::when("heads == 1"))
            .value("chance", "q")
            .build()?;
        let known = width(&widths(&scenario, 40_000, 7)?, "head")?.known.ok_or("is estimated")?;
        let inside = ScenarioBuilder::new("inside", "2024-01-01", "month", 1)
            .parameter("p", chance)
            .variable("q", 0.0)
            .rule("note", Rule::new().effect("q = clamp(p, 0, 1)"))
            .event("inside", Event::when(format!("q >= {} and q <= {}", known.low, known.high).as_str()))
            .build()?;
        let held = Simulation::new(&inside)?.trials(20_000).run()?;
        let held = held.event("inside")?.probability.estimate().ok_or("is estimated")?;
        assert!((0.87..=0.965).contains(&held), "{chance}: {held} in {known:?}");
    }
    Ok(())
}

#[test]
fn what_goes_wrong_is_told() -> Anything<()> {
    let scenario = coin("uniform(0, 1)")?;
    let other = Simulation::new(&coin("uniform(0, 0.9)")?)?.trials(100).run()?;
    assert!(matches!(Widths::new(&scenario, &other).run(), Err(RunError::Merge(_))));
    let result = Simulation::new(&scenario)?.trials(100).run()?;
    let stopped = Widths::new(&scenario, &result).on_progress(|_| std::ops::ControlFlow::Break(())).run();
    assert_eq!(stopped, Err(RunError::Cancelled));
    // What cannot be squared has no figures, rather than wrong ones.
    let far = ScenarioBuilder::new("far", "2024-01-01", "month", 1)
        .parameter("p", "uniform(0, 1e160)")
        .value("v", "p")
        .build()?;
    let result = Simulation::new(&far)?.trials(256).run()?;
    let found = Widths::new(&far, &result).run()?;
    let Width { known, unknown_sd, chance_sd, unknown_share, .. } = width(&found, "v")?;
    assert_eq!((known, unknown_sd, chance_sd, unknown_share), (None, None, None, None));
    // A trial that fails with parameters of one trial and the chances of another.
    let fails = ScenarioBuilder::new("fails", "2024-01-01", "month", 1)
        .parameter("p", "uniform(0, 1)")
        .variable("x", 0.0)
        .rule("r", Rule::new().chance(0.5).effect("x += 1 / (if(p > 0.5, 1, 0))"))
        .event("e", Event::when("x > 0"))
        .build()?;
    let good = (0..2000).find_map(|seed| Simulation::new(&fails).ok()?.trials(2).seed(seed).run().ok());
    let error = Widths::new(&fails, &good.ok_or("some seed does")?).run().err().ok_or("it fails")?;
    assert!(error.to_string().starts_with("in a trial with the parameters and starts of trial "), "{error}");
    Ok(())
}

/// p ~ beta(0.2, 20), one trial in a hundred: 4.7% of the variance is not known. What would be said of it is far too sure
/// while hardly any group has two hits, so nothing is.
#[test]
fn of_what_is_too_rare_nothing_is_told() -> Anything<()> {
    let rare = coin("beta(0.2, 20)")?;
    for seed in [6, 19, 34] {
        let found = widths(&rare, 2_000, seed)?;
        for name in ["head", "tail_too"] {
            let width = width(&found, name)?;
            assert_eq!((width.known, width.unknown_sd, width.unknown_share), (None, None, None), "{name}");
        }
        assert!(width(&found, "end")?.unknown_share.is_some());
    }
    let held = (0..12).map(|seed| -> Anything<u32> {
        let share = width(&widths(&rare, 40_000, seed)?, "head")?.unknown_share;
        Ok(u32::from(holds(share, 1.0 / 21.2)))
    });
    assert!(held.sum::<Anything<u32>>()? >= 10);
    Ok(())
}

/// The mean of a count is no less than 0, and about a share that no trial had there is no range.
#[test]
fn a_range_lies_where_its_figure_can() -> Anything<()> {
    let text = ScenarioBuilder::new("exits", "2024-01-01", "month", 12)
        .parameter("p", "beta(0.3, 60)")
        .variable("exits", 0.0)
        .rule("exit", Rule::new().chance("p").effect("exits += 1"))
        .value("how_many", "exits")
        .event("some", Event::when("exits > 0"))
        .build()?;
    let count = width(&widths(&text, 10_000, 1)?, "how_many")?;
    assert!(count.known.is_some_and(|range| range.low == 0.0 && range.high > 0.1), "{:?}", count.known);
    // Of 20 trials none; of the 1,600 that are run beside them, 4%.
    let some = width(&widths(&text, 4, 3)?, "some")?;
    assert!(some.estimate > 0.0 || some.known.is_none(), "{some:?}");
    Ok(())
}

//! A run scored by what happened: exact answers, conditions, shards, and what the scores of many come to.

#![expect(clippy::unwrap_used, reason = "tests")]

use cordiale_core::builder::{Event, Levels, Rule, ScenarioBuilder};
use cordiale_core::{Observed, Resolver};
use cordiale_sim::analysis::hindcast::{Forecast, HindcastResult, Scored, Status, score};
use cordiale_sim::stats::scores::{brier, crps_of_time, log_score};
use cordiale_sim::{RunError, Simulation};

struct Text(String);

impl Resolver for Text {
    fn world(&self, name: &str, _from: &str) -> Result<(String, String), String> {
        Ok((self.0.clone(), name.to_owned()))
    }
}

/// A coin a year for four years: `head` comes with 1/2 in each, and stays.
fn coin() -> Text {
    let levels = Levels::new().level("both", "heads >= 2").level("one", "heads == 1").otherwise("none_yet");
    let scenario = ScenarioBuilder::new("coin", "2020-01-01", "year", 4)
        .parameter("luck", "0.5")
        .variable("heads", 0.0)
        .rule("toss", Rule::new().chance("luck").effect("heads += 1"))
        .event("head", Event::when("heads >= 1"))
        .event("soon", Event::when("heads >= 1").by("2022-01-01"))
        .event("two_if_soon", Event::when("heads >= 2").given("soon"))
        .value("heads", "heads")
        .levels("so_many", levels);
    Text(scenario.to_toml())
}

fn observed(rest: &str) -> Observed {
    let text = format!("[hindcast]\nscenario = \"coin.toml\"\nuntil = 2024-06-30\n{rest}");
    Observed::from_toml(&text, "tossed.toml", &coin()).unwrap()
}

fn scored(observed: &Observed) -> Scored {
    score(observed, &Simulation::new(observed.scenario()).unwrap().trials(40_000).seed(1).tally().unwrap())
        .unwrap()
}

#[test]
fn scores_are_those_of_the_exact_forecast() {
    let found = scored(&observed(
        "[observed.head]\nreached = 2021-05-01\nbase_rate = { chance = 0.5 }\n[observed.soon]\nreached = false\n\
         [observed.heads]\nvalue = 3\n[observed.so_many]\nlevel = \"one\"\n",
    ));
    let near = |a: f64, b: f64| assert!((a - b).abs() < 0.01, "{a} {b}");
    let of = |name: &str| found.questions.get(name).unwrap().scores.unwrap();
    let head = of("head");
    near(head.forecast.brier.unwrap(), brier(15.0 / 16.0, true));
    near(head.forecast.log.unwrap(), log_score(15.0 / 16.0));
    // Seen on New Year's Day of 2022, after two steps: (1/2)^0, 1/2 and the squares of 1/4 and 1/8 before and after.
    near(head.forecast.crps, crps_of_time(&[0.0, 0.5, 0.75, 0.875, 0.9375], Some(2), 1.0));
    assert_eq!(head.no_change.brier, Some(1.0));
    assert_eq!(head.no_change.log, Some(f64::INFINITY));
    let base = head.base_rate.unwrap();
    near(base.brier.unwrap(), 0.25);
    let path: Vec<f64> = (0..=4).map(|year| 1.0 - 0.5_f64.powf(f64::from(year) / 4.0)).collect();
    near(base.crps, crps_of_time(&path, Some(2), 1.0));
    near(of("soon").forecast.brier.unwrap(), brier(0.75, false));
    // Binomial(4, 1/2) against 3: the area of squares below and above.
    let below: [f64; 3] = [1.0 / 16.0, 5.0 / 16.0, 11.0 / 16.0];
    near(of("heads").forecast.crps, below.iter().map(|p| p * p).sum::<f64>() + (1.0_f64 / 16.0).powi(2));
    assert_eq!((of("heads").no_change.crps, of("heads").forecast.brier), (3.0, None));
    let shares = [11.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];
    near(
        of("so_many").forecast.brier.unwrap(),
        0.5 * (shares[0] * shares[0] + 0.75 * 0.75 + shares[2] * shares[2]),
    );
    near(of("so_many").forecast.crps, shares[0] * shares[0] + (1.0_f64 / 16.0).powi(2));
    match &found.questions.get("heads").unwrap().forecast {
        Some(Forecast::Value { rank, q50, .. }) => {
            near(*rank, 11.0 / 16.0 + 2.0 / 16.0);
            assert_eq!(*q50, 2.0);
        }
        other => unreachable!("a value was asked for: {other:?}"),
    }
}

#[test]
fn a_condition_that_came_is_met_by_the_trials_that_met_it() {
    let found =
        scored(&observed("[observed.soon]\nreached = 2020-02-01\n[observed.two_if_soon]\nreached = false\n"));
    let question = found.questions.get("two_if_soon").unwrap();
    assert_eq!((question.status, question.given.as_deref()), (Status::Settled, Some("soon")));
    assert!(question.trials < 31_000 && question.trials > 29_000, "{}", question.trials);
    // Two heads of four, given one in the first two: (11 - 1) / 12 of ways.
    let brier = question.scores.unwrap().forecast.brier.unwrap();
    assert!((brier - (10.0_f64 / 12.0).powi(2)).abs() < 0.01, "{brier}");
    let void =
        scored(&observed("[observed.soon]\nreached = false\n[observed.two_if_soon]\nreached = false\n"));
    let question = void.questions.get("two_if_soon").unwrap();
    assert_eq!((question.status, question.scores, question.forecast.as_ref()), (Status::Void, None, None));
    let summary = HindcastResult::of(vec![void]).summary;
    assert_eq!((summary.scored, summary.unscored, summary.repeated, summary.scenarios), (1, 1, 0, 1));
}

#[test]
fn parts_put_together_have_the_scores_of_one_run() {
    let observed =
        observed("[observed.head]\nreached = false\n[observed.heads]\nvalue = 1.5\nat = 2023-03-01\n");
    let simulation = Simulation::new(observed.scenario()).unwrap().seed(9);
    let whole = simulation.clone().trials(1_000).tally().unwrap();
    let first = simulation.clone().trials(300).tally().unwrap();
    let rest = simulation.first_trial(300).trials(700).tally().unwrap();
    let parts = rest.merge(&first).unwrap();
    assert_eq!(score(&observed, &parts).unwrap(), score(&observed, &whole).unwrap());
    let other = observed.scenario().with_settings(&[("heads", "1")]).unwrap();
    let of_another = Simulation::new(&other).unwrap().trials(64).tally().unwrap();
    assert!(matches!(score(&observed, &of_another), Err(RunError::Merge(_))));
}

/// The forecast of each question's mean score, whether it is asked once or three times, and beside even odds.
#[test]
fn a_question_counts_once() {
    let one = scored(&observed("[observed.soon]\nreached = false\n[observed.so_many]\nlevel = \"one\"\n"));
    let other = scored(&observed("[observed.soon]\nreached = 2020-06-01\n"));
    let once = HindcastResult::of(vec![one.clone()]).summary;
    let thrice = HindcastResult::of(vec![one.clone(), one.clone(), one.clone()]).summary;
    assert_eq!((thrice.scored, thrice.repeated, thrice.unscored, thrice.scenarios), (2, 4, 0, 1));
    assert_eq!((&thrice.brier, &thrice.calibration), (&once.brier, &once.calibration));
    // Who says that another thing came asks to be counted.
    assert_eq!(HindcastResult::of(vec![one, other]).summary.scored, 3);
    let brier = once.brier.unwrap();
    // A quarter for the event, and half of (2/3)^2 + 2 (1/3)^2 for three levels.
    assert!((brier.even_odds.unwrap() - 0.5 * (0.25 + 1.0 / 3.0)).abs() < 1e-12, "{brier:?}");
    assert!((once.log.unwrap().even_odds.unwrap() - 0.5 * 6.0_f64.ln()).abs() < 1e-12);
    assert_eq!(once.crps_of_times.unwrap().even_odds, None);
}

/// The same value at another date is another question.
#[test]
fn a_question_is_of_its_date() {
    let at = |date: &str| scored(&observed(&format!("[observed.heads]\nvalue = 1\nat = {date}\n")));
    let summary = HindcastResult::of(vec![at("2022-01-01"), at("2023-01-01")]).summary;
    assert_eq!((summary.scored, summary.repeated), (2, 0));
}

/// What came after the deadline did not come in time; what holds from the start is foreseen by no change.
#[test]
fn events_are_asked_by_their_deadlines_and_from_the_start() {
    let late = scored(&observed("[observed.soon]\nreached = 2023-05-01\n"));
    let scores = late.questions.get("soon").unwrap().scores.unwrap();
    assert!((scores.forecast.brier.unwrap() - brier(0.75, false)).abs() < 0.01, "{scores:?}");
    assert!((scores.forecast.crps - crps_of_time(&[0.0, 0.5, 0.75], None, 1.0)).abs() < 0.01, "{scores:?}");
    let scenario = ScenarioBuilder::new("still", "2020-01-01", "year", 4)
        .variable("heads", 0.0)
        .event("there", Event::when("heads >= 0"))
        .to_toml();
    let text =
        "[hindcast]\nscenario = \"still.toml\"\nuntil = 2024-06-30\n[observed.there]\nreached = 2020-01-01\n";
    let there = scored(&Observed::from_toml(text, "seen.toml", &Text(scenario)).unwrap());
    assert_eq!(there.questions.get("there").unwrap().scores.unwrap().no_change.brier, Some(0.0));
    // Nobody is better than what is perfect.
    assert_eq!(HindcastResult::of(vec![there]).summary.brier.unwrap().skill, None);
}

/// A value that a sixteenth of the trials has lies within the middle nine tenths with the part of its ranks that does.
#[test]
fn values_that_tie_lie_within_in_part() {
    let found = scored(&observed("[observed.heads]\nvalue = 0\n"));
    let within = HindcastResult::of(vec![found]).summary.calibration.values.unwrap();
    assert_eq!(within.questions, 1);
    let expected = (1.0 / 16.0 - 1.0 / 20.0) * 16.0;
    assert!((within.within_90 - expected).abs() < 0.05 && within.within_50 == 0.0, "{within:?}");
}

/// What was said to be impossible and came is no less of a miss for having no variance.
#[test]
fn what_was_impossible_and_came_is_tested_too() {
    let observed = observed("[observed.soon]\nreached = 2020-06-01\n");
    let never = observed.scenario().with_settings(&[("luck", "0")]).unwrap();
    let observed = observed.against(&never).unwrap();
    let calibration = HindcastResult::of(vec![scored(&observed)]).summary.calibration;
    let (level, test) = (calibration.in_the_large.unwrap(), calibration.spiegelhalter.unwrap());
    assert_eq!((level.came, level.expected), (1, 0.0));
    assert!(level.test.z > 100.0 && level.test.p < 1e-3 && test.p < 1e-3, "{level:?} {test:?}");
}

/// Beyond 1,024 values the bins of a sketch are as wide as the values are large.
#[test]
fn a_value_far_from_zero_is_warned_of() {
    let warned = |offset: &str| {
        let scenario = ScenarioBuilder::new("far", "2020-01-01", "year", 1)
            .parameter("spread", "uniform(0, 1)")
            .variable("x", 0.0)
            .value("x", format!("{offset} + spread + x"))
            .to_toml();
        let text = format!(
            "[hindcast]\nscenario = \"far.toml\"\nuntil = 2024-06-30\n[observed.x]\nvalue = {offset}.5\n"
        );
        let observed = Observed::from_toml(&text, "seen.toml", &Text(scenario)).unwrap();
        let found = scored(&observed);
        found.warnings.iter().any(|warning| warning.contains("which is much beside a standard deviation"))
    };
    assert!(!warned("0") && !warned("1"));
    assert!(warned("1000"));
}

#[test]
fn right_forecasts_are_found_right_and_overconfident_ones_wrong() {
    // What happened is drawn from the model itself: one trial each, by its own chances.
    let world = coin();
    let of = |said: &str, came: &dyn Fn(u64) -> bool| {
        let files = (0..60).map(|number: u64| {
            let reached = if came(number) { "2020-06-01" } else { "false" };
            let text = format!(
                "[hindcast]\nscenario = \"coin.toml\"\nuntil = 2024-06-30\n[observed.soon]\nreached = {reached}\n"
            );
            let observed = Observed::from_toml(&text, "tossed.toml", &world).unwrap();
            // Each of a scenario of its own, for a question asked again counts once.
            let said = format!("{said}0000000{number:02}");
            let said = observed.scenario().with_settings(&[("luck", said.as_str())]).unwrap();
            let observed = observed.against(&said).unwrap();
            let tally = Simulation::new(observed.scenario()).unwrap().trials(2_000).tally().unwrap();
            score(&observed, &tally).unwrap()
        });
        HindcastResult::of(files.collect()).summary
    };
    // It came in three of four, as is said at 1/2 a year.
    let right = of("0.5", &|number| number % 4 != 0);
    let test = right.calibration.spiegelhalter.unwrap();
    assert!(test.z.abs() < 0.2 && test.p > 0.8, "{test:?}");
    assert_eq!(right.calibration.bands.len(), 1);
    let band = &right.calibration.bands[0];
    assert_eq!((band.words, band.questions, band.came), ("likely", 60, 45));
    assert!((band.expected - 45.0).abs() < 1.5, "{}", band.expected);
    // 99% is said, and three of four come.
    let sure = of("0.9", &|number| number % 4 != 0);
    let test = sure.calibration.spiegelhalter.unwrap();
    assert!(test.z > 10.0 && test.p < 1e-4, "{test:?}");
    let level = sure.calibration.in_the_large.unwrap();
    assert!(level.came == 45 && level.test.z < -10.0 && level.test.p < 1e-4, "{level:?}");
    assert!(sure.brier.unwrap().forecast > right.brier.unwrap().forecast);
    // No change says never.
    assert!((right.brier.unwrap().skill.unwrap() - (1.0 - 0.1875 / 0.75)).abs() < 0.02);
}

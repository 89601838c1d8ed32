//! The intervals of an explanation hold the truth as often as they say, and those of a wrong method do not.
//!
//! Seeded: every figure is the same in every run.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use cordiale_sim::Explanation;
use cordiale_sim::analysis::explain::RuleLift;
use cordiale_sim::random::Stream;
use cordiale_sim::stats::{Strata, odds_ratio};

const Z: f64 = 1.959_963_984_540_054;

fn keeps_its_level(what: &str, coverage: f64) {
    assert!((0.93..=0.97).contains(&coverage), "{what}: {coverage}");
}

/// One sample of trials of 20 dates, in each of which a mark comes with chance 0.1, and the outcome with chance `base`, or
/// `ratio` times that once the mark is there. Gives the strata, and who was marked in time and who got there.
fn sample(uniform: &mut dyn FnMut() -> f64, trials: usize, base: f64, ratio: f64) -> (Strata, [u64; 4]) {
    let mut strata = Strata::default();
    let (mut open, mut crude) = (vec![false; trials], [0; 4]);
    for _ in 0..20 {
        let mut counts = [[0_u64; 2]; 2];
        let mut left = Vec::with_capacity(open.len());
        for was in open {
            let marked = was || uniform() < 0.1;
            let [got, all] = &mut counts[usize::from(marked)];
            *all += 1;
            if uniform() < base * if marked { ratio } else { 1.0 } {
                *got += 1;
                crude[usize::from(marked)] += 1;
            } else {
                left.push(marked);
            }
        }
        let [without, with] = counts.map(|[got, all]| (got, all));
        strata.add(with, without);
        open = left;
    }
    open.iter().for_each(|&marked| crude[2 + usize::from(marked)] += 1);
    (strata, crude)
}

#[test]
fn of_rates_at_the_same_dates() {
    let stream = Stream::new(1, "strata");
    let samples = 1000;
    for (trials, base, ratio) in [(200, 0.03, 1.0), (200, 0.03, 2.0), (200, 0.03, 0.4), (60, 0.03, 1.0)] {
        let (mut held, mut crude_held) = (0, 0);
        for place in 0..samples {
            let (mut words, mut used, mut block) = ([0; 64], 64, 0);
            let mut uniform = || {
                if used == 64 {
                    stream.fill_words(place, 64 * block, &mut words);
                    (used, block) = (0, block + 1);
                }
                used += 1;
                (f64::from(words[used - 1]) + 0.5) / 4_294_967_296.0
            };
            let (strata, [got0, got1, not0, not1]) = sample(&mut uniform, trials, base, ratio);
            held += u32::from(strata.ratio().is_none_or(|r| r.low <= ratio && ratio <= r.high));
            // As if the mark had been there from the start: who gets there early has no time for it.
            let [a, b, n1, n0] = [got1, got0, got1 + not1, got0 + not0].map(|count| count as f64);
            let spread = (1.0 / a - 1.0 / n1 + 1.0 / b - 1.0 / n0).sqrt();
            crude_held += u32::from(((a / n1 / (b / n0)).ln() - ratio.ln()).abs() <= Z * spread);
        }
        let what = format!("{trials} {base} {ratio}");
        keeps_its_level(&what, f64::from(held) / f64::from(samples));
        assert!(crude_held < samples / 2, "{what}: {crude_held}");
    }
}

/// The chances of 0 to n of n.
fn binomial(n: u64, p: f64) -> Vec<f64> {
    let mut chances = vec![(1.0 - p).powf(n as f64)];
    for k in 1..=n {
        let last = chances[chances.len() - 1];
        chances.push(last * (n - k + 1) as f64 / k as f64 * p / (1.0 - p));
    }
    chances
}

#[test]
fn of_odds_ratios() {
    for (n1, n0, p1, p0, few) in [
        (50, 80, 0.3, 0.3, false),
        (50, 80, 0.5, 0.2, false),
        (200, 300, 0.05, 0.1, false),
        (60, 300, 0.03, 0.02, true),
        (30, 40, 0.05, 0.3, true),
    ] {
        let truth = p1 / (1.0 - p1) / (p0 / (1.0 - p0));
        let (mut held, mut logs_held) = (0.0, 0.0);
        for (a, chance_a) in (0..).zip(binomial(n1, p1)) {
            for (b, chance_b) in (0..).zip(binomial(n0, p0)) {
                let chance = chance_a * chance_b;
                if chance < 1e-9 {
                    continue;
                }
                // Exactly, by every table that can come: where there is no ratio, nothing wrong is said.
                let ratio = odds_ratio((a, n1), (b, n0));
                held += chance * f64::from(u8::from(ratio.is_none_or(|r| r.low <= truth && truth <= r.high)));
                // B. Woolf's (1955), which has no ends where a cell is empty.
                let cells = [a, n1 - a, b, n0 - b].map(|count| count as f64);
                let spread = cells.iter().map(|cell| 1.0 / cell).sum::<f64>().sqrt();
                let log = (cells[0] * cells[3] / (cells[1] * cells[2])).ln();
                logs_held += chance
                    * f64::from(u8::from((log - truth.ln()).abs() <= Z * spread && spread.is_finite()));
            }
        }
        let what = format!("{n1} {n0} {p1} {p0}");
        keeps_its_level(&what, held);
        assert!(!few || logs_held < 0.9, "{what}: {logs_held}");
    }
}

fn scenario(text: &str) -> Scenario {
    match Scenario::from_toml(text, "test.toml", &NoFiles) {
        Ok(scenario) => scenario,
        Err(report) => panic!("{report}"),
    }
}

/// The outcome comes with chance `p`, which is drawn; so the truth about any box [low, high] in it is known.
#[test]
fn of_a_box_on_trials_that_did_not_find_it() {
    let model = scenario(
        "[scenario]\nstart = 2024-01-01\nhorizon = 2\n[parameters.p]\nvalue = \"uniform(0, 1)\"\n[variables.x]\ninitial = 0\n
[rules.r]\nat = 2024-01-01\nchance = \"p\"\neffects = [\"x = 1\"]\n[outcomes.o]\nwhen = \"x == 1\"\n",
    );
    let (mut dense, mut covers, mut runs) = (0, 0, 0);
    for seed in 0..400 {
        let result =
            Explanation::new(&model).unwrap().trials(200).seed(seed).off("r").threads(1).run().unwrap();
        let found = result.ranges.unwrap();
        let limit = found.limits.get("p").unwrap();
        let (low, high) = (limit.low.unwrap_or(0.0), limit.high.unwrap_or(1.0));
        runs += 1;
        let density = found.density.unwrap();
        dense += u32::from(density.low <= 0.5 * (low + high) && 0.5 * (low + high) <= density.high);
        let coverage = high * high - low * low;
        covers += u32::from(found.coverage.low <= coverage && coverage <= found.coverage.high);
    }
    keeps_its_level("density", f64::from(dense) / f64::from(runs));
    keeps_its_level("coverage", f64::from(covers) / f64::from(runs));
}

/// Nothing has to do with the outcome. What was chosen flatters itself on the trials that chose it, and not on the others.
#[test]
fn of_what_is_found_where_there_is_nothing() {
    let model = scenario(
        "[scenario]\nstart = 2024-01-01\nhorizon = 4\n[parameters.a]\nvalue = \"uniform(0, 1)\"\n[parameters.b]\nvalue = \"normal(0, 1)\"\n
[variables.x]\ninitial = 0\n[variables.y]\ninitial = 0\nvolatility = 1\n[variables.z]\ninitial = 0\nvolatility = 1\n
[rules.toss]\nat = 2024-04-01\nchance = 0.5\neffects = [\"x = 1\"]\n[outcomes.o]\nwhen = \"x == 1\"\n",
    );
    let (mut holds, mut boxes, mut told, mut signs, mut any) = (0, 0, 0, 0, 0);
    let (mut flattering, mut honest) = (0.0, 0.0);
    let seeds = 300;
    for seed in 0..seeds {
        let result =
            Explanation::new(&model).unwrap().trials(400).seed(seed).off("toss").threads(1).run().unwrap();
        if let Some(found) = result.ranges {
            boxes += 1;
            holds += u32::from(found.holds);
            flattering += found.found.density - 0.5;
            honest += found.density.map_or(0.0, |density| density.estimate - 0.5);
        }
        let found = result.signposts.unwrap().signs;
        for sign in found.iter().filter(|sign| sign.name == "y" || sign.name == "z") {
            signs += 1;
            told += u32::from(sign.odds_ratio.is_some_and(|ratio| !ratio.holds_one()));
        }
        any += u32::from(found.iter().any(|sign| sign.p_adjusted < 0.05));
    }
    let share = |part: u32, of: u32| f64::from(part) / f64::from(of);
    assert!(flattering / f64::from(boxes) > 0.05, "{flattering} {boxes}");
    assert!((honest / f64::from(boxes)).abs() < 0.01, "{honest} {boxes}");
    // One side of a test at 95%.
    assert!(share(holds, boxes) < 0.05, "{holds} of {boxes}");
    keeps_its_level("odds", 1.0 - share(told, signs));
    assert!(share(any, u32::try_from(seeds).unwrap()) <= 0.07, "{any}");
}

/// The parts of a scenario of rules that have nothing to do with the outcome, each rare as it is.
fn inert(rules: usize, chance: f64) -> Scenario {
    let mut text = "[scenario]\nstart = 2024-01-01\nstep = \"month\"\nhorizon = 12\n".to_owned();
    text.push_str("[variables.x]\ninitial = 0\n[outcomes.ev]\nwhen = \"x >= 1\"\n");
    text.push_str(&format!("[rules.luck]\nchance = {chance}\neffects = [\"x += 1\"]\n"));
    for rule in 0..rules {
        text.push_str(&format!(
            "[variables.v{rule:02}]\ninitial = 0\n[rules.d{rule:02}]\nchance = {chance}\n"
        ));
        text.push_str(&format!("limit = 1\neffects = [\"v{rule:02} += 1\"]\n"));
    }
    scenario(&text)
}

/// Where rules and outcome are rare, one trial with both is no news among many rules. By the normal distribution in a
/// quarter of all analyses some lift is real that is not, and in more some signpost.
#[test]
fn of_many_rules_of_which_none_matters() {
    let (seeds, most) = (200, 10);
    for (rules, chance, trials) in [(10, 0.002, 1000), (40, 0.001, 2000)] {
        let model = inert(rules, chance);
        let (mut lifts, mut signs) = (0, 0);
        for seed in 0..seeds {
            let explanation = Explanation::new(&model).unwrap().trials(trials).seed(seed);
            let result = explanation.off("d00").threads(1).run().unwrap();
            // What luck did cannot be told from the outcome, and nobody who had it is left to look for signs.
            let real = |(name, lift): (&str, &RuleLift)| name != "luck" && lift.p_adjusted < 0.05;
            lifts += u32::from(result.rules.iter().any(real));
            signs += u32::from(result.signposts.unwrap().signs.iter().any(|sign| sign.p_adjusted < 0.05));
        }
        assert!(lifts <= most && signs <= most, "{rules} {chance}: {lifts} and {signs} of {seeds}");
    }
}

/// Nearly all with the mark get there, of whom there are few. The variance of S. Greenland and J. M. Robins (1985) is
/// then next to nothing, and its interval holds the truth in half of all samples.
#[test]
fn of_a_lift_where_nearly_all_get_there() {
    for (with, without, trials) in [(0.9, 0.5, 500), (0.96, 0.8, 1000), (0.5, 0.5, 500), (0.1, 0.5, 500)] {
        let model = scenario(&format!(
            "[scenario]\nstart = 2024-01-01\nstep = \"month\"\nhorizon = 2\n[variables.m]\ninitial = 0\n[variables.x]\ninitial = 0\n
[rules.mark]\nat = 2024-01-01\nchance = 0.01\neffects = [\"m += 1\"]\n[outcomes.o]\nwhen = \"x >= 1\"\n
[rules.hit]\nat = 2024-02-01\nchance = \"if(m > 0, {with}, {without})\"\neffects = [\"x += 1\"]\n"
        ));
        let (truth, seeds) = (with / without, 400);
        let (mut held, mut runs) = (0, 0);
        for seed in 0..seeds {
            let explanation = Explanation::new(&model).unwrap().trials(trials).seed(seed);
            let result = explanation.off("mark").threads(1).run().unwrap();
            // In some samples nobody has the mark.
            let Some(lift) = result.rules.get("mark") else { continue };
            let Some(ratio) = lift.lift else { continue };
            runs += 1;
            held += u32::from(ratio.low <= truth && truth <= ratio.high);
            assert_eq!(ratio.holds_one(), lift.p >= 0.05, "{lift:?}");
        }
        let coverage = f64::from(held) / f64::from(runs);
        assert!(coverage >= 0.93, "{with} {without}: {held} of {runs}");
    }
}

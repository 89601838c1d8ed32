//! Which inputs an answer hangs on: functions whose indices are known, chance taken out, and wrong use.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use cordiale_sim::analysis::sensitivity::{Design, Measure, SensitivityResult, Way};
use cordiale_sim::{Comparison, Sensitivity, Simulation};

const HEAD: &str = "[scenario]\nstart = 2024-01-01\nhorizon = 1\nstep = \"year\"\n";

fn scenario(text: &str) -> Scenario {
    match Scenario::from_toml(text, "test.toml", &NoFiles) {
        Ok(scenario) => scenario,
        Err(report) => panic!("{report}"),
    }
}

fn of(text: &str) -> Sensitivity {
    Sensitivity::new(&scenario(text)).unwrap().seed(11).resamples(100)
}

/// First-order and total indices of an outcome.
fn indices(result: &SensitivityResult, outcome: &str) -> Vec<(f64, f64)> {
    let drivers = result.drivers(outcome).unwrap();
    let one =
        |name: &str| drivers.sobol(name).map(|(first, total)| (first.estimate, total.estimate)).unwrap();
    result.inputs.names().map(one).collect()
}

fn near(found: &[(f64, f64)], expected: &[(f64, f64)], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let apart = (found.0 - expected.0).abs().max((found.1 - expected.1).abs());
        assert!(apart < tolerance, "{found:?} is not {expected:?}");
    }
}

/// What cannot be squared has no variance, and is not told as something that nothing moves.
#[test]
fn values_that_cannot_be_squared_are_refused() {
    let text = format!(
        "{HEAD}[parameters.u]\nvalue = \"uniform(0, 1)\"\n[outcomes.big]\nvalue = \"u * 1e200\"\n[outcomes.small]\nvalue = \"u\"\n"
    );
    for way in [Way::Sobol, Way::Morris, Way::Pawn, Way::Swings] {
        let refused = of(&text).points(256).method(way).run().unwrap_err();
        assert!(refused.to_string().contains("outcome `big` takes values beyond 1e150"), "{refused}");
        let kept = of(&text).points(256).method(way).outcome("small").run().unwrap();
        assert!(kept.drivers("small").unwrap().mean > 0.0);
    }
}

/// Variances of the parts of the Ishigami function: 1/2 + b pi^4/5 + b^2 pi^8/50, a^2/8, and 8 b^2 pi^8/225 shared.
#[test]
fn the_ishigami_function_has_its_indices() {
    let (a, b, pi) = (7.0_f64, 0.1_f64, std::f64::consts::PI);
    let v1 = 0.5 + b * pi.powi(4) / 5.0 + b * b * pi.powi(8) / 50.0;
    let (v2, v13) = (a * a / 8.0, 8.0 * b * b * pi.powi(8) / 225.0);
    let all = v1 + v2 + v13;
    let expected = [(v1 / all, (v1 + v13) / all), (v2 / all, v2 / all), (0.0, v13 / all)];
    let text = include_str!("sensitivity/ishigami.toml");
    for (design, tolerance) in [(Design::Sobol, 0.02), (Design::LatinHypercube, 0.06)] {
        let result = of(text).design(design).points(4096).run().unwrap();
        near(&indices(&result, "y"), &expected, tolerance);
        assert_eq!(result.design.trials_a_point, 1, "nothing is left to chance");
        let drivers = result.drivers("y").unwrap();
        assert!(
            (drivers.mean - 3.5).abs() < 0.05
                && (drivers.variance.unwrap().explained.estimate - all).abs() < 0.6
        );
        // Alone the third explains nothing.
        let (first, total) = drivers.sobol("x3").unwrap();
        assert!(!first.distinguishable && total.distinguishable);
        assert_eq!(drivers.ranked().iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["x1", "x2", "x3"]);
    }
}

/// Each factor has variance v = 1 / (3 (1 + a)^2); the whole product((1 + v)) - 1.
#[test]
fn the_g_function_has_its_indices() {
    let variances = [0.0, 1.0, 4.5, 9.0].map(|a: f64| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
    let all: f64 = variances.iter().map(|v| 1.0 + v).product::<f64>() - 1.0;
    let expected: Vec<(f64, f64)> =
        variances.iter().map(|v| (v / all, v * (1.0 + all) / (1.0 + v) / all)).collect();
    let result = of(include_str!("sensitivity/g-function.toml")).points(4096).run().unwrap();
    near(&indices(&result, "y"), &expected, 0.01);
}

/// An event with chance: the indices are those of its probability 0.1 + 0.4 a + 0.2 b + 0.2 c, whatever the dice do.
const CHANCE: &str = "[parameters.a]\nvalue = \"uniform(0, 1)\"\n[parameters.b]\nvalue = \"uniform(0, 1)\"\n
[variables.c]\ninitial = \"bernoulli(0.5)\"\n[variables.x]\ninitial = 0\n
[rules.r]\nchance = \"0.1 + 0.4 * a + 0.2 * b + 0.2 * c\"\neffects = [\"x = 1\"]\n
[outcomes.event]\nwhen = \"x == 1\"\n[outcomes.value]\nvalue = \"3 * x\"\n
[outcomes.level]\nlevels = [{ name = \"yes\", when = \"x == 1\" }, { name = \"no\" }]\n";

#[test]
fn chance_is_taken_out() {
    let variances = [0.16 / 12.0, 0.04 / 12.0, 0.04 / 4.0];
    let all: f64 = variances.iter().sum();
    let expected = variances.map(|v| (v / all, v / all));
    for replicates in [2, 5] {
        let analysis = of(&format!("{HEAD}{CHANCE}")).points(16_384).replicates(replicates);
        let result = analysis.run().unwrap();
        for outcome in ["event", "value", "level.yes", "level.no"] {
            // Three standard errors; with the dice left in, the first would be 0.05 and the totals near 0.5.
            near(&indices(&result, outcome), &expected, 0.15);
        }
        let variance = result.drivers("event").unwrap().variance.unwrap();
        assert!((variance.explained.estimate / all - 1.0).abs() < 0.15);
        // As shares of the variance of the event itself they would be a tenth of that.
        assert!((variance.outcome - 0.25).abs() < 0.005);
    }
}

#[test]
fn the_threads_do_not_show() {
    let analysis = of(&format!("{HEAD}{CHANCE}"));
    for way in [Way::Sobol, Way::Morris, Way::Pawn, Way::Swings] {
        let analysis = analysis.clone().method(way).points(150);
        let one = analysis.clone().threads(1).run().unwrap().to_json();
        assert_eq!(one, analysis.threads(3).run().unwrap().to_json());
    }
}

/// Draws within one number are moved together; an input that nothing reads has exactly no effect.
#[test]
fn several_draws_are_one_input() {
    let text = format!(
        "{HEAD}[parameters.two]\nvalue = \"uniform(0, 1) - uniform(0, 1)\"\n[parameters.one]\nvalue = \"uniform(0, 1)\"\n[parameters.none]\nvalue = \"uniform(0, 1)\"\n[outcomes.y]\nvalue = \"one + two\"\n"
    );
    let result = of(&text).points(1024).run().unwrap();
    assert_eq!(result.inputs.get("two").unwrap().draws, 2);
    near(&indices(&result, "y"), &[(0.0, 0.0), (1.0 / 3.0, 1.0 / 3.0), (2.0 / 3.0, 2.0 / 3.0)], 0.01);
    let (first, total) = result.drivers("y").unwrap().sobol("none").unwrap();
    assert_eq!((first.estimate, total.estimate, total.distinguishable), (0.0, 0.0, false));
}

/// What is not varied is drawn as ever and counts as chance.
#[test]
fn inputs_may_be_chosen() {
    let text = format!(
        "{HEAD}[parameters.a]\nvalue = \"uniform(0, 1)\"\n[parameters.b]\nvalue = \"uniform(0, 1)\"\n[outcomes.y]\nvalue = \"a + b\"\n"
    );
    let result = of(&text).input("a").points(4096).run().unwrap();
    near(&indices(&result, "y"), &[(1.0, 1.0)], 0.05);
    let variance = result.drivers("y").unwrap().variance.unwrap();
    assert!((variance.explained.estimate * 12.0 - 1.0).abs() < 0.05);
    assert!((variance.outcome * 6.0 - 1.0).abs() < 0.05);
}

/// A rate times a factor: what a rule has no part in does not hang on it, and the rest does as the exact chances say.
#[test]
fn rates_are_inputs() {
    let text = format!(
        "{HEAD}[variables.x]\ninitial = 0\n[rules.a]\nhazard = 1\neffects = [\"x += 1\"]\n[rules.b]\nchance = 0.3\neffects = [\"x += 2\"]\n[rules.still]\neffects = [\"x += 0\"]\n[outcomes.first]\nwhen = \"fired(a)\"\n[outcomes.both]\nvalue = \"x\"\n"
    );
    assert!(of(&text).run().unwrap_err().to_string().contains("nothing uncertain to vary"));
    let result = of(&text).rates(0.1, 10.0).unwrap().points(8192).run().unwrap();
    assert_eq!(result.inputs.names().collect::<Vec<_>>(), ["rules.a.hazard", "rules.b.chance"]);
    near(&indices(&result, "first"), &[(1.0, 1.0), (0.0, 0.0)], 0.06);
    assert_eq!(indices(&result, "first")[1].1, 0.0);
    // The variances of 1 - exp(-f) and of 2 min(1, 0.3 f), f log-uniform, by the midpoint rule.
    let variance = |g: &dyn Fn(f64) -> f64| {
        let at = |k: u32| g(0.1 * 100.0_f64.powf((f64::from(k) + 0.5) / 1e4));
        let mean = (0..10_000).map(at).sum::<f64>() / 1e4;
        (0..10_000).map(|k| (at(k) - mean).powi(2)).sum::<f64>() / 1e4
    };
    let (a, b) = (variance(&|f| 1.0 - (-f).exp()), variance(&|f| 2.0 * f64::min(1.0, 0.3 * f)));
    near(&indices(&result, "both"), &[(a / (a + b), a / (a + b)), (b / (a + b), b / (a + b))], 0.06);
}

/// y = 2 u - v: a move is half of the range, and 4/7 of the way between the outer of eight levels.
#[test]
fn elementary_effects_of_a_line_are_its_slopes() {
    let text = format!(
        "{HEAD}[parameters.u]\nvalue = \"uniform(0, 2)\"\n[parameters.v]\nvalue = \"uniform(0, 1)\"\n[parameters.none]\nvalue = \"uniform(0, 1)\"\n[outcomes.y]\nvalue = \"u - v\"\n"
    );
    let result = of(&text).method(Way::Morris).points(100).run().unwrap();
    let drivers = result.drivers("y").unwrap();
    for (name, slope) in [("u", 1.75_f64), ("v", -0.875), ("none", 0.0)] {
        let Measure::Morris { rms, mu, mu_star, mu_star_by_chance, sigma, distinguishable } =
            drivers.input(name).unwrap()
        else {
            panic!("not Morris")
        };
        let exact =
            [rms - slope.abs(), mu.estimate - slope, mu_star - slope.abs(), *sigma, *mu_star_by_chance];
        assert!(exact.iter().all(|x| x.abs() < 1e-12), "{name}: {exact:?}");
        assert_eq!(*distinguishable, slope != 0.0);
    }
    assert_eq!(drivers.ranked()[0].0, "u");
}

/// With chance: the mean effects are those of the probability, and their spread is not that of the dice.
#[test]
fn elementary_effects_are_of_the_probability() {
    let result = of(&format!("{HEAD}{CHANCE}")).method(Way::Morris).points(200).run().unwrap();
    let drivers = result.drivers("event").unwrap();
    // Of 0.4 a: 0.4 / 2 / (4 / 7).
    let Measure::Morris { rms, mu, sigma, mu_star_by_chance, .. } = drivers.input("a").unwrap() else {
        panic!("not Morris")
    };
    assert!(mu.low < 0.35 && 0.35 < mu.high && (mu.estimate - 0.35).abs() < 0.03, "{mu:?}");
    assert!((rms - 0.35).abs() < 0.03 && *sigma < 0.05 && *mu_star_by_chance > 0.02, "{rms} {sigma}");
}

/// From the 5% point to the 95% point, from no to yes, and from a half to twice.
#[test]
fn swings_of_a_line_are_its_slopes() {
    let text = format!(
        "{HEAD}[parameters.u]\nvalue = \"uniform(0, 2)\"\n[parameters.seldom]\nvalue = \"bernoulli(0.01)\"\n[parameters.k]\nvalue = 3\n[parameters.none]\nvalue = \"uniform(0, 1)\"\n[outcomes.y]\nvalue = \"k - u + 5 * seldom\"\n"
    );
    let run = |analysis: Sensitivity| analysis.method(Way::Swings).points(100).run().unwrap();
    let result = run(of(&text).numbers(0.5, 2.0).unwrap());
    let drivers = result.drivers("y").unwrap();
    assert_eq!((result.run.trials, drivers.mean.round()), (900, 2.0));
    for (name, slope) in [("u", -1.8_f64), ("seldom", 5.0), ("k", 4.5), ("none", 0.0)] {
        let Measure::Swing { at_low, at_high, difference } = *drivers.input(name).unwrap() else {
            panic!("no swing")
        };
        let exact =
            [difference.estimate, difference.low, difference.high, at_high - at_low].map(|x| x - slope);
        assert!(exact.iter().all(|x| x.abs() < 1e-12), "{name}: {exact:?}");
        assert_eq!(difference.distinguishable, slope != 0.0);
    }
    // A factor that does not swing is 1.
    let alone = run(of(&text).numbers(0.5, 2.0).unwrap().input("u"));
    assert_eq!(alone.drivers("y").unwrap().input("u"), drivers.input("u"));
    assert_eq!((alone.drivers("y").unwrap().mean, alone.run.trials), (drivers.mean, 300));
}

/// A swing is what a comparison of the two settings finds, to the last bit.
#[test]
fn a_swing_is_a_comparison_of_its_ends() {
    let text = format!("{HEAD}{CHANCE}");
    let result = of(&text).method(Way::Swings).points(640).run().unwrap();
    let scenario = Scenario::from_toml(&text, "test.toml", &NoFiles).unwrap();
    let at = |value: &str| scenario.with_settings(&[("a", value)]).unwrap();
    let compared = Comparison::new(&at("0.05"))
        .unwrap()
        .variant("high", &at("0.95"))
        .seed(11)
        .trials(640)
        .run()
        .unwrap();
    let variant = compared.variant("high").unwrap();
    for (name, contrast) in [
        ("event", variant.event("event").unwrap().difference.unwrap()),
        ("value", variant.value("value").unwrap().difference.unwrap()),
    ] {
        let Measure::Swing { difference, .. } = *result.drivers(name).unwrap().input("a").unwrap() else {
            panic!("no swing")
        };
        let found = [difference.estimate, difference.low, difference.high].map(f64::to_bits);
        assert_eq!(found, [contrast.estimate, contrast.low, contrast.high].map(f64::to_bits), "{name}");
    }
    // As they are, trials are those of a run.
    let usual = Simulation::new(&scenario).unwrap().seed(11).trials(640).run().unwrap();
    let reached = usual.event("event").unwrap().reached as f64 / 640.0;
    assert_eq!(result.drivers("event").unwrap().mean, reached);
    // Factors stand at 1 then, wherever in their range that lies.
    let factors = of(&text).method(Way::Swings).points(640).numbers(0.5, 4.0).unwrap().run().unwrap();
    assert_eq!(factors.drivers("event").unwrap().mean, reached);
    let mean = |result: &SensitivityResult| result.drivers("value").unwrap().mean;
    assert!((mean(&factors) - mean(&result)).abs() < 1e-9, "{} {}", mean(&factors), mean(&result));
}

/// y = u: where u is in [s, s + 1/10], y is at most max(s, 9/10 - s) from its distribution in all points.
#[test]
fn pawn_finds_known_distances_and_what_does_nothing() {
    let text = format!(
        "{HEAD}[parameters.u]\nvalue = \"uniform(0, 1)\"\n[parameters.none]\nvalue = \"uniform(0, 1)\"\n[outcomes.y]\nvalue = \"u\"\n[outcomes.high]\nwhen = \"u > 0.5\"\n"
    );
    let result = of(&text).method(Way::Pawn).points(4000).run().unwrap();
    for (outcome, expected) in [("y", (0.7, 0.9)), ("high", (0.5, 0.5))] {
        let drivers = result.drivers(outcome).unwrap();
        let Measure::Pawn { median, max, distinguishable, .. } = drivers.input("u").unwrap() else {
            panic!("not PAWN")
        };
        assert!((median - expected.0).abs() < 0.005 && (max - expected.1).abs() < 0.005, "{median} {max}");
        assert!(distinguishable);
        assert!(!drivers.input("none").unwrap().distinguishable(), "{outcome}");
    }
}

#[test]
fn every_evaluation_can_be_had() {
    let (result, sample) =
        of(&format!("{HEAD}{CHANCE}")).outcome("event").points(20).run_with_sample().unwrap();
    assert_eq!(sample.columns, ["parameter/a/0", "parameter/b/0", "start/c/0", "event"]);
    assert_eq!((sample.rows.len(), result.run.trials), (20 * 2 * 5, 200));
    let mean =
        sample.rows.iter().filter(|row| row.matrix == "A" || row.matrix == "B").map(|row| row.values[3]);
    let mean: f64 = mean.sum::<f64>() / 80.0;
    assert!((mean - result.drivers("event").unwrap().mean).abs() < 1e-12);
}

#[test]
fn wrong_use_says_what_to_do() {
    let told = |analysis: Sensitivity| analysis.run().unwrap_err().to_string();
    let text = format!("{HEAD}{CHANCE}");
    let refused = [
        (of(&text).input("d"), "there is no input `d`; there are: a, b, c"),
        (of(&text).input("x"), "`x` is a fixed number, so there is nothing to vary; give it a distribution"),
        (of(&text).input("rules.r.chance"), "rates of rules are inputs with --rates 0.5..2"),
        (of(&text).outcome("evnt"), "there is no outcome `evnt`; there are: event, value, level"),
        (of(&text).points(3), "3 points are too few"),
        (of(&text).points(100_000), "a Sobol sequence has up to 65536 points"),
        (of(&text).points(1 << 16).resamples(1 << 20), "more memory than 2 GiB; ask for 4096 or fewer"),
        (of(&text).replicates(1), "by 2 to 1024 trial numbers"),
        (of(&text).method(Way::Morris).levels(5), "give an even number"),
        (of(&text).method(Way::Pawn).points(40).slices(10), "of 5 points or more each"),
        (of(&text).method(Way::Swings).points(63), "63 trials at each end are too few"),
        (of(&text).points(60_000).replicates(900), "are more than is kept at once; ask for at most "),
        (of(&format!("{HEAD}[parameters.a]\nvalue = \"uniform(0, 1)\"\n")), "there is no outcome to look at"),
    ];
    for (analysis, expected) in refused {
        let told = told(analysis);
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    assert!(of(&text).rates(2.0, 0.5).unwrap_err().to_string().contains("as in 0.5..2"));
    // A point that fails is told with where its inputs stand.
    let failing = format!(
        "{HEAD}[parameters.a]\nvalue = \"uniform(0, 1)\"\n[outcomes.o]\nvalue = \"sqrt(a - 0.01)\"\n"
    );
    let said = told(of(&failing));
    assert!(
        said.contains("`sqrt(a - 0.01)` is not a number") && said.contains("`a` at its quantile 0.00"),
        "{said}"
    );
    // A conditional outcome has no variance to divide.
    let given = format!("{text}[outcomes.if_event]\nwhen = \"x == 1\"\ngiven = \"event\"\n");
    assert!(told(of(&given).outcome("if_event")).contains("is conditional on `event`"));
    let result = of(&given).points(16).run().unwrap();
    assert!(result.warnings.iter().any(|w| w.contains("`if_event` is conditional")), "{:?}", result.warnings);
}

/// Of every way, and on any number of threads the same.
#[test]
fn chances_out_of_bounds_are_told() {
    let text = format!(
        "{HEAD}[parameters.p]\nvalue = \"uniform(0, 2)\"\n[variables.x]\ninitial = 0\n
[rules.often]\nchance = \"p\"\neffects = [\"x += 1\"]\n[outcomes.x]\nvalue = \"x\"\n"
    );
    for way in [Way::Sobol, Way::Morris, Way::Pawn, Way::Swings] {
        let told = |threads| of(&text).method(way).points(128).threads(threads).run().unwrap().warnings;
        let warnings = told(1);
        let expected = "rule `often`: a chance outside [0, 1], or a hazard or weight below 0, was clamped ";
        assert!(warnings.iter().any(|warning| warning.starts_with(expected)), "{warnings:?}");
        assert_eq!(warnings, told(2));
    }
    // What only a factor brings about is no fault of the scenario.
    let fast = text.replace("chance = \"p\"", "hazard = 4");
    let varied = of(&fast).method(Way::Morris).points(128).rates(0.5, 2.0).unwrap().run().unwrap();
    assert!(!varied.warnings.iter().any(|warning| warning.contains("stood above")), "{:?}", varied.warnings);
}

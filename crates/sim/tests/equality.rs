//! The engine and the reference interpreter give the same tallies and the same errors, to the last bit.

mod common;

use common::{Shape, load, shapes, try_load};
use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use cordiale_sim::{RunError, Simulation, Tally, VectorWidth};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRng, TestRunner};

/// Holds the engine to the reference, on some numbers of threads and with every vector width.
fn hold(scenario: &Scenario, first: u64, trials: u64) -> Result<Option<Tally>, TestCaseError> {
    let simulation = Simulation::new(scenario).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let simulation = simulation.first_trial(first).trials(trials);
    let expected = simulation.tally_with_reference();
    let [baseline, avx2, avx512] = VectorWidth::ALL;
    for (threads, width) in [(1, baseline), (1, avx2), (1, avx512), (2, avx2), (3, baseline), (8, avx512)] {
        let found = simulation.clone().threads(threads).vector_width(width).tally();
        match (&expected, &found) {
            (Ok(expected), Ok(found)) => {
                let json = |tally: &Tally| tally.result(scenario).map(|result| result.to_json());
                prop_assert_eq!(json(expected), json(found));
                prop_assert!(expected == found, "results agree, tallies differ");
            }
            // By their texts, for a NaN in one does not equal itself.
            (Err(expected), Err(found)) => prop_assert_eq!(format!("{expected:?}"), format!("{found:?}")),
            (Ok(_), Err(found)) => prop_assert!(false, "the engine alone fails: {}", found),
            (Err(expected), Ok(_)) => prop_assert!(false, "the reference alone fails: {}", expected),
        }
    }
    Ok(expected.ok())
}

/// Holds the merged tallies of two parts to that of the whole.
fn hold_halves(scenario: &Scenario, first: u64, trials: u64, whole: &Tally) -> Result<(), TestCaseError> {
    let part = |first, trials| -> Result<Tally, RunError> {
        Simulation::new(scenario)?.first_trial(first).trials(trials).tally()
    };
    let half = trials / 3 + 1;
    if half < trials {
        let halves = part(first + half, trials - half).and_then(|b| b.merge(&part(first, half)?));
        prop_assert!(halves.as_ref() == Ok(whole), "halves differ from the whole");
    }
    Ok(())
}

/// Indices over ties that rules alone move, some of them seldom, read by each other, by guards, effects and outcomes; one
/// may fail.
#[test]
fn indices_that_only_rules_move_agree() -> Result<(), TestCaseError> {
    let mut text = "[scenario]\ntitle = \"T\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = 40\n\
        [channels.arms]\ndefault = 0.3\n[groups.five]\nmembers = [\"AAA\", \"BBB\", \"CCC\", \"DDD\", \"EEE\"]\n\
        [indices.standing]\nof = [\"a\"]\nvalue = \"mean(arms[a,b] for b in five if b != a)\"\n\
        [indices.spread]\nvalue = \"max(standing[a] for a in five) - min(standing[a] for a in five)\"\n\
        [indices.ratio]\nvalue = \"(1 + sqrt(spread)) / (0.2 - standing[AAA] + standing[BBB])\"\n\
        [rules.raise]\nforeach = { a = \"five\", b = \"five\" }\nwhere = \"a < b\"\nwhen = \"standing[a] < 0.6\"\n\
        chance = \"0.004 + 0.01 * spread\"\neffects = [\"arms[a,b] += 0.2 * standing[b]\"]\n\
        [rules.reset]\nchance = 0.003\neffects = [\"arms[CCC,DDD] = standing[AAA]\"]\n\
        [outcomes.far]\nwhen = \"spread > 0.1\"\n[outcomes.ratio]\nvalue = \"ratio\"\n[outcomes.one]\nvalue = \"standing[DDD]\"\n"
        .to_owned();
    for actor in ["AAA", "BBB", "CCC", "DDD", "EEE"] {
        text += &format!("[actors.{actor}]\nname = \"{actor}\"\n");
    }
    let scenario = Scenario::from_toml(&text, "test.toml", &NoFiles);
    let scenario = scenario.map_err(|report| TestCaseError::fail(report.to_string()))?;
    let simulation = Simulation::new(&scenario).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let memos = simulation.program().matches("after a change of").count();
    prop_assert!(memos >= 7, "{memos} indices that are kept");
    hold(&scenario, 30, 300)?;
    Ok(())
}

/// Random scenarios are not without such indices.
#[test]
fn random_scenarios_have_what_only_rules_move() {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let with = (0..60).filter(|_| {
        let shape = shapes(false).new_tree(&mut runner).map(|tree| tree.current());
        let scenario = shape.ok().and_then(|shape| try_load(&shape));
        let program = scenario.and_then(|scenario| Simulation::new(&scenario).ok()).map(|s| s.program());
        program.is_some_and(|text| text.contains("after a change of"))
    });
    let with = with.count();
    assert!(with >= 5, "{with} of 60");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1904),
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_scenarios_agree(shape in shapes(false), first in 0..200_u64, trials in 1..150_u64) {
        if let Some(scenario) = try_load(&shape) {
            if let Some(whole) = hold(&scenario, first, trials)? {
                hold_halves(&scenario, first, trials, &whole)?;
            }
            if let Ok(forced) = scenario.with_variant("forced") {
                hold(&forced, first, trials)?;
            }
        }
    }

    #[test]
    fn random_scenarios_that_may_fail_agree(shape in shapes(true), first in 0..200_u64, trials in 1..100_u64) {
        if let Some(scenario) = try_load(&shape) {
            hold(&scenario, first, trials)?;
        }
    }
}

/// Forced in steps in a row and while it rests, and for cooldowns from the shortest to such as are never over.
#[test]
fn cooldowns_and_limits_of_rules_that_are_forced_agree() -> Result<(), TestCaseError> {
    let on = |months: &[u32]| -> String {
        months.iter().map(|month| format!("2020-{month:02}-01, ")).collect::<Vec<_>>().concat()
    };
    for (cooldown, limit) in
        [0, 1, 2, 3, 4, 11, 12, 13, 20, 1000].into_iter().zip([1000, 1000, 3, 1000, 0].into_iter().cycle())
    {
        for dates in [on(&[]), on(&[1]), on(&[3, 4]), on(&[3, 4, 5, 9]), on(&[2, 6, 7, 12])] {
            let text = format!(
                "[scenario]\nstart = 2020-01-01\nhorizon = 12\n[variables.x]\ninitial = 0\n
[rules.r]\nchance = 0.3\ncooldown = {cooldown}\nlimit = {limit}\neffects = [\"x += 1\"]\n
[outcomes.x]\nvalue = \"x\"\n[outcomes.n]\nvalue = \"count(r)\"\n
[variants.v]\nset = {{ \"rules.r.priority\" = 1 }}\nforce = {{ r = [{dates}] }}\n"
            );
            let scenario = Scenario::from_toml(&text, "t.toml", &NoFiles)
                .and_then(|scenario| if dates.is_empty() { Ok(scenario) } else { scenario.with_variant("v") })
                .map_err(|report| TestCaseError::fail(report.to_string()))?;
            prop_assert!(hold(&scenario, 0, 200)?.is_some());
        }
    }
    Ok(())
}

/// As a start and in an effect, and read by nothing, by an outcome, or by a guard, which holds for no NaN.
#[test]
fn a_draw_without_a_distribution_is_an_error_whatever_reads_it() -> Result<(), TestCaseError> {
    let draws = [
        "beta(-p, 2)",
        "uniform(1, p)",
        "triangular(0, 1, p)",
        "bernoulli(1 + p)",
        "normal(0, -p)",
        "gamma(-p, 1)",
    ];
    for draw in draws {
        for (start, effect) in [(draw, "0.1"), ("0", draw)] {
            for (when, outcome) in [("p > 0", "p"), ("p > 0", "x"), ("x > 50", "count(looks)")] {
                let text = format!(
                    "[scenario]\nstart = 2020-01-01\nhorizon = 3\n[parameters.p]\nvalue = 0.5\n
[variables.x]\ninitial = \"{start}\"\nrange = [0, 100]\n[rules.r]\neffects = [\"x += {effect}\"]\n
[rules.looks]\nwhen = \"{when}\"\neffects = []\n[outcomes.o]\nvalue = \"{outcome}\"\n"
                );
                let scenario = Scenario::from_toml(&text, "t.toml", &NoFiles)
                    .map_err(|report| TestCaseError::fail(report.to_string()))?;
                prop_assert!(hold(&scenario, 0, 70)?.is_none(), "{} runs", text);
            }
        }
    }
    Ok(())
}

/// The generator would be worth little if the checks refused most of what it makes.
#[test]
fn most_random_scenarios_are_accepted_and_many_fail_only_where_they_may() {
    let (mut accepted, mut failed, mut risky_failed) = (0, 0, 0);
    for seed in 0..60 {
        for risky in [false, true] {
            let shape = Shape { seed, parameters: 3, indices: 3, rules: 7, outcomes: 4, steps: 12, risky };
            if let Some(scenario) = try_load(&shape) {
                accepted += 1;
                let fails = Simulation::new(&scenario).and_then(|s| s.trials(64).tally()).is_err();
                *(if risky { &mut risky_failed } else { &mut failed }) += usize::from(fails);
            }
        }
    }
    assert!(accepted > 100, "{accepted} of 120 accepted");
    assert!(failed < 30, "{failed} fail");
    assert!(risky_failed > 5, "{risky_failed} of the risky fail");
}

const HEAD: &str =
    "[scenario]\ntitle = \"T\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = 30\nseed = 11\n";

/// Scenarios for what random ones seldom meet; each is run as it is.
const WRITTEN: [(&str, &str); 12] = [
    (
        "chances that are the same in five steps, and out of range in a trial of some blocks",
        "[parameters.rare]\nvalue = \"bernoulli(0.01)\"\n[variables.x]\ninitial = 0\n[rules.chance]\nchance = \"0.2 + rare\"\neffects = [\"x += 1\"]\n[rules.hazard]\nhazard = \"1 - 3 * rare\"\neffects = [\"x += 10\"]\n[rules.fast]\nhazard = \"1 + 20 * rare\"\neffects = [\"x += 100\"]\n[rules.curve]\nchance = \"logistic(rare - 1)\"\nbranches.b = { weight = \"1 - 2 * rare\", effects = [\"x += 1000\"] }\n[outcomes.x]\nvalue = \"x\"\n",
    ),
    (
        "chances that are a number, a product, and sums of one to four terms",
        "[variables.x]\ninitial = \"uniform(0, 1)\"\nrange = [0, 1]\nvolatility = 0.4\n[variables.y]\ninitial = \"uniform(0, 1)\"\nrange = [0, 1]\nvolatility = 0.4\n[variables.z]\ninitial = \"uniform(0, 1)\"\nrange = [0, 1]\nvolatility = 0.4\n[variables.w]\ninitial = \"uniform(0, 1)\"\nrange = [0, 1]\nvolatility = 0.4\n[rules.c1]\nchance = \"0.1 + 0.05 * x\"\neffects = [\"x += 0.01 * y\"]\n[rules.l1]\nchance = \"logistic(-2 + 1.5 * x)\"\neffects = [\"y -= 0.02\"]\n[rules.h1]\nhazard = \"0.3 + 1.5 * x\"\neffects = [\"z += 0.01 * (1 - z)\", \"w -= 0.01 * w * x\"]\n[rules.c2]\nchance = \"0.1 + 0.05 * x + 0.04 * y\"\neffects = [\"x += 0.01 * y\"]\n[rules.l2]\nchance = \"logistic(-2 + 1.5 * x - 0.7 * y)\"\neffects = [\"y -= 0.02\"]\n[rules.h2]\nhazard = \"0.3 + 1.5 * x + 0.7 * y\"\neffects = [\"z += 0.01 * (1 - z)\", \"w -= 0.01 * w * x\"]\n[rules.c3]\nchance = \"0.1 + 0.05 * x + 0.04 * y + 0.03 * z\"\neffects = [\"x += 0.01 * y\"]\n[rules.l3]\nchance = \"logistic(-2 + 1.5 * x - 0.7 * y - 2 * z)\"\neffects = [\"y -= 0.02\"]\n[rules.h3]\nhazard = \"0.3 + 1.5 * x + 0.7 * y + 2 * z\"\neffects = [\"z += 0.01 * (1 - z)\", \"w -= 0.01 * w * x\"]\n[rules.c4]\nchance = \"0.1 + 0.05 * x + 0.04 * y + 0.03 * z + 0.06 * w\"\neffects = [\"x += 0.01 * y\"]\n[rules.l4]\nchance = \"logistic(-2 + 1.5 * x - 0.7 * y - 2 * z - 0.9 * w)\"\neffects = [\"y -= 0.02\"]\n[rules.h4]\nhazard = \"0.3 + 1.5 * x + 0.7 * y + 2 * z + 0.9 * w\"\neffects = [\"z += 0.01 * (1 - z)\", \"w -= 0.01 * w * x\"]\n[rules.number]\nchance = 0.37\neffects = [\"w += 0.05\"]\n[rules.product]\nchance = \"0.8 * x * y\"\neffects = [\"x -= 0.05\"]\n[outcomes.x]\nvalue = \"x + y + z + w\"\n[outcomes.n]\nvalue = \"count(c1) + count(l1) + count(h1) + count(c2) + count(l2) + count(h2) + count(c3) + count(l3) + count(h3) + count(c4) + count(l4) + count(h4) + count(number) + count(product)\"\n",
    ),
    (
        "rules whose limit is 0",
        "[variables.x]\ninitial = 0\n[rules.a]\nlimit = 0\neffects = [\"x += 1\"]\n[rules.b]\nchance = 0.3\nlimit = 0\neffects = [\"x += 10\"]\nbranches.c = { weight = 1 }\n[outcomes.x]\nvalue = \"x\"\n[outcomes.n]\nvalue = \"count(b)\"\n",
    ),
    (
        "a rate that is 0 in some trials, toward what has no value in those",
        "[parameters.on]\nvalue = \"bernoulli(0.5)\"\n[variables.x]\ninitial = \"0.1 + 0.2 * on\"\ndecay = { rate = \"0.7 * on\", toward = \"0.3 / on\" }\nvolatility = \"0.1 * on\"\n[rules.r]\nchance = 0.3\neffects = [\"x += 0.1\"]\n[outcomes.x]\nvalue = \"x\"\n[outcomes.e]\nwhen = \"x == 0.1\"\n",
    ),
    (
        "levels that are looked at only where none before them holds",
        "[variables.x]\ninitial = \"uniform(-1, 1)\"\n[outcomes.x]\nlevels = [{ name = \"low\", when = \"x < 0\" }, { name = \"middle\", when = \"sqrt(x) < 0.5\" }]\n",
    ),
    (
        "what two branches share",
        "[variables.x]\ninitial = 0.5\nrange = [0, 1]\n[rules.r]\nchance = 0.02\nbranches.a = { weight = \"x\", effects = [\"x += 0.3 * (x - x^2) + uniform(0, 0.01)\"] }\nbranches.b = { weight = \"1 - x\", effects = [\"x -= 0.3 * (x - x^2)\"] }\nbranches.c = { weight = 0, effects = [\"x = 0\"] }\n[outcomes.x]\nvalue = \"x\"\n[outcomes.a]\nvalue = \"count(r.a) + since(r.c)^-1\"\n",
    ),
    (
        "branches whose weights are all 0 now and then",
        "[variables.x]\ninitial = 0\n[rules.tick]\nchance = 0.5\neffects = [\"x = 1 - x\"]\n[rules.r]\nbranches.a = { weight = \"x\", effects = [] }\nbranches.b = { weight = \"-x\", effects = [] }\n[outcomes.none]\nvalue = \"count(r) - count(r.a) - count(r.b)\"\n",
    ),
    (
        "hazards that are too fast, below 0, and 0",
        "[variables.x]\ninitial = \"normal(0, 1)\"\nvolatility = 3\n[rules.r]\nhazard = \"5 * x\"\neffects = []\n[outcomes.x]\nvalue = \"count(r)\"\n",
    ),
    (
        "assignments of several rules to one target, with additions on top",
        "[variables.x]\ninitial = 0\nrange = [-5, 5]\n[rules.a]\nchance = 0.5\neffects = [\"x = 1\"]\n[rules.b]\nchance = 0.5\npriority = 2\neffects = [\"x = 2\", \"x += 0.1 * x\"]\n[rules.c]\nchance = 0.5\npriority = 2\neffects = [\"x = 3\"]\n[rules.d]\nchance = 0.5\neffects = [\"x -= 0.25\"]\nbranches.e = { weight = 1, effects = [\"x += step\"] }\n[outcomes.x]\nvalue = \"x\"\n",
    ),
    (
        "an effect that copies another value, which drifts meanwhile",
        "[variables.x]\ninitial = 0\n[variables.y]\ninitial = 1\nvolatility = 1\n[rules.r]\nchance = 0.5\neffects = [\"x = y\", \"y += x\"]\n[outcomes.x]\nvalue = \"x - y\"\n",
    ),
    (
        "a start of -0.0, and what becomes infinite only where nobody looks",
        "[parameters.big]\nvalue = \"exp(800 * bernoulli(0.5))\"\n[variables.x]\ninitial = \"-0.0\"\ndecay = { rate = 1, toward = \"start\" }\n[variables.y]\ninitial = 1\nrange = [0, 2]\n[rules.r]\nchance = 0.1\neffects = [\"y += big\"]\n[outcomes.x]\nvalue = \"max(0, x) + y\"\n[outcomes.e]\nwhen = \"big > 1 and fired(r) or x^-1 < 0\"\n",
    ),
    (
        "a state value that becomes infinite in the end",
        "[variables.x]\ninitial = \"uniform(1, 2)\"\n[rules.r]\nchance = 0.9\neffects = [\"x = x^16\"]\n[outcomes.x]\nwhen = \"x > 3\"\n",
    ),
];

#[test]
fn written_scenarios_agree() -> Result<(), String> {
    for (what, text) in WRITTEN {
        let scenario = load(&(HEAD.to_owned() + text));
        hold(&scenario, 50, 333).map_err(|error| format!("{what}: {error}"))?;
    }
    Ok(())
}

/// The scenarios of the repository, each with all its variants.
#[test]
fn shipped_scenarios_agree() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "toml")) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let scenario = Scenario::from_toml(&std::fs::read_to_string(path)?, &name, &NoFiles)?;
        let variants = scenario.model().variants.iter().map(|variant| scenario.with_variant(&variant.name));
        for (number, scenario) in std::iter::once(Ok(scenario.clone())).chain(variants).enumerate() {
            let trials = if number == 0 { 200 } else { 70 };
            hold(&scenario?, 1000, trials).map_err(|error| format!("{name}, variant {number}: {error}"))?;
        }
    }
    Ok(())
}

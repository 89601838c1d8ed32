//! Explanations of models of which it is known what sets the trials apart, and against the reference interpreter.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::ops::ControlFlow;

use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use cordiale_sim::analysis::explain::{ExplainResult, SignKind};
use cordiale_sim::record::{Track, TrialRecord};
use cordiale_sim::stats::wilson;
use cordiale_sim::{Comparison, Explanation, RunError, Simulation, reference};

/// It is reached where the key has come, `p` is above 0.6 and `q` below 0.5: nothing else matters, and `trail` comes of it.
const KNOWN: &str = r#"
[scenario]
start = 2024-01-01
step = "month"
horizon = 10
seed = 5
[parameters.p]
value = "uniform(0, 1)"
[parameters.q]
value = "uniform(0, 1)"
[parameters.idle]
value = "uniform(0, 1)"
[parameters.fixed]
value = 3
[variables.held]
initial = 0
[variables.level]
initial = 0
[variables.n]
initial = 0
[rules.key]
chance = 0.1
limit = 1
branches.gold = { weight = 1, effects = ["held = 1"] }
branches.brass = { weight = 0, effects = [] }
[rules.noise]
chance = 0.2
effects = ["n += 1"]
[rules.ramp]
effects = ["level += p"]
[rules.trail]
when = "won"
effects = ["n += 1"]
[rules.off]
enabled = false
effects = ["n += 1"]
[indices.won]
value = "held >= 1 and p > 0.6 and q < 0.5"
[indices.root]
value = "sqrt(n - 2)"
[outcomes.won]
when = "won"
[outcomes.height]
value = "level"
by = 2024-07-01
[outcomes.grade]
levels = [{ name = "high", when = "level > 6" }, { name = "low" }]
[outcomes.if_won]
value = "n"
given = "won"
[outcomes.always]
when = "n >= 0"
[outcomes.never]
when = "held > 1"
[outcomes.root]
when = "n >= 2 and root >= 0"
"#;

fn scenario(text: &str) -> Scenario {
    match Scenario::from_toml(text, "test.toml", &NoFiles) {
        Ok(scenario) => scenario,
        Err(report) => panic!("{report}"),
    }
}

/// The known model. Its index `root` has no value in some trials, which fails none of them.
fn known() -> Scenario {
    scenario(KNOWN)
}

fn explain(name: &str) -> Explanation {
    Explanation::new(&known()).unwrap().outcome(name)
}

#[test]
fn what_is_known_to_matter_is_found_and_nothing_else() {
    let result = explain("won").trials(4000).run().unwrap();
    let reached = result.outcome.reached;
    // 0.4 * 0.5 * (1 - 0.9^10) = 0.130.
    assert!((result.outcome.probability.estimate - 0.1303).abs() < 0.02, "{:?}", result.outcome);

    // The box, to within a few of the trials that find it; `idle` is free.
    let found = result.ranges.as_ref().unwrap();
    assert_eq!(found.limits.names().collect::<Vec<_>>(), ["p", "q"]);
    let (p, q) = (found.limits.get("p").unwrap(), found.limits.get("q").unwrap());
    assert!((p.low.unwrap() - 0.6).abs() < 0.03 && p.high.is_none(), "{p:?}");
    assert!((q.high.unwrap() - 0.5).abs() < 0.03 && q.low.is_none(), "{q:?}");
    assert!(found.coverage.low > 0.9 && found.holds, "{found:?}");
    let density = found.density.unwrap();
    assert!(density.low < 0.6513 && 0.6513 < density.high + 0.03, "{density:?}");
    assert!(p.p < 1e-9 && q.p < 1e-9);
    assert_eq!((found.found_on, found.judged_on), (2000, 2000));

    // Rules: without the key nobody gets there; what comes of it is not among its causes.
    let key = result.rule("key").unwrap();
    assert_eq!((key.fired_and_reached, key.lift.unwrap().estimate), (reached, f64::INFINITY));
    assert!(key.lift.unwrap().low > 50.0 && key.p_adjusted < 1e-9, "{key:?}");
    assert_eq!(key, result.rule("key.gold").unwrap());
    assert!(result.rule("noise").unwrap().lift.unwrap().holds_one());
    assert!(result.rule("noise").unwrap().p_adjusted > 0.05);
    assert!(result.rule("ramp").unwrap().lift.is_none());
    for absent in ["trail", "off", "key.brass"] {
        assert!(result.rule(absent).is_err(), "{absent}");
    }

    // Pivotal: all of them lost without the key, none without anything else.
    let without = result.without("key").unwrap();
    assert_eq!((without.lost, without.gained), (reached, 0));
    assert_eq!(without.pivotal.unwrap().estimate, 1.0);
    for idle in ["noise", "ramp"] {
        let without = result.without(idle).unwrap();
        assert_eq!((without.lost, without.gained, without.p), (0, 0, 1.0), "{idle}");
        assert!(without.difference.unwrap().holds_zero());
    }
    assert!(result.pivotal.not_tried.is_empty());

    // Chains: the key, and nothing else, in each.
    assert_eq!((result.chains.trials, result.chains.distinct), (reached, 1));
    assert_eq!(result.chains.commonest[0].links, [["key.gold"]]);

    // Signposts: after five months the level is 5 p, so that below 3 nobody gets there; nor does who has the key by then
    // and has not got there.
    let signposts = result.signposts.as_ref().unwrap();
    assert_eq!((signposts.by.step, signposts.by.date.to_string().as_str()), (5, "2024-06-01"));
    let level = signposts.signs.iter().find(|sign| sign.name == "level").unwrap();
    assert_eq!(level.kind, SignKind::Value);
    assert!((level.above.unwrap() - 3.0).abs() < 0.05, "{level:?}");
    assert!(level.odds_ratio.unwrap().low > 15.0 && level.if_not.unwrap().estimate < 0.005, "{level:?}");
    let key = signposts.signs.iter().find(|sign| sign.name == "key" && sign.kind == SignKind::Fired).unwrap();
    assert_eq!((key.if_seen.unwrap().estimate, key.odds_ratio.unwrap().high < 0.1), (0.0, true), "{key:?}");
    let noise = signposts.signs.iter().find(|sign| sign.name == "noise").unwrap();
    assert!(noise.p_adjusted > 0.05, "{noise:?}");
    // What has no value in some trials is judged by the others, and fails nothing.
    assert!(signposts.signs.iter().any(|sign| sign.name == "root"));
}

/// A rule that has nothing to do with the outcome looks like a brake where it is only asked whether it fired in time:
/// those that get there early leave it no time. Compared at the same date it does not.
#[test]
fn a_rule_without_effect_is_no_brake() {
    let text = "[scenario]\nstart = 2024-01-01\nstep = \"month\"\nhorizon = 20\nseed = 3\n[variables.x]\ninitial = 0\n
[rules.goal]\nchance = 0.1\neffects = [\"x = 1\"]\n[rules.bystander]\nchance = 0.1\neffects = []\n[outcomes.goal]\nwhen = \"x == 1\"\n";
    let text = text
        .replace("effects = []", "effects = [\"y += 1\"]")
        .replace("[variables.x]", "[variables.y]\ninitial = 0\n[variables.x]");
    let result = Explanation::new(&scenario(&text)).unwrap().trials(3000).run().unwrap();
    let bystander = result.rule("bystander").unwrap();
    assert!(bystander.lift.unwrap().holds_one(), "{bystander:?}");
    let (fired, all) = (bystander.fired_and_reached, result.outcome.reached);
    let others = result.outcome.trials - all;
    let crude = [wilson(fired, all).unwrap(), wilson(bystander.fired_and_not, others).unwrap()];
    assert!(crude[0].high < crude[1].low - 0.1, "{crude:?}");
    assert!((bystander.expected - fired as f64).abs() < 0.1 * fired as f64, "{bystander:?}");
}

const RICH: &str = r#"
[scenario]
start = 2024-01-01
step = "month"
horizon = "2 years"
seed = 11
[parameters.pace]
value = "uniform(0.2, 0.6)"
[variables.trust]
initial = "uniform(0, 0.4)"
range = [0, 1]
volatility = 0.1
[variables.quarrels]
initial = 0
[rules.talks]
chance = "pace"
branches.good = { weight = 2, effects = ["trust += 0.1 * (1 - trust)"] }
branches.bad = { weight = 1, effects = ["trust -= 0.05"] }
[rules.quarrel]
chance = "0.1 * (1.5 - trust)"
effects = ["trust -= 0.15", "quarrels += 1"]
[outcomes.trusting]
when = "trust >= 0.4"
sustained = "3 months"
by = 2025-06-01
[outcomes.quarrelled]
when = "quarrels >= 3"
[outcomes.if_quarrelled]
when = "trust >= 0.4"
given = "quarrelled"
"#;

fn first(record: &TrialRecord, outcome: usize, by: u32) -> Option<u32> {
    let Track::Event { reached, .. } = &record.outcomes[outcome] else { panic!("not an event") };
    reached.filter(|step| *step <= by)
}

#[test]
fn counts_are_those_of_the_reference_interpreter() {
    let scenario = scenario(RICH);
    let trials = 600;
    let result =
        Explanation::new(&scenario).unwrap().outcome("trusting").trials(trials).threads(2).run().unwrap();
    let streams = 0..trials;
    let records: Vec<TrialRecord> =
        streams.map(|trial| reference::run_trial(&scenario, 11, trial.into()).unwrap()).collect();
    // talks, talks.bad, talks.good, quarrel: as the model orders rules and branches.
    let quarrel = |record: &TrialRecord| record.instances[0].fires.first;
    let good = |record: &TrialRecord| record.instances[1].branches[1].fires.first;
    type First<'a> = (&'a str, &'a dyn Fn(&TrialRecord) -> Option<u32>);
    let rules: [First<'_>; 2] = [("quarrel", &quarrel), ("talks.good", &good)];
    for (name, fired) in rules {
        let (mut reached, mut not) = (0, 0);
        for record in &records {
            let time = first(record, 0, 17);
            // A quarter must have held before, and what fires in a step is seen at the next observation.
            let before = fired(record).is_some_and(|step| step + 1 + 3 <= time.unwrap_or(17));
            reached += u64::from(before && time.is_some());
            not += u64::from(before && time.is_none());
        }
        let found = result.rule(name).unwrap();
        assert_eq!((found.fired_and_reached, found.fired_and_not), (reached, not), "{name}");
    }
    let count = records.iter().filter(|record| first(record, 0, 17).is_some()).count() as u64;
    assert_eq!(
        (result.outcome.reached, result.outcome.sustained_steps, result.outcome.by.step),
        (count, 3, 17)
    );
}

#[test]
fn switching_off_is_a_comparison_with_the_rule_disabled() {
    let scenario = scenario(RICH);
    let calm = scenario.with_settings(&[("rules.quarrel.enabled", "false")]).unwrap();
    for outcome in ["trusting", "if_quarrelled"] {
        let result =
            Explanation::new(&scenario).unwrap().outcome(outcome).off("quarrel").trials(500).run().unwrap();
        let compared = Comparison::new(&scenario).unwrap().variant("calm", &calm).trials(500).run().unwrap();
        let event = compared.variant("calm").unwrap().event(outcome).unwrap();
        assert_eq!(result.pivotal.rules.len(), 1);
        let without = result.without("quarrel").unwrap();
        assert_eq!(without.difference, event.difference, "{outcome}");
        // Nobody quarrels without the rule, so that no trial is asked about: all that got there are lost.
        let changes = match outcome {
            "trusting" => (event.changed.flipped_to_no, event.changed.flipped_to_yes),
            _ => (result.outcome.reached, 0),
        };
        assert_eq!((without.lost, without.gained), changes, "{outcome}");
        assert_eq!(Some(result.outcome.probability.estimate), event.baseline.estimate);
        assert_eq!(result.outcome.trials, event.baseline.trials);
    }
}

#[test]
fn values_and_levels_become_events() {
    // Level after six months is 6 p.
    let above = explain("height").above(3.0).off("ramp").trials(1000).run().unwrap();
    assert_eq!((above.outcome.kind, above.outcome.above, above.outcome.by.step), ("value", Some(3.0), 6));
    assert_eq!(above.without("ramp").unwrap().lost, above.outcome.reached);
    let limit = above.ranges.as_ref().unwrap().limits.get("p").unwrap();
    assert!((limit.low.unwrap() - 0.5).abs() < 0.03, "{limit:?}");
    let below = explain("height").below(3.0).off("ramp").trials(1000).run().unwrap();
    assert_eq!(below.outcome.reached, 1000 - above.outcome.reached);
    assert_eq!(
        (below.without("ramp").unwrap().lost, below.without("ramp").unwrap().gained),
        (0, above.outcome.reached)
    );
    let high = explain("grade").level("high").off("noise").trials(1000).run().unwrap();
    assert_eq!((high.outcome.kind, high.outcome.level.as_deref()), ("levels", Some("high")));
    // Level at the end is 10 p.
    let limit = high.ranges.as_ref().unwrap().limits.get("p").unwrap();
    assert!((limit.low.unwrap() - 0.6).abs() < 0.03, "{limit:?}");
    let given = explain("if_won").above(4.0).off("noise").trials(1000).run().unwrap();
    assert_eq!(given.outcome.given.as_deref(), Some("won"));
    assert!(given.outcome.trials < 200 && given.looked_at == given.outcome.trials, "{:?}", given.outcome);
}

#[test]
fn neither_threads_nor_the_order_of_the_file_show() {
    let text = |threads| {
        let explanation = Explanation::new(&scenario(RICH)).unwrap().outcome("trusting");
        explanation.trials(400).threads(threads).run().unwrap().to_json()
    };
    assert_eq!(text(1), text(3));
    let (head, quarrel) = RICH.split_once("[rules.quarrel]").unwrap();
    let (quarrel, tail) = quarrel.split_once("[outcomes.trusting]").unwrap();
    let turned = format!(
        "{}\n[outcomes.trusting]{tail}",
        head.replace("[rules.talks]", &format!("[rules.quarrel]{quarrel}[rules.talks]"))
    );
    let of = |text: &str| -> ExplainResult {
        Explanation::new(&scenario(text)).unwrap().outcome("trusting").trials(400).run().unwrap()
    };
    let (a, b) = (of(RICH), of(&turned));
    assert_eq!((a.rules, a.pivotal, a.chains, a.signposts), (b.rules, b.pivotal, b.chains, b.signposts));
}

#[test]
fn wrong_use_says_what_to_do() {
    let told = |explanation: Explanation| match explanation.trials(200).run() {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it runs"),
    };
    let date = |text: &str| text.parse().unwrap();
    let none = Explanation::new(&known()).unwrap();
    for (explanation, expected) in [
        (none, "say which outcome to explain: --outcome NAME; there are: won, height"),
        (explain("wno"), "there is no outcome `wno`; there are: won"),
        (explain("won").above(1.0), "is an event: leave --level"),
        (explain("height"), "--above X or --below X"),
        (explain("height").above(f64::NAN), "nothing lies beyond NaN; name a number"),
        (explain("height").above(1.0).below(2.0), "above a limit or below one"),
        (explain("grade"), "--level NAME, one of high, low"),
        (explain("grade").level("hihg"), "there is no level `hihg`; there are: high, low"),
        (explain("always"), "each got to `always`, so nothing sets them apart"),
        (explain("never"), "none got to `never`, so nothing sets them apart; run more trials"),
        (explain("height").below(-1.0), "none got to `height < -1`"),
        (explain("won").off("kye"), "there is no rule `kye`; there are: key"),
        (explain("won").off("off"), "rule `off` is not enabled"),
        (explain("won").by(date("2023-12-31")), "choose a date from 2024-01-01 on and before 2024-11-01"),
        (explain("won").by(date("2024-11-01")), "choose a date from"),
    ] {
        let message = told(explanation);
        assert!(message.contains(expected), "{expected}\n{message}");
    }
    assert_eq!(explain("won").trials(0).run(), Err(RunError::NoTrials));
    let stopped =
        explain("won").trials(5000).on_progress(|_| ControlFlow::Break(())).threads(1).run().unwrap();
    assert!(stopped.run.partial && stopped.pivotal.trials == 0 && stopped.run.trials == 64);
}

/// A rule without which a trial cannot go on is left out with a warning; the others are not lost for it.
#[test]
fn a_rule_that_cannot_be_switched_off_is_said() {
    let text = "[scenario]\nstart = 2024-01-01\nhorizon = 4\n[variables.x]\ninitial = 1\n[variables.y]\ninitial = 0\n
[rules.guard]\nat = 2024-01-01\neffects = [\"x = 2\"]\n[rules.use]\nwhen = \"step >= 1\"\nchance = 0.3\neffects = [\"y += 1 / (x - 1)\"]\n
[outcomes.o]\nwhen = \"y >= 1\"\n";
    let result = Explanation::new(&scenario(text)).unwrap().trials(200).run().unwrap();
    assert_eq!(result.pivotal.rules.names().collect::<Vec<_>>(), ["use"]);
    let warned = result
        .warnings
        .iter()
        .any(|warning| warning.starts_with("rule `guard` was not switched off: without it trial "));
    assert!(warned, "{:?}", result.warnings);
}

/// What goes wrong only after the deadline keeps no rule from being switched off; the deadline of a condition counts too.
#[test]
fn trials_without_a_rule_end_with_the_last_deadline() {
    let text = "[scenario]\nstart = 2024-01-01\nstep = \"month\"\nhorizon = 4\n[variables.x]\ninitial = 1\n[variables.y]\ninitial = 0\n
[rules.guard]\nat = 2024-01-01\neffects = [\"x = 2\"]\n[rules.early]\nchance = 0.5\neffects = [\"y += 1\"]\n
[rules.late]\nwhen = \"step >= 2\"\nchance = 0.3\neffects = [\"y += 1 / (x - 1)\"]\n
[outcomes.soon]\nwhen = \"x > 1 and y >= 1\"\nby = 2024-02-01\n
[outcomes.soon_if_much]\nwhen = \"x > 1 and y >= 1\"\nby = 2024-02-01\ngiven = \"much\"\n[outcomes.much]\nwhen = \"y >= 3\"\n";
    let explained = |outcome| {
        Explanation::new(&scenario(text)).unwrap().outcome(outcome).off("guard").trials(200).run().unwrap()
    };
    let soon = explained("soon");
    assert_eq!(soon.without("guard").unwrap().lost, soon.outcome.reached);
    assert!(explained("soon_if_much").without("guard").is_err());
}

/// What `run` says of chances out of bounds an explanation says too.
#[test]
fn chances_out_of_bounds_are_told() {
    let scenario = scenario(
        "[scenario]\nstart = 2024-01-01\nstep = \"month\"\nhorizon = 3\n[parameters.p]\nvalue = \"uniform(0, 2)\"\n
[variables.x]\ninitial = 0\n[rules.often]\nchance = \"p - 0.5\"\neffects = [\"x += 1\"]\n
[rules.fast]\nhazard = \"12 * p\"\neffects = [\"x += 1\"]\n[outcomes.won]\nwhen = \"x >= 3\"\n",
    );
    let run = Simulation::new(&scenario).unwrap().trials(300).seed(2).run().unwrap();
    assert_eq!(run.warnings.len(), 2, "{:?}", run.warnings);
    let explained = Explanation::new(&scenario).unwrap().trials(300).seed(2);
    for threads in [1, 2] {
        let told = explained.clone().threads(threads).run().unwrap().warnings;
        assert_eq!(told[..2], run.warnings, "{told:?}");
    }
}

/// What brings a condition about is needed where it is: without it a trial is not among those that are asked about.
#[test]
fn a_rule_that_meets_the_condition_is_needed() {
    let text = r#"
[scenario]
start = 2020-01-01
horizon = 12
seed = 3
[rules.war]
chance = 0.1
limit = 1
[rules.crisis]
chance = 0.02
limit = 1
[rules.join]
when = "fired(war)"
chance = 0.2
limit = 1
[outcomes.war]
when = "fired(war)"
[outcomes.bad]
when = "fired(war) or fired(crisis)"
[outcomes.joined_a_war]
when = "fired(join)"
given = "war"
[outcomes.joined_something_bad]
when = "fired(join)"
given = "bad"
"#;
    let scenario = Scenario::from_toml(text, "given", &NoFiles).unwrap();
    let explain =
        |outcome| Explanation::new(&scenario).unwrap().outcome(outcome).trials(2_000).run().unwrap();
    for outcome in ["joined_a_war", "joined_something_bad"] {
        let found = explain(outcome);
        for rule in ["war", "join"] {
            let without = found.without(rule).unwrap();
            assert_eq!((without.lost, without.gained), (found.outcome.reached, 0), "{rule} of {outcome}");
            assert!(without.p_adjusted < 1e-9, "{rule} of {outcome}: {without:?}");
        }
        let links: Vec<_> = found.chains.commonest.iter().map(|chain| chain.links.clone()).collect();
        assert_eq!(links, [[["war"], ["join"]]]);
    }
    // Where the shares are alike with it and without, and hardly any trial is left to have one.
    let rare = text
        .replace("chance = 0.02", "chance = 0.002")
        .replace("when = \"fired(war)\"\nchance = 0.2", "chance = 0.05");
    let scenario_of_rare = Scenario::from_toml(&rare, "rare", &NoFiles).unwrap();
    let found = Explanation::new(&scenario_of_rare)
        .unwrap()
        .outcome("joined_something_bad")
        .trials(2_000)
        .run()
        .unwrap();
    let war = found.without("war").unwrap();
    assert!(war.p_adjusted < 1e-9 && war.lost > 10 * war.gained, "{war:?}");
    // No trial is asked about without the war: there is nothing to estimate, and more than that no rule can do.
    let found = explain("joined_a_war");
    let (first, without) = found.pivotal.rules.iter().next().unwrap();
    assert_eq!((first, without.without, without.difference), ("war", None, None));
}

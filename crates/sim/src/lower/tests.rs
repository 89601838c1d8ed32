use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;

use super::lower;
use cordiale_core::model::Function;

use crate::program::{Binary, Op, Program, Unary};

fn program(text: &str) -> Program {
    let head = "[scenario]\ntitle = \"T\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = 12\n[variables.x]\ninitial = 0.5\nrange = [0, 1]\n";
    match Scenario::from_toml(&(head.to_owned() + text), "test.toml", &NoFiles) {
        Ok(scenario) => lower(scenario.model()),
        Err(report) => panic!("{report}"),
    }
}

fn count(program: &Program, is: impl Fn(Op) -> bool) -> usize {
    program.code.iter().filter(|instruction| is(instruction.op)).count()
}

#[test]
fn equal_expressions_are_evaluated_once() {
    let program = program(
        "[rules.r]\nhazard = \"2 * exp(x)\"\neffects = [\"x += 0.01 * exp(x)\"]\n[rules.s]\nwhen = \"exp(x) > 1.5\"\neffects = []\n",
    );
    assert_eq!(count(&program, |op| matches!(op, Op::Unary(Unary::Call(Function::Exp), _))), 1);
    // Two instances need it, so it is evaluated at each observation, and so is the guard that is always looked at; the
    // rest where its rule gets so far.
    assert_eq!(program.code[program.common.clone()].len(), 2);
    assert!(!program.instances[0].tapes.chance.is_empty());
    assert_eq!(program.instances[0].tapes.effects.len(), 1);
    assert!(program.instances[1].tapes.guard.is_empty());
}

#[test]
fn what_does_not_change_is_no_work_for_a_step() {
    let program = program(
        "[parameters.p]\nvalue = \"uniform(0, 1)\"\n[variables.fixed]\ninitial = \"p\"\ndecay = { half_life = \"1 year\", toward = \"start\" }\n[outcomes.o]\nvalue = \"exp(fixed + p) * (1 + 2)\"\n",
    );
    assert!(program.slots.is_empty());
    assert!(program.common.is_empty());
    assert_eq!(count(&program, |op| matches!(op, Op::Binary(Binary::Add, ..))), 1);
}

#[test]
fn checks_that_cannot_fail_are_left_out() {
    let program = program(
        "[parameters.p]\nvalue = \"beta(2, 3)\"\n[rules.r]\nchance = \"logistic(x - p)\"\neffects = [\"x += sqrt(x) / (1 + p)\"]\n[outcomes.o]\nvalue = \"x * p + ln(1 + x)\"\n",
    );
    assert!(program.trial_checks.is_empty());
    assert_eq!(program.masks, 0);
}

#[test]
fn checks_that_may_fail_stay() {
    let program = program("[outcomes.o]\nvalue = \"1 / x\"\n[rules.r]\neffects = [\"x += 0.1\"]\n");
    let checks = |op| matches!(op, Op::IsNan(_) | Op::NotFinite(_) | Op::CompareWith(..));
    assert!(count(&program, checks) >= 2);
}

#[test]
fn what_has_a_form_needs_no_tape() {
    let program = program(
        "[variables.y]\ninitial = 0.5\nrange = [0, 1]\nvolatility = 0.1\n[rules.r]\nchance = \"logistic(-4 + 0.5 * x - y)\"\neffects = [\"x -= 0.1 * (1 - y)\", \"y += 0.02\"]\n[rules.s]\nhazard = \"0.4 + 0.2 * x + 0.1 * y\"\neffects = [\"y -= 0.1 * x * y\"]\n",
    );
    for instance in &program.instances {
        assert!(instance.tapes.chance.is_empty() && instance.tapes.effects.is_empty());
    }
    let text = program.to_string();
    for form in [
        "logistic of -4 + 0.5 * n0 + -1 * n1",
        "-0.1 * (1 - n1)",
        "of hazard 0.4 + 0.2 * n0 + 0.1 * n1",
        "-0.1 * n0 * n1",
    ] {
        assert!(text.contains(form), "{form} is not in\n{text}");
    }
}

/// Of `a` and `b` each is a memo; what reads a value that drifts, and what is little, is none.
#[test]
fn what_only_rules_move_is_evaluated_after_their_changes() {
    let program = program(
        "[variables.y]\ninitial = 0.5\nrange = [0, 1]\n[variables.z]\ninitial = 0.5\nrange = [0, 1]\n[variables.d]\ninitial = 0.5\nrange = [0, 1]\nvolatility = 0.1\n\
        [indices.a]\nvalue = \"1 + 2 * x * y * y\"\n[indices.b]\nvalue = \"sqrt(1 + 0.5 * z / (1 + x))\"\n\
        [rules.r]\nwhen = \"a + b * b > 2.5\"\nchance = \"0.1 * x\"\neffects = [\"x += 0.1 * y\", \"y -= 0.01\", \"z += 0.01\"]\n\
        [outcomes.a]\nvalue = \"a\"\n[outcomes.b]\nvalue = \"b\"\n[outcomes.d]\nvalue = \"d * d * d * d * x\"\n[outcomes.little]\nvalue = \"x * z\"\n",
    );
    let wakes = |name: &str| {
        let slot = program.slots.iter().find(|slot| slot.name == name);
        slot.map(|slot| slot.wakes.as_slice()).unwrap_or_default()
    };
    assert_eq!([wakes("x"), wakes("y"), wakes("z"), wakes("d")], [&[0, 1][..], &[0], &[1], &[]]);
    let memos: Vec<(usize, &[u32])> =
        program.memos.iter().map(|memo| (memo.tape.len(), memo.wakes.as_slice())).collect();
    // 1 + 2 * x * y * y; sqrt(1 + 0.5 * z / (1 + x)) and its square, which reads nothing else.
    assert_eq!(memos, [(4, &[][..]), (6, &[])]);
    assert!(program.to_string().contains("\nat step 0, and after a change of x, z\n"), "{program}");
}

/// A small memo that a larger one reads comes before it, and wakes it.
#[test]
fn memos_come_before_those_that_read_them() {
    let program = program(
        "[indices.square]\nvalue = \"x * x\"\n[rules.r]\nchance = 0.1\neffects = [\"x += 0.1\"]\n\
        [outcomes.square]\nvalue = \"square\"\n[outcomes.more]\nvalue = \"sqrt(1 + square) * exp(square) + 1\"\n",
    );
    let memos: Vec<(usize, &[u32])> =
        program.memos.iter().map(|memo| (memo.tape.len(), memo.wakes.as_slice())).collect();
    assert_eq!(memos, [(1, &[1][..]), (5, &[])]);
    assert_eq!(program.slots[0].wakes, [0]);
    assert!(program.common.is_empty());
}

#[test]
fn a_program_is_printed() {
    let program = program(
        "[parameters.p]\nvalue = \"beta(2, 3)\"\n[variables.y]\ninitial = 0.5\nrange = [0, 1]\nvolatility = 0.1\n[rules.r]\nwhen = \"y > 0.4\"\nchance = \"0.1 * p * y\"\neffects = [\"x += 0.1 * (1 - y)\"]\n[rules.s]\nhazard = \"p\"\nbranches.a = { weight = 1, effects = [\"x = 0\"] }\n[outcomes.o]\nwhen = \"x > 0.9\"\nsustained = 3\n",
    );
    insta::assert_snapshot!(program.to_string());
}

const NEVER_FIRE: &str = "[variables.y]\ninitial = 0\n[rules.a]\nwhen = \"x > 1\"\neffects = [\"y += 1\"]\n[rules.b]\nwhen = \"y > 0\"\neffects = [\"x += 0.1\"]\n[rules.c]\nchance = \"0 * x\"\neffects = [\"x += 0.1\"]\n[rules.d]\nhazard = \"max(0, x - 1)\"\neffects = [\"x += 0.1\"]\n[outcomes.o]\nvalue = \"x + y\"\n";

#[test]
fn rules_that_can_never_fire_are_left_out_with_the_state_that_only_they_change() {
    let program = program(NEVER_FIRE);
    assert_eq!(program.never, ["a", "b", "c", "d"]);
    assert!(program.instances.is_empty());
    assert!(program.slots.is_empty());
}

#[test]
fn rules_whose_errors_count_stay() {
    let program = program(
        "[rules.a]\nwhen = \"1 / x > 0 and x > 1\"\neffects = [\"x += 0.1\"]\n[rules.b]\nchance = \"x - 1\"\neffects = [\"x += 0.1\"]\n",
    );
    assert!(program.never.is_empty());
    assert_eq!(program.instances.len(), 2);
}

#[test]
fn rules_that_are_forced_stay() {
    let text = "[scenario]\ntitle = \"T\"\nstart = 2013-09-01\nstep = \"month\"\nhorizon = 12\n[variables.x]\ninitial = 0.5\nrange = [0, 1]\n[rules.a]\nwhen = \"x > 1\"\neffects = [\"x += 0.1\"]\n[variants.v]\nforce = { a = 2014-01-15 }\n";
    let scenario = Scenario::from_toml(text, "test.toml", &NoFiles);
    let never = |scenario: Result<Scenario, _>| scenario.map(|s| lower(s.model()).never);
    assert_eq!(never(scenario.clone()).ok(), Some(vec!["a".to_owned()]));
    assert_eq!(never(scenario.and_then(|s| s.with_variant("v"))).ok(), Some(Vec::new()));
}

#[test]
fn state_that_nothing_reads_is_left_out() {
    let program = program(
        "[variables.y]\ninitial = 0.5\nrange = [0, 1]\nvolatility = 0.1\n[variables.z]\ninitial = 0.5\nrange = [0, 1]\n[rules.r]\nwhen = \"x > 0.4\"\neffects = [\"y += 0.1 * z\", \"z -= 0.1 * y\", \"x += 0.1\"]\n[outcomes.o]\nwhen = \"x > 0.9 and start(y) > 0\"\n",
    );
    assert_eq!(program.unread, ["y", "z"]);
    assert_eq!(program.slots.len(), 1);
    assert_eq!(program.instances[0].effects.len(), 1);
}

#[test]
fn state_that_may_come_to_an_error_stays() {
    // Without an end `free` may become infinite, and what it reads counts too; the root may be of a negative number.
    let program = program(
        "[variables.free]\ninitial = 1\n[variables.y]\ninitial = 0.5\nrange = [0, 1]\n[variables.z]\ninitial = 0.5\nrange = [-1, 1]\n[rules.r]\neffects = [\"free += free * y\", \"y += 0.01\", \"z -= 0.1 * sqrt(z)\"]\n",
    );
    assert!(program.unread.iter().all(|name| name == "x"), "{:?}", program.unread);
    assert_eq!(program.slots.len(), 3);
}

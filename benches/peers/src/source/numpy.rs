//! Python with numpy, trials as an axis.

use std::fmt::Write as _;

use cordiale_models::{Model, STEPS};

use super::{Notation, list};

/// The model with a row of numbers a value, one number a trial, `at_once` trials at a time. Where guards hold seldom, chances are looked at only in the
/// trials in which they do; where they hold often, that would be slower than looking at all.
pub(crate) fn numpy(model: &Model, at_once: u64) -> String {
    let all = Notation { value: &|i| format!("x[{i}]"), exp: &|sum| format!("np.exp({sum})") };
    let some = Notation { value: &|i| format!("x[{i}, at]"), exp: &|sum| format!("np.exp({sum})") };
    let mut rules = String::new();
    for rule in &model.rules {
        let guard: Vec<String> = rule.guard.iter().map(|c| format!("({})", all.comparison(c))).collect();
        let guard = guard.join(" & ");
        let _ = if model.spec.guard >= 50 {
            let chance = all.chance(&rule.chance);
            writeln!(rules, "    at = np.flatnonzero({guard} & (rng.random(x.shape[1]) < {chance}))")
        } else {
            let chance = some.chance(&rule.chance);
            writeln!(rules, "    at = np.flatnonzero({guard})\n    at = at[rng.random(at.size) < {chance}]")
        };
        for effect in &rule.effects {
            let _ = writeln!(rules, "    delta[{}, at] {}", effect.target, some.change(effect));
        }
        rules += "    fires += at.size\n";
    }
    TEMPLATE
        .replace("{STEPS}", &STEPS.to_string())
        .replace("{AT_ONCE}", &at_once.to_string())
        .replace("{VALUES}", &model.variables.len().to_string())
        .replace("{NOISY}", &model.noisy().to_string())
        .replace("{LOW}", &list(model, false, |v| v.start.0))
        .replace("{HIGH}", &list(model, false, |v| v.start.1))
        .replace("{TOWARD}", &list(model, false, |v| v.toward))
        .replace("{KEEPS}", &list(model, false, cordiale_models::Variable::keeps))
        .replace("{SD}", &list(model, true, cordiale_models::Variable::deviation))
        .replace("{RULES}", &rules)
        .replace("{EVENT}", &format!("{} > {:?}", all.sum(&model.event.sum_of), model.event.threshold))
        .replace("{LEVEL}", &format!("({}) / {:?}", all.sum(&model.mean_of), model.mean_of.len() as f64))
}

const TEMPLATE: &str = r#"import json
import sys
import time

import numpy as np

STEPS = {STEPS}
AT_ONCE = {AT_ONCE}
VALUES = {VALUES}
NOISY = {NOISY}  # these values come first
LOW = np.array({LOW})[:, None]
HIGH = np.array({HIGH})[:, None]
TOWARD = np.array({TOWARD})[:, None]
KEEPS = np.array({KEEPS})[:, None]
SD = np.array({SD})[:, None]


def rules(x, delta, rng):
    fires = 0
{RULES}    return fires


def drift(x, delta, rng):
    x -= TOWARD
    x *= KEEPS
    x += TOWARD
    if NOISY:
        x[:NOISY] += SD * rng.standard_normal((NOISY, x.shape[1]))
    x += delta
    np.clip(x, 0.0, 1.0, out=x)
    delta[:] = 0.0


def event(x):
    return {EVENT}


def level(x):
    return {LEVEL}


def main():
    trials, seed = int(sys.argv[1]), int(sys.argv[2])
    begin = time.process_time()
    rng = np.random.Generator(np.random.SFC64(seed))
    reached = fires = 0
    sums = np.zeros(STEPS + 1)
    squares = np.zeros(STEPS + 1)
    for first in range(0, trials, AT_ONCE):
        n = min(AT_ONCE, trials - first)
        x = np.clip(LOW + (HIGH - LOW) * rng.random((VALUES, n)), 0.0, 1.0)
        delta = np.zeros((VALUES, n))
        ever = event(x)
        for step in range(STEPS + 1):
            if step > 0:
                fires += rules(x, delta, rng)
                drift(x, delta, rng)
            ever |= event(x)
            y = level(x)
            sums[step] += y.sum()
            squares[step] += (y * y).sum()
        reached += int(ever.sum())
    seconds = time.process_time() - begin
    print(json.dumps({
        "seconds": seconds, "trials": trials, "reached": reached, "level": sums[STEPS],
        "level_squares": squares[STEPS], "fires": fires,
    }))


main()
"#;

//! Python with Mesa, values and rules as agents.

use std::fmt::Write as _;

use cordiale_models::{Model, STEPS};

use super::{Notation, list};

/// The model as agents: rules look, then values drift.
pub(crate) fn mesa(model: &Model) -> String {
    let notation = Notation { value: &|i| format!("v[{i}].x"), exp: &|sum| format!("math.exp({sum})") };
    let mut rules = String::new();
    for (number, rule) in model.rules.iter().enumerate() {
        let guard: Vec<String> = rule.guard.iter().map(|c| notation.comparison(c)).collect();
        let _ = writeln!(
            rules,
            "\n\nclass Rule{number}(Rule):\n    def when(self, v):\n        return {}\n\n    def chance(self, v):\n        return {}\n\n    def act(self, v):",
            guard.join(" and "),
            notation.chance(&rule.chance)
        );
        for effect in &rule.effects {
            let _ = writeln!(rules, "        v[{}].delta {}", effect.target, notation.change(effect));
        }
    }
    let classes: Vec<String> = (0..model.rules.len()).map(|i| format!("Rule{i}")).collect();
    TEMPLATE
        .replace("{STEPS}", &STEPS.to_string())
        .replace("{LOW}", &list(model, false, |v| v.start.0))
        .replace("{HIGH}", &list(model, false, |v| v.start.1))
        .replace("{TOWARD}", &list(model, false, |v| v.toward))
        .replace("{KEEPS}", &list(model, false, cordiale_models::Variable::keeps))
        .replace("{SD}", &list(model, false, cordiale_models::Variable::deviation))
        .replace("{RULES}", &rules)
        .replace("{CLASSES}", &classes.join(", "))
        .replace("{EVENT}", &format!("{} > {:?}", notation.sum(&model.event.sum_of), model.event.threshold))
        .replace("{LEVEL}", &format!("({}) / {:?}", notation.sum(&model.mean_of), model.mean_of.len() as f64))
}

const TEMPLATE: &str = r#"import json
import math
import sys
import time

import mesa

STEPS = {STEPS}
LOW = {LOW}
HIGH = {HIGH}
TOWARD = {TOWARD}
KEEPS = {KEEPS}
SD = {SD}


class Value(mesa.Agent):
    def __init__(self, model, number):
        super().__init__(model)
        self.x = min(max(model.random.uniform(LOW[number], HIGH[number]), 0.0), 1.0)
        self.toward = TOWARD[number]
        self.keeps = KEEPS[number]
        self.sd = SD[number]
        self.delta = 0.0

    def drift(self):
        x = self.toward + (self.x - self.toward) * self.keeps + self.delta
        if self.sd > 0.0:
            x += self.model.random.gauss(0.0, self.sd)
        self.x = min(max(x, 0.0), 1.0)
        self.delta = 0.0


class Rule(mesa.Agent):
    def look(self):
        model = self.model
        v = model.v
        if self.when(v) and model.random.random() < self.chance(v):
            self.act(v)
            model.fires += 1
{RULES}

class Alliance(mesa.Model):
    def __init__(self, seed):
        super().__init__(seed=seed)
        self.fires = 0
        self.v = [Value(self, number) for number in range(len(TOWARD))]
        self.value_agents = mesa.agent.AgentSet(self.v, random=self.random)
        self.rule_agents = mesa.agent.AgentSet([rule(self) for rule in ({CLASSES},)], random=self.random)
        self.reached = self.event()

    def step(self):
        self.rule_agents.do("look")
        self.value_agents.do("drift")
        self.reached = self.reached or self.event()

    def event(self):
        v = self.v
        return {EVENT}

    def level(self):
        v = self.v
        return {LEVEL}


def main():
    trials, seed = int(sys.argv[1]), int(sys.argv[2])
    begin = time.process_time()
    reached = fires = 0
    total = squares = 0.0
    for trial in range(trials):
        model = Alliance(seed * 1_000_000 + trial)
        for _ in range(STEPS):
            model.step()
        reached += model.reached
        fires += model.fires
        total += model.level()
        squares += model.level() ** 2
    seconds = time.process_time() - begin
    print(json.dumps({
        "seconds": seconds, "trials": trials, "reached": reached, "level": total, "level_squares": squares,
        "fires": fires,
    }))


main()
"#;

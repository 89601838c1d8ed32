//! What a variant switches: rules disabled, rules forced.

use super::Checker;
use super::calendar::{LONGER, When};
use super::fields::dates_of;
use super::ground::Env;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Text, Value};
use crate::model::InstanceId;
use crate::names;
use crate::source::Span;
use crate::syntax;

impl Checker<'_> {
    pub(super) fn apply_disabled(&mut self) {
        for text in &self.document.disabled {
            let Some((rule, instances, branch)) = self.referenced(text) else { continue };
            if let Some(branch) = branch {
                let message = format!("`{rule}.{branch}` is a branch; a rule or an instance can be disabled");
                let span = text.span(0..text.value.len());
                self.found.push(Diagnostic::new(Code::BadForce, span, message).help("set its weight to 0"));
                continue;
            }
            for id in instances {
                self.model.instances[id.index()].enabled = false;
            }
        }
    }

    pub(super) fn apply_forced(&mut self) {
        for (text, node) in &self.document.forced {
            if let Value::String(branch) = &node.value
                && names::is_name(&branch.value)
            {
                let message = format!("`{}` is forced at a date, not by a name", text.value);
                let help = format!("for a branch write \"{}.{}\" = 2013-09-01", text.value, branch.value);
                self.found.push(Diagnostic::new(Code::BadDate, node.span, message).help(help));
                continue;
            }
            let dates = dates_of(node, &mut self.found);
            let mut steps = Vec::new();
            for (date, span) in dates {
                if let Some(When::Step(step)) = self.step_of(date, span, "nothing is forced there", LONGER) {
                    steps.push(step);
                }
            }
            let Some((rule, instances, branch)) = self.referenced(text) else { continue };
            let span = text.span(0..text.value.len());
            let all_disabled = instances.iter().all(|id| !self.model.instances[id.index()].enabled);
            let is_alone = instances.len() == 1;
            for id in instances {
                let instance = &self.model.instances[id.index()];
                let place = branch.as_ref().and_then(|b| instance.branches.iter().position(|x| x.name == *b));
                if !instance.enabled {
                    let disabled = if all_disabled && !is_alone { &rule } else { &instance.name };
                    let message = format!("`{disabled}` is disabled and cannot be forced");
                    self.report_once(
                        Diagnostic::new(Code::BadForce, span, message)
                            .help("take it out of `disable`, or set enabled = true"),
                    );
                    continue;
                }
                for step in &steps {
                    self.force(id, *step, place, span);
                }
            }
        }
        for instance in &mut self.model.instances {
            instance.forced.sort_unstable();
        }
    }

    fn force(&mut self, id: InstanceId, step: u32, branch: Option<usize>, span: Span) {
        let instance = &mut self.model.instances[id.index()];
        let Some((_, before)) = instance.forced.iter_mut().find(|(s, _)| *s == step) else {
            instance.forced.push((step, branch));
            return;
        };
        match (*before, branch) {
            (Some(a), Some(b)) if a != b => {
                let date = self.model.calendar.date_of(step);
                let message = format!("two branches of `{}` are forced in the step of {date}", instance.name);
                self.report_once(
                    Diagnostic::new(Code::BadForce, span, message).help("a firing takes one branch"),
                );
            }
            (None, Some(_)) => *before = branch,
            _ => {}
        }
    }

    /// What a text in `disable` or `force` names: a rule or an instance, and perhaps a branch.
    fn referenced(&mut self, text: &Text) -> Option<(String, Vec<InstanceId>, Option<String>)> {
        let reference = match syntax::parse_reference(text) {
            Ok(reference) => reference,
            Err(diagnostic) => {
                self.found.push(
                    diagnostic.help("name a rule, an instance such as rule[A,B], or a branch: rule.branch"),
                );
                return None;
            }
        };
        let name = &reference.rule;
        if self.is_outcome(&name.text) && !self.symbols.contains_key(&name.text) {
            let message = format!("`{}` is an outcome, not a rule", name.text);
            let help = "`disable` and `force` say which rules do not fire and which do; an outcome is only asked for";
            self.found.push(Diagnostic::new(Code::UnknownName, name.span, message).help(help));
            return None;
        }
        let place = self.check_reference(&reference, &Vec::new())?;
        let instances = match &reference.actors {
            None => self.model.rules[place].instances.clone(),
            Some(names) => {
                let env = Env { bound: Vec::new(), stream: String::new(), in_stream: 0 };
                vec![self.instance(&reference.rule.text, names, reference.span, &env)?]
            }
        };
        Some((reference.rule.text, instances, reference.branch.map(|b| b.text)))
    }
}

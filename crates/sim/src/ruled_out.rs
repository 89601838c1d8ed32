//! What the declared ranges rule out: rules that never fire and outcomes that never change, found while lowering.

use std::collections::BTreeSet;

use cordiale_core::diagnostic::{Code, Diagnostic};
use cordiale_core::model::{InstanceId, Model};
use cordiale_core::source::Span;
use cordiale_core::{Report, Scenario};

use crate::lower::lower;
use crate::program::Program;

/// What the declared ranges rule out, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuledOut {
    /// The rules that are sure never to fire, with any instance: no value within the ranges makes the condition hold and
    /// the chance more than 0. They are left out of the program, which alters no result. Rules that are disabled are not
    /// told.
    pub rules: Vec<String>,
    /// The outcomes, events and levels, that are sure never to change: each of their conditions holds whatever the values
    /// within the ranges, or holds for none of them.
    pub outcomes: Vec<String>,
}

/// What [`Simulation::ruled_out`](crate::Simulation::ruled_out) says of a model that need not be run: of a world, too.
///
/// # Panics
/// Where the model is not as the checks made it.
#[must_use]
pub fn ruled_out(model: &Model) -> RuledOut {
    RuledOut::of(model, &lower(model))
}

impl RuledOut {
    pub(crate) fn of(model: &Model, program: &Program) -> Self {
        let never: BTreeSet<&str> = program.never.iter().map(String::as_str).collect();
        let found = |id: &InstanceId| never.contains(model.instances[id.index()].name.as_str());
        let rules = model.rules.iter().filter(|rule| !rule.instances.is_empty());
        let rules = rules.filter(|rule| rule.instances.iter().all(found)).map(|rule| rule.name.clone());
        Self { rules: rules.collect(), outcomes: program.still.clone() }
    }

    /// The same as warnings about the scenario that it was found in: none of which those of its file say so already, and none of
    /// what is otherwise in a variant.
    #[must_use]
    pub fn warnings(mut self, scenario: &Scenario) -> Report {
        let (model, warnings) = (scenario.model(), scenario.warnings());
        if scenario.variant_name().is_some() {
            self = Self::default();
        }
        for variant in &model.variants {
            if self == Self::default() {
                break;
            }
            if let Ok(variant) = scenario.with_variant(&variant.name) {
                let there = ruled_out(variant.model());
                self.rules.retain(|rule| there.rules.contains(rule));
                self.outcomes.retain(|outcome| there.outcomes.contains(outcome));
            }
        }
        let told = |code: Code, span: Span, message: String, help: &str| {
            let is_known = warnings.diagnostics().iter().any(|d| d.code == code && d.span == Some(span));
            (!is_known).then(|| Diagnostic {
                code,
                severity: code.severity(),
                message,
                span: Some(span),
                related: Vec::new(),
                help: Some(help.to_owned()),
            })
        };
        let rules = model.rules.iter().filter(|rule| self.rules.contains(&rule.name)).filter_map(|rule| {
            let message = format!(
                "the rule `{}` can never fire: within the declared ranges its `when` does not hold or its chance is 0",
                rule.name
            );
            told(Code::NeverFires, rule.span, message, "mend it, or set enabled = false")
        });
        let still = model.outcomes.iter().filter(|outcome| self.outcomes.contains(&outcome.name));
        let outcomes = still.filter_map(|outcome| {
            let message = format!(
                "nothing can change the outcome `{}`: within the declared ranges its conditions hold always or never",
                outcome.name
            );
            let help = "compare with a number inside the range, or change the range";
            told(Code::NothingChanges, outcome.span, message, help)
        });
        warnings.of_the_same(rules.chain(outcomes).collect())
    }
}

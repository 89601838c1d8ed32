//! From pairs to a result.

use cordiale_core::Scenario;
use cordiale_core::scenario::Change;

use super::plan::{Kind, Matched, Plan};
use super::result::{
    Answer, Arm, Baseline, CompareResult, Contrast, FORMAT, Flips, LevelsContrast, Moves, OutcomeContrast,
    Series, VariantResult,
};
use super::tally::{Pairs, Tally};
use super::{Comparison, Ready};
use crate::analysis::alike::fixed_values;
use crate::analysis::out_of_bounds::OutOfBounds;
use crate::result::{Named, RunInfo, ScenarioInfo, VALUE_STABILITY};
use crate::stats::{Difference, Moments, PairedMoments, PairedTable, mean_interval, wilson};

impl Comparison {
    pub(super) fn result(&self, plans: &[Plan], tally: &Tally) -> CompareResult {
        let scenario = &self.baseline.scenario;
        let named = self.variants.iter().zip(plans.iter().zip(&tally.variants));
        let of_baseline = Fixed::of(&self.baseline);
        let variants: Named<VariantResult> = named
            .map(|((name, ready), (plan, pairs))| {
                let fixed = [&of_baseline, &Fixed::of(ready)];
                (name.clone(), variant(scenario, ready, fixed, plan, pairs))
            })
            .collect();
        let run = RunInfo::of(scenario, self.seed, tally.trials, 0);
        CompareResult {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            value_stability: VALUE_STABILITY,
            scenario: ScenarioInfo::of(scenario),
            run: RunInfo { partial: tally.trials < self.trials, ..run },
            baseline: baseline(scenario, &variants),
            warnings: self.warnings(plans, &variants, &tally.out_of_bounds),
            variants,
        }
    }

    /// What is suspect in the files and was out of bounds in the rules, what could not be compared, and what has no
    /// estimate; of a variant what is not said of the baseline.
    fn warnings(
        &self,
        plans: &[Plan],
        variants: &Named<VariantResult>,
        found: &[OutOfBounds],
    ) -> Vec<String> {
        let said = |ready: &Ready, found: &OutOfBounds| {
            let mut said = ready.scenario.warnings().messages();
            said.extend(found.warnings(ready.scenario.model()));
            said
        };
        let mut warnings = said(&self.baseline, &found[0]);
        let known = warnings.len();
        let variants = self.variants.iter().zip(plans).zip(variants.iter().zip(&found[1..]));
        for (((name, ready), plan), ((_, result), found)) in variants {
            for warning in said(ready, found) {
                if !warnings[..known].contains(&warning) {
                    warnings.push(format!("variant `{name}`: {warning}"));
                }
            }
            warnings.extend_from_slice(&plan.warnings);
            for (outcome, contrast) in result.outcomes.iter().filter(|(_, contrast)| !contrast.has_estimate())
            {
                warnings.push(format!(
                    "variant `{name}`: outcome `{outcome}` has no difference: too few trials count for it in the baseline or in the variant; run more trials ({} count in both)",
                    contrast.in_both()
                ));
            }
        }
        warnings
    }
}

/// Where the trials of a scenario have to be alike, so that there is nothing that they could have missed.
struct Fixed {
    /// Of each outcome.
    outcomes: Vec<bool>,
    /// At step 0.
    start: bool,
}

/// The same of one outcome, in the baseline, in the variant, and in both at step 0.
#[derive(Clone, Copy)]
struct FixedIn {
    baseline: bool,
    variant: bool,
    start: bool,
}

impl Fixed {
    fn of(ready: &Ready) -> Self {
        Self {
            outcomes: fixed_values(ready.scenario.model(), &ready.program),
            start: ready.program.starts_fixed(),
        }
    }

    fn is(&self, outcome: usize) -> bool {
        self.outcomes.get(outcome).copied().unwrap_or(false)
    }
}

impl FixedIn {
    fn of([baseline, variant]: [&Fixed; 2], matched: &Matched) -> Self {
        Self {
            baseline: baseline.is(matched.baseline.outcome),
            variant: variant.is(matched.variant.outcome),
            start: baseline.start && variant.start,
        }
    }

    fn both(self) -> bool {
        self.baseline && self.variant
    }
}

fn variant(
    baseline: &Scenario,
    ready: &Ready,
    fixed: [&Fixed; 2],
    plan: &Plan,
    pairs: &[Pairs],
) -> VariantResult {
    let scenario = &ready.scenario;
    let model = scenario.model();
    let about = match scenario.variant_name() {
        Some(name) => model.variants.iter().find(|v| v.name == name).and_then(|v| v.about.clone()),
        None => None,
    };
    let changes: Vec<Change> = baseline.changes_to(scenario);
    let contrasts = plan.outcomes.iter().zip(pairs);
    VariantResult {
        about,
        digest: scenario.digest().to_owned(),
        changes,
        outcomes: contrasts
            .map(|(m, pairs)| (m.name.clone(), contrast(plan, m, FixedIn::of(fixed, m), pairs)))
            .collect(),
    }
}

fn contrast(plan: &Plan, matched: &Matched, fixed: FixedIn, pairs: &Pairs) -> OutcomeContrast {
    let given = || matched.given.clone();
    let steps = plan.last.is_some();
    match (pairs, &matched.kind) {
        (Pairs::Event { end, by_step }, _) => OutcomeContrast::Event(of_table(end, by_step, steps, given())),
        (Pairs::Value { end, by_step }, _) => {
            OutcomeContrast::Value(of_moments(end, by_step, steps, fixed, given()))
        }
        (Pairs::Levels(levels), kind) => {
            let names = match kind {
                Kind::Levels(names) => names.as_slice(),
                _ => &[],
            };
            let tables = levels.end.iter().zip(&levels.by_step);
            OutcomeContrast::Levels(LevelsContrast {
                levels: names
                    .iter()
                    .zip(tables)
                    .map(|(name, (end, by_step))| (name.clone(), of_table(end, by_step, steps, given())))
                    .collect(),
                flipped: levels.moved,
                trials_in_both: levels.end.first().map_or(0, PairedTable::in_both),
            })
        }
    }
}

fn of_table(
    end: &PairedTable,
    by_step: &[PairedTable],
    steps: bool,
    given: Option<String>,
) -> Contrast<Flips> {
    let difference = end.difference();
    Contrast {
        baseline: of_share(end.baseline()),
        variant: of_share(end.variant()),
        difference,
        changed: Flips { flipped_to_yes: end.flipped_to_yes(), flipped_to_no: end.flipped_to_no() },
        trials_in_both: end.in_both(),
        unpaired_width_ratio: ratio(end.unpaired_width(), difference),
        by_step: steps.then(|| series(by_step.iter().map(PairedTable::difference))),
        given,
    }
}

fn of_moments(
    end: &PairedMoments,
    by_step: &[PairedMoments],
    steps: bool,
    fixed: FixedIn,
    given: Option<String>,
) -> Contrast<Moves> {
    let known = |difference: Option<Difference>, is_fixed| match is_fixed {
        true => difference.map(Difference::of_fixed),
        false => difference,
    };
    let at = |(step, moments): (usize, &PairedMoments)| {
        known(moments.difference(), fixed.both() || step == 0 && fixed.start)
    };
    let difference = known(end.difference(), fixed.both());
    Contrast {
        baseline: of_mean(&end.baseline(), fixed.baseline),
        variant: of_mean(&end.variant(), fixed.variant),
        difference,
        changed: Moves { higher: end.higher(), lower: end.lower() },
        trials_in_both: end.in_both(),
        unpaired_width_ratio: ratio(end.unpaired_width(), difference),
        by_step: steps.then(|| series(by_step.iter().enumerate().map(at))),
        given,
    }
}

/// How much wider the unpaired interval is.
fn ratio(unpaired: Option<f64>, paired: Option<Difference>) -> Option<f64> {
    let (low, high) = paired?.ends().filter(|(low, high)| low < high)?;
    unpaired.map(|unpaired| unpaired / (high - low)).filter(|ratio| ratio.is_finite())
}

fn of_share((yes, trials): (u64, u64)) -> Arm {
    Arm::of_share(wilson(yes, trials), trials)
}

fn of_mean(moments: &Moments, is_fixed: bool) -> Arm {
    let mean = (moments.count() > 0).then(|| moments.mean());
    Arm::of_mean(mean, mean_interval(moments), moments.count(), is_fixed)
}

fn series(differences: impl Iterator<Item = Option<Difference>>) -> Series {
    let mut series = Series::default();
    for difference in differences {
        series.estimate.push(difference.map(|d| d.estimate));
        let ends = difference.and_then(|d| d.ends());
        series.low.push(ends.map(|(low, _)| low));
        series.high.push(ends.map(|(_, high)| high));
    }
    series
}

/// The baseline's answers, each from the first variant that has the outcome too: it is the same beside all of them.
fn baseline(scenario: &Scenario, variants: &Named<VariantResult>) -> Baseline {
    let answer = |contrast: &OutcomeContrast| match contrast {
        OutcomeContrast::Event(event) => Answer::Event(event.baseline),
        OutcomeContrast::Value(value) => Answer::Value(value.baseline),
        OutcomeContrast::Levels(levels) => Answer::Levels {
            levels: levels.levels.iter().map(|(name, level)| (name.to_owned(), level.baseline)).collect(),
        },
    };
    let found = |name: &str| variants.iter().find_map(|(_, variant)| variant.outcomes.get(name)).map(answer);
    let outcomes = scenario.model().outcomes.iter();
    Baseline { outcomes: outcomes.filter_map(|o| found(&o.name).map(|a| (o.name.clone(), a))).collect() }
}

impl OutcomeContrast {
    fn has_estimate(&self) -> bool {
        match self {
            Self::Event(event) => event.difference.is_some(),
            Self::Value(value) => value.difference.is_some(),
            Self::Levels(levels) => levels.levels.iter().all(|(_, level)| level.difference.is_some()),
        }
    }

    fn in_both(&self) -> u64 {
        match self {
            Self::Event(event) => event.trials_in_both,
            Self::Value(value) => value.trials_in_both,
            Self::Levels(levels) => levels.trials_in_both,
        }
    }
}

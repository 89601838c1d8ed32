//! The range of an input, where it has one.

use cordiale_core::model::{Distribution, Family, Model, Node};

/// The declared range of a tie, attribute or variable, or what a parameter's distribution spans.
pub(super) fn of(model: &Model, input: &str) -> Option<(f64, f64)> {
    let compact: String = input.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some((head, _)) = compact.split_once('[') {
        let channel = model.channels.iter().find(|channel| channel.name == head).map(|c| c.range);
        return channel.or_else(|| model.attributes.iter().find(|a| a.name == head).map(|a| a.range));
    }
    if let Some(slot) = model.slot(&compact) {
        return model.slots.get(slot.index()).map(|slot| slot.range);
    }
    let number = |id| model.exprs.fixed_number(id);
    match distribution(model, &compact)? {
        Distribution::Family(Family::Uniform, ends) => {
            Some((number(*ends.first()?)?, number(*ends.get(1)?)?))
        }
        Distribution::Family(Family::Triangular, ends) => {
            Some((number(*ends.first()?)?, number(*ends.get(2)?)?))
        }
        Distribution::Family(Family::Beta | Family::Bernoulli, _) => Some((0.0, 1.0)),
        Distribution::Family(..) | Distribution::Interval { .. } => None,
        Distribution::Discrete(values) => {
            // A weight of 0 is never drawn.
            let spanned = values.iter().filter(|(_, weight)| *weight > 0.0).map(|(value, _)| *value);
            Some((spanned.clone().fold(f64::INFINITY, f64::min), spanned.fold(f64::NEG_INFINITY, f64::max)))
        }
    }
}

/// The ends between which a parameter mostly lies that is given as `lo to hi`.
pub(super) fn of_interval(model: &Model, input: &str) -> Option<(f64, f64)> {
    match distribution(model, input)? {
        Distribution::Interval { lo, hi } => Some((*lo, *hi)),
        Distribution::Family(..) | Distribution::Discrete(_) => None,
    }
}

fn distribution<'m>(model: &'m Model, parameter: &str) -> Option<&'m Distribution> {
    let parameter = model.parameters.iter().find(|p| p.name == parameter)?;
    let Node::Draw(draw) = model.exprs.node(parameter.value) else { return None };
    Some(&model.exprs.draw(draw).distribution)
}

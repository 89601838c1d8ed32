//! Draws are written out: what they are drawn from, and the stream that each has to itself.

use super::Checker;
use super::ground::Env;
use crate::diagnostic::{Code, Diagnostic};
use crate::functions::Meaning;
use crate::model::constants::Constant;
use crate::model::{Distribution, Draw, ExprId, Family, Node};
use crate::source::Span;
use crate::syntax::Expr;

impl Checker<'_> {
    fn push_draw(&mut self, distribution: Distribution, number: u32, span: Span, env: &Env) -> ExprId {
        let inner = env.bound.get(env.in_stream..).unwrap_or(&[]);
        let actors: Vec<&str> = inner.iter().map(|(_, a)| self.model.actors[a.index()].id.as_str()).collect();
        let suffix = if actors.is_empty() { String::new() } else { format!("[{}]", actors.join(",")) };
        let stream = format!("{}/{number}{suffix}", env.stream);
        let draw = self.ground.exprs.push_draw(Draw { distribution, stream });
        self.push(Node::Draw(draw), span)
    }

    pub(super) fn ground_draw(
        &mut self,
        meaning: Meaning,
        arguments: &[Expr],
        number: u32,
        span: Span,
        env: &mut Env,
    ) -> ExprId {
        let ids: Vec<ExprId> = arguments.iter().map(|argument| self.ground(argument, env)).collect();
        let Meaning::Draw(family) = meaning else { return self.push(Node::Number(0.0), span) };
        let values: Option<Vec<f64>> = ids.iter().map(|id| self.ground.number(*id)).collect();
        if let Some(problem) = values.and_then(|values| wrong_arguments(family, &values)) {
            self.report_once(Diagnostic::new(Code::BadDistribution, span, problem));
        }
        self.push_draw(Distribution::Family(family, ids), number, span, env)
    }

    fn fixed(&mut self, expr: &Expr, env: &mut Env) -> Option<f64> {
        let id = self.ground(expr, env);
        match self.ground.constant(id) {
            Constant::Number(value) if value.is_finite() => Some(value),
            Constant::Open | Constant::Condition(_) => None,
            _ => {
                self.check_constant(id, "this");
                None
            }
        }
    }

    pub(super) fn ground_interval(
        &mut self,
        low: &Expr,
        high: &Expr,
        number: u32,
        span: Span,
        env: &mut Env,
    ) -> ExprId {
        let (lo, hi) = (self.fixed(low, env), self.fixed(high, env));
        let (Some(lo), Some(hi)) = (lo, hi) else { return self.push(Node::Number(0.0), span) };
        if lo >= hi {
            let diagnostic = Diagnostic::new(
                Code::BadDistribution,
                span,
                format!("the interval from {lo} to {hi} is empty"),
            )
            .help("write the lower end first; `lo to hi` holds 90% of the draws");
            self.report_once(diagnostic);
        }
        self.push_draw(Distribution::Interval { lo, hi }, number, span, env)
    }

    pub(super) fn ground_discrete(
        &mut self,
        pairs: &[(Expr, Expr)],
        number: u32,
        span: Span,
        env: &mut Env,
    ) -> ExprId {
        let mut fixed = Vec::with_capacity(pairs.len());
        for (value, weight) in pairs {
            if let (Some(v), Some(w)) = (self.fixed(value, env), self.fixed(weight, env)) {
                if w < 0.0 {
                    let message = format!("a weight is 0 or more, not {w}");
                    self.report_once(Diagnostic::new(Code::BadDistribution, weight.span, message));
                }
                fixed.push((v, w));
            }
        }
        let total: f64 = fixed.iter().map(|(_, w)| w).sum();
        if fixed.len() == pairs.len() && (total <= 0.0 || !total.is_finite()) {
            let message = "the weights have no positive, finite sum";
            self.report_once(Diagnostic::new(Code::BadDistribution, span, message));
        }
        self.push_draw(Distribution::Discrete(fixed), number, span, env)
    }
}

/// What is wrong with fixed arguments of a distribution.
fn wrong_arguments(family: Family, values: &[f64]) -> Option<String> {
    let problem = match (family, values) {
        (_, values) if values.iter().any(|v| !v.is_finite()) => "an argument is infinite".to_owned(),
        (Family::Uniform, [lo, hi]) if lo > hi => format!("its lower end {lo} lies above its upper end {hi}"),
        (Family::Normal, [_, sd]) if *sd < 0.0 => format!("its sd is 0 or more, not {sd}"),
        (Family::Lognormal, [median, _]) if *median <= 0.0 => format!("its median is above 0, not {median}"),
        (Family::Lognormal, [_, sigma]) if *sigma < 0.0 => format!("its sigma is 0 or more, not {sigma}"),
        (Family::Beta, [a, b]) if *a <= 0.0 || *b <= 0.0 => {
            format!("its arguments are above 0, not {a} and {b}")
        }
        (Family::Triangular, [lo, mode, hi]) if lo > mode || mode > hi => {
            format!("its arguments are lo, mode, hi in rising order, not {lo}, {mode}, {hi}")
        }
        (Family::Exponential, [mean]) if *mean <= 0.0 => format!("its mean is above 0, not {mean}"),
        (Family::Gamma, [mean, sd]) if *mean <= 0.0 || *sd <= 0.0 => {
            format!("its mean and sd are above 0, not {mean} and {sd}")
        }
        (Family::Poisson, [mean]) if *mean < 0.0 => format!("its mean is 0 or more, not {mean}"),
        (Family::Bernoulli, [p]) if !(0.0..=1.0).contains(p) => {
            format!("its chance lies from 0 to 1, not at {p}")
        }
        // Each has its limits above.
        (
            Family::Uniform
            | Family::Normal
            | Family::Lognormal
            | Family::Beta
            | Family::Triangular
            | Family::Exponential
            | Family::Gamma
            | Family::Poisson
            | Family::Bernoulli,
            _,
        ) => return None,
    };
    Some(problem)
}

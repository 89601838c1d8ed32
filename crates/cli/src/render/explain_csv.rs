//! An explanation as a tidy table: a row a figure.

use cordiale::explain::{ExplainResult, SignKind};
use cordiale::stats::{Difference, Probability, Ratio};

use super::csv::partial;
use super::quote::figure;

/// Rows, with their header.
pub(crate) fn render(result: &ExplainResult) -> String {
    let mut rows = Rows(String::from("part,name,statistic,value,low,high\n"));
    rows.share("outcome", &result.outcome.name, "probability", Some(result.outcome.probability));
    for (name, rule) in result.rules.iter() {
        rows.count("rule", name, "fired_and_reached", rule.fired_and_reached);
        rows.count("rule", name, "fired_and_not", rule.fired_and_not);
        rows.number("rule", name, "expected", rule.expected);
        rows.ratio("rule", name, "lift", rule.lift);
        rows.number("rule", name, "p_adjusted", rule.p_adjusted);
    }
    if let Some(found) = &result.ranges {
        for (name, limit) in found.limits.iter() {
            rows.row("box", name, "limits", [None, limit.low, limit.high]);
            rows.number("box", name, "p", limit.p);
        }
        rows.share("box", "", "coverage", Some(found.coverage));
        rows.share("box", "", "density", found.density);
        rows.share("box", "", "density_outside", found.density_outside);
        rows.share("box", "", "base", Some(found.base));
    }
    for (name, rule) in result.pivotal.rules.iter() {
        rows.share("pivotal", name, "without", rule.without);
        rows.difference("pivotal", name, "difference", rule.difference);
        rows.count("pivotal", name, "lost", rule.lost);
        rows.count("pivotal", name, "gained", rule.gained);
        rows.share("pivotal", name, "pivotal", rule.pivotal);
        rows.number("pivotal", name, "p_adjusted", rule.p_adjusted);
    }
    for chain in &result.chains.commonest {
        let links: Vec<String> = chain.links.iter().map(|link| link.join(" + ")).collect();
        rows.share("chain", &links.join(" > "), "share", Some(chain.share));
    }
    for sign in result.signposts.iter().flat_map(|found| &found.signs) {
        let name = match (sign.kind, sign.above) {
            (SignKind::Fired, _) => format!("fired({})", sign.name),
            (_, Some(above)) => format!("{} > {above}", sign.name),
            (_, None) => sign.name.clone(),
        };
        rows.share("signpost", &name, "seen", Some(sign.seen));
        rows.share("signpost", &name, "if_seen", sign.if_seen);
        rows.share("signpost", &name, "if_not", sign.if_not);
        rows.ratio("signpost", &name, "odds_ratio", sign.odds_ratio);
        rows.number("signpost", &name, "p_adjusted", sign.p_adjusted);
    }
    if result.run.partial {
        rows.0.push_str(&format!("run,,{},,\n", partial(&result.run)));
    }
    rows.0
}

struct Rows(String);

impl Rows {
    fn row(&mut self, part: &str, name: &str, statistic: &str, figures: [Option<f64>; 3]) {
        let [value, low, high] = figures.map(figure);
        // Ties have a comma in their names.
        let name = if name.contains(',') { format!("\"{name}\"") } else { name.to_owned() };
        self.0.push_str(&format!("{part},{name},{statistic},{value},{low},{high}\n"));
    }

    fn number(&mut self, part: &str, name: &str, statistic: &str, value: f64) {
        self.row(part, name, statistic, [Some(value), None, None]);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn count(&mut self, part: &str, name: &str, statistic: &str, count: u64) {
        self.number(part, name, statistic, count as f64);
    }

    fn share(&mut self, part: &str, name: &str, statistic: &str, share: Option<Probability>) {
        let figures = share.map(|p| [Some(p.estimate), Some(p.low), Some(p.high)]);
        self.row(part, name, statistic, figures.unwrap_or_default());
    }

    fn ratio(&mut self, part: &str, name: &str, statistic: &str, ratio: Option<Ratio>) {
        let figures = ratio.map(|r| [Some(r.estimate), Some(r.low), Some(r.high)]);
        self.row(part, name, statistic, figures.unwrap_or_default());
    }

    fn difference(&mut self, part: &str, name: &str, statistic: &str, difference: Option<Difference>) {
        let figures = difference.map(|d| [Some(d.estimate), Some(d.low), Some(d.high)]);
        self.row(part, name, statistic, figures.unwrap_or_default());
    }
}

//! What of each answer more trials would narrow, what more knowledge would, and what is chance.

use cordiale::widths::{Interval, Width, WidthsResult};

use super::layout::{columns_or_below, number, paragraph, percent, percent_interval};

/// A heading, a table with a row an outcome, and a sentence on the first.
pub(crate) fn render(widths: &WidthsResult, width: usize) -> String {
    format!("Three widths\n{}\n", body(widths, width))
}

/// The same without its heading.
pub(crate) fn body(widths: &WidthsResult, width: usize) -> String {
    let mut rows =
        vec![["", "sampling", "were all known", "not known", "chance"].map(str::to_owned).to_vec()];
    rows.extend(widths.outcomes.iter().map(|(name, width)| row(name, width)));
    let mut text = columns_or_below(&rows, width);
    if let Some((name, first)) = widths.outcomes.iter().next() {
        text.push_str(&format!("{}\n", paragraph(&first.sentence(name), width, 0)));
    }
    text
}

fn row(name: &str, width: &Width) -> Vec<String> {
    let is_value = width.kind == "value";
    let sampling = match width.sampling {
        Some(range) if is_value => {
            format!("{} ±{}", number(width.estimate), number(0.5 * (range.high - range.low)))
        }
        None => number(width.estimate),
        // Wilson's interval has another centre than the estimate, so that its ends are told.
        Some(range) => format!("{} {}", percent(width.estimate), percent_interval(range.low, range.high)),
    };
    let known = width.known.map_or("-".to_owned(), |known| {
        if is_value {
            format!("{} to {}", number(known.low), number(known.high))
        } else if known.high < 0.001 {
            format!("{} to {}", percent(known.low), percent(known.high))
        } else {
            // Quantiles of a fit, whose smallest mean nothing.
            format!("{:.1}% to {:.1}%", 100.0 * known.low, 100.0 * known.high)
        }
    });
    let share = width.unknown_share.map_or("-".to_owned(), share);
    let chance =
        width.unknown_share.map_or("-".to_owned(), |s| format!("{:.0}%", 100.0 * (1.0 - s.estimate)));
    vec![name.to_owned(), sampling, known, share, chance]
}

/// `31% [25, 37]`
fn share(share: Interval) -> String {
    let [estimate, low, high] = [share.estimate, share.low, share.high].map(|x| 100.0 * x);
    format!("{estimate:.0}% [{low:.0}, {high:.0}]")
}

//! Text in columns, numbers for people, and bars of eighths.

use cordiale::sim::stats::Percent;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The eight bars.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A text filled with blanks to a width in columns of the terminal.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    (0..count).map(|column| widest(column).unwrap_or(0)).collect()
}

/// Rows in columns, indented by two; what would make the last reach beyond `width` goes into lines of its own.
pub(crate) fn columns_within(mut rows: Vec<Vec<String>>, width: usize) -> String {
    if let Some((_, before)) = widths(&rows).split_last() {
        let indent = 2 + before.iter().map(|width| width + 2).sum::<usize>();
        for last in rows.iter_mut().filter_map(|row| row.get_mut(before.len())) {
            *last = paragraph(last, width, indent);
        }
    }
    columns(&rows)
}

/// Rows in columns, indented by two; the last column is as long as it is.
pub(crate) fn columns(rows: &[Vec<String>]) -> String {
    let widths = widths(rows);
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            line.push(' ');
            line.push_str(&pad(cell, *width));
            line.push(' ');
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Rows in columns where they fit, and else with each first cell on a line of its own.
pub(crate) fn columns_or_below(rows: &[Vec<String>], width: usize) -> String {
    let whole = columns(rows);
    if whole.lines().all(|line| line.width() <= width) {
        return whole;
    }
    let rest: Vec<Vec<String>> = rows.iter().map(|row| row.iter().skip(1).cloned().collect()).collect();
    let mut text = String::new();
    for (row, line) in rows.iter().zip(columns(&rest).lines()) {
        if let Some(name) = row.first().filter(|name| !name.is_empty()) {
            text.push_str(&format!("  {name}\n"));
        }
        text.push_str(&format!("  {line}\n"));
    }
    text
}

/// Pieces with a gap between them, broken into lines of at most `width` columns, the later ones indented.
pub(crate) fn wrap(pieces: &[String], gap: &str, width: usize, indent: usize) -> String {
    let (mut text, mut used) = (String::new(), indent);
    for (place, piece) in pieces.iter().enumerate() {
        if place > 0 && used + gap.width() + piece.width() > width {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            used = indent;
        } else if place > 0 {
            text.push_str(gap);
            used += gap.width();
        }
        text.push_str(piece);
        used += piece.width();
    }
    text
}

/// A text broken between words into lines of at most `width` columns, the later ones indented.
pub(crate) fn paragraph(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent);
    let words: Vec<String> = text.split(' ').flat_map(|word| broken(word, room)).collect();
    wrap(&words, " ", width, indent)
}

/// A word in pieces that fit: scripts that write without spaces break before any of their characters, which are two columns
/// wide.
fn broken(word: &str, room: usize) -> Vec<String> {
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    for c in word.chars() {
        if c.width() == Some(2) && !piece.is_empty() && piece.width() + 2 > room {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces
}

/// `1 trial`, `10,000 trials`
pub(crate) fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// `10,000`
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of which two digits are known: `310,000`; never less than it.
pub(crate) fn about(number: u64) -> String {
    let unit = 10_u64.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(1));
    thousands(number.checked_next_multiple_of(unit).unwrap_or(number))
}

/// `48.7%`
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", Percent(share))
}

/// `[47.7, 49.7]`, in percent.
pub(crate) fn percent_interval(low: f64, high: f64) -> String {
    format!("[{}, {}]", Percent(low), Percent(high))
}

/// A share in two decimals, a zero without a sign.
pub(crate) fn two_decimals(share: f64) -> String {
    let text = format!("{share:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

/// A number in about three digits.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e6).contains(&size) {
        format!("{value:.2e}")
    } else {
        let decimals = if size >= 100.0 {
            0
        } else if size >= 10.0 {
            1
        } else if size >= 0.1 {
            2
        } else {
            4
        };
        format!("{value:.decimals$}")
    }
}

/// A row of bars, the greatest value the highest.
pub(crate) fn bars(values: &[f64]) -> String {
    let most = values.iter().copied().fold(0.0, f64::max);
    let bar = |value: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
        let height = if most > 0.0 { (value / most * 7.0).round() as usize } else { 0 };
        BARS[height.min(7)]
    };
    values.iter().map(|value| bar(*value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chinese is written without spaces.
    #[test]
    fn text_without_spaces_fits_its_lines() {
        let text = "中国和俄罗斯会在没有条约的情况下像盟友一样行事吗？ Without a treaty";
        let told = paragraph(text, 20, 2);
        assert!(told.lines().all(|line| line.width() <= 20), "{told}");
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(letters(&told), letters(text));
    }

    #[test]
    fn numbers_are_for_people() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(999), "999");
        assert_eq!(
            [7, 101, 304_511, u64::MAX].map(about),
            ["7", "110", "310,000", "18,446,744,073,709,551,615"]
        );
        assert_eq!(
            [0.0, 0.61, 0.05, 12.34, 123.4, 1e7].map(number),
            ["0", "0.61", "0.0500", "12.3", "123", "1.00e7"]
        );
        assert_eq!(bars(&[0.0, 0.5, 1.0]), "▁▅█");
        assert_eq!(bars(&[0.0, 0.0]), "▁▁");
    }

    #[test]
    fn pieces_are_wrapped_at_the_width() {
        let pieces = ["aaaa", "bbbb", "cccc"].map(str::to_owned);
        assert_eq!(wrap(&pieces, "  ", 14, 2), "aaaa  bbbb\n  cccc");
    }
}

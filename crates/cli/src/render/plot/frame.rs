//! A drawing in its axes. Cells and braille lines are ratatui's, drawn into a buffer that is never a screen.

use cordiale::calendar::Calendar;
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Style};
use ratatui_core::symbols::Marker;
use ratatui_core::widgets::Widget;
use ratatui_widgets::canvas::{Canvas, Line};
use unicode_width::UnicodeWidthStr;

use super::scale::{Scale, dates};
use super::widest;

/// Columns that a mark of time takes, with the room around it.
const MARK: usize = 11;

/// A drawing: a scale on the left, time below.
pub(super) struct Frame {
    buffer: Buffer,
    /// Where curves and bands are drawn.
    area: Rect,
    scale: Scale,
    last: usize,
}

impl Frame {
    /// Axes around nothing. `rows` is without the axis of time.
    pub(super) fn new(
        width: usize,
        rows: usize,
        scale: Scale,
        calendar: &Calendar,
        last: usize,
        label: impl Fn(f64) -> String,
    ) -> Self {
        let labels: Vec<String> = scale.marks.iter().map(|mark| label(*mark)).collect();
        let left = widest(&labels) + 3;
        let size = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
        // The last date may stand out to the right of the axis by half of itself.
        let inner = width.saturating_sub(left + 3).max(10);
        let buffer = Buffer::empty(Rect::new(0, 0, size(left + inner + 3), size(rows + 2)));
        let area = Rect::new(size(left), 0, size(inner), size(rows));
        let mut frame = Self { buffer, area, scale, last };
        frame.axis_of_values(&labels);
        frame.axis_of_time(calendar);
        frame
    }

    fn axis_of_values(&mut self, labels: &[String]) {
        let axis = self.area.left() - 1;
        for row in self.area.top()..self.area.bottom() {
            self.put(axis, row, "│");
        }
        let marks = self.scale.marks.clone();
        for (mark, label) in marks.iter().zip(labels) {
            let row = self.row(*mark);
            self.put(axis, row, "┤");
            let start = axis.saturating_sub(u16::try_from(label.width() + 1).unwrap_or(0));
            self.buffer.set_string(start, row, label, Style::default());
        }
    }

    fn axis_of_time(&mut self, calendar: &Calendar) {
        let (axis, below) = (self.area.bottom(), self.area.bottom() + 1);
        self.put(self.area.left() - 1, axis, "└");
        for column in self.area.left()..self.area.right() {
            self.put(column, axis, "─");
        }
        let mut free = 0;
        for (step, text) in dates(calendar, self.last, usize::from(self.area.width) / MARK) {
            let column = self.column(step);
            self.put(column, axis, "┬");
            let width = u16::try_from(text.width()).unwrap_or(0);
            let rightmost = self.buffer.area.right().saturating_sub(width);
            let start = column.saturating_sub(width / 2).min(rightmost);
            if start >= free {
                self.buffer.set_string(start, below, &text, Style::default());
                free = start + width + 1;
            }
        }
    }

    fn put(&mut self, column: u16, row: u16, symbol: &str) {
        if let Some(cell) = self.buffer.cell_mut((column, row)) {
            cell.set_symbol(symbol);
        }
    }

    /// The row of a value, inside the drawing.
    fn row(&self, value: f64) -> u16 {
        let last = self.area.height - 1;
        self.area.top() + last - nearest(self.scale.place(value), last)
    }

    /// The column of a step.
    fn column(&self, step: usize) -> u16 {
        #[expect(clippy::cast_precision_loss, reason = "at most 100,000 steps")]
        let place = step as f64 / self.last.max(1) as f64;
        self.area.left() + nearest(place, self.area.width - 1)
    }

    /// What a series says at a column: between two steps, what lies between.
    fn at(&self, series: &[Option<f64>], column: u16) -> Option<f64> {
        let across = f64::from(column - self.area.left()) / f64::from(self.area.width - 1);
        #[expect(clippy::cast_precision_loss, reason = "at most 100,000 steps")]
        let step = across * self.last as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the last step")]
        let before = step.floor() as usize;
        let here = series.get(before).copied().flatten()?;
        let next = series.get(before + 1).copied().flatten().unwrap_or(here);
        Some(here + (next - here) * (step - step.floor()))
    }

    /// Every cell that a band touches.
    pub(super) fn band(&mut self, low: &[Option<f64>], high: &[Option<f64>], shade: char) {
        let shade = shade.to_string();
        for column in self.area.left()..self.area.right() {
            let Some((low, high)) = self.at(low, column).zip(self.at(high, column)) else { continue };
            for row in self.row(high)..=self.row(low) {
                self.put(column, row, &shade);
            }
        }
    }

    /// Every cell whose middle lies between two curves, so that what is stacked leaves no gap and no overlap.
    pub(super) fn fill(&mut self, below: &[Option<f64>], above: &[Option<f64>], shade: char) {
        let shade = shade.to_string();
        for column in self.area.left()..self.area.right() {
            let Some((below, above)) = self.at(below, column).zip(self.at(above, column)) else { continue };
            let (below, above) = (self.scale.place(below), self.scale.place(above));
            for row in 0..self.area.height {
                let middle = (f64::from(row) + 0.5) / f64::from(self.area.height);
                // Shares add up to 1 but for rounding.
                let is_top = row + 1 == self.area.height && above > 1.0 - 1e-9;
                if below <= middle && (middle < above || is_top) {
                    self.put(column, self.area.bottom() - 1 - row, &shade);
                }
            }
        }
    }

    /// A curve in braille.
    pub(super) fn line(&mut self, series: &[Option<f64>]) {
        #[expect(clippy::cast_precision_loss, reason = "at most 100,000 steps")]
        let last = self.last.max(1) as f64;
        let mut points: Vec<Option<(f64, f64)>> =
            series.iter().zip(0..).map(|(value, step)| value.map(|value| (f64::from(step), value))).collect();
        if let [Some((_, value))] = points.as_slice() {
            let value = *value;
            points.push(Some((last, value)));
        }
        Canvas::default()
            .marker(Marker::Braille)
            .x_bounds([0.0, last])
            .y_bounds([self.scale.low, self.scale.high])
            .paint(|context| {
                for pair in points.windows(2) {
                    if let [Some((x1, y1)), Some((x2, y2))] = pair {
                        context.draw(&Line::new(*x1, *y1, *x2, *y2, Color::Reset));
                    }
                }
            })
            .render(self.area, &mut self.buffer);
    }

    /// The drawing, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let cells = usize::from(self.buffer.area.width).max(1);
        let line = |row: &[ratatui_core::buffer::Cell]| {
            let text: String = row.iter().map(ratatui_core::buffer::Cell::symbol).collect();
            text.trim_end().to_owned()
        };
        self.buffer.content.chunks(cells).map(line).collect()
    }
}

/// The nearest of the whole numbers from 0 to `last`.
fn nearest(place: f64, last: u16) -> u16 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what a u16 holds"
    )]
    let nearest = (place.clamp(0.0, 1.0) * f64::from(last)).round() as u16;
    nearest
}

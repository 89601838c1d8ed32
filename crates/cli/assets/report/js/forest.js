// Estimates with their intervals, a row each.

const NAMES = { size: 12.5, line: 14 };

const pen = document.createElement('canvas').getContext('2d');
pen.font = `${NAMES.size}px ${font()}`;

/** How wide a name is. */
const wide = (name) => pen.measureText(name.trimEnd()).width;

/** A name broken into lines between words, and within a word that is wider than a line. */
function broken(name, width) {
  const fits = (text) => wide(text) <= width;
  const lines = [''];
  for (const word of name.split(/(?<=[ ;/&?\]]|,(?!\d))/)) {
    if (!fits(lines.at(-1) + word) && lines.at(-1) !== '') lines.push('');
    for (const letter of word) {
      if (!fits(lines.at(-1) + letter)) lines.push('');
      lines[lines.length - 1] += letter;
    }
  }
  return lines.map((line) => line.trimEnd());
}

/** An axis with a name a row, none of them cut: `tallest` is how many lines the longest takes. */
const rowAxis = (theme, data, width, text = named, size = NAMES.size) => ({
  type: 'category', inverse: true, data, axisLine: { show: false }, axisTick: { show: false },
  axisLabel: { color: theme.text, formatter: (name) => broken(text(name), width).join('\n'), fontSize: size, lineHeight: NAMES.line, interval: 0 },
});
const tallest = (names, width) => Math.max(...names.map((name) => broken(name, width).length));

/**
 * A dot and a line a row. `rows` are `{ name, estimate, low, high, clear, beyond, pairs }` in the units of the axis; `clear`
 * fills the dot, and where the estimate lies `beyond` what is drawn, above (1) or below (-1), it is a triangle. `axis` is `{ format, title, zero, log, min, max }`.
 */
function forest({ rows, axis, ...more }) {
  const name = (row) => row.title ?? named(row.name);
  const beside = (width) => Math.min(width < 480 ? 128 : 210, 24 + 7 * Math.max(...rows.map((row) => name(row).length)));
  const tall = (width) => Math.max(width < 560 ? 30 : 27, 6 + NAMES.line * tallest(rows.map(name), beside(width) - 14));
  return figure({
    places: () => rows.length,
    at: (place) => [name(rows[place]), rows[place].pairs],
    point: (place) => ({ seriesIndex: 1, dataIndex: place }),
    height: (width) => (axis.title ? 66 : 44) + tall(width) * rows.length,
    ...more,
    draw: (theme, width) => {
      const label = beside(width);
      return {
        grid: { left: label, right: 26, top: 10, bottom: axis.title ? 46 : 26 },
        tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: ({ dataIndex }) => tip(name(rows[dataIndex]), rows[dataIndex].pairs) },
        xAxis: valueAxis(theme, axis.format, { type: axis.log ? 'log' : 'value', min: axis.min, max: axis.max, name: axis.title, nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: theme.muted }, splitNumber: width < 480 ? 3 : 5, scale: axis.log }),
        yAxis: rowAxis(theme, rows.map(name), label - 14, (text) => text),
        series: [
          rangeSeries(rows.map((row, place) => [row.low, place, row.high]), theme.main, axis.zero === undefined ? {} : { markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: theme.text, type: 'solid', width: 1 }, data: [{ xAxis: axis.zero }] } }),
          { type: 'scatter', symbolSize: 10, emphasis: { scale: 1.3 }, data: rows.map((row, place) => ({ value: [row.estimate, place], ...(row.beyond && { symbol: 'triangle', symbolRotate: -90 * row.beyond }), itemStyle: { color: row.clear === false ? theme.page : theme.main, borderColor: theme.main, borderWidth: 2, opacity: 1 } })) },
        ],
      };
    },
  });
}

const inPoints = (value) => signed(`${value}`.replace('-', '\u2212'));

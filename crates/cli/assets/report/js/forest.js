// Estimates with their intervals, a row each.

/**
 * A dot and a line a row. `rows` are `{ name, estimate, low, high, clear, pairs }` in the units of the axis; `clear`
 * fills the dot. `axis` is `{ format, title, zero, log, min, max }`.
 */
function forest({ rows, axis, ...more }) {
  const tall = (width) => (width < 560 ? 30 : 27);
  return figure({
    places: () => rows.length,
    at: (place) => [rows[place].title ?? named(rows[place].name), rows[place].pairs],
    point: (place) => ({ seriesIndex: 1, dataIndex: place }),
    height: (width) => (axis.title ? 66 : 44) + tall(width) * rows.length,
    ...more,
    draw: (theme, width) => {
      const label = Math.min(width < 480 ? 128 : 210, 24 + 7 * Math.max(...rows.map((row) => (row.title ?? named(row.name)).length)));
      return {
        grid: { left: label, right: 26, top: 10, bottom: axis.title ? 46 : 26 },
        tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: ({ dataIndex }) => tip(rows[dataIndex].title ?? named(rows[dataIndex].name), rows[dataIndex].pairs) },
        xAxis: valueAxis(theme, axis.format, { type: axis.log ? 'log' : 'value', min: axis.min, max: axis.max, name: axis.title, nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: theme.muted }, splitNumber: width < 480 ? 3 : 5, scale: axis.log }),
        yAxis: { type: 'category', inverse: true, data: rows.map((row) => row.title ?? named(row.name)), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: theme.text, fontSize: 12.5, width: label - 14, overflow: 'break', lineHeight: 14, interval: 0 } },
        series: [
          rangeSeries(rows.map((row, place) => [row.low, place, row.high]), theme.main, axis.zero === undefined ? {} : { markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: theme.text, type: 'solid', width: 1 }, data: [{ xAxis: axis.zero }] } }),
          { type: 'scatter', symbolSize: 10, emphasis: { scale: 1.3 }, data: rows.map((row, place) => ({ value: [row.estimate, place], itemStyle: { color: row.clear === false ? theme.page : theme.main, borderColor: theme.main, borderWidth: 2 } })) },
        ],
      };
    },
  });
}

const inPoints = (value) => signed(`${value}`.replace('-', '\u2212'));

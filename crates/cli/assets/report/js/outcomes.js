// A curve, a fan or stacked shares for each outcome.

const dates = report.axis.dates;
const series = (values) => dates.map((date, place) => [instant(date), values[place] ?? null]);
const share = (counts, trials) => counts.map((count) => (trials > 0 ? count / trials : null));

/** A vertical line at a deadline before the horizon. */
function deadlineMark(theme, outcome) {
  if (outcome.deadline === report.horizon) return undefined;
  return { silent: true, symbol: 'none', lineStyle: { color: theme.muted, type: [4, 4] }, data: [{ xAxis: instant(outcome.deadline) }], label: { formatter: `by ${day(outcome.deadline)}`, color: theme.muted, position: 'insideEndTop', rotate: 0, align: 'right', distance: 4, padding: [0, 6, 0, 0] } };
}

const endLabel = (theme, text, colour, more = {}) => ({ show: true, formatter: text, color: colour, fontSize: 12, distance: 6, ...more });

function eventFigure(name, outcome) {
  const { estimate, low, high } = outcome.share;
  const holding = share(outcome.holding_by_step, outcome.trials);
  const differs = holding.some((value, place) => value !== estimate[place]);
  const at = (place) => {
    const pairs = [['reached by then', percent(estimate[place])], ['95% interval', interval(low[place], high[place], percent)]];
    if (differs) pairs.push(['holds just then', percent(holding[place])]);
    return [day(dates[place]), pairs];
  };
  const p = outcome.probability;
  return {
    value: p ? `${capital(outcome.words)}: ${percent(p.estimate)} [${interval(p.low, p.high, percent)}]` : 'No estimate',
    label: `Curve of the share of trials that had reached ${named(name)}, from ${percent(estimate[0])} at ${day(dates[0])} to ${percent(estimate.at(-1))} at ${day(dates.at(-1))}`,
    at,
    data: () => ({
      head: ['date', 'reached\t', 'low\t', 'high\t', 'holding\t'],
      rows: dates.map((date, place) => [date, estimate[place], low[place], high[place], holding[place]]),
      show: { 1: percent, 2: percent, 3: percent, 4: percent },
    }),
    draw: (theme) => ({
      yAxis: shareAxis(theme, high),
      series: [
        { name: 'reached', type: 'line', symbol: 'none', data: series(estimate), lineStyle: { color: theme.main, width: 2.5 }, itemStyle: { color: theme.main }, endLabel: endLabel(theme, 'reached', theme.main), z: 4, markLine: deadlineMark(theme, outcome), emphasis: { disabled: true } },
        ...band('interval', dates, low, high, theme.main, 0.22),
        ...(differs ? [{ name: 'holds', type: 'line', symbol: 'none', data: series(holding), lineStyle: { color: theme.other, width: 2, type: [5, 3] }, itemStyle: { color: theme.other }, endLabel: endLabel(theme, 'holds', theme.other), z: 3, emphasis: { disabled: true } }] : []),
      ],
    }),
  };
}

/** An axis of shares from 0 to a round number above the greatest, with even ticks. */
function shareAxis(theme, values) {
  const most = Math.max(1e-4, ...values.filter(isNumber));
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 2.5, 5, 10].map((of) => of * power).find((of) => of * 4 >= most * 0.98);
  const max = Math.min(1, Math.ceil((most * 0.999) / step) * step);
  return valueAxis(theme, (value) => percent(value).replace('.0%', '%'), { min: 0, max, interval: step });
}

function valueFigure(name, outcome) {
  const by = outcome.by_step;
  const end = outcome.final;
  const at = (place) => [day(dates[place]), [['median', number(by.q50[place])], ['half of trials', interval(by.q25[place], by.q75[place], number)], ['90% of trials', interval(by.q05[place], by.q95[place], number)], ['mean', number(by.mean[place])]]];
  return {
    value: end ? `Median ${number(end.q50)}, 90% of trials between ${number(end.q05)} and ${number(end.q95)}` : 'No estimate',
    label: `Fan chart of ${named(name)}, median from ${number(by.q50[0])} at ${day(dates[0])} to ${number(by.q50.at(-1))} at ${day(dates.at(-1))}`,
    at,
    data: () => ({
      head: ['date', 'q05\t', 'q25\t', 'median\t', 'q75\t', 'q95\t', 'mean\t', 'sd\t'],
      rows: dates.map((date, place) => [date, by.q05[place], by.q25[place], by.q50[place], by.q75[place], by.q95[place], by.mean[place], by.sd[place]]),
    }),
    draw: (theme) => ({
      yAxis: valueAxis(theme, number, { scale: true }),
      series: [
        { name: 'median', type: 'line', symbol: 'none', data: series(by.q50), lineStyle: { color: theme.main, width: 2.5 }, itemStyle: { color: theme.main }, endLabel: endLabel(theme, 'median', theme.main), z: 4, markLine: deadlineMark(theme, outcome), emphasis: { disabled: true } },
        ...band('90% of trials', dates, by.q05, by.q95, theme.main, 0.16),
        ...band('half of trials', dates, by.q25, by.q75, theme.main, 0.26),
      ],
      legend: { bottom: 0, icon: 'roundRect', itemWidth: 16, itemHeight: 10, selectedMode: false, textStyle: { color: theme.muted, fontSize: 12 }, data: [{ name: 'half of trials', itemStyle: { color: theme.main, opacity: 0.45 } }, { name: '90% of trials', itemStyle: { color: theme.main, opacity: 0.16 } }] },
    }),
  };
}

/** Ordered colours for levels, spread over the ramp. */
const ramp = (theme, count) => Array.from({ length: count }, (_, place) => theme.ordered[count <= 1 ? 0 : Math.round((place * (theme.ordered.length - 2)) / (count - 1))]);

function levelsFigure(name, outcome) {
  const levels = outcome.levels;
  const shares = levels.map((level) => share(outcome.by_step[level], outcome.trials));
  const at = (place) => [day(dates[place]), levels.map((level, one) => [named(level), percent(shares[one][place])])];
  const [big] = short(outcome);
  return {
    value: `${big} at ${outcome.deadline === report.horizon ? 'the end' : day(outcome.deadline)}`,
    label: `Stacked shares of ${levels.length} levels of ${named(name)} over time`,
    at,
    data: () => ({
      head: ['date', ...levels.map((level) => `${level}\t`)],
      rows: dates.map((date, place) => [date, ...shares.map((of) => of[place])]),
      show: Object.fromEntries(levels.map((_, one) => [one + 1, percent])),
    }),
    draw: (theme) => ({
      yAxis: valueAxis(theme, (value) => `${Math.round(100 * value)}%`, { min: 0, max: 1, interval: 0.25 }),
      series: levels.map((level, one) => ({
        name: named(level), type: 'line', stack: 'all', symbol: 'none', data: series(shares[one]), lineStyle: { width: 1, color: theme.page }, itemStyle: { color: ramp(theme, levels.length)[one] }, areaStyle: { color: ramp(theme, levels.length)[one], opacity: 1 }, emphasis: { disabled: true },
        markLine: one === 0 ? deadlineMark(theme, outcome) : undefined,
      })),
      legend: { bottom: 0, icon: 'roundRect', itemWidth: 16, itemHeight: 10, selectedMode: false, textStyle: { color: theme.muted, fontSize: 12 }, itemStyle: { borderColor: theme.muted, borderWidth: 1 } },
    }),
  };
}

/** How many rows a legend takes. */
function legendRows(names, width) {
  let [rows, used] = [1, 0];
  for (const name of names) {
    const takes = 36 + 7 * name.length;
    if (used + takes > width) { rows += 1; used = 0; }
    used += takes;
  }
  return rows;
}

function outcomes() {
  const makers = { event: eventFigure, value: valueFigure, levels: levelsFigure };
  const all = Object.entries(report.outcomes);
  all.sort(([a], [b]) => Number(b === report.lead) - Number(a === report.lead));
  const figures = all.map(([name, outcome]) => {
    const made = makers[outcome.kind](name, outcome);
    const given = outcome.given ? `Among ${among(outcome)}. ` : '';
    return figure({
      id: `outcome-${name}`, title: named(name), code: name, note: `${given}${outcome.about ?? ''}` || null, places: () => dates.length, ...made,
      height: (width) => (width < 420 ? 220 : 250),
      draw: (theme, width) => {
        const drawn = made.draw(theme, width);
        return {
          grid: { left: 8, right: outcome.kind === 'levels' ? 14 : 62, top: 14, bottom: drawn.legend ? 12 + 22 * legendRows(outcome.levels ?? ['half of trials', '90% of trials'], width) : 8, containLabel: true },
          xAxis: timeAxis(theme, dates),
          ...drawn,
          tooltip: { ...base(theme).tooltip, trigger: 'axis', formatter: (points) => tip(...made.at(points[0].dataIndex)) },
        };
      },
    }).node;
  });
  section('outcomes', 'Outcomes', 'When, and how far', 'Each curve shows the share of trials that had reached the outcome by then, with its 95% interval; each fan the range of a number. Point at a figure, or use the arrow keys, for values.',
    el('div', { class: 'grid' }, figures));
}

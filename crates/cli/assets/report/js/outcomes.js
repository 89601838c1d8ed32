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
  const answered = p && `${capital(outcome.words)}: ${percent(p.estimate)} [${interval(p.low, p.high, percent)}]`;
  return {
    value: p ? `${answered}, by ${day(outcome.deadline)}` : 'No estimate',
    label: `Curve of the share of trials that had reached ${named(name)}, from ${percent(estimate[0])} at ${day(dates[0])} to ${percent(estimate.at(-1))} at ${day(dates.at(-1))}${p ? `; by its deadline, ${day(outcome.deadline)}, ${answered}` : ''}`,
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
  const decimals = [0, 1, 2, 3, 4, 5].find((of) => Number.isInteger(Number((100 * step * 10 ** of).toPrecision(6)))) ?? 6;
  return valueAxis(theme, (value) => `${fixed(100 * value, decimals)}%`, { min: 0, max, interval: step });
}

function valueFigure(name, outcome) {
  const by = outcome.by_step;
  const end = outcome.final;
  const at = (place) => [day(dates[place]), [['median', number(by.q50[place])], ['half of trials', interval(by.q25[place], by.q75[place], number)], ['90% of trials', interval(by.q05[place], by.q95[place], number)], ['mean', number(by.mean[place])]]];
  return {
    value: end ? `Median ${number(end.q50)} [${interval(...end.intervals.q50, bound)}], 90% of trials between ${number(end.q05)} and ${number(end.q95)}` : 'No estimate',
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
      legend: { bottom: 0, icon: 'roundRect', itemWidth: 16, itemHeight: 10, selectedMode: false, textStyle: { color: theme.muted, fontSize: 12 }, data: [{ name: 'half of trials', itemStyle: { color: `${theme.main}73`, borderColor: theme.main, borderWidth: 1 } }, { name: '90% of trials', itemStyle: { color: `${theme.main}29`, borderColor: theme.main, borderWidth: 1 } }] },
    }),
  };
}

/** Ordered colours for so many levels, between those of the ramp. */
function ramp(theme, count) {
  const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return Array.from({ length: count }, (_, place) => {
    const at = count > 1 ? (place * (theme.ordered.length - 1)) / (count - 1) : 0;
    const [from, to] = [theme.ordered[Math.floor(at)], theme.ordered[Math.ceil(at)]].map(parts);
    return `#${from.map((part, one) => Math.round(part + (at % 1) * (to[one] - part)).toString(16).padStart(2, '0')).join('')}`;
  });
}

/** The contrast of two colours (WCAG 2.2). */
function contrast(one, other) {
  const light = (colour) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, place) => {
    const part = parseInt(colour.slice(1 + 2 * place, 3 + 2 * place), 16) / 255;
    return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const [a, b] = [light(one) + 0.05, light(other) + 0.05];
  return Math.max(a, b) / Math.min(a, b);
}

/** The line between an area and what lies above it: of text and ground the colour that stands out from both. */
const border = (theme, below, above) => {
  const least = (colour) => Math.min(contrast(colour, below), contrast(colour, above));
  return least(theme.text) >= least(theme.page) ? theme.text : theme.page;
};

/** Places as near as may be to those wanted, in their order, for things of these sizes between two ends. */
function apart(wanted, sizes, from, to) {
  const at = [...wanted];
  const gap = (place) => (sizes[place - 1] + sizes[place]) / 2;
  at.forEach((_, place) => { at[place] = Math.max(at[place], place > 0 ? at[place - 1] + gap(place) : from + sizes[0] / 2); });
  for (let place = at.length - 1; place >= 0; place -= 1) at[place] = Math.min(at[place], place < at.length - 1 ? at[place + 1] - gap(place + 1) : to - sizes[place] / 2);
  return at;
}

/** Names beside the ends of stacked areas, from the top: `{ text, colour, middle }`, each with a line to its area. */
function edgeNames(theme, names, room) {
  const lines = names.map(({ text }) => broken(text, room));
  const sizes = lines.map((of) => NAMES.line * of.length + 1);
  return {
    type: 'custom', silent: true, z: 5, clip: false, data: [[instant(dates.at(-1)), 0]], tooltip: { show: false },
    renderItem: ({ coordSys: box }, api) => {
      const x = box.x + box.width;
      const areas = names.map(({ middle }) => api.coord([instant(dates.at(-1)), middle])[1]);
      const at = apart(areas, sizes, box.y - 8, box.y + box.height + 4);
      return { type: 'group', children: names.flatMap(({ colour }, place) => [
        { type: 'polyline', shape: { points: [[x, areas[place]], [x + 5, areas[place]], [x + 13, at[place]], [x + 17, at[place]]] }, style: { stroke: theme.muted, fill: null, lineWidth: 1 } },
        { type: 'rect', shape: { x: x + 17, y: at[place] - 5, width: 10, height: 10 }, style: { fill: colour, stroke: theme.muted, lineWidth: 1 } },
        { type: 'text', style: { text: lines[place].join('\n'), x: x + 32, y: at[place], verticalAlign: 'middle', fill: theme.text, fontSize: NAMES.size, lineHeight: NAMES.line, fontFamily: font() } },
      ]) };
    },
  };
}

function levelsFigure(name, outcome) {
  const levels = outcome.levels;
  const shares = levels.map((level) => share(outcome.by_step[level], outcome.trials));
  const at = (place) => [day(dates[place]), levels.map((level, one) => [named(level), percent(shares[one][place])])];
  const [big] = short(outcome);
  const when = outcome.deadline === report.horizon ? 'at the end' : `on ${day(outcome.deadline)}`;
  const ends = Object.entries(outcome.final);
  const most = mostOften(outcome)[1].probability;
  const last = shares.map((of) => of.at(-1) ?? 0);
  const names = levels.map((level, one) => ({ text: `${named(level)} ${percent(shares[one].at(-1))}`, middle: last.slice(0, one).reduce((sum, part) => sum + part, 0) + last[one] / 2 })).reverse();
  const room = (width) => Math.min(0.4 * width - 40, Math.max(...names.map(({ text }) => wide(text))) + 2);
  return {
    height: (width) => Math.max(width < 420 ? 220 : 250, 60 + names.reduce((sum, { text }) => sum + NAMES.line * broken(text, room(width)).length + 1, 0)),
    beside: (width) => room(width) + 40,
    value: `${big} [${interval(most.low, most.high, percent)}] ${when}`,
    after: scrolled(table(`Shares ${when}`, ['Level', 'Share\t', '95% interval\t'], ends.map(([level, { probability: p }]) => [named(level), percent(p.estimate), interval(p.low, p.high, percent)])), `${named(name)} ${when}: table`),
    label: `Stacked shares of ${levels.length} levels of ${named(name)} over time`,
    at,
    data: () => ({
      head: ['date', ...levels.map((level) => `${level}\t`)],
      rows: dates.map((date, place) => [date, ...shares.map((of) => of[place])]),
      show: Object.fromEntries(levels.map((_, one) => [one + 1, percent])),
    }),
    draw: (theme, width) => {
      const shades = ramp(theme, levels.length);
      return {
        yAxis: valueAxis(theme, (value) => `${Math.round(100 * value)}%`, { min: 0, max: 1, interval: 0.25 }),
        series: [
          ...levels.map((level, one) => ({
            name: named(level), type: 'line', stack: 'all', symbol: 'none', data: series(shares[one]), lineStyle: { width: 1, color: border(theme, shades[one], shades[one + 1] ?? theme.page) }, itemStyle: { color: shades[one] }, areaStyle: { color: shades[one], opacity: 1 }, emphasis: { disabled: true },
            markLine: one === 0 ? deadlineMark(theme, outcome) : undefined,
          })),
          edgeNames(theme, names.map((name, one) => ({ ...name, colour: shades[levels.length - 1 - one] })), room(width)),
        ],
      };
    },
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
    if (outcome.trials === 0) return el('div', { class: 'card', id: `outcome-${name}` }, el('div', { class: 'head' }, el('h3', {}, named(name)), el('code', {}, name)), el('p', { class: 'value' }, short(outcome).join(': ')), outcome.about && el('p', { class: 'note' }, outcome.about));
    const made = makers[outcome.kind](name, outcome);
    const given = outcome.given ? `Among ${among(outcome)}. ` : '';
    return figure({
      id: `outcome-${name}`, title: named(name), code: name, note: `${given}${outcome.about ?? ''}` || null, places: () => dates.length, height: (width) => (width < 420 ? 220 : 250), ...made,
      draw: (theme, width) => {
        const drawn = made.draw(theme, width);
        return {
          grid: { left: 8, right: made.beside?.(width) ?? 62, top: 14, bottom: drawn.legend ? 12 + 22 * legendRows(['half of trials', '90% of trials'], width) : 8, containLabel: true },
          xAxis: timeAxis(theme, dates),
          ...drawn,
          tooltip: { ...base(theme).tooltip, trigger: 'axis', confine: false, position: overhead, formatter: (points) => tip(...made.at(points[0].dataIndex)) },
        };
      },
    }).node;
  });
  section('outcomes', 'Outcomes', 'When, and how far', 'Each curve shows the share of trials that had reached the outcome by then, with its 95% interval, and dashed, where that differs, the share in which it holds at that date, as it may have ended in others. Each fan shows the range of a number. Point at a figure, or use the arrow keys, for values.',
    el('div', { class: 'grid' }, figures));
}

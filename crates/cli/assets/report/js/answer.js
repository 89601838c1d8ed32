// The question, and the answer to it in a sentence.

const lead = report.outcomes[report.lead];
/** What answers, in a sentence: the outcome, or the level of it. */
const leading = report.lead_level ? `${inline(report.lead)}: ${inline(report.lead_level)}` : inline(report.lead);
/** Its name where levels stand each for itself. */
const leadKey = (mark) => (report.lead_level ? `${report.lead}${mark}${report.lead_level}` : report.lead);
const trialsOf = (outcome) => outcome.trials;
const among = (outcome) => (outcome.given ? `the ${whole(outcome.trials)} trials in which ${outcome.given} was reached` : `${whole(outcome.trials)} trials`);

/** An outcome in a few words: the figure, and what stands beside it. */
function short(outcome) {
  if (outcome.kind === 'event') {
    const p = outcome.probability;
    return p ? [`${capital(outcome.words)}: ${percent(p.estimate)}`, `95% interval ${interval(p.low, p.high, percent)}`] : ['No estimate', `${outcome.given} was not reached in time`];
  }
  if (outcome.kind === 'value') {
    const end = outcome.final;
    return end ? [`Median ${number(end.q50)}`, `90% of trials between ${number(end.q05)} and ${number(end.q95)}`] : ['No estimate', `${outcome.given} was not reached in time`];
  }
  const [name, share] = Object.entries(outcome.final).reduce((best, one) => (one[1].count > best[1].count ? one : best));
  const p = share.probability;
  return p ? [`Most often ${inline(name)}: ${percent(p.estimate)}`, `95% interval ${interval(p.low, p.high, percent)}`] : ['No estimate', `${outcome.given} was not reached in time`];
}

/** What the figure is of. */
function meaning(name, outcome) {
  const code = el('code', {}, name);
  const about = outcome.about ? `: ${outcome.about.charAt(0).toLowerCase()}${outcome.about.slice(1)}` : '';
  if (outcome.kind === 'event') {
    const reached = `In ${whole(outcome.reached)} of ${among(outcome)}, `;
    return [reached, code, ` was reached by ${day(outcome.deadline, true)}${sentence(about)}`];
  }
  const at = outcome.deadline === report.horizon ? `at the end, ${day(outcome.deadline)}` : `on ${day(outcome.deadline)}`;
  return [`Of `, code, `${about}, ${at}, over ${among(outcome)}.`];
}

function pace(outcome) {
  if (outcome.kind !== 'event') return null;
  const found = [['median', 'half'], ['q25', 'a quarter'], ['q05', 'one in twenty']].find(([key]) => outcome.first[key]);
  if (!found) return 'Fewer than one trial in twenty reached it at all.';
  return `${capital(found[1])} of ${outcome.given ? 'these' : 'all'} trials had reached it by ${day(outcome.first[found[0]], true)}.`;
}

function question() {
  const { scenario, run } = report;
  const asked = scenario.question ?? scenario.title;
  add(main,
    el('p', { class: 'kicker' }, [scenario.id, run.variant && `variant ${run.variant}`, scenario.world && `in the world ${scenario.world}`].filter(Boolean).join(' \u00b7 ')),
    el('h1', {}, asked),
    scenario.question && el('p', { class: 'dek' }, scenario.title),
    el('p', { class: 'dek' }, `${day(report.axis.dates[0])} to ${day(report.horizon)}, ${run.steps} ${steps[run.step]} steps, ${whole(run.trials)} simulated trials.`),
    report.about && el('p', { class: 'dek' }, `Of the variant ${run.variant}: ${report.about}`));
}

function answer() {
  const [big, beside] = short(lead);
  const changed = Object.entries(report.run.set);
  const part = section('answer', 'Answer', 'The answer', null,
    el('div', { class: 'card answer' },
      el('p', { class: 'big' }, big, ' ', el('span', {}, beside)),
      el('p', {}, ...meaning(report.lead, lead), ' ', pace(lead) ?? ''),
      changed.length > 0 && el('p', {}, 'With other values than the file\u2019s: ', ...changed.flatMap(([name, text], place) => [place > 0 ? ', ' : '', el('code', {}, `${name} = ${text}`)]), '.'),
      el('p', { class: 'note' }, 'The interval is that of the simulation alone: more trials narrow it. It is not the error of a forecast, and says nothing of whether the rules and numbers in the file are right.')));
  const events = Object.entries(report.outcomes).filter(([, outcome]) => outcome.kind === 'event' && outcome.probability);
  if (events.length > 1) part.append(scale(events));
}

/** The words of estimative probability and where each begins, after ICD 203. */
const WORDS = [[0, 1, ''], [1, 5, 'almost\nno chance'], [5, 20, 'very\nunlikely'], [20, 45, 'unlikely'], [45, 55, 'roughly\neven'], [55, 80, 'likely'], [80, 95, 'very\nlikely'], [95, 99, 'almost\ncertain'], [99, 100, '']];

/** All events on one scale. */
function scale(events) {
  const names = events.map(([name]) => name);
  const low = (place) => events[place][1].probability.low;
  const high = (place) => events[place][1].probability.high;
  const estimate = (place) => events[place][1].probability.estimate;
  const at = (place) => {
    const outcome = events[place][1];
    const pairs = [['estimate', percent(estimate(place))], ['95% interval', interval(low(place), high(place), percent)], ['in words', outcome.words], ['by', day(outcome.deadline)]];
    if (outcome.given) pairs.push(['given', outcome.given]);
    return [named(names[place]), pairs];
  };
  return figure({
    id: 'events', title: 'Every event on one scale', note: 'Probability by its deadline, with its 95% interval, against the words of ICD 203.',
    label: `Dot chart of the probabilities of ${events.length} events`,
    height: 92 + 30 * events.length,
    places: () => events.length, at, point: (place) => ({ seriesIndex: 1, dataIndex: place }),
    data: () => ({
      head: ['outcome', 'words', 'probability\t', 'low\t', 'high\t', 'reached\t', 'trials\t', 'by', 'given'],
      rows: events.map(([name, o]) => [name, o.words, o.probability.estimate, o.probability.low, o.probability.high, o.reached, o.trials, o.deadline, o.given ?? '']),
      show: { 2: percent, 3: percent, 4: percent, 5: whole, 6: whole },
    }),
    draw: (theme, width) => ({
      grid: { left: width < 560 ? 120 : 170, right: 28, top: 46, bottom: 30 },
      tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: ({ dataIndex }) => tip(...at(dataIndex)) },
      xAxis: valueAxis(theme, (value) => `${value}%`, { min: 0, max: 100, interval: width < 560 ? 25 : 10, splitLine: { show: false } }),
      yAxis: { type: 'category', inverse: true, data: names, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: theme.text, fontSize: 13, width: width < 560 ? 108 : 158, overflow: 'truncate', formatter: named } },
      series: [
        rangeSeries(events.map((_, place) => [100 * low(place), place, 100 * high(place)]), theme.main, {
          markArea: {
            silent: true, itemStyle: { color: 'transparent' },
            data: WORDS.map(([from, to, word], place) => [
              { xAxis: from, itemStyle: { color: place % 2 ? theme.soft : 'transparent' }, label: { show: word !== '' && (width >= 760 ? to - from > 3 : to - from >= 25), formatter: word, position: 'top', color: theme.muted, fontSize: 11, lineHeight: 13 } }, { xAxis: to }]),
          },
        }),
        { type: 'scatter', symbolSize: 11, itemStyle: { color: theme.main }, emphasis: { scale: 1.3 }, label: { show: true, position: 'right', distance: 12, color: theme.text, fontSize: 12, formatter: ({ dataIndex }) => percent(estimate(dataIndex)) }, labelLayout: { hideOverlap: false }, data: events.map((_, place) => [100 * estimate(place), place]) },
      ],
    }),
  }).node;
}

/** Intervals from x to x at rows y, as `[low, row, high]`. */
function rangeSeries(data, colour, more = {}) {
  return {
    type: 'custom', data, encode: { x: [0, 2], y: 1 }, silent: true, z: 2,
    renderItem: (_, api) => {
      const [x1, y] = api.coord([api.value(0), api.value(1)]);
      const [x2] = api.coord([api.value(2), api.value(1)]);
      return { type: 'line', shape: { x1, y1: y, x2: Math.max(x2, x1 + 1), y2: y }, style: { stroke: colour, lineWidth: 4, lineCap: 'round', opacity: 0.55 } };
    },
    ...more,
  };
}

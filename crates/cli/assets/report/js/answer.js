// The question, and the answer to it in a sentence.

const lead = report.outcomes[report.lead];
/** What answers, in a sentence: the outcome, or the level of it. */
const leading = report.lead_level ? `${inline(report.lead)}: ${inline(report.lead_level)}` : inline(report.lead);
/** Its name where levels stand each for itself. */
const leadKey = (mark) => (report.lead_level ? `${report.lead}${mark}${report.lead_level}` : report.lead);
const among = (outcome) => (outcome.given ? `the ${whole(outcome.trials)} trials in which ${outcome.given} was reached` : `${whole(outcome.trials)} trials`);

/** The level in which most trials end, with its share. */
const mostOften = (outcome) => Object.entries(outcome.final).reduce((best, one) => (one[1].count > best[1].count ? one : best));

/** An outcome in a few words: the figure, and what stands beside it. */
function short(outcome) {
  if (outcome.kind === 'event') {
    const p = outcome.probability;
    return p ? [`${capital(outcome.words)}: ${percent(p.estimate)}`, `95% interval ${interval(p.low, p.high, percent)}`] : ['No estimate', `${outcome.given} was not reached in time`];
  }
  if (outcome.kind === 'value') {
    const end = outcome.final;
    return end ? [`Median ${number(end.q50)}`, `95% interval ${interval(...end.intervals.q50, bound)}; 90% of trials between ${number(end.q05)} and ${number(end.q95)}`] : ['No estimate', `${outcome.given} was not reached in time`];
  }
  const [name, share] = mostOften(outcome);
  const p = share.probability;
  return p ? [`Most often ${inline(name)}: ${percent(p.estimate)}`, `95% interval ${interval(p.low, p.high, percent)}`] : ['No estimate', `${outcome.given} was not reached in time`];
}

/** By when, if before the end, and under which condition an event counts. */
const terms = (outcome) => [outcome.deadline !== report.horizon && `by ${day(outcome.deadline)}`, outcome.given && `given ${inline(outcome.given)} (${whole(outcome.trials)} trials)`].filter(Boolean);

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

/** What more there is to know of an event than that it came: whether it lasted. */
function lasting(outcome) {
  if (outcome.kind !== 'event' || !outcome.trials || outcome.deadline !== report.horizon) return null;
  const holding = outcome.holding_by_step.at(-1);
  return holding === outcome.reached ? null : `It still held at the end in ${whole(holding)} (${percent(holding / outcome.trials)}).`;
}

/** What the answer counts, word for word. */
function counted() {
  const rows = report.definition.map(({ name, text }) => [el('code', {}, name), el('code', {}, text)]);
  return el('div', { class: 'card long', id: 'definition' }, el('h3', {}, 'What is counted'),
    el('p', { class: 'note' }, 'The terms of ', el('code', {}, report.lead), ' as the scenario writes them, and every index behind them.'),
    scrolled(table('Terms, word for word', ['Term', 'Stands for'], rows), 'What is counted: table', true));
}

/** How far the answer would move with what is not known, and what it rests on. */
function ground() {
  const { alone, of } = report.judgement;
  const judged = of > 0 && `${whole(alone)} of ${whole(of)} parameters rest on judgement alone.`;
  return [report.widths_in_words, judged].filter(Boolean).join(' ');
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

/** A button that copies the answer with what it rests on, where the browser lets a page do so. */
function copying() {
  if (!navigator.clipboard) return null;
  const [big, beside] = short(lead);
  const text = [report.scenario.question ?? report.scenario.title, `${big} (${beside})`, `${leading}: ${meaning(report.lead, lead).map((part) => part.textContent ?? part).join('')}`, caveat, `${origin}.`, report.command].filter(Boolean).join('\n');
  const button = el('button', { type: 'button', class: 'quiet no-print', click: () => navigator.clipboard.writeText(text).then(() => { button.textContent = 'Copied'; say('Copied'); }, () => { button.textContent = 'The browser did not let it be copied'; }) }, 'Copy the answer');
  return [' ', button];
}

function answer() {
  const [big, beside] = short(lead);
  const changed = Object.entries(report.run.set);
  const resting = ground();
  const part = section('answer', 'Answer', 'The answer', null,
    el('div', { class: 'card answer' },
      el('p', { class: 'big' }, big, ' ', el('span', {}, beside)),
      el('p', {}, ...meaning(report.lead, lead), ' ', [pace(lead), lasting(lead)].filter(Boolean).join(' ')),
      resting && el('p', {}, resting),
      changed.length > 0 && el('p', {}, 'With other values than the file\u2019s: ', ...changed.flatMap(([name, text], place) => [place > 0 ? ', ' : '', el('code', {}, `${name} = ${text}`)]), '.'),
      el('p', { class: 'note' }, caveat),
      el('p', { class: 'note' }, `${origin}. `, el('a', { href: '#making', class: 'no-print' }, 'How this was made'), copying())));
  const events = Object.entries(report.outcomes).filter(([, outcome]) => outcome.kind === 'event' && outcome.probability);
  if (events.length > 1) part.append(scale(events));
  part.append(counted());
}

/** The words of estimative probability and where each begins, after ICD 203. */
const WORDS = [[0, 1, ''], [1, 5, 'almost\nno chance'], [5, 20, 'very\nunlikely'], [20, 45, 'unlikely'], [45, 55, 'roughly\neven'], [55, 80, 'likely'], [80, 95, 'very\nlikely'], [95, 99, 'almost\ncertain'], [99, 100, '']];

/** The width from which the bands have room for their words. */
const WORDED = 760;

/** All events on one scale. */
function scale(events) {
  const names = events.map(([name]) => name);
  const low = (place) => events[place][1].probability.low;
  const high = (place) => events[place][1].probability.high;
  const estimate = (place) => events[place][1].probability.estimate;
  const at = (place) => {
    const outcome = events[place][1];
    const pairs = [['estimate', percent(estimate(place))], ['95% interval', interval(low(place), high(place), percent)], ['in words', outcome.words], ['by', day(outcome.deadline)]];
    if (outcome.given) pairs.push(['given', `${inline(outcome.given)} (${whole(outcome.trials)} trials)`]);
    return [named(names[place]), pairs];
  };
  // What the scale itself does not show: another deadline, a condition, and the words where the bands have no room for them.
  const aside = (place, width) => [width < WORDED && events[place][1].words, ...terms(events[place][1])].filter(Boolean).join(', ');
  const beside = (width) => (width < 560 ? 128 : 210);
  const lines = (place, width) => [broken(named(names[place]), beside(width)), aside(place, width) ? broken(aside(place, width), beside(width)) : []];
  const written = (place, width) => { const [name, more] = lines(place, width); return [...name, ...more.map((line) => `{aside|${line}}`)].join('\n'); };
  const tall = (width) => Math.max(30, 8 + NAMES.line * Math.max(...events.map((_, place) => lines(place, width).flat().length)));
  return figure({
    id: 'events', title: 'Every event on one scale', note: 'Probability by its deadline, with its 95% interval, against the words of ICD 203. A deadline before the end and a condition stand under the name. Two words: the interval reaches into both.',
    label: `Dot chart of the probabilities of ${events.length} events`,
    height: (width) => (width < WORDED ? 64 : 92) + tall(width) * events.length,
    places: () => events.length, at, point: (place) => ({ seriesIndex: 1, dataIndex: place }),
    data: () => ({
      head: ['outcome', 'words', 'probability\t', 'low\t', 'high\t', 'reached\t', 'trials\t', 'by', 'given'],
      rows: events.map(([name, o]) => [name, o.words, o.probability.estimate, o.probability.low, o.probability.high, o.reached, o.trials, o.deadline, o.given ?? '']),
      show: { 2: percent, 3: percent, 4: percent, 5: whole, 6: whole },
    }),
    draw: (theme, width) => ({
      grid: { left: beside(width) + 18, right: 72, top: width < WORDED ? 18 : 46, bottom: 30 },
      tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: ({ dataIndex }) => tip(...at(dataIndex)) },
      xAxis: valueAxis(theme, (value) => `${value}%`, { min: 0, max: 100, interval: width < 560 ? 50 : 10, splitLine: { show: false } }),
      yAxis: { type: 'category', inverse: true, data: names, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: theme.text, fontSize: NAMES.size, lineHeight: NAMES.line, margin: 14, interval: 0, formatter: (_, place) => written(place, width), rich: { aside: { color: theme.muted, fontSize: NAMES.size - 1, lineHeight: NAMES.line } } } },
      series: [
        rangeSeries(events.map((_, place) => [100 * low(place), place, 100 * high(place)]), theme.main, {
          label: (place) => ({ text: percent(estimate(place)), fill: theme.text }),
          markArea: {
            silent: true, itemStyle: { color: 'transparent' },
            data: WORDS.map(([from, to, word], place) => [
              { xAxis: from, itemStyle: { color: place % 2 ? theme.soft : 'transparent' }, label: { show: word !== '' && width >= WORDED && to - from > 3, formatter: word, position: 'top', color: theme.muted, fontSize: 11, lineHeight: 13 } }, { xAxis: to }]),
          },
        }),
        { type: 'scatter', symbolSize: 11, itemStyle: { color: theme.main, opacity: 1 }, emphasis: { scale: 1.3 }, data: events.map((_, place) => [100 * estimate(place), place]) },
      ],
    }),
  }).node;
}

/** Intervals from x to x at rows y, as `[low, row, high]`, each with its `label` to the right. */
function rangeSeries(data, colour, { label, ...more } = {}) {
  return {
    type: 'custom', data, encode: { x: [0, 2], y: 1 }, silent: true, z: 2,
    renderItem: (_, api) => {
      const [x1, y] = api.coord([api.value(0), api.value(1)]);
      const [x2] = api.coord([api.value(2), api.value(1)]);
      const line = { type: 'line', shape: { x1, y1: y, x2: Math.max(x2, x1 + 1), y2: y }, style: { stroke: colour, lineWidth: 4, lineCap: 'round', opacity: 0.8 } };
      if (!label) return line;
      return { type: 'group', children: [line, { type: 'text', style: { ...label(api.value(1)), x: x2 + 10, y, verticalAlign: 'middle', fontSize: 12, fontFamily: font() } }] };
    },
    ...more,
  };
}

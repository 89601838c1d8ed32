// Two trials told.

const KINDS = { reached: 'got there', 'not reached': 'did not get there', high: 'ended high', low: 'ended low' };

/** How a trial ended, one mark an outcome. */
function endings(chronicle) {
  return el('ul', { class: 'endings', 'aria-label': 'How it ended' }, chronicle.outcomes.filter((ending) => ending.given_reached !== false).map(({ outcome, result }) => {
    if (result === 'not_reached') return el('li', {}, `${named(outcome)}: no`);
    if (result.reached) return el('li', { class: 'yes' }, `${named(outcome)}: ${day(result.reached.date)}`);
    return el('li', {}, `${named(outcome)}: ${'value' in result ? number(result.value) : inline(result.level)}`);
  }));
}

const ruleOf = (fired) => fired.rule.replace(/\[.*$/, '');

/** What turned, in words. */
function turned({ outcome, to }) {
  const name = named(outcome);
  if (to === 'reached') return `${name} is reached`;
  if (to === 'late') return `${name} holds, too late to be reached`;
  if (to === 'holds') return `${name} holds again`;
  if (to === 'ends') return `${name} holds no more`;
  return `${name}: ${inline(to.level)}`;
}

/** The story: outcomes that turn, and rules, all firings or each rule's first. */
function story(told, everything) {
  const seen = new Set();
  const items = [];
  for (const entry of told.chronicle.entries) {
    const fired = entry.fired.filter((one) => {
      const key = `${ruleOf(one)}.${one.branch ?? ''}`;
      const fresh = !seen.has(key);
      seen.add(key);
      return everything || fresh;
    });
    // In short an outcome is told when it is first reached, and a level when it is first entered.
    const turns = entry.turns.filter((turn) => {
      if (typeof turn.to === 'string') return everything || turn.to === 'reached';
      const key = `${turn.outcome}=${turn.to.level}`;
      const fresh = !seen.has(key);
      seen.add(key);
      return everything || fresh;
    });
    if (fired.length === 0 && turns.length === 0) continue;
    const moved = everything && entry.changes.length > 0 && entry.changes.map((change) => `${change.name} ${number(change.before)} \u2192 ${number(change.after)}${number(change.drifted) === number(change.before) ? '' : ` (by itself ${number(change.drifted)})`}`).join(', ');
    items.push(el('li', {}, el('time', { datetime: entry.date }, day(entry.date)), el('div', {},
      turns.map((turn) => el('p', { class: 'turn' }, turned(turn))),
      fired.map((one) => {
        const about = report.rules[ruleOf(one)]?.about;
        const more = one.rule.slice(ruleOf(one).length);
        return el('p', { title: about }, `${named(ruleOf(one))}${more ? ` ${more}` : ''}${one.branch ? `: ${inline(one.branch)}` : ''}${one.forced ? ' (forced)' : ''}`,
          !everything && about && el('span', { class: 'moved' }, about));
      }),
      moved && el('span', { class: 'moved' }, moved))));
  }
  return el('ol', { class: 'story' }, items);
}

/** Rules as rows, firings as dots. */
function lanes(told, place, rows) {
  const { chronicle } = told;
  const firings = chronicle.entries.flatMap((entry) => entry.fired.map((one) => ({ date: entry.date, rule: ruleOf(one), full: one.rule, branch: one.branch })));
  const turns = chronicle.entries.flatMap((entry) => entry.turns.filter((turn) => turn.to === 'reached').map((turn) => ({ date: entry.date, turn })));
  const at = (index) => {
    const one = index < firings.length ? firings[index] : turns[index - firings.length];
    return one.turn ? [day(one.date), [['outcome', turned(one.turn)]]] : [day(one.date), [['rule', `${one.full}${one.branch ? `.${one.branch}` : ''}`]]];
  };
  const lanesOf = [...rows, 'outcomes reached'];
  const beside = (width) => (width < 420 ? 118 : 158);
  return figure({
    id: `trial-${place}`, level: 'h4', title: `Firings of trial ${whole(chronicle.trial)}`, note: 'A dot is a firing; a diamond, an outcome that is first reached.',
    label: `Timeline of ${firings.length} firings of ${rows.length} rules`, height: (width) => 44 + Math.max(20, 4 + NAMES.line * tallest(lanesOf.map(named), beside(width))) * lanesOf.length,
    places: () => firings.length + turns.length, at, point: (index) => (index < firings.length ? { seriesIndex: 0, dataIndex: index } : { seriesIndex: 1, dataIndex: index - firings.length }),
    data: () => ({
      head: ['date', 'what', 'name'],
      rows: [...firings.map((one) => [one.date, 'fired', `${one.full}${one.branch ? `.${one.branch}` : ''}`]), ...turns.map((one) => [one.date, one.turn.to, one.turn.outcome])].sort((a, b) => instant(a[0]) - instant(b[0])),
    }),
    draw: (theme, width) => ({
      grid: { left: beside(width) + 10, right: 16, top: 8, bottom: 28 },
      tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: ({ seriesIndex, dataIndex }) => tip(...at(seriesIndex === 0 ? dataIndex : firings.length + dataIndex)) },
      xAxis: timeAxis(theme, dates),
      yAxis: { ...rowAxis(theme, lanesOf, beside(width), named, 11), splitLine: { show: true, lineStyle: { color: theme.rule } } },
      series: [
        { type: 'scatter', symbolSize: 7, itemStyle: { color: theme.main, opacity: 0.75 }, data: firings.map((one) => [instant(one.date), one.rule]) },
        { type: 'scatter', symbol: 'diamond', symbolSize: 12, itemStyle: { color: theme.other }, data: turns.map((one) => [instant(one.date), 'outcomes reached']) },
      ],
    }),
  }).node;
}

function chronicles() {
  const told = report.chronicles;
  if (!told) return;
  const fired = new Set(told.trials.flatMap(({ chronicle }) => chronicle.entries.flatMap((entry) => entry.fired.map(ruleOf))));
  const rows = [...fired].sort();
  const cards = told.trials.map((one, place) => {
    const body = el('div', {}, story(one, false));
    const all = el('button', { type: 'button', class: 'no-print', 'aria-pressed': null, click: (event) => {
      const everything = event.target.dataset.all !== 'yes';
      event.target.dataset.all = everything ? 'yes' : '';
      event.target.textContent = everything ? 'Show each rule\u2019s first firing alone' : 'Show every firing and what it changed';
      body.replaceChildren(story(one, everything));
    } }, 'Show every firing and what it changed');
    return el('div', { class: 'trial' },
      el('div', { class: 'card' },
        el('h3', {}, `A trial that ${KINDS[one.kind] ?? `ended at ${inline(one.kind)}`}`),
        el('p', { class: 'note' }, `Trial ${whole(one.chronicle.trial)}: of ${whole(one.among)} trials of its kind the one in their middle, by when rules first fired, when events came and where values ended.`),
        endings(one.chronicle)),
      lanes(one, place, rows),
      el('div', { class: 'card long' }, all, body,
        one.left_out > 0 && el('p', { class: 'note' }, `${whole(one.left_out)} later entries are left out; `, el('code', {}, `cordiale trace FILE --trial ${one.chronicle.trial} --seed ${report.run.seed}`), ' tells all.')));
  });
  const split = told.trials.length > 1;
  section('chronicles', 'Trials told', split ? 'Two trials, told' : 'One trial, told', `${split ? `What tells them apart is ${inline(told.outcome)}. Each` : `All trials ended alike in ${inline(told.outcome)}. It`} happened in the run as it stands here, and can be told again by its number.`, el('div', { class: 'grid wide' }, cards));
}

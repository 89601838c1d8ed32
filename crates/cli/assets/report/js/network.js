// Actors and ties, and how the ties go.

const SHAPES = { state: 'circle', institution: 'roundRect', bloc: 'diamond', person: 'triangle', other: 'rect' };

const medianAt = (tie, place) => (tie.median.length === 1 ? tie.median[0] : tie.median[place]);

/** Places of actors: those with strong ties near each other, the same at every run. */
function layout(net) {
  const nodes = net.actors.map((actor) => ({ id: actor.id }));
  const weights = new Map();
  for (const tie of net.ties) {
    const pair = [tie.from, tie.to].sort().join(' ');
    weights.set(pair, (weights.get(pair) ?? 0) + Math.max(0, ...tie.median.filter(isNumber)));
  }
  const most = Math.max(...weights.values(), 1e-9);
  const links = [...weights].map(([pair, weight]) => ({ source: pair.split(' ')[0], target: pair.split(' ')[1], weight: weight / most }));
  charts.forceSimulation(nodes)
    .force('link', charts.forceLink(links).id((node) => node.id).distance((link) => 150 - 50 * link.weight).strength((link) => 0.15 + 0.5 * link.weight))
    .force('charge', charts.forceManyBody().strength(-900))
    .force('x', charts.forceX().strength(0.07)).force('y', charts.forceY().strength(0.16))
    .force('collide', charts.forceCollide(46))
    .stop().tick(400);
  return new Map(nodes.map((node) => [node.id, node]));
}

/** The places in a box, turned on their side where it is upright: the chart then stretches nothing. */
function fitted(at, width, height) {
  const all = [...at].map(([id, { x, y }]) => (width < height ? [id, y, x] : [id, x, y]));
  const span = (axis) => { const values = all.map((one) => one[axis]); const low = Math.min(...values); return [low, Math.max(...values) - low || 1]; };
  const [[left, wide], [top, high]] = [span(1), span(2)];
  return new Map(all.map(([id, x, y]) => [id, [(width * (x - left)) / wide, (height * (y - top)) / high]]));
}

/** How far the parallel ties of a pair bend, so that none lies on another. */
function bends(ties) {
  const pairs = new Map();
  ties.forEach((tie) => {
    const key = [tie.from, tie.to].sort().join(' ');
    pairs.set(key, [...(pairs.get(key) ?? []), tie]);
  });
  const bend = new Map();
  for (const of of pairs.values()) {
    of.forEach((tie, place) => {
      const offset = (place - (of.length - 1) / 2) * Math.min(0.22, 0.7 / of.length);
      bend.set(tie, tie.from < tie.to ? offset : -offset);
    });
  }
  return bend;
}

/** What a tie rests on, a paragraph a piece of evidence. */
function evidence(tie) {
  if (tie.evidence.length === 0) return ['No evidence is given.'];
  return tie.evidence.map((one) => {
    const place = one.paragraph ? `, \u00b6${one.paragraph}` : one.page ? `, p. ${one.page}` : '';
    const head = one.source ? `${one.source}${place}` : 'Judgement';
    const marks = [one.source && one.basis, one.confidence && `${one.confidence} confidence`, one.disputed && 'disputed'].filter(Boolean).join(', ');
    return `${head}${marks ? ` (${marks})` : ''}${one.note ? `: ${one.note}` : ''}`;
  });
}

function network() {
  const net = report.network;
  if (!net || net.ties.length === 0) return;
  const last = net.steps.length - 1;
  const at = layout(net);
  const bend = bends(net.ties);
  const actor = new Map(net.actors.map((one) => [one.id, one]));
  const channelPlace = new Map(net.channels.map((one, place) => [one.name, place]));
  const hidden = new Set();
  const reach = (channel) => Math.max(1e-9, ...net.ties.filter((tie) => tie.channel === channel).flatMap((tie) => tie.median.filter(isNumber).map(Math.abs)));
  const most = new Map(net.channels.map((one) => [one.name, one.range[0] != null && one.range[1] != null ? Math.max(Math.abs(one.range[0]), Math.abs(one.range[1])) : reach(one.name)]));
  let place = 0;
  let chosen = null;
  const visible = () => net.ties.filter((tie) => !hidden.has(tie.channel));
  const colour = (palette, channel) => palette.series[channelPlace.get(channel) % palette.series.length];
  const dash = (channel) => dashOf(channelPlace.get(channel));
  const between = (tie) => `${actor.get(tie.from)?.name ?? tie.from} ${net.channels[channelPlace.get(tie.channel)].directed ? '\u2192' : '\u2013'} ${actor.get(tie.to)?.name ?? tie.to}`;
  const facts = (tie) => {
    const pairs = [[`median, ${day(net.dates[place])}`, number(medianAt(tie, place))]];
    if (tie.q05.length > 0) pairs.push(['90% of trials', interval(tie.q05[place], tie.q95[place], number)]);
    if (tie.start) pairs.push(['start in the file', tie.start]);
    return pairs;
  };
  const kinds = [...new Set(net.actors.map((one) => one.kind))];
  const words = { circle: 'circle', roundRect: 'square', diamond: 'diamond', triangle: 'triangle', rect: 'rectangle' };
  const shapes = kinds.length > 1 ? ` A ${kinds.map((kind) => `${words[SHAPES[kind]]} is ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`).join(', a ')}.` : '';
  const detail = el('div', { class: 'note', 'aria-live': 'off' });
  const showDetail = (tie) => {
    chosen = tie;
    detail.replaceChildren(...(tie ? [el('strong', {}, `${named(tie.channel)}: ${between(tie)}. `), facts(tie).map(([name, value]) => `${name} ${value}`).join('; '), '. ', evidence(tie).join(' \u2022 ')] : ['Point at a tie, or step through them with the arrow keys, to see what it rests on.']));
  };
  // The legend, which is also what is pressed to take a channel out. Made once: what is made anew loses the focus.
  const swatches = net.channels.map(({ name }) => el('line', { x1: 1, y1: 6, x2: 27, y2: 6, 'stroke-width': 3, 'stroke-dasharray': Array.isArray(dash(name)) ? dash(name).join(' ') : null }));
  const chips = net.channels.map(({ name }, one) => el('button', {
    type: 'button', class: 'chip',
    click: () => { if (!hidden.delete(name)) hidden.add(name); graph.redraw(); },
  }, el('svg', { width: 28, height: 12, 'aria-hidden': 'true' }, swatches[one]), named(name)));
  const markChips = () => net.channels.forEach(({ name }, one) => {
    chips[one].setAttribute('aria-pressed', String(!hidden.has(name)));
    swatches[one].setAttribute('stroke', colour(colours(), name));
  });
  const units = net.channels.filter(({ about }) => about);
  const slider = el('input', { type: 'range', id: 'when', min: 0, max: last, step: 1, value: 0, input: () => goTo(Number(slider.value)) });
  const shownDate = el('output', { class: 'when', for: 'when', 'aria-live': 'off' });
  let playing = null;
  const play = el('button', { type: 'button', class: 'no-print', click: () => (playing ? stop() : run()) }, 'Play');
  function goTo(to) {
    place = to;
    slider.value = to;
    slider.setAttribute('aria-valuetext', day(net.dates[to]));
    shownDate.textContent = day(net.dates[to]);
    if (chosen) showDetail(chosen);
    graph.redraw();
  }
  function stop() { clearInterval(playing); playing = null; play.textContent = 'Play'; }
  function run() {
    if (place === last) goTo(0);
    play.textContent = 'Stop';
    playing = setInterval(() => { goTo(Math.min(last, place + 1)); if (place === last) stop(); }, calm.matches ? 600 : Math.max(60, 6000 / last));
  }
  const graph = figure({
    id: 'ties', title: 'Median weight of each tie', note: `Thicker is stronger, as a share of the channel\u2019s range; ties below a fiftieth are left faint. Over ${whole(net.trials)} trials.${net.left_out > 0 ? ` ${whole(net.left_out)} ties that move and weigh least are left out.` : ''}`,
    label: `Network of ${net.actors.length} actors and ${net.ties.length} ties`,
    height: (width) => (width < 560 ? 420 : 580),
    before: el('div', {}, el('div', { class: 'controls', role: 'group', 'aria-label': 'Channels shown' }, chips), el('div', { class: 'controls' }, el('label', { for: 'when' }, 'Date'), slider, shownDate, play)),
    after: el('div', {}, detail,
      units.length > 0 && el('ul', { class: 'note units' }, units.map(({ name, about }) => el('li', {}, el('strong', {}, `${named(name)}: `), sentence(about)))),
      el('p', { class: 'note' }, `${net.actors.map((one) => (one.id === one.name ? one.id : `${one.id} ${one.name}`)).join(' \u00b7 ')}.${shapes}`)),
    caption: () => `At ${day(net.dates[place], true)}.`,
    key: () => net.channels.filter(({ name }) => !hidden.has(name)).map(({ name, about }) => ({ text: `${named(name)}${about ? `: ${about}` : ''}`, colour: colour(LIGHT, name), dash: dash(name) })),
    places: () => visible().length,
    at: (index) => { const tie = visible()[index]; showDetail(tie); graph.redraw(); return [`${named(tie.channel)}, ${between(tie)}`, [...facts(tie), ['rests on', evidence(tie).join('; ')]]]; },
    point: () => ({}),
    data: () => ({
      head: ['tie', 'channel', 'from', 'to', 'date', 'q05\t', 'median\t', 'q95\t', 'start', 'evidence'],
      rows: net.ties.flatMap((tie) => (tie.median.length === 1 ? [0] : [...new Set([0, ...net.steps.map((_, step) => step)])]).map((step) => [tie.name, tie.channel, tie.from, tie.to, net.dates[step], tie.q05[step] ?? tie.median[0], medianAt(tie, step), tie.q95[step] ?? tie.median[0], tie.start, step === 0 ? evidence(tie).join(' | ') : ''])),
    }),
    few: () => ({
      head: ['Tie', 'Between', `${day(net.dates[0])}\t`, `${day(net.dates[last])}\t`, '90% of trials then\t', 'Start in the file', 'What it rests on'],
      rows: net.ties.map((tie) => [tie.name, between(tie), number(medianAt(tie, 0)), number(medianAt(tie, last)), tie.q05.length > 0 ? interval(tie.q05[last], tie.q95[last], number) : '', tie.start ?? '', evidence(tie).join(' \u2022 ')]),
    }),
    draw: (palette, width) => {
      const size = width < 560 ? 32 : 44;
      const spot = fitted(at, width - 2 * size, (width < 560 ? 420 : 580) - 2 * size);
      const dashed = (channel, thick) => { const pattern = dash(channel); return Array.isArray(pattern) ? pattern.map((length) => length * Math.max(1, thick / 2.5)) : pattern; };
      return {
        tooltip: { ...base(palette).tooltip, trigger: 'item', formatter: (point) => {
          if (point.dataType === 'edge') return tip(`${named(point.data.tie.channel)}: ${between(point.data.tie)}`, facts(point.data.tie), evidence(point.data.tie));
          const one = actor.get(point.name);
          return tip(`${one.name} (${one.id})`, [['kind', one.kind]], one.about ? [one.about] : []);
        } },
        series: [{
          type: 'graph', layout: 'none', roam: false, left: size, right: size, top: size, bottom: size, symbolSize: size,
          label: { show: true, color: palette.text, fontSize: width < 560 ? 10 : 12, fontWeight: 600, formatter: ({ name }) => name },
          itemStyle: { color: palette.page, borderColor: palette.text, borderWidth: 1.5, opacity: 1 },
          emphasis: { focus: 'adjacency', scale: false, lineStyle: { opacity: 1 } }, blur: { itemStyle: { opacity: 0.35 }, lineStyle: { opacity: 0.06 } },
          edgeSymbolSize: [0, 8],
          data: net.actors.map((one) => ({ name: one.id, x: spot.get(one.id)[0], y: spot.get(one.id)[1], symbol: SHAPES[one.kind], symbolSize: one.kind === 'bloc' ? 1.4 * size : size })),
          links: visible().map((tie) => {
            const strength = Math.min(1, Math.abs(medianAt(tie, place) ?? 0) / most.get(tie.channel));
            const directed = net.channels[channelPlace.get(tie.channel)].directed;
            const thick = strength < 0.02 ? 0.6 : 0.8 + 6.2 * strength;
            return {
              source: tie.from, target: tie.to, tie, symbol: ['none', directed && strength >= 0.02 ? 'arrow' : 'none'],
              lineStyle: { color: colour(palette, tie.channel), type: dashed(tie.channel, thick), curveness: bend.get(tie), width: thick, opacity: chosen ? (tie === chosen ? 1 : 0.15) : strength < 0.02 ? 0.25 : 1 },
            };
          }),
        }],
      };
    },
  });
  const redraw = graph.redraw;
  graph.redraw = () => { markChips(); redraw(); };
  graph.node.querySelector('.chart').addEventListener('blur', () => { showDetail(null); redraw(); });
  showDetail(null);
  markChips();
  goTo(0);
  section('network', 'Ties', 'The actors and their ties', 'Move the date to see the median weight of each tie over the trials.', graph.node);
}

// Figures: a chart, what stands above it, a table behind it, and its data to be saved.

const root = document.documentElement;
const scheme = matchMedia('(prefers-color-scheme: dark)');
const forced = matchMedia('(forced-colors: active)');
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const shown = [];

/**
 * Colours after Okabe and Ito (2008), darkened or lightened for the ground: every two stay apart for protan, deutan and
 * tritan eyes too (by the matrices of Machado and others, 2009), and stand out from it by 3.5 to 1 at least.
 */
const LIGHT = {
  page: '#ffffff', text: '#1b1d21', muted: '#5a606b', rule: '#d9d6cd', soft: '#efece4', main: '#0b5c94', other: '#b04a00',
  series: ['#0b5c94', '#b03a00', '#00755a', '#a3457f', '#a88200', '#3a8fc7', '#1b1d21', '#6b4a3a'],
  ordered: ['#08306b', '#2a6fae', '#6baed6', '#b3cde3', '#e3e6ea'],
};
const DARK = {
  page: '#1b1e24', text: '#e8e6e1', muted: '#a5abb6', rule: '#3a404c', soft: '#2a2f38', main: '#7fc1f0', other: '#f0a860',
  series: ['#7fc1f0', '#f0894a', '#4cc9a6', '#e08fc0', '#e6c84f', '#4f8fd0', '#e8e6e1', '#b89070'],
  ordered: ['#d7ebfb', '#8fc5ec', '#4d93c9', '#2c6595', '#2b3a4a'],
};
const DASHES = ['solid', [9, 3], [2, 2], [10, 3, 2, 3], [5, 2], [1, 2], [16, 3], [7, 2, 1, 2]];

/** The dash of one of many kinds: after as many as there are colours the dashes are shifted, so that no two kinds share both. */
const dashOf = (place) => DASHES[(place + 3 * Math.floor(place / 8)) % DASHES.length];

const colours = () => (root.dataset.theme === 'dark' ? DARK : LIGHT);

/** What all charts share. */
function base(theme) {
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: font(), color: theme.text },
    tooltip: {
      backgroundColor: theme.page, borderColor: theme.muted, padding: [8, 10], confine: true, enterable: true, hideDelay: 300,
      transitionDuration: 0, textStyle: { color: theme.text },
      axisPointer: { type: 'line', lineStyle: { color: theme.muted, type: 'solid' }, label: { show: false } },
    },
  };
}

/** Where a tooltip of a dated chart stands: straight above the pointer, or below, so that on the way into it the date stays. */
function overhead([x], _, box, __, { viewSize: [width, height], contentSize: [wide, high] }) {
  const room = box.parentNode.getBoundingClientRect().top > high + 56;
  return [Math.max(0, Math.min(x - wide / 2, width - wide)), room ? 6 - high : height - 6];
}

/** A dated axis, on which a month is never without its year. */
function timeAxis(theme, dates) {
  return {
    type: 'time', min: instant(dates[0]), max: instant(dates.at(-1)),
    axisLine: { lineStyle: { color: theme.muted } }, axisTick: { lineStyle: { color: theme.muted } },
    axisLabel: { color: theme.muted, hideOverlap: true, fontSize: 12, formatter: { year: '{yyyy}', month: '{MMM} {yyyy}', day: '{d} {MMM}' } }, splitLine: { show: false }, splitNumber: 5,
  };
}

function valueAxis(theme, format, more = {}) {
  return {
    type: 'value', axisLine: { show: false }, axisTick: { show: false },
    axisLabel: { color: theme.muted, formatter: format, hideOverlap: true, fontSize: 12 }, splitLine: { lineStyle: { color: theme.rule } }, splitNumber: 4, ...more,
  };
}

/** A band between two lines, which stand out where the band is faint: what lies under it unseen, then the band. */
function band(name, dates, low, high, colour, opacity) {
  const at = (values) => dates.map((date, place) => [instant(date), values[place]]);
  const unseen = { type: 'line', stack: name, stackStrategy: 'all', symbol: 'none', silent: true, lineStyle: { color: colour, width: 1 }, tooltip: { show: false }, emphasis: { disabled: true } };
  return [
    { ...unseen, name: `${name} from`, data: at(low) },
    { ...unseen, name, data: at(high.map((value, place) => (isNumber(value) && isNumber(low[place]) ? value - low[place] : null))), areaStyle: { color: colour, opacity } },
  ];
}

/**
 * A figure. `draw(theme, width)` gives the chart; `at(place)` gives the heading and pairs of one of `places`, which
 * the pointer and the arrow keys go through; `data` gives the file and, without `few`, the table. `key` and `caption` go with
 * a picture that is saved.
 */
function figure({ id, title, code, value, note, label, height, draw, places, at, point, data, few = data, before, after, key, caption, level = 'h3' }) {
  const holder = el('div', { class: 'chart', id: `${id}-chart`, tabindex: 0, role: 'application', 'aria-roledescription': 'chart', 'aria-label': `${label}${places ? '. Left and right arrow keys go through the values.' : ''}` });
  const inner = el('div', { 'aria-hidden': 'true' });
  holder.append(inner);
  const behind = data && few && el('details', { toggle: () => fill() }, el('summary', {}, 'The numbers as a table', el('span', { class: 'unseen' }, `: ${title}`)));
  const fill = () => {
    if (behind.open && behind.childElementCount === 1) {
      const { head, rows, show } = few();
      behind.append(scrolled(table(title, head, rows.map((row) => row.map((cell, column) => (isNumber(cell) ? (show?.[column] ?? number)(cell) : cell)))), `${title}: table`));
    }
  };
  const node = el('figure', { class: 'card', id },
    el('figcaption', {}, el('div', { class: 'head' }, el(level, {}, title), code && el('code', {}, code)), value && el('p', { class: 'value' }, value), note && el('p', {}, note)),
    before, holder, after,
    el('div', { class: 'under' },
      data && el('button', { type: 'button', click: () => { const { head, rows } = data(); save(`${id}.csv`, 'text/csv', csv(head.map((text) => text.trim()), rows)); } }, 'Save data (CSV)', el('span', { class: 'unseen' }, ` of ${title}`)),
      el('button', { type: 'button', click: () => save(`${id}.svg`, 'image/svg+xml', picture({ title, value, notes: [note, caption?.()], key: key?.(), draw }, inner.clientWidth, size())) }, 'Save picture (SVG)', el('span', { class: 'unseen' }, ` of ${title}`)),
      behind));
  let chart = null;
  let place = -1;
  const size = () => (typeof height === 'function' ? height(inner.clientWidth) : height);
  const it = {
    node,
    redraw() {
      if (!chart) return;
      inner.style.height = `${size()}px`;
      chart.resize({ width: 'auto', height: 'auto', silent: true });
      chart.setOption({ ...base(colours()), ...draw(colours(), inner.clientWidth) }, { notMerge: true });
    },
    start() {
      inner.style.height = `${size()}px`;
      chart = charts.init(inner, null, { renderer: 'svg' });
      it.chart = chart;
      it.redraw();
      let width = inner.clientWidth;
      new ResizeObserver(() => { if (inner.clientWidth !== width) { width = inner.clientWidth; it.redraw(); } }).observe(inner);
    },
  };
  if (places) {
    let fresh = true;
    const tell = () => {
      const [heading, pairs] = at(place);
      say(`${fresh ? `${title}. ` : ''}${inWords(heading, pairs)}`);
      fresh = false;
      chart.dispatchAction({ type: 'showTip', ...(point?.(place) ?? { seriesIndex: 0, dataIndex: place }) });
    };
    holder.addEventListener('keydown', (event) => {
      const count = places();
      const far = Math.max(1, Math.round(count / 10));
      const to = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, PageDown: place + far, PageUp: place - far, Home: 0, End: count - 1 }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey || count === 0) return;
      event.preventDefault();
      place = Math.min(Math.max(place === -1 && to < 0 ? 0 : to, 0), count - 1);
      tell();
    });
    holder.addEventListener('blur', () => { place = -1; fresh = true; chart?.dispatchAction({ type: 'hideTip' }); });
  }
  shown.push(it);
  return it;
}

// Escape puts away what a pointer or a key has brought up, wherever either stands.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  shown.forEach((figure) => figure.chart?.dispatchAction({ type: 'hideTip' }));
  // ECharts keeps a tooltip that has the pointer in it, until it is shown again.
  document.querySelectorAll('.tip').forEach(({ parentNode: box }) => { box.style.visibility = 'hidden'; box.style.pointerEvents = 'none'; });
});

/** Follows the system's choice until the reader makes one; where the system forces colours, it alone has the choice. */
const theme = {
  button: document.getElementById('theme'),
  chosen: null,
  apply() {
    root.dataset.theme = (forced.matches ? null : this.chosen) ?? (scheme.matches ? 'dark' : 'light');
    this.button.textContent = root.dataset.theme === 'dark' ? 'Light' : 'Dark';
    this.button.setAttribute('aria-label', `Switch to ${root.dataset.theme === 'dark' ? 'light' : 'dark'} colours`);
  },
  start() {
    this.apply();
    this.button.hidden = false;
    const change = () => { this.apply(); shown.forEach((figure) => figure.redraw()); };
    this.button.addEventListener('click', () => { this.chosen = root.dataset.theme === 'dark' ? 'light' : 'dark'; change(); });
    scheme.addEventListener('change', change);
    forced.addEventListener('change', change);
    // Paper is white, and as wide as it is.
    const printing = (yes) => {
      if (yes) root.dataset.theme = 'light'; else this.apply();
      shown.forEach((figure) => figure.redraw());
    };
    addEventListener('beforeprint', () => printing(true));
    addEventListener('afterprint', () => printing(false));
    matchMedia('print').addEventListener('change', (event) => printing(event.matches));
  },
};

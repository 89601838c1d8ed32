// The page's elements: everything from the data becomes text nodes, never markup.

/** An element with attributes (a function is a listener) and children. */
function el(tag, attributes = {}, ...children) {
  const node = tag === 'svg' || tag === 'line' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  return add(node, ...children);
}

/** Puts children into a node; those that are none are left out. */
function add(node, ...children) {
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

const main = document.getElementById('main');
/** What was there before the scripts ran gives way to theirs; of it they keep the caveat. */
const caveat = document.getElementById('caveat').textContent;
main.replaceChildren();
const contents = document.getElementById('contents');

/** A part of the report, with its entry in the bar. */
function section(id, short, heading, lede, ...children) {
  const title = el('h2', { id: `${id}-title` }, heading);
  const opening = el('div', { class: 'opening' }, title, lede && el('p', { class: 'lede' }, lede));
  const part = el('section', { id, 'aria-labelledby': `${id}-title` }, opening, ...children);
  main.append(part);
  contents.append(el('li', {}, el('a', { href: `#${id}` }, short)));
  return part;
}

/** A table; a column whose head ends in a tab is of numbers. */
function table(caption, head, rows) {
  const numeric = head.map((text) => text.endsWith('\t'));
  const cell = (tag, content, column, scope) =>
    el(tag, { class: numeric[column] ? 'n' : null, scope }, ...(Array.isArray(content) ? content : [content ?? '']));
  return el('table', {},
    el('caption', {}, caption),
    el('thead', {}, el('tr', {}, head.map((text, column) => cell('th', text.trim(), column, 'col')))),
    el('tbody', {}, rows.map((row) => el('tr', {}, row.map((content, column) => (column === 0 ? cell('th', content, 0, 'row') : cell('td', content, column)))))));
}

/** A table in a box that scrolls, within reach of the keyboard. */
const scrolled = (of, label, all = false) => el('div', { class: all ? 'scroll all' : 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, of);

/** Which run this is, for whoever quotes a number. */
const origin = `${whole(report.run.trials)} trials of ${report.scenario.id}${report.run.variant ? `, variant ${report.run.variant}` : ''}${Object.entries(report.run.set).map(([name, text]) => `, ${name} = ${text}`).join('')}, seed ${report.run.seed}, cordiale ${report.version}`;

/** Saves text as a file, whose name begins with the run's. */
function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = el('a', { href: url, download: `${report.scenario.id}${report.run.variant ? `-${report.run.variant}` : ''}-seed${report.run.seed}-${name}` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** The page's font, in quotes that may stand in an attribute, where the chart library puts it. */
const font = () => getComputedStyle(document.body).fontFamily.replace(/"/g, "'");

/** Rows as CSV (RFC 4180), with numbers unrounded. */
function csv(head, rows) {
  const field = (value) => {
    const text = value == null ? '' : String(value).replace(/[\u2066-\u2069]/g, '');
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return [head, ...rows].map((row) => row.map(field).join(',') + '\r\n').join('');
}

const said = document.getElementById('said');
/** Lets a screen reader say something. */
const say = (text) => { said.textContent = text; };

/** A box beside the pointer: a heading, then names and values, then paragraphs. */
function tip(heading, pairs = [], paragraphs = []) {
  return el('div', { class: 'tip' }, el('b', {}, heading),
    pairs.length > 0 && el('dl', {}, pairs.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])),
    paragraphs.map((text) => el('p', {}, text)));
}

const inWords = (heading, pairs) => `${heading}: ${pairs.map(([name, value]) => `${name} ${value}`).join(', ')}`;

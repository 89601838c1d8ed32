// Every number, what it rests on, and how far the answer leans on it.

const MOST_NUMBERS = 20;

function register() {
  const found = report.assumptions;
  if (!found || found.assumptions.length === 0) return;
  const leaning = found.leaning && leadKey('.') in found.leaning.outcomes && leadKey('.');
  const source = (name) => found.sources[name]?.title ?? name;
  const grounds = (entry) => (entry.evidence.length === 0 ? ['no evidence'] : entry.evidence.map((one) => {
    const place = one.paragraph ? `, \u00b6${one.paragraph}` : one.page ? `, p. ${one.page}` : '';
    const marks = [one.source && one.basis, one.confidence && `${one.confidence} confidence`, one.disputed && 'disputed'].filter(Boolean).join(', ');
    return `${one.source ? `${source(one.source)}${place}` : 'Judgement'}${marks ? ` (${marks})` : ''}${one.note ? `: ${one.note}` : ''}`;
  }));
  const lean = (entry) => {
    const one = leaning && entry.leans[leaning];
    if (!one) return 'not varied';
    const say = one.is_probability ? (value) => signed(points(value)) : (value) => signed(number(value));
    return one.difference.distinguishable ? `${say(one.difference.estimate)} [${interval(one.difference.low, one.difference.high, say)}]` : 'none seen';
  };
  const cells = (entry, place) => [
    [String(place + 1), '. ', el('code', {}, entry.name), entry.about && el('span', { class: 'note' }, entry.about)],
    [el('code', {}, entry.value), entry.unit && el('span', { class: 'note' }, entry.unit)],
    entry.role,
    grounds(entry).map((text) => el('span', { class: 'ground' }, text)),
    number(entry.doubt),
    lean(entry),
  ];
  const isShare = leaning && found.assumptions.some((entry) => entry.leans[leaning]?.is_probability);
  const head = ['Number', 'Value', 'Role', 'What it rests on', 'Doubt\t', `Effect on ${leading}${isShare ? ', points' : ''}\t`];
  const box = el('div');
  let everything = false;
  const draw = () => box.replaceChildren(scrolled(table(everything ? 'All numbers, weakest and most decisive first' : `The ${whole(Math.min(MOST_NUMBERS, found.assumptions.length))} weakest and most decisive of ${whole(found.assumptions.length)} numbers`, head,
    (everything ? found.assumptions : found.assumptions.slice(0, MOST_NUMBERS)).map(cells)), 'Register of assumptions: table', true));
  draw();
  const more = found.assumptions.length > MOST_NUMBERS && el('button', { type: 'button', class: 'no-print', click: () => { everything = !everything; more.textContent = everything ? 'Show the weakest alone' : `Show all ${whole(found.assumptions.length)}`; draw(); } }, `Show all ${whole(found.assumptions.length)}`);
  section('register', 'Assumptions', 'What it rests on', 'Every number that was chosen, those first that are weakly grounded and that the answer leans on. Doubt goes from 0.1 (a record, with high confidence) to 1 (nothing is given); the effect is that of the number alone as it goes from the 5% point of its distribution to the 95% point, or, where it has none, from a half to twice itself.',
    el('div', { class: 'card long', id: 'register-card' }, box,
      el('div', { class: 'under' }, more, el('button', { type: 'button', click: () => save('assumptions.csv', 'text/csv', csv(['name', 'role', 'value', 'unit', 'evidence', 'doubt', 'lean', 'at_low', 'at_high', 'difference', 'low', 'high'], found.assumptions.map((entry) => { const one = leaning && entry.leans[leaning]; return [entry.name, entry.role, entry.value, entry.unit, grounds(entry).join(' | '), entry.doubt, entry.lean, one?.at_low, one?.at_high, one?.difference.estimate, one?.difference.low, one?.difference.high]; }))) }, 'Save data (CSV)', el('span', { class: 'unseen' }, ' of the register')))));
}

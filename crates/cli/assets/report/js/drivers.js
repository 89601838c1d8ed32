// What drives the answer: inputs, rules, ranges, chains and signs.

const MOST_ROWS = 12;

/** A card that says in a sentence why there is no figure. */
const sentenceCard = (id, title, text) => el('div', { class: 'card', id }, el('h3', {}, title), el('p', {}, text));

/** How far the answer goes as an input goes from its low end to its high end. */
function inputs() {
  const found = report.sensitivity;
  if (!found) return null;
  const outcome = found.outcomes[report.lead];
  if (!outcome) return null;
  const level = report.lead_level;
  const drivers = level ? outcome.levels[level] : outcome;
  const isShare = outcome.kind !== 'value';
  const scale = isShare ? 100 : 1;
  const say = (value) => (isShare ? signed(points(value)) : signed(number(value)));
  const at = (value) => (isShare ? percent(value) : number(value));
  const size = (one) => Math.abs(one.difference.estimate);
  const all = Object.entries(drivers.inputs).sort((a, b) => size(b[1]) - size(a[1]));
  const shown = all.filter(([, one]) => size(one) > 0).slice(0, MOST_ROWS);
  if (shown.length === 0) return sentenceCard('inputs', 'Which inputs matter', `No input\u2019s effect can be told from chance with ${whole(found.design.points)} trials at either end of each.`);
  const input = (name) => found.inputs[name];
  const range = found.design.factors;
  return forest({
    id: 'inputs', title: 'Which inputs matter', label: `Dot chart of the ${shown.length} inputs that matter most`,
    note: `How far ${leading} moves as an input goes from the 5% point of its distribution to the 95% point (a yes or no from no to yes)${range ? `, or from ${range[0]} to ${range[1]} times itself where it has none` : ''}, while all else is as in any trial: ${whole(found.design.points)} trials at either end, on the same random numbers, with 95% intervals. Filled: an effect is seen; of inputs without one, one in twenty is taken to have one.`,
    rows: shown.map(([name, one]) => ({ name, estimate: scale * one.difference.estimate, low: scale * one.difference.low, high: scale * one.difference.high, clear: one.difference.distinguishable, pairs: [['low end', at(one.at_low)], ['high end', at(one.at_high)], ['difference', `${say(one.difference.estimate)} [${interval(one.difference.low, one.difference.high, say)}]`], ['effect seen', one.difference.distinguishable ? 'yes' : 'no'], ['input', `${input(name).kind}, ${input(name).distribution}`]] })),
    axis: { format: inPoints, title: isShare ? 'difference, percentage points' : 'difference', zero: 0 },
    data: () => ({ head: ['input', 'kind', 'distribution', 'low end\t', 'high end\t', 'difference\t', 'low\t', 'high\t', 'seen'], rows: all.map(([name, one]) => [name, input(name).kind, input(name).distribution, one.at_low, one.at_high, one.difference.estimate, one.difference.low, one.difference.high, one.difference.distinguishable ? 'yes' : 'no']), show: isShare ? { 3: percent, 4: percent, 5: points, 6: points, 7: points } : {} }),
  }).node;
}

/** The same trials without a rule. */
function pivotal(found) {
  const every = Object.entries(found.pivotal.rules);
  const all = every.filter(([, one]) => one.difference);
  const shown = [...all].sort((a, b) => Math.abs(b[1].difference.estimate) - Math.abs(a[1].difference.estimate)).slice(0, MOST_ROWS);
  const needed = every.filter(([, one]) => !one.difference && one.lost > 0).map(([name]) => named(name));
  const condition = needed.length > 0 && `Without ${needed.join(', or without ')} no trial meets the condition.`;
  if (shown.length === 0) return condition && sentenceCard('pivotal', 'What each rule decides', condition);
  const say = (value) => signed(points(value));
  return forest({
    id: 'pivotal', title: 'What each rule decides', label: `Dot chart of what switching off each of ${shown.length} rules does`,
    note: `The same ${whole(found.pivotal.trials)} trials with one rule switched off: the difference to the probability, with 95% intervals. To the left, rules without which fewer get there. Filled: surely, all rules taken together.${condition ? ` ${condition}` : ''}`,
    rows: shown.map(([name, one]) => ({ name, estimate: 100 * one.difference.estimate, low: 100 * one.difference.low, high: 100 * one.difference.high, clear: one.p_adjusted < 0.05, pairs: [['without it', percent(one.without?.estimate)], ['difference', `${say(one.difference.estimate)} [${interval(one.difference.low, one.difference.high, say)}]`], ['would not have got there', whole(one.lost)], ['would have', whole(one.gained)]] })),
    axis: { format: inPoints, title: 'without it, percentage points', zero: 0 },
    data: () => ({ head: ['rule', 'without it\t', 'difference\t', 'low\t', 'high\t', 'lost\t', 'gained\t', 'p, Holm\t'], rows: every.map(([name, one]) => [name, one.without?.estimate, one.difference?.estimate, one.difference?.low, one.difference?.high, one.lost, one.gained, one.p_adjusted]), show: { 1: percent, 2: points, 3: points, 4: points, 5: whole, 6: whole } }),
  }).node;
}

/** A ratio; where nobody got there on one side it has no end, and what it surely passes is told: at least, at most. */
const ratio = ({ estimate, low, high }) => (estimate === null ? [`at least ${number(low)}`] : estimate === 0 && high !== null ? [`at most ${number(high)}`] : [number(estimate), high === null ? `${number(low)} or more` : interval(low, high, number)]);

/** How many times likelier once a rule has fired. */
function lifts(found) {
  const all = Object.entries(found.rules).filter(([, one]) => one.lift);
  const drawn = ({ lift }) => (lift.estimate === null ? { estimate: lift.low, beyond: 1 } : lift.estimate === 0 ? { estimate: lift.high, beyond: -1 } : { estimate: lift.estimate });
  const told = ({ lift }) => { const [text, within] = ratio(lift); return within ? `${text} [${within}]` : text; };
  const size = ([, one]) => Math.abs(Math.log(drawn(one).estimate));
  const drawable = all.filter(([, one]) => drawn(one).estimate > 0);
  const sure = drawable.filter(([, one]) => one.p_adjusted < 0.05);
  const shown = (sure.length > 0 ? sure : drawable).sort((a, b) => size(b) - size(a)).slice(0, MOST_ROWS);
  if (shown.length === 0) return null;
  return forest({
    id: 'lifts', title: 'Rules that go before it', label: `Dot chart of the lift of ${shown.length} rules`,
    note: `How many times likelier trials got there at a date in which the rule had fired by then, with 95% intervals${sure.length > 0 ? '; those that chance does not explain, all rules taken together' : '; none is sure, all rules taken together'}. A triangle: at least so many times, or at most. What goes before need not be the cause.`,
    rows: shown.map(([name, one]) => ({ name, low: one.lift.low || drawn(one).estimate, high: one.lift.high ?? drawn(one).estimate, ...drawn(one), clear: one.p_adjusted < 0.05, pairs: [['lift', told(one)], ['fired, and got there', whole(one.fired_and_reached)], ['fired, and did not', whole(one.fired_and_not)]] })),
    axis: { format: (value) => `\u00d7${value}`, title: 'times as likely', zero: 1, log: true },
    data: () => ({ head: ['rule', 'lift\t', 'low\t', 'high\t', 'fired and reached\t', 'fired and not\t', 'p, Holm\t'], rows: all.map(([name, one]) => [name, one.lift.estimate ?? 'infinite', one.lift.low, one.lift.high ?? 'infinite', one.fired_and_reached, one.fired_and_not, one.p_adjusted]), show: { 4: whole, 5: whole } }),
  }).node;
}

/** A card with a table and its data. */
function tableCard(id, title, note, head, rows) {
  const text = (cell) => (Array.isArray(cell) ? cell.map(text).join(' ') : cell instanceof Node ? cell.textContent : cell);
  return el('div', { class: 'card', id }, el('h3', {}, title), note && el('p', { class: 'note' }, note),
    scrolled(table(title, head, rows), `${title}: table`),
    el('div', { class: 'under' }, el('button', { type: 'button', click: () => save(`${id}.csv`, 'text/csv', csv(head.map((one) => one.trim()), rows.map((row) => row.map(text)))) }, 'Save data (CSV)', el('span', { class: 'unseen' }, ` of ${title}`))));
}

/** Ranges of inputs in which those that got there lie close. */
function ranges(found) {
  const box = found.box;
  if (!box) return null;
  if (!box.holds) return sentenceCard('ranges', 'Where the trials that got there lie', `No ranges of inputs are shown: those that were found were not borne out by ${whole(box.judged_on)} trials that did not choose them.`);
  const limits = Object.entries(box.limits).map(([name, { low, high }]) => [name, low == null ? `at most ${number(high)}` : high == null ? `at least ${number(low)}` : interval(low, high, number)]);
  return tableCard('ranges', 'Where the trials that got there lie', `Borne out by ${whole(box.judged_on)} trials that did not choose it: ${percent(box.density?.estimate)} of the trials within these ranges got there, ${percent(box.density_outside?.estimate)} of the others; ${percent(box.coverage.estimate)} of those that got there lie within (PRIM, Friedman and Fisher 1999).`,
    ['Input', 'Range'], limits);
}

function chains(found) {
  if (found.chains.commonest.length === 0) return null;
  const none = found.pivotal.not_tried.length === 0 ? 'no rule by itself was needed' : 'none of the rules tried was needed';
  const links = (chain) => (chain.links.length === 0 ? none : chain.links.map((link) => link.map(named).join(' + ')).join(' \u2192 '));
  return tableCard('chains', 'The commonest ways there', `Rules without which the trial would not have got there, in the order in which they first fired; ${whole(found.chains.distinct)} different chains in ${whole(found.chains.trials)} trials.`,
    ['Chain', 'Trials\t', 'Share\t'], found.chains.commonest.slice(0, 8).map((chain) => [links(chain), whole(chain.trials), [percent(chain.share.estimate), el('span', { class: 'note' }, interval(chain.share.low, chain.share.high, percent))]]));
}

function signposts(found) {
  const posts = found.signposts;
  if (!posts || posts.signs.length === 0) return null;
  const sign = (one) => (one.kind === 'fired' ? `${named(one.name)} has fired` : one.kind === 'condition' ? `${named(one.name)} holds` : `${one.name} above ${number(one.above)}`);
  const told = posts.signs.filter((one) => one.p_adjusted < 0.05);
  const title = `What to watch by ${day(posts.by.date, true)}`;
  const lead = `Among the trials that had not got there by then ${percent(posts.base.estimate)} did afterwards.`;
  if (told.length === 0) return sentenceCard('signposts', title, `${lead} No sign of ${whole(posts.signs.length)} can be told from chance; more trials may show some.`);
  return tableCard('signposts', title, `${lead} The signs that chance does not explain, all ${whole(posts.signs.length)} taken together, ranked by how far they move those odds, with 95% intervals; p for all signs at once, by Holm. An odds ratio is not how many times likelier: compare the two shares for that.`,
    ['Sign', 'If seen\t', 'If not\t', 'Odds ratio\t', 'p\t'], told.slice(0, 10).map((one) => [sign(one), percent(one.if_seen?.estimate), percent(one.if_not?.estimate), one.odds_ratio ? ratio(one.odds_ratio).map((text, place) => (place === 0 ? text : el('span', { class: 'note' }, text))) : 'none', one.p_adjusted < 0.001 ? '<\u2009.001' : one.p_adjusted.toFixed(3)]));
}

function drivers() {
  const found = report.explain;
  const cards = [inputs(), ...(found ? [pivotal(found), lifts(found), ranges(found), chains(found), signposts(found)] : [])].filter(Boolean);
  if (cards.length === 0) return;
  const { outcome } = found ?? {};
  const target = outcome && (outcome.level ? `that stood at ${inline(outcome.level)}` : outcome.above != null ? `that ended above ${number(outcome.above)}` : outcome.kind === 'event' ? 'that got there' : null);
  section('drivers', 'Drivers', 'What drives it', `Of ${inline(report.lead)}${target ? `: what sets apart the ${whole(outcome.reached)} of ${whole(outcome.trials)} trials ${target}` : ''}.`,
    el('div', { class: 'grid' }, cards));
}

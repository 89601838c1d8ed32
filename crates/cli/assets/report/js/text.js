// Numbers, dates and names as people write them.

const report = JSON.parse(document.getElementById('data').textContent);
const LOCALE = 'en-GB';
const LONG_MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const whole = (value) => value.toLocaleString(LOCALE);

/** A share as a percentage, with more decimals where it is small. */
function percent(share, unit = '%') {
  if (!isNumber(share)) return 'no estimate';
  const p = 100 * share;
  const size = Math.abs(p);
  const decimals = size === 0 || size >= 99.95 ? 0 : size < 0.1 ? 2 : 1;
  return p.toFixed(decimals).replace(/^-/, '\u2212') + unit;
}

/** A number with about three digits. */
function number(value) {
  if (!isNumber(value)) return 'none';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace('-', '\u2212');
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
  return value.toFixed(decimals).replace(/^-/, '\u2212');
}

const signed = (text) => (text.startsWith('\u2212') || /^0(\.0*)?($|[^.\d])/.test(text) ? text : `+${text}`);

/** A date as exact as the steps are; with the month's whole name in a sentence. */
function day(date, long = false) {
  if (!date) return 'never';
  const [year, month, of] = date.split('-');
  const named = `${(long ? LONG_MONTHS : MONTHS)[Number(month) - 1]} ${year}`;
  switch (report.run.step) {
    case 'year': return year;
    case 'month': case 'quarter': return named;
    default: return `${Number(of)} ${named}`;
  }
}

/** A date on a time axis: milliseconds. What browsers read of a text ends at the year 9999, and takes the year 1 for 1901. */
function instant(date) {
  const [year, month, of] = date.split('-').map(Number);
  return new Date(0).setUTCFullYear(year, month - 1, of);
}

const ids = new Set(report.network?.actors.map((actor) => actor.id) ?? []);

/** `sco_withers` as `SCO withers`: words that are an actor's id are spelt as it is. */
function named(name) {
  const words = name.replace(/^rules\./, '').replace('.branches.', '.').replaceAll('.', ': ').split(/[_ ]/).map((word) => (ids.has(word.toUpperCase()) ? word.toUpperCase() : word)).join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same within a sentence. */
function inline(name) {
  const words = named(name);
  return ids.has(words.split(' ')[0]) ? words : words.charAt(0).toLowerCase() + words.slice(1);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text) => (/[.!?)]$/.test(text) ? text : `${text}.`);
const interval = (low, high, say) => `${say(low)} to ${say(high)}`;
const steps = { day: 'daily', week: 'weekly', month: 'monthly', quarter: 'quarterly', year: 'yearly' };

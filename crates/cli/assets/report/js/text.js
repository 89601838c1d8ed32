// Numbers, dates and names as people write them.

/** Text that is written from right to left, set apart so that it does not turn the order of what stands around it. */
const apartIfTurned = (text) => (/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text);

const report = JSON.parse(document.getElementById('data').textContent, (key, value) => (typeof value === 'string' && key !== 'command' ? apartIfTurned(value) : value));
const LOCALE = 'en-GB';
const LONG_MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const whole = (value) => value.toLocaleString(LOCALE);

/** A number with so many decimals, a tie rounded to the even digit, as Rust does; `toFixed` takes the larger. */
function fixed(value, decimals) {
  const exact = Math.abs(value).toFixed(60);
  const cut = exact.indexOf('.') + (decimals > 0 ? 1 + decimals : 0);
  const tie = /^\.?50*$/.test(exact.slice(cut));
  const text = tie && /[02468]$/.test(exact.slice(0, cut)) ? exact.slice(0, cut) : Math.abs(value).toFixed(decimals);
  return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
}

/**
 * A share as a percentage, as the terminal has it (`Percent` in Rust; a test holds the two to the same texts): with one decimal,
 * or where that would tell some as none or as all, with two significant digits of what it is away from there.
 */
function percent(share) {
  if (!isNumber(share)) return 'no estimate';
  const p = 100 * share;
  const plain = fixed(p, 1);
  if (!((plain === '0.0' && p > 0) || (plain === '100.0' && p < 100))) return `${plain}%`;
  const away = Math.min(p, 100 - p).toExponential(1);
  const decimals = 1 - Number(away.split('e')[1]);
  if (decimals < 7) return `${fixed(p, decimals)}%`;
  return p < 50 ? `${away.replace('-', '\u2212')}%` : '99.99999%';
}

/** A difference of shares in percentage points, with more decimals where it is small. */
function points(difference) {
  if (!isNumber(difference)) return 'no estimate';
  const p = 100 * difference;
  return fixed(p, p === 0 ? 0 : Math.abs(p) < 0.1 ? 2 : 1);
}

/** A very large or small number: `1.40 × 10¹⁰`. */
function scientific(value) {
  const [digits, power] = value.toExponential(2).split('e');
  return `${digits.replace('-', '\u2212')}\u2009\u00d7\u200910${[...power.replace('+', '')].map((one) => (one === '-' ? '\u207b' : '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'[one])).join('')}`;
}

/** A number with about three digits. */
function number(value) {
  if (!isNumber(value)) return 'none';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return scientific(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
  return fixed(value, decimals);
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
const sentence = (text) => (/[.!?)\u061f\u3002\uff1f]\u2069?$/.test(text) ? text : `${text}.`);
const interval = (low, high, say) => `${say(low)} to ${say(high)}`;
const bound = (value) => (value == null ? 'unbounded' : number(value));
const steps = { day: 'daily', week: 'weekly', month: 'monthly', quarter: 'quarterly', year: 'yearly' };

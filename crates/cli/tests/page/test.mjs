// A report in a real browser: what a reader sees, does and hears. Node's own test runner; Chromium by playwright-core.
//
//   node --test test.mjs             PAGES: the folder with the pages; SHOTS: where pictures go, none without it

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const pages = process.env.PAGES;
const shots = process.env.SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const main = join(pages, 'quasi-alliance.html');
const ends = join(pages, 'ends.html');
/** How long one page may take, in milliseconds, and how long one thing on it: a machine that does other things too is no fault of the page. */
const patience = 90_000;
const step = 60_000;
let server;
let browser;

/** With frames as they come by default: without a limit of their rate, a page in a hundred never scrolled on (Chromium 156). */
async function launch() {
  server = await chromium.launchServer({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  browser = await chromium.connect(server.wsEndpoint());
}

before(async () => {
  if (shots) mkdirSync(shots, { recursive: true });
  await launch();
});
after(() => server?.kill());

/** What a browser does not do in time, which may be none of the page's faults. */
class Late extends Error {}

/** Opens a page and goes through `look`. What comes late is looked for in another browser, at most twice. */
async function open(file, options, look) {
  for (let left = 2; ; left -= 1) {
    try {
      return await within(patience, visited(file, options, look));
    } catch (error) {
      if (left === 0 || !(error instanceof Late || error.name === 'TimeoutError')) throw error;
      console.error(`once more, in another browser: ${error.message}`);
      await server.kill();
      await launch();
    }
  }
}

async function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Late(`no end within ${milliseconds / 1000} s`)), milliseconds); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One visit; fails on any line in the console, any error and any request but the page's own. */
async function visited(file, options, look) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light', acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(step);
  const noise = [];
  page.on('console', (line) => noise.push(`${line.type()}: ${line.text()}`));
  page.on('pageerror', (error) => noise.push(`error: ${error.stack}`));
  page.on('request', (request) => { if (!/^(blob|data):/.test(request.url()) && request.url() !== `file://${file}`) noise.push(`request: ${request.url()}`); });
  await page.goto(`file://${file}`);
  await scrollThrough(page);
  await look(page);
  assert.deepEqual(noise, []);
  await context.close();
}

/** Figures are drawn as they come near. */
async function scrollThrough(page) {
  for (const chart of await page.locator('.chart').all()) {
    await chart.evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));
    await until(() => chart.evaluate((node) => node.querySelector('svg path') !== null));
  }
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
}

/** Waits by the clock: a browser on a busy machine may draw no frame for long, and what waits for frames waits for ever. */
async function until(check) {
  for (const end = Date.now() + step; Date.now() < end;) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Late(`not within ${step / 1000} s: ${check}`);
}

/** Brings a thing into view and points at it, in its middle where no spot is given. */
async function point(locator, spot) {
  await locator.evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const box = await locator.boundingBox();
  await locator.page().mouse.move(box.x + (spot?.x ?? box.width / 2), box.y + (spot?.y ?? box.height / 2));
}

async function press(locator) {
  await point(locator);
  await locator.page().mouse.down();
  await locator.page().mouse.up();
}

async function picture(page, name, selector) {
  if (!shots) return;
  await page.addStyleTag({ content: '.bar { position: static !important; }' });
  if (selector) await page.locator(selector).screenshot({ path: join(shots, `${name}.png`) });
  else await page.screenshot({ path: join(shots, `${name}.png`) });
}

async function faults(page) {
  // The page's own policy forbids scripts from elsewhere; evaluation by the debugger is not bound by it.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`);
}

/** What a page gives to save. */
async function saved(download) {
  const parts = [];
  for await (const part of await download.createReadStream()) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Labels of figures that lie upon another or beyond their figure. */
const misplaced = (page) => page.evaluate(() => [...document.querySelectorAll('.chart')].flatMap((chart) => {
  const frame = chart.getBoundingClientRect();
  const boxes = [...chart.querySelectorAll('svg text')].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() })).filter(({ box }) => box.width > 0);
  const found = [];
  for (const { text, box } of boxes) {
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.push(`${chart.id}: ${text} is cut off`);
    if (/(\u2026|\.\.\.)$/.test(text)) found.push(`${chart.id}: ${text} has no end`);
  }
  for (let a = 0; a < boxes.length; a += 1) {
    for (let b = a + 1; b < boxes.length; b += 1) {
      const [one, other] = [boxes[a].box, boxes[b].box];
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 2 && high > 3) found.push(`${chart.id}: ${boxes[a].text} on ${boxes[b].text}`);
    }
  }
  return found;
}));

const headings = (page) => page.locator('main h2').allTextContents();
const tooltip = (page, of) => page.locator(`${of} .tip`).first();

test('shares are written as the terminal writes them', () => {
  const around = { getElementById: () => ({ textContent: '{"run":{}}' }) };
  const percent = new Function('document', `${readFileSync('text.js', 'utf8')}; return percent;`)(around);
  const lines = readFileSync('percents.txt', 'utf8').trimEnd().split('\n');
  assert.ok(lines.length > 50);
  for (const [share, text] of lines.map((line) => line.split(' '))) assert.equal(percent(Number(share)).replace('\u2212', '-'), text, share);
});

test('nearly all is not all, and nearly none not none', async () => {
  await open(ends, {}, async (page) => {
    const card = await page.locator('#answer .answer').textContent();
    assert.match(card, /Above 99%: 99\.\d{2,}% 95% interval 99\.\d+% to 99\.\d+%In 19,9\d\d of 20,000 trials/);
    const texts = await page.locator('#events-chart svg text').allTextContents();
    for (const text of ['0.0%', '100.0%']) assert.ok(texts.includes(text), texts.join(' | '));
    assert.ok(texts.some((text) => /^0\.0\d\d%$/.test(text)), texts.join(' | '));
    const ticks = (await page.locator('#outcome-never-chart svg text').allTextContents()).filter((text) => text.endsWith('%'));
    assert.equal(new Set(ticks).size, ticks.length, ticks.join(' | '));
  });
});

test('the page is small, whole and silent', async () => {
  assert.ok(statSync(main).size < 2_000_000, `${statSync(main).size} bytes`);
  await open(main, {}, async (page) => {
    assert.match(await page.title(), /^Will China and Russia behave as allies/);
    assert.match(await page.locator('#answer .big').textContent(), /^Very unlikely: \d+\.\d% 95% interval \d+\.\d% to \d+\.\d%$/);
    const parts = await headings(page);
    const wanted = ['The answer', 'When, and how far', 'If something were otherwise', 'What drives it', 'The actors and their ties', 'Two trials, told', 'What it rests on', 'How this was made'];
    assert.deepEqual(parts.filter((part) => wanted.includes(part)), wanted);
    assert.equal(await page.locator('#outcomes figure').count(), 11);
    const links = await page.locator('#contents a').evaluateAll((all) => all.map((link) => document.querySelector(link.getAttribute('href')) !== null));
    assert.ok(links.length === parts.length && links.every(Boolean));
    await picture(page, 'light-top');
    for (const part of await page.locator('main section').all()) {
      const id = await part.getAttribute('id');
      await picture(page, `light-${id}`, `#${id}`);
    }
  });
});

for (const [name, options] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['narrow', { viewport: { width: 390, height: 844 } }]]) {
  test(`no serious fault of accessibility, nothing beyond the edge: ${name}`, async () => {
    await open(main, options, async (page) => {
      // One table of each form; hundreds of rows more tell nothing new and take minutes.
      for (const id of ['events', 'ties']) await press(page.locator(`#${id} summary`));
      assert.deepEqual(await faults(page), []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'the page scrolls sideways');
      const theme = await page.evaluate(() => document.documentElement.dataset.theme);
      assert.equal(theme, name === 'dark' ? 'dark' : 'light');
      for (const id of ['events', 'ties']) await press(page.locator(`#${id} summary`));
      if (name !== 'light') {
        await picture(page, `${name}-top`);
        for (const id of ['answer', 'outcomes', 'network']) await picture(page, `${name}-${id}`, `#${id}`);
      }
    });
  });
}

test('labels of an axis lie apart and within their figure', async () => {
  for (const width of [1280, 620, 390, 340]) {
    await open(main, { viewport: { width, height: 900 } }, async (page) => {
      assert.deepEqual(await misplaced(page), [], `at ${width}`);
    });
  }
});

test('no label is cut off or on another at the ends of scales, with many levels and channels', async () => {
  for (const width of [1280, 360]) {
    await open(ends, { viewport: { width, height: 900 } }, async (page) => {
      assert.deepEqual(await misplaced(page), [], `at ${width}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `at ${width} the page scrolls sideways`);
    });
  }
});

test('kinds of ties and levels look different, however many there are', async () => {
  await open(ends, {}, async (page) => {
    const kinds = await page.locator('#network .chip line').evaluateAll((all) => all.map((line) => `${line.getAttribute('stroke')} ${line.getAttribute('stroke-dasharray')}`));
    assert.equal(kinds.length, 10);
    assert.equal(new Set(kinds).size, 10, kinds.join(' | '));
    const names = (await page.locator('#outcome-many-chart svg text').allTextContents()).filter((text) => /^L\d \d/.test(text));
    assert.equal(names.length, 10, names.join(' | '));
    const shades = await page.locator('#outcome-many-chart svg path').evaluateAll((all) => all.map((path) => path.getAttribute('fill')).filter((fill) => /^(#|rgb\()/.test(fill) && !/^#fff/i.test(fill)));
    assert.ok(new Set(shades).size >= 10, shades.join(' | '));
    assert.match(await page.locator('#ties').innerText(), /C9: 1 = the most that c9 can be\./);
  });
});

test('a tooltip can be reached, and put away by Escape', async () => {
  await open(main, {}, async (page) => {
    const chart = page.locator('#outcome-quasi_alliance-chart');
    await point(chart, { x: 260, y: 120 });
    const tip = tooltip(page, '#outcome-quasi_alliance-chart');
    await until(() => tip.isVisible());
    const text = await tip.textContent();
    const box = await chart.boundingBox();
    for (let y = 120; y > -10; y -= 5) await page.mouse.move(box.x + 260, box.y + y);
    await page.waitForTimeout(600);
    assert.equal(await tip.isVisible() && await tip.textContent(), text);
    await page.keyboard.press('Escape');
    await until(async () => !(await tip.isVisible()));
    await point(chart, { x: 200, y: 120 });
    await until(() => tip.isVisible());
    await page.keyboard.press('Escape');
    await until(async () => !(await tip.isVisible()));
  });
});

test('what has the focus keeps it while the ties play', async () => {
  await open(main, {}, async (page) => {
    await press(page.getByRole('button', { name: 'Play' }));
    const chip = page.getByRole('button', { name: 'Exercises' });
    await chip.focus();
    const date = await page.locator('#when').inputValue();
    await until(async () => (await page.locator('#when').inputValue()) !== date);
    assert.equal(await chip.evaluate((node) => node === document.activeElement), true);
  });
});

test('pointing at a curve shows its values', async () => {
  await open(main, {}, async (page) => {
    const chart = page.locator('#outcome-quasi_alliance-chart');
    await point(chart, { x: 260, y: 120 });
    const tip = tooltip(page, '#outcome-quasi_alliance-chart');
    await until(() => tip.isVisible());
    assert.match(await tip.textContent(), /^[A-Z][a-z]{2} 20\d\dreached by then\d+\.\d%95% interval\d/);
    await picture(page, 'hover', '#outcome-quasi_alliance');
  });
});

test('pointing at a tie shows what it rests on', async () => {
  await open(main, {}, async (page) => {
    const chart = page.locator('#ties-chart');
    await point(chart, { x: 3, y: 3 });
    const box = await chart.boundingBox();
    const tip = tooltip(page, '#ties-chart');
    // The middle of some drawn line: the paths without a fill are the ties.
    const spots = await chart.evaluate((node) => [...node.querySelectorAll('svg path')].filter((path) => path.getAttribute('fill') === 'none' && path.getTotalLength() > 60).map((path) => {
      const middle = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
      return [middle.x, middle.y];
    }));
    assert.ok(spots.length > 30, `${spots.length} ties`);
    const seen = [];
    for (const [x, y] of spots.slice(0, 12)) {
      await page.mouse.move(box.x + 3, box.y + 3);
      await page.mouse.move(x, y, { steps: 3 });
      await page.waitForTimeout(80);
      if (await tip.isVisible()) seen.push(await tip.textContent());
    }
    assert.ok(seen.some((text) => /median, Sep 2013\d/.test(text) && /(confidence|record|article|Judgement|evidence)/.test(text)), seen.join('\n'));
    await picture(page, 'tie', '#ties');
  });
});

test('the slider moves the ties, by mouse and by keyboard', async () => {
  await open(main, {}, async (page) => {
    const slider = page.locator('#when');
    const widths = () => page.locator('#ties-chart svg path').evaluateAll((all) => all.map((path) => path.getAttribute('stroke-width')).join());
    const before = await widths();
    await slider.focus();
    await page.keyboard.press('End');
    assert.equal(await page.locator('output.when').textContent(), 'Sep 2023');
    assert.equal(await slider.getAttribute('aria-valuetext'), 'Sep 2023');
    assert.notEqual(await widths(), before);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('output.when').textContent(), 'Oct 2013');
    await press(slider);
    assert.match(await page.locator('output.when').textContent(), /2018$/);
    await press(page.getByRole('button', { name: 'Play' }));
    await until(async () => (await slider.inputValue()) === '120');
  });
});

test('a channel can be taken out', async () => {
  await open(main, {}, async (page) => {
    const count = () => page.locator('#ties-chart svg path').count();
    const all = await count();
    const arms = page.getByRole('button', { name: 'Membership' });
    await press(arms);
    assert.equal(await arms.getAttribute('aria-pressed'), 'false');
    await until(async () => (await count()) < all);
    assert.deepEqual(await faults(page), []);
  });
});

test('the keyboard alone reads every figure', async () => {
  await open(main, {}, async (page) => {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    const chart = page.locator('#outcome-quasi_alliance-chart');
    await chart.focus();
    await page.keyboard.press('End');
    assert.match(await page.locator('#said').textContent(), /^Quasi alliance\. Sep 2023: reached by then \d+\.\d%, 95% interval/);
    await until(() => tooltip(page, '#outcome-quasi_alliance-chart').isVisible());
    await page.keyboard.press('ArrowLeft');
    assert.match(await page.locator('#said').textContent(), /^Aug 2023: /);
    for (const id of await page.locator('.chart').evaluateAll((all) => all.map((one) => one.id))) {
      await page.locator(`#${id}`).focus();
      const before = await page.locator('#said').textContent();
      await page.keyboard.press('ArrowRight');
      const after = await page.locator('#said').textContent();
      assert.ok(after !== before && after.length > 10, `${id} says nothing`);
    }
    const unreachable = await page.evaluate(() => [...document.querySelectorAll('button, select, input, summary, a[href]')].filter((one) => one.tabIndex < 0).length);
    assert.equal(unreachable, 0);
  });
});

test('every figure has its table and its data', async () => {
  await open(main, {}, async (page) => {
    const figures = await page.locator('figure').evaluateAll((all) => all.map((one) => one.id));
    assert.ok(figures.length >= 16, `${figures.length} figures`);
    for (const id of figures) {
      // That of the variants has its table below it.
      if (id === 'variants-figure') assert.equal(await page.locator(`#${id} details`).count(), 0);
      else await press(page.locator(`#${id} summary`));
      await until(async () => (await page.locator(`#${id} tbody tr`).count()) > 0);
      const waiting = page.waitForEvent('download');
      await press(page.locator(`#${id}`).getByRole('button', { name: /^Save data/ }));
      const download = await waiting;
      assert.equal(download.suggestedFilename(), `quasi-alliance-seed2013-${id}.csv`);
      const text = await saved(download);
      const rows = text.trimEnd().split('\r\n');
      assert.ok(rows.length > 1 && rows[0].includes(','), `${id}: ${rows[0]}`);
    }
    const waiting = page.waitForEvent('download');
    await press(page.locator('#outcome-quasi_alliance').getByRole('button', { name: /^Save picture/ }));
    assert.match(await saved(await waiting), /^<svg[\s\S]*<\/svg>$/);
    const ties = page.waitForEvent('download');
    await press(page.locator('#ties').getByRole('button', { name: /^Save picture/ }));
    const drawn = await saved(await ties);
    for (const text of ['<title>Median weight of each tie</title>', 'At September 2013.', 'Membership: How deep', '2,000 trials of quasi-alliance, seed 2013, cordiale']) assert.ok(drawn.includes(text), text);
    const all = page.waitForEvent('download');
    await press(page.locator('#save-all'));
    const data = JSON.parse(await saved(await all));
    assert.equal(data.format, 'cordiale.report/1');
  });
});

test('a saved picture stands alone, light whatever the page is', async () => {
  await open(main, { colorScheme: 'dark' }, async (page) => {
    const waiting = page.waitForEvent('download');
    await press(page.locator('#events').getByRole('button', { name: /^Save picture/ }));
    const text = await saved(await waiting);
    const found = await page.evaluate((text) => {
      const drawn = new DOMParser().parseFromString(text, 'image/svg+xml');
      const holder = document.body.appendChild(document.importNode(drawn.documentElement, true));
      const frame = holder.getBoundingClientRect();
      const out = [...holder.querySelectorAll('text')].filter((one) => { const box = one.getBoundingClientRect(); return box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom; }).map((one) => one.textContent);
      const ground = holder.querySelector('rect').getAttribute('fill');
      const fills = [...holder.querySelectorAll('text')].map((one) => one.getAttribute('fill'));
      const first = holder.querySelector('text').textContent;
      holder.remove();
      return { out, ground, fills, first, faults: drawn.querySelectorAll('parsererror').length };
    }, text);
    assert.deepEqual(found.out, []);
    assert.equal(found.faults, 0);
    assert.equal(found.ground, '#ffffff');
    assert.equal(found.first, 'Every event on one scale');
    assert.ok(!found.fills.includes('#e8e6e1'), 'text for a dark ground');
  });
});

test('what is there without scripts says the same', async () => {
  for (const name of ['quasi-alliance', 'levels', 'ends', 'given']) {
    const file = join(pages, `${name}.html`);
    const told = {};
    await open(file, {}, async (page) => {
      told.asked = await page.locator('h1').textContent();
      told.big = await page.locator('#answer .big').textContent();
      assert.equal(await page.locator('#caveat').count(), 0);
    });
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`file://${file}`);
    assert.equal(await page.locator('h1').textContent(), told.asked);
    assert.equal(await page.locator('.big').textContent(), told.big);
    assert.match(await page.locator('#caveat').textContent(), /not the error of a forecast/);
    assert.match(await page.locator('pre').first().textContent(), /^cordiale report /);
    assert.ok((await page.locator('tbody tr').count()) > 1);
    await context.close();
  }
});

test('text of figures can be marked, and the answer copied with what it rests on', async () => {
  await open(main, { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    const marked = await page.evaluate(() => { getSelection().selectAllChildren(document.querySelector('#events-chart')); return getSelection().toString(); });
    assert.match(marked, /\d\.\d%/);
    await press(page.getByRole('button', { name: 'Copy the answer' }));
    await until(async () => (await page.locator('#said').textContent()) === 'Copied');
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /Very unlikely: [\s\S]*seed 2013[\s\S]*cordiale report/);
  });
});

test('text from right to left stays by itself', async () => {
  await open(join(pages, 'markup.html'), {}, async (page) => {
    const about = await page.locator('#outcome-height').textContent();
    assert.ok(about.includes('\u2068\u0634\u0628\u0647 (99%)!\u2069'), about);
  });
});

test('the register lists every number, the weakest and most decisive first', async () => {
  await open(main, {}, async (page) => {
    const rows = page.locator('#register-card tbody tr');
    assert.equal(await rows.count(), 20);
    assert.match(await rows.first().textContent(), /^1\. \w.*confidence/);
    const more = page.locator('#register-card').getByRole('button', { name: /^Show all \d+$/ });
    const all = Number((await more.textContent()).replace(/\D/g, ''));
    await press(more);
    assert.equal(await rows.count(), all);
    const waiting = page.waitForEvent('download');
    await press(page.locator('#register-card').getByRole('button', { name: /^Save data/ }));
    const text = await saved(await waiting);
    assert.equal(text.trimEnd().split('\r\n').length, all + 1);
  });
});

test('another outcome can be compared', async () => {
  await open(main, {}, async (page) => {
    await page.locator('#contrast').selectOption('posture/partner');
    assert.match(await page.locator('#variants caption').first().textContent(), /^Posture: partner: baseline \d/);
    await page.locator('#contrast').selectOption('military_by_2023');
    assert.match(await page.locator('#variants-figure tbody').first().textContent(), / up, [\d,]+ down/);
  });
});

test('colours follow the system until the reader chooses', async () => {
  await open(main, {}, async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    await until(async () => (await ground()) !== light);
    await press(page.locator('#theme'));
    assert.equal(await ground(), light);
    await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active' });
    await until(async () => (await page.evaluate(() => document.documentElement.dataset.theme)) === 'dark');
    assert.equal(await page.locator('#theme').isVisible(), false);
  });
});

test('it prints: all figures, on white, with nothing to press', async () => {
  await open(main, { colorScheme: 'dark' }, async (page) => {
    const pdf = await page.pdf({ format: 'A4', ...(shots ? { path: join(shots, 'print.pdf') } : {}) });
    assert.ok(pdf.length > 50_000);
    const count = (pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g) ?? []).length;
    assert.ok(count >= 4 && count <= 25, `${count} pages`);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.under:visible, .bar:visible, #theme:visible, button:not(.chip):visible').count(), 0);
    assert.equal(await page.locator('.chip:visible').count(), 8);
    assert.match(await page.locator('#ties').innerText(), /Arms: .*1 = the stock of Russian deliveries to China at its peak/);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  });
});

test('markup in a scenario stays text', async () => {
  await open(join(pages, 'markup.html'), {}, async (page) => {
    assert.equal(await page.title(), 'Is </script><script>alert(1)</script> <!-- & "this" {{data}} text?');
    assert.equal(await page.locator('h1').textContent(), 'Is </script><script>alert(1)</script> <!-- & "this" {{data}} text?');
    assert.equal(await page.locator('main img').count(), 0);
    const text = await page.locator('main').textContent();
    assert.ok(text.includes('<img src=x onerror=alert(2)>'));
    const chart = page.locator('#ties-chart');
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('main img').count(), 0);
  });
});

test('what is said of levels is of the one in which most trials stand', async () => {
  await open(join(pages, 'levels.html'), {}, async (page) => {
    assert.deepEqual(await page.locator('main > *').first().evaluate((node) => [...node.parentNode.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data.trim()).filter(Boolean)), []);
    assert.equal(await page.locator('h1').textContent(), 'The first years');
    assert.match(await page.locator('#answer .big').textContent(), /^Most often whole/);
    assert.match(await page.locator('#inputs').textContent(), /[Hh]ow far state: whole moves/);
    assert.match(await page.locator('#register thead th').last().textContent(), /^Effect on state: whole/);
    const of = await page.locator('#register tr', { hasText: 'chance_of_a_spark' }).first().textContent();
    assert.match(of, /\u2212\d/);
    assert.match(await page.locator('#widths .lede').textContent(), /^state\.whole/);
  });
});

test('years that browsers do not read, rules without which nothing comes, deadlines as they are written', async () => {
  await open(join(pages, 'given.html'), {}, async (page) => {
    const labels = await page.locator('#outcome-burning-chart svg text').allTextContents();
    assert.ok(labels.includes('3') && !labels.some((text) => /19\d\d/.test(text)), labels.join(' | '));
    assert.match(await page.locator('#pivotal').textContent(), /Without Spark no trial meets the condition/);
    await press(page.locator('#lifts summary'));
    // A table is filled when its page is told that it is open, which is after the click.
    const table = page.locator('#lifts tbody tr');
    await until(async () => (await table.count()) > 0);
    const rows = await table.allTextContents();
    assert.ok(rows.some((row) => /^fireinfinite/.test(row)) && rows.some((row) => /^spark/.test(row)), rows.join(' | '));
    assert.match(await page.locator('#lifts').textContent(), /chance does not explain/);
    assert.match(await page.locator('#outcome-sparked-chart').textContent(), /by 0010/);
  });
});

test('every shipped scenario makes a silent page without a serious fault', async () => {
  for (const name of (process.env.OTHERS ?? '').split(' ').filter(Boolean)) {
    const file = join(pages, `${name}.html`);
    assert.ok(statSync(file).size < 2_000_000, name);
    await open(file, {}, async (page) => {
      assert.deepEqual(await faults(page), [], name);
    });
  }
});

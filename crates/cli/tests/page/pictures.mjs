// The manual's pictures of a report.
//
//   node pictures.mjs PAGE FOLDER

import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , file, folder] = process.argv;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

/** Takes a picture of the page, or of what is selected, down to a height. */
async function shoot(name, { dark = false, selector, height = 900, before = async () => {} } = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 2400 }, colorScheme: dark ? 'dark' : 'light' });
  await page.goto(pathToFileURL(resolve(file)).href);
  if (selector) {
    // The bar would lie upon it, and figures are drawn when they are come to.
    await page.addStyleTag({ content: '.bar { position: static !important; }' });
    await page.locator(selector).scrollIntoViewIfNeeded();
  }
  await page.waitForTimeout(1500);
  await before(page);
  const box = selector ? await page.locator(selector).boundingBox() : { x: 0, y: 0, width: 1280, height };
  await page.screenshot({ path: join(folder, `${name}.png`), clip: { ...box, height: Math.min(height, box.height) } });
  await page.close();
}

await shoot('report-answer');
await shoot('report-dark', { dark: true, selector: '#outcomes', height: 1000 });
await shoot('report-drivers', { selector: '#drivers', height: 800 });
await shoot('report-ties', {
  selector: '#ties',
  height: 1200,
  before: async (page) => {
    await page.locator('#ties-chart').focus();
    for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(500);
  },
});
await browser.close();

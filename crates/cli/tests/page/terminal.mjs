// A picture of what the binary prints on a terminal: node terminal.mjs COLUMNS PICTURE.png < TEXT

import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [columns, picture] = process.argv.slice(2);
const text = readFileSync(0, 'utf8').trimEnd();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 400, height: 300 }, deviceScaleFactor: 2 });
await page.setContent(`<style>
  body { margin: 0; background: #16191f; }
  pre { display: inline-block; margin: 0; padding: 18px 22px; width: ${columns}ch; color: #e4e6ea; font: 13px/1.25 "DejaVu Sans Mono", monospace; }
  i, b { font: inherit; }
  b { display: inline-block; width: 1ch; height: 1.25em; overflow: hidden; vertical-align: top; }
</style><pre></pre>`);
// A terminal gives every character a cell; a browser takes what a font lacks from a wider one.
await page.locator('pre').evaluate((node, shown) => {
  for (const character of shown) {
    const cell = document.createElement(character < '\u0080' ? 'i' : 'b');
    cell.textContent = character;
    node.append(cell);
  }
}, text);
await page.locator('pre').screenshot({ path: picture });
await browser.close();

// A figure as a picture that stands alone: light, opaque, with its title, what it shows, its key and where it comes from.

const EDGE = 20;
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** `key` has `{ text, colour, dash }` for each kind of line that the chart itself does not name. */
function picture({ title, value, notes, key = [], draw }, width, height) {
  const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ ...base(LIGHT), ...draw(LIGHT, width) });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  let y = EDGE - 6;
  const parts = [];
  const write = (text, { size = NAMES.size, colour = LIGHT.muted, weight = 400, indent = 0 } = {}) => broken(text, ((width - indent) * NAMES.size) / (1.1 * size)).forEach((line) => {
    y += 1.4 * size;
    parts.push(`<text x="${EDGE + indent}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${colour}">${escaped(line)}</text>`);
  });
  write(title, { size: 17, colour: LIGHT.text, weight: 600 });
  if (value) write(value, { size: 14, colour: LIGHT.text, weight: 600 });
  notes.filter(Boolean).forEach((note) => write(note));
  y += 10;
  parts.push(drawn.replace('<svg ', `<svg x="${EDGE}" y="${y}" `));
  y += height;
  for (const { text, colour, dash } of key) {
    parts.push(`<line x1="${EDGE}" x2="${EDGE + 26}" y1="${y + 13}" y2="${y + 13}" stroke="${colour}" stroke-width="3"${Array.isArray(dash) ? ` stroke-dasharray="${dash.join(' ')}"` : ''}/>`);
    write(text, { indent: 36 });
  }
  y += 6;
  write(`${origin} \u00b7 intervals at 95%`, { size: 11 });
  const [wide, high] = [width + 2 * EDGE, Math.ceil(y + EDGE)];
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}" font-family="${escaped(font())}"><title>${escaped(title)}</title><desc>${escaped([value, ...notes, origin].filter(Boolean).join(' '))}</desc><rect width="100%" height="100%" fill="${LIGHT.page}"/>${parts.join('')}</svg>`;
}

// The parts, in the order of reading.

theme.start();
question();
answer();
outcomes();
variants();
drivers();
widths();
network();
chronicles();
register();
making();
// A chart is made when it comes near, so that a long page opens at once; all of them before printing.
const near = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach((entry) => wake(shown.find((figure) => figure.node === entry.target)));
}, { rootMargin: '800px' });
function wake(figure) {
  if (figure && !figure.chart) { near.unobserve(figure.node); figure.start(); }
}
shown.forEach((figure) => near.observe(figure.node));
addEventListener('beforeprint', () => shown.forEach(wake), { capture: true });

// How the report was made, and how to make it again.

function making() {
  const { scenario, run } = report;
  const facts = [
    ['Made by', `cordiale ${report.version}, random layout ${report.value_stability}`],
    ['Scenario', `${scenario.id}${scenario.world ? `, in the world ${scenario.world}` : ''}${run.variant ? `, variant ${run.variant}` : ''}`],
    ['Digest', el('code', {}, scenario.digest)],
    ['Seed', String(run.seed)],
    ['Trials', `${whole(run.trials)}, from trial ${whole(run.first_trial)}`],
    ['Time', `${run.steps} steps of a ${run.step}, ${report.axis.dates[0]} to ${report.horizon}`],
    report.comparison && ['Variants', `${Object.keys(report.comparison.variants).length} on the same random numbers, paired trial by trial: Tango\u2019s (1998) score interval for events, the paired mean for values`],
    report.network && report.network.ties.length > 0 && ['Ties', `watched in ${whole(report.network.trials)} trials`],
    ['Intervals', '95%: Wilson\u2019s (1927) for shares of trials'],
    report.command && ['To repeat it', el('pre', {}, report.command)],
  ].filter(Boolean);
  const warnings = report.warnings.length > 0 && el('div', {}, el('h3', {}, 'Warnings'), el('ul', { class: 'warnings' }, report.warnings.map((text) => el('li', {}, text))));
  section('making', 'How made', 'How this was made', 'The same file, seed and version give the same report to the last byte, on any number of threads. Nothing in this page comes from a network.',
    el('div', { class: 'card' }, el('dl', { class: 'facts' }, facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])),
      warnings,
      el('p', { class: 'no-print' }, el('button', { type: 'button', id: 'save-all', click: () => save('report.json', 'application/json', document.getElementById('data').textContent) }, 'Save all data (JSON)'))));
  document.getElementById('footer').append('Charts by Apache ECharts (Apache-2.0) with d3-force (ISC), bundled in this page.');
}

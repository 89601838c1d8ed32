// The variants beside the scenario, on the same random numbers.

/** What can be compared: every event, value and level. */
function contrasts() {
  const all = [];
  const first = Object.values(report.comparison.variants)[0];
  for (const [name, contrast] of Object.entries(first.outcomes)) {
    if (contrast.kind === 'levels') {
      for (const level of Object.keys(contrast.levels)) {
        all.push({ key: `${name}/${level}`, label: `${named(name)}: ${inline(level)}`, of: (variant) => variant.outcomes[name]?.levels?.[level], isShare: true });
      }
    } else {
      all.push({ key: name, label: named(name), of: (variant) => variant.outcomes[name], isShare: contrast.kind === 'event' });
    }
  }
  return all;
}

function variants() {
  if (!report.comparison) return;
  const names = Object.keys(report.comparison.variants);
  const every = contrasts();
  if (names.length === 0 || every.length === 0) return;
  let chosen = every.find((one) => one.key === leadKey('/')) ?? every[0];
  const rows = () => names.map((name) => ({ name, variant: report.comparison.variants[name], contrast: chosen.of(report.comparison.variants[name]) }));
  const moved = (value) => signed(chosen.isShare ? points(value) : number(value));
  const level = (value) => (chosen.isShare ? percent(value) : number(value));
  const difference = ({ contrast }) => contrast?.difference;
  // A mean's difference that is the same in all trials has no interval.
  const bounded = (d) => d && d.low !== null && d.high !== null;
  const said = (d) => (bounded(d) ? `${moved(d.estimate)} [${interval(d.low, d.high, moved)}]` : d ? `${moved(d.estimate)}, the same in all trials` : 'no estimate');
  const unit = () => (chosen.isShare ? 'percentage points' : 'units of the value');
  const at = (place) => {
    const row = rows()[place];
    const pairs = [['difference', said(difference(row))]];
    if (row.contrast) {
      pairs.push(['in the variant', level(row.contrast.variant.estimate)], ['in the baseline', level(row.contrast.baseline.estimate)]);
      if (row.contrast.unpaired_width_ratio) pairs.push(['unpaired it would be', `${number(row.contrast.unpaired_width_ratio)} times as wide`]);
    }
    return [named(row.name), pairs];
  };
  const beside = (width) => (width < 560 ? 130 : 200);
  const full = el('div');
  const drawTable = () => {
    full.replaceChildren(scrolled(table(`${chosen.label}: baseline ${level(rows()[0].contrast?.baseline.estimate)}. Differences in ${unit()}, with 95% intervals.`,
      ['Variant', 'In the variant\t', 'Difference\t', chosen.isShare ? 'Answers flipped\t' : 'Trials moved\t', 'What is changed'],
      rows().map((row) => [
        [named(row.name), row.variant.about && el('span', { class: 'note' }, row.variant.about)],
        row.contrast ? level(row.contrast.variant.estimate) : 'not comparable',
        row.contrast ? said(difference(row)) : '',
        row.contrast ? (chosen.isShare ? `${whole(row.contrast.flipped_to_yes)} to yes, ${whole(row.contrast.flipped_to_no)} to no` : `${whole(row.contrast.higher)} up, ${whole(row.contrast.lower)} down`) : '',
        row.variant.changes.flatMap((change, place) => [place > 0 ? el('br') : null, el('code', {}, `${change.path}: ${change.baseline ?? 'nothing'} \u2192 ${change.variant ?? 'nothing'}`)]),
      ])), 'Variants: table', true));
  };
  const picker = el('select', { id: 'contrast', change: (event) => { chosen = every.find((one) => one.key === event.target.value); drawTable(); forest.redraw(); } },
    every.map((one) => el('option', { value: one.key, selected: one === chosen }, one.label)));
  const forest = figure({
    id: 'variants-figure', title: 'What each variant changes', note: 'Variant minus baseline, paired trial by trial, with 95% intervals. Filled: the interval leaves out zero.',
    label: 'Dot chart of the difference that each variant makes', height: (width) => 62 + Math.max(34, 6 + NAMES.line * tallest(names.map(named), beside(width) - 14)) * names.length,
    before: el('div', { class: 'controls' }, el('label', { for: 'contrast' }, 'Outcome'), picker),
    after: full, few: null, caption: () => `Outcome: ${chosen.label}, in ${unit()}.`,
    places: () => names.length, at, point: (place) => ({ seriesIndex: 1, dataIndex: place }),
    data: () => ({
      head: ['outcome', 'variant', 'baseline\t', 'in the variant\t', 'difference\t', 'low\t', 'high\t', 'trials in both\t'],
      rows: every.flatMap((one) => names.map((name) => {
        const contrast = one.of(report.comparison.variants[name]);
        return [one.key, name, contrast?.baseline.estimate, contrast?.variant.estimate, contrast?.difference?.estimate, contrast?.difference?.low, contrast?.difference?.high, contrast?.trials_in_both];
      })),
    }),
    draw: (theme, width) => {
      const scaleBy = chosen.isShare ? 100 : 1;
      const all = rows();
      const label = beside(width);
      const clear = (d) => bounded(d) && (d.low > 0 || d.high < 0);
      return {
        grid: { left: label, right: 24, top: 12, bottom: 42 },
        tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: ({ dataIndex }) => tip(...at(dataIndex)) },
        xAxis: valueAxis(theme, (value) => signed(`${value}`.replace('-', '\u2212')), { name: `difference, ${unit()}`, nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: theme.muted }, splitNumber: width < 560 ? 3 : 6 }),
        yAxis: rowAxis(theme, names, label - 14),
        series: [
          rangeSeries(all.map((row, place) => { const d = difference(row); return bounded(d) ? [scaleBy * d.low, place, scaleBy * d.high] : [null, place, null]; }), theme.main,
            { markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: theme.text, type: 'solid', width: 1 }, data: [{ xAxis: 0 }] } }),
          { type: 'scatter', symbolSize: 11, emphasis: { scale: 1.3 }, data: all.map((row, place) => { const d = difference(row); return { value: [d ? scaleBy * d.estimate : null, place], itemStyle: { color: clear(d) ? theme.main : theme.page, borderColor: theme.main, borderWidth: 2, opacity: 1 } }; }) },
        ],
      };
    },
  });
  drawTable();
  section('variants', 'Variants', 'If something were otherwise', `Each variant is run on the same random numbers as the baseline, ${whole(report.comparison.run.trials)} trials each, so that a difference is the change\u2019s and not the dice\u2019s.`, forest.node);
}

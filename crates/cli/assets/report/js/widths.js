// How much of the uncertainty is sampling, how much what is not known, how much chance.

function widths() {
  const found = report.widths;
  if (!found) return;
  const all = Object.entries(found.outcomes);
  const shares = all.filter(([, one]) => one.kind !== 'value');
  const split = all.filter(([, one]) => one.unknown_share);
  const title = (name) => name.split('.').map((part, place) => (place === 0 ? named(part) : inline(part))).join(': ');
  const cards = [];
  const head = ['outcome', 'kind', 'estimate\t', 'sampling low\t', 'sampling high\t', 'known low\t', 'known high\t', 'not known, share\t', 'low\t', 'high\t'];
  const facts = ([name, one]) => [name, one.kind, one.estimate, one.sampling?.low, one.sampling?.high, one.known?.low, one.known?.high, one.unknown_share?.estimate, one.unknown_share?.low, one.unknown_share?.high];
  if (shares.some(([, one]) => one.known)) {
    const rows = shares.filter(([, one]) => one.known);
    const range = forest({
      id: 'known', title: 'Where the probability would lie, were all inputs known', label: `Chart of ranges of ${rows.length} probabilities`,
      note: 'The dot is the answer; the line is the middle 90% of what the probability would be if parameters and starts were known. A dot alone: knowing them would tell nothing. The table has what more trials would narrow.',
      rows: rows.map(([name, one]) => ({ name, title: title(name), estimate: 100 * one.estimate, low: 100 * one.known.low, high: 100 * one.known.high, pairs: [['answer', percent(one.estimate)], ['more trials narrow', one.sampling ? interval(one.sampling.low, one.sampling.high, percent) : 'too few trials'], ['more knowledge narrows', interval(one.known.low, one.known.high, percent)]] })),
      axis: { format: (value) => `${value}%`, min: 0, max: 100 },
      data: () => ({ head, rows: all.map(facts) }),
      few: () => ({ head, rows: all.map((one) => facts(one).map((cell, column) => (!isNumber(cell) ? cell : one[1].kind !== 'value' || column > 6 ? percent(cell) : number(cell)))) }),
    });
    cards.push(range.node);
  }
  if (split.length > 0) {
    const beside = (width) => Math.min(width < 480 ? 128 : 210, 24 + 7 * Math.max(...split.map(([name]) => title(name).length)));
    const at = (place) => { const one = split[place][1].unknown_share; return [title(split[place][0]), [['not known', `${percent(one.estimate)} [${interval(one.low, one.high, percent)}]`], ['chance', percent(1 - one.estimate)]]]; };
    cards.push(figure({
      id: 'split', title: 'What is not known, and what is chance', label: `Bars of two parts of the variance of ${split.length} outcomes`,
      note: 'Of the variance of one trial: the part that knowing parameters and starts would take away, and the rest, which is chance.',
      height: (width) => 70 + Math.max(27, 6 + NAMES.line * tallest(split.map(([name]) => title(name)), beside(width) - 14)) * split.length, places: () => split.length, at,
      data: () => ({ head: ['outcome', 'not known\t', 'low\t', 'high\t', 'chance\t'], rows: split.map(([name, { unknown_share: one }]) => [name, one.estimate, one.low, one.high, 1 - one.estimate]), show: { 1: percent, 2: percent, 3: percent, 4: percent } }),
      draw: (theme, width) => {
        const label = beside(width);
        const bar = (name, colour, of) => ({ name, type: 'bar', stack: 'all', barWidth: '62%', itemStyle: { color: colour, borderColor: theme.muted, borderWidth: 1 }, emphasis: { disabled: true }, data: split.map(([, one]) => 100 * of(one.unknown_share.estimate)) });
        return {
          grid: { left: label, right: 26, top: 8, bottom: 52 },
          tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: ({ dataIndex }) => tip(...at(dataIndex)) },
          xAxis: valueAxis(theme, (value) => `${value}%`, { min: 0, max: 100, interval: 25 }),
          yAxis: rowAxis(theme, split.map(([name]) => title(name)), label - 14, (text) => text),
          legend: { bottom: 0, icon: 'roundRect', itemWidth: 16, itemHeight: 10, selectedMode: false, textStyle: { color: theme.muted, fontSize: 12 } },
          series: [bar('not known', theme.main, (share) => share), bar('chance', theme.soft === '#efece4' ? '#cfc9ba' : '#4a5160', (share) => 1 - share)],
        };
      },
    }).node);
  }
  if (cards.length === 0) return;
  section('widths', 'Widths', 'Three widths', report.widths_in_words, el('div', { class: 'grid' }, cards));
}

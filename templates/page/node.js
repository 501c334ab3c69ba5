// A grid node: its balance, what was found, what was not seen, and who is listed under it.

const leftOver = (row) => row.supplied_kwh - (row.metered_kwh ?? 0) - (row.technical_loss_kwh ?? 0) - (row.declared_kwh ?? 0);

/** Energies of a balance by their names; what corrections take off the remainder stands between it and what is found. */
function balanceParts(row) {
  const left = leftOver(row), corrected = correctedRest(row);
  const parts = [['supplied', row.supplied_kwh], ['metered', row.metered_kwh], ['technical', row.technical_loss_kwh], ['declared', row.declared_kwh || null], ['left_over', left]];
  if (corrected != null && Math.abs(corrected - left) > 0.005 * row.supplied_kwh) parts.push(['corrections', corrected - left], ['left_corrected', corrected]);
  return [...parts, ['unmetered', row.unmetered_kwh]].filter(([, value]) => value != null);
}

/** What is left over by the days, which corrections have entered: clocks, ratios, customers who were placed or expected; null without days. */
function correctedRest(row) {
  const days = DATA.nodeDays[row.node];
  return days ? days.unmetered.reduce((sum, kw, at) => sum + (Number.isFinite(kw) ? kw * (days.hours?.[at] ?? 24) : 0), 0) : null;
}

/** Energies of a balance with their shares of what was supplied. */
function balanceTable(row) {
  if (!(row.supplied_kwh > 0)) return el('p.note', null, t('no_balance'));
  return el('table.small', null, el('caption', null, t('balance_caption')),
    el('thead', null, el('tr', null, [t('energy'), t('kwh'), t('of_supplied')].map((name, i) => el('th', { scope: 'col', class: i ? 'right' : null }, name)))),
    el('tbody', null, balanceParts(row).map(([name, value]) => el('tr', null, el('th', { scope: 'row' }, t(name)), el('td.right', null, num(value)), el('td.right', null, percent(value / row.supplied_kwh, 1))))));
}

/** The balance as one bar: what is metered, lost by calculation and left over. */
function balanceBar(row) {
  if (!(row.supplied_kwh > 0)) return null;
  const left = Math.max(0, leftOver(row));
  const parts = [['metered', row.metered_kwh ?? 0], ['technical', row.technical_loss_kwh ?? 0], ...(row.declared_kwh ? [['declared', row.declared_kwh]] : []), ['left_over', left]];
  const all = parts.reduce((sum, [, value]) => sum + Math.max(0, value), 0) || 1;
  const root = svg('svg.chart', { viewBox: '0 0 860 40' });
  let x = 0;
  for (const [name, value] of parts) {
    const width = (Math.max(0, value) / all) * 860;
    root.append(svg('rect.part-' + name, { x, y: 4, width, height: 32 }));
    if (width > 110) root.append(svg('text.inside', { x: x + 8, y: 25 }, t(name) + ' ' + percent(value / row.supplied_kwh, 1)));
    x += width;
  }
  return figure(t('balance'), t('balance_says', { supplied: kwh(row.supplied_kwh), metered: percent((row.metered_kwh ?? 0) / row.supplied_kwh, 1), technical: percent((row.technical_loss_kwh ?? 0) / row.supplied_kwh, 1), left: percent(left / row.supplied_kwh, 1) }), root, parts.map(([name]) => el('span.key', null, el('i.swatch.part-' + name), t(name))));
}

function nodeView(id) {
  const row = rowOf('nodes', 'node', id);
  if (!row) return [el('h1', { tabindex: '-1' }, t('nodes')), el('p', null, t('unknown_node'))];
  const nodes = rowsOf('nodes'), at = nodes.indexOf(row);
  const turn = el('nav.turn', { 'aria-label': t('nodes') },
    at > 0 ? el('a', { href: nodeLink(nodes[at - 1].node), rel: 'prev' }, '\u2190 ' + t('previous_node')) : null,
    el('a', { href: '#nodes' }, t('back_to_nodes')),
    at + 1 < nodes.length ? el('a', { href: nodeLink(nodes[at + 1].node), rel: 'next' }, t('next_node') + ' \u2192') : null,
    el('button', { type: 'button', 'data-print': 'node', onclick: () => printPaper([nodePaper(row)]) }, t('print_node')));
  return [turn, ...nodeContent(row)];
}

const nodeContent = (row) => [el('h1', { tabindex: '-1' }, t('node_title', { kind: word(row.kind), id: row.node })), ...nodeParts(row).flat(), provenance()].filter(Boolean);

/** What was found at a node, and what it rests on. */
function nodeParts(row) {
  const days = DATA.nodeDays[row.node], coverage = rowsOf('coverage').find((other) => other.node === row.node);
  const under = rowsOf('suspects').filter((suspect) => suspect.node === row.node);
  const likely = row.pattern != null;
  const first = [
    el('p.place', null, row.parent ? t('fed_by', { node: row.parent }) : t('top_of_grid')),
    el('p.claim', null, t(row.unmetered_kw == null ? 'node_not_judged' : likely ? 'node_claim' : 'node_nothing', { kw: kw(row.unmetered_kw), range: between(row.unmetered_kw_low, row.unmetered_kw_high, 'kw'), pattern: row.pattern ? word(row.pattern) : '', since: since(row) }), ' ', el('strong', null, t('no_guilt_node'))),
    facts([
      [t('probability'), share(row.probability), t('node_probability_short')],
      [t('unmetered_power'), kw(row.unmetered_kw), between(row.unmetered_kw_low, row.unmetered_kw_high, 'kw')],
      [t('unmetered_energy'), kwh(row.unmetered_kwh), between(row.unmetered_kwh_low, row.unmetered_kwh_high, 'kwh')],
      [t('start'), likely ? (row.since ? date(row.since) : t('from_the_first_reading')) : '\u2013'],
      [t('coverage'), percent(row.coverage), t('coverage_short')],
      row.loss_energy != null ? [t('at_stake'), num((row.loss_energy ?? 0) + (row.loss_fee ?? 0)) + '\u00a0' + (row.currency ?? ''), row.loss_low != null ? t('range', { low: num(row.loss_low), high: num(row.loss_high), unit: row.currency ?? '' }) : null] : null,
    ]),
    section(t('balance'), balanceBar(row), balanceTable(row), days ? balanceCharts(row, days) : el('p.note', null, t('no_days'))),
  ];
  const second = [
    section(t('found_parts'), list(words(row.parts), t('no_parts'))),
    section(t('names'), list(words(row.shortlist), t('names_nobody'))),
    section(t('remarks'), list(words(row.remarks), t('nothing'))),
    section(t('not_seen'), el('p', null, coverage ? t('not_seen_says', { n: num(coverage.usage_points), interval: percent(coverage.share_interval), register: percent(coverage.share_register), unread: percent(coverage.share_unread) }) : t('nothing')), coverage?.smallest_detectable_kw != null ? el('p', null, t('smallest', { kw: kw(coverage.smallest_detectable_kw) })) : null),
    section(t('listed_here'), el('p.note', null, t('listed_here_says')), list(under.slice(0, 40).map((suspect) => [el('a', { href: caseLink(suspect.usage_point) }, suspect.usage_point), `: ${word(suspect.finding)}, ${kw(suspect.hidden_kw)}, ${t('probability').toLowerCase()} ${share(suspect.probability)}`]), t('nobody_listed'))),
    likely ? section(t('energy_and_money'), el('p.formula', null, t('node_formula', { kwh: num(row.unmetered_kwh), low: num(row.unmetered_kwh_low), high: num(row.unmetered_kwh_high) })), amounts(row)) : null,
  ];
  return [first.filter(Boolean), second.filter(Boolean)];
}

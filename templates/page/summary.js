// The first view: what was judged and found, what a probability means and what it does not, and where the run is blind.

const run = DATA.run;

function runFacts() {
  return [
    [t('period'), run.period ? `${date(run.period[0])} \u2013 ${date(run.period[1])}` : '\u2013'],
    [t('time_zone'), run.timezone.startsWith('none given') ? t('no_time_zone') : run.timezone],
    [t('program'), 'darkload ' + run.version],
    [t('seed'), String(run.seed)],
  ];
}

function inputsTable() {
  return el('table.small.inputs', null, el('caption', null, t('inputs')), el('thead', null, el('tr', null, [t('file'), t('rows'), 'SHA-256'].map((name, i) => el('th', { scope: 'col', class: i === 1 ? 'right' : null }, name)))),
    el('tbody', null, run.inputs.map((input) => el('tr', null, el('th', { scope: 'row' }, word(input.role) + ': ' + input.path), el('td.right', null, num(input.rows)), el('td.digest', null, input.sha256)))));
}

function summaryView() {
  const suspects = rowsOf('suspects'), nodes = rowsOf('nodes'), total = DATA.tables.suspects.total;
  const likely = nodes.filter((node) => node.probability >= 0.5 && node.pattern != null);
  const energy = suspects.reduce((sum, row) => sum + (row.hidden_kwh ?? 0), 0);
  const currencies = [...new Set(suspects.map((row) => row.currency).filter(Boolean))];
  const atStake = suspects.reduce((sum, row) => sum + (row.loss_energy ?? 0) + (row.loss_fee ?? 0), 0);
  return [
    el('h1', { tabindex: '-1' }, t('summary')),
    facts([
      [t('judged'), num(run.usagePoints), t('readings_used', { n: num(run.readings), registers: num(run.registerReadings) })],
      [t('listed'), num(total), t('listed_short')],
      [t('expected_innocents'), num(DATA.expectedInnocents, 1), total ? t('of_listed', { share: percent(DATA.expectedInnocents / total, 1) }) : null],
      [t('likely_nodes'), num(likely.length), t('of_balanced', { n: num(nodes.length) })],
      [t('hidden_energy'), kwh(energy), t('of_listed_points')],
      currencies.length === 1 ? [t('at_stake'), num(atStake) + '\u00a0' + currencies[0], t('before_recovery')] : null,
    ]),
    el('p.claim', null, t('what_a_line_claims'), ' ', el('strong', null, t('no_guilt'))),
    el('div.pair', null, section(t('means'), list([t('means_1'), t('means_2'), t('means_3')])), section(t('means_not'), list([t('means_not_1'), t('means_not_2'), t('means_not_3'), t('means_not_4')]))),
    section(t('how_far'), listChart(suspects), otherPriors()),
    blindSpots(),
    section(t('caveats'), list([...run.notes.map(say), run.pseudonymised ? t('pseudonymised') : null, t('rejects_says', { n: num(run.rejects) })].filter(Boolean)), faultKinds()),
    section(t('prior'), el('p', null, t('prior_says')), priorTable()),
    section(t('provenance'), facts(runFacts()), inputsTable(), el('p.note', null, t('repeat'))),
  ].filter(Boolean);
}

function otherPriors() {
  if (!run.otherPriors.length) return null;
  return el('p', null, t('other_priors'), ' ', run.otherPriors.map((other) => t('other_prior', { factor: num(other.factor, other.factor < 1 ? 1 : 0), listed: num(other.listed) })).join('; ') + '.');
}

/** Where nothing could have been found. */
function blindSpots() {
  const nodes = rowsOf('coverage'), lines = [];
  const blind = nodes.filter((node) => !node.balance_metered && node.kind === 'transformer');
  const transformers = nodes.filter((node) => node.kind === 'transformer');
  if (!nodes.length) lines.push(t('blind_no_grid'));
  if (blind.length) lines.push(t('blind_nodes', { n: num(blind.length), of: num(transformers.length), points: num(blind.reduce((sum, node) => sum + node.usage_points, 0)) }));
  const unread = transformers.reduce((sum, node) => sum + (node.share_unread ?? 0) * node.usage_points, 0);
  if (unread >= 1) lines.push(t('blind_unread', { n: num(unread) }));
  const screened = DATA.tables.screening.total;
  if (screened) lines.push(t('blind_screening', { n: num(screened) }));
  const smallest = finite(transformers.map((node) => node.smallest_detectable_kw ?? NaN));
  if (smallest.length) lines.push(t('blind_smallest', { kw: kw(median(smallest)) }));
  const best = nodes.filter((node) => words(node.remarks).length > 1 && !node.balance_metered).sort((a, b) => b.usage_points - a.usage_points)[0];
  if (best) lines.push(t('best_place', { node: best.node, n: num(best.usage_points) }));
  lines.push(t('blind_lawful'));
  return section(t('blind'), list(lines));
}

function faultKinds() {
  const told = Object.entries(DATA.faultCounts).sort((a, b) => b[1] - a[1]).map(([kind, n]) => `${word(kind)} ${num(n)}`);
  return el('p', null, told.length ? t('faults_say', { kinds: told.join(', ') }) : t('no_faults'));
}

function priorTable() {
  return el('div.scroll', null, el('table.small', null, el('caption', null, t('prior')), el('thead', null, el('tr', null, [t('stratum'), t('points'), t('prior_share'), t('used_share')].map((name, i) => el('th', { scope: 'col', class: i ? 'right' : null }, name)))),
    el('tbody', null, run.prevalence.map((row) => el('tr', null, el('th', { scope: 'row' }, say(row.stratum)), el('td.right', null, num(row.usagePoints)), el('td.right', null, percent(row.prior, 2)), el('td.right', null, percent(row.prevalence, 2)))))));
}

function dataView() {
  const part = (name) => (DATA.tables[name]?.total ? section(t('table_' + name), tableView(name)) : null);
  return [el('h1', { tabindex: '-1' }, t('data')), part('regions'), part('coverage'), part('cleared'), part('screening'), part('faults'), section(t('provenance'), facts(runFacts()), inputsTable())].filter(Boolean);
}

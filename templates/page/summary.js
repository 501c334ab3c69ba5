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

/** Who comes next where nobody is listed, and what would decide about each. */
function candidates() {
  return DATA.candidates.length ? [el('h3', null, t('candidates')), list(words(DATA.candidates))] : [];
}

/** What was found, where, how much, how sure, and what is new; with what it does not say. */
function found() {
  const head = DATA.headline, claim = el('p.claim', null, t('what_a_line_claims'), ' ', t('what_a_node_claims'), ' ', el('strong', null, t('no_guilt')));
  if (!head.total) return [el('p', null, el('strong', null, t('nothing_found'))), ...candidates(), claim];
  const money = (sum) => num(sum.amount) + '\u00a0' + sum.currency;
  return [
    facts([
      [t('head_cases'), num(head.total), t('cases_nothing', { n: num(head.innocents, 1) })],
      [t('new_cases'), num(head.new), t('new_cases_says', { days: num(head.newDays), began: num(head.began) })],
      [t('power_found'), kw(head.kw), t('while_running')],
      [t('energy_found'), kwh(head.kwh), t('in_the_period')],
      ...head.atStake.map((sum) => [t('at_stake'), money(sum), t('at_stake_range', { low: num(sum.low), high: num(sum.high) })]),
    ]),
    claim,
    headTable(head),
    head.unclaimed ? el('p.note', null, t('unclaimed', { n: num(head.unclaimed) })) : null,
    ...candidates(),
    head.total > head.cases.length ? el('p', null, el('a', { href: '#worklist' }, t('all_cases', { n: num(head.total) }))) : null,
  ];
}

/** What has become of cases since the month before; nothing where there is no month before. */
function changes() {
  const cases = DATA.tables.cases ? rowsOf('cases') : [];
  if (!cases.some((row) => row.months > 1)) return null;
  const told = cases.filter((row) => row.status !== 'continuing' && row.last_month === cases.reduce((last, other) => (other.last_month > last ? other.last_month : last), ''));
  const counts = Object.entries(told.reduce((counts, row) => ({ ...counts, [row.status]: (counts[row.status] ?? 0) + 1 }), {}));
  const titles = ['status', 'case', 'id', 'address', 'kw_before', 'kw', 'probability', 'moved_from'];
  const cell = (row, column, i) => el(i > 3 && i < 7 ? 'td.right' : 'td', null, column === 'id' && rankOf(row.id) != null ? el('a', { href: caseLink(row.id) }, row.id) : shown(column, row[column], column === 'status' ? 'word' : typeof row[column] === 'number' ? 'real' : 'text', row));
  return section(t('changes'), el('p', null, counts.length ? counts.map(([status, n]) => `${word(status)} ${num(n)}`).join(', ') : t('changes_none')),
    told.length ? el('div.scroll', null, el('table.small', null, el('thead', null, el('tr', null, titles.map((column, i) => el('th', { scope: 'col', class: i > 3 && i < 7 ? 'right' : null }, texts().titles[column] ?? column)))), el('tbody', null, told.slice(0, 50).map((row) => el('tr', null, titles.map((column, i) => cell(row, column, i))))))) : null);
}

function headTable(head) {
  const titles = ['#', t('head_what'), t('head_where'), t('head_power'), t('head_energy'), head.atStake.length ? t('at_stake') : null, t('probability'), t('start')];
  const right = [true, false, false, true, true, true, true, false];
  const cell = (place, ...inside) => el(right[place] ? 'td.right' : 'td', null, inside);
  return el('div.scroll', null, el('table.found', null, el('caption', null, t('head_cases')),
    el('thead', null, el('tr', null, titles.map((title, place) => (title == null ? null : el('th', { scope: 'col', class: right[place] ? 'right' : null }, title))))),
    el('tbody', null, head.cases.map((one) => el('tr', null, cell(0, num(one.rank)),
      cell(1, word(one.what), one.pattern ? el('small', null, word(one.pattern)) : null), cell(2, ...whereOf(one)),
      cell(3, kw(one.kw), one.kwLow == null || one.kwHigh == null ? null : el('small', null, between(one.kwLow, one.kwHigh, 'kw'))), cell(4, kwh(one.kwh)),
      head.atStake.length ? cell(5, one.amount == null ? '\u2013' : num(one.amount) + '\u00a0' + (one.currency ?? '')) : null, cell(6, share(one.probability)),
      cell(7, one.since ? date(one.since) : t('from_the_first_reading'), one.isNew ? el('strong.new', null, t('new')) : null))))));
}

/** The place of a case, each meter and the node a link to its page. */
function whereOf(one) {
  const links = one.members.slice(0, 3).map(([id]) => (rankOf(id) == null ? el('span', null, id) : el('a', { href: caseLink(id) }, id)));
  if (one.members.length > 3) links.push(t('and_more', { n: num(one.members.length - 3) }));
  if (one.node) links.push(el('a', { href: nodeLink(one.node[0]) }, `${word(one.node[1])} ${one.node[0]}`));
  const named = one.members.some(([id]) => id === one.place) || one.node?.[0] === one.place;
  return [...links.flatMap((link, place) => (place ? [', ', link] : [link])), el('small', null, [named ? null : one.place, one.city].filter(Boolean).join(', '))];
}

function summaryView() {
  const suspects = rowsOf('suspects'), nodes = rowsOf('nodes'), total = DATA.tables.suspects.total;
  const likely = nodes.filter((node) => node.probability >= 0.5 && node.pattern != null);
  return [
    el('h1', { tabindex: '-1' }, t('summary')),
    ...run.warnings.map((warning) => el('p', { role: 'alert' }, el('strong', null, '\u26a0 ', say(warning)))),
    changes(),
    ...found(),
    facts([
      [t('judged'), num(run.usagePoints), t('readings_used', { n: num(run.readings), registers: num(run.registerReadings) })],
      [t('listed'), num(total), t('listed_short')],
      [t('expected_innocents'), num(DATA.expectedInnocents, 1), total ? t('of_listed', { share: percent(DATA.expectedInnocents / total, 1) }) : null],
      [t('likely_nodes'), num(likely.length), t('of_balanced', { n: num(nodes.length) })],
    ]),
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

/** Every family of evidence: question, statistic, null, needs, source. */
function methodAnnex() {
  const parts = ['question', 'statistic', 'null', 'needs', 'source'];
  return section(t('methods'), el('p', null, t('methods_says')), texts().methods.map((method) => [el('h3', null, entry(method.family)), el('dl.method', null, parts.map((part) => [el('dt', null, t('method_' + part)), el('dd', null, method[part])]))]));
}

function dataView() {
  const part = (name) => (DATA.tables[name]?.total ? section(t('table_' + name), tableView(name)) : null);
  return [el('h1', { tabindex: '-1' }, t('data')), part('regions'), part('trends'), part('cases'), part('hitrate'), part('billing'), part('coverage'), part('cleared'), part('screening'), part('faults'), methodAnnex(), section(t('provenance'), facts(runFacts()), inputsTable())].filter(Boolean);
}

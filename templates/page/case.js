// The dossier of one usage point: drawn when it is opened, from what the run has found. It claims an inconsistency of data, and says so first.

function caseOf(rank) {
  const rows = rowsOf('suspects');
  return rows.find((row) => row.rank === Number(rank)) ?? null;
}

function caseView(rank) {
  const row = caseOf(rank);
  if (!row) return [el('p', null, t('unknown_case'))];
  const last = rowsOf('suspects').length;
  const turn = el('nav.turn', { 'aria-label': t('cases') },
    row.rank > 1 ? el('a', { href: '#case/' + (row.rank - 1), rel: 'prev' }, '\u2190 ' + t('previous_case')) : null,
    el('a', { href: '#suspects' }, t('back_to_list')),
    row.rank < last ? el('a', { href: '#case/' + (row.rank + 1), rel: 'next' }, t('next_case') + ' \u2192') : null,
    el('button', { type: 'button', 'data-print': 'case', onclick: () => printCases([row]) }, t('print_case')));
  return [turn, ...caseContent(row)];
}

/** Everything about a case, for the screen and for paper. */
function caseContent(row) {
  const place = row.rank - 1, dossier = DATA.dossiers[place] ?? {}, picture = pictureOf(place);
  return [
    el('h1', { tabindex: '-1' }, t('case_title', { rank: num(row.rank), id: row.usage_point })),
    el('p.place', null, [row.address, row.city, row.tariff_class].filter(Boolean).join(', ')),
    el('p.claim', null, claim(row), ' ', el('strong', null, t('no_guilt'))),
    figures(row),
    picture ? section(t('load'), picture.hours ? carpet(picture, row) : el('p.note', null, t(DATA.dossiers[place].coarse ? 'no_hours' : 'no_carpet')), dayChart(picture, row, dossier), el('div.pair', null, picture.hours ? courseChart(picture, row) : null, weatherChart(picture, row))) : section(t('load'), el('p.note', null, t('not_drawn'))),
    evidence(row, place),
    lookAlikes(row),
    faultsOf(row.usage_point),
    nodeOf(row),
    money(row),
    law(row),
    provenance(),
  ].filter(Boolean);
}

function claim(row) {
  const values = { pattern: row.pattern ? word(row.pattern) : '', kw: kw(row.hidden_kw), range: between(row.hidden_kw_low, row.hidden_kw_high, 'kw'), since: since(row) };
  return t('claim_' + row.finding, values);
}

const since = (row) => (row.since ? t('since', { day: date(row.since) }) : t('from_the_first_reading'));

function figures(row) {
  const low = row.loss_low, high = row.loss_high;
  return facts([
    [t('probability'), share(row.probability), t('probability_short')],
    [t('innocents_down_to_here'), percent(row.q_value, 1), t('innocents_short')],
    [t('hidden_power'), kw(row.hidden_kw), between(row.hidden_kw_low, row.hidden_kw_high, 'kw')],
    [t('start'), row.since ? date(row.since) : t('from_the_first_reading'), row.since_low && row.since_low !== row.since_high ? t('range', { low: date(row.since_low), high: date(row.since_high), unit: '' }) : null],
    [t('hidden_energy'), kwh(row.hidden_kwh), t('in_the_period')],
    row.loss_energy != null || row.loss_fee != null ? [t('at_stake'), num((row.loss_energy ?? 0) + (row.loss_fee ?? 0)) + '\u00a0' + (row.currency ?? ''), low != null ? t('range', { low: num(low), high: num(high), unit: row.currency ?? '' }) : null] : null,
  ]);
}

function evidence(row, place) {
  const llr = DATA.llr[place];
  const column = (key, said, none) => el('div', null, el('h3', null, t(key)), list(said, none));
  return section(t('evidence'), llr ? evidenceChart(llr) : null, DATA.logOdds[place] != null ? el('p', null, t('log_odds', { value: (DATA.logOdds[place] > 0 ? '+' : '') + num(DATA.logOdds[place], 2) })) : null,
    el('div.pair.lists', null, column('speaks_for', words(row.evidence_for), t('nothing')), column('speaks_against', words(row.evidence_against), t('nothing'))),
    el('div', null, el('h3', null, t('not_possible')), list(words(row.tests_missing), t('all_possible'))));
}

/** Lawful loads that were asked about, and what would disprove the finding on site. */
function lookAlikes(row) {
  if (row.finding === 'under_registration') return section(t('rule_out'), el('p', null, t('disproof_' + disproof(row))));
  const resembles = words(row.evidence_against).filter((_, i) => isResemblance(row.evidence_against[i]));
  return section(t('look_alikes'), resembles.length ? list(resembles) : el('p', null, t('resembles_none')), el('p', null, t('asked_about', { names: DATA.lookAlikes.map(word).join(', ') })), el('h3', null, t('rule_out')), el('p', null, t('disproof_' + disproof(row))));
}

const isResemblance = (said) => Array.isArray(said) && DATA.phraseKeys[said[0]] === 'resembles';
const disproof = (row) => (['scheduled', 'staircase', 'scaled', 'interrupted'].includes(row.pattern) ? row.pattern : row.finding === 'under_registration' ? 'meter' : 'constant');

function faultsOf(id) {
  const rows = rowsOf('faults').filter((fault) => fault.usage_point === id);
  return section(t('data_faults'), list(rows.map((fault) => [el('strong', null, word(fault.fault)), fault.from ? ` (${date(fault.from)}${fault.to && fault.to !== fault.from ? ' \u2013 ' + date(fault.to) : ''})` : '', ': ', words(fault.detail).join('; ')]), t('no_faults')));
}

/** The balance of the node that feeds the meter. */
function nodeOf(row) {
  if (!row.node) return null;
  const node = rowsOf('nodes').find((node) => node.node === row.node);
  if (!node) return section(t('feeding_node'), el('p', null, t('node_blind', { node: row.node })));
  return section(t('feeding_node'), el('p', null, t('node_line', { node: node.node, kind: word(node.kind), p: share(node.probability), kw: kw(node.unmetered_kw), range: between(node.unmetered_kw_low, node.unmetered_kw_high, 'kw') }), ' ', nodeLink(node.node) ? el('a.screen', { href: nodeLink(node.node) }, t('open_node')) : null), balanceTable(node));
}

/** Energy and money, each with its formula. */
function money(row) {
  const hours = row.hidden_kw > 0 ? row.hidden_kwh / row.hidden_kw : null;
  const lines = [];
  if (hours != null) lines.push(el('p.formula', null, t('energy_formula', { kw: num(row.hidden_kw, 3), hours: num(hours), kwh: num(row.hidden_kwh, 1) })));
  lines.push(...amounts(row));
  return section(t('energy_and_money'), lines);
}

/** Amounts with their derivation, as far as the run has them. */
function amounts(row) {
  if (row.loss_energy == null && row.loss_fee == null) return [el('p', null, t('no_tariff'))];
  const currency = row.currency ?? '';
  const line = (key, value) => (value == null ? null : el('tr', null, el('th', { scope: 'row' }, titleOf(key)), el('td.right', null, num(value, 2) + '\u00a0' + currency)));
  const trail = ['loss_formula', 'derivation', 'loss_derivation', 'formula'].filter((column) => row[column] != null);
  return [el('table.small', null, el('caption', null, t('amounts')), el('tbody', null, MONEY.map((key) => line(key, row[key])))), trail.length ? el('h3', null, t('derivation')) : null, trail.map((column) => list(words(row[column])))];
}

/** Licences and published criteria. */
function law(row) {
  const criteria = ['criteria', 'criteria_met'].find((column) => row[column] != null);
  const licence = ['licence', 'licence_status', 'licence_verdict', 'licence_match'].filter((column) => row[column] != null).map((column) => titleOf(column) + ': ' + words(row[column]).join('; '));
  return section(t('licence_and_criteria'), licence.length ? list(licence) : el('p', null, t('no_licence')), 'criteria' in row || 'criteria_met' in row ? [el('h3', null, t('criteria')), list(criteria ? words(row[criteria]) : [], t('no_criteria')), el('p.note', null, t('criteria_inform'))] : null);
}

/** Where the numbers come from, so that somebody else can make them again. */
function provenance() {
  return section(t('provenance'), facts(runFacts()), inputsTable());
}

// The dossier of one usage point: drawn when it is opened, from what the run has found. It claims an inconsistency of data, and says so first.

/** A case less likely than this is on the list because a list of that length was asked for: nothing is claimed of it. */
const LEAST_CLAIM = 0.1;
const isClaimed = (row) => row.probability == null || row.probability >= LEAST_CLAIM;

const caseOf = (id) => rowOf('suspects', 'usage_point', id);
const caseTitle = (row) => t('case_title', { rank: num(row.rank), id: row.usage_point });

function caseView(id) {
  const row = caseOf(id);
  if (!row) return [el('h1', { tabindex: '-1' }, t('cases')), el('p', null, t('unknown_case', { id }))];
  const rows = rowsOf('suspects'), before = rows[row.rank - 2], after = rows[row.rank];
  const turn = el('nav.turn', { 'aria-label': t('cases') },
    before ? el('a', { href: caseLink(before.usage_point), rel: 'prev' }, '\u2190 ' + t('previous_case')) : null,
    el('a', { href: '#suspects' }, t('back_to_list')),
    after ? el('a', { href: caseLink(after.usage_point), rel: 'next' }, t('next_case') + ' \u2192') : null,
    el('button', { type: 'button', 'data-print': 'case', onclick: () => printPaper([casePaper(row)]) }, t('print_case')));
  return [turn, ...caseContent(row)];
}

/** Everything about a case, for the screen. */
function caseContent(row) {
  const place = row.rank - 1;
  return [
    el('h1', { tabindex: '-1' }, caseTitle(row)),
    ...opening(row),
    historyOf(row.usage_point),
    section(t('load'), pictures(row)),
    evidence(row, place),
    lookAlikes(row),
    faultsOf(row.usage_point),
    nodeOf(row),
    money(row),
    law(row),
    provenance(),
  ].filter(Boolean);
}

/** Where it is, what is claimed, and the figures of the claim. */
function opening(row) {
  return [
    el('p.place', null, [row.address, row.city, row.tariff_class && word(row.tariff_class)].filter(Boolean).join(', ')),
    el('p.claim', null, claim(row), isClaimed(row) ? [' ', el('strong', null, t('no_guilt'))] : null),
    figures(row),
  ];
}

/** The load as it was read: hour by hour, day by day, over the day and over the temperature. */
function pictures(row) {
  const place = row.rank - 1, dossier = DATA.dossiers[place] ?? {}, picture = pictureOf(place);
  if (!picture) return [el('p.note', null, t('not_drawn'))];
  return [picture.hours ? carpet(picture, row) : el('p.note', null, t(dossier.coarse ? 'no_hours' : 'no_carpet')), dayChart(picture, row, dossier), el('div.pair', null, picture.hours ? courseChart(picture, row) : null, weatherChart(picture, row))];
}

/** What a case was from month to month, and what stands beside it. */
function historyOf(id) {
  const months = DATA.caseHistory[id], own = DATA.tables.cases ? rowsOf('cases').find((row) => row.id === id) : null;
  if (!months || (months.length < 2 && !(own?.notes ?? []).length && !own?.inspected)) return null;
  const visit = own?.inspected ? el('p', null, `${texts().titles.inspected}: ${date(own.inspected)}, ${word(own.outcome)}`) : null;
  return section(t('history'), el('table.small', null, el('caption', null, own?.case ?? ''), el('tbody', null, months.map(([of, status, p, power]) => el('tr', null, el('th', { scope: 'row' }, month(of)), el('td', null, word(status)), el('td.right', null, share(p)), el('td.right', null, kw(power)))))), visit, (own?.notes ?? []).length ? list(words(own.notes)) : null);
}

function claim(row) {
  if (!isClaimed(row)) return t('claim_unlikely', { p: share(row.probability), kw: kw(row.hidden_kw), range: between(row.hidden_kw_low, row.hidden_kw_high, 'kw') });
  const values = { pattern: row.pattern ? word(row.pattern) : '', kw: kw(row.hidden_kw), range: between(row.hidden_kw_low, row.hidden_kw_high, 'kw'), since: since(row) };
  return t('claim_' + row.finding, values);
}

const since = (row) => (row.since ? t('since', { day: date(row.since) }) : t('from_the_first_reading')) + (row.until ? t('until', { day: date(row.until) }) : '');

function figures(row) {
  const low = row.loss_low, high = row.loss_high;
  return facts([
    [t('probability'), shareOf(row), [statedBy(row) ?? t('probability_short'), row.stability != null && state.paper ? `${titleOf('stability')}: ${stabilityOf(row)}` : null].filter(Boolean).join('; ')],
    row.stability != null && !state.paper ? [titleOf('stability'), stabilityOf(row), t('stability_short')] : null,
    [t('innocents_down_to_here'), percent(row.q_value, 1), t('innocents_short')],
    [t(isClaimed(row) ? 'hidden_power' : 'asked_power'), kw(row.hidden_kw), between(row.hidden_kw_low, row.hidden_kw_high, 'kw')],
    [t('start'), row.since ? date(row.since) : t('from_the_first_reading'), row.since_low && row.since_low !== row.since_high ? t('range', { low: date(row.since_low), high: date(row.since_high), unit: '' }) : null],
    [t(isClaimed(row) ? 'hidden_energy' : 'asked_energy'), kwh(row.hidden_kwh), t('in_the_period')],
    row.loss_energy != null || row.loss_fee != null ? [t('at_stake'), num((row.loss_energy ?? 0) + (row.loss_fee ?? 0)) + '\u00a0' + (row.currency ?? ''), low != null ? t('range', { low: num(low), high: num(high), unit: row.currency ?? '' }) : null] : null,
  ]);
}

/** In how many repetitions with other seeds it is listed. */
const stabilityOf = (row) => t('times_of', { k: num(Math.round(row.stability * DATA.run.repetitions)), n: num(DATA.run.repetitions) });
/** What other seeds would list otherwise is not told to three digits. */
const STEADY = 0.8;
const shareOf = (row) => (row.stability != null && row.stability < STEADY && row.probability != null ? '\u2248\u2009' + num(row.probability, 1) : share(row.probability));

/** A probability that is a setting and not learned says so, with the setting's name. */
function statedBy(row) {
  const setting = { licence_exceeded: 'licence_exceeded', under_registration: 'under_registration' }[row.finding];
  const stated = setting && DATA.run.stated[setting];
  return stated != null && Math.abs(stated - row.probability) < 0.0006 ? t('probability_stated', { setting: 'stated.' + setting, value: num(stated, 2) }) : null;
}

/** The first fact of a message among facts, also within others; null where none is. */
function factIn(facts, message) {
  for (const fact of facts ?? []) {
    if (!Array.isArray(fact)) continue;
    if (fact[0] === message) return fact;
    const within = factIn(fact.slice(1).map((part) => (Array.isArray(part) && part[0] === 'f' ? part[1] : null)), message);
    if (within) return within;
  }
  return null;
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
  const resembles = words((row.evidence_against ?? []).filter(isResemblance));
  return section(t('look_alikes'), resembles.length ? list(resembles) : el('p', null, t('resembles_none')), el('p', null, t('asked_about', { names: DATA.lookAlikes.map(word).join(', ') })), el('h3', null, t('rule_out')), el('p', null, t('disproof_' + disproof(row))));
}

const isResemblance = (fact) => Array.isArray(fact) && DATA.parts[fact[0]]?.includes('look_alike');
const disproof = (row) => (['scheduled', 'staircase', 'scaled', 'interrupted'].includes(row.pattern) ? row.pattern : row.finding === 'under_registration' ? 'meter' : 'constant');

function faultsOf(id) {
  const rows = rowsOf('faults').filter((fault) => fault.usage_point === id);
  return section(t('data_faults'), list(rows.map((fault) => [el('strong', null, word(fault.fault)), fault.from ? ` (${date(fault.from)}${fault.to && fault.to !== fault.from ? ' \u2013 ' + date(fault.to) : ''})` : '', ': ', words(fault.detail).join('; ')]), t('no_faults')));
}

/** The balance of the node that feeds the meter. */
function nodeOf(row, table = balanceTable) {
  if (!row.node) return null;
  const node = rowOf('nodes', 'node', row.node);
  if (!node) return section(t('feeding_node'), el('p', null, t('node_blind', { node: row.node })));
  return section(t('feeding_node'), el('p', null, t('node_line', { node: node.node, kind: word(node.kind), p: share(node.probability), kw: kw(node.unmetered_kw), range: between(node.unmetered_kw_low, node.unmetered_kw_high, 'kw') }), ' ', nodeLink(node.node) ? el('a.screen', { href: nodeLink(node.node) }, t('open_node')) : null), table(node));
}

/** Energy and money, each with its formula. */
function money(row) {
  // A load that grew in steps ran at less than it draws now: the power here is its mean over the hours that were counted.
  const hours = row.hidden_hours > 0 ? row.hidden_hours : null;
  const lines = [];
  if (hours != null) lines.push(el('p.formula', null, t('energy_formula', { kw: num(row.hidden_kwh / hours, 3), hours: num(hours), kwh: num(row.hidden_kwh, 1) })));
  lines.push(...amounts(row));
  return section(t('energy_and_money'), lines);
}

/** Amounts with their derivation, step by step. */
function amounts(row) {
  const steps = rowsOf('money').filter((step) => step.id === (row.usage_point ?? row.node) && (step.level === 'node') === !row.usage_point);
  if (row.loss_energy == null && row.loss_fee == null && !steps.length) return [el('p', null, t('no_tariff'))];
  const currency = row.currency ?? '', range = (low, high) => (low == null ? '' : t('range', { low: num(low), high: num(high), unit: '' }));
  const line = (key, value, low, high) => (value == null ? null : el('tr', null, el('th', { scope: 'row' }, titleOf(key)), el('td.right', null, num(value, 2) + '\u00a0' + currency), el('td.right', null, range(low, high))));
  const total = (row.loss_energy ?? 0) + (row.loss_fee ?? 0);
  if (state.paper) {
    const told = [['loss_energy', row.loss_energy, row.loss_energy_low, row.loss_energy_high], ['loss_fee', row.loss_fee, row.loss_fee_low, row.loss_fee_high], ['at_stake', total, row.loss_low, row.loss_high]];
    return [el('p', null, told.filter(([, value]) => value != null).map(([key, value, low, high]) => `${key === 'at_stake' ? t(key) : titleOf(key)}: ${num(value, 2)}\u00a0${currency}${low == null ? '' : ' (' + range(low, high).trim() + ')'}`).join('; ') + '.'), steps.length ? derivation(steps) : null];
  }
  return [el('table.small', null, el('caption', null, t('amounts')), el('tbody', null, line('loss_energy', row.loss_energy, row.loss_energy_low, row.loss_energy_high), line('loss_fee', row.loss_fee, row.loss_fee_low, row.loss_fee_high), row.loss_energy != null || row.loss_fee != null ? el('tr', null, el('th', { scope: 'row' }, t('at_stake')), el('td.right', null, num(total, 2) + '\u00a0' + currency), el('td.right', null, range(row.loss_low, row.loss_high))) : null)), steps.length ? derivation(steps) : null];
}

function derivation(steps) {
  const price = (step) => (step.price_per_kwh == null ? '' : num(step.price_per_kwh, 2) + (step.tax_share ? ' \u00d7 (1 + ' + num(step.tax_share, 2) + ')' : ''));
  const rule = (step) => [step.tariff_class && word(step.tariff_class), words(step.detail).join('; ')].filter(Boolean).join(': ');
  const heads = [['step', 1], ['what', 0], ['from', 1], ['to', 1], ['kwh', 1], ['price_per_kwh', 1], ['amount', 1], ...(state.paper ? [] : [['detail', 0]])];
  return el('div.scroll', null, el('table.small', null, el('caption', null, t('derivation') + '. ' + t('derivation_says')),
    el('thead', null, el('tr', null, heads.map(([name, right]) => el('th', { scope: 'col', class: right ? 'right' : null }, titleOf(name))))),
    el('tbody', null, steps.map((step) => el('tr', null, el('td.right', null, num(step.step)), el('td', null, word(step.what), state.paper && rule(step) ? ': ' + rule(step) : null), el('td.right', null, date(step.from)), el('td.right', null, date(step.to)), el('td.right', null, num(step.kwh, 1)), el('td.right', null, price(step)), el('td.right', null, step.amount == null ? '' : num(step.amount, 2) + '\u00a0' + (step.currency ?? '')), state.paper ? null : el('td', null, rule(step)))))));
}

/** Licences and published criteria. */
function law(row) {
  if (state.paper) return section(t('licence_and_criteria'), el('p', null, row.licence == null ? t('no_licence') : [row.licence, row.licence_status && word(row.licence_status)].filter(Boolean).join(', ') + '.', ' ', t('criteria') + ': ', (row.criteria ?? []).length ? words(row.criteria).join('; ') + '.' : t('no_criteria'), ' ', t('criteria_inform')));
  const found = row.licence == null ? null : facts([[titleOf('licence'), row.licence], row.licence_status ? [titleOf('licence_status'), word(row.licence_status)] : null, row.licence_match ? [titleOf('licence_match'), word(row.licence_match)] : null]);
  return section(t('licence_and_criteria'), found ?? el('p', null, t('no_licence')), el('h3', null, t('criteria')), list(words(row.criteria), t('no_criteria')), el('p.note', null, t('criteria_inform')));
}

/** Where the numbers come from, so that somebody else can make them again. */
function provenance() {
  return section(t('provenance'), facts(runFacts()), inputsTable());
}

// Paper: a case on two pages, its number and its data at the head of both; the digests of all files once, on the last page of what is printed.
const MOST_ON_PAPER = 100;
/** So many files are told below the signatures of a single case; more have a page of their own. */
const FEW_FILES = 8;

function printMany(found) {
  return el('p.tools', null, el('button', { type: 'button', 'data-print': 'many', onclick: () => printPaper(found().slice(0, MOST_ON_PAPER).map(casePaper)) }, t('print_many', { n: num(Math.min(MOST_ON_PAPER, found().length)) })));
}

/** A case as two pages: what was found and its picture; then what it rests on, what it comes to, and who signs. */
function casePaper(row) {
  const paper = () => [
    el('div.leaf', null, el('h1', null, caseTitle(row)), opening(row), pictures(row), nodeOf(row, balanceLine)),
    el('div.leaf.dense', null, historyOf(row.usage_point), grounds(row), money(row), law(row), signatures(['signs_prepared', 'signs_inspected', 'signs_customer'])),
  ];
  return { title: caseTitle(row), paper };
}

function nodePaper(row) {
  const title = t('node_title', { kind: word(row.kind), id: row.node });
  const paper = () => {
    const [first, second] = nodeParts(row);
    return [el('div.leaf', null, el('h1', null, title), first), el('div.leaf.dense', null, second, signatures(['signs_prepared', 'signs_inspected']))];
  };
  return { title, paper };
}

/** For, against, not testable, and what would disprove it, with the ledger in a line. */
function grounds(row) {
  const place = row.rank - 1, llr = DATA.llr[place], odds = DATA.logOdds[place];
  const signed = (value) => (value > 0 ? '+' : '') + num(value, 2);
  const entries = (llr ?? []).map((value, at) => (value == null || Math.abs(value) < 0.005 ? null : `${entry(DATA.families[at])} ${signed(value)}`)).filter(Boolean);
  const column = (key, said) => el('div', null, el('h3', null, t(key)), list(said, t('nothing')));
  const missing = words(row.tests_missing), faults = rowsOf('faults').filter((fault) => fault.usage_point === row.usage_point);
  return section(t('evidence'),
    odds == null ? null : el('p.ledger', null, t('ledger', { entries: entries.join('; '), sum: signed(odds), p: share(row.probability) })),
    el('div.pair.lists', null, column('speaks_for', words(row.evidence_for)), column('speaks_against', words(row.evidence_against))),
    el('p', null, el('strong', null, t('not_possible') + ': '), missing.length ? missing.join('; ') : t('all_possible')),
    el('p', null, el('strong', null, t('data_faults') + ': '), faults.length ? faults.map((fault) => `${word(fault.fault)}: ${words(fault.detail).join('; ')}`).join('. ') : t('no_faults')),
    row.finding === 'under_registration' ? null : el('p', null, el('strong', null, t('look_alikes') + ': '), t('asked_about', { names: DATA.lookAlikes.map(word).join(', ') })),
    el('p', null, el('strong', null, t('rule_out') + ': '), t('disproof_' + disproof(row))));
}

/** The balance of a node in a line. */
function balanceLine(row) {
  if (!(row.supplied_kwh > 0)) return el('p.note', null, t('no_balance'));
  return el('p', null, balanceParts(row).map(([name, value]) => `${t(name)} ${kwh(value)} (${percent(value / row.supplied_kwh, 1)})`).join('; ') + '.');
}

/** Room for those who sign. */
function signatures(who) {
  const line = (name) => el('tr', null, el('th', { scope: 'row' }, t(name)), el('td'), el('td'), el('td'));
  const heads = ['signs_who', 'signs_name', 'signs_signature', 'signs_day'];
  return el('section.signatures', null, el('p', null, t('signs_result')), el('table', null, el('thead', null, el('tr', null, heads.map((name) => el('th', { scope: 'col' }, t(name))))), el('tbody', null, who.map(line))));
}

/** Where the numbers come from, at the end of what is printed. */
function lastPage() {
  return el('div.digests', null, el('h2', null, t('provenance')), el('p', null, runFacts().map(([name, value]) => `${name}: ${value}`).join('; ') + '. ' + t('repeat')), inputsTable());
}

/** Builds the paper, prints it and takes it away again. */
function printPaper(sheets) {
  showPaper(sheets);
  window.print();
  if (!window.keepPaper) clearPaper();
}

const clearPaper = () => document.getElementById('paper').replaceChildren();

/** The head of a table is repeated on every page by the browser. */
function showPaper(sheets) {
  state.paper = true;
  const period = run.period ? `${date(run.period[0])} \u2013 ${date(run.period[1])}` : '';
  const isShort = sheets.length === 1 && run.inputs.length <= FEW_FILES;
  const made = sheets.map(({ title, paper }) => sheet(title, period, [paper(), isShort ? lastPage() : null]));
  if (!isShort) made.push(sheet(t('provenance'), period, lastPage()));
  document.getElementById('paper').replaceChildren(...made);
  state.paper = false;
}

function sheet(title, period, content) {
  return el('table.sheet', null,
    el('thead', null, el('tr', null, el('td', null, el('div.head', null, el('strong', null, title), el('span', null, t('paper_data', { period }) + (run.synthetic ? ' \u00b7 ' + t('synthetic_short') : '')))))),
    el('tfoot', null, el('tr', null, el('td', null, el('div.foot', null, t('paper_foot', { version: run.version }))))),
    el('tbody', null, el('tr', null, el('td', null, content))));
}

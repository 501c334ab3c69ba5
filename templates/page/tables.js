// Tables of the result: sorted, filtered and shown a hundred lines at a time, so that thousands of lines stay quick.
const LINES = 100;
/** So many lines of a list go on paper. */
const PRINTED = 1000;
/** Draws each table of the view for paper, or again for the screen. */
const printable = new Set();
const MONEY = ['loss_energy', 'loss_fee', 'loss_low', 'loss_high'];
const AMOUNTS = [...MONEY, 'loss_energy_low', 'loss_energy_high', 'loss_fee_low', 'loss_fee_high', 'expected_recovery', 'amount'];

/** What is shown of each table at first, and which columns can be chosen from a list. */
const VIEWS = {
  suspects: { columns: ['rank', 'usage_point', 'address', 'city', 'tariff_class', 'finding', 'pattern', 'probability', 'stability', 'q_value', 'hidden_kw', 'since', 'hidden_kwh', 'loss_energy'], choose: ['finding', 'pattern', 'city', 'tariff_class', 'licence_status'], open: (row) => caseLink(row.usage_point), id: 'usage_point' },
  addresses: { columns: ['rank', 'address', 'city', 'usage_points', 'probability', 'hidden_kw', 'hidden_kwh', 'expected_recovery', 'crew', 'licence', 'findings'], choose: ['city'], id: 'address' },
  worklist: { columns: ['rank', 'level', 'id', 'city', 'probability', 'kw', 'kwh', 'expected_kwh', 'expected_recovery', 'crew', 'findings'], choose: ['level', 'city'], open: (row) => (row.level === 'node' ? nodeLink(row.id) : null), id: 'id' },
  nodes: { columns: ['rank', 'node', 'kind', 'parent', 'probability', 'supplied_kwh', 'metered_kwh', 'technical_loss_kwh', 'unmetered_kwh', 'unmetered_kw', 'unmetered_kw_low', 'unmetered_kw_high', 'pattern', 'since', 'coverage'], choose: ['kind', 'pattern'], open: (row) => nodeLink(row.node), id: 'node' },
  regions: { columns: null, choose: ['level'], id: 'region' },
  cleared: { columns: null, choose: ['look_alike'], id: 'usage_point' },
  cases: { columns: ['case', 'status', 'id', 'address', 'first_month', 'months', 'probability', 'probability_before', 'kw', 'kw_before', 'since', 'moved_from', 'moved_to', 'inspected', 'outcome', 'notes'], choose: ['status', 'level'], id: 'id' },
  billing: { columns: null, choose: ['finding', 'node'], id: 'usage_point' },
  trends: { columns: null, choose: ['level', 'region', 'month'], id: 'region' },
  hitrate: { columns: null, choose: ['class', 'pattern'], id: 'class' },
  coverage: { columns: null, choose: ['kind'], id: 'node' },
  screening: { columns: ['rank', 'usage_point', 'address', 'city', 'tariff_class', 'evidence_for', 'tests_missing'], choose: ['city', 'tariff_class'], id: 'usage_point' },
  faults: { columns: null, choose: ['fault'], id: 'usage_point' },
};
const SHARES = ['probability', 'q_value', 'probability_before'];
const PERCENTS = ['coverage', 'share', 'share_low', 'share_high', 'stated_from', 'stated_to', 'share_interval', 'share_register', 'share_unread'];

/** One cell for the eye. */
function shown(column, value, kind, row) {
  if (value == null) return '';
  if (kind === 'word' || column === 'tariff_class' || column === 'class') return word(value);
  if (column.endsWith('_month') || column === 'month') return month(value);
  if (column === 'stability') return stabilityOf(row);
  if (column === 'probability') return shareOf(row);
  if (SHARES.includes(column)) return share(value);
  if (PERCENTS.includes(column)) return percent(value);
  if (AMOUNTS.includes(column)) return num(value) + (row.currency ? '\u00a0' + row.currency : '');
  if (kind === 'day') return date(value);
  if (kind === 'flag') return t(value ? 'yes' : 'no');
  if (kind === 'real') return num(value, Math.abs(value) < 1000 ? (column.endsWith('kwh') ? 0 : 1) : 0);
  if (kind === 'integer') return num(value);
  if (kind === 'words') return words(value).join('; ');
  return String(value);
}

/** What is said of a listed usage point leads to its dossier. */
function linked(fact) {
  const id = Array.isArray(fact) && DATA.parts[fact[0]]?.[0] === 'usage_point' ? fact[1] : null;
  const rank = id == null ? null : rankOf(id), text = say(fact);
  return rank == null || !text.startsWith(id) ? text : [el('a', { href: caseLink(id) }, id), text.slice(id.length)];
}

const rankOf = (() => { let ranks = null; return (id) => (ranks ??= new Map(rowsOf('suspects').map((row) => [row.usage_point, row.rank]))).get(id) ?? null; })();

const isNumeric = (kind) => kind === 'real' || kind === 'integer' || kind === 'share';

/** A table with its filters; what was typed and sorted is remembered while the page is open. */
const tableStates = {};
function tableView(name) {
  const table = DATA.tables[name], view = VIEWS[name];
  const kinds = Object.fromEntries(table.columns.map((column, i) => [column, table.kinds[i]]));
  // Repetitions have a column where there were any.
  const wanted = (view.columns ?? []).filter((column) => table.columns.includes(column) && (column !== 'stability' || DATA.run.repetitions > 0));
  const order = [...wanted, ...table.columns.filter((column) => !wanted.includes(column))];
  const own = (tableStates[name] ??= { sort: null, down: false, page: 0, text: '', chosen: {}, least: '', columns: new Set(view.columns ? wanted : order) });
  const rows = rowsOf(name);
  const count = el('p.count', { role: 'status', 'aria-live': 'polite' });
  const body = el('tbody'), head = el('thead'), pager = el('nav.pager', { 'aria-label': t('pages') + ': ' + t('table_' + name) });
  let found = rows;

  // Text is compared as it is read, in the language of the page; made once a row.
  const haystack = new Map();
  const textOf = (row) => { if (!haystack.has(row)) haystack.set(row, table.columns.map((column) => shown(column, row[column], kinds[column], row)).join(' ').toLowerCase()); return haystack.get(row); };

  function find() {
    const text = own.text.trim().toLowerCase(), least = Number.parseFloat(own.least.replace(',', '.'));
    found = rows.filter((row) => Object.entries(own.chosen).every(([column, value]) => !value || String(row[column] ?? '') === value) && (!Number.isFinite(least) || (row.probability ?? -1) >= least) && (!text || textOf(row).includes(text)));
    if (own.sort) {
      const sign = own.down ? -1 : 1, key = (row) => row[own.sort];
      const compare = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(Array.isArray(a) ? words(a) : a).localeCompare(String(Array.isArray(b) ? words(b) : b), state.language, { numeric: true }));
      found = [...found].sort((a, b) => { const [x, y] = [key(a), key(b)]; return x == null ? (y == null ? 0 : 1) : y == null ? -1 : sign * compare(x, y); });
    }
    own.page = Math.min(own.page, Math.max(0, Math.ceil(found.length / LINES) - 1));
    draw();
  }

  function draw(paper = false) {
    const most = paper ? PRINTED : LINES;
    const columns = order.filter((column) => own.columns.has(column));
    head.replaceChildren(el('tr', null, columns.map((column) => el('th', { scope: 'col', class: isNumeric(kinds[column]) ? 'right' : null, 'aria-sort': own.sort === column ? (own.down ? 'descending' : 'ascending') : 'none' },
      el('button', { type: 'button', title: texts().meanings[name + '.' + column] ?? texts().meanings[column] ?? DATA.meanings[name]?.[column] ?? '', onclick: () => { own.down = own.sort === column ? !own.down : SHARES.includes(column) || kinds[column] === 'real'; own.sort = column; own.page = 0; find(); head.querySelector(`[data-column="${column}"]`)?.focus(); }, 'data-column': column }, titleOf(column), el('span.arrow', { 'aria-hidden': 'true' }, own.sort === column ? (own.down ? ' \u25bc' : ' \u25b2') : ''))))));
    const from = paper ? 0 : own.page * LINES;
    body.replaceChildren(...found.slice(from, from + most).map((row) => line(row, columns)));
    count.textContent = t('lines', { shown: num(Math.min(most, found.length - from)), found: num(found.length), all: num(rows.length) }) + (table.total > rows.length ? ' ' + t('cut', { total: num(table.total), file: name + '.csv' }) : '');
    pages();
  }

  function line(row, columns) {
    const to = view.open?.(row);
    return el('tr', { onclick: to ? (event) => { if (!event.target.closest('a') && !String(window.getSelection())) go(to); } : null, class: to ? 'opens' : null }, columns.map((column) => {
      const text = shown(column, row[column], kinds[column], row);
      if (column === 'region' && !row.region) return el('th', { scope: 'row' }, t('no_city'));
      if (column === view.id) return el('th', { scope: 'row' }, to ? el('a', { href: to }, text) : text);
      if (column === 'address' && row.usage_point && name === 'suspects') return el('td', null, text);
      if (column === 'node' && row.node) return el('td', null, nodeLink(row.node) ? el('a', { href: nodeLink(row.node) }, text) : text);
      if (column === 'probability' && row[column] != null) return el('td.right.bar', null, el('span.meter', { style: `--share:${(100 * row[column]).toFixed(1)}%`, 'aria-hidden': 'true' }), text);
      if (column === 'stability' && row.stability != null && row.stability < STEADY) return el('td.right', null, text, el('strong.new', null, t('unstable')));
      return el('td', { class: isNumeric(kinds[column]) ? 'right' : kinds[column] === 'words' ? 'long' : kinds[column] === 'day' ? 'right' : column === 'finding' || column === 'address' ? 'wide' : null }, kinds[column] === 'words' ? list((row[column] ?? []).map(linked)) : text);
    }));
  }

  function pages() {
    const last = Math.max(0, Math.ceil(found.length / LINES) - 1);
    const step = (to, text, off) => el('button', { type: 'button', disabled: off, onclick: () => { own.page = to; draw(); } }, text);
    pager.replaceChildren(...(last ? [step(0, t('first'), own.page === 0), step(own.page - 1, t('previous'), own.page === 0), el('span', null, t('page_of', { page: num(own.page + 1), pages: num(last + 1) })), step(own.page + 1, t('next'), own.page === last), step(last, t('last'), own.page === last)] : []));
  }

  const choose = (column) => {
    const values = [...new Set(rows.map((row) => row[column]).filter((value) => value != null))].sort();
    if (values.length < 2 || values.length > 60) return null;
    return el('label', null, titleOf(column), ' ', el('select', { 'data-choose': column, onchange: (event) => { own.chosen[column] = event.target.value; own.page = 0; find(); } }, el('option', { value: '' }, t('any')), values.map((value) => el('option', { value, selected: own.chosen[column] === String(value) }, kinds[column] === 'word' || column === 'tariff_class' || column === 'class' ? word(value) : value))));
  };
  const filters = el('form.filters', { role: 'search', 'aria-label': t('search') + ': ' + t('table_' + name), onsubmit: (event) => event.preventDefault() },
    el('label', null, t('search'), ' ', el('input', { type: 'search', value: own.text, 'data-search': name, oninput: (event) => { own.text = event.target.value; own.page = 0; find(); } })),
    view.choose.filter((column) => table.columns.includes(column)).map(choose),
    table.columns.includes('probability') && rows.some((row) => row.probability != null) ? el('label', null, t('least_probability'), ' ', el('input.short', { inputmode: 'decimal', value: own.least, oninput: (event) => { own.least = event.target.value; own.page = 0; find(); } })) : null,
    el('details.columns', null, el('summary', null, t('columns')), el('fieldset', null, el('legend', null, t('columns_shown')), order.map((column) => el('label', null, el('input', { type: 'checkbox', checked: own.columns.has(column), onchange: (event) => { if (event.target.checked) own.columns.add(column); else own.columns.delete(column); draw(); } }), ' ', titleOf(column))))));
  printable.add(draw);
  find();
  return [filters, count, name === 'suspects' && found.length ? printMany(() => found) : null, el('div.scroll', { tabindex: '0', role: 'region', 'aria-label': t('table_' + name) }, el('table', null, el('caption', null, t('table_' + name)), head, body)), pager];
}

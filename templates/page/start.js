// Views by the part of the address behind #, language, theme, keys.
const ROUTES = [
  ['summary', summaryView], ['suspects', () => listView('suspects')], ['addresses', () => listView('addresses')], ['worklist', () => listView('worklist')],
  ['nodes', () => listView('nodes')], ['map', mapView], ['data', dataView],
];

function listView(name) {
  const heading = el('h1', { tabindex: '-1' }, t(name));
  const none = name === 'nodes' ? 'no_nodes' : 'no_lines';
  return [heading, el('p', null, t(name + '_says')), ...(DATA.tables[name].total ? tableView(name) : [el('p.claim', null, t(none))])];
}

function go(to) { window.location.hash = to; }

/** A view and the id it is about; ids are written as addresses need it. */
function routeOf(hash) {
  const [name, ...rest] = (hash.slice(1) || 'summary').split('/');
  let id = rest.join('/');
  try { id = decodeURIComponent(id); } catch { /* not written by this page: taken as it stands */ }
  return [name, id];
}

/** Where the reader was in each entry of the browser's history, and in each view. */
const read = { entry: null, entries: new Map(), views: new Map(), made: 0 };
window.history.scrollRestoration = 'manual';
window.addEventListener('scroll', () => { read.entries.set(read.entry, window.scrollY); read.views.set(state.route, window.scrollY); }, { passive: true });

/** The place to show of the entry that is entered: where the reader left it, or left the list that a case was opened from. */
function placeOf(route) {
  const known = window.history.state?.entry, from = state.route;
  read.entry = known ?? `${performance.timeOrigin}-${++read.made}`;
  if (known != null) return read.entries.get(known) ?? 0;
  try { window.history.replaceState({ entry: read.entry }, ''); } catch { /* denied: the place is the top */ }
  return /^(case|node)\//.test(from) && !/^(case|node)\//.test(route) ? read.views.get(route) ?? 0 : 0;
}

function show(focus) {
  const route = window.location.hash.slice(1) || 'summary', [name, id] = routeOf(window.location.hash);
  const started = performance.now(), from = state.route, place = placeOf(route);
  redrawMap = null;
  printable.clear();
  const content = name === 'case' ? caseView(id) : name === 'node' ? nodeView(id) : (ROUTES.find(([known]) => known === name) ?? ROUTES[0])[1]();
  const main = document.getElementById('main');
  main.replaceChildren(...content.flat(3).filter(Boolean));
  state.route = route;
  document.body.classList.toggle('wide', name !== 'case' && name !== 'node');
  chrome();
  window.scrollTo(0, place);
  // Who comes back stands where he left: on the line of the case that he looked at.
  const left = [...main.querySelectorAll('.scroll a')].find((link) => link.getAttribute('href') === '#' + from);
  if (focus) (left ?? main.querySelector('h1'))?.focus({ preventScroll: true });
  window.drawn = { route, ms: performance.now() - started };
}

/** Head of the page: title, sections, language, theme. */
function chrome() {
  document.documentElement.lang = state.language;
  const [name, id] = routeOf('#' + state.route), node = name === 'node' ? rowOf('nodes', 'node', id) : null, suspect = name === 'case' ? caseOf(id) : null;
  const own = suspect ? caseTitle(suspect) : node ? t('node_title', { kind: word(node.kind), id }) : name === 'summary' ? null : ROUTES.some(([known]) => known === name) ? t(name) : null;
  document.title = [own, t('title') + (run.period ? ` ${date(run.period[0])} \u2013 ${date(run.period[1])}` : '')].filter(Boolean).join(' \u00b7 ');
  const near = { case: 'suspects', node: 'nodes' }[name] ?? name;
  const count = (view) => (view in DATA.tables ? ` (${num(DATA.tables[view].total)})` : '');
  document.getElementById('skip').textContent = t('skip');
  document.getElementById('brand').replaceChildren(el('strong', null, t('title')), el('span', null, run.period ? `${date(run.period[0])} \u2013 ${date(run.period[1])}` : ''));
  document.getElementById('synthetic').setAttribute('aria-label', t('synthetic_short'));
  document.getElementById('synthetic').replaceChildren(...(run.synthetic ? [el('p', null, t('synthetic'))] : []));
  document.getElementById('sections').setAttribute('aria-label', t('sections'));
  document.getElementById('sections').replaceChildren(...ROUTES.map(([view]) => el('a', { href: '#' + view, 'aria-current': view === near ? 'page' : null }, t(view) + (['suspects', 'addresses', 'worklist', 'nodes'].includes(view) ? count(view) : ''))));
  const languages = el('select', { id: 'language', 'aria-label': t('language'), onchange: (event) => { state.language = event.target.value; kept.set('language', state.language); show(false); document.getElementById('language').focus(); } }, Object.entries(TEXTS).map(([code, own]) => el('option', { value: code, lang: code, selected: code === state.language }, own.name)));
  const theme = el('button', { type: 'button', id: 'theme', onclick: turnTheme }, t('theme_' + (document.documentElement.dataset.theme ?? 'auto')));
  document.getElementById('tools').replaceChildren(languages, theme);
  document.getElementById('ending').replaceChildren(el('p', null, t('ending', { version: run.version })), el('p', null, t('keys')));
}

function turnTheme() {
  const root = document.documentElement, next = { auto: 'light', light: 'dark', dark: 'auto' }[root.dataset.theme ?? 'auto'];
  if (next === 'auto') delete root.dataset.theme; else root.dataset.theme = next;
  kept.set('theme', next);
  chrome();
  redrawMap?.();
  document.getElementById('theme').focus();
}

/** The letter of a key as a Latin keyboard has it: on a Russian or Kazakh layout the one at its place. */
function keyOf(event) {
  return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : /^Key[A-Z]$/.test(event.code) ? event.code[3].toLowerCase() : event.key;
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input, select, textarea, canvas')) return;
  if (event.key === '/' || (event.code === 'Slash' && !event.shiftKey)) { const search = document.querySelector('[data-search]'); if (search) { search.focus(); event.preventDefault(); } }
  if (event.key === 'Escape' && /^(case|node)/.test(state.route)) go(state.route.startsWith('case') ? '#suspects' : '#nodes');
  const turn = { j: 'next', k: 'prev' }[keyOf(event)];
  if (turn) document.querySelector(`.turn a[rel=${turn}]`)?.click();
});

window.addEventListener('hashchange', () => show(true));
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redrawMap?.());
// What the browser prints of an open case or node by its own menu is the same paper; of a list it is all lines that were found.
window.addEventListener('beforeprint', () => {
  const [name, id] = routeOf('#' + state.route);
  if (document.getElementById('paper').childElementCount) return;
  if (name === 'case' && caseOf(id)) showPaper([casePaper(caseOf(id))]);
  else if (name === 'node' && rowOf('nodes', 'node', id)) showPaper([nodePaper(rowOf('nodes', 'node', id))]);
  else printable.forEach((draw) => draw(true));
});
window.addEventListener('afterprint', () => { if (!window.keepPaper) clearPaper(); printable.forEach((draw) => draw(false)); });

const theme = kept.get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
const language = kept.get('language');
if (language in TEXTS) state.language = language;
show(false);

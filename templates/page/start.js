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

function show(focus) {
  const route = window.location.hash.slice(1) || 'summary', [name, id] = route.split('/');
  const started = performance.now();
  redrawMap = null;
  const content = name === 'case' ? caseView(id) : name === 'node' ? nodeView(id) : (ROUTES.find(([known]) => known === name) ?? ROUTES[0])[1]();
  const main = document.getElementById('main');
  main.replaceChildren(...content.flat(3).filter(Boolean));
  state.route = route;
  chrome();
  window.scrollTo(0, 0);
  if (focus) main.querySelector('h1')?.focus({ preventScroll: true });
  window.drawn = { route, ms: performance.now() - started };
}

/** Head of the page: title, sections, language, theme. */
function chrome() {
  document.documentElement.lang = state.language;
  document.title = t('title') + (run.period ? ` ${date(run.period[0])} \u2013 ${date(run.period[1])}` : '');
  const name = state.route.split('/')[0], near = { case: 'suspects', node: 'nodes' }[name] ?? name;
  const count = (view) => (view in DATA.tables ? ` (${num(DATA.tables[view].total)})` : '');
  document.getElementById('skip').textContent = t('skip');
  document.getElementById('brand').replaceChildren(el('strong', null, t('title')), el('span', null, run.period ? `${date(run.period[0])} \u2013 ${date(run.period[1])}` : ''));
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

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input, select, textarea, canvas')) return;
  if (event.key === '/') { const search = document.querySelector('[data-search]'); if (search) { search.focus(); event.preventDefault(); } }
  if (event.key === 'Escape' && /^(case|node)/.test(state.route)) go(state.route.startsWith('case') ? '#suspects' : '#nodes');
  const turn = { j: 'next', k: 'prev' }[event.key];
  if (turn) document.querySelector(`.turn a[rel=${turn}]`)?.click();
});

window.addEventListener('hashchange', () => show(true));
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redrawMap?.());
// What the browser prints of an open case or node by its own menu is the same paper.
window.addEventListener('beforeprint', () => {
  const [name, id] = state.route.split('/');
  if (document.getElementById('paper').childElementCount) return;
  if (name === 'case' && caseOf(id)) showPaper([{ id, title: t('case_title', { rank: num(Number(id)), id: caseOf(id).usage_point }), content: caseContent(caseOf(id)) }]);
});
window.addEventListener('afterprint', () => { if (!window.keepPaper) document.getElementById('paper').replaceChildren(); });

const theme = kept.get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
const language = kept.get('language');
if (language in TEXTS) state.language = language;
show(false);

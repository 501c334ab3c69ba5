// Paper: one case a set of pages, its number and the data it rests on at the head of every page, digests at the foot, page numbers by the style sheet.
const MOST_ON_PAPER = 100;

function printMany(found) {
  return el('p.tools', null, el('button', { type: 'button', 'data-print': 'many', onclick: () => printCases(found().slice(0, MOST_ON_PAPER)) }, t('print_many', { n: num(Math.min(MOST_ON_PAPER, found().length)) })));
}

function printCases(rows) {
  printPaper(rows.map((row) => ({ id: row.usage_point, title: t('case_title', { rank: num(row.rank), id: row.usage_point }), content: caseContent(row) })));
}

/** Builds the paper, prints it and takes it away again. The head of a table is repeated on every page by the browser. */
function printPaper(cases) {
  showPaper(cases);
  window.print();
  if (!window.keepPaper) document.getElementById('paper').replaceChildren();
}

function showPaper(cases) {
  const data = run.inputs.filter((input) => input.role === 'readings').map((input) => input.sha256.slice(0, 16)).join(', ');
  const period = run.period ? `${date(run.period[0])} \u2013 ${date(run.period[1])}` : '';
  document.getElementById('paper').replaceChildren(...cases.map((one) => el('table.sheet', null,
    el('thead', null, el('tr', null, el('td', null, el('div.head', null, el('strong', null, one.title), el('span', null, t('paper_data', { period }) + (run.synthetic ? ' \u00b7 ' + t('synthetic_short') : '')))))),
    el('tfoot', null, el('tr', null, el('td', null, el('div.foot', null, t('paper_foot', { version: run.version, digest: data }))))),
    el('tbody', null, el('tr', null, el('td', null, one.content))))));
}

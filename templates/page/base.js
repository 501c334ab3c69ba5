// Words, numbers, elements: what every part of the page is made with. Data and texts lie in the page itself; nothing is ever fetched.
const DATA = JSON.parse(document.getElementById('data').textContent);
const TEXTS = JSON.parse(document.getElementById('texts').textContent);
const SVG_SPACE = 'http://www.w3.org/2000/svg';
const state = { language: document.documentElement.lang in TEXTS ? document.documentElement.lang : 'en', route: '' };

/** What the browser keeps between visits; a page opened from a file may be denied that. */
const kept = {
  get(key) { try { return window.localStorage.getItem('darkload.' + key); } catch { return null; } },
  set(key, value) { try { window.localStorage.setItem('darkload.' + key, value); } catch { /* denied: the choice lasts as long as the page */ } },
};

const texts = () => TEXTS[state.language];

/** A text of the page with its placeholders filled in. */
function t(key, values = {}) {
  const text = texts().page[key];
  if (text === undefined) { console.error('no text for ' + key); return key; }
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

const word = (name) => (name == null ? '' : texts().words[name] ?? String(name).replaceAll('_', ' '));
/** Name of an entry of the ledger: a family of evidence or a step. */
const entry = (name) => texts().words['llr_' + name] ?? word(name);
const titleOf = (column) => texts().titles[column] ?? column.replaceAll('_', ' ');

/** Plural rules of the language for numbers of so many digits. */
const pluralOf = (() => {
  const made = {};
  return (value, digits) => (made[state.language + digits] ??= new Intl.PluralRules(state.language, { minimumFractionDigits: digits, maximumFractionDigits: digits })).select(value);
})();

/** A fact in words: text as it is, or [message, parts...] in the order that DATA.parts has. */
function say(fact) {
  if (typeof fact === 'string') return fact;
  const [message, ...parts] = fact, names = DATA.parts[message];
  const pieces = texts().messages[message] ?? TEXTS.en.messages[message];
  if (!pieces || !names) { console.error('no words for ' + message); return message; }
  return put(pieces, Object.fromEntries(names.flatMap((name, place) => [[name, name === 'class' && typeof parts[place] === 'string' ? word(parts[place]) : parts[place]], [name + '_is', parts[place]]])));
}

/** A message with its parts: texts, variables {v}, choices {s} among messages {c} by plural or word, else {d}. */
function put(pieces, parts) {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : piece.v ? told(parts[piece.v]) : put(chosen(piece, parts[piece.s]), parts))).join('');
}

function chosen(choice, part) {
  const own = Array.isArray(part) ? String(part[1]) : String(part);
  if (own in choice.c) return choice.c[own];
  const plural = typeof part === 'number' ? pluralOf(part, 0) : Array.isArray(part) && part[0] === 'n' ? pluralOf(Number(part[1].toFixed(part[2])), part[2]) : null;
  return choice.c[plural] ?? choice.c[choice.d];
}

/** A part of a fact: text, a count, or its kind and what it holds. */
function told(part) {
  if (part == null) return '';
  if (typeof part === 'string') return quoted(part);
  if (typeof part === 'number') return String(part).replace(/^-/, '\u2212');
  const [kind, value, digits, signed] = part;
  if (kind === 'w') return word(value);
  if (kind === 'd') return date(value);
  if (kind === 'f') return say(value);
  if (kind === 'l') return value.map(told).join(', ');
  const text = Math.abs(value).toFixed(digits), zero = Number(text) === 0;
  return (value < 0 && !zero ? '\u2212' : signed ? '+' : '') + text.replace('.', texts().decimal);
}

function date(iso) {
  if (!iso) return '';
  const [y, m, d] = iso.split('-');
  return texts().date.replace('{y}', y).replace('{m}', m).replace('{d}', d);
}

/** A month, `2025-04`. */
function month(iso) {
  const [y, m] = String(iso).split('-');
  return m ? texts().month.replace('{y}', y).replace('{m}', m) : String(iso);
}

/** A text from outside; stamps in it are written as the language writes days. */
const quoted = (text) => (state.language === 'en' ? text : text.replace(/\b(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::00)?)?(?=[Z+.,; )]|$)/g, (_, day, time) => date(day) + (time ? ' ' + time : '')));

const isoOf = (day) => new Date(day * 86400000).toISOString().slice(0, 10);
const dayOf = (iso) => Math.round(Date.parse(iso + 'T00:00:00Z') / 86400000);

/** A number with this many digits after the point, thousands apart. */
function num(value, digits = 0) {
  if (value == null || !Number.isFinite(value)) return '\u2013';
  const [whole, part] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, state.language === 'en' ? ',' : '\u202f');
  const zero = Number(Math.abs(value).toFixed(digits)) === 0;
  return (value < 0 && !zero ? '\u2212' : '') + grouped + (part ? texts().decimal + part : '');
}

/** A probability: close to certainty it is not rounded up to it. */
function share(value) {
  if (value == null) return '\u2013';
  if (value > 0.999) return '>' + num(0.999, 3);
  if (value < 0.001 && value > 0) return '<' + num(0.001, 3);
  return num(value, 3);
}

const percent = (value, digits = 0) => (value == null ? '\u2013' : num(100 * value, digits) + '\u202f%');
const kw = (value) => (value == null ? '\u2013' : num(value, Math.abs(value) < 100 ? 1 : 0) + '\u00a0' + t('kw'));
const kwh = (value) => (value == null ? '\u2013' : num(value) + '\u00a0' + t('kwh'));
const between = (low, high, unit) => (low == null || high == null ? '' : t('range', { low: num(low, Math.abs(high) < 100 ? 1 : 0), high: num(high, Math.abs(high) < 100 ? 1 : 0), unit: t(unit) }));

/** An element: tag with classes (`p.note`), attributes, children (texts, elements, lists; null is left out). */
function el(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  return dress(document.createElement(name), classes, attributes, children);
}

function svg(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  return dress(document.createElementNS(SVG_SPACE, name), classes, attributes, children);
}

function dress(element, classes, attributes, children) {
  if (classes.length) element.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value == null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child != null && child !== false));
  return element;
}

/** The address behind # of a case or a node: by its id, so that it stays the same from list to list. */
const caseLink = (id) => '#case/' + encodeURIComponent(id);
const nodeLink = (id) => (rowOf('nodes', 'node', id) ? '#node/' + encodeURIComponent(id) : null);

/** Figures with their names. */
function facts(pairs) {
  return el('dl.facts', null, pairs.filter(Boolean).map(([name, value, more]) => el('div', null, el('dt', null, name), el('dd', null, value, more ? el('small', null, more) : null))));
}

function section(title, ...children) {
  const inside = children.flat(3).filter(Boolean);
  return inside.length ? el('section', null, el('h2', null, title), inside) : null;
}

const list = (items, none) => (items.length ? el('ul', null, items.map((item) => el('li', null, item))) : none ? el('p', null, none) : null);

/** A table of the result as rows of objects, made when first asked for. */
const rowsOf = (() => {
  const made = {};
  return (name) => (made[name] ??= (() => {
    const table = DATA.tables[name];
    if (!table) return [];
    const count = table.cells.length ? table.cells[0].length : 0;
    return Array.from({ length: count }, (_, row) => Object.fromEntries(table.columns.map((column, place) => [column, table.cells[place][row]])));
  })());
})();

/** The first row of a table with this in this column; found by a map that is made when first asked for. */
const rowOf = (() => {
  const made = {};
  return (name, column, value) => (made[name + column] ??= new Map([...rowsOf(name)].reverse().map((row) => [row[column], row]))).get(value) ?? null;
})();

const words = (value) => (value == null ? [] : Array.isArray(value) ? value.map(say) : [say(value)]);

/** Levels written as letters of base 64, `width` letters each. */
function levels(letters, width) {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const value = new Uint8Array(128);
  for (let i = 0; i < 64; i++) value[ALPHABET.charCodeAt(i)] = i;
  const found = new Uint16Array(letters.length / width);
  for (let i = 0; i < found.length; i++) {
    let level = 0;
    for (let place = 0; place < width; place++) level = level * 64 + value[letters.charCodeAt(i * width + place)];
    found[i] = level;
  }
  return found;
}

/** Power of levels, kW; NaN where there is none. */
const powers = (found, top, highest) => Array.from(found, (level) => (level === 0 ? NaN : ((level - 1) / (highest - 1)) * top));

function pictureOf(place) {
  const picture = DATA.dossiers[place]?.picture;
  if (!picture) return null;
  const mean = powers(levels(picture.mean, 2), picture.topDay, 4095);
  const floor = powers(levels(picture.floor, 2), picture.topDay, 4095);
  const hours = picture.hours ? powers(levels(picture.hours, 1), picture.top, 63) : null;
  return { first: picture.first, top: picture.top, days: mean.length, mean, floor, hours };
}

const finite = (values) => values.filter(Number.isFinite);
function median(values) {
  const sorted = finite(values).sort((a, b) => a - b);
  return sorted.length ? (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2 : NaN;
}
const meanOf = (values) => { const there = finite(values); return there.length ? there.reduce((a, b) => a + b, 0) / there.length : NaN; };

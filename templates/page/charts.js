// Charts in SVG: axes, carpet, days, the day's course, weather, evidence, balances. Every chart has a sentence that says what it shows.

/** Round numbers from low to high, about `most` of them. */
function ticks(low, high, most = 5) {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= rough * 0.999);
  const found = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-6; tick += step) found.push(Math.abs(tick) < step / 1e6 ? 0 : tick);
  return { found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/** Days on which a label stands: firsts of months where there are enough, else evenly apart. */
function dayTicks(first, days, most = 8) {
  const firsts = [];
  for (let day = first; day < first + days; day++) if (isoOf(day).endsWith('-01')) firsts.push(day);
  if (firsts.length >= 3) { const each = Math.ceil(firsts.length / most); return firsts.filter((_, i) => i % each === 0); }
  const step = Math.max(1, Math.ceil(days / most));
  return Array.from({ length: Math.ceil(days / step) }, (_, i) => first + i * step);
}

/** A figure: the chart with its sentence, which is also what a screen reader says. */
function figure(title, sentence, chart, legend) {
  chart.setAttribute('role', 'img');
  chart.setAttribute('aria-label', title + '. ' + sentence);
  return el('figure', null, el('figcaption', null, el('strong', null, title), ' ', sentence), chart, legend ? el('div.legend', null, legend) : null);
}

const key = (kind, text) => el('span.key', null, svg('svg', { width: 26, height: 12, 'aria-hidden': 'true' }, svg('line.' + kind, { x1: 1, x2: 25, y1: 6, y2: 6 })), text);

/** Frame of a chart: scales and axes. x and y are [low, high]. */
function frame({ width = 860, height = 220, left = 58, right = 14, top = 12, bottom = 26, x, y, yName, dates, xName, xTicks }) {
  const inner = { x0: left, x1: width - right, y0: height - bottom, y1: top };
  const fx = (value) => inner.x0 + ((value - x[0]) / (x[1] - x[0] || 1)) * (inner.x1 - inner.x0);
  const fy = (value) => inner.y0 - ((Math.min(Math.max(value, y[0]), y[1]) - y[0]) / (y[1] - y[0] || 1)) * (inner.y0 - inner.y1);
  const root = svg('svg.chart', { viewBox: `0 0 ${width} ${height}` });
  const lines = ticks(y[0], y[1], Math.max(2, Math.round((height - top - bottom) / 42)));
  for (const tick of lines.found) {
    root.append(svg('line.grid', { x1: inner.x0, x2: inner.x1, y1: fy(tick), y2: fy(tick) }), svg('text.tick.end', { x: inner.x0 - 6, y: fy(tick) + 4 }, num(tick, lines.digits)));
  }
  if (yName) root.append(svg('text.tick', { x: 2, y: 10 }, yName));
  const across = dates ? dayTicks(dates.first, dates.days).map((day) => [day + 0.5, date(isoOf(day))]) : (xTicks ?? ticks(x[0], x[1], 8).found.map((tick) => [tick, num(tick)]));
  for (const [at, text] of across) {
    root.append(svg('line.tickmark', { x1: fx(at), x2: fx(at), y1: inner.y0, y2: inner.y0 + 4 }));
    const edge = fx(at) > inner.x1 - 30 ? 'end' : fx(at) < inner.x0 + 20 && dates ? 'start' : 'middle';
    root.append(svg('text.tick.' + edge, { x: fx(at), y: inner.y0 + 17 }, text));
  }
  if (xName) root.append(svg('text.tick.end', { x: inner.x1, y: height - 1 }, xName));
  return { root, fx, fy, inner };
}

/** Path through values; a missing one interrupts it. */
function path(points) {
  let text = '', open = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) { open = false; continue; }
    text += (open ? 'L' : 'M') + x.toFixed(1) + ' ' + y.toFixed(1);
    open = true;
  }
  return text;
}

/** Dark violet to yellow, even in brightness, so that it also prints in grey (fitted to the viridis map of matplotlib, CC0). */
const SCALE = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]];
function colour(share) {
  const at = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1), low = Math.min(Math.floor(at), SCALE.length - 2);
  return SCALE[low].map((part, i) => Math.round(part + (at - low) * (SCALE[low + 1][i] - part)));
}

/** The hours of all days as an image: a column a day, a row an hour. */
function carpetImage(picture) {
  const canvas = document.createElement('canvas');
  canvas.width = picture.days; canvas.height = 24;
  const context = canvas.getContext('2d');
  const image = context.createImageData(picture.days, 24);
  for (let day = 0; day < picture.days; day++) for (let hour = 0; hour < 24; hour++) {
    const kw = picture.hours[day * 24 + hour], at = 4 * ((23 - hour) * picture.days + day);
    const [r, g, b] = Number.isFinite(kw) ? colour(picture.top > 0 ? kw / picture.top : 0) : [150, 150, 150];
    image.data.set([r, g, b, Number.isFinite(kw) ? 255 : 60], at);
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

let gradients = 0;
function carpet(picture, row) {
  const height = state.paper ? 138 : 250;
  const { root, fx, fy, inner } = frame({ height, x: [picture.first, picture.first + picture.days], y: [0, 24], yName: t('hour'), dates: { first: picture.first, days: picture.days } });
  root.append(svg('image.pixels', { href: carpetImage(picture), x: inner.x0, y: inner.y1, width: inner.x1 - inner.x0, height: inner.y0 - inner.y1, preserveAspectRatio: 'none' }));
  start(root, row, fx, inner);
  // A gradient is found by its name in the whole page, and the same case may be there twice: on the screen and on paper.
  const id = 'scale' + ++gradients;
  const stops = SCALE.map(([r, g, b], i) => svg('stop', { offset: i / (SCALE.length - 1), 'stop-color': `rgb(${r},${g},${b})` }));
  const legend = el('span.key', null, num(0, 1) + ' ', svg('svg', { width: 160, height: 12, 'aria-hidden': 'true' }, svg('linearGradient', { id }, stops), svg('rect', { width: 160, height: 12, fill: `url(#${id})` })), ' ' + kw(picture.top), el('span.missing', null), t('carpet_missing'));
  const missing = picture.hours.filter((kw) => !Number.isFinite(kw)).length / picture.hours.length;
  return figure(t('carpet'), t('carpet_says', { days: num(picture.days), missing: percent(missing, 1) }), root, legend);
}

/** The start of the load: a line, and a band where it may lie. */
function start(root, row, fx, inner) {
  if (!row.since) return;
  const at = fx(dayOf(row.since));
  if (row.since_low && row.since_high && row.since_low !== row.since_high) {
    root.append(svg('rect.startband', { x: fx(dayOf(row.since_low)), width: Math.max(1, fx(dayOf(row.since_high) + 1) - fx(dayOf(row.since_low))), y: inner.y1, height: inner.y0 - inner.y1 }));
  }
  root.append(svg('line.startline.halo', { x1: at, x2: at, y1: inner.y1, y2: inner.y0 }), svg('line.startline', { x1: at, x2: at, y1: inner.y1, y2: inner.y0 }));
  const right = at > (inner.x0 + inner.x1) / 2;
  root.append(svg('text.startword.' + (right ? 'end' : 'start'), { x: at + (right ? -5 : 5), y: inner.y1 + 13 }, t('since_short', { day: date(row.since) })));
}

function dayChart(picture, row, dossier) {
  const top = Math.max(...finite(picture.mean), ...finite(picture.floor), dossier.peersMean ?? 0, 0.1) * 1.08;
  const { root, fx, fy, inner } = frame({ height: state.paper ? 138 : 220, x: [picture.first, picture.first + picture.days], y: [0, top], yName: t('kw'), dates: { first: picture.first, days: picture.days } });
  const level = (kind, kw, from, to) => kw != null && Number.isFinite(kw) && root.append(svg('line.' + kind, { x1: fx(from), x2: fx(to), y1: fy(kw), y2: fy(kw) }));
  const end = picture.first + picture.days;
  level('peermean', dossier.peersMean, picture.first, end);
  level('peerfloor', dossier.peersFloor, picture.first, end);
  if (dossier.contracted && dossier.contracted < top) level('contract', dossier.contracted, picture.first, end);
  const own = before(picture, row);
  if (own) level('own', own.mean, picture.first, dayOf(row.since));
  start(root, row, fx, inner);
  const points = (values) => path(values.map((kw, day) => [fx(picture.first + day + 0.5), fy(kw)].map((v, i) => (i && !Number.isFinite(kw) ? NaN : v))));
  root.append(svg('path.floor', { d: points(picture.floor) }), svg('path.mean', { d: points(picture.mean) }));
  const legend = [key('mean', t('day_mean')), key('floor', t('day_floor')), own ? key('own', t('own_before')) : null, dossier.peersMean != null ? key('peermean', t('peers_mean', { n: num(dossier.peers) })) : null, dossier.peersFloor != null ? key('peerfloor', t('peers_floor')) : null, dossier.contracted && dossier.contracted < top ? key('contract', t('contract')) : null];
  return figure(t('days'), daySays(picture, row, dossier), root, legend.filter(Boolean));
}

/** Mean and floor of the days before the load started; null where it was there from the start. */
function before(picture, row) {
  if (!row.since) return null;
  const count = dayOf(row.since) - picture.first;
  return count >= 3 ? { mean: median(picture.mean.slice(0, count)), floor: median(picture.floor.slice(0, count)) } : null;
}

function daySays(picture, row, dossier) {
  const own = before(picture, row), from = own ? dayOf(row.since) - picture.first : 0;
  const now = { mean: median(picture.mean.slice(from)), floor: median(picture.floor.slice(from)) };
  const parts = [];
  if (own) parts.push(t('days_before', { mean: kw(own.mean), floor: kw(own.floor) }));
  parts.push(t(own ? 'days_after' : 'days_all', { mean: kw(now.mean), floor: kw(now.floor) }));
  if (dossier.peersMean != null) parts.push(t('days_peers', { mean: kw(dossier.peersMean), floor: kw(dossier.peersFloor), n: num(dossier.peers) }));
  return parts.join(' ');
}

/** Median of every hour of the day over the days from..to. */
const course = (picture, from, to) => Array.from({ length: 24 }, (_, hour) => median(Array.from({ length: Math.max(0, to - from) }, (_, i) => picture.hours[(from + i) * 24 + hour])));

function courseChart(picture, row) {
  const from = row.since ? Math.max(0, dayOf(row.since) - picture.first) : 0;
  const after = course(picture, from, picture.days), early = from >= 3 ? course(picture, 0, from) : null;
  const top = Math.max(...finite(after), ...finite(early ?? []), 0.1) * 1.08;
  const { root, fx, fy } = frame({ width: 420, height: state.paper ? 155 : 230, left: 48, x: [0, 24], y: [0, top], yName: t('kw'), xTicks: [0, 6, 12, 18, 24].map((hour) => [hour, String(hour).padStart(2, '0') + ':00']) });
  const steps = (values) => path(values.flatMap((kw, hour) => [[fx(hour), Number.isFinite(kw) ? fy(kw) : NaN], [fx(hour + 1), Number.isFinite(kw) ? fy(kw) : NaN]]));
  if (early) root.append(svg('path.ownline', { d: steps(early) }));
  root.append(svg('path.mean', { d: steps(after) }));
  const night = meanOf(after.slice(1, 5)), noon = meanOf(after.slice(11, 16));
  return figure(t('course'), t('course_says', { night: kw(night), noon: kw(noon) }), root, [key('mean', t(early ? 'course_after' : 'course_all')), early ? key('ownline', t('course_before')) : null].filter(Boolean));
}

/** Daily mean and floor over temperature: heating follows it, a farm does not. */
function weatherChart(picture, row) {
  if (!DATA.temperatures.length) return null;
  const from = row.since ? dayOf(row.since) : picture.first;
  const points = DATA.temperatures.map(([day, celsius]) => ({ celsius, mean: picture.mean[day - picture.first], floor: picture.floor[day - picture.first], late: day >= from })).filter((point) => Number.isFinite(point.mean));
  const late = points.filter((point) => point.late);
  if (late.length < 7) return null;
  const warm = points.map((point) => point.celsius), top = Math.max(...points.map((point) => point.mean), 0.1) * 1.08;
  const { root, fx, fy } = frame({ width: 420, height: state.paper ? 155 : 230, left: 48, bottom: 38, x: [Math.floor(Math.min(...warm)), Math.ceil(Math.max(...warm))], y: [0, top], yName: t('kw'), xName: t('celsius') });
  for (const point of points) {
    root.append(svg(point.late ? 'circle.meandot' : 'circle.olddot', { cx: fx(point.celsius), cy: fy(point.mean), r: 2.6 }));
    if (point.late && Number.isFinite(point.floor)) root.append(svg('circle.floordot', { cx: fx(point.celsius), cy: fy(point.floor), r: 2 }));
  }
  // One number for the response: the one that the evidence tells.
  const told = factIn([...(row.evidence_for ?? []), ...(row.evidence_against ?? [])], 'weather-follows');
  return figure(t('weather'), t('weather_says') + (told ? ' ' + t('weather_told', { what: say(told) }) : ''), root, [el('span.key', null, el('i.dot.meandot'), t('day_mean')), el('span.key', null, el('i.dot.floordot'), t('day_floor'))]);
}

/** Steps of the ledger that are no families of evidence. */
const STEPS = ['together', 'prior', 'books', 'address', 'balance', 'lawful', 'small', 'licence', 'named', 'recalibration', 'inspection'];

/** Log-odds of every family as bars to the right (for) and to the left (against). */
function evidenceChart(llr) {
  // A step that had nothing to say is no test that the data did not allow.
  const rows = DATA.families.map((family, place) => ({ family, llr: llr[place] })).filter((row) => row.llr != null || !STEPS.includes(row.family));
  const most = Math.max(2, ...rows.map((row) => Math.abs(row.llr ?? 0))) * 1.25;
  const height = 30 + 24 * rows.length, middle = 470, half = 300;
  const root = svg('svg.chart', { viewBox: `0 0 860 ${height}` });
  root.append(svg('text.tick.end', { x: middle - 8, y: 12 }, '\u2190 ' + t('against')), svg('text.tick', { x: middle + 8, y: 12 }, t('for') + ' \u2192'));
  rows.forEach((row, place) => {
    const y = 24 + 24 * place;
    root.append(svg('text.label', { x: 2, y: y + 13 }, entry(row.family)));
    if (row.llr == null) { root.append(svg('text.tick', { x: middle + 6, y: y + 13 }, t('not_testable'))); return; }
    const size = (Math.abs(row.llr) / most) * half, x = row.llr < 0 ? middle - size : middle;
    root.append(svg(row.llr < 0 ? 'rect.con' : 'rect.pro', { x, y: y + 2, width: Math.max(size, 0.5), height: 15 }));
    root.append(svg('text.tick' + (row.llr < 0 ? '.end' : ''), { x: row.llr < 0 ? x - 5 : x + size + 5, y: y + 13 }, (row.llr > 0 ? '+' : '') + num(row.llr, 2)));
  });
  root.append(svg('line.zero', { x1: middle, x2: middle, y1: 18, y2: height - 4 }));
  const told = rows.filter((row) => row.llr != null).map((row) => `${entry(row.family)} ${row.llr > 0 ? '+' : ''}${num(row.llr, 2)}`).join(', ');
  const chart = figure(t('odds'), t('odds_says'), root);
  root.setAttribute('aria-label', t('odds') + ': ' + told);
  return chart;
}

/** Expected share of innocents over the length of the list. */
function listChart(rows) {
  const known = rows.filter((row) => row.q_value != null);
  if (known.length < 3) return null;
  const { root, fx, fy } = frame({ height: 190, bottom: 38, x: [1, known.length], y: [0, Math.max(0.1, ...known.map((row) => row.q_value)) * 1.1], xName: t('list_length') });
  root.append(svg('path.mean', { d: path(known.map((row) => [fx(row.rank), fy(row.q_value)])) }));
  return figure(t('list_chart'), t('list_chart_says', { n: num(known.length), q: percent(known[known.length - 1].q_value, 1) }), root);
}

/** A node's days: what flowed in and was metered, and below what is left over. */
function balanceCharts(row, days) {
  const first = days.day[0], count = days.day[days.day.length - 1] - first + 1;
  const byDay = (values) => { const all = new Array(count).fill(NaN); days.day.forEach((day, i) => { all[day - first] = values[i]; }); return all; };
  const supplied = byDay(days.supplied), metered = byDay(days.metered), technical = byDay(days.technical.map((kw, i) => kw + (days.declared[i] ?? 0))), rest = byDay(days.unmetered);
  const lost = metered.map((kw, day) => kw + technical[day]);
  const dates = { first, days: count }, x = [first, first + count];
  const line = (chart, kind, values) => chart.root.append(svg('path.' + kind, { d: path(values.map((kw, day) => [chart.fx(first + day + 0.5), Number.isFinite(kw) ? chart.fy(kw) : NaN])) }));
  const flows = frame({ x, y: [0, Math.max(...finite(supplied), ...finite(lost), 0.1) * 1.05], yName: t('kw'), dates, height: 190 });
  line(flows, 'lost', lost); line(flows, 'metered', metered); line(flows, 'supplied', supplied);
  // A day that a wrong meter bends would make all others flat: the scale holds the middle 94 % and as much beside, what lies beyond is drawn at its edge.
  const sorted = finite(rest).sort((a, b) => a - b), at = (part) => sorted[Math.round(part * (sorted.length - 1))], spread = Math.max(at(0.97) - at(0.03), 0.1);
  const low = Math.min(0, Math.max(sorted[0], at(0.03) - spread)), high = Math.max(Math.min(sorted[sorted.length - 1], at(0.97) + spread), row.unmetered_kw_high ?? 0, 0.1);
  const beyond = sorted.filter((kw) => kw < low || kw > high).length;
  const left = frame({ x, y: [low * 1.05, high * 1.05], yName: t('kw'), dates, height: 190 });
  if (row.pattern && row.unmetered_kw_low != null) {
    const [top, bottom] = [left.fy(row.unmetered_kw_high), left.fy(row.unmetered_kw_low)];
    left.root.append(svg('rect.band', { x: left.inner.x0, width: left.inner.x1 - left.inner.x0, y: top, height: Math.max(1, bottom - top) }), svg('line.middle', { x1: left.inner.x0, x2: left.inner.x1, y1: left.fy(row.unmetered_kw), y2: left.fy(row.unmetered_kw) }));
  }
  left.root.append(svg('line.zero', { x1: left.inner.x0, x2: left.inner.x1, y1: left.fy(0), y2: left.fy(0) }));
  start(left.root, row, left.fx, left.inner);
  line(left, 'rest', rest);
  const said = { supplied: kw(meanOf(supplied)), metered: kw(meanOf(metered)), technical: kw(meanOf(technical)), rest: kw(meanOf(rest)) };
  return [figure(t('flows'), t('flows_says', said), flows.root, [key('supplied', t('supplied')), key('metered', t('metered')), key('lost', t('metered_and_lost'))]), figure(t('left_over_days'), t('left_over_says', said) + (beyond ? ' ' + t('beyond', { n: num(beyond) }) : ''), left.root, [key('rest', t('left_over')), row.pattern ? key('middle', t('found_level')) : null].filter(Boolean))];
}

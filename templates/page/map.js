// A map without a map server: suspects and nodes where their coordinates lie, with scale bar and north. Drawn on a canvas, so that thousands of points move at once.
const EARTH_M = 6371008.8;

/** Everything that has a place. */
function mapPoints() {
  const points = [];
  rowsOf('suspects').forEach((row) => {
    if (row.lat != null && row.lon != null) points.push({ lat: row.lat, lon: row.lon, kw: row.hidden_kw ?? 1, p: row.probability ?? 0, name: row.usage_point, more: [row.address, kw(row.hidden_kw), t('probability').toLowerCase() + ' ' + share(row.probability)].filter(Boolean).join(', '), to: caseLink(row.usage_point), node: false });
  });
  rowsOf('nodes').forEach((row, place) => {
    const at = DATA.nodePlaces[place];
    if (at) points.push({ lat: at[0], lon: at[1], kw: Math.max(row.unmetered_kw ?? 0, 0), p: row.probability ?? 0, name: word(row.kind) + ' ' + row.node, more: [row.pattern ? kw(row.unmetered_kw) : t('no_finding'), t('probability').toLowerCase() + ' ' + share(row.probability)].join(', '), to: nodeLink(row.node), node: true });
  });
  return points;
}

function mapView() {
  const points = mapPoints();
  const heading = el('h1', { tabindex: '-1' }, t('map'));
  if (!points.length) return [heading, el('p', null, t('no_places'))];
  const shownKinds = { cases: true, nodes: true, all: false };
  const canvas = el('canvas.map', { tabindex: '0', role: 'img', 'aria-label': t('map_says', { cases: num(points.filter((point) => !point.node).length), nodes: num(points.filter((point) => point.node).length) }) });
  const told = el('p.told', { role: 'status', 'aria-live': 'polite' }, t('map_help'));
  const mid = { lat: median(points.map((point) => point.lat)), lon: median(points.map((point) => point.lon)) };
  const rad = Math.PI / 180;
  // Metres east and north of the middle: true to a thousandth over a city.
  for (const point of points) { point.x = (point.lon - mid.lon) * rad * EARTH_M * Math.cos(mid.lat * rad); point.y = (point.lat - mid.lat) * rad * EARTH_M; }
  const view = { x: 0, y: 0, scale: 1 };
  let size = { width: 900, height: 560 }, under = null, chosen = -1;
  const visible = () => points.filter((point) => (point.node ? shownKinds.nodes && (shownKinds.all || point.p >= 0.5) : shownKinds.cases));

  function fit() {
    const seen = visible().length ? visible() : points;
    const xs = seen.map((point) => point.x), ys = seen.map((point) => point.y);
    const span = Math.max((Math.max(...xs) - Math.min(...xs)) / (size.width - 80), (Math.max(...ys) - Math.min(...ys)) / (size.height - 80), 0.02);
    Object.assign(view, { x: (Math.max(...xs) + Math.min(...xs)) / 2, y: (Math.max(...ys) + Math.min(...ys)) / 2, scale: 1 / span });
  }
  const at = (point) => [size.width / 2 + (point.x - view.x) * view.scale, size.height / 2 - (point.y - view.y) * view.scale];
  const radius = (point) => Math.min(22, 3.5 + 2 * Math.sqrt(Math.max(point.kw, 0)));

  function draw() {
    const ratio = window.devicePixelRatio || 1, css = getComputedStyle(document.documentElement);
    canvas.width = size.width * ratio; canvas.height = size.height * ratio;
    canvas.style.height = size.height + 'px';
    const g = canvas.getContext('2d');
    g.scale(ratio, ratio);
    const tone = (name) => css.getPropertyValue(name).trim();
    g.fillStyle = tone('--panel'); g.fillRect(0, 0, size.width, size.height);
    grid(g, tone);
    for (const point of [...visible()].sort((a, b) => b.kw - a.kw)) {
      const [x, y] = at(point), r = radius(point);
      if (x < -30 || y < -30 || x > size.width + 30 || y > size.height + 30) continue;
      g.globalAlpha = point.node ? 0.9 : 0.35 + 0.6 * point.p;
      g.fillStyle = tone(point.node ? '--flow' : '--rest'); g.strokeStyle = tone('--panel'); g.lineWidth = 1.2;
      g.beginPath();
      if (point.node) g.rect(x - r, y - r, 2 * r, 2 * r); else g.arc(x, y, r, 0, 7);
      g.fill(); g.globalAlpha = 1; g.stroke();
      if (point === under) { g.strokeStyle = tone('--ink'); g.lineWidth = 2.5; g.stroke(); }
    }
    bar(g, tone);
  }

  /** Round lines every so many metres, so that distance can be seen anywhere. */
  function grid(g, tone) {
    const step = roundMetres(110 / view.scale);
    g.strokeStyle = tone('--line'); g.lineWidth = 0.6;
    g.beginPath();
    for (let x = Math.ceil((view.x - size.width / 2 / view.scale) / step) * step; ; x += step) { const px = size.width / 2 + (x - view.x) * view.scale; if (px > size.width) break; g.moveTo(px, 0); g.lineTo(px, size.height); }
    for (let y = Math.ceil((view.y - size.height / 2 / view.scale) / step) * step; ; y += step) { const py = size.height / 2 - (y - view.y) * view.scale; if (py < 0) break; g.moveTo(0, py); g.lineTo(size.width, py); }
    g.stroke();
  }

  /** Scale bar and north. */
  function bar(g, tone) {
    const metres = roundMetres(140 / view.scale), length = metres * view.scale, y = size.height - 22;
    g.fillStyle = tone('--panel'); g.globalAlpha = 0.85; g.fillRect(10, y - 24, length + 24, 40); g.globalAlpha = 1;
    g.strokeStyle = g.fillStyle = tone('--ink'); g.lineWidth = 2;
    g.beginPath(); g.moveTo(20, y - 5); g.lineTo(20, y); g.lineTo(20 + length, y); g.lineTo(20 + length, y - 5); g.stroke();
    g.font = '13px system-ui, sans-serif'; g.textAlign = 'left';
    g.fillText(metres >= 1000 ? num(metres / 1000, metres % 1000 ? 1 : 0) + ' ' + t('km') : num(metres) + ' ' + t('metres'), 20, y - 10);
    const north = { x: size.width - 28, y: 44 };
    g.beginPath(); g.moveTo(north.x, north.y - 24); g.lineTo(north.x + 8, north.y); g.lineTo(north.x, north.y - 6); g.lineTo(north.x - 8, north.y); g.closePath(); g.fill();
    g.textAlign = 'center'; g.fillText(t('north'), north.x, north.y + 16);
  }
  const roundMetres = (rough) => { const power = 10 ** Math.floor(Math.log10(rough)); return [5, 2, 1].map((digit) => digit * power).find((step) => step <= rough * 1.001) ?? power; };

  function nearest(x, y) {
    let best = null, least = 18;
    for (const point of visible()) { const [px, py] = at(point), far = Math.hypot(px - x, py - y) - radius(point); if (far < least) { least = far; best = point; } }
    return best;
  }
  function tell(point) { under = point; told.replaceChildren(...(point ? [el('a', { href: point.to }, point.name), ': ' + point.more] : [t('map_help')])); draw(); }
  function zoom(factor, x = size.width / 2, y = size.height / 2) {
    const [ux, uy] = [(x - size.width / 2) / view.scale, (size.height / 2 - y) / view.scale];
    view.x += ux * (1 - 1 / factor); view.y += uy * (1 - 1 / factor); view.scale *= factor; draw();
  }
  let drag = null;
  const place = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  canvas.addEventListener('wheel', (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? 1.25 : 0.8, ...place(event)); }, { passive: false });
  canvas.addEventListener('pointerdown', (event) => { drag = { at: place(event), moved: false }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener('pointermove', (event) => {
    const [x, y] = place(event);
    if (!drag) { const point = nearest(x, y); if (point !== under) tell(point); canvas.style.cursor = point ? 'pointer' : 'grab'; return; }
    const [dx, dy] = [x - drag.at[0], y - drag.at[1]];
    if (Math.hypot(dx, dy) > 3) drag.moved = true;
    view.x -= dx / view.scale; view.y += dy / view.scale; drag.at = [x, y]; draw();
  });
  canvas.addEventListener('pointerup', (event) => { const point = drag && !drag.moved ? nearest(...place(event)) : null; drag = null; if (point) go(point.to); });
  canvas.addEventListener('keydown', (event) => {
    const step = 80 / view.scale, move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    if (move) { view.x += move[0]; view.y += move[1]; draw(); } else if (event.key === '+' || event.key === '=') zoom(1.25); else if (event.key === '-') zoom(0.8); else if (event.key === '0') { fit(); draw(); } else if (keyOf(event) === 'n' || keyOf(event) === 'p') { const seen = visible(); chosen = (chosen + (keyOf(event) === 'n' ? 1 : -1) + seen.length) % seen.length; const point = seen[chosen]; Object.assign(view, { x: point.x, y: point.y }); tell(point); } else if (event.key === 'Enter' && under) go(under.to); else return;
    event.preventDefault();
  });
  const toggle = (name) => el('label', null, el('input', { type: 'checkbox', checked: shownKinds[name], onchange: (event) => { shownKinds[name] = event.target.checked; draw(); } }), ' ', t('map_' + name));
  const button = (text, name, act) => el('button', { type: 'button', 'aria-label': name, title: name, onclick: act }, text);
  const tools = el('div.filters', null, toggle('cases'), toggle('nodes'), toggle('all'), button('+', t('zoom_in'), () => zoom(1.4)), button('\u2212', t('zoom_out'), () => zoom(1 / 1.4)), button('\u2922', t('zoom_fit'), () => { fit(); draw(); }));
  const legend = el('div.legend', null, el('span.key', null, el('i.dot.restdot'), t('map_case_key')), el('span.key', null, el('i.swatch.part-flow'), t('map_node_key')));
  const watch = new ResizeObserver(() => { const width = canvas.parentElement.clientWidth; if (width && width !== size.width) { size = { width, height: Math.min(640, Math.max(360, width * 0.6)) }; fit(); draw(); } });
  const box = el('div.mapbox', null, canvas);
  watch.observe(box);
  redrawMap = () => draw();
  queueMicrotask(() => { fit(); draw(); });
  return [heading, el('p', null, t('map_words')), tools, box, told, legend];
}
let redrawMap = null;

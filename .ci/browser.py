#!/usr/bin/env python3
"""Drives report.html of a result folder in headless Chromium, as somebody with a mouse and a keyboard would.

Speaks the DevTools protocol over a pipe; needs Chromium and Python's standard library only. Fails when a step does not do what it says, when the page
writes an error to the console, or when anything is requested but the page itself.

    .ci/browser.py RESULT [--shots DIR]     drive the report; with --shots also take pictures and a PDF
    .ci/browser.py RESULT --measure         say how large the file is and how long first table and dossier take
"""

import argparse
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 120


class Browser:
    """Headless Chromium behind a pipe: messages are JSON, each ended by a zero byte."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self.outgoing = os.pipe()
        self.incoming, from_browser = os.pipe()
        # Chromium reads from descriptor 3 and writes to 4.
        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                   "--disable-component-update", "--disable-background-networking", "--disable-sync", "--remote-debugging-pipe",
                   f"--user-data-dir={self.profile.name}", "--window-size=1360,960", "about:blank"]
        script = f"exec 3<&{to_browser} 4>&{from_browser}; exec \"$@\""
        self.process = subprocess.Popen(["bash", "-c", script, "browser", *command], pass_fds=(to_browser, from_browser),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.waiting, self.session, self.events = 0, b"", None, []

    def send(self, method, **parameters):
        """Sends a command and returns its result; what happens meanwhile is kept as events."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.outgoing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.waiting:
            piece = os.read(self.incoming, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended")
            self.waiting += piece
        message, self.waiting = self.waiting.split(b"\0", 1)
        return json.loads(message)

    def open(self, url):
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=1360, height=960, deviceScaleFactor=1, mobile=False)
        self.send("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && !!window.drawn", "the page is drawn")

    def value(self, expression):
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression, what):
        end = time.monotonic() + PATIENCE_S
        while not self.value(expression):
            if time.monotonic() > end:
                raise AssertionError(f"not within {PATIENCE_S} s: {what}")
            time.sleep(0.02)

    def click(self, selector):
        """Presses the mouse in the middle of the first element that fits."""
        place = self.value(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null; e.scrollIntoView({{ block: 'center', inline: 'center' }});"
                           " const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        if place is None:
            raise AssertionError(f"nothing to click: {selector}")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def press(self, key, code=""):
        """Presses a key that writes `key` and stands where a Latin keyboard has `code`."""
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, code=code, text=key if len(key) == 1 else "")
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=code)

    def type(self, text):
        self.send("Input.insertText", text=text)

    def picture(self, path, whole=False):
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **({"clip": self.whole()} if whole else {}))
        path.write_bytes(base64.b64decode(answer["data"]))

    def whole(self):
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}

    def pdf(self):
        return base64.b64decode(self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])

    def complaints(self):
        """Errors on the console, and requests for anything but the page and pictures that it drew itself."""
        self.value("0")
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(f"exception: {parameters['exceptionDetails'].get('exception', {}).get('description', parameters['exceptionDetails'])}")
            elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(f"console: {parameters['args']}")
            elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(f"log: {parameters['entry']['text']}")
            elif method == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith("data:") and not url.split("#")[0].endswith("/report.html"):
                    found.append(f"request: {url[:200]}")
        return found

    def end(self):
        try:
            self.session = None
            self.send("Browser.close")
        except (RuntimeError, OSError):
            pass
        self.process.wait(timeout=PATIENCE_S)
        self.profile.cleanup()


def texts(column):
    """Expression for the texts of a column of the table that is shown."""
    return f"(() => {{ const t = document.querySelector('.scroll table'); const i = [...t.querySelectorAll('thead button')].findIndex((b) => b.dataset.column === '{column}'); return [...t.querySelectorAll('tbody tr')].map((r) => r.children[i].textContent); }})()"


def route(browser, to):
    browser.value(f"void (location.hash = '{to}')")
    browser.until(f"window.drawn.route === '{to}'", f"{to} is drawn")


def step(words):
    print(f"   {words}", flush=True)


def drive(browser):
    """Sort, filter, open, switch, print."""
    lines = browser.value("document.querySelectorAll('#main section').length")
    assert lines >= 5, f"the summary has {lines} sections"
    step("summary is there")

    browser.click("#sections a[href='#suspects']")
    browser.until("window.drawn.route === 'suspects'", "the list opens")
    listed = len(browser.value(texts("usage_point")))
    assert listed > 3, "the list has lines"
    browser.click("button[data-column='hidden_kw']")
    kw = [float(text.replace(",", "")) for text in browser.value(texts("hidden_kw")) if text]
    assert kw == sorted(kw, reverse=True) and len(kw) > 3, f"sorted by power: {kw}"
    assert browser.value("document.querySelector('th[aria-sort=descending] button').dataset.column") == "hidden_kw"
    step(f"{listed} lines, sorted by power")

    first = browser.value(texts("usage_point"))[0]
    browser.press("/")
    assert browser.value("document.activeElement.dataset.search") == "suspects", "/ goes to the search"
    browser.type(first)
    browser.until(f"{texts('usage_point')}.length === 1", "the search leaves one line")
    step(f"filtered to {first}")

    browser.click("tbody tr.opens td")
    browser.until("window.drawn.route.startsWith('case/')", "a dossier opens")
    heading = browser.value("document.querySelector('#main h1').textContent")
    assert first in heading, heading
    assert browser.value("document.activeElement === document.querySelector('#main h1')"), "the heading has the focus"
    charts = browser.value("[...document.querySelectorAll('#main svg.chart')].every((c) => c.getAttribute('role') === 'img' && c.getAttribute('aria-label').length > 20) && document.querySelectorAll('#main svg.chart').length")
    assert charts >= 4, f"{charts} charts with words"
    assert browser.value("document.querySelector('#main image.pixels').getAttribute('href').startsWith('data:image/png')"), "the carpet is drawn"
    text = browser.value("document.querySelector('#main').textContent")
    assert "not proof of guilt" in text and not re.search(r"\bNaN\b|undefined|\[object", text), "the dossier reads well"
    step(f"dossier: {heading}, {charts} charts")

    for code, word in (("ru", "Карточка"), ("kk", "іс"), ("en", "Case")):
        browser.value(f"(() => {{ const s = document.getElementById('language'); s.value = '{code}'; s.dispatchEvent(new Event('change')); }})()")
        browser.until(f"document.documentElement.lang === '{code}' && document.querySelector('#main h1').textContent.includes('{word}')", f"the page speaks {code}")
        text = browser.value("document.querySelector('#main').innerText")
        assert not re.search(r"\bNaN\b|undefined|\[object|\{\w+\}", text), f"the dossier reads well in {code}"
        if code != "en":
            left = re.findall(r"[a-z]+ (?:the|of|with|than|is|on) [a-z]+", text)
            assert not left, f"English is left in {code}: {left[:5]}"
    step("languages: ru, kk, en")

    browser.value("window.keepPaper = true; window.print = () => {}; 0")
    browser.click("button[data-print='case']")
    pdf = browser.pdf()
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert pdf.startswith(b"%PDF") and pages == 2, f"a dossier on paper has {pages} pages"
    browser.value("document.getElementById('paper').replaceChildren()")
    step(f"printed to PDF: {pages} pages, {len(pdf) // 1024} kB")

    address = browser.value("decodeURIComponent(location.hash)")
    assert address == f"#case/{first}" and first in browser.value("document.title"), f"{address} and the title name the case"
    browser.press("Escape")
    browser.until("window.drawn.route === 'suspects'", "Esc goes back to the list")
    assert len(browser.value(texts("usage_point"))) == 1, "the filter is remembered"
    assert browser.value("document.activeElement.textContent") == first, "the line that was left has the focus"

    browser.value("(() => { const s = document.querySelector('[data-search]'); s.value = ''; s.dispatchEvent(new Event('input')); })()")
    order = browser.value("[...document.querySelectorAll('tbody th a')].map((a) => a.textContent)")
    ranked = browser.value("[...document.querySelectorAll('tbody tr')].map((r) => [Number(r.children[0].textContent.replace(',', '')), r.children[1].textContent]).sort((a, b) => a[0] - b[0]).map((r) => r[1])")
    assert sorted(order) == sorted(ranked)
    route(browser, f"case/{ranked[0]}")
    browser.press("о", "KeyJ")
    browser.until(f"window.drawn.route === 'case/{ranked[1]}'", "j goes on, on a Russian layout too")
    browser.press("л", "KeyK")
    browser.until(f"window.drawn.route === 'case/{ranked[0]}'", "k goes back")
    route(browser, "suspects")
    browser.value("window.scrollTo(0, 120)")
    browser.until("window.scrollY === 120 || document.documentElement.scrollHeight <= innerHeight + 120", "the list is scrolled")
    place = browser.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.scrollY))))")
    route(browser, f"case/{ranked[2]}")
    browser.value("void history.back()")
    browser.until("window.drawn.route === 'suspects'", "Back leads to the list")
    assert browser.value("window.scrollY") == place, "Back leads to the place that was left"
    step("addresses by id, j and k on any layout, Back to the place")
    route(browser, "nodes")
    node = "node/" + browser.value("document.querySelector('tbody th').textContent")
    for view in ("addresses", "worklist", "nodes", "map", "data", node, "summary"):
        route(browser, view)
        text = browser.value("document.querySelector('#main').textContent")
        assert len(text) > 60 and not re.search(r"\bNaN\b|undefined|\[object", text), f"{view} reads well"
    route(browser, "data")
    methods = browser.value("[...document.querySelectorAll('dl.method')].map((list) => list.querySelectorAll('dd').length)")
    assert len(methods) >= 5 and all(count == 5 for count in methods), f"every method says five things: {methods}"
    route(browser, "map")
    browser.until("!document.querySelector('.filters') || document.querySelector('canvas.map').width > 100", "the map is drawn where there are coordinates")
    step("addresses, work list, nodes, map, data")

    for theme in ("light", "dark"):
        browser.click("#theme")
        browser.until(f"document.documentElement.dataset.theme === '{theme}'", f"theme {theme}")
    step("light and dark")


def shots(browser, folder):
    """Pictures of what people look at."""
    folder.mkdir(parents=True, exist_ok=True)

    def set_language(code):
        browser.value(f"(() => {{ const s = document.getElementById('language'); s.value = '{code}'; s.dispatchEvent(new Event('change')); }})()")

    def set_theme(theme):
        browser.value(f"void (document.documentElement.dataset.theme = '{theme}')")

    browser.value("window.keepPaper = true; window.print = () => {}; 0")
    route(browser, "nodes")
    node = "node/" + browser.value("document.querySelector('tbody th').textContent")
    route(browser, "suspects")
    case = "case/" + browser.value("document.querySelector('tbody th').textContent")
    for theme, code in (("light", "en"), ("dark", "ru"), ("light", "kk")):
        set_theme(theme)
        set_language(code)
        for name, to in (("summary", "summary"), ("list", "suspects"), ("case", case), ("node", node), ("map", "map"), ("worklist", "worklist"), ("data", "data")):
            route(browser, to)
            time.sleep(0.3)
            browser.picture(folder / f"{name}-{theme}-{code}.png", whole=True)
    for code in ("en", "ru", "kk"):
        set_language(code)
        route(browser, case)
        browser.click("button[data-print='case']")
        (folder / f"case-{code}.pdf").write_bytes(browser.pdf())
        browser.value("document.getElementById('paper').replaceChildren()")
    set_language("en")
    route(browser, "suspects")
    browser.click("button[data-print='many']")
    (folder / "cases.pdf").write_bytes(browser.pdf())
    browser.value("document.getElementById('paper').replaceChildren()")


def measure(program, url, size):
    """Says how large the file is and how long people wait; five runs, the middle one."""
    opened, cases = [], []
    for _ in range(5):
        browser = Browser(program)
        try:
            browser.open(url + "#suspects")
            browser.until("document.querySelectorAll('.scroll tbody tr').length > 0", "the first table")
            opened.append(browser.value("Math.round(performance.timeOrigin ? performance.getEntriesByType('navigation')[0].loadEventEnd : 0)"))
            count = browser.value("Number(document.querySelectorAll('#sections a')[1].textContent.match(/\\d[\\d,]*/)[0].replace(',', ''))")
            times = []
            for case in browser.value("[...document.querySelectorAll('tbody th')].slice(0, 10).map((cell) => cell.textContent)"):
                before = time.monotonic()
                route(browser, f"case/{case}")
                times.append((browser.value("window.drawn.ms"), (time.monotonic() - before) * 1000))
            cases.append(sorted(times)[5])
        finally:
            browser.end()
    cases.sort()
    print(f"   {count} lines, {size / 1e6:.1f} MB; first table after {sorted(opened)[2]} ms; a dossier is drawn in {cases[2][0]:.0f} ms ({cases[2][1]:.0f} ms with the driver)")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("result", type=pathlib.Path)
    arguments.add_argument("--shots", type=pathlib.Path)
    arguments.add_argument("--measure", action="store_true")
    given = arguments.parse_args()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not program:
        sys.exit("no Chromium on this machine: apt-get install chromium")
    page = (given.result / "report.html").resolve()
    if given.measure:
        measure(program, page.as_uri(), page.stat().st_size)
        return
    browser = Browser(program)
    try:
        browser.open(page.as_uri())
        if given.shots:
            shots(browser, given.shots)
        else:
            drive(browser)
        complaints = browser.complaints()
        if complaints:
            sys.exit("the page complains:\n" + "\n".join(complaints[:20]))
        print("   no error on the console, no request but the page itself")
    finally:
        browser.end()


if __name__ == "__main__":
    main()

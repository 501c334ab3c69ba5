"""Turns a folder of `darkload simulate` (CSV) into one as a utility has it.

Readings become a file a week with a column an hour, in windows-1251, with semicolons and decimal
commas; customers and grid become workbooks with title rows, Russian headings and merged cells;
a document and the thumbnails of a file manager lie beside them. Usage: utility_folder.py FROM TO
"""

import csv
import sys
import zipfile
from collections import defaultdict
from pathlib import Path
from xml.sax.saxutils import escape

CLASSES = {"household": "Население", "business": "Юридические лица", "budget": "Бюджет", "street_lighting": "Освещение"}
STATUS = {"active": "Действует", "inactive": "Расторгнут"}
HEATING = {"none": "нет", "electric": "электрическое", "other": "центральное", "": ""}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def comma(number):
    return number.replace(".", ",")


def column(place):
    return chr(ord("A") + place)


def workbook(path, sheet, table, merged=()):
    """Writes a workbook of one sheet; numbers are numbers, all else is text."""

    def cell(row, place, value):
        at = f'{column(place)}{row}'
        if value in ("", None):
            return ""
        if isinstance(value, (int, float)):
            return f'<c r="{at}"><v>{value}</v></c>'
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    body = "".join(
        f'<row r="{number}">' + "".join(cell(number, place, value) for place, value in enumerate(row)) + "</row>"
        for number, row in enumerate(table, 1)
    )
    joined = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    joined = f'<mergeCells count="{len(merged)}">{joined}</mergeCells>' if merged else ""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{main}"><sheetData>{body}</sheetData>{joined}</worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (2025, 5, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(entry, text)


def text(path, lines):
    path.write_bytes(("\r\n".join(";".join(line) for line in lines) + "\r\n").encode("cp1251"))


def serial(number, usage_point):
    return f"0{7300000 + 37 * number}" if usage_point.startswith("UP") else usage_point


def readings(source, out, serials):
    days = defaultdict(lambda: [""] * 24)
    for row in rows(source / "readings.csv"):
        day, time = row["timestamp"].split("T")
        if row["kwh"]:
            days[day, row["usage_point"]][int(time[:2])] = comma(f'{float(row["kwh"]):.3f}')
    by_week = defaultdict(list)
    first = min(day for day, _ in days)
    for (day, usage_point), values in sorted(days.items()):
        week = (int(day[8:]) - int(first[8:])) // 7
        by_week[week].append([serials[usage_point], ".".join(reversed(day.split("-"))), *values])
    hours = [f"{hour:02}:00" for hour in range(24)]
    for week, lines in by_week.items():
        name = f"Профили_{lines[0][1]}.csv"
        text(out / name, [["Профиль нагрузки, кВт*ч, начало часа"], ["Номер ПУ", "Дата", *hours], *lines])


def customers(source, out, serials):
    heading = ["№ п/п", "Лицевой счёт", "Номер ПУ", "Населённый пункт", "Адрес", "Тарифная группа",
               "Договорная мощность, кВт", "Состояние договора", "Вид отопления", "Примечание"]
    table = [["Реестр потребителей на 01.05.2025"], [], heading]
    for number, row in enumerate(rows(source / "customers.csv"), 1):
        table.append([number, f"{210010000 + 13 * number}", serials[row["usage_point"]], row["city"], row["address"],
                      CLASSES.get(row["tariff_class"], row["tariff_class"]), float(row["contracted_kw"] or 0) or "",
                      STATUS.get(row["status"], row["status"]), HEATING.get(row["heating"], row["heating"]), ""])
    table.append(["Итого", len(table) - 3])
    workbook(out / "Абоненты.xlsx", "Реестр", table)


def grid(source, out, serials):
    nodes = {row["node"]: row for row in rows(source / "grid.csv")}

    def above(node, kind):
        while node and nodes[node]["kind"] != kind:
            node = nodes[node]["parent"]
        return node

    # The meter of a feeder or substation stands in a row that names nothing below it.
    lines = []
    for row in nodes.values():
        if row["kind"] == "usage_point":
            at = row["parent"]
            lines.append([above(at, "substation"), above(at, "feeder"), above(at, "transformer"), "",
                          serials[row["node"]], ""])
        elif row["balance_meter"]:
            kva = float(row["rated_kva"]) if row["rated_kva"] else ""
            here = [above(row["node"], kind) or "" for kind in ("substation", "feeder", "transformer")]
            lines.append([*here, kva, "", serials[row["balance_meter"]]])
    lines = sorted([line[0], line[1] or "", line[2] or "", line[5] == "", *line] for line in lines)
    names = {"SS": "ПС ", "F": "Ф-", "T": "ТП-"}

    def name(node):
        for start, word in names.items():
            if node and node.startswith(start):
                return word + node[len(start):].lstrip("0") if node[len(start):].strip("0") else word + "0"
        return node or ""

    table = [["Схема сети"], ["ПС", "Фидер", "ТП", "Мощность трансформатора, кВА", "Номер ПУ", "Балансный ПУ"]]
    merged, begun = [], {}
    for line in (line[4:] for line in lines):
        at = len(table) + 1
        table.append([name(line[0]), name(line[1]), name(line[2]), *line[3:]])
        for place in range(3):
            key = tuple(line[:place + 1])
            if begun.get(place, (None,))[0] != key:
                if place in begun and begun[place][2] > begun[place][1]:
                    merged.append(f"{column(place)}{begun[place][1]}:{column(place)}{begun[place][2]}")
                begun[place] = (key, at, at)
            else:
                begun[place] = (key, begun[place][1], at)
                table[-1][place] = ""
    merged += [f"{column(place)}{first}:{column(place)}{last}" for place, (_, first, last) in begun.items() if last > first]
    workbook(out / "Схема сети.xlsx", "Схема", table, merged)


def others(source, out):
    prices = [["Тарифы с 01.01.2025"], [], ["Тарифная группа", "Цена, тенге/кВт*ч", "От, кВт*ч", "До, кВт*ч"]]
    for row in rows(source / "tariffs.csv"):
        prices.append([CLASSES.get(row["tariff_class"], row["tariff_class"]), comma(row["price_per_kwh"]),
                       comma(row["from_kwh"]), comma(row["to_kwh"])])
    text(out / "Тарифы.csv", prices)
    weather = [["# Метеостанция"], ["Местное время", "T"]]
    for row in rows(source / "weather.csv"):
        day, time = row["timestamp"].split("T")
        weather.append([".".join(reversed(day.split("-"))) + " " + time[:5], comma(row["temperature_c"])])
    text(out / "Погода.csv", weather)
    (out / "simulate.toml").write_bytes((source / "simulate.toml").read_bytes())
    (out / "Приказ.pdf").write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    thumbnails = "Catalog".encode("utf-16-le")
    (out / "Thumbs.db").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + thumbnails + bytes(498))


def main(source, out):
    source, out = Path(source), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    ids = sorted({row["usage_point"] for row in rows(source / "readings.csv")})
    serials = {usage_point: serial(number, usage_point) for number, usage_point in enumerate(ids)}
    readings(source, out, serials)
    customers(source, out, serials)
    grid(source, out, serials)
    others(source, out)


main(*sys.argv[1:3])

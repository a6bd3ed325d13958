"""
Runs outside the tests, in a Python that has LibreOffice's module uno: opens a workbook and does what the tests say.

One JSON line in, one out. While LibreOffice computes, its macros call back: such a call goes out as a line too, and the
answer comes in before the computation goes on.
"""

import json
import sys
import time

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.task import XJob

VALUES_DATES_TEXTS_FORMULAS = 1 | 2 | 4 | 16


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Engine(unohelper.Base, XJob):
    """What the stand-in for xlwings' VBA module calls."""

    def execute(self, arguments):
        given = {argument.Name: argument.Value for argument in arguments}
        send({"call": given["name"], "args": [plain(argument) for argument in given["args"]]})
        reply = json.loads(sys.stdin.readline())
        if "failure" in reply:
            return reply["failure"]
        return tuple(tuple(row) for row in reply["rows"])


def plain(value):
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def setting(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.25)
    raise SystemExit("LibreOffice did not start within a minute")


def main(pipe, workbook):
    context = connected(pipe)
    context.insertByName("/singletons/customer_value.engine", Engine())
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    hidden_with_macros = (setting("Hidden", True), setting("MacroExecutionMode", 4))
    document = desktop.loadComponentFromURL(workbook, "_blank", 0, hidden_with_macros)
    sheet = document.Sheets.getByIndex(0)
    send({"sheets": list(document.Sheets.ElementNames)})
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "stop":
            break
        if order["do"] == "clear":
            sheet.clearContents(VALUES_DATES_TEXTS_FORMULAS)
            send({"rows": []})
            continue
        area = sheet.getCellRangeByName(order["area"])
        if order["do"] == "put":
            area.setDataArray(tuple(map(tuple, order["rows"])))
        elif order["do"] == "formula":
            area.setArrayFormula(order["text"])
        elif order["do"] == "formula in a cell":
            area.setFormula(order["text"])
        send({"rows": [list(row) for row in area.getDataArray()]})
    document.close(True)
    desktop.terminate()


main(*sys.argv[1:])

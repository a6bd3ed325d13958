"""
Fresh values for formulas that are not ours: LibreOffice computes a throw-away copy, and what it shows is judged.

A value is believed only when LibreOffice, from the inputs as they were, came to what the cell showed then: it then
computes that formula as Excel does. What it does not reproduce, what hangs on that, and functions that it does not
know are left for Excel. The user's workbook is never saved by LibreOffice; only values are taken.
"""

import contextlib
import html
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from lxml import etree

from addin.books.cellxml import Area, unescaped
from addin.books.formulas import moved, read_formula
from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.precedents import Precedents, called
from addin.books.saving import Draft
from addin.books.sheet import FORMULA, FORMULA_START, Shared, SheetStream, attributes_of
from addin.workbook import WorkbookError
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, CellError

__all__ = ["Recalculate", "Recalculated", "fresh_caches", "office"]

MOST_FORMULAS: Final = 300_000
MOST_CELLS: Final = 50_000_000
MOST_SECONDS: Final = 120
"""LibreOffice takes a second or two; a workbook for which it needs more than this is better left to Excel."""

_RELATIVE_DIFFERENCE: Final = 1e-9  # LibreOffice stores fifteen digits
_MIDDLE: Final = 500_000  # a row from which relative references reach everywhere
_UNSTEADY: Final = {"RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO"}
"""They may come to the same value once, by chance, or say where the throw-away copy lies."""
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<")
_LIMITS: Final = 'ulimit -v 12000000; ulimit -f 8000000; exec "$@"'  # kilobytes, half kilobytes

_LONGEST_FORMULA: Final = 16_384  # twice what Excel takes
_UNREADABLE: Final = (OSError, WorkbookError, ValueError, RecursionError, subprocess.SubprocessError)
"""What a strange workbook or program may raise: no reason not to write what we know."""

_NOWHERE: Final = "http://127.0.0.1:9"
_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
 <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
  <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
 <item oor:path="/org.openoffice.Office.Calc/Content/Update">
  <prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
  <prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
  <prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
  <prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
 <item oor:path="/org.openoffice.Inet/Settings">
  <prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
  <prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
  <prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
  <prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
  <prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""

Place = tuple[str, int, int]
"""Sheet, row and column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalculated:
    """
    What became of the formulas that are not ours.

    Attributes
    ----------
    caches : mapping of (str, str) to Cell
        Sheet and address of those whose value is known.
    not_reproduced : int
        How many are left for Excel.
    reason : str
        Why LibreOffice was not asked or did not answer, or "".
    network : str
        How LibreOffice was kept from the network, or "".
    """

    caches: Mapping[tuple[str, str], Cell] = field(default_factory=dict)
    not_reproduced: int = 0
    reason: str = ""
    network: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know."""
        found = []
        if self.caches:
            found.append(f"{_counted(len(self.caches))} of your own got fresh values by LibreOffice ({self.network})")
        if self.not_reproduced:
            why = self.reason or "LibreOffice does not compute them, or what they hang on, as Excel did"
            found.append(f"{_counted(self.not_reproduced)} of your own will be computed as Excel opens the file: {why}")
        elif self.reason:
            found.append(f"Formulas of your own will be computed as Excel opens the file: {self.reason}")
        return tuple(found)


def _counted(formulas: int) -> str:
    return "1 formula" if formulas == 1 else f"{formulas:,} formulas"


Recalculate = Callable[[bytes, bytes, str, Collection[tuple[str, str]]], Recalculated]


def fresh_caches(
    before: bytes, after: bytes, suffix: str, known: Collection[tuple[str, str]], seconds: float = MOST_SECONDS
) -> Recalculated:
    """
    Compute the formulas of a changed workbook that have no fresh value yet.

    Parameters
    ----------
    before, after : bytes
        The workbook as it was, its formulas showing what they came to then, and as it will be.
    suffix : str
        Its kind: ``.xlsx`` or ``.xlsm``.
    known : collection of (str, str)
        Sheet and address of formulas that show the right value in `after`.
    seconds : float
        LibreOffice is stopped after this time.

    Returns
    -------
    Recalculated
        Without formulas but those in `known`, LibreOffice is not started.
    """
    try:
        new = _Formulas.read(after)
    except _UNREADABLE as error:
        return Recalculated(reason=f"LibreOffice was not asked ({error})")
    ours = {(sheet.casefold(), place) for sheet, place in known}
    foreign = {
        place: formula
        for place, formula in new.cells.items()
        if (place[0].casefold(), address(place[1], place[2])) not in ours
    }
    if not foreign:
        return Recalculated()
    program = office()
    if program is None:
        return Recalculated(not_reproduced=len(foreign), reason="LibreOffice is not installed")
    if len(new.cells) > MOST_FORMULAS:
        return Recalculated(not_reproduced=len(foreign), reason=f"there are more than {MOST_FORMULAS:,} formulas")
    try:
        old = _Formulas.read(before)
        computed = _computed(program, {"before": before, "after": after}, suffix, seconds)
        values = _Judge(old=old, new=new, was=computed["before"], now=computed["after"], foreign=foreign).values()
    except _UNREADABLE as error:
        return Recalculated(not_reproduced=len(foreign), reason=f"LibreOffice did not compute them ({error})")
    caches = {(place[0], address(place[1], place[2])): value for place, value in values.items()}
    return Recalculated(caches=caches, not_reproduced=len(foreign) - len(caches), network=_confinement()[1])


# ---- formulas and what they show


class _Formula(NamedTuple):
    """A formula cell: text of the formula, type and text of what it shows, and the area of one that fills several."""

    text: str
    kind: str
    shown: str
    spread: Area | None

    def value(self) -> Cell:
        """Return what the cell shows; None when there is nothing, or nothing that a plan can write."""
        match self.kind:
            case "" | "n":
                try:
                    number = float(self.shown)
                except ValueError:
                    return None
                return number if math.isfinite(number) else None
            case "b":
                return self.shown == "1"
            case "e":
                return CellError(self.shown) if self.shown in _ERRORS else None
            case "str":
                return unescaped(self.shown)
        return None


_ERRORS: Final = {error.value for error in CellError}


@dataclass
class _Formulas:
    """All formula cells of a workbook."""

    outline: Outline
    cells: dict[Place, _Formula]

    @classmethod
    def read(cls, data: bytes) -> "_Formulas":
        package = Package(data, "the workbook")
        outline = Outline(package)
        cells: dict[Place, _Formula] = {}
        for sheet, part in outline.sheets.items():
            cells |= _sheet_formulas(SheetStream(package.chunks(part), sheet))
        return cls(outline, cells)


def _sheet_formulas(stream: SheetStream) -> Iterator[tuple[Place, _Formula]]:
    shared: dict[str, Shared] = {}
    for row in stream.rows():
        if not FORMULA_START.search(row.data):
            continue
        for cell in stream.cells(row):
            match = FORMULA.search(cell.inner)
            if match is None:
                continue
            attributes = attributes_of(match[1])
            text = read_formula(match[2] or b"")
            if len(text) > _LONGEST_FORMULA:
                raise WorkbookError(f"{stream.name}!{address(row.number, cell.column)} is longer than a formula can be")
            group = attributes.get("si", "")
            if attributes.get("t") == "shared" and text:
                shared[group] = Shared(row.number, cell.column, text)
            elif attributes.get("t") == "shared" and group in shared:
                text = shared[group].at(row.number, cell.column)
            value = _VALUE.search(cell.inner, match.end())
            yield (
                (stream.name, row.number, cell.column),
                _Formula(
                    text,
                    attributes_of(cell.attributes).get("t", ""),
                    html.unescape(value[1].decode("utf-8")) if value else "",
                    _spread(attributes),
                ),
            )


def _spread(attributes: Mapping[str, str]) -> Area | None:
    """Return the area of an array formula or data table with several cells, of which only the first is one of ours."""
    if attributes.get("t") not in ("array", "dataTable") or "ref" not in attributes:
        return None
    area = Area.parse(attributes["ref"])
    return area if len(area.rows) * len(area.columns) > 1 or attributes["t"] == "dataTable" else None


# ---- which values are believed


@dataclass
class _Judge:
    """
    Judges what LibreOffice shows.

    Attributes
    ----------
    old, new : _Formulas
        The workbook as it was and as it will be.
    was, now : _Formulas
        The same, computed by LibreOffice.
    foreign : mapping of Place to _Formula
        Those of `new` whose value is asked for; the others show the right one.
    """

    old: _Formulas
    new: _Formulas
    was: _Formulas
    now: _Formulas
    foreign: Mapping[Place, _Formula]

    def values(self) -> dict[Place, Cell]:
        """Return the values that are believed."""
        self._lambdas = {name.casefold() for name, _ in self.new.outline.all_names()}
        self._alike = self._evidence()
        doubtful = {place for place, formula in self.new.cells.items() if not self._believed(place, formula)}
        doubtful |= self._spoilt_by(doubtful)
        return {place: self._value(place) for place in self.foreign if place not in doubtful}

    def _value(self, place: Place) -> Cell:
        """Return what LibreOffice shows, and where it sees no change the digits that the cell had."""
        if self._same_formula(place) and _agree(self.was.cells[place], self.now.cells[place], exactly=True):
            return self.old.cells[place].value()
        return self.now.cells[place].value()

    def _believed(self, place: Place, formula: _Formula) -> bool:
        shown = self.now.cells.get(place)
        if shown is None or shown.value() is None or formula.spread is not None or self._strange(formula, shown):
            return False
        if place not in self.foreign and not _agree(formula, shown):
            return False
        if self._same_formula(place):
            return self._reproduced(place)
        return self._alike.get(_likeness(place, formula), False)

    def _same_formula(self, place: Place) -> bool:
        old = self.old.cells.get(place)
        return old is not None and old.text == self.new.cells[place].text

    def _reproduced(self, place: Place) -> bool:
        """Whether LibreOffice came to what the cell showed before."""
        shown = self.was.cells.get(place)
        return shown is not None and _agree(self.old.cells[place], shown)

    def _evidence(self) -> dict[tuple[str, int, str], bool]:
        """For cells that are new: whether every cell of the column with the same formula was reproduced before."""
        found: dict[tuple[str, int, str], bool] = {}
        if self.new.cells.keys() <= self.old.cells.keys() and all(map(self._same_formula, self.new.cells)):
            return found
        for place, formula in self.old.cells.items():
            likeness = _likeness(place, formula)
            found[likeness] = found.get(likeness, True) and self._reproduced(place)
        return found

    def _strange(self, formula: _Formula, shown: _Formula) -> bool:
        """Whether a formula calls what LibreOffice does not know (it writes that in small letters) or is unsteady."""
        functions = called(formula.text)
        return (
            any(name != name.upper() for name in called(shown.text))
            or any(name.casefold() in self._lambdas for name in functions)
            or any(name.rpartition(".")[2].upper() in _UNSTEADY for name in functions)
        )

    def _spoilt_by(self, doubtful: Collection[Place]) -> set[Place]:
        """Return the cells that read, however indirectly, one that is in doubt."""
        if not doubtful:
            return set()
        precedents = Precedents(self.new.outline)
        marks = _Marks(self.new.cells)
        for place in doubtful:
            marks.mark(place, self.new.cells[place].spread)
        open_ = [
            (place, precedents.of(formula.text, place[0]))
            for place, formula in self.new.cells.items()
            if place not in doubtful
        ]
        spoilt: set[Place] = set()
        while True:
            rest = []
            for place, reads in open_:
                if reads.anything or any(marks.meet(sheet, area) for sheet, area in reads.areas):
                    spoilt.add(place)
                    marks.mark(place, None)
                else:
                    rest.append((place, reads))
            if len(rest) == len(open_):
                return spoilt
            open_ = rest[::-1]  # chains run either way


class _Marks:
    """Marked cells, sheet by sheet, as far as there are formulas."""

    def __init__(self, cells: Mapping[Place, _Formula]) -> None:
        ends: dict[str, tuple[int, int]] = {}
        for (sheet, row, column), formula in cells.items():
            rows, columns = ends.get(sheet, (0, 0))
            last = formula.spread or Area(row, column, row, column)
            ends[sheet] = max(rows, row, last.last_row), max(columns, column, last.last_column)
        if sum(rows * columns for rows, columns in ends.values()) > MOST_CELLS:
            raise WorkbookError("its sheets reach too far")
        self._grids: dict[str, npt.NDArray[np.bool_]] = {
            sheet: np.zeros((rows + 1, columns + 1), dtype=bool) for sheet, (rows, columns) in ends.items()
        }

    def mark(self, place: Place, spread: Area | None) -> None:
        sheet, row, column = place
        area = spread or Area(row, column, row, column)
        self._grids[sheet][area.first_row : area.last_row + 1, area.first_column : area.last_column + 1] = True

    def meet(self, sheet: str, area: Area) -> bool:
        grid = self._grids.get(sheet)
        if grid is None:
            return False
        return bool(grid[area.first_row : area.last_row + 1, area.first_column : area.last_column + 1].any())


def _likeness(place: Place, formula: _Formula) -> tuple[str, int, str]:
    """Return what cells of a column have in common whose formula was filled down."""
    sheet, row, column = place
    return sheet, column, moved(formula.text, rows=_MIDDLE - row)


def _agree(one: _Formula, other: _Formula, *, exactly: bool = False) -> bool:
    """Whether two cells show the same."""
    first, second = one.value(), other.value()
    if first is None or second is None or type(first) is not type(second):
        return False
    if isinstance(first, float) and isinstance(second, float) and not exactly:
        return math.isclose(first, second, rel_tol=_RELATIVE_DIFFERENCE, abs_tol=1e-12)
    return first == second


# ---- LibreOffice


def office() -> str | None:
    """Find LibreOffice."""
    programs = [os.environ[name] for name in ("PROGRAMFILES", "PROGRAMW6432") if name in os.environ]
    usual = [Path(folder) / "LibreOffice/program/soffice.exe" for folder in programs]
    usual.append(Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"))
    return shutil.which("soffice") or next((str(path) for path in usual if path.is_file()), None)


def _computed(program: str, books: Mapping[str, bytes], suffix: str, seconds: float) -> dict[str, _Formulas]:
    """Let LibreOffice open workbooks, compute every formula and save them; one start for all."""
    with tempfile.TemporaryDirectory(prefix="customer_value_") as name:
        folder = Path(name)  # only its user may look into it
        profile, saved = folder / "profile", folder / "saved"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        copies = [folder / f"{book}{suffix}" for book in books]
        for copy, data in zip(copies, books.values(), strict=True):
            copy.write_bytes(_without_print_titles(data))
        _run(
            [
                *_confinement()[0],
                program,
                f"-env:UserInstallation={profile.as_uri()}",
                *("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard"),
                *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved)),
                *map(str, copies),
            ],
            folder,
            seconds,
        )
        return {book: _Formulas.read((saved / f"{book}.xlsx").read_bytes()) for book in books}


def _without_print_titles(data: bytes) -> bytes:
    """Leave out the rows printed on every page, on which no value hangs: LibreOffice 7.4 is slow to read them."""
    package = Package(data, "the workbook")
    draft = Draft(package)
    draft.edit_xml(Outline(package).part, _drop_print_titles)
    return b"".join(draft.pieces())


def _drop_print_titles(root: etree._Element) -> None:
    for names in root.iterchildren("{*}definedNames"):
        for element in list(names):
            if element.get("name") == "_xlnm.Print_Titles":
                names.remove(element)
        if len(names) == 0:
            root.remove(names)


@cache
def _confinement() -> tuple[tuple[str, ...], str]:
    """Return what keeps a program from the network and within bounds, and how that reads."""
    if sys.platform == "win32":
        return (), "its proxies lead nowhere"
    bounds = ("/bin/sh", "-c", _LIMITS, "sh") if sys.platform == "linux" else ()
    unshare = shutil.which("unshare")
    for options in (("--net",), ("--map-root-user", "--net")) if unshare else ():
        command = (str(unshare), *options)
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            if subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False).returncode == 0:
                return (*bounds, *command), "without network"
    return bounds, "its proxies lead nowhere"


def _environment(folder: Path) -> dict[str, str]:
    """Return what LibreOffice sees of the user's environment: nothing that it does not need."""
    kept = dict(os.environ) if sys.platform == "win32" else {"PATH": os.environ.get("PATH", os.defpath)}
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NOWHERE)
    return (
        kept | proxies | {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "en_US.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}
    )


def _run(command: list[str], folder: Path, seconds: float) -> None:
    """Run LibreOffice; whatever it has started is ended with it."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise WorkbookError(f"it was stopped after {seconds:g} seconds") from None
    finally:
        _end(process)
    if code != 0:
        raise WorkbookError(f"it ended with code {code}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()

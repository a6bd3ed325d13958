"""A workbook in a file: read whole, changed part by part, replaced in one step."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from addin.books.edit import edited
from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.reading import Reader
from addin.books.recalculation import Recalculate
from addin.books.replacing import Keep, refuse_unwritable, replace_workbook
from addin.books.saving import Draft
from addin.books.sheet import SheetStream, formula_places
from addin.books.views import workbook_view
from addin.workbook import RawTable, Receipt, WorkbookError
from workbook_templates.mapping.views import WorkbookView
from workbook_templates.plan import Cell, Plan

__all__ = ["FileBook"]


class FileBook:
    """
    An .xlsx or .xlsm file as an `addin.workbook.Workbook`.

    Macros are never read: their part keeps its bytes like every other part that a plan does not touch.

    Parameters
    ----------
    path : Path or str
        The file; it is read now and not held open.

    Raises
    ------
    WorkbookError
        When there is no such file, or it is not a workbook, encrypted, damaged or hostile.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._open()

    def _open(self) -> None:
        data, self._stamp = _read(self.path)
        self._package = Package(data, self.path.name)
        self._outline = Outline(self._package)
        self._reader = Reader(self._package, self._outline)

    @property
    def package(self) -> Package:
        """The file's parts, as they were read."""
        return self._package

    def table_names(self) -> tuple[str, ...]:
        """Names of all Excel tables in the workbook."""
        return tuple(table.name for table in self._outline.tables.values())

    def read_table(self, name: str) -> RawTable:
        """Read a whole table; `WorkbookError` when it is not there."""
        table = self._outline.table(name)
        body = table.body
        grid = self._reader.grid(table.sheet, self._outline.sheets[table.sheet])
        return RawTable(
            name=table.name,
            sheet=table.sheet,
            first_row=body.first_row,
            first_column=body.first_column,
            columns=dict(zip(table.columns, grid.columns(body), strict=True)),
        )

    def first_sheet(self) -> list[list[Cell]]:
        """Read all cells of the first worksheet, row by row, from the first that holds something."""
        if not self._outline.sheets:
            raise WorkbookError(f"{self.path.name} has no worksheet; give a workbook with cells")
        sheet, part = next(iter(self._outline.sheets.items()))
        return self._reader.grid(sheet, part).rows()

    def sheet_names(self) -> tuple[str, ...]:
        """Names of the worksheets, in the order of their tabs."""
        return tuple(self._outline.sheets)

    def formula_places(self, sheet: str) -> frozenset[tuple[int, int]]:
        """
        Find the cells of a sheet that formulas fill, so that they can be left alone.

        Returns
        -------
        frozenset of (int, int)
            Rows and columns, counted from 1; those over which an array formula or data table reaches are among them.

        Raises
        ------
        WorkbookError
            If there is no such sheet.
        """
        found = self._outline.sheet(sheet)
        if found is None:
            raise WorkbookError(f"{self.path.name} has no sheet {sheet}; its sheets: {', '.join(self.sheet_names())}")
        return formula_places(SheetStream(self._package.chunks(self._outline.sheets[found]), found))

    def view(self) -> WorkbookView:
        """Give all cells of all sheets with what is known about them; `WorkbookError` when a sheet cannot be read."""
        return workbook_view(self._package, self._outline, self._reader)

    def names(self) -> Mapping[str, str]:
        """Workbook-level defined names and what they refer to, without a leading equals sign."""
        return self._outline.names()

    def read_name(self, name: str) -> Cell:
        """Read the cell that a defined name refers to; `WorkbookError` when there is no such cell."""
        return self._cell(*self._outline.cell(name))

    def _cell(self, sheet: str, row: int, column: int) -> Cell:
        return self._reader.grid(sheet, self._outline.sheets[sheet]).cell(row, column)

    def apply(
        self,
        plan: Plan,
        out: Path | None = None,
        *,
        keep: Keep | None = None,
        recalculate: Recalculate | None = None,
    ) -> Receipt:
        """
        Write everything in the plan, or nothing.

        The same plan applied twice gives the same bytes; one with new sheets is refused the second time, since their
        names are taken.

        Parameters
        ----------
        plan : Plan
            What to write.
        out : Path, optional
            Another file to write, of the same kind; without it the workbook itself is replaced.
        keep : callable, optional
            Keeps the file that is replaced, such as `addin.backups.keeping`.
        recalculate : callable, optional
            Computes the formulas that the plan has no value for, such as `addin.books.recalculation.fresh_caches`;
            asked only when there are some.

        Raises
        ------
        WorkbookError
            When something in the plan cannot be written, or the target is open elsewhere or cannot be replaced.
            The file is then as it was.
        """
        target = self._target(out)
        draft, notes, ranges = self._edited(plan)
        if draft.stale and recalculate is not None:
            fresh = recalculate(self._package.data, b"".join(draft.pieces()), self.path.suffix, plan.caches)
            if fresh.caches:
                draft, notes, ranges = self._edited(replace(plan, caches={**fresh.caches, **plan.caches}))
            notes += fresh.notes
        changed = draft.changed
        itself = target == self.path.resolve()
        if changed or not itself:
            replace_workbook(target, draft.pieces(), check=self._refuse_changed if itself else None, keep=keep)
        del draft  # it may be as large as the file that is read next
        if changed and itself:
            self._open()
        return Receipt(changed_parts=changed, ranges=ranges, notes=notes)

    def _edited(self, plan: Plan) -> tuple[Draft, tuple[str, ...], tuple[str, ...]]:
        return edited(self._package, self._outline, plan, self.read_table, self._cell)

    def _target(self, out: Path | None) -> Path:
        """Return the file to write, after everything that can be known beforehand is checked."""
        target = (self.path if out is None else Path(out)).resolve()  # a link stays a link
        if target == self.path.resolve():
            self._refuse_changed()
        elif target.suffix.lower() != self.path.suffix.lower():
            raise WorkbookError(
                f"{target.name} must end in {self.path.suffix}, like the workbook it is made from; rename it"
            )
        refuse_unwritable(target)
        return target

    def _refuse_changed(self) -> None:
        """Someone may have saved the workbook since it was read; that work must not be lost."""
        try:
            now = _stamp(self.path.stat())
        except OSError:
            now = None
        if now != self._stamp:
            raise WorkbookError(f"{self.path.name} was changed or moved after it had been read; run this again")


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _read(path: Path) -> tuple[bytes, tuple[int, int]]:
    if not path.exists():
        raise WorkbookError(f"there is no file {path}; check the name")
    if path.is_dir():
        raise WorkbookError(f"{path} is a folder; give the workbook in it")
    try:
        status = path.stat()
        return path.read_bytes(), _stamp(status)
    except OSError as error:
        raise WorkbookError(f"{path} cannot be read ({error.strerror or error}); check your rights to it") from error

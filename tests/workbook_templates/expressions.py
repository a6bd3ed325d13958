"""
Expressions with the text they write and the value they have, over one small table.

The unit tests compare both with the expression; the host tests let LibreOffice compute the texts.
"""

import datetime as dt
from typing import Final, NamedTuple

from valuation.tables import Column as Contract
from valuation.tables import Kind, Table
from workbook_templates.native import Book, Column, Expr, Figure, Figures, Name, call, const
from workbook_templates.plan import Cell, CellError

__all__ = ["CASES", "CELLS", "FIGURES", "NAMES", "THINGS", "Case", "book"]

THINGS: Final = Table(
    "Things",
    "tblThings",
    "one row for each thing",
    (
        Contract("id", Kind.ID, "Id", heading="Id"),
        Contract("amount", Kind.MONEY, "Numbers and a blank", heading="Amount"),
        Contract("rank", Kind.COUNT, "Numbers", heading="Rank"),
        Contract("mixed", Kind.ANY, "Of every kind", heading="Mixed"),
        Contract("spoilt", Kind.MONEY, "With an error", heading="Spoilt"),
        Contract("day", Kind.DATE, "Dates and a blank", heading="Day"),
        Contract("note", Kind.TEXT, "Blank", heading="#It's [a] b@c"),
    ),
)

DAY = dt.date(2025, 12, 31)
CELLS: Final[dict[str, list[Cell]]] = {
    "id": ["a", "B", "a*c", "abc", "x~y"],
    "amount": [10.0, -4.0, None, 0.5, 0.0],
    "rank": [2.0, 1.0, 5.0, 3.0, 4.0],
    "mixed": [1.0, "two", True, None, "3"],
    "spoilt": [1.0, CellError.NA, 3.0, CellError.DIV0, None],
    "day": [DAY, None, dt.date(1900, 3, 1), dt.datetime(2000, 1, 1, 12), DAY],
    "note": [None] * 5,
}
NAMES: Final[dict[str, Cell]] = {
    "cv_blank": None,
    "cv_three": 3,
    "cv_word": "Mid",
    "cv_digits": "12",
    "cv_true": True,
    "cv_day": DAY,
    "cv_error": CellError.NUM,
}
BLANK, THREE, WORD, DIGITS, TRUE, DATE, ERROR = map(Name, NAMES)
FIGURES: Final[dict[str, Expr]] = {
    "one": const(1),
    "empty": const(""),
    "from_blank": BLANK,
    "half": const(0.5),
    "broken": ERROR + 1,
}
ID, AMOUNT, RANK, MIXED, SPOILT, DAYS, NOTE = (Column(THINGS, column.name) for column in THINGS)
CLEAN = Figures(("one", "empty", "from_blank", "half"))


class Case(NamedTuple):
    """An expression; `excel_only` says why LibreOffice computes something else."""

    expr: Expr
    text: str
    value: Cell
    excel_only: str = ""


NA, DIV0, VALUE, NUM, REF = CellError.NA, CellError.DIV0, CellError.VALUE, CellError.NUM, CellError.REF
TRUE_IS_ONE = "in LibreOffice a truth value is a number"
LAST_ERROR = "of two errors LibreOffice takes the later one"

CASES: Final[tuple[Case, ...]] = (
    # constants
    Case(const(1000000), "1000000", 1000000.0),
    Case(const(1234567.891), "1234567.891", 1234567.891),
    Case(const(0.1 + 0.2), "0.3", 0.3),
    Case(const(-2.5), "-2.5", -2.5),
    Case(const(1e-9), "1E-09", 1e-9),
    Case(const(1.5e300), "1.5E+300", 1.5e300),
    Case(const(True), "TRUE", True),
    Case(const('say "yes"'), '"say ""yes"""', 'say "yes"'),
    # arithmetic: a blank is 0, a text must read as a number, the first error wins
    Case(BLANK, "cv_blank", 0.0),
    Case(BLANK + 1, "cv_blank+1", 1.0),
    Case(DIGITS * 2, "cv_digits*2", 24.0),
    Case(WORD + 1, "cv_word+1", VALUE),
    Case(TRUE + 1, "cv_true+1", 2.0),
    Case(DATE + 1, "cv_day+1", 46023.0),
    Case(THREE / BLANK, "cv_three/cv_blank", DIV0),
    Case(ERROR + THREE / 0, "cv_error+cv_three/0", NUM, LAST_ERROR),
    Case(THREE / 0 + ERROR, "cv_three/0+cv_error", DIV0),
    Case(1e308 * (THREE * 10), "1E+308*(cv_three*10)", NUM),
    Case(10**THREE, "10^cv_three", 1000.0),
    Case(const(10) ** 400, "10^400", NUM),
    Case(BLANK**2, "cv_blank^2", 0.0),
    Case(BLANK**BLANK, "cv_blank^cv_blank", NUM, "LibreOffice takes 0^0 as 1"),
    Case(BLANK**-1, "cv_blank^(-1)", DIV0, "LibreOffice says #NUM!"),
    Case((0 - THREE) ** 0.5, "(0-cv_three)^0.5", NUM),
    # parentheses: as few as keep the meaning
    Case(THREE - (THREE - 1), "cv_three-(cv_three-1)", 1.0),
    Case(THREE - THREE - 1, "cv_three-cv_three-1", -1.0),
    Case((THREE + 1) * 2, "(cv_three+1)*2", 8.0),
    Case(THREE + const(1) * 2, "cv_three+1*2", 5.0),
    Case(2 * (THREE / 4), "2*(cv_three/4)", 1.5),
    Case(2 * THREE / 4, "2*cv_three/4", 1.5),
    Case(2 ** (THREE**2), "2^(cv_three^2)", 512.0),
    Case((2**THREE) ** 2, "2^cv_three^2", 64.0),
    Case(const(-2) ** 2, "(-2)^2", 4.0),
    Case(0 - THREE**2, "0-cv_three^2", -9.0),
    Case(THREE * -1, "cv_three*(-1)", -3.0),
    Case(1 - (1 + THREE) / 2, "1-(1+cv_three)/2", -1.0),
    Case("a" & (WORD & "b"), '"a"&cv_word&"b"', "aMidb"),
    Case("a" & (THREE + 1), '"a"&cv_three+1', "a4"),
    Case((THREE & "") + 1, '(cv_three&"")+1', 4.0),
    Case(THREE & (THREE & ""), 'cv_three&cv_three&""', "33"),
    Case((THREE > 2).equals(TRUE), "cv_three>2=cv_true", True),
    Case(TRUE.equals(THREE > 2), "cv_true=(cv_three>2)", True),
    Case((THREE > 2) & "", '(cv_three>2)&""', "TRUE", TRUE_IS_ONE),
    # numbers joined to texts
    Case(THREE & "-year", 'cv_three&"-year"', "3-year"),
    Case(BLANK & "x", 'cv_blank&"x"', "x"),
    Case((const(0.1) + 0.2) & "", '0.1+0.2&""', "0.3"),
    Case((const(1) / 3) & "", '1/3&""', "0.333333333333333"),
    Case((THREE * 1e14) & "", 'cv_three*100000000000000&""', "300000000000000"),
    Case((THREE * 1e20) & "", 'cv_three*100000000000000000000&""', "300000000000000000000", "LibreOffice: 3E+020"),
    Case(DATE & "", 'cv_day&""', "46022"),
    Case(WORD & ERROR, "cv_word&cv_error", NUM),
    Case(call("SUBSTITUTE", "a*b*", "*", "~*"), 'SUBSTITUTE("a*b*","*","~*")', "a~*b~*"),
    Case(call("SUBSTITUTE", THREE, "", "x"), 'SUBSTITUTE(cv_three,"","x")', "3"),
    Case(call("SUBSTITUTE", WORD, "M", BLANK), 'SUBSTITUTE(cv_word,"M",cv_blank)', "id"),
    Case(call("SUBSTITUTE", WORD, ERROR, "x"), 'SUBSTITUTE(cv_word,cv_error,"x")', NUM),
    # comparisons
    Case(BLANK.equals(0), "cv_blank=0", True),
    Case(BLANK.equals(""), 'cv_blank=""', True),
    Case(BLANK.equals(False), "cv_blank=FALSE", True),
    Case(BLANK.equals(BLANK), "cv_blank=cv_blank", True),
    Case(BLANK.differs("x"), 'cv_blank<>"x"', True),
    Case(WORD.equals("mID"), 'cv_word="mID"', True),
    Case(THREE.equals("3"), 'cv_three="3"', False),
    Case(TRUE.equals(1), "cv_true=1", False, TRUE_IS_ONE),
    Case((const(0.1) + 0.2).equals(0.3), "0.1+0.2=0.3", True),
    Case((const(0.1) + 0.2).differs(0.3), "0.1+0.2<>0.3", False),
    Case(const(0.3) < const(0.1) + 0.2, "0.3<0.1+0.2", False),
    Case(const(0.3) >= const(0.1) + 0.2, "0.3>=0.1+0.2", True),
    Case(WORD > 1e300, "cv_word>1E+300", True),
    Case(THREE <= "", 'cv_three<=""', True),
    Case(TRUE > "z", 'cv_true>"z"', True, TRUE_IS_ONE),
    Case(ERROR.equals(ERROR), "cv_error=cv_error", NUM),
    # conditions
    Case(call("IF", BLANK, 1, 2), "IF(cv_blank,1,2)", 2.0),
    Case(call("IF", 0.5, 1, 2), "IF(0.5,1,2)", 1.0),
    Case(call("IF", WORD, 1, 2), "IF(cv_word,1,2)", VALUE),
    Case(call("IF", ERROR, 1, 2), "IF(cv_error,1,2)", NUM),
    Case(call("IF", TRUE, BLANK, 2), "IF(cv_true,cv_blank,2)", 0.0),
    Case(call("IF", TRUE, 1, ERROR), "IF(cv_true,1,cv_error)", 1.0),
    Case(call("IFERROR", BLANK, 5), "IFERROR(cv_blank,5)", 0.0),
    Case(call("IFERROR", ERROR, "none"), 'IFERROR(cv_error,"none")', "none"),
    Case(call("IFERROR", ERROR, THREE / 0), "IFERROR(cv_error,cv_three/0)", DIV0),
    Case(call("ISERROR", THREE / 0), "ISERROR(cv_three/0)", True),
    Case(call("ISERROR", WORD), "ISERROR(cv_word)", False),
    Case(call("ISNUMBER", DATE), "ISNUMBER(cv_day)", True),
    Case(call("ISNUMBER", DIGITS), "ISNUMBER(cv_digits)", False),
    Case(call("ISNUMBER", BLANK), "ISNUMBER(cv_blank)", False),
    Case(call("ISNUMBER", ERROR), "ISNUMBER(cv_error)", False),
    Case(call("ISNUMBER", TRUE), "ISNUMBER(cv_true)", False, TRUE_IS_ONE),
    Case(call("AND", THREE > 2, TRUE), "AND(cv_three>2,cv_true)", True),
    Case(call("AND", TRUE, THREE > 3), "AND(cv_true,cv_three>3)", False),
    Case(call("AND", TRUE, BLANK), "AND(cv_true,cv_blank)", True),
    Case(call("AND", TRUE, ERROR), "AND(cv_true,cv_error)", NUM),
    # rounding
    Case(call("ROUND", 2.5, 0), "ROUND(2.5,0)", 3.0),
    Case(call("ROUND", -2.5, 0), "ROUND(-2.5,0)", -3.0),
    Case(call("ROUND", 1.005, 2), "ROUND(1.005,2)", 1.01),
    Case(call("ROUND", 1250, -2), "ROUND(1250,-2)", 1300.0),
    Case(call("ROUND", 1e20, 2), "ROUND(100000000000000000000,2)", 1e20),
    Case(call("ROUND", WORD, 0), "ROUND(cv_word,0)", VALUE),
    Case(call("FIXED", 1234567.891, 2), "FIXED(1234567.891,2)", "1,234,567.89"),
    Case(call("FIXED", -1234.5, 0), "FIXED(-1234.5,0)", "-1,235"),
    Case(call("FIXED", -0.4, 0), "FIXED(-0.4,0)", "0"),
    Case(call("FIXED", BLANK, 1), "FIXED(cv_blank,1)", "0.0"),
    Case(call("FIXED", 1250, -2), "FIXED(1250,-2)", "1,300"),
    Case(call("FIXED", ERROR, 0), "FIXED(cv_error,0)", NUM),
    Case(call("ABS", DIGITS), "ABS(cv_digits)", 12.0),
    Case(call("ABS", BLANK - 2), "ABS(cv_blank-2)", 2.0),
    # months: the 31st becomes the last day of a shorter month
    Case(call("EDATE", DATE, -3), "EDATE(cv_day,-3)", 45930.0),
    Case(call("EDATE", DATE, -10), "EDATE(cv_day,-10)", 45716.0),
    Case(call("EDATE", DATE, 2), "EDATE(cv_day,2)", 46081.0),
    Case(call("EDATE", BLANK, -3), "EDATE(cv_blank,-3)", NUM, "LibreOffice counts on before 1900"),
    Case(call("EDATE", WORD, 1), "EDATE(cv_word,1)", VALUE),
    Case(call("EDATE", ERROR, 1), "EDATE(cv_error,1)", NUM),
    Case(call("EOMONTH", DATE - 5, 0), "EOMONTH(cv_day-5,0)", 46022.0),
    Case(call("EOMONTH", DATE, -6), "EOMONTH(cv_day,-6)", 45838.0),
    Case(call("EOMONTH", DATE, 2), "EOMONTH(cv_day,2)", 46081.0),
    Case(call("EOMONTH", BLANK, -3), "EOMONTH(cv_blank,-3)", NUM, "LibreOffice counts on before 1900"),
    # columns: a heading's own brackets, signs and apostrophes are marked
    Case(call("COUNTA", NOTE), "COUNTA(tblThings['#It''s '[a'] b'@c])", 0.0),
    Case(call("SUM", AMOUNT), "SUM(tblThings[Amount])", 6.5),
    Case(call("SUM", AMOUNT, RANK), "SUM(tblThings[Amount],tblThings[Rank])", 21.5),
    Case(call("SUM", MIXED), "SUM(tblThings[Mixed])", 1.0, TRUE_IS_ONE),
    Case(call("SUM", SPOILT), "SUM(tblThings[Spoilt])", NA, LAST_ERROR),
    Case(call("SUM", NOTE), "SUM(tblThings['#It''s '[a'] b'@c])", 0.0),
    Case(call("SUM", WORD, THREE), "SUM(cv_word,cv_three)", 3.0),
    Case(call("MAX", AMOUNT), "MAX(tblThings[Amount])", 10.0),
    Case(call("MIN", AMOUNT), "MIN(tblThings[Amount])", -4.0),
    Case(call("MAX", NOTE), "MAX(tblThings['#It''s '[a'] b'@c])", 0.0),
    Case(call("MIN", SPOILT), "MIN(tblThings[Spoilt])", NA),
    Case(call("MAX", DAYS), "MAX(tblThings[Day])", 46022.0),
    Case(call("COUNTA", MIXED), "COUNTA(tblThings[Mixed])", 4.0),
    Case(call("COUNTA", SPOILT), "COUNTA(tblThings[Spoilt])", 4.0),
    Case(call("COUNTA", AMOUNT), "COUNTA(tblThings[Amount])", 4.0),
    Case(call("COUNTA", DAYS), "COUNTA(tblThings[Day])", 4.0),
    # criteria
    Case(call("COUNTIF", AMOUNT, ">0"), 'COUNTIF(tblThings[Amount],">0")', 2.0),
    Case(call("COUNTIF", AMOUNT, "<=0"), 'COUNTIF(tblThings[Amount],"<=0")', 2.0),
    Case(call("COUNTIF", AMOUNT, "<>0"), 'COUNTIF(tblThings[Amount],"<>0")', 4.0),
    Case(call("COUNTIF", AMOUNT, 0), "COUNTIF(tblThings[Amount],0)", 1.0),
    Case(call("COUNTIF", AMOUNT, ""), 'COUNTIF(tblThings[Amount],"")', 1.0),
    Case(call("COUNTIF", MIXED, ">=1"), 'COUNTIF(tblThings[Mixed],">=1")', 1.0, TRUE_IS_ONE),
    Case(call("COUNTIF", MIXED, "TWO"), 'COUNTIF(tblThings[Mixed],"TWO")', 1.0),
    Case(call("COUNTIF", ID, "a*"), 'COUNTIF(tblThings[Id],"a*")', 3.0),
    Case(call("COUNTIF", ID, "a~*c"), 'COUNTIF(tblThings[Id],"a~*c")', 1.0),
    Case(call("COUNTIF", ID, "?"), 'COUNTIF(tblThings[Id],"?")', 2.0),
    Case(call("COUNTIF", ID, "<>b"), 'COUNTIF(tblThings[Id],"<>b")', 4.0),
    Case(call("COUNTIF", ID, ">abb"), 'COUNTIF(tblThings[Id],">abb")', 3.0),
    Case(call("COUNTIF", SPOILT, ">0"), 'COUNTIF(tblThings[Spoilt],">0")', 2.0),
    Case(call("SUMIF", RANK, "<=2", AMOUNT), 'SUMIF(tblThings[Rank],"<=2",tblThings[Amount])', 6.0),
    Case(call("SUMIF", RANK, "<=" & THREE, AMOUNT), 'SUMIF(tblThings[Rank],"<="&cv_three,tblThings[Amount])', 6.5),
    Case(call("SUMIF", RANK, ">4", SPOILT), 'SUMIF(tblThings[Rank],">4",tblThings[Spoilt])', 3.0),
    Case(call("SUMIF", RANK, "<=3", SPOILT), 'SUMIF(tblThings[Rank],"<=3",tblThings[Spoilt])', NA, LAST_ERROR),
    Case(call("SUMIF", SPOILT, ">0", SPOILT), 'SUMIF(tblThings[Spoilt],">0",tblThings[Spoilt])', 4.0),
    Case(call("COUNTIF", CLEAN, 0), "COUNTIF(Figures!$B$1:$B$4,0)", 1.0),
    Case(call("COUNTA", CLEAN), "COUNTA(Figures!$B$1:$B$4)", 4.0),
    # finding rows
    Case(call("MATCH", "ABC", ID, 0), 'MATCH("ABC",tblThings[Id],0)', 4.0),
    Case(call("MATCH", "?b?", ID, 0), 'MATCH("?b?",tblThings[Id],0)', 4.0),
    Case(call("MATCH", "x~~y", ID, 0), 'MATCH("x~~y",tblThings[Id],0)', 5.0),
    Case(call("MATCH", "x~y", ID, 0), 'MATCH("x~y",tblThings[Id],0)', NA),
    Case(
        call("MATCH", call("SUBSTITUTE", "x~y", "~", "~~"), ID, 0),
        'MATCH(SUBSTITUTE("x~y","~","~~"),tblThings[Id],0)',
        5.0,
    ),
    Case(call("MATCH", "z", ID, 0), 'MATCH("z",tblThings[Id],0)', NA),
    Case(call("MATCH", 5, RANK, 0), "MATCH(5,tblThings[Rank],0)", 3.0),
    Case(call("MATCH", 0, AMOUNT, 0), "MATCH(0,tblThings[Amount],0)", 5.0),
    Case(call("MATCH", 3, SPOILT, 0), "MATCH(3,tblThings[Spoilt],0)", 3.0),
    Case(call("MATCH", ERROR, RANK, 0), "MATCH(cv_error,tblThings[Rank],0)", NUM),
    Case(call("INDEX", ID, 2), "INDEX(tblThings[Id],2)", "B"),
    Case(call("INDEX", ID, 2.9), "INDEX(tblThings[Id],2.9)", "B"),
    Case(call("INDEX", AMOUNT, THREE), "INDEX(tblThings[Amount],cv_three)", 0.0),
    Case(call("INDEX", AMOUNT, 3) & "x", 'INDEX(tblThings[Amount],3)&"x"', "x"),
    Case(call("INDEX", SPOILT, 2), "INDEX(tblThings[Spoilt],2)", NA),
    Case(call("INDEX", ID, 6), "INDEX(tblThings[Id],6)", REF, "LibreOffice says #VALUE!"),
    Case(call("INDEX", ID, WORD), "INDEX(tblThings[Id],cv_word)", VALUE),
    Case(call("INDEX", RANK, call("MATCH", "abc", ID, 0)), 'INDEX(tblThings[Rank],MATCH("abc",tblThings[Id],0))', 3.0),
    # row by row, which is what SUMPRODUCT is for
    Case(call("SUMPRODUCT", RANK * 2), "SUMPRODUCT(tblThings[Rank]*2)", 30.0),
    Case(call("SUMPRODUCT", AMOUNT, RANK), "SUMPRODUCT(tblThings[Amount],tblThings[Rank])", 17.5),
    Case(call("SUMPRODUCT", (AMOUNT > 0) * RANK), "SUMPRODUCT((tblThings[Amount]>0)*tblThings[Rank])", 5.0),
    Case(call("SUMPRODUCT", ID.equals("b") * RANK), 'SUMPRODUCT((tblThings[Id]="b")*tblThings[Rank])', 1.0),
    Case(call("SUMPRODUCT", AMOUNT > 0), "SUMPRODUCT(tblThings[Amount]>0)", 0.0, TRUE_IS_ONE),
    Case(call("SUMPRODUCT", call("ABS", AMOUNT)), "SUMPRODUCT(ABS(tblThings[Amount]))", 14.5),
    Case(call("SUMPRODUCT", MIXED), "SUMPRODUCT(tblThings[Mixed])", 1.0, TRUE_IS_ONE),
    Case(call("SUMPRODUCT", MIXED * 1), "SUMPRODUCT(tblThings[Mixed]*1)", VALUE),
    Case(call("SUMPRODUCT", SPOILT * 0), "SUMPRODUCT(tblThings[Spoilt]*0)", NA),
    Case(call("SUMPRODUCT", RANK / AMOUNT), "SUMPRODUCT(tblThings[Rank]/tblThings[Amount])", DIV0),
    Case(call("SUMPRODUCT", AMOUNT**0.5), "SUMPRODUCT(tblThings[Amount]^0.5)", NUM),
    Case(call("SUMPRODUCT", 2**RANK), "SUMPRODUCT(2^tblThings[Rank])", 62.0),
    Case(call("SUMPRODUCT", RANK + WORD), "SUMPRODUCT(tblThings[Rank]+cv_word)", VALUE),
    Case(call("SUMPRODUCT", call("ISERROR", SPOILT) * 1), "SUMPRODUCT(ISERROR(tblThings[Spoilt])*1)", 2.0),
    Case(call("SUMPRODUCT", call("ISERROR", RANK) * 1), "SUMPRODUCT(ISERROR(tblThings[Rank])*1)", 0.0),
    Case(call("SUMPRODUCT", call("ISNUMBER", AMOUNT) * 1), "SUMPRODUCT(ISNUMBER(tblThings[Amount])*1)", 4.0),
    Case(call("SUMPRODUCT", MIXED.differs(ID) * 1), "SUMPRODUCT((tblThings[Mixed]<>tblThings[Id])*1)", 5.0),
    Case(
        call("SUMPRODUCT", NOTE.equals(AMOUNT) * 1),
        "SUMPRODUCT((tblThings['#It''s '[a'] b'@c]=tblThings[Amount])*1)",
        2.0,
    ),
    # other formula cells
    Case(Figure("from_blank").equals(0), "Figures!$B$3=0", True),
    Case(Figure("from_blank") & "x", 'Figures!$B$3&"x"', "0x"),
    Case(Figure("empty").equals(0), "Figures!$B$2=0", False),
    Case(Figure("empty") + 1, "Figures!$B$2+1", VALUE),
    Case(Figure("half") * 2, "Figures!$B$4*2", 1.0),
    Case(Figure("broken"), "Figures!$B$5", NUM),
)


def place(key: str) -> str:
    """Give the address of a figure's cell: one under the other on a sheet of their own."""
    return f"Figures!$B${list(FIGURES).index(key) + 1}"


def book() -> Book:
    """Give what the expressions refer to."""
    headings = {THINGS[name].title: cells for name, cells in CELLS.items()}
    return Book(tables={THINGS.excel_name: headings}, names=NAMES, figures=FIGURES)

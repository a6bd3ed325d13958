"""
A VBA project as Excel stores it, [MS-OVBA]: texts of modules in, the part `xl/vbaProject.bin` out.

Only the source is written, no compiled code: the stream `_VBA_PROJECT` says so, and Excel compiles the modules when
they are first used. xlwings ships its own add-in in this form. The same input gives the same bytes.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from addin.hosts.desktop.vba.compound import compound_file
from addin.hosts.desktop.vba.compression import compress

__all__ = ["Kind", "Module", "Reference", "module_from_file", "project_bytes"]

MOST_MODULE_NAME: Final = 31
MOST_PROJECT_NAME: Final = 128
MOST_LINE: Final = 1023
MOST_CONTINUATIONS: Final = 24

CODE_PAGE: Final = "cp1252"
"""The project names its code page, so the texts read the same on every machine."""

_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_CONTINUED: Final = re.compile(r"[ \t]_[ \t]*$")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ATTRIBUTE: Final = re.compile(r"Attribute (VB_\w+) = (.*)")
_CLASS_FILE: Final = "VERSION 1.0 CLASS"
_CLASS_BASE: Final = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"
_DIRECTORY: Final = "dir"


class Kind(StrEnum):
    """What a module is."""

    STANDARD = "standard"
    CLASS = "class"
    DOCUMENT = "document"
    """The module of the workbook or of one of its sheets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """
    One module.

    Attributes
    ----------
    name : str
        A letter, then letters, digits and underscores.
    code : str
        The text without the ``Attribute VB_`` lines at its top; those within procedures are part of it. Any line ends.
    kind : Kind
        What it is.
    base : str
        The class of a document: ``0{...}``, a different one for the workbook and for its sheets.
    exposed, predeclared : bool
        Of a class: other projects see it; it has an instance of its own name. A document is and has both.
    """

    name: str
    code: str
    kind: Kind = Kind.STANDARD
    base: str = ""
    exposed: bool = False
    predeclared: bool = False

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name for a module: a letter, then letters, digits and underscores")
        if len(self.name) > MOST_MODULE_NAME:
            raise ValueError(
                f"the module name {self.name} has {len(self.name)} characters, more than {MOST_MODULE_NAME}"
            )
        if (self.kind is Kind.DOCUMENT) != bool(self.base):
            raise ValueError(f"module {self.name}: a document has a base, and no other module has one")
        _check_lines(self.name, _LINE_END.split(self.code))

    @property
    def source(self) -> str:
        """The whole text as the project holds it."""
        code = _LINE_END.sub("\n", self.code).rstrip("\n")
        return "".join(f"{line}\r\n" for line in (*self._header(), *(code.split("\n") if code else ())))

    def _header(self) -> Iterator[str]:
        """The lines that the editor does not show."""
        yield f'Attribute VB_Name = "{self.name}"'
        if self.kind is Kind.STANDARD:
            return
        document = self.kind is Kind.DOCUMENT
        yield f'Attribute VB_Base = "{self.base or _CLASS_BASE}"'
        yield "Attribute VB_GlobalNameSpace = False"
        yield "Attribute VB_Creatable = False"
        yield f"Attribute VB_PredeclaredId = {document or self.predeclared}"
        yield f"Attribute VB_Exposed = {document or self.exposed}"
        yield "Attribute VB_TemplateDerived = False"
        yield f"Attribute VB_Customizable = {document}"


def _check_lines(module: str, lines: Sequence[str]) -> None:
    """Refuse what the editor could not have produced; Excel would not compile it, or not open the project."""
    continuations = 0
    for number, line in enumerate(lines, 1):
        place = f"module {module}, line {number}"
        if len(line) > MOST_LINE:
            raise ValueError(f"{place}: {len(line)} characters, more than {MOST_LINE}: {line[:40]}...")
        continuations = continuations + 1 if _CONTINUED.search(line) else 0
        if continuations > MOST_CONTINUATIONS:
            raise ValueError(f"{place}: more than {MOST_CONTINUATIONS} line continuations in a row")
        character = _foreign_character(line)
        if character:
            raise ValueError(f"{place}: a VBA text cannot hold the character {character!r} (U+{ord(character):04X})")


def _foreign_character(line: str) -> str:
    """The first character that the code page lacks, or a control character; "" if there is none."""
    try:
        line.encode(CODE_PAGE)
    except UnicodeEncodeError as error:
        return line[error.start]
    control = _CONTROL.search(line)
    return control[0] if control else ""


def module_from_file(text: str) -> Module:
    r"""
    Read a module as the editor exports it.

    Parameters
    ----------
    text : str
        The text of a .bas or .cls file. The description of a class as a whole is not kept.

    Returns
    -------
    Module
        A standard module or a class.

    Raises
    ------
    ValueError
        If the text does not begin as such a file, or `Module` refuses what it holds.

    Examples
    --------
    >>> module = module_from_file('Attribute VB_Name = "Greeting"\nOption Explicit\n')
    >>> module.name, module.code, str(module.kind)
    ('Greeting', 'Option Explicit\n', 'standard')
    """
    lines = _LINE_END.split(text)
    is_class = lines[0].strip() == _CLASS_FILE
    start = lines.index("END") + 1 if is_class and "END" in lines else 0
    attributes = {}
    while start < len(lines) and (match := _ATTRIBUTE.match(lines[start])):
        attributes[match[1]] = match[2].strip()
        start += 1
    if "VB_Name" not in attributes:
        raise ValueError("the text is no exported module: it does not begin with the line Attribute VB_Name")
    return Module(
        name=attributes["VB_Name"].strip('"'),
        code="\n".join(lines[start:]),
        kind=Kind.CLASS if is_class else Kind.STANDARD,
        exposed=is_class and attributes.get("VB_Exposed") == "True",
        predeclared=is_class and attributes.get("VB_PredeclaredId") == "True",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    r"""
    A type library that the project uses.

    Attributes
    ----------
    name : str
        Its name in code.
    libid : str
        ``*\G{guid}#major.minor#language#path#description``, 2.1.1.8; Windows finds it by the guid, wherever it is.
    """

    name: str
    libid: str


STDOLE: Final = Reference(
    name="stdole",
    libid=r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
)
OFFICE: Final = Reference(
    name="Office",
    libid=r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared\OFFICE16"
    r"\MSO.DLL#Microsoft Office 16.0 Object Library",
)


def project_bytes(
    name: str,
    modules: Sequence[Module],
    *,
    references: Sequence[Reference] = (STDOLE, OFFICE),
    project_id: str = "{318BEE36-5BE1-492A-826D-473DB19B0F30}",
) -> bytes:
    """
    Write a VBA project.

    Parameters
    ----------
    name : str
        Name of the project, as a module's.
    modules : sequence of Module
        A workbook's project has a document for the workbook and one for each sheet.
    references : sequence of Reference
        Type libraries besides VBA's and Excel's own. Office is where a ribbon's controls are declared.
    project_id : str
        A GUID in braces; the project's protection is written with it as the key.

    Returns
    -------
    bytes
        The part `xl/vbaProject.bin`.

    Raises
    ------
    ValueError
        If two modules have the same name, case aside, or a name is the project's or one that VBA keeps for itself.
    """
    _check_names(name, modules)
    vba = {_DIRECTORY: compress(_directory(name, modules, references)), "_VBA_PROJECT": _NO_COMPILED_CODE}
    sources = {module.name: compress(module.source.encode(CODE_PAGE)) for module in modules}
    return compound_file(
        {
            "VBA": {**vba, **sources},
            "PROJECT": _project_text(name, modules, project_id).encode(CODE_PAGE),
            "PROJECTwm": _names_in_unicode(modules),
        }
    )


def _check_names(project: str, modules: Sequence[Module]) -> None:
    """Refuse a project that VBA would say has a name conflict."""
    if not _IDENTIFIER.fullmatch(project) or len(project) > MOST_PROJECT_NAME:
        raise ValueError(f"{project!r} is no name for a project: a letter, then letters, digits and underscores")
    times = Counter(module.name.casefold() for module in modules)
    for module in modules:
        if times[module.name.casefold()] > 1:
            raise ValueError(f"two modules have the name {module.name}, case aside")
        if module.name.casefold() in (project.casefold(), _DIRECTORY):
            raise ValueError(f"no module can have the name {module.name}: the project or a stream in it has it")


# The stream "dir", 2.3.4.2: records of an id, a size and data.

_NO_COMPILED_CODE: Final = bytes.fromhex("cc61ffff000100")
"""The version 0xFFFF, which no Excel has; so it compiles the source."""

_WIN64: Final = 3
_ENGLISH: Final = 0x409
_NO_COOKIE: Final = 0xFFFF
_VERSION: Final = struct.pack("<HIIH", 0x09, 4, 0x61EEF783, 3)  # its size field does not count the minor version


def _directory(name: str, modules: Sequence[Module], references: Sequence[Reference]) -> bytes:
    """The project's properties, its references and its modules, in the order that Excel writes them."""
    information = (
        _number(0x01, _WIN64),
        _number(0x02, _ENGLISH) + _number(0x14, _ENGLISH) + _short(0x03, int(CODE_PAGE.removeprefix("cp"))),
        _record(0x04, name.encode(CODE_PAGE)),
        _text(0x05, 0x40, ""),  # no description
        _record(0x06) + _record(0x3D) + _number(0x07, 0),  # no help file
        _number(0x08, 0) + _VERSION,
        _text(0x0C, 0x3C, ""),  # no constants
    )
    counted = (_short(0x0F, len(modules)), _short(0x13, _NO_COOKIE))
    return b"".join(
        (*information, *map(_reference_record, references), *counted, *map(_module_records, modules), _record(0x10))
    )


def _reference_record(reference: Reference) -> bytes:
    libid = reference.libid.encode(CODE_PAGE)
    return _text(0x16, 0x3E, reference.name) + _record(0x0D, struct.pack("<I", len(libid)) + libid + bytes(6))


def _module_records(module: Module) -> bytes:
    """What the directory says of one module; its source begins at the first byte of its stream."""
    return b"".join(
        (
            _text(0x19, 0x47, module.name),
            _text(0x1A, 0x32, module.name),  # the name of its stream
            _text(0x1C, 0x48, ""),  # no description
            _number(0x31, 0) + _number(0x1E, 0) + _short(0x2C, _NO_COOKIE),
            _record(0x21 if module.kind is Kind.STANDARD else 0x22),
            _record(0x2B),
        )
    )


def _record(identity: int, data: bytes = b"") -> bytes:
    return struct.pack("<HI", identity, len(data)) + data


def _number(identity: int, value: int) -> bytes:
    return _record(identity, struct.pack("<I", value))


def _short(identity: int, value: int) -> bytes:
    return _record(identity, struct.pack("<H", value))


def _text(identity: int, unicode_identity: int, text: str) -> bytes:
    """A text in the project's code page, and again in Unicode."""
    return _record(identity, text.encode(CODE_PAGE)) + _record(unicode_identity, text.encode("utf-16-le"))


# The streams "PROJECT", 2.3.1, and "PROJECTwm", 2.3.3.

_LINES: Final = {
    Kind.STANDARD: "Module={}",
    Kind.CLASS: "Class={}",
    Kind.DOCUMENT: "Document={}/&H00000000",
}
_SEED: Final = 0x5D  # any byte would do, as long as it is always the same
_NOT_PROTECTED: Final = bytes(4)
_NO_PASSWORD: Final = b"\x00"
_VISIBLE: Final = b"\xff"


def _project_text(name: str, modules: Sequence[Module], project_id: str) -> str:
    lines = (
        f'ID="{project_id}"',
        *(_LINES[module.kind].format(module.name) for module in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_obfuscated(project_id, _NOT_PROTECTED)}"',
        f'DPB="{_obfuscated(project_id, _NO_PASSWORD)}"',
        f'GC="{_obfuscated(project_id, _VISIBLE)}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    )
    return "".join(f"{line}\r\n" for line in lines)


def _obfuscated(project_id: str, data: bytes) -> str:
    """The project's protection, unreadable as 2.4.3.2 wants it: each byte depends on those before it."""
    key = sum(project_id.encode(CODE_PAGE)) & 0xFF
    written = bytearray((_SEED, _SEED ^ 2, _SEED ^ key))
    ignored = bytes([7] * ((_SEED & 6) // 2))
    plain = key
    for byte in ignored + struct.pack("<I", len(data)) + data:
        written.append(byte ^ ((written[-2] + plain) & 0xFF))
        plain = byte
    return written.hex().upper()


def _names_in_unicode(modules: Sequence[Module]) -> bytes:
    names = (module.name.encode(CODE_PAGE) + b"\0" + module.name.encode("utf-16-le") + b"\0\0" for module in modules)
    return b"".join(names) + b"\0\0"

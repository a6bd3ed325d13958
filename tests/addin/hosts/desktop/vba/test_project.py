import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.hosts.desktop.vba import Kind, Module, Reference, module_from_file, project_bytes
from tests.addin.hosts.desktop.vba.reading import (
    decompressed,
    directory_records,
    project_of,
    sources,
    stream,
    xlwings_file,
)

WORKBOOK = Module(name="ThisWorkbook", code="", kind=Kind.DOCUMENT, base="0{00020819-0000-0000-C000-000000000046}")
SHEET = Module(name="Sheet1", code="", kind=Kind.DOCUMENT, base="0{00020820-0000-0000-C000-000000000046}")
GREETING = Module(name="Greeting", code='Public Sub Greet()\n    MsgBox "Grüße"\nEnd Sub\n')
CLASS = Module(name="Thing", code="Public Size As Long", kind=Kind.CLASS)
MODULES = (WORKBOOK, SHEET, GREETING, CLASS)

CP1252 = bytes({*range(32, 127), *range(128, 256)} - {0x81, 0x8D, 0x8F, 0x90, 0x9D}).decode("cp1252") + "\t"
lines = st.lists(st.text(CP1252, max_size=80), max_size=20)
module_names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,30}", fullmatch=True).filter(
    lambda name: name.lower() not in ("dir", "demo")
)


def standard(code: str, name: str = "M") -> Module:
    return Module(name=name, code=code)


def wheel_text(name: str) -> str:
    return xlwings_file(name).read_bytes().decode("cp1252")


class TestSource:
    @given(st.dictionaries(module_names, lines, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n", "\r"]))
    def test_every_text_comes_back(self, texts: dict[str, list[str]], line_end: str) -> None:
        """With Windows' line ends, and without blank lines at its end."""
        texts = {name.lower(): code for name, code in texts.items()}
        found = sources(project_bytes("Demo", [standard(line_end.join(code), name) for name, code in texts.items()]))
        assert list(found) == list(texts)
        for name, code in texts.items():
            while code and not code[-1]:
                code = code[:-1]
            assert found[name] == "".join(f"{line}\r\n" for line in (f'Attribute VB_Name = "{name}"', *code))

    def test_the_hidden_lines_are_those_that_excel_writes(self) -> None:
        """Byte for byte those of a document and a class in the add-in that xlwings ships."""
        shipped = sources(project_of(xlwings_file("addin/xlwings.xlam")))
        ours = sources(project_bytes("Demo", [WORKBOOK, SHEET]))
        assert ours == {name: shipped[name] for name in ("ThisWorkbook", "Sheet1")}
        shipped_class = Module(name="WebClient", code="", kind=Kind.CLASS, exposed=True)
        assert shipped["WebClient"].startswith(shipped_class.source)

    def test_a_class_is_private_unless_it_says_otherwise(self) -> None:
        assert "VB_Exposed = False\r\n" in CLASS.source
        assert "VB_PredeclaredId = False\r\n" in CLASS.source


class TestModuleFiles:
    @pytest.mark.parametrize("name", ["xlwings.bas", "xlwings_custom_addin.bas"])
    def test_a_standard_module_comes_back(self, name: str) -> None:
        text = wheel_text(name)
        module = module_from_file(text)
        assert (module.name, module.kind) == ("xlwings", Kind.STANDARD)
        assert sources(project_bytes("Demo", [module]))["xlwings"] == text.rstrip() + "\r\n"

    def test_a_class_keeps_all_but_its_header(self) -> None:
        text = wheel_text("addin/Dictionary.cls")
        module = module_from_file(text)
        assert (module.name, module.kind, module.exposed, module.predeclared) == ("Dictionary", Kind.CLASS, True, False)
        (found,) = sources(project_bytes("Demo", [module])).values()
        body = text[text.index("''\r\n' Dictionary v1.4.1") :]
        assert found == module.source
        assert found.endswith(f"Attribute VB_Customizable = False\r\n{body}")
        assert "Attribute Item.VB_UserMemId = 0\r\n" in body
        assert found.count('Attribute VB_Name = "Dictionary"') == 1

    def test_a_class_with_an_instance_of_its_own_keeps_it(self) -> None:
        text = "VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  'True\nEND\n"
        text += 'Attribute VB_Name = "One"\nAttribute VB_PredeclaredId = True\nAttribute VB_Exposed = False\nx = 1\n'
        module = module_from_file(text)
        assert module == Module(name="One", code="x = 1\n", kind=Kind.CLASS, predeclared=True)
        assert "VB_PredeclaredId = True\r\n" in module.source

    @pytest.mark.parametrize("text", ["", 'Option Explicit\nAttribute VB_Name = "Late"', "VERSION 1.0 CLASS\nBEGIN\n"])
    def test_other_texts_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="does not begin with the line Attribute VB_Name"):
            module_from_file(text)


class TestRefusals:
    @pytest.mark.parametrize("name", ["", "1st", "_x", "Größe", "a b", "a-b", "a\n"])
    def test_no_identifier(self, name: str) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(repr(name))} is no name for a module: a letter, then"):
            standard("", name)

    def test_a_long_name(self) -> None:
        standard("", "a" * 31)
        with pytest.raises(ValueError, match=r"the module name a{32} has 32 characters, more than 31"):
            standard("", "a" * 32)

    def test_two_modules_of_one_name(self) -> None:
        with pytest.raises(ValueError, match="two modules have the name One, case aside"):
            project_bytes("Demo", [standard("", "One"), standard("", "ONE")])

    @pytest.mark.parametrize("name", ["Dir", "DEMO"])
    def test_a_name_that_the_project_needs(self, name: str) -> None:
        with pytest.raises(ValueError, match=f"no module can have the name {name}"):
            project_bytes("Demo", [standard("", name)])

    @pytest.mark.parametrize("name", ["", "My Project", "a" * 129])
    def test_a_name_that_no_project_has(self, name: str) -> None:
        with pytest.raises(ValueError, match="is no name for a project"):
            project_bytes(name, [GREETING])

    def test_a_long_line(self) -> None:
        standard("x" * 1023)
        with pytest.raises(ValueError, match=r"module M, line 2: 1024 characters, more than 1023: x{40}\.\.\."):
            standard("\r\n" + "x" * 1024)

    def test_many_line_continuations(self) -> None:
        one = "x = 1 + _\n"
        standard(one * 24 + "1\n" + one * 24 + "1")
        with pytest.raises(ValueError, match="module M, line 26: more than 24 line continuations in a row"):
            standard("\n" + one * 25 + "1")

    @pytest.mark.parametrize(
        ("character", "code"),
        [("\u2192", "2192"), ("\U0001f600", "1F600"), ("\x81", "0081"), ("\0", "0000"), ("\x0c", "000C")],
    )
    def test_characters_that_no_vba_text_holds(self, character: str, code: str) -> None:
        with pytest.raises(ValueError, match=rf"^module M, line 3: a VBA text cannot hold .* \(U\+{code}\)$"):
            standard(f"a\rb\nc{character}d")

    @pytest.mark.parametrize("module", [{"kind": Kind.DOCUMENT}, {"kind": Kind.CLASS, "base": "0{}"}])
    def test_a_base_without_a_document(self, module: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="module M: a document has a base, and no other module has one"):
            Module(name="M", code="", **module)  # type: ignore[arg-type]  # a mixture on purpose


def protection(project: bytes) -> tuple[str, dict[str, tuple[int, bytes]]]:
    """The project's id, and key and data of CMG, DPB and GC, decoded by [MS-OVBA] 2.4.3.3."""
    text = stream(project, "PROJECT").decode("cp1252")
    values = dict(re.findall(r'^(\w+)="(.*)"\r$', text, re.MULTILINE))
    return values["ID"], {name: decoded(bytes.fromhex(values[name])) for name in ("CMG", "DPB", "GC")}


def decoded(data: bytes) -> tuple[int, bytes]:
    seed, version_encrypted, key_encrypted = data[:3]
    assert seed ^ version_encrypted == 2
    key = previous_plain = seed ^ key_encrypted
    newest, one_before = key_encrypted, version_encrypted
    plain = bytearray()
    for byte in data[3:]:
        previous_plain = byte ^ ((one_before + previous_plain) % 256)
        newest, one_before = byte, newest
        plain.append(previous_plain)
    content = plain[(seed & 6) // 2 :]
    assert int.from_bytes(content[:4], "little") == len(content) - 4
    return key, bytes(content[4:])


EMPTY: Mapping[str, Callable[[str], Module]] = {
    "Module": lambda name: replace(GREETING, name=name, code=""),
    "Class": lambda name: replace(CLASS, name=name, code=""),
    "Document": lambda name: replace(SHEET, name=name),
}


class TestProject:
    def test_the_same_modules_give_the_same_bytes(self) -> None:
        assert project_bytes("Demo", MODULES) == project_bytes("Demo", list(MODULES))

    def test_the_streams_are_those_of_a_project_without_compiled_code(self) -> None:
        project = project_bytes("Demo", MODULES)
        shipped = project_of(xlwings_file("addin/xlwings.xlam"))
        assert stream(project, "VBA", "_VBA_PROJECT") == stream(shipped, "VBA", "_VBA_PROJECT")
        assert decompressed(stream(project, "VBA", "Greeting")) == GREETING.source.encode("cp1252")
        names = stream(project, "PROJECTwm")
        assert names.startswith(b"ThisWorkbook\0" + "ThisWorkbook\0Sheet1".encode("utf-16-le")[:26] + b"Sheet1\0")
        assert names.endswith("Thing\0\0".encode("utf-16-le"))

    def test_the_directory_has_the_records_of_the_add_in_that_xlwings_ships(self) -> None:
        """In the same order, and with the same data but for names, versions, descriptions and compiled code."""
        shipped = project_of(xlwings_file("addin/xlwings.xlam"))
        theirs = list(directory_records(shipped))
        kinds = re.findall(r"^(Module|Class|Document)=(\w+)", stream(shipped, "PROJECT").decode("cp1252"), re.MULTILINE)
        ours = list(directory_records(project_bytes("Demo", [EMPTY[kind](name) for kind, name in kinds])))
        assert [identity for identity, _ in ours] == [identity for identity, _ in theirs]
        name, version, cookie, module_cookie, offset = 0x04, 0x09, 0x13, 0x2C, 0x31
        varying = {name, version, cookie, module_cookie, offset, 0x1C, 0x48}
        assert [record for record in ours if record[0] not in varying] == [
            record for record in theirs if record[0] not in varying
        ]

    def test_references_are_the_ones_given(self) -> None:
        library = Reference(
            name="Scripting", libid=r"*\G{420B2830-E718-11CF-893D-00A0C9054228}#1.0#0#scrrun.dll#Runtime"
        )
        records = list(directory_records(project_bytes("Demo", MODULES, references=[library])))
        assert [data for identity, data in records if identity == 0x16] == [b"Scripting"]
        (record,) = [data for identity, data in records if identity == 0x0D]
        assert record[4:-6] == library.libid.encode()
        assert int.from_bytes(record[:4], "little") == len(library.libid)

    @pytest.mark.parametrize("name", ["addin/xlwings.xlam", "quickstart.xlsm"])
    def test_the_decoder_of_the_protection_reads_what_excel_wrote(self, name: str) -> None:
        identity, found = protection(project_of(xlwings_file(name)))
        assert {key for key, _ in found.values()} == {sum(identity.encode()) % 256}

    @pytest.mark.parametrize("options", [{}, {"project_id": "{00000000-1111-2222-3333-444444444444}"}])
    def test_the_project_is_visible_and_not_protected(self, options: dict[str, str]) -> None:
        identity, found = protection(project_bytes("Demo", MODULES, **options))  # type: ignore[arg-type]  # one option
        key = sum(identity.encode()) % 256
        assert found == {"CMG": (key, bytes(4)), "DPB": (key, b"\0"), "GC": (key, b"\xff")}
        _, quickstart = protection(project_of(xlwings_file("quickstart.xlsm")))
        assert {name: data for name, (_, data) in quickstart.items()} == {
            name: data for name, (_, data) in found.items()
        }

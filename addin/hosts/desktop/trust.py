"""
What Windows and Excel allow: the settings and policies that decide whether the add-in may run and may start Python.

Files in a trusted location run their macros whatever the other settings say, and the user's startup folder is one by
default; so a location that is no longer trusted is the first question, and a signature the second [1]_.

References
----------
.. [1] Microsoft, "Trusted Locations for Office files" and "Macros from the internet are blocked by default in Office",
   deployment documentation of Microsoft 365 Apps.
"""

import re
from pathlib import Path
from typing import Final

from addin.faults import UserError
from addin.hosts.desktop.check import Check, Verdict, failed, ok, warning
from addin.hosts.desktop.install import is_blocked, is_signed
from addin.hosts.desktop.machine import ADDIN_NAME, Machine

__all__ = [
    "check_addin_policies",
    "check_attack_surface",
    "check_disabled_items",
    "check_macros",
    "check_mark",
    "check_other_copies",
    "excel_program",
]

USER: Final = "HKEY_CURRENT_USER"
COMPUTER: Final = "HKEY_LOCAL_MACHINE"

EXCEL: Final = r"Software\Microsoft\Office\16.0\Excel"
EXCEL_POLICIES: Final = r"Software\Policies\Microsoft\Office\16.0\Excel"
OFFICE_POLICIES: Final = r"Software\Policies\Microsoft\Office\16.0\Common"
APP_PATH: Final = r"Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
DEFENDER: Final = r"Software\Policies\Microsoft\Windows Defender"
ATTACK_SURFACE: Final = rf"{DEFENDER}\Windows Defender Exploit Guard\ASR\Rules"
ATTACK_SURFACE_MANAGED: Final = rf"{DEFENDER}\Policy Manager"

EVERYTHING_RUNS, EXCEL_ASKS, SIGNED_RUN, NOTHING_RUNS = 1, 2, 3, 4
WARNING_WORDS: Final = {
    EVERYTHING_RUNS: "all macros run",
    EXCEL_ASKS: "Excel asks before macros run",
    SIGNED_RUN: "only macros signed by a trusted publisher run",
    NOTHING_RUNS: "no macros run",
}
"""What the values of VBAWarnings mean for a file outside trusted locations."""

RULES: Final = {
    "d4f940ab-401b-4efc-aadc-ad5f3c50688a": (
        "Block all Office applications from creating child processes",
        "Python cannot be started, neither by formulas nor by buttons",
    ),
    "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b": (
        "Block Win32 API calls from Office macros",
        "the library through which formulas call Python may not be loaded",
    ),
}
"""Rules of Windows Defender that concern the add-in: id, name, and what each stops."""

RULE_STATES: Final = (("1", (Verdict.FAILED, "blocks")), ("6", (Verdict.WARNING, "asks first")))
"""States that get in the way, the worst first; 0 is off and 2 only records."""

IT_DEPARTMENT: Final = "Ask your IT department; docs/deployment.md says what is needed and why"

_OPEN: Final = re.compile(r"open\d*")
_QUOTED: Final = re.compile(r'"([^"]*)"|(\S+\.xlam)', re.IGNORECASE)


def excel_program(machine: Machine) -> str:
    """Give the path of Excel on Windows; "" where it is not installed."""
    for hive in (COMPUTER, USER):
        path = str(machine.registry(hive, APP_PATH).get("", "")).strip('"')
        if path:
            return path
    return ""


def check_macros(machine: Machine) -> Check:
    """Whether the macros of the installed add-in may run."""
    title = "Macros"
    why = _locations_closed(machine)
    if not why:
        return ok(title, f"{machine.startup} is a trusted location, where macros run")
    level = _level(machine)
    found = f"{why}, and {WARNING_WORDS.get(level, 'an unknown rule holds')}"
    if level == EVERYTHING_RUNS:
        return ok(title, found)
    if level == EXCEL_ASKS:
        return warning(title, found, "Answer Excel with Enable; or have the add-in signed: docs/deployment.md")
    if level == SIGNED_RUN and _has_signature(machine):
        return warning(title, f"{found}; the add-in is signed", "See that its publisher is among the trusted ones")
    return failed(title, found, IT_DEPARTMENT)


def _has_signature(machine: Machine) -> bool:
    try:
        return is_signed(machine.addin)
    except UserError:  # not there or damaged, which the check of the add-in says
        return False


def _locations_closed(machine: Machine) -> str:
    """Say why the user's startup folder is not trusted; "" where it is."""
    for key, whose in ((EXCEL_POLICIES, "a policy"), (EXCEL, "Excel's Trust Center")):
        if machine.registry(USER, rf"{key}\Security\Trusted Locations").get("alllocationsdisabled") == 1:
            return f"{whose} switches trusted locations off"
    if machine.registry(USER, rf"{OFFICE_POLICIES}\Security\Trusted Locations").get("allow user locations") == 0:
        return "a policy allows only trusted locations of its own"
    return ""


def _level(machine: Machine) -> int:
    """The level that holds outside trusted locations; a policy goes before the user's choice."""
    for key in (EXCEL_POLICIES, EXCEL):
        level = machine.registry(USER, rf"{key}\Security").get("vbawarnings")
        if isinstance(level, int):
            return level
    return EXCEL_ASKS


def check_mark(machine: Machine) -> Check:
    """Whether Windows has marked the add-in as coming from the internet, and what follows from it."""
    title = "Mark of the web"
    if not is_blocked(machine.addin):
        return ok(title, "the add-in has none")
    mend = "Close Excel, then run customer-value install; or in the file's properties: Unblock"
    found = f"{machine.addin} is marked as coming from the internet"
    if not _locations_closed(machine):
        return warning(title, f"{found}, which Excel overlooks in a trusted location", mend)
    policy = machine.registry(USER, rf"{EXCEL_POLICIES}\Security").get("blockcontentexecutionfrominternet") == 1
    return failed(title, f"{found}, and {'a policy' if policy else 'Excel'} blocks macros from there", mend)


def check_addin_policies(machine: Machine) -> Check:
    """Whether add-ins as such are switched off or must be signed."""
    title = "Add-ins allowed"
    for key in (EXCEL_POLICIES, EXCEL):
        values = machine.registry(USER, rf"{key}\Security")
        if values.get("disablealladdins") == 1:
            return failed(title, "all add-ins are switched off", IT_DEPARTMENT)
        if values.get("requireaddinsig") == 1:
            # this one holds in trusted locations too
            if _has_signature(machine):
                return ok(title, "only those signed by a trusted publisher, and this one is signed")
            found = "only those signed by a trusted publisher, and this one is not signed"
            return failed(title, found, "Have it signed and install the signed file: docs/deployment.md")
    return ok(title, "nothing speaks against them")


def check_disabled_items(machine: Machine) -> Check:
    """Whether Excel has put the add-in on its list of things that once made it fail."""
    title = "Disabled items"
    name = ADDIN_NAME.encode("utf-16-le")
    items = machine.registry(USER, rf"{EXCEL}\Resiliency\DisabledItems").values()
    # of a two-byte letter, lower() changes the byte that tells upper from lower case
    if any(name in item.lower() for item in items if isinstance(item, bytes)):
        mend = "In Excel: File, Options, Add-ins, Manage Disabled Items, Go, choose it, Enable"
        return failed(title, "Excel has switched the add-in off after a failure", mend)
    return ok(title, "the add-in is not among them")


def check_other_copies(machine: Machine) -> Check:
    """Whether Excel opens a second copy of the add-in from somewhere else."""
    title = "Other copies"
    others = [path for path in _opened_at_start(machine) if path.casefold() != str(machine.addin).casefold()]
    program = excel_program(machine)
    shared = Path(program).parent / "XLSTART" / ADDIN_NAME
    if program and shared.exists():
        others.append(str(shared))
    if others:
        mend = "In Excel: File, Options, Add-ins, Manage Excel Add-ins, Go, untick it; then delete that file"
        return warning(title, f"Excel also opens {', '.join(others)}", mend)
    return ok(title, f"Excel opens no other {ADDIN_NAME}")


def _opened_at_start(machine: Machine) -> list[str]:
    """The copies that the user has ticked in Excel's list of add-ins."""
    values = machine.registry(USER, rf"{EXCEL}\Options")
    lines = [str(value) for name, value in sorted(values.items()) if _OPEN.fullmatch(name)]
    paths = [match[1] or match[2] for line in lines for match in _QUOTED.finditer(line)]
    return [path for path in paths if path.replace("/", "\\").rpartition("\\")[2].casefold() == ADDIN_NAME]


def check_attack_surface(machine: Machine) -> Check:
    """Whether a rule of Windows Defender keeps Excel from starting Python."""
    title = "Windows Defender"
    states = _rule_states(machine)
    for does, judged in RULE_STATES:
        for rule, (name, consequence) in RULES.items():
            if states.get(rule) == does:
                verdict, word = judged
                found = f'the rule "{name}" {word}: {consequence}'
                return Check(title=title, verdict=verdict, found=found, mend=IT_DEPARTMENT)
    return ok(title, "no rule is known that keeps Excel from starting Python")


def _rule_states(machine: Machine) -> dict[str, str]:
    """The states of Defender's rules, from group policy and from device management."""
    states = {rule.casefold(): str(state) for rule, state in machine.registry(COMPUTER, ATTACK_SURFACE).items()}
    managed = str(machine.registry(COMPUTER, ATTACK_SURFACE_MANAGED).get("asrrules", ""))
    pairs = (entry.partition("=") for entry in managed.split("|") if "=" in entry)
    return {rule.strip().casefold(): state.strip() for rule, _, state in pairs} | states

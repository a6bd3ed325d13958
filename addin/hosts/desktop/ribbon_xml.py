"""The ribbon as Excel reads it: one tab, drawn from the list of commands; every button calls one macro."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from lxml import etree

from addin.ribbon import COMMANDS, Command

__all__ = ["ribbon_xml"]

_NAMESPACE: Final = "http://schemas.microsoft.com/office/2009/07/customui"
_CALLBACK: Final = "CvRibbon.CvPress"
_SEPARATOR: Final = "|"


def ribbon_xml(tab: str, commands: Iterable[Command] = COMMANDS) -> str:
    """
    Draw the ribbon.

    Parameters
    ----------
    tab : str
        Label of the tab.
    commands : iterable of Command
        Those of a group, and of a menu in it, stand together.
    """
    default = {None: _NAMESPACE}
    root = etree.Element(f"{{{_NAMESPACE}}}customUI", nsmap=default)  # type: ignore[arg-type]  # its stubs want names
    tabs = _child(_child(root, "ribbon"), "tabs")
    page = _child(tabs, "tab", id="CvTab", label=tab)
    for group, members in groupby(commands, lambda command: command.group):
        box = _child(page, "group", id=f"CvGroup{_letters(group)}", label=group)
        for menu, entries in groupby(members, lambda command: command.menu):
            _controls(box, menu, list(entries))
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True, pretty_print=True)
    return text.decode()


def _controls(box: etree._Element, menu: str, commands: list[Command]) -> None:
    """Draw buttons, or one menu with them."""
    if menu:
        large = {"size": "large"} if any(command.large for command in commands) else {}
        box = _child(box, "menu", id=f"CvMenu{_letters(menu)}", label=menu, imageMso=commands[0].icon, **large)
    for command in commands:
        size = {"size": "large"} if command.large and not menu else {}
        button = _child(box, "button", id=command.id, label=command.label, imageMso=command.icon, **size)
        button.set("screentip", command.label)
        button.set("supertip", command.tip)
        button.set("onAction", _CALLBACK)
        if command.asks is not None:
            asks = command.asks
            button.set("tag", _SEPARATOR.join((asks.how, asks.suggested, asks.files)))


def _child(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_NAMESPACE}}}{tag}", attributes)


def _letters(label: str) -> str:
    return "".join(filter(str.isalnum, label.title()))

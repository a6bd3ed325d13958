"""
The ribbon as data: every button is a command with one function, which works on a workbook and the desk before it.

One module for each group; a capability adds its command to its group's list, and hosts draw what they find in
`COMMANDS`. Nothing in here knows which program holds the workbook.
"""

from addin.faults import UserError
from addin.ribbon import formulas, help_pages, model, refreshing, review
from addin.ribbon.command import Command

__all__ = ["COMMANDS", "Command", "UnknownCommandError", "find"]


class UnknownCommandError(UserError):
    """There is no command of that id."""


COMMANDS: tuple[Command, ...] = (
    *model.COMMANDS,
    *refreshing.COMMANDS,
    *review.COMMANDS,
    *formulas.COMMANDS,
    *help_pages.COMMANDS,
)
"""In the order of the ribbon; the commands of a group, and those of a menu in it, stand together."""


def find(id_: str) -> Command:
    """
    Give the command of that id.

    Raises
    ------
    UnknownCommandError
        If there is none, as when the add-in is of another version than Python's package.
    """
    for command in COMMANDS:
        if command.id == id_:
            return command
    raise UnknownCommandError(f"there is no command '{id_}'; update the add-in with: customer-value install")

"""What the user can mend: every such fault is one clear message, and exit code 2 on the command line."""

__all__ = ["UserError"]


class UserError(Exception):
    """A fault in a file, a setting or a call; the message says what, where and what to do."""

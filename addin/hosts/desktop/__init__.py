"""
Excel on the desktop, through xlwings: worksheet functions on Windows, ribbon buttons on Windows and Mac.

`build` makes the files that are installed or handed on, `udfs` is what Excel calls for a formula, `buttons` for a
button of the ribbon, `install` puts everything where Excel finds it.
"""

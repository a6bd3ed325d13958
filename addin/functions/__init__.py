"""
Worksheet functions, one module for each family.

Each takes its arguments read by kind, calls the mathematics and gives back what it says. What is wrong with a cell is
decided before, in `addin.calls`, what becomes of a result after.
"""

"""
The mathematics and the model: arrays and tables in, arrays and tables out.

Nothing in here knows a spreadsheet, a file, a clock, the environment or a random state.
"""

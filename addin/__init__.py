"""What Excel sees: worksheet functions, commands, and the adapters to the programs that hold a workbook."""

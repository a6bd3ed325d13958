"""What a workbook looks like: sheets, blocks, formulas and names as values, and the plan of what a refresh writes."""

"""The account to the vice-minister (point 3 of the order): what it counts, its words and its paper. Pure.

Each figure is defined in ``docs/reports.md``.
"""

"""Keeping a data folder well: damage found and mended, lost files landed again, old logs forgotten, full disks told of.

What a night does by itself to lose nothing belongs to its steps.
"""

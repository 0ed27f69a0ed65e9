"""The arithmetic of an evaluation: arrays in, numbers out, and never an import of Django.

`evaluate.measure` tells the story; `metrics` is the table to add a row to. What to measure, where the
rows come from and what is kept is decided in the room around this package.
"""

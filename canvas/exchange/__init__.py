"""Plans as files: what belongs to one, how it is written down, and how a file from elsewhere is read.

Nothing here writes to the database. `parts` is the table of what a plan consists of, `document` writes a project as a
plan and checks one that comes in, `markdown` makes it readable, `dorard` and `mlte` read other formats into it.
"""

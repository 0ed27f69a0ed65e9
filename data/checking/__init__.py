"""Holding rows against a schema: batches in, what breaks the schema out. Pure: no Django, no database.

`reading` reads cells as their type, `rules` builds a pandera schema from our fields, `keys` finds keys that come twice
however many rows there are, and `holding` walks a file with all three.
"""

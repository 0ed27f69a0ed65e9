"""Schemas and snapshots in the words of other tools: pure translations, files in and out, nothing fetched.

`reading` turns a stranger's text into plain values under limits; `odcs`, `table_schema` and `croissant` translate. What a
file says and no column of ours holds is kept and written again on export.
"""

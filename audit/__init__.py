"""What happened: an append-only, hash-chained journal.

The room keeps one line per write, in the writer's own transaction, and can prove that no line was changed, removed or
moved. It stores plain values (ids, names, labels), because the journal outlives what it describes. It knows no other
room: the pages that show it live in `canvas` (one project's journal) and in the admin (the whole chain, read-only).
"""

"""The paper: model documents, as HTML and PDF, in which every sentence rests on a record.

The room works in three steps: `facts` gathers a plain snapshot, `sections` lays it out as sentences with the records
they rest on, `render` writes it down. Only the first touches the database, and nothing here changes another room.
"""

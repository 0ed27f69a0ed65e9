"""A folder to begin the work in: what the plan says, pinned packages, and a training script that logs to Tenet.

`facts` gathers, `files` writes each file, `archive` packs them; only the first touches the database. Texts of people go
into Markdown and JSON only: the scripts are the same for everybody, and read them from there.
"""

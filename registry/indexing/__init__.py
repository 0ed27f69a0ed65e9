"""What the files of a model folder say, read without opening a model: bytes and texts in, plain values out.

Nothing here touches the database or runs anything of what it reads. What cannot be read never stops a registration: it
is named in a sentence, and the rest is kept.
"""

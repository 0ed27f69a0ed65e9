"""How a model gets from its input to its answer, in words and as a drawing.

Everything here is pure: steps that were read elsewhere, in the sandbox or beside the file, become numbered text and an
SVG. Nothing here loads a model, and nothing asks the database.
"""

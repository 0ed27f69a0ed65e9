"""What is done with environments once they are recorded: reading files, comparing, exporting, and looking up weaknesses.

All of it is text and plain values; the records stand in `registry.models`, and the writes in `registry.services`.
"""

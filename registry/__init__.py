"""The models: runs, versions, artifacts, environments, aliases, stages and promotions.

The room registers what was trained elsewhere, never changes it afterwards, and decides which version holds which stage.
It never asks for an evaluation: whoever has evidence reports it as a check on a version, and a promotion only reads
checks.
"""

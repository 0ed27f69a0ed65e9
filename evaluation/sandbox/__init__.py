"""The only place where a model is loaded: a confined, single-use child process that sees features and never labels.

The parent side (`client`, `process`, `tiers`, `warm`) never loads a model; the child side (`child`) confines itself
before it reads a byte of what people uploaded. Nothing here imports Django.
"""

"""HTML in, PDF out, in a process of its own: bounded in time and memory, and blind to the network.

Nothing here imports Django. `client` starts `child` once per document; the child can read its fonts and nothing else.
"""

"""What a table's columns look like, found in one pass: arrays in, plain values out, and no Django.

Rows arrive in chunks that fit the memory. Every column keeps a few small sketches, whose errors are stated with what
they give, and every row a 64-bit hash, by which rows of two tables are compared later.
"""

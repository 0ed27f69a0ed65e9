"""Benchmarks of the promises that have a number: `make bench` prints one line for each, and changes nothing.

Everything runs in temporary folders that are removed at the end. A missed target is printed, and is not an error:
times depend on the machine and on what else it does.
"""

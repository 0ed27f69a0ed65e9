"""What models learn from: sources, snapshots, schemas, labeling methods, and the files they live in.

The room keeps content under its SHA-256 and describes it. It does not know which models learned from a snapshot
(`registry`) nor how well they did (`evaluation`).
"""

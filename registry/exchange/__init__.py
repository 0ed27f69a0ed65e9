"""A registered model as one file: written so that the same records give the same bytes, read so that nothing is trusted.

The file is a zip without compression: `manifest.json` with the size and SHA-256 of every other entry, the records as
JSON, one entry for each run's metrics, and each file of the model once, under its SHA-256.
"""

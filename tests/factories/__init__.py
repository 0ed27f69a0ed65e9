"""One factory per model, one module per room."""

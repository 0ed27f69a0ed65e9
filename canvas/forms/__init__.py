"""Shape and validation of what people type: one module per noun."""

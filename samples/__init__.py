"""Two worked projects, and the demo that runs them through Tenet's own REST API.

Nothing here is imported by the product. Each sample keeps what people would write (`canvas.yaml`, `kpis.yaml`,
`data.yaml`) beside the script a data scientist would run (`train.py`).
"""

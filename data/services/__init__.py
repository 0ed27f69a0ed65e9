"""Every write of this room, one module per noun, and the question that other rooms ask most."""

from data.services.documentation import documentation_gaps

__all__ = ["documentation_gaps"]

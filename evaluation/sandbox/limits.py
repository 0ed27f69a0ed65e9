"""How much a model may take."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024
# Below this, Arrow cannot start its threads and pandas reports that memory has run out.
LEAST_MEMORY = 2048 * MEBIBYTE


@dataclass(frozen=True)
class Limits:
    """Memory, time and size that one model may take in one evaluation."""

    memory_bytes: int = 4096 * MEBIBYTE
    cpu_seconds: int = 600
    wall_seconds: float = 900.0
    startup_seconds: float = 60.0
    model_bytes: int = 512 * MEBIBYTE

    def __post_init__(self) -> None:
        """Refuse limits under which even an honest model fails."""
        if self.memory_bytes < LEAST_MEMORY:
            raise ValueError("A sandbox needs at least 2 GiB of address space.")
        if self.cpu_seconds < 1 or self.wall_seconds <= 0 or self.startup_seconds <= 0:
            raise ValueError("A sandbox needs at least one second.")

"""Files that reach the disk a moment after they were taken in, so that a script that is going need not wait for it.

Until then they survive the end of our process, and not a power cut.
"""

import atexit
import logging
import os
import queue
import threading
from pathlib import Path

logger = logging.getLogger(__name__)

_waiting: queue.Queue[Path] = queue.Queue()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def soon(file: Path) -> None:
    """Have a file flushed to the disk with the folders it lies in, without waiting for it."""
    global _thread  # noqa: PLW0603  one thread for the process, started when the first file comes
    _waiting.put(file)
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_work, name="settling", daemon=True)
            _thread.start()


def now(file: Path) -> None:
    """Flush a file to the disk with the folders it lies in."""
    for path in (file, file.parent, file.parent.parent, file.parent.parent.parent):
        flush(path)


def flush(path: Path) -> None:
    """Flush one file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def wait() -> None:
    """Return once everything that waited has reached the disk."""
    _waiting.join()


def _work() -> None:
    while True:
        file = _waiting.get()
        try:
            now(file)
        except FileNotFoundError:
            # It was removed meanwhile, which needs no flushing.
            logger.debug("%s is gone.", file)
        except OSError:
            logger.exception("%s could not be flushed to the disk.", file)
        finally:
            _waiting.task_done()


atexit.register(wait)

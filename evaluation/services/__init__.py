"""Every write of the room: asking for an evaluation, and keeping what came of it."""

from evaluation.services.requests import again, request_evaluation, request_from_file, thresholds_changed

__all__ = ["again", "request_evaluation", "request_from_file", "thresholds_changed"]

"""Every write of the room: asking for an evaluation, and keeping what came of it."""

from evaluation.services.requests import PredictionsFile, Refused, receive_predictions, request_evaluation

__all__ = ["PredictionsFile", "Refused", "receive_predictions", "request_evaluation"]

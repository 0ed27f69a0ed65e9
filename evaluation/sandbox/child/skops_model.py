"""Loads skops files whose types are all trusted; kept apart because skops takes seconds to import."""

from typing import Any  # skops returns whatever the file holds

import skops.io

from evaluation.sandbox.child import sklearn_model
from evaluation.sandbox.child.answers import Answer, Refusal
from evaluation.sandbox.child.trusted_types import TRUSTED
from evaluation.sandbox.child.wire import Header


def handle(header: Header, model: bytearray, features: bytearray) -> Answer:
    """Answer a request about a model in any of scikit-learn's formats."""
    if header["format"] != "skops":
        return sklearn_model.handle(header, model, features)
    return sklearn_model.answer(header, _load, model, features)


def _load(content: bytearray) -> Any:
    """Load a skops file whose types are all on the list."""
    unknown = sorted(set(skops.io.get_untrusted_types(data=bytes(content))) - TRUSTED)
    if unknown:
        raise Refusal("refused_types", types=unknown)
    return skops.io.loads(bytes(content), trusted=sorted(TRUSTED))

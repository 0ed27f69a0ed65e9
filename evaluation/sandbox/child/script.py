"""Runs a script of our own inside the sandbox: the probe attacks with it before any model is trusted to the walls."""

from evaluation.sandbox.child.answers import Answer
from evaluation.sandbox.child.wire import Header


def handle(header: Header, model: bytearray, features: bytearray) -> Answer:
    """Run the script and answer with what it left under the name `result`."""
    names: dict[str, object] = {"__name__": "script", "facts": header.get("facts", {}), "features": features}
    # The script comes from the parent's own code, never from people, and runs behind the same walls as a model.
    exec(compile(model.decode(), "script", "exec"), names)  # noqa: S102
    return Answer({"status": "done", "result": names.get("result")})

"""Names for runs and logged models that nobody named, easy to say and to tell apart."""

import secrets

_HOW = (
    "amber", "bold", "brisk", "calm", "clear", "crisp", "dapper", "deft", "eager", "early", "fair", "fleet", "frank",
    "gentle", "glad", "grand", "hardy", "honest", "keen", "kind", "lively", "lucid", "mellow", "merry", "modest",
    "nimble", "patient", "placid", "plain", "proud", "quick", "quiet", "ready", "sharp", "silver", "sober", "spry",
    "steady", "sturdy", "sunny", "swift", "tidy", "true", "upbeat", "vivid", "warm", "wise", "witty",
)  # fmt: skip
_WHO = (
    "alder", "badger", "beech", "bittern", "brook", "cedar", "crane", "curlew", "dunlin", "egret", "elm", "falcon",
    "fern", "finch", "fjord", "gannet", "grebe", "harrier", "hazel", "heron", "ibis", "juniper", "kestrel", "lapwing",
    "larch", "lark", "linnet", "maple", "marten", "merlin", "osprey", "otter", "owl", "petrel", "pine", "plover",
    "puffin", "rook", "rowan", "sparrow", "spruce", "stoat", "swift", "tern", "thrush", "vole", "willow", "wren",
)  # fmt: skip


def invent() -> str:
    """A name such as “calm-heron-412”."""
    return f"{secrets.choice(_HOW)}-{secrets.choice(_WHO)}-{secrets.randbelow(1000)}"

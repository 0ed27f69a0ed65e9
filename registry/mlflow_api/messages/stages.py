"""MLflow's four stages, and the stages of this installation that they mean."""

from registry.mlflow_api.wire import Malformed

NO_STAGE = "None"
KEYS = {NO_STAGE: "development", "Staging": "staging", "Production": "production", "Archived": "retired"}
NAMES = {key: name for name, key in KEYS.items()}
_BY_LETTERS = {name.lower(): name for name in KEYS}
# Those in which one version may follow another.
ACTIVE = ("Staging", "Production")


def stage_named(said: str) -> str:
    """One of MLflow's stages, in whatever case it was sent; raises Malformed."""
    if name := _BY_LETTERS.get(said.lower()):
        return name
    raise Malformed(f"Invalid Model Version stage: {said[:80]}. Value must be one of {', '.join(KEYS)}.")


def name_of(key: str | None) -> str:
    """What MLflow calls a stage; a stage that an installation added has no name there."""
    return NAMES.get(key or "", NO_STAGE)

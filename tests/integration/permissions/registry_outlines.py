from tests.integration.permissions.registry import EVALUATORS, SEEN, WRITERS, a_version
from tests.integration.permissions.shape import Row, inside

NOTE = {"text": "The scaler came first by mistake, and stayed.", "after": 0}

TABLE = {
    "registry:version-outline": Row(prepare=a_version, get=SEEN),
    "registry:outline-note": Row(prepare=a_version, post=inside(*WRITERS, ok=302), post_data=NOTE),
    "evaluation:outline-read": Row(prepare=a_version, post=inside(*EVALUATORS, ok=302)),
    "registry-api:version-outline": Row(
        prepare=a_version, get=dict.fromkeys(SEEN, 404) | {"anonymous": "sign-in"}, api=True
    ),
    "registry-api:outline-notes": Row(
        prepare=a_version, get=SEEN, post=inside(*WRITERS, ok=201), post_data=NOTE, api=True
    ),
    "evaluation-api:outline-read": Row(prepare=a_version, post=inside(*EVALUATORS, ok=202), api=True),
}

from typing import Any

from canvas.models import Project
from tests.integration.permissions.shape import CAST, Row, everyone_signed_in


def nowhere(project: Project) -> dict[str, Any]:
    return {"rest": "projectz/"}


TABLE = {
    "healthz": Row(get=dict.fromkeys(CAST, 200)),
    "api-unknown": Row(
        prepare=nowhere,
        get=everyone_signed_in(404),
        post=everyone_signed_in(404),
        delete=everyone_signed_in(404),
        api=True,
    ),
    "api-schema": Row(get=everyone_signed_in()),
    "api-docs": Row(get=everyone_signed_in()),
}

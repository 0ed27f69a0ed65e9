"""Ways to write into a journal, honestly and as somebody who owns the database might."""

from typing import Any

from django.db import connection, transaction

from accounts.models import User
from audit import triggers
from audit.actions import Action
from audit.models import AuditEntry
from audit.services import record
from canvas.models import Project


def write(project: Project, *, by: User, lines: int = 1) -> list[AuditEntry]:
    """Add lines to a project's chain."""
    with transaction.atomic():
        return [
            record(Action.PROJECT_CHANGED, by=by, on=project, chain=project.chain, after={"purpose": f"Version {n}"})
            for n in range(lines)
        ]


def sql(statement: str, *values: Any) -> None:
    """Run a statement against the tables themselves; a refusal undoes only this statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def tamper(statement: str, *values: Any) -> None:
    """Do what only an owner of the database can: lift the triggers, run the statement, and put them back."""
    triggers.remove(connection)
    try:
        sql(statement, *values)
    finally:
        triggers.install(connection)

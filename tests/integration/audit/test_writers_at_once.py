"""Many writers at the same moment: no gap, no fork, no lost line."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from canvas.services import projects
from tests.integration.audit.writing import write

WRITERS = 6
LINES_EACH = 8


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_unbroken_chain(project: Project, owner: User) -> None:
    together = threading.Barrier(WRITERS)
    failures: list[Exception] = []

    def work() -> None:
        try:
            together.wait(timeout=20)
            for _ in range(LINES_EACH):
                write(project, by=owner)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert failures == []
    places = AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("seq", flat=True)
    assert list(places) == list(range(1, WRITERS * LINES_EACH + 1))
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert f"{project.chain}  {WRITERS * LINES_EACH} lines" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_write_that_fails_leaves_no_line(project: Project, owner: User) -> None:
    class Interrupted(Exception):
        pass

    @transaction.atomic
    def interrupted() -> None:
        projects.change_project(
            project, by=owner, name="Renamed", purpose="", task="", risk_tier="high", allow_code_formats=False
        )
        raise Interrupted

    with pytest.raises(Interrupted):
        interrupted()
    project.refresh_from_db()
    assert project.name == "Triage"
    assert not AuditEntry.objects.filter(chain=project.chain).exists()
    assert write(project, by=owner)[0].seq == 1

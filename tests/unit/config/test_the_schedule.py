"""What the schedule asks for is something a worker can do."""

from django.conf import settings

from config.celery import app


def test_every_entry_of_the_schedule_names_a_task_that_workers_know() -> None:
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert asked
    assert asked <= set(app.tasks)

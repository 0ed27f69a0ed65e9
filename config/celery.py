"""The Celery app: a doorbell that tells a worker to look at the job table."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tenet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("jobs.patrol:Patrol")
app.steps["worker"].add("registry.postman:Postman")

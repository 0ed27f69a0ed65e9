"""A server that only training scripts talk to never loads what pages calculate and draw with."""

import os
import subprocess
import sys

HEAVY = ("altair", "numpy", "pandas", "pyarrow", "scipy", "sklearn", "vl_convert")
SCRIPT = """
import sys
import django
django.setup()
from django.urls import resolve, reverse
resolve("/api/2.0/mlflow/model-versions/create")
reverse("registry:version-detail", args=["a", "b", 1])
reverse("registry:promotion-create", args=["a", "b", 1])
print(sorted(name for name in {heavy} if name in sys.modules))
"""


def test_messages_of_scripts_and_the_links_in_their_answers_load_nothing_heavy() -> None:
    command = [sys.executable, "-c", SCRIPT.format(heavy=HEAVY)]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings_test"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"

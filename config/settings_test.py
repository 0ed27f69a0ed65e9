"""Settings of the tests: a throw-away data folder, no waiting for disks, cheap password hashes."""

import atexit
import os
import shutil
import tempfile

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # Parallel workers end without cleaning up: each gets a folder within that of the process that started it.
    os.environ["TENET_DATA"] = os.path.join(os.environ["TENET_DATA"], worker)
else:
    os.environ["TENET_DATA"] = tempfile.mkdtemp(prefix="tenet-tests-")
    atexit.register(shutil.rmtree, os.environ["TENET_DATA"], ignore_errors=True)
os.environ["SECRET_KEY"] = "only-for-tests-" * 4
os.environ["DATABASE_URL"] = os.environ.get("TENET_TEST_DATABASE_URL", "")
os.environ["CELERY_BROKER_URL"] = os.environ.get("TENET_TEST_BROKER_URL", "memory://")

from config.settings import *  # the settings read the environment: it stands first
from config.settings import DATA_DIR, DATABASES, LOGGING, REST_FRAMEWORK, STORAGES

# A file, because threads that race in a test must lock each other out as they do in real use.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"] = DATABASES["default"]["OPTIONS"] | {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    }
else:
    DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TENET_TEST_DATABASE_NAME", f"tenet_test_{os.getppid()}")}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"] = []
ACCOUNT_RATE_LIMITS = False
LOGGING["root"]["level"] = "WARNING"

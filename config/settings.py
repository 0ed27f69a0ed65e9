"""Every deployment choice, read from the environment; a machine of one's own needs none of them."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("TENET_DATA") or BASE_DIR / "var").resolve()
KEYS_DIR = DATA_DIR / "keys"
FONTS_DIR = BASE_DIR / "build" / "fonts"
NODE_DIR = BASE_DIR / "node_modules"
for folder in (DATA_DIR, KEYS_DIR, DATA_DIR / "files", DATA_DIR / "tmp"):
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

# Who may reach us

DEBUG = environment.flag("TENET_DEBUG")
SECRET_KEY = environment.secret_key(KEYS_DIR)
ALLOWED_HOSTS = environment.words("TENET_ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
HTTPS = environment.flag("TENET_HTTPS")
CSRF_TRUSTED_ORIGINS = environment.words("TENET_TRUSTED_ORIGINS")

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
if environment.flag("TENET_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
# Browser preloading binds a whole domain for years: its owner's decision, not an application's.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

SESSION_COOKIE_NAME = "tenet_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "tenet_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

OIDC_SERVER = os.environ.get("TENET_OIDC_SERVER", "")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Single sign-on posts to us and is redirected to the identity provider, which counts as a form target.
        "form-action": [SELF, environment.origin(OIDC_SERVER)] if OIDC_SERVER else [SELF],
    }
}

# Whom we may visit at addresses that people give, beyond public https: host, host:port, or http://host:port each

OUTSIDE_ALLOWED = environment.words("TENET_OUTSIDE_ALLOWED")

# Rooms and what they stand on

INSTALLED_APPS = [
    "config",
    "docsgen",
    "standing",
    "evaluation",
    "registry",
    "data",
    "jobs",
    "canvas",
    "accounts",
    "audit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "config.apps.StaticFiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "config.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.permissions_policy",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.size_limit",
    "config.middleware.whole_bodies",
    "config.middleware.programs",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "config.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.nav_counts",
            ],
        },
    }
]
COTTON_DIR = "components"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# What we keep

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(os.environ["DATABASE_URL"])
    if os.environ.get("DATABASE_URL")
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "tenet.sqlite3"}
}
DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = environment.SQLITE_OPTIONS
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

if cache_url := os.environ.get("TENET_CACHE_URL"):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": cache_url}}

STORAGES = {
    "default": environment.file_storage(os.environ.get("TENET_STORAGE_URL", ""), default=DATA_DIR / "files"),
    # Everything under its SHA-256: snapshots, models, predictions, documents. `data.storage` is its only user.
    "content": environment.file_storage(os.environ.get("TENET_STORAGE_URL", ""), default=DATA_DIR / "content"),
    "staticfiles": {"BACKEND": "config.assets.StaticStorage"},
}

# Bodies kept in memory (forms, JSON), and files streamed to disk
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
MAX_ARTIFACT_BYTES = environment.whole_number("TENET_MAX_ARTIFACT_BYTES", default=2 * 2**30)
UPLOAD_MAX_BYTES = environment.whole_number("TENET_MAX_UPLOAD_MB", default=2100) * 2**20
# How long a client may be silent in the middle of a file before its connection is given up.
TRANSFER_SILENCE_SECONDS = environment.whole_number("TENET_TRANSFER_SILENCE_SECONDS", default=60)
# A PUT below one of these is a file, which its view reads from the connection as it comes.
STREAMED_PATHS = ["/api/2.0/mlflow-artifacts/"]
DATASET_MAX_BYTES = environment.whole_number("TENET_MAX_DATASET_BYTES", default=2 * 2**30)
# Aliases and stages that promotions alone move, besides the alias of each stage.
PROTECTED_NAMES = environment.words("TENET_PROTECTED_NAMES", default="champion,production")
# What each project may keep, unless an administrator set another limit for it; 0 for no limit.
PROJECT_QUOTA_BYTES = environment.whole_number("TENET_PROJECT_QUOTA_GB", default=0) * 2**30
# How much of the storage is read again every hour, and how old a file is before it may count as nobody's.
STORAGE_CHECK_BYTES = environment.whole_number("TENET_STORAGE_CHECK_GB", default=4) * 2**30
STORAGE_GRACE_HOURS = environment.whole_number("TENET_STORAGE_GRACE_HOURS", default=48)
# Folders of this machine whose files may be recorded as snapshots and read where they lie.
DATA_ROOTS = environment.words("TENET_DATA_ROOTS")
# Known vulnerabilities of Python packages, as a file that somebody put there: nothing is ever fetched.
VULNERABILITIES = os.environ.get("TENET_VULNERABILITIES", "")
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "tmp")
FILE_UPLOAD_HANDLERS = [
    "data.uploads.SentNames",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# What we serve to browsers: our own files, and of each npm package the files that pages use

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.assets.PackageFinder",
]
PACKAGE_FILES = [
    "@alpinejs/csp/dist/cdn.min.js",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-ext-wght-normal.woff2",
    "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
    "@tabler/core/dist/css/tabler.min.css",
    "htmx.org/dist/htmx.min.js",
    "inter-ui/variable/InterVariable.woff2",
]

# Who people are

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = True

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tenet"
# Browsers offer passkeys on https and on localhost; allauth has to be told about the second.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# Single sign-on finds a person by the address their identity provider has verified; it makes no accounts.
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_SERVER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "sso",
            "name": os.environ.get("TENET_OIDC_NAME", "Single sign-on"),
            "client_id": os.environ["TENET_OIDC_CLIENT_ID"],
            "secret": os.environ["TENET_OIDC_CLIENT_SECRET"],
            "settings": {"server_url": OIDC_SERVER},
        }
    ]

EMAIL_HOST = os.environ.get("TENET_EMAIL_HOST", "")
EMAIL_PORT = environment.whole_number("TENET_EMAIL_PORT", default=587)
EMAIL_HOST_USER = os.environ.get("TENET_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TENET_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("TENET_EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("TENET_EMAIL_FROM", "tenet@localhost")
# Without a mail server, messages are written to the server's own output.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsing.StrictJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "3000/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tenet API",
    "DESCRIPTION": "Plan, prove and promote machine-learning models. Send a token as `Authorization: Bearer …`.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Several records have a kind or a status; in the schema each list of choices has its record's name.
    "ENUM_NAME_OVERRIDES": {
        "ArchiveStateEnum": "registry.models.ModelArchive.State",
        "BlockStateEnum": "canvas.serializers.evidence.STATES",
        "DeliveryStateEnum": "registry.models.WebhookDelivery.State",
        "FindingEnum": "data.models.FeatureDefinition.Finding",
        "GoNoGoOutcomeEnum": "canvas.models.GoNoGoDecision.Outcome",
        "KpiKindEnum": "canvas.models.Kpi.Kind",
        "LoggedModelStatusEnum": "registry.models.LoggedModel.Status",
        "OpportunityStatusEnum": "canvas.models.Opportunity.Status",
        "OutlineStateEnum": "registry.models.ModelOutline.State",
        "PromotionStatusEnum": "registry.models.PromotionRequest.Status",
        "RiskStatusEnum": "canvas.models.Risk.Status",
        "RunStatusEnum": "registry.models.Run.Status",
        "SourceKindEnum": "data.models.DataSource.Kind",
        "SyncStateEnum": "registry.models.MlflowSync.State",
        "WebhookEventEnum": "registry.webhook_serializers.EVENT_CHOICES",
        "WebhookStatusEnum": "registry.models.Webhook.Status",
    },
}

# Background work: the job's row is the truth, a message only makes a worker look sooner

BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL") or "filesystem://localhost"
if CELERY_BROKER_URL.startswith("filesystem:"):
    for folder in (BROKER_DIR, BROKER_DIR / "messages", BROKER_DIR / "control"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = environment.whole_number("TENET_WORKER_SLOTS", default=2)
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(BROKER_DIR / "schedule")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "tidy": {"task": "config.tasks.tidy", "schedule": crontab(hour="3", minute="30")},
    "checkpoint": {"task": "audit.tasks.sign_checkpoints", "schedule": crontab(minute="7")},
    "storage": {"task": "data.tasks.look_after_storage", "schedule": crontab(minute="37")},
    "storage-use": {"task": "data.tasks.recount_storage", "schedule": crontab(hour="4", minute="10")},
    "standings": {"task": "standing.tasks.keep_standings", "schedule": crontab()},
}

JOB_LEASE_SECONDS = environment.whole_number("TENET_JOB_LEASE_SECONDS", default=60)
JOB_HEARTBEAT_SECONDS = environment.whole_number("TENET_JOB_HEARTBEAT_SECONDS", default=10)
JOB_SWEEP_SECONDS = environment.whole_number("TENET_JOB_SWEEP_SECONDS", default=15)
JOB_POLL_SECONDS = environment.whole_number("TENET_JOB_POLL_SECONDS", default=1)
JOB_GRACE_SECONDS = environment.whole_number("TENET_JOB_GRACE_SECONDS", default=20)
JOBS_PER_PROJECT = environment.whole_number("TENET_JOBS_PER_PROJECT", default=2)

# Language and time: stored in UTC, shown in this zone

LANGUAGE_CODE = "en-gb"
TIME_ZONE = os.environ.get("TENET_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

# Logs: for people on a terminal, one JSON object a line anywhere else

LOG_LEVEL = os.environ.get("TENET_LOG_LEVEL", "INFO").upper()
LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer()
                if environment.flag("TENET_LOG_JSON")
                else structlog.dev.ConsoleRenderer(colors=False),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False}},
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *LOG_PROCESSORS,
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

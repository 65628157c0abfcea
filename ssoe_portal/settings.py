"""Settings, read from the environment.

Required: DATABASE_URL, SECRET_KEY, PUBLIC_URL. Nothing here opens a file or a connection, and
nothing exists in production only: a laptop and the server differ in the environment, not in code.
`docs/operations.md` lists every variable.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent


def required(name: str) -> str:
    """Return an environment variable; without it the portal does not start."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"The environment variable {name} is missing.")
    return value


def flag(name: str) -> bool:
    """Return whether an environment variable says yes."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


# --- The address everything else follows from ------------------------------------------------
PUBLIC_URL = required("PUBLIC_URL").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured("PUBLIC_URL must look like https://portal.example.org")
_over_https = _public.scheme == "https"

SECRET_KEY = required("SECRET_KEY")
DEBUG = flag("DEBUG")
ALLOWED_HOSTS = [_public.hostname]
if _public.hostname == "localhost":
    ALLOWED_HOSTS += ["127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Who runs the portal, for the imprint: lines separated by "|".
OPERATOR = os.environ.get("OPERATOR", "").replace("|", "\n")
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "")

# --- Apps -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "ssoe_portal.common",
    "actors",
    "surveys",
    "events",
    "ssoe_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "ssoe_portal.apps.PortalStaticFilesConfig",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "import_export",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "ssoe_portal.common.logging.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ssoe_portal.common.compression.CompressionMiddleware",
    "ssoe_portal.common.revalidation.RevalidationMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "ssoe_portal.common.permissions_policy.PermissionsPolicyMiddleware",
    "ssoe_portal.common.unavailable.UnavailableDatabaseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ssoe_portal.common.plain_text.PlainTextMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ssoe_portal.common.history.HistoryMiddleware",
    "ssoe_portal.common.signed_links.LinkProblemMiddleware",
    "ssoe_portal.common.gone.GoneMiddleware",
]

ROOT_URLCONF = "ssoe_portal.urls"
WSGI_APPLICATION = "ssoe_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ssoe_portal.common.context_processors.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "ssoe_portal.common.templatetags.portal",
            ],
        },
    }
]
FORM_RENDERER = "ssoe_portal.common.form_renderer.TellsLength"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database, cache, jobs: one PostgreSQL ----------------------------------------------------
_connection = conninfo_to_dict(required("DATABASE_URL"))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _connection.pop("dbname", ""),
        "USER": _connection.pop("user", ""),
        "PASSWORD": _connection.pop("password", ""),
        "HOST": _connection.pop("host", ""),
        "PORT": _connection.pop("port", ""),
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **_connection,
            # Comparing words costs more than PostgreSQL takes it for; at its own estimate it reads
            # the words of every row for one that half of them have, instead of asking the index.
            # Compiling a query, or sharing it among processes, costs more than any of ours takes.
            "options": (
                f"{_connection.get('options', '')} -c cpu_operator_cost=0.1 -c jit=off"
                " -c max_parallel_workers_per_gather=0"
            ).strip(),
            "connect_timeout": 5,
            "pool": {
                "min_size": 1,
                "max_size": int(os.environ.get("DATABASE_POOL_SIZE", "10")),
                "timeout": 5,
            },
        },
    }
}
# Rate limits must hold across processes and restarts, so the cache is a table, not memory.
CACHES = {
    "default": {
        "BACKEND": "ssoe_portal.common.cache_table.CacheTable",
        "LOCATION": "cache",
        # Keys name the addresses of computers; the table must not.
        "KEY_FUNCTION": "ssoe_portal.common.ratelimit.cache_key",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # What strangers read, for seconds: see common/microcache.py.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

# --- Map: a drawing of our own; a city map from elsewhere only if the operator names one ----------
MAP_TILES_URL = os.environ.get("MAP_TILES_URL", "")
MAP_TILES_ATTRIBUTION = os.environ.get("MAP_TILES_ATTRIBUTION", "")
if MAP_TILES_URL:
    _tiles = urlsplit(MAP_TILES_URL)
    if _tiles.scheme != "https" or not re.fullmatch(r"[\w.-]+(:\d+)?", _tiles.netloc):
        raise ImproperlyConfigured("MAP_TILES_URL must begin with https:// and one server's name")
    if not all(part in _tiles.path for part in ("{z}", "{x}", "{y}")):
        raise ImproperlyConfigured("MAP_TILES_URL must contain {z}, {x} and {y}")
    if not MAP_TILES_ATTRIBUTION:
        raise ImproperlyConfigured("MAP_TILES_URL needs MAP_TILES_ATTRIBUTION: whose map it is")

# --- Accounts ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "common.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "actors:dashboard"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "ssoe_portal.common.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "ssoe_portal.common.accounts.SignupForm"
ACCOUNT_FORMS = {
    "add_email": "ssoe_portal.common.account_forms.AddEmailForm",
    "change_password": "ssoe_portal.common.account_forms.ChangePasswordForm",
    "login": "ssoe_portal.common.account_forms.LoginForm",
    "reauthenticate": "ssoe_portal.common.account_forms.ReauthenticateForm",
    "reset_password": "ssoe_portal.common.account_forms.ResetPasswordForm",
    "reset_password_from_key": "ssoe_portal.common.account_forms.ResetPasswordKeyForm",
    "signup": "ssoe_portal.common.account_forms.SignupForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))
MFA_ADAPTER = "ssoe_portal.common.accounts.MFAAdapter"
MFA_FORMS = {"authenticate": "ssoe_portal.common.account_forms.SecondStepForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "SSÖ-Portal Berlin-Pankow"
# A code that ran out while it was typed still counts: one step, as RFC 6238 (5.2) recommends.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _over_https

# --- Security ---------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _over_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
LANGUAGE_COOKIE_SECURE = _over_https
SECURE_SSL_REDIRECT = _over_https
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _over_https else 0
# Other names below the operator's domain are not this portal's to decide about.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Of all files of one request; more is cut off, and the form says so.
UPLOAD_MAX_BYTES = 20_000_000
FILE_UPLOAD_HANDLERS = [
    "ssoe_portal.common.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# How many times a stranger may do something; allauth's notation (amount/period/per).
# Generous enough for a library's shared address, small enough to stop a script.
RATE_LIMITS = {
    "join": "20/h/ip,5/h/key",
    "register": "20/h/ip,5/h/key",
    "answer": "120/h/ip",
    "answer-page": "1200/h/ip",
    "link": "60/m/ip",
    "contact": "20/h/ip",
    "upload": "200/h/ip,60/h/key",
    "export": "30/h/ip",
    "import": "60/h/ip",
}

# --- Mail: everything is queued, the worker talks to the server ----------------------------------
_smtp = urlsplit(os.environ.get("SMTP_URL", "smtp://localhost:25"))
if _smtp.scheme not in {"smtp", "smtps", "smtp+tls"}:
    raise ImproperlyConfigured("SMTP_URL must start with smtp://, smtps:// or smtp+tls://")
MAILERS = {
    "default": {"BACKEND": "ssoe_portal.common.mail.QueuedEmailBackend"},
    "smtp": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _smtp.hostname or "localhost",
            "port": _smtp.port or {"smtps": 465, "smtp+tls": 587}.get(_smtp.scheme, 25),
            "username": unquote(_smtp.username or ""),
            "password": unquote(_smtp.password or ""),
            "use_ssl": _smtp.scheme == "smtps",
            "use_tls": _smtp.scheme == "smtp+tls",
            "timeout": 20,
        },
    },
}
DEFAULT_FROM_EMAIL = os.environ.get(
    "FROM_EMAIL", f"SSÖ-Portal Berlin-Pankow <portal@{_public.hostname}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Languages and time -----------------------------------------------------------------------
LANGUAGE_CODE = "de"
# Interface languages that are complete. Content may be in more: see common/translation.py.
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [
    BASE_DIR / "locale" / name for name in ("common", "actors", "surveys", "events", "libraries")
]
FORMAT_MODULE_PATH = "ssoe_portal.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

# --- Static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist" / "css"),
    ("leaflet", BASE_DIR / "node_modules" / "leaflet" / "dist"),
    ("qr", BASE_DIR / "node_modules" / "qr"),
    ("markercluster", BASE_DIR / "node_modules" / "leaflet.markercluster" / "dist"),
]
# Pictures that organisations upload; served by `actors/views/pictures.py`, never by a web server.
MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or BASE_DIR / "var" / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "ssoe_portal.common.storage.StaticStorage"
        )
    },
}
WHITENOISE_MAX_AGE = 60 * 60
# Every page names them by their hash; compressing each twice would take the first start longer.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- History ----------------------------------------------------------------------------------
# Only these change anything. Who reads need not be known: a picture's answer is for every cache.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- Logs: one JSON object a line, no personal data ---------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "ssoe_portal.common.logging.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        # The development server's own lines hold paths; RequestLogMiddleware writes better ones.
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL"},
        "procrastinate": {"level": "WARNING"},
    },
}

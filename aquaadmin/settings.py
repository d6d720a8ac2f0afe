"""Settings: everything that differs between two installations comes from the environment.

Each ``NAME`` below can be given as an environment variable, as a line in ``.env``, or as
``NAME_FILE`` with the path of a file that holds the value.
"""

import os
from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environ.Env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))


def required(name: str) -> str:
    """A setting without which nothing starts, and what to do about it."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Run `make setup`, which writes fresh keys into .env, or set {name} or {name}_FILE."
        )
    return value


def port(name: str, default: int) -> int:
    """A TCP port."""
    value: str = env.str(name, default=str(default))
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise ImproperlyConfigured(f"{name} is {value!r}. It must be a number from 1 to 65535.")
    return int(value)


def fernet_keys(name: str) -> list[str]:
    """A comma list of Fernet keys, newest first."""
    keys = [key.strip() for key in required(name).split(",") if key.strip()]
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"Key {position} of {name} is not a Fernet key (44 characters that end with =). "
                "`make setup` writes one into a .env that has none."
            ) from error
    return keys


SECRET_KEY = required("SECRET_KEY")
CREDENTIAL_KEYS = fernet_keys("CREDENTIAL_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORT = port("PORT", 8000)
DEBUG = False

UPSTREAM_HOSTS = env.list("UPSTREAM_HOSTS", default=["*.zuora.com"])
UPSTREAM_PROXY = env.str("UPSTREAM_PROXY", default="")
UPSTREAM_CA_FILE = env.str("UPSTREAM_CA_FILE", default="")
ALLOW_LOOPBACK_HTTP = env.bool("ALLOW_LOOPBACK_HTTP", default=False)

INSTALLED_APPS = [
    "aquaadmin.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "jobs",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jobs.middleware.NeverCached",
]

ROOT_URLCONF = "aquaadmin.urls"
WSGI_APPLICATION = "aquaadmin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["jobs.templatetags.aqua"],
        },
    },
]

_SQLITE: dict[str, Any] = {
    "CONN_MAX_AGE": 600,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
        ),
    },
}
_POSTGRESQL: dict[str, Any] = {"CONN_MAX_AGE": 0, "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}}


def database() -> dict[str, Any]:
    """The database of ``DATABASE_URL``, with the options that make its promises hold."""
    url: str = env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'aquaadmin.sqlite3'}")
    if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
    config: dict[str, Any] = env.db_url_config(url)
    options = _SQLITE if url.startswith("sqlite") else _POSTGRESQL
    return {**config, **options, "OPTIONS": {**config.get("OPTIONS", {}), **options["OPTIONS"]}}


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["jobs.formats"]

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

HTTPS_ONLY = env.bool("HTTPS_ONLY", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
# Browsers keep cookies by host, not by port: two installations on one host need names of their own.
SESSION_COOKIE_NAME = f"aquaadmin_{PORT}_session"
CSRF_COOKIE_NAME = f"aquaadmin_{PORT}_csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}},
}

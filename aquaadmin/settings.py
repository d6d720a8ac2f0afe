"""Settings: everything that differs between two installations comes from the environment."""

from aquaadmin.environment import (
    BASE_DIR,
    database,
    ed25519_seed,
    fernet_keys,
    flag,
    hosts,
    number,
    proxy,
    required,
    text,
    words,
)
from aquaadmin.mail import mail

SECRET_KEY = required("SECRET_KEY")
CREDENTIAL_KEYS = fernet_keys("CREDENTIAL_KEYS")
LEDGER_SIGNING_KEY = ed25519_seed("LEDGER_SIGNING_KEY")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
PORT = number("PORT", 8000, most=65535)
DEBUG = False
DEFAULT_EXCEPTION_REPORTER_FILTER = "jobs.faults.NothingGiven"

UPSTREAM_HOSTS = hosts("UPSTREAM_HOSTS", ["*.zuora.com"])
UPSTREAM_PROXY = proxy("UPSTREAM_PROXY")
UPSTREAM_CA_FILE = text("UPSTREAM_CA_FILE")
MAIL_FROM: str
MAIL_DOMAINS: list[str]
globals().update(mail())
ALLOW_LOOPBACK_HTTP = flag("ALLOW_LOOPBACK_HTTP", default=False)

INSTALLED_APPS = [
    "aquaadmin.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "jobs",
]

MIDDLEWARE = [
    "jobs.middleware.NeverCached",
    "jobs.middleware.StrictHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jobs.middleware.WholeBody",
    "jobs.middleware.NoNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jobs.signing_in.sessions.SessionsEnd",
    "jobs.acting.Acting",
    "jobs.signing_in.door.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jobs.middleware.WrongMethod",
    "jobs.middleware.Refusals",
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

DATABASES = {"default": database("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "jobs.signing_in.passwords.NotOurWords"}]
ACCOUNT_ADAPTER = "jobs.signing_in.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "jobs.signing_in.forms.SignInForm",
    "change_password": "jobs.signing_in.forms.PasswordForm",
    "reauthenticate": "jobs.signing_in.forms.PasswordAgainForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, too
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "20/m/ip,10/5m/key"}
MFA_ADAPTER = "jobs.signing_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "jobs.signing_in.forms.CodeForm",
    "reauthenticate": "jobs.signing_in.forms.CodeAgainForm",
    "activate_totp": "jobs.signing_in.forms.AppForm",
    "add_webauthn": "jobs.signing_in.forms.PasskeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are not used
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1  # clocks of phones
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
REQUIRE_MFA_ON_PRODUCTION = flag("REQUIRE_MFA_ON_PRODUCTION", default=True)
REAUTHENTICATE_MINUTES = number("REAUTHENTICATE_MINUTES", 15, most=24 * 60)
ACCOUNT_REAUTHENTICATION_TIMEOUT = REAUTHENTICATE_MINUTES * 60
CACHES = {"default": {"BACKEND": "jobs.shared_cache.SharedCache"}}

SESSION_IDLE_MINUTES = number("SESSION_IDLE_MINUTES", 60, most=24 * 60)
SESSION_HOURS = number("SESSION_HOURS", 12, most=30 * 24)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Whose X-Forwarded-Proto and -For are believed; X-Forwarded-Host is nobody's.
FORWARDED_ALLOW_IPS = words("FORWARDED_ALLOW_IPS", ["127.0.0.1", "::1"])

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["jobs.formats"]

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

HTTPS_ONLY = flag("HTTPS_ONLY", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
# Browsers keep cookies by host, not by port: two installations on one host need names of their own.
# __Host-: a browser takes such a cookie only over TLS and from this very host, not from a neighbour in the domain.
_COOKIE = f"{'__Host-' if HTTPS_ONLY else ''}aquaadmin_{PORT}"
SESSION_COOKIE_NAME = f"{_COOKIE}_session"
CSRF_COOKIE_NAME = f"{_COOKIE}_csrf"
MESSAGE_COOKIE_NAME = f"{_COOKIE}_messages"
MESSAGE_STORAGE = "jobs.message_cookie.MessageStorage"
CSRF_COOKIE_HTTPONLY = True
# Lax, not Strict: who comes by a link from a ticket or from the sign-in of their company is still signed in.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "jobs.signing_in.door.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes ask the process itself, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("HSTS_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = flag("HSTS_PRELOAD", default=False)
# Browsers take whole domains into their lists, which is for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = [] if SECURE_HSTS_PRELOAD else ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"  # not no-referrer: by the referrer Django tells other people's forms
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
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

DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024  # of a whole body: nobody uploads anything
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "aquaadmin.logs.Line", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}},
}

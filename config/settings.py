"""Settings of every process of Sanhu, read from the environment (see ``config/instance``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from django.templatetags.static import static
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.keyring import SigningKeys

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env("BASE_URL", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[BASE_URL])

# --- Sanhu ---------------------------------------------------------------------------------------
# Which systems this process hosts; the others are asked over HTTP at SYSTEM_URLS. CONSOLE is short
# for a process that serves one console alone (crm, boss, oss), or the sign-on (sso).
CONSOLE = env("CONSOLE", default="")
_ALONE = {"crm": ["crm"], "boss": ["boss"], "oss": ["provisioning"], "sso": []}
SANHU_SYSTEMS: list[str] = env.list(
    "SANHU_SYSTEMS", default=_ALONE.get(CONSOLE, ["crm", "boss", "provisioning"])
)
HOSTS_CENTRE = CONSOLE == "sso" or (CONSOLE == "" and "crm" in SANHU_SYSTEMS)
HOSTED = [*SANHU_SYSTEMS, *(["sso"] if HOSTS_CENTRE else [])]
SYSTEM_URLS = {
    "sso": env("SSO_URL", default=BASE_URL),
    "crm": env("CRM_URL", default=BASE_URL),
    "boss": env("BOSS_URL", default=BASE_URL),
    "provisioning": env("OSS_URL", default=BASE_URL),
}
# What systems sign in with at each other, and what the centre signs with (core/keyring.py).
KEYS = {
    name: env.str(name, default="")
    for name in ("CRM_SECRET", "BOSS_SECRET", "OSS_SECRET", "SSO_SECRET", "OIDC_PRIVATE_KEY")
}
KEYS_FILE = env("KEYS_FILE", default="")  # what it holds counts instead, whenever it changes
IDENTITY_KEY = env("IDENTITY_KEY")  # encrypts identity documents
IDENTITY_HASH_KEY = env("IDENTITY_HASH_KEY")  # finds them by the whole number
NETWORK_URL = env("NETWORK_URL", default="http://127.0.0.1:8090")
NETWORK_TIMEOUT_SECONDS = env.float("NETWORK_TIMEOUT_SECONDS", default=10.0)
STATUS_MASTER = env("STATUS_MASTER", default="boss")
AUTHORIZATION = env("AUTHORIZATION", default="distributed")  # until another scheme is chosen
AUTHORIZATION_SECONDS = env.float("AUTHORIZATION_SECONDS", default=15.0)  # a decision is kept
ACCEPT_WITHOUT_ARREARS_CHECK = env.bool("ACCEPT_WITHOUT_ARREARS_CHECK", default=True)
REAL_NAME_LIMIT = env.int("REAL_NAME_LIMIT", default=5)  # numbers one identity may hold
APPROVAL_HOURS = env.int("APPROVAL_HOURS", default=72)  # a request waits for a second person
RESERVATION_HOURS = env.int("RESERVATION_HOURS", default=24)
PARKED_ALARM_SECONDS = env.int("PARKED_ALARM_SECONDS", default=600)
COOLING_DAYS = env.int("COOLING_DAYS", default=90)
OPERATOR_NAME = env("OPERATOR_NAME", default="三户电信")  # on bills and invoices
OPERATOR_TAX_NUMBER = env("OPERATOR_TAX_NUMBER", default="")
# Payment services by name, each with the secret by which it signs what it tells.
PAYMENT_CALLBACK_SECRETS: dict[str, str] = env.json("PAYMENT_CALLBACK_SECRETS", default={})
# Of one bill the charges are written off in this order; * is every charge group not named.
WRITE_OFF_ORDER = env.list("WRITE_OFF_ORDER", default=["late_fee", "recurring", "*", "content"])
SIMULATION_REQUIRED = env.bool("SIMULATION_REQUIRED", default=True)  # before prices go on
RATING_WORKERS = env.int("RATING_WORKERS", default=2)  # that rate usage at once
BILL_RUN_WORKERS = env.int("BILL_RUN_WORKERS", default=2)  # that work on one bill run at once
FALLOUT_STUCK_MINUTES = env.int("FALLOUT_STUCK_MINUTES", default=30)  # unanswered so long
USAGE_FOLDER = Path(  # files of usage are put into its "incoming"
    env("USAGE_FOLDER", default="") or f"{env('SANHU_DATA', default=BASE_DIR / 'var')}/usage"
)
USAGE_OLDEST_DAYS = env.int("USAGE_OLDEST_DAYS", default=400)  # older usage is set aside
WAITING_REQUESTS = env.int("WAITING_REQUESTS", default=8)  # a process; half of its threads
WAIT_CAP_SECONDS = 30

# --- Django --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "rest_framework",
    "core.tmf",
    "drf_spectacular_sidecar",
    "config.apps.SanhuConfig",
    "core.apps.CoreConfig",
    "integration.apps.IntegrationConfig",
    "auth_center.apps.AuthCenterConfig",
    "customers.apps.CustomersConfig",
    "orders.apps.OrdersConfig",
    "products.apps.ProductsConfig",
    "billing.apps.BillingConfig",
    "provisioning.apps.ProvisioningConfig",
    "demo.apps.DemoConfig",
]
MIDDLEWARE = [
    "core.fronts.FrontMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.security.ContentSecurityPolicyMiddleware",
    "core.tmf.edge.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "auth_center.consoles.ConsoleSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auth_center.authority.edge.CentreSilentMiddleware",
    "auth_center.sign_on.broker_silent.BrokerSilentMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
        },
    },
]


def _database(variable: str, system: str) -> dict[str, Any]:
    """Return a system's database; a process that does not host the system needs none.

    A process of one console alone reaches no other, whatever its environment says.
    """
    needed = system in SANHU_SYSTEMS or (system == "crm" and HOSTS_CENTRE)
    if not needed and (CONSOLE or not env.str(variable, default="")):
        return {"ENGINE": "django.db.backends.dummy"}
    database: dict[str, Any] = env.db_url(variable)
    database["CONN_MAX_AGE"] = 60
    database["CONN_HEALTH_CHECKS"] = True
    options = database.setdefault("OPTIONS", {})
    # Parameters bound by the server, and each process's recurring statements prepared there:
    # it plans them once instead of every time (docs/decisions/prepared-statements.md).
    options.setdefault("server_side_binding", True)
    options.setdefault("prepare_threshold", 3)
    options.setdefault("connect_timeout", 3)
    options.setdefault(
        "options", "-c statement_timeout=15s -c lock_timeout=10s -c timezone=UTC -c jit=off"
    )
    return database


DATABASES = {
    "default": _database("DATABASE_URL", "crm"),
    "boss": _database("BOSS_DATABASE_URL", "boss"),
    "oss": _database("OSS_DATABASE_URL", "provisioning"),
}
DATABASE_ROUTERS = ["config.routers.SystemRouter"]
REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {  # a sign-on does not wait for a broker that hangs
            "socket_connect_timeout": 1.0,
            "socket_timeout": 2.0,
            "retry": Retry(NoBackoff(), 1),
        },
    }
}

# --- Sign-on -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "auth_center.Operator"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "auth_center.hashers.RandomSecretHasher",
]
LOGIN_URL = "/sso/login/"
LOGIN_REDIRECT_URL = "/sso/"
SIGN_ON_HOURS = env.float("SIGN_ON_HOURS", default=12.0)  # no sign-on lasts longer
IDLE_MINUTES = env.float("IDLE_MINUTES", default=30.0)  # nor longer than this without any work
CONSOLE_SECRETS = {  # each console proves to the centre that it is the one that redeems a code
    "crm": env("CRM_CONSOLE_SECRET", default=""),
    "boss": env("BOSS_CONSOLE_SECRET", default=""),
    "provisioning": env("OSS_CONSOLE_SECRET", default=""),
}
IDP_OIDC_ADAPTER = "auth_center.sign_on.adapter.CentreAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "staff_no"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
IDP_OIDC_PRIVATE_KEYS = SigningKeys()
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
CLIENT_SECRET_OVERLAP_HOURS = env.float("CLIENT_SECRET_OVERLAP_HOURS", default=24.0)  # the old one
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = True  # one cookie a console: the token lives in its session
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = env.bool("HTTPS", default=False)  # behind a TLS front: cookies and redirects follow
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
TRUSTED_FRONTS = env.int("TRUSTED_FRONTS", default=1 if HTTPS else 0)  # that name the client
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# --- Portal --------------------------------------------------------------------------------------
# What the sign-on asks for: password, second factor, and patience of whoever guesses.
INSTALLED_APPS += ["allauth.mfa"]
PASSWORD_LENGTH = env.int("PASSWORD_LENGTH", default=12)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "auth_center.portal.passwords.NotTheStaffNumber"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "auth_center.portal.passwords.NotUsedLately"},
]
SIGN_IN_TRIES_PER_ADDRESS = env.int("SIGN_IN_TRIES_PER_ADDRESS", default=30)  # then it is slowed
MFA_REQUIRED_ROLES = env.list("MFA_REQUIRED_ROLES", default=[])  # role codes, or * for everybody
LOGIN_REDIRECT_URL = "/sso/"
ACCOUNT_ADAPTER = "auth_center.portal.adapter.PortalAdapter"
ACCOUNT_FORMS = {
    "login": "auth_center.portal.forms.SignInForm",
    "reauthenticate": "auth_center.portal.forms.ConfirmPasswordForm",
    "change_password": "auth_center.portal.forms.OwnPasswordForm",
}
ACCOUNT_SESSION_REMEMBER = False  # how long a sign-on lasts is not the operator's to choose
ACCOUNT_RATE_LIMITS = False  # auth_center/portal/guard.py counts, in the database
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_TIMEOUT = 900  # seconds from the password to the second factor
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "auth_center.portal.factors.FactorAdapter"
MFA_FORMS = {
    "authenticate": "auth_center.portal.forms.FactorForm",
    "reauthenticate": "auth_center.portal.forms.ConfirmFactorForm",
    "activate_totp": "auth_center.portal.forms.NewAppForm",
    "add_webauthn": "auth_center.portal.forms.NewPasskeyForm",
    "edit_webauthn": "auth_center.portal.forms.PasskeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Sanhu"
MFA_TOTP_TOLERANCE = 1  # a code of the half minute before or after, for clocks that are not exact
# Letters to operators: into the log, unless a mail server is named (smtp+tls://user:pass@host:587).
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Sanhu <sanhu@localhost>")

# --- Consoles ------------------------------------------------------------------------------------
UNFOLD: dict[str, Any] = {
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "SITE_SYMBOL": "hub",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("console/icon.svg")}
    ],
    "STYLES": [lambda request: static("console/console.css")],
    "SIDEBAR": {"show_search": True, "command_search": True},
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 240)",
            "100": "oklch(94.2% .03 240)",
            "200": "oklch(89.4% .057 240)",
            "300": "oklch(81.8% .1 242)",
            "400": "oklch(70.9% .15 246)",
            "500": "oklch(60.5% .17 252)",
            "600": "oklch(50.5% .17 256)",
            "700": "oklch(44.5% .155 258)",
            "800": "oklch(38.5% .13 259)",
            "900": "oklch(33.5% .1 260)",
            "950": "oklch(26% .075 262)",
        }
    },
}

# --- API -----------------------------------------------------------------------------------------
TMF_AUTHENTICATION = "auth_center.tokens.authenticate"
TMF_REQUIRE = "auth_center.permissions.require"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Languages and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env("OPERATOR_TIME_ZONE", default="Asia/Shanghai")

# --- Static files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
WHITENOISE_USE_FINDERS = False

# --- Celery --------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "crm"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 30,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 10,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
AUDIT_SEAL_SECONDS = env.float("AUDIT_SEAL_SECONDS", default=10.0)
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "expire reservations": {
        "task": "provisioning.tasks.expire_reservations",
        "schedule": 60.0,
        "options": {"queue": "oss"},
    },
    "resume bulk mending": {
        "task": "orders.tasks.resume_bulk_mending",
        "schedule": 30.0,
        "options": {"queue": "crm", "expires": 30},
    },
    "call workers to rate usage": {
        "task": "billing.tasks.call_rating_workers",
        "schedule": 5.0,
        "options": {"queue": "boss", "expires": 5},
    },
    "call workers to bill runs": {
        "task": "billing.tasks.call_bill_run_workers",
        "schedule": 10.0,
        "options": {"queue": "boss", "expires": 10},
    },
    "take in usage files": {
        "task": "billing.tasks.take_in_usage",
        "schedule": 5.0,
        "options": {"queue": "boss", "expires": 5},
    },
    "let collected usage be rated": {
        "task": "billing.tasks.seal_usage",
        "schedule": 10.0,
        "options": {"queue": "boss", "expires": 10},
    },
    "resume work orders": {
        "task": "provisioning.tasks.resume_work_orders",
        "schedule": 2.0,
        "options": {"queue": "oss", "expires": 2},
    },
    "post bank files": {
        "task": "billing.tasks.post_bank_files",
        "schedule": 5.0,
        "options": {"queue": "boss", "expires": 5},
    },
    "end reservations": {
        "task": "billing.tasks.expire_reservations",
        "schedule": 15.0,
        "options": {"queue": "boss", "expires": 15},
    },
    "end gifts": {
        "task": "billing.tasks.expire_books",
        "schedule": 300.0,
        "options": {"queue": "boss", "expires": 300},
    },
    "take prepaid fees": {
        "task": "billing.tasks.take_prepaid_fees",
        "schedule": 30.0,
        "options": {"queue": "boss", "expires": 30},
    },
    "refresh overdue amounts": {
        "task": "billing.tasks.refresh_overdue",
        "schedule": 900.0,
        "options": {"queue": "boss", "expires": 900},
    },
    "prove the ledger": {  # once a day; as long as something is wrong it says so each hour
        "task": "billing.tasks.prove_ledger",
        "schedule": 300.0,
        "options": {"queue": "boss", "expires": 300},
    },
    "reckon monthly figures": {
        "task": "billing.tasks.refresh_figures",
        "schedule": 1800.0,
        "options": {"queue": "boss", "expires": 1800},
    },
    "end sign-ons": {
        "task": "auth_center.tasks.end_sign_ons",
        "schedule": 30.0,
        "options": {"queue": "crm", "expires": 30},
    },
    "tell clients of sign-offs": {
        "task": "auth_center.tasks.tell_clients",
        "schedule": 5.0,
        "options": {"queue": "crm", "expires": 5},
    },
    "send letters to operators": {
        "task": "auth_center.tasks.send_letters",
        "schedule": 5.0,
        "options": {"queue": "crm", "expires": 5},
    },
    **{
        f"forget the sign-ons of {system}": {
            "task": "auth_center.tasks.forget_sign_ons",
            "schedule": 3600.0,
            "args": (system,),
            "options": {"queue": queue, "expires": 3600},
        }
        for system, queue in (("crm", "crm"), ("boss", "boss"), ("provisioning", "oss"))
    },
    **{
        f"expire the approvals of {system}": {
            "task": "auth_center.tasks.expire_approvals",
            "schedule": 60.0,
            "args": (system,),
            "options": {"queue": queue, "expires": 60},
        }
        for system, queue in (("crm", "crm"), ("boss", "boss"), ("provisioning", "oss"))
    },
    **{
        f"seal the audit of {system}": {
            "task": "auth_center.tasks.seal_audit",
            "schedule": AUDIT_SEAL_SECONDS,
            "args": (system,),
            "options": {"queue": queue, "expires": AUDIT_SEAL_SECONDS},
        }
        for system, queue in (("crm", "crm"), ("boss", "boss"), ("provisioning", "oss"))
    },
}

# --- Logging -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}

"""gunicorn's settings: threads, because a request waits for Zuora most of its time."""

from django.core.exceptions import ImproperlyConfigured

from aquaadmin import environment

try:
    from aquaadmin.settings import FORWARDED_ALLOW_IPS, PORT

    workers = environment.number("WEB_WORKERS", 2, most=64)
except ImproperlyConfigured as error:
    raise SystemExit(f"aquaadmin cannot start: {error}") from error

wsgi_app = "aquaadmin.wsgi"
bind = f"{environment.text('HOST', '127.0.0.1')}:{PORT}"
worker_class = "aquaadmin.serving.Worker"
logger_class = "aquaadmin.serving.LineLogger"
forwarded_allow_ips = ",".join(FORWARDED_ALLOW_IPS)  # their X-Forwarded-Proto is believed
threads = 32  # also while 32 people wait for a slow Zuora, others get their pages
worker_connections = threads + 1  # or one worker accepts what another has threads for
timeout = 120  # a dead worker is replaced; requests are bounded by our own deadlines
graceful_timeout = 75  # a DELETE of 30 s, a confirmation of 20 s, a last read of 10 s, and some
max_requests = 0
accesslog = None
control_socket_disable = True

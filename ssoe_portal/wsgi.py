import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssoe_portal.settings")
application = get_wsgi_application()
# Whoever comes first need not wait until all views are read, which takes most of a second; of a
# server that reads them before it forks (--preload) the processes share them.
reverse("healthz")

"""`/healthz`: whether database, migrations and worker are all right, for machines."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from procrastinate.contrib.django.models import ProcrastinateWorker

#: A worker writes a heartbeat every ten seconds (procrastinate's default).
WORKER_SILENCE = timedelta(seconds=45)


class _Migrations:
    """Whether every migration has run. A yes holds for the life of this process, whose code, and
    with it the list of migrations, does not change; reading all of them takes a while."""

    done = False

    @classmethod
    def all_run(cls) -> bool:
        if not cls.done:
            executor = MigrationExecutor(connection)
            cls.done = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return cls.done


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything is well, else 503; the body says which part is not."""
    checks = {"database": False, "migrations": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = True
        checks["migrations"] = _Migrations.all_run()
        checks["worker"] = ProcrastinateWorker.objects.filter(
            last_heartbeat__gt=timezone.now() - WORKER_SILENCE
        ).exists()
    except DatabaseError:
        pass
    well = all(checks.values())
    body = {
        "status": "ok" if well else "failing",
        **{name: "ok" if ok else "failing" for name, ok in checks.items()},
    }
    response = JsonResponse(body, status=200 if well else 503)
    # Who asked gets the answer; Django would also log each 503 as an error.
    response._has_been_logged = True
    return response

"""Background work of the directory."""

from procrastinate.contrib.django import app


@app.periodic(cron="29 3 * * *")
@app.task(name="actors.sweep_pictures", queueing_lock="actors.sweep_pictures")
def sweep_pictures(timestamp: int) -> None:
    """Remove files of pictures that no row names."""
    from actors.models import Logo, Picture

    for model in (Logo, Picture):
        model.sweep()

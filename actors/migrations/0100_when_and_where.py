"""When offers take place, in the search's narrow rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actors", "0002_offer_search")]

    operations = [
        migrations.AddField(
            "offersearch",
            "week",
            models.IntegerField(db_default=0, default=0, verbose_name="usual days"),
        ),
        migrations.AddField(
            "offersearch",
            "week_until",
            models.DateField(null=True, verbose_name="usual days right until"),
        ),
        migrations.RemoveIndex("offertime", "offertime_week"),
        migrations.AddIndex(
            "offertime",
            models.Index(
                fields=["weekday", "opens", "closes"],
                include=["offer", "rhythm", "valid_from", "valid_until"],
                name="offertime_week",
            ),
        ),
        migrations.AddIndex(
            "offerexception", models.Index(fields=["last_day"], name="offerexception_last")
        ),
    ]

from django.core.management.base import BaseCommand

from ssoe_portal.common import privacy


class Command(BaseCommand):
    help = "Erase personal data whose retention time is over; --dry-run only counts."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, erase nothing")

    def handle(self, *args, **options) -> None:
        if options["dry_run"]:
            counts = {kind.name: kind.due_now().count() for kind in privacy.registered()}
        else:
            counts = privacy.erase_expired()
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")

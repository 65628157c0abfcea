from pathlib import Path

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    no_translations,
)

from surveys.models import Survey
from surveys.xlsform import read_xlsform, store

#: How the command ends when a form is refused.
REFUSED = 2


class Command(BaseCommand):
    help = (
        "Imports an XLSForm (.xlsx, .xls or .csv) as the next version of a survey. Ends with 2 "
        "where the form is refused, and says in which sheet, row and column, and why."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--check", action="store_true", help="look at it and store nothing")
        parser.add_argument(
            "--survey",
            metavar="SLUG",
            help="the survey whose next version it becomes; by default the one called like its id",
        )

    @no_translations
    def handle(self, *args, **options) -> None:
        path: Path = options["file"]
        survey = self.survey(options["survey"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        form = read_xlsform(content, path.name)
        for warning in form.warnings:
            self.stdout.write(f"  note: {warning}")
        if form.definition is None:
            lines = "\n".join(f"  {error}" for error in form.errors)
            raise CommandError(f"{path.name} was refused:\n{lines}", returncode=REFUSED)
        size = f"{len(form.sections)} pages, {len(form.questions)} questions"
        if options["check"]:
            self.stdout.write(f"{path.name}: can be imported ({size})")
            return
        loaded = store(form, survey)
        self.stdout.write(
            f"{path.name}: {loaded.questionnaire.survey.slug}, version "
            f"{loaded.questionnaire.version} {loaded.outcome} ({size})"
        )

    @staticmethod
    def survey(slug: str | None) -> Survey | None:
        if not slug:
            return None
        survey = Survey.objects.filter(slug=slug).first()
        if survey is None:
            raise CommandError(f"There is no survey “{slug}”.")
        return survey

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from surveys.loading import QuestionnaireError, load


class Command(BaseCommand):
    help = "Loads a questionnaire from a JSON file; as often as wanted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    @no_translations
    def handle(self, *args, **options) -> None:
        for path in options["files"]:
            try:
                loaded = load(path)
            except FileNotFoundError as error:
                raise CommandError(f"{path}: there is no such file") from error
            except QuestionnaireError as error:
                lines = "\n".join(f"  {problem}" for problem in error.problems)
                raise CommandError(f"{path} was not loaded:\n{lines}") from error
            self.stdout.write(
                f"{path.name}: version {loaded.questionnaire.version} {loaded.outcome}"
            )

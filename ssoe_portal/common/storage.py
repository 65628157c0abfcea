from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Static files with a hash in their name, compressed once, cached for ever by browsers."""

    # django-allauth and Django admin name files in CSS that this portal does not collect.
    manifest_strict = False
    # Source maps are for developers and not collected; only what a page loads is followed.
    patterns = tuple(
        (kind, tuple(rule for rule in rules if "sourceMappingURL" not in rule[0]))
        for kind, rules in CompressedManifestStaticFilesStorage.patterns
    )

    # Modules name each other by relative paths: those of the door and of its decoder (decision 12).
    patterns += tuple(
        (files, CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1])
        for files in ("*decode.js", "events/js/*.js")
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str, bool], str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Return a file's address; every page names a dozen, and they stay as the process runs."""
        if (name, force) not in self._addresses:
            self._addresses[name, force] = super().url(name, force)
        return self._addresses[name, force]

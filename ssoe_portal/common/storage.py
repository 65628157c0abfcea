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

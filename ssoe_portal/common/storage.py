from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Static files with a hash in their name, compressed once, cached for ever by browsers."""

    # django-allauth and Django admin name files in CSS that this portal does not collect.
    manifest_strict = False

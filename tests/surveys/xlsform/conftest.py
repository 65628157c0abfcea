import pytest

# So that a check that fails there says what it found, as those in tests do.
pytest.register_assert_rewrite(
    *(f"tests.surveys.xlsform.{name}" for name in ("lines", "lines_of_columns", "lines_of_types"))
)

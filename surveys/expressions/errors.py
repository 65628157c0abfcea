"""What is wrong with a formula, in words for whoever wrote it."""


class ExpressionError(ValueError):
    """`message` is in the language that was active when the formula was read; `position` counts
    characters of its source from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

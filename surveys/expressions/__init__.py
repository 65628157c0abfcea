"""Formulas of a questionnaire, as XLSForm writes them: when a question is asked, which answers it
takes, what is calculated, which choices are offered, what stands in a text.

    rule = compile_expression("${age} >= 18 or ${needs} = ''", names={"age", "needs"})
    rule.as_bool(Scope({"age": 20, "needs": ["rooms"]}))  # True

A formula is read once, and everything that is wrong with it is said then (`ExpressionError`, with
its place). Working it out never raises and is bounded in time and length, whatever the answers are.
docs/expressions.md says what is understood and whose behaviour is followed.

Nothing here knows a model; Django is used for the reader's language only.
"""

from surveys.expressions.compiling import Expression, compile_expression
from surveys.expressions.errors import ExpressionError
from surveys.expressions.piping import Text, compile_text
from surveys.expressions.renaming import references, rename, rename_in_text, text_references
from surveys.expressions.scope import Repeated, Scope

__all__ = [
    "Expression",
    "ExpressionError",
    "Repeated",
    "Scope",
    "Text",
    "compile_expression",
    "compile_text",
    "references",
    "rename",
    "rename_in_text",
    "text_references",
]

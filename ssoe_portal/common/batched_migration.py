"""Migrations that set up a whole app in half the time.

After each operation Django renders the changed model and all that are related to it anew. Indexes,
constraints and triggers change no model that another of them needs: here they come last, and the
models are rendered once for all of them. It counts where a database is new: at the first start of
a portal and of every test run.
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex, Migration
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


class Together(Operation):
    """Operations that each add something to a model which none of the others looks at."""

    category = OperationCategory.ADDITION

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list, dict]:
        return self.__class__.__qualname__, [self.operations], {}

    def describe(self) -> str:
        return f"Add {len(self.operations)} indexes, constraints and triggers"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # rendered when somebody next asks for it, as Django does
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)


class BatchedMigration(Migration):
    """A migration whose indexes, constraints and triggers are added at its end, together."""

    def __init__(self, name: str, app_label: str) -> None:
        super().__init__(name, app_label)
        additions, others = [], []
        for operation in self.operations:
            is_addition = isinstance(operation, AddIndex | AddConstraint | AddTrigger)
            (additions if is_addition else others).append(operation)
        self.operations = [*others, Together(additions)]

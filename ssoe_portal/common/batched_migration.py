"""Migrations that set up a whole app in a fraction of the time.

After each operation Django renders the changed model and all that are related to it anew: for a
hundred models, thousands of times. In an app's first migration no operation needs to see what the
one before it has left: here all are noted first, and the models are rendered once, as they are in
the end. Tables are then made with every column, index and constraint they have; only triggers,
which are no part of a model, are added after them. It counts where a database is new: at the first
start of a portal and of every test run.
"""

from collections.abc import Iterator, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

#: What a new table has from the beginning, being part of its model.
PARTS = (AddConstraint, AddField, AddIndex)
TOGETHER = (CreateModel, AddTrigger, *PARTS)


class Together(Operation):
    """New models, with all that belongs to them."""

    category = OperationCategory.ADDITION

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list, dict]:
        return self.__class__.__qualname__, [self.operations], {}

    def describe(self) -> str:
        return f"Create models: {len(self.operations)} operations"

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
        for operation in self.needed():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(list(self.needed())):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def needed(self) -> Iterator[Operation]:
        """Yield what has to be done: parts of a model made here come with its table."""
        made = {
            operation.name_lower
            for operation in self.operations
            if isinstance(operation, CreateModel)
        }
        for operation in self.operations:
            if not (isinstance(operation, PARTS) and operation.model_name.lower() in made):
                yield operation


class BatchedMigration(Migration):
    """A migration whose models are made together; what comes before the first model (extensions of
    the database) stays before."""

    def __init__(self, name: str, app_label: str) -> None:
        super().__init__(name, app_label)
        first = next(
            (
                number
                for number, operation in enumerate(self.operations)
                if isinstance(operation, TOGETHER)
            ),
            len(self.operations),
        )
        before, models = self.operations[:first], self.operations[first:]
        if other := [operation for operation in models if not isinstance(operation, TOGETHER)]:
            raise TypeError(f"{self}: {other[0]} needs a migration of its own")
        self.operations = [*before, Together(models)]

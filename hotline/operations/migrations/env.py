"""Runs Alembic's migrations inside the transaction that `operations/migrate.py` opened."""

from alembic import context

from hotline.operations.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

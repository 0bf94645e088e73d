"""Alembic runs this for every migration, on the connection that `schema` hands over."""

from alembic import context

from xray_app.cases.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

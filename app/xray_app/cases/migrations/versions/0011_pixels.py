"""A view keeps the hash of its pixels; those inspected before have none, and are never matched.

The way back leaves the hashes where they are: entries of the audit chain seal them, so that a case
without its own would look tampered with once this revision is there again. Versions that end at an
earlier one read no column that they do not know.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

COLUMNS = ("high_sha256", "pixels_sha256")  # pictures that came before are found by them


def upgrade() -> None:
    """Towards this revision."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("views")}
    if "pixels_sha256" not in there:  # else left by the way back
        op.add_column("views", sa.Column("pixels_sha256", sa.String(64)))
    for column in COLUMNS:
        op.create_index(f"ix_views_{column}", "views", [column])


def downgrade() -> None:
    """Back from it; the column stays."""
    for column in COLUMNS:
        op.drop_index(f"ix_views_{column}", "views")

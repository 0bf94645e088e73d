"""A view keeps its transmission for the viewer; those inspected before have their picture alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Towards this revision."""
    op.add_column("views", sa.Column("planes_sha256", sa.String(64)))


def downgrade() -> None:
    """Back from it; the planes' files go at the next start, when nothing names them."""
    op.execute(
        "DELETE FROM contents WHERE sha256 IN "
        "(SELECT planes_sha256 FROM views WHERE planes_sha256 IS NOT NULL)"
    )
    with op.batch_alter_table("views") as views:
        views.drop_column("planes_sha256")

"""Messages are kept for each target; a view remembers what its DICOM header said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Towards this revision."""
    op.add_column("views", sa.Column("dicom", sa.Text))
    op.add_column("views", sa.Column("read_pixel_mm", sa.Float))
    target = sa.Column("target", sa.String(16), nullable=False, server_default="webhook")
    op.add_column("outbox", target)
    op.drop_index("ix_outbox_next_at_id", "outbox")
    op.create_index("ix_outbox_target_next_at_id", "outbox", ["target", "next_at", "id"])


def downgrade() -> None:
    """Back from it; messages that are not for the webhook go."""
    op.execute("DELETE FROM outbox WHERE target <> 'webhook'")
    op.drop_index("ix_outbox_target_next_at_id", "outbox")
    op.create_index("ix_outbox_next_at_id", "outbox", ["next_at", "id"])
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("target")
    with op.batch_alter_table("views") as views:
        views.drop_column("dicom")
        views.drop_column("read_pixel_mm")

"""What the clearance system said of a case's cargo."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Towards this revision."""
    op.create_table(
        "clearances",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_clearances"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_clearances_case_id"),
    )


def downgrade() -> None:
    """Back from it, with what was learned."""
    op.execute("DELETE FROM outbox WHERE target = 'clearance'")
    op.drop_table("clearances")

"""The audit chain by what was done: the kinds of acts, and the newest of one kind, are found at
once, however long it is.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

INDEX = "ix_audit_action_seq"


def upgrade() -> None:
    """Towards this revision."""
    op.create_index(INDEX, "audit", ["action", "seq"])


def downgrade() -> None:
    """Back from it."""
    op.drop_index(INDEX, "audit")

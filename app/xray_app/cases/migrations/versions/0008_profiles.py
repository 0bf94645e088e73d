"""Profiles that managers put in force; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Towards this revision."""
    op.create_table(
        "profiles",
        sa.Column("seq", SERIAL, autoincrement=False, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_by", sa.String(200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_profiles"),
    )
    op.create_index("ix_profiles_model_sha256_seq", "profiles", ["model_sha256", "seq"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER profiles_no_{act.lower()} BEFORE {act} ON profiles "
                "BEGIN SELECT RAISE(ABORT, 'profiles is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER profiles_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON profiles "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def downgrade() -> None:
    """Back from it, with what was put in force; its triggers go with the table."""
    op.drop_index("ix_profiles_model_sha256_seq", "profiles")
    op.drop_table("profiles")

"""What officers say of the machine's findings, and the boxes that they draw; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Towards this revision."""
    op.create_table(
        "opinions",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("case_version", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("finding", sa.Integer, nullable=True),
        sa.Column("report_sha256", sa.String(64), nullable=True),
        sa.Column("drawn", sa.String(32), nullable=True),
        sa.Column("says", sa.String(16), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("xyxy_px", sa.Text, nullable=False),
        sa.Column("said_by", sa.String(200), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opinions"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_opinions_case_id"),
    )
    op.create_index("ix_opinions_case_id_id", "opinions", ["case_id", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER opinions_no_{act.lower()} BEFORE {act} ON opinions "
                "BEGIN SELECT RAISE(ABORT, 'opinions is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER opinions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON opinions "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def downgrade() -> None:
    """Back from it, with what was said; its triggers go with the table."""
    op.drop_index("ix_opinions_case_id_id", "opinions")
    op.drop_table("opinions")

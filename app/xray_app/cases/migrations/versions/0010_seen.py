"""Which officer was shown what the machine says of which case; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

KEY, NAME, MOMENT = sa.String(32), sa.String(200), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Towards this revision."""
    op.create_table(
        "seen",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("seen_by", NAME, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seen_by", name="pk_seen"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_seen_case_id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER seen_no_{act.lower()} BEFORE {act} ON seen "
                "BEGIN SELECT RAISE(ABORT, 'seen is append-only'); END"
            )
        op.execute(
            "CREATE TRIGGER seen_no_replace BEFORE INSERT ON seen WHEN EXISTS (SELECT 1 FROM seen "
            "WHERE (case_id = NEW.case_id AND seen_by = NEW.seen_by)) "
            "BEGIN SELECT RAISE(ABORT, 'seen is append-only'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER seen_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seen "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def downgrade() -> None:
    """Back from it; its triggers go with the table."""
    op.drop_table("seen")

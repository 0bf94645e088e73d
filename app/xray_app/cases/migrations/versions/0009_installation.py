"""Whose contents these are; and SQLite's INSERT OR REPLACE, which deletes without a DELETE."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

UNIQUE = {  # append-only table → what a new row must not share with an old one
    "audit": ("seq", "prev", "hash"),
    "decisions": ("id", "case_id case_version"),
    "reports": ("id", "case_id position role model_sha256"),
    "search_results": ("id", "case_id case_version"),
    "opinions": ("id",),
    "first_verdicts": ("id", "case_id said_by"),
    "profiles": ("seq",),
}


def upgrade() -> None:
    """Towards this revision."""
    op.create_table(
        "installation",
        sa.Column("id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    if op.get_bind().dialect.name != "sqlite":
        return  # an upsert of PostgreSQL is an UPDATE
    for table, keys in UNIQUE.items():
        same = " OR ".join(
            "(" + " AND ".join(f"{column} = NEW.{column}" for column in key.split()) + ")"
            for key in keys
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    """Back from it."""
    if op.get_bind().dialect.name == "sqlite":
        for table in UNIQUE:
            op.execute(f"DROP TRIGGER {table}_no_replace")
    op.drop_table("installation")

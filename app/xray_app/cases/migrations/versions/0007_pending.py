"""Decisions that can be taken back for a while, with codes; verdicts before the machine's opinion;
what people chose for themselves; since when a case is with its officer, and its consignee's others.
"""

import json

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0007"
down_revision = "0006"

KEY, NAME, MOMENT = sa.String(32), sa.String(200), sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIRST = "first_verdicts"


def upgrade() -> None:
    """Towards this revision."""
    for name, kind in (("taken_at", MOMENT), ("consignee", NAME)):
        op.add_column("cases", sa.Column(name, kind))
    op.create_index("ix_cases_consignee_received_at", "cases", ["consignee", "received_at"])
    _fill_consignees()
    for name, kind in (("code", KEY), ("taken_at", MOMENT)):
        op.add_column("decisions", sa.Column(name, kind))
    _make_pending()
    _make_first_verdicts()
    op.create_table(
        "preferences",
        sa.Column("user_name", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_name", "name", name="pk_preferences"),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name="fk_preferences_user_name"),
    )


def downgrade() -> None:
    """Back from it, once every decision holds.

    Raises:
        CommandError: some can still be taken back; the older tables have no place for them.
    """
    waiting = op.get_bind().execute(sa.text("SELECT count(*) FROM pending")).scalar_one()
    if waiting:
        raise CommandError(
            f"decisions on {waiting} cases are not written down yet, and older tables have no "
            "place for them; start the service of this version, which writes them down when their "
            "ten seconds are over, end it after a minute, and lead the tables down then"
        )
    for table in ("preferences", FIRST, "pending"):
        op.drop_table(table)
    for name in ("taken_at", "code"):  # not by batch, which would lose the table's triggers
        op.drop_column("decisions", name)
    op.drop_index("ix_cases_consignee_received_at", "cases")
    for name in ("consignee", "taken_at"):
        op.drop_column("cases", name)


def _fill_consignees() -> None:
    cases = sa.table("cases", *(sa.column(name) for name in ("id", "declaration", "consignee")))
    bind = op.get_bind()
    declared = sa.select(cases.c.id, cases.c.declaration).where(cases.c.declaration.is_not(None))
    for row in bind.execute(declared).all():
        named = json.loads(row.declaration).get("consignee")
        if named:
            folded = " ".join(named.casefold().split())[:200]
            mine = sa.update(cases).where(cases.c.id == row.id)
            bind.execute(mine.values(consignee=folded or None))


def _make_pending() -> None:
    op.create_table(
        "pending",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("intent", sa.String(16), nullable=False),
        sa.Column("code", KEY),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("marks", sa.Text, nullable=False),
        sa.Column("said_by", NAME, nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("holds_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_pending"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_pending_case_id"),
    )
    op.create_index("ix_pending_holds_at_case_id", "pending", ["holds_at", "case_id"])


def _make_first_verdicts() -> None:
    op.create_table(
        FIRST,
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("case_version", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("code", KEY),
        sa.Column("outcome", sa.String(16)),
        sa.Column("said_by", NAME, nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{FIRST}"),
        sa.UniqueConstraint("case_id", "said_by", name=f"uq_{FIRST}_case_id_said_by"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{FIRST}_case_id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {FIRST}_no_{act.lower()} BEFORE {act} ON {FIRST} "
                f"BEGIN SELECT RAISE(ABORT, '{FIRST} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {FIRST}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {FIRST} "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )

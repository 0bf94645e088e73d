"""The tables, as SQLAlchemy knows them; `migrations/` makes them, and a test compares the two.

Moments are UTC and end in `_at` or `_until`. Bodies are canonical JSON as text, because their
hashes must stay what they were. Contents are named by their SHA-256 in lower-case hex.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from xray_app.cases.columns import KEY, NAME, SERIAL, SHA256, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

cases = Table(
    "cases",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),  # for compare-and-set
    Column("level", Integer, nullable=False),
    Column("place_at", Moment, nullable=False),  # waiting since, less the head start: the queue
    Column("holder", NAME),
    Column("lease_until", Moment),
    Column("held_until", Moment),
    Column("held_why", Text),
    Column("outcome", String(16)),
    Column("score", Float),
    Column("disposition", String(32)),
    Column("problem", Text),
    Column("flags", Text, nullable=False),  # JSON list of sentences
    Column("tries", Integer, nullable=False),  # inspections begun
    Column("checks_machine", Boolean, nullable=False),  # drawn for a human though it was clear
    Column("submitted_by", NAME, nullable=False),
    Column("scanner", NAME),
    Column("lane", NAME),
    Column("container", String(11)),
    Column("consignment", NAME),
    Column("declaration", Text),  # JSON; emptied when its time is over
    Column("identity_sha256", SHA256, nullable=False),
    Column("content_sha256", SHA256, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("waiting_at", Moment),
    Column("closed_at", Moment),
    Column("emptied_at", Moment),  # pictures and declaration are gone by their age
    Column("taken_at", Moment),  # by whoever has it
    Column("consignee", NAME),  # folded, to find others of the same; emptied with the declaration
    UniqueConstraint("kind", "content_sha256", "identity_sha256"),
    Index(None, "state", "level", "place_at", "id"),
    Index(None, "received_at", "id"),
    Index(None, "consignee", "received_at"),
)

installation = Table(  # one row: the folder of contents that belongs to this database says the same
    "installation",
    metadata,
    Column("id", KEY, primary_key=True),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

views = Table(
    "views",
    metadata,
    Column("case_id", KEY, ForeignKey("cases.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", NAME),
    Column("file_name", NAME, nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("high_sha256", SHA256),
    Column("high_file_name", NAME),
    Column("pixel_mm", Float),
    Column("encoding", String(16)),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("picture_sha256", SHA256),
    Column("thumbnail_sha256", SHA256),
    Column("dicom", Text),  # JSON: what a report that refers to the file must say again
    Column("read_pixel_mm", Float),  # what the inspection went by
    Column("planes_sha256", SHA256),  # transmission for the viewer; None for a picture
    Column("pixels_sha256", SHA256),  # None: blank, never read, or by an older version
    Index(None, "sha256"),
    Index(None, "high_sha256"),
    Index(None, "pixels_sha256"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("case_id", KEY, ForeignKey("cases.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("model", NAME, nullable=False),
    Column("model_sha256", SHA256, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("case_id", "position", "role", "model_sha256"),
)

links = Table(
    "links",
    metadata,
    Column("case_id", KEY, ForeignKey("cases.id"), primary_key=True),
    Column("other_id", KEY, ForeignKey("cases.id"), primary_key=True),
    Column("why", String(32), primary_key=True),
    Column("linked_at", Moment, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("case_id", KEY, ForeignKey("cases.id"), nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("corrects", SERIAL, ForeignKey("decisions.id")),
    Column("verdict", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("marks", Text, nullable=False),  # JSON list of what the officer drew
    Column("decided_by", NAME, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("code", String(32)),  # why, as a code
    Column("taken_at", Moment),  # by whoever decided it
    UniqueConstraint("case_id", "case_version"),
)

pending = Table(  # decisions that can still be taken back
    "pending",
    metadata,
    Column("case_id", KEY, ForeignKey("cases.id"), primary_key=True),
    Column("intent", String(16), nullable=False),
    Column("code", String(32)),
    Column("reason", Text, nullable=False),
    Column("marks", Text, nullable=False),
    Column("said_by", NAME, nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("holds_at", Moment, nullable=False),  # from then on it cannot be taken back
    Index(None, "holds_at", "case_id"),
)

first_verdicts = Table(  # what officers said before they saw what the machine says
    "first_verdicts",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("case_id", KEY, ForeignKey("cases.id"), nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("code", String(32)),
    Column("outcome", String(16)),  # the machine's, which they had not seen
    Column("said_by", NAME, nullable=False),
    Column("said_at", Moment, nullable=False),
    UniqueConstraint("case_id", "said_by"),
)

seen = Table(  # which officer was shown what the machine says of a case; see `seen.py`
    "seen",
    metadata,
    Column("case_id", KEY, ForeignKey("cases.id"), primary_key=True),
    Column("seen_by", NAME, primary_key=True),
    Column("seen_at", Moment, nullable=False),  # the first time
)

search_results = Table(
    "search_results",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("case_id", KEY, ForeignKey("cases.id"), nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("what", Text, nullable=False),  # JSON list of labels
    Column("note", Text, nullable=False),
    Column("photo_sha256", SHA256),
    Column("searched_by", NAME, nullable=False),
    Column("searched_at", Moment, nullable=False),
    UniqueConstraint("case_id", "case_version"),
)

opinions = Table(  # what officers say of the machine's findings, and the boxes that they draw
    "opinions",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("case_id", KEY, ForeignKey("cases.id"), nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("finding", Integer),  # its number in the report, from 1; None: drawn by the officer
    Column("report_sha256", SHA256),  # of the report's body
    Column("drawn", KEY),  # what the drawn box is known by
    Column("says", String(16), nullable=False),
    Column("label", NAME, nullable=False),
    Column("xyxy_px", Text, nullable=False),  # JSON list of four
    Column("said_by", NAME, nullable=False),
    Column("said_at", Moment, nullable=False),
    Index(None, "case_id", "id"),
)

profiles = Table(  # what managers put in force in place of the profile in a model's card
    "profiles",
    metadata,
    Column("seq", SERIAL, primary_key=True, autoincrement=False),  # sealed too: the newest counts
    Column("model", NAME, nullable=False),
    Column("model_sha256", SHA256, nullable=False),  # the only file that it holds for
    Column("name", NAME, nullable=False),
    Column("body", Text),  # JSON of the profile; None: back to the card's own
    Column("reason", Text, nullable=False),
    Column("set_by", NAME, nullable=False),
    Column("set_at", Moment, nullable=False),
    Index(None, "model_sha256", "seq"),
)

requests = Table(
    "requests",
    metadata,
    Column("actor", NAME, primary_key=True),
    Column("key", NAME, primary_key=True),
    Column("body_sha256", SHA256, nullable=False),
    Column("case_id", KEY, ForeignKey("cases.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("target", String(16), nullable=False, server_default="webhook"),
    Column("event", String(64), nullable=False),
    Column("case_id", KEY, ForeignKey("cases.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("put_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment),  # None: sent, or given up
    Column("sent_at", Moment),
    Column("dead_at", Moment),
    Column("problem", Text),
    Index(None, "target", "next_at", "id"),
)

clearances = Table(  # what the clearance system said of a case's cargo
    "clearances",
    metadata,
    Column("case_id", KEY, ForeignKey("cases.id"), primary_key=True),
    Column("body", Text, nullable=False),  # JSON
    Column("learned_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", SERIAL, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", NAME, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", NAME, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", SHA256, nullable=False, unique=True),
    Column("hash", SHA256, nullable=False, unique=True),
    Index(None, "subject", "seq"),
    Index(None, "action", "seq"),
)

users = Table(
    "users",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),  # argon2id, with its parameters
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),  # wrong passwords in a row
    Column("locked_until", Moment),
    Column("made_at", Moment, nullable=False),
)

preferences = Table(  # what people chose for themselves
    "preferences",
    metadata,
    Column("user_name", NAME, ForeignKey("users.name"), primary_key=True),
    Column("name", NAME, primary_key=True),
    Column("body", Text, nullable=False),  # JSON
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", SHA256, primary_key=True),
    Column("user_name", NAME, ForeignKey("users.name"), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("secret_sha256", SHA256, nullable=False),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("made_by", NAME, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Column("revoked_at", Moment),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_sha256", SHA256, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("used_at", Moment),
)

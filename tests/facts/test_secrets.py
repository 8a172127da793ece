"""No password leaves the program, whatever the format; and what is no password stays readable."""

from __future__ import annotations

import pytest

from schema_lint.facts.secrets import mask

UNTOUCHED = {
    "a URL without a password": ("postgresql://user@localhost/app", "app/db.py"),
    "a port is no password": ("http://localhost:5432/x@y", "app/db.py"),
    "a slice of a host list": ('hosts = ["redis://cache:6379", "admin@example.com"]', "app/db.py"),
    "a setting": ('f"postgresql://{settings.user}:{settings.password}@{host}/app"', "app/db.py"),
    "a variable in a shell form": ("DATABASE_URL=postgresql://app:${DB_PASSWORD}@db/app", ".env"),
    "a required variable": ("POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?not set}", "compose.yaml"),
    "ini interpolation": ("sqlalchemy.url = postgresql://%(user)s:%(pw)s@localhost/app", "alembic.ini"),
    "already masked": ("postgresql://app:***@localhost/app", None),
    "a column": ("    password: str = Field(max_length=255)", "app/models.py"),
    "a column of a hash": ("    hashed_password: Mapped[str] = mapped_column(String(255))", "app/models.py"),
    "a column's name": ('token: Mapped[str] = mapped_column("api_token", Text)', "app/models.py"),
    "a call": ("    password = get_password()", "app/db.py"),
    "a value from elsewhere": ('    password = os.environ["DB_PASSWORD"]', "app/db.py"),
    "an index over a password column": ('Index("ix_users_password", "email")', "app/models.py"),
    "a foreign key to tokens": ('token_id: UUID = Field(foreign_key="tokens.id")', "app/models.py"),
    "a bare annotation": ("SECRET_KEY: str", "app/settings.py"),
    "a word that ends like one": ('compass = "north", bypass = "no"', "app/x.py"),
    "what is put in elsewhere": ('"http://h:%s/x" % "8080"', "app/x.py"),
    "a word that begins like one": ('passwordless = "yes"', "app/x.py"),
    "a section heading": ("[tokens]", "alembic.ini"),
    "prose about passwords": ("the password: it is read from the environment", None),
}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_is_no_password_stays(name: str) -> None:
    text, path = UNTOUCHED[name]
    assert mask(text, path) == text


MASKED = {
    "url": ("postgresql+asyncpg://app:s3cret@db.example.com/app", None, "postgresql+asyncpg://app:***@db.example.com/app"),
    "url in code": ('create_engine("postgresql://a:s3cret@h/d")', "x.py", 'create_engine("postgresql://a:***@h/d")'),
    "an at sign in it": ("postgresql://app:s3c@ret@db/app", None, "postgresql://app:***@db/app"),
    "a slash and a colon in it": ("postgresql://app:s3:c/ret@db/app", None, "postgresql://app:***@db/app"),
    "a web address": ("https://app:s3cret@h:80/d", None, "https://app:***@h:80/d"),
    "no user": ("redis://:s3cret@cache:6379/0", None, "redis://:***@cache:6379/0"),
    "an interpolated user": ('f"postgresql://{user}:s3cret@{host}/app"', "x.py", 'f"postgresql://{user}:***@{host}/app"'),
    "partly interpolated": ("postgresql://a:pre${X}s3cret@h/d", ".env", "postgresql://a:***@h/d"),
    "the default of a variable": ("postgresql://a:${PW:-s3cret}@h/d", "compose.yaml", "postgresql://a:***@h/d"),
    "a query parameter": ("postgresql://h/d?user=a&password=s3cret&sslmode=require", None,
                          "postgresql://h/d?user=a&password=***&sslmode=require"),
    "a connection string": ('"host=db password=s3cret user=a"', "x.py", '"host=db password=*** user=a"'),
    "an assignment": ('DB_PASSWORD = "s3cret"', "x.py", 'DB_PASSWORD = "***"'),
    "an annotated assignment": ("db_password: str | None = 's3cret'", "x.py", "db_password: str | None = '***'"),
    "a keyword": ('URL.create("postgresql", password="s3cret")', "x.py", 'URL.create("postgresql", password="***")'),
    "a dictionary": ('{"password": "s3cret", "user": "a"}', "x.py", '{"password": "***", "user": "a"}'),
    "an item": ('os.environ["PGPASSWORD"] = "s3cret"', "x.py", 'os.environ["PGPASSWORD"] = "***"'),
    "a field's default": ('password: str = Field(default="s3cret")', "x.py", 'password: str = Field(default="***")'),
    "a wrapped secret": ('SECRET_KEY = SecretStr("s3cret")', "x.py", 'SECRET_KEY = SecretStr("***")'),
    "a fallback": ('os.getenv("DB_PASSWORD", "s3cret")', "x.py", 'os.getenv("DB_PASSWORD", "***")'),
    "an env file": ("POSTGRES_PASSWORD=s3cret # local", ".env", "POSTGRES_PASSWORD=***"),
    "an exported variable": ("export PGPASSWORD='s3 cret'", ".env", "export PGPASSWORD='***'"),
    "compose, mapping": ("      POSTGRES_PASSWORD: s3cret", "compose.yaml", "      POSTGRES_PASSWORD: ***"),
    "compose, list": ("      - POSTGRES_PASSWORD=s3cret", "compose.yaml", "      - POSTGRES_PASSWORD=***"),
    "ini": ("password = s3cret", "alembic.ini", "password = ***"),
    "a token": ("API_TOKEN=s3cret", ".env", "API_TOKEN=***"),
    "a short name": ('DB_PASS = "s3cret"', "x.py", 'DB_PASS = "***"'),
    "a sum": ('"postgresql://a:" + "s3cret" + "@h/d"', "x.py", '"postgresql://a:" + "***" + "@h/d"'),
    "put in": ('"postgresql://%s:%s@h/d" % (user, "s3cret")', "x.py", '"postgresql://%s:%s@h/d" % (user, "***")'),
    "put in by a method": ('"a://b:{}@h".format("s3cret")', "x.py", '"a://b:{}@h".format("***")'),
    "a position": ('URL.create("postgresql", user, "s3cret", h)', "x.py", 'URL.create("postgresql", user, "***", h)'),
    "a comment": ("x = 1  # DB_PASSWORD=s3cret", "x.py", "x = 1  # DB_PASSWORD=***"),
    "a message": ("POSTGRES_PASSWORD=s3cret is in .env", None, "POSTGRES_PASSWORD=*** is in .env"),
}  # fmt: skip


@pytest.mark.parametrize("name", MASKED)
def test_passwords_are_masked(name: str) -> None:
    text, path, expected = MASKED[name]
    masked = mask(text, path)
    assert "s3" not in masked
    assert masked == expected
    assert mask(masked, path) == masked


def test_a_url_written_in_pieces_over_lines_keeps_its_lines() -> None:
    text = 'url = (\n    "postgresql://app:"\n    "s3cret"\n    "@db.example.com/app"\n)\n'
    assert mask(text, "x.py") == 'url = (\n    "postgresql://app:"\n    "***"\n    "@db.example.com/app"\n)\n'


def test_several_in_one_text() -> None:
    text = "a://u:one@h/d b://u:two@h/d\nA_PASSWORD=three\nB_SECRET=four"
    assert mask(text) == "a://u:***@h/d b://u:***@h/d\nA_PASSWORD=***\nB_SECRET=***"


@pytest.mark.parametrize(
    "text", ["://" * 20_000, "://a:" * 20_000, "password" * 20_000, "_" * 100_000, 'password="' * 20_000, "(" * 50_000]
)
def test_hostile_text_is_only_text(text: str) -> None:
    assert isinstance(mask(text, ".env"), str)

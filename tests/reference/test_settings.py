"""What the environment may say, and what each mistake in it is answered with."""

from __future__ import annotations

import pytest

from schema_lint_reference.settings import DatabaseSettings, SettingsError

POOLED = "postgresql://app:s3cret@ep-quiet-sun-a1b2-pooler.eu-central-1.aws.neon.tech/app?sslmode=require"
DIRECT = POOLED.replace("-pooler", "")


def test_one_address_serves_both_where_there_is_no_pooler() -> None:
    settings = DatabaseSettings.from_environment({"DATABASE_URL": "postgresql://app:s3cret@localhost/app"})
    assert settings.url == settings.direct_url
    assert settings.url.host == "localhost"


def test_behind_a_pooler_there_are_two_addresses() -> None:
    settings = DatabaseSettings.from_environment({"DATABASE_URL": POOLED, "DATABASE_URL_UNPOOLED": DIRECT})
    assert settings.url.host is not None
    assert settings.direct_url.host == settings.url.host.replace("-pooler", "")


def test_a_container_needs_no_encryption() -> None:
    DatabaseSettings.from_environment({"DATABASE_URL": "postgresql+asyncpg://app:s3cret@db:5432/app"})


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "postgres://app:s3cret@localhost/app"}, "knows postgresql://, not postgres://"),
        ({"DATABASE_URL": "mysql://app:s3cret@localhost/app"}, "is not PostgreSQL's"),
        ({"DATABASE_URL": "s3cret"}, "is not a URL"),
        ({"DATABASE_URL": "postgresql://app:s3cret@localhost:port/app"}, "is not a URL"),
        (
            {"DATABASE_URL": DIRECT.partition("?")[0]},
            "has no TLS to ep-quiet-sun-a1b2.eu-central-1.aws.neon.tech: add ?sslmode",
        ),
        ({"DATABASE_URL": DIRECT.replace("require", "prefer")}, "has no TLS"),
        ({"DATABASE_URL": POOLED}, "DATABASE_URL_UNPOOLED is not set"),
        (
            {"DATABASE_URL": DIRECT, "DATABASE_URL_UNPOOLED": "postgres://app:s3cret@h/app"},
            "_UNPOOLED: SQLAlchemy knows",
        ),
    ],
)
def test_a_mistake_is_named_and_the_password_is_not(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        DatabaseSettings.from_environment(environment)
    assert message in str(raised.value)
    assert "s3cret" not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_printed_settings_hide_the_password() -> None:
    settings = DatabaseSettings.from_environment({"DATABASE_URL": "postgresql://app:s3cret@localhost/app"})
    assert "s3cret" not in repr(settings)

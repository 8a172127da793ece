from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest

from schema_lint.config.loading import Loaded, load
from schema_lint.config.problems import ConfigurationError, Problem
from schema_lint.config.references import check_references, rule_levels, rule_options
from schema_lint.config.settings import Database, ObjectIgnore, Settings
from schema_lint.config.showing import entries
from schema_lint.config.toml import parse as parse_toml
from schema_lint.config.validation import settings_from


class Option(msgspec.Struct, frozen=True):
    name: str
    type: str
    default: Any


class FakeRule(msgspec.Struct, frozen=True):
    code: str
    name: str
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()
    summary: str = "It is so."

    @property
    def family(self) -> str:
        return self.code.rstrip("0123456789")


RULES = (
    FakeRule(
        "FK001",
        "foreign-key-without-index",
        (
            Option("ignore-small-tables", "bool", False),
            Option("most", "int", 3),
            Option("share", "float", 0.5),
            Option("tables", "tuple[str, ...]", ()),
        ),
        ("fk-without-index",),
    ),
    FakeRule("FK002", "foreign-key-type-mismatch"),
    FakeRule("REL001", "one-sided-relationship"),
)


def parse(text: str) -> tuple[Settings, list[str]]:
    problems: list[Problem] = []
    settings = settings_from(parse_toml("", text.encode(), problems) or {}, problems)
    check_references(settings, RULES, problems)
    return settings, [str(problem) for problem in problems]


def valid(text: str) -> Settings:
    settings, problems = parse(text)
    assert problems == []
    return settings


def test_nothing_said_is_the_default() -> None:
    assert valid("") == Settings()


def test_everything() -> None:
    settings = valid("""
        profile = "strict"
        select = ["FK", "one-sided-relationship"]
        extend-select = ["ALL"]
        severities = {FK = "info", FK001 = "error", REL001 = "off"}
        per-file-ignores = {"tests/**" = ["ALL"], "app/legacy.py" = ["fk-without-index"]}
        exclude = ["vendor"]
        extend-exclude = ["old"]
        import-roots = ["src"]
        sqlmodel-version = "0.0.22"
        fail-on = "error"
        plugins = ["lint_rules.py"]
        deployment = "neon"
        external-tables.users = {id = "text"}
        [policies]
        primary-key = "bigint"
        timestamps = {created = ["made"]}
        append-only = ["audit_*"]
        [databases.main]
        paths = ["app/**"]
        url-variable = "DATABASE_URL"
        [rules.foreign-key-without-index]
        ignore-small-tables = true
        share = 1
        tables = ["a"]
        [rules.FK002]
        severity = "warning"
        [[ignore]]
        rule = "FK001"
        object = "public.audit_*"
        reason = "written in bulk"
        until = 2027-01-31
        [[ignore]]
        rule = "REL"
    """)
    assert settings.policies.external_tables == {"users": {"id": "text"}}
    assert settings.policies.primary_key == "bigint"
    assert settings.policies.timestamps.created == ("made",)
    assert "updated_at" in settings.policies.timestamps.updated
    assert settings.policies.stated == {"deployment", "external-tables", "primary-key", "timestamps", "append-only"}
    assert settings.databases == {"main": Database(paths=("app/**",), url_variable="DATABASE_URL")}
    assert settings.object_ignores[0] == ObjectIgnore(
        rule="FK001", object="public.audit_*", reason="written in bulk", until=datetime.date(2027, 1, 31)
    )
    assert rule_options(settings, RULES) == {"FK001": {"ignore-small-tables": True, "share": 1.0, "tables": ("a",)}}
    assert rule_levels(settings, RULES) == {"FK001": "error", "FK002": "warning", "REL001": "off"}


def test_ignore_takes_rules_and_objects_in_one_array() -> None:
    settings = valid('ignore = ["FK001", {rule = "FK002", object = "public.a"}]')
    assert settings.rule_ignores == ("FK001",)
    assert [entry.object for entry in settings.object_ignores] == ["public.a"]


def test_all_mistakes_at_once_with_the_nearest_key() -> None:
    _, problems = parse("""
        proflie = "strict"
        profile = "stict"
        extend_select = ["FK"]
        select = "FK"
        ignore = ["FK009", 3, "REL"]
        primary-kee = "uuid"
        fail-on = true
        severities = {FK001 = "fatal", FX = "error"}
        per-file-ignores = {"a.py" = "FK001"}
        [policies]
        primary-key = "UUID"
        require-tls = "yes"
        timestamps = {create = ["x"]}
        stated = ["primary-key"]
        [databases.main]
        path = ["a"]
        [rules.foreign-key-with-index]
        [rules.FK001]
        ignore-small-table = true
        most = true
        share = "half"
        tables = "a"
        severity = "loud"
        [rules.FK002]
        x = 1
    """)
    assert problems == [
        "proflie: no such key; did you mean `profile`?",
        'profile: expected "minimal", "recommended" or "strict", found "stict"; did you mean "strict"?',
        "extend_select: no such key; did you mean `extend-select`?",
        'select: expected an array: write ["FK"]',
        "ignore[1]: expected a string, found 3",
        "primary-kee: no such key; did you mean `primary-key`?",
        'fail-on: expected "error", "warning", "info" or "never", found true',
        'severities.FK001: expected "error", "warning", "info" or "off", found "fatal"',
        'per-file-ignores."a.py": expected an array: write ["FK001"]',
        "databases.main.path: no such key; did you mean `paths`?",
        'policies.primary-key: expected "uuid", "integer", "bigint" or "any", found "UUID"; did you mean "uuid"?',
        'policies.require-tls: expected true or false, found "yes"',
        "policies.timestamps.create: no such key; did you mean `created`?",
        "policies.stated: no such key",
        'ignore: no rule "FK009"; did you mean "FK002"?',
        'severities: no rule "FX"',
        'rules.foreign-key-with-index: no rule "foreign-key-with-index"; did you mean "foreign-key-without-index"?',
        "rules.FK001.ignore-small-table: FK001 has no such option; did you mean `ignore-small-tables`?",
        "rules.FK001.most: expected a whole number",
        "rules.FK001.share: expected a number",
        "rules.FK001.tables: expected an array of strings",
        "rules.FK001.severity: expected one of error, warning, info, off",
        "rules.FK002.x: FK002 has no such option; it has no options but `severity`",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[ignore]]\nobject = 'a'\n", ["ignore[0]: `rule` is missing"]),
        (
            "[[ignore]]\nrule = 'FK001'\nuntil = 'soon'\n",
            ['ignore[0].until: expected a date such as 2026-12-31, found "soon"'],
        ),
        (
            "primary-key = 'uuid'\npolicies.primary-key = 'any'",
            ["primary-key: stated twice: here and as policies.primary-key"],
        ),
        ("policies = 3", ["policies: expected a table"]),
        ("databases = []", ["databases: expected a table"]),
        ("databases.x = 3", ["databases.x: expected a table"]),
        ("exclude = 3", ["exclude: expected an array, found 3"]),
        ("external-tables.users = 'text'", ["external-tables.users: expected a table"]),
        ("[tool.schema-lint]", ["tool: in a file of its own, the keys stand at the top, without [tool.schema-lint]"]),
        (
            "profile = 0x" + "f" * 9000,
            ['profile: expected "minimal", "recommended" or "strict", found a number with thousands of digits'],
        ),
        ('"\\u001b[31m" = 1', ['"\\x1b[31m": no such key']),
        ("observation-days = 0", ["observation-days: expected 1 or more, found 0"]),
        ("observation-days = 1.5", ["observation-days: expected a whole number, found 1.5"]),
    ],
)
def test_one_mistake(text: str, expected: list[str]) -> None:
    assert parse(text)[1] == expected


def test_a_date_as_text_or_with_a_time_is_a_date() -> None:
    for until in ("'2027-01-31'", "2027-01-31T10:00:00Z"):
        (entry,) = valid(f"[[ignore]]\nrule = 'FK001'\nuntil = {until}\n").object_ignores
        assert entry.until == datetime.date(2027, 1, 31)


def loaded(tmp_path: Any, *config: str) -> Loaded:
    return load(str(tmp_path), config=config, find_rules=lambda settings, root: RULES)


def test_pairs_lie_over_the_file(tmp_path: Any) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.schema-lint]\nprofile = 'strict'\nfail-on = 'error'\npolicies.owner = ['user_id']\n"
    )
    result = loaded(tmp_path, "fail-on=never", "policies.primary-key='any'", "select=['FK']", "rules.FK001.most=5")
    assert result.settings.profile == "strict"
    assert result.settings.fail_on == "never"
    assert result.settings.select == ("FK",)
    assert result.settings.policies.stated == {"owner", "primary-key"}
    assert result.given == {
        "profile",
        "fail-on",
        "policies.owner",
        "policies.primary-key",
        "select",
        "rules.FK001.most",
    }


def test_mistakes_say_where_they_are(tmp_path: Any) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\nprofil = 'strict'\n")
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, "fail-on=neverr", "policies.deploy=neon", "select=[", "x", "ignore=['FK9']")
    assert [str(problem) for problem in caught.value.problems] == [
        "--config: select=[: not TOML: Invalid value (at end of document)",
        "--config: x does not exist",
        "pyproject.toml: tool.schema-lint.profil: no such key; did you mean `profile`?",
        '--config: fail-on: expected "error", "warning", "info" or "never", found "neverr"; did you mean "never"?',
        "--config: policies.deploy: no such key; did you mean `deployment`?",
        '--config: ignore: no rule "FK9"; did you mean "FK"?',
    ]


def test_rules_are_not_looked_for_without_need(tmp_path: Any) -> None:
    def never(settings: Settings, root: str) -> tuple[FakeRule, ...]:
        raise AssertionError

    (tmp_path / "schema-lint.toml").write_text("profile = 'strict'\n")
    load(str(tmp_path), find_rules=never)


def test_showing(tmp_path: Any) -> None:
    (tmp_path / "schema-lint.toml").write_text(
        "primary-key = 'any'\nignore = ['FK001', {rule = 'FK002', until = 2027-01-31}]\n"
        "per-file-ignores.'a b' = ['FK']\n"
    )
    shown = {key: (value, given) for key, value, given in entries(loaded(tmp_path))}
    assert shown["profile"] == ('"recommended"', False)
    assert shown["policies.primary-key"] == ('"any"', True)
    assert shown["policies.deployment"] == ('"auto"', False)
    assert shown["ignore"] == ('["FK001", {rule = "FK002", object = "*", until = 2027-01-31}]', True)
    assert shown['per-file-ignores."a b"'] == ('["FK"]', True)
    assert shown["policies.external-tables"] == ("{}", False)

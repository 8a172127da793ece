"""The strategy for whole packages."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from agreement.columns import key, sequence_of
from agreement.constraints import argument_forms, constraints
from agreement.description import Column, EnumClass, Kind, Mixin, Package, Unit
from agreement.drafts import MIXED_IN, Draft, ForeignKey
from agreement.drawing import Draw, few, one, sometimes
from agreement.keys import foreign_keys, key_text
from agreement.kinds import PLAIN, STRING, enumeration, literal
from agreement.relations import many_to_many, relationships

STYLES = ("mapped", "sqlmodel", "classic", "core", "dataclass")
NOUNS = ("User", "Task", "Team", "Order", "Group", "Note", "Badge", "Place", "Route", "Visit", "Photo", "Story")
CONVENTIONS: tuple[dict[str, str], ...] = (
    {},
    {
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
    {
        "ix": "%(table_name)s_%(column_0N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_label)s_fkey",
        "pk": "%(table_name)s_%(column_0_name)s_pk",
    },
)

_TYPE_MAP = (
    ("str", "[[sqlalchemy.Text]]"), ("[[datetime.datetime]]", "[[sqlalchemy.DateTime]](timezone=True)"),
    ("int", "[[sqlalchemy.BigInteger]]"), ("Identifier", "[[sqlalchemy.String]](36)"),
    ("dict[str, [[typing.Any]]]", "[[sqlalchemy.JSON]]"),
)  # fmt: skip

_FOLLOWING = (
    "foreign_keys=[cls.owner_id]", 'foreign_keys=f"{cls.__name__}.owner_id"',
    'lazy="joined", foreign_keys=[cls.owner_id]',
)  # fmt: skip


@st.composite
def packages(draw: Draw) -> Package:
    """A package whose tables SQLAlchemy accepts."""
    name = "app"
    nested = sometimes(draw, 3)
    single = not nested and sometimes(draw, 3)
    enum_module = f"{name}.models" if single else f"{name}.db.enums" if nested else f"{name}.enums"
    type_module = f"{name}.models" if single else f"{name}.db.types_" if nested else f"{name}.types_"
    enums = tuple(_enum(draw, number) for number in few(draw, 2))
    kinds = (*PLAIN, *(enumeration(enum_module, enum) for enum in enums), literal(("red", "blue")), literal(("a",)))
    nouns = list(draw(st.permutations(NOUNS)))
    units = []
    for number in few(draw, 2, 1):
        prefix = f"{name}.models" if single else name
        units.append(_unit(draw, number, prefix, kinds, nouns, single=single, nested=nested))
    if single and len(units) > 1:
        units = units[:1]
    modules = sorted(
        {t.module for u in units for t in u.tables} | {u.base_module for u in units} | {u.mixin_module for u in units}
    )
    styles = tuple((module, one(draw, ("names", "modules", "aliases"))) for module in modules)
    sqlmodels = {t.module for u in units if u.style == "sqlmodel" for t in u.tables}
    postponed = frozenset(module for module in modules if module not in sqlmodels and sometimes(draw, 4))
    return Package(
        name=name, units=tuple(units), enums=enums, enum_module=enum_module, type_module=type_module,
        import_styles=styles, relative_imports=sometimes(draw, 3), postponed=postponed,
        reexports=one(draw, ("names", "star", "modules")),
    )  # fmt: skip


def _enum(draw: Draw, number: int) -> EnumClass:
    name = ("Colour", "PriorityLevel")[number]
    base = one(draw, ("[[enum.Enum]]", "str, [[enum.Enum]]", "[[enum.IntEnum]]"))
    values = (
        ("1", "2", "3")
        if base == "[[enum.IntEnum]]"
        else one(draw, (('"one"', '"two"', '"three"'), ('"A"', '"B"', '"long value"')))
    )
    members = tuple(zip(("LOW", "high", "MIDDLE"), values, strict=True))
    return EnumClass(name, base, members[: draw(st.integers(1, 3))])


def _unit(
    draw: Draw, number: int, prefix: str, kinds: tuple[Kind, ...], nouns: list[str], *, single: bool, nested: bool
) -> Unit:
    style = one(draw, STYLES)
    suffix = str(number) if number else ""
    base_module = prefix if single else f"{prefix}.db.base{suffix}" if nested else f"{prefix}.base{suffix}"
    mixin_module = prefix if single else f"{prefix}.db.mixins{suffix}" if nested else f"{prefix}.mixins{suffix}"
    schema = "audit" if sometimes(draw, 6) else None
    convention = one(draw, CONVENTIONS)
    options: list[tuple[str, str]] = []
    if schema is not None:
        options.append(("schema", f'"{schema}"'))
    if convention:
        options.append(("naming_convention", repr(convention)))
    base = {"core": "mapper_registry"}.get(style, f"Base{suffix}")
    mixins = tuple(_mixin(draw, style, kinds, n, suffix) for n in few(draw, 2)) if style != "core" else ()
    tables = Tables(draw, style, kinds, schema, convention, mixins, suffix)
    tables.draw_all(prefix, nouns, single=single, nested=nested)
    type_map = [entry for entry in _TYPE_MAP if style in {"mapped", "dataclass"} and sometimes(draw, 4)]
    return Unit(
        style=style, base_module=base_module, base=base, base_form=one(draw, ("class", "function", "registry")),
        metadata_options=tuple(options), mixins=tables.mixins, mixin_module=mixin_module,
        tables=tuple(draft.finish() for draft in tables.drafts), type_map=tuple(type_map),
    )  # fmt: skip


def _mixin(draw: Draw, style: str, kinds: tuple[Kind, ...], number: int, suffix: str) -> Mixin:
    names = list(MIXED_IN[number * 3 : number * 3 + 3])
    columns = sequence_of(draw, style, kinds, names, 2, mixin=True, least=1)
    if style in {"classic", "mapped"}:
        columns = tuple(_maybe_declared(draw, column) for column in columns)
    arguments: tuple[str, ...] = ()
    plain = columns[0].kind.ordered and style != "sqlmodel"
    table_options = None
    if plain and sometimes(draw, 5):
        arguments = (f'[[sqlalchemy.Index]](f"ix_{{cls.__name__}}_{number}", "{columns[0].reference}")',)
    elif sometimes(draw, 6):
        table_options = '{"comment": "of a mixin"}'
    return Mixin(
        f"{('Timed', 'Marked')[number]}{suffix}", columns, arguments, table_options,
        sqlmodel=style == "sqlmodel", dataclass=style == "dataclass", abstract=number == 0 and sometimes(draw, 4),
    )  # fmt: skip


def _maybe_declared(draw: Draw, column: Column) -> Column:
    if column.form in {"Column", "mapped_column"} and sometimes(draw, 4):
        return replace(column, declared=True)
    return column


class Tables:
    """The tables of a unit while they are drawn."""

    def __init__(
        self, draw: Draw, style: str, kinds: tuple[Kind, ...], schema: str | None, convention: dict[str, str],
        mixins: tuple[Mixin, ...], suffix: str,
    ) -> None:  # fmt: skip
        self.draw = draw
        self.style = style
        self.kinds = kinds
        self.schema = schema
        self.convention = convention
        self.mixins = mixins
        self.suffix = suffix
        self.drafts: list[Draft] = []

    def draw_all(self, prefix: str, nouns: list[str], *, single: bool, nested: bool) -> None:
        """Draw tables, then what leads from one to another."""
        draw = self.draw
        module_of = _Modules(draw, prefix, self.suffix, single=single, nested=nested)
        links = [self._draft(f"{nouns[0]}Link{n}", module_of.next(), link=True) for n in few(draw, 1)]
        for _ in few(draw, 4, 1):
            self._table(nouns.pop(0), module_of.next())
        if self.style in {"classic", "mapped"} and self.mixins and sometimes(draw, 3):
            self._mix_in_key([d for d in self.drafts if d not in links])
        for draft in self.drafts:
            if draft not in links and draft.inheritance != "concrete":
                foreign_keys(draw, draft, [d for d in self.drafts if d not in links])
        ends = [d for d in self.drafts if d not in links and len(d.keys) == 1 and d.mapped]
        for link in list(links):
            if not ends:
                self.drafts.remove(link)
            else:
                self._link(link, ends)
        for draft in self.drafts:
            self._columns(draft, link=draft in links)
        relationships(draw, [d for d in self.drafts if d not in links or d.form == "class"])
        for draft in self.drafts:
            plain = not draft.relationships and all("sqlmodel" in c.kind.derived for c in draft.columns)
            if self.style == "sqlmodel" and draft.form == "class" and plain and sometimes(draw, 4):
                # SQLModel maps no subclass of a class that has a table.
                flag = ", table=True" if sometimes(draw, 2) else ""
                draft.later.append(f'class {draft.cls}View({draft.path}{flag}):\n    seen: str = ""')

    def _mix_in_key(self, drafts: list[Draft]) -> None:
        """Let a mixin bring a foreign key, and perhaps a relationship that follows it."""
        draw = self.draw
        target = one(draw, drafts)
        mixin = self.mixins[-1]
        users = [draft for draft in drafts if mixin in draft.mixins]
        related = any(user.root is target.root or user.parent for user in users) or target.parent is not None
        if len(target.keys) > 1 or target.inheritance is not None:
            return
        key = target.keys[0]
        form = "Column" if self.style == "classic" else "mapped_column"
        options = (("nullable", "False"),) if form == "Column" and sometimes(draw, 2) else ()
        action = ', ondelete="CASCADE"' if sometimes(draw, 2) else ""
        column = Column(
            "owner_id", key.kind, form, type=key.type or (key.kind.types[0] if form == "Column" else None),
            arguments=(f'[[sqlalchemy.ForeignKey]]("{target.full_name}.{key.reference}"{action})',), options=options,
            declared=form == "Column" or sometimes(draw, 2),
        )  # fmt: skip
        relationships: tuple[str, ...] = ()
        if target.mapped and not related and sometimes(draw, 2):
            how = one(draw, _FOLLOWING)
            relationships = (
                "@[[sqlalchemy.orm.declared_attr]]\ndef owner(cls):\n"
                f'    return [[sqlalchemy.orm.relationship]]("{target.cls}", {how})',
            )
        changed = replace(mixin, columns=(*mixin.columns, column), relationships=relationships)
        self.mixins = (*self.mixins[:-1], changed)
        for user in users:
            user.mixins = tuple(changed if m is mixin else m for m in user.mixins)
            user.mixed_in.append(ForeignKey(("owner_id",), ("owner_id",), target, True))

    def _draft(self, cls: str, module: str, *, link: bool = False) -> Draft:
        draw = self.draw
        forms = {
            "core": ("core",) if link else ("imperative", "core"),
            "classic": ("class", "__table__"),
            "mapped": ("class", "class", "__table__"),
        }
        choices = ("core", "class") if link and self.style != "core" else forms.get(self.style, ("class",))
        if link and self.style == "dataclass":
            choices = ("core",)
        form = one(draw, choices)
        schema = one(draw, ("app", "public")) if sometimes(draw, 8) else None
        name = (
            one(draw, (cls.lower(), f"{cls.lower()}s", cls, f"the {cls.lower()}"))
            if sometimes(draw, 3) and not link
            else f"{cls.lower()}s"
        )
        column_style = self.style if form == "class" else "core"
        keys = () if link else key(draw, column_style, composite=sometimes(draw, 7))
        draft = Draft(
            name=name, cls=cls, module=module, index=len(self.drafts), form=form, style=column_style, keys=keys,
            schema=schema, metadata_schema=self.schema,
            comment=one(draw, ('"what it holds"', '"it\'s"')) if sometimes(draw, 6) else None,
            docstring=sometimes(draw, 6),
        )  # fmt: skip
        self.drafts.append(draft)
        return draft

    def _table(self, cls: str, module: str) -> None:
        draw = self.draw
        draft = self._draft(cls, module)
        parents = [
            d for d in self.drafts[:-1] if d.form == "class" and len(d.keys) == 1 and d.inheritance in (None, "joined")
        ]
        if self.style in {"classic", "mapped"} and draft.form == "class" and parents and sometimes(draw, 3):
            self._inherit(draft, one(draw, parents))
        elif draft.form == "class" and self.mixins and sometimes(draw, 2):
            draft.mixins = tuple(m for m in self.mixins if sometimes(draw, 2))
            # Two sets of table arguments would have to be put together by hand.
        if self.style == "sqlmodel" and draft.inheritance is None and sometimes(draw, 3):
            draft.states_name, draft.name = False, cls.lower()

    def _inherit(self, draft: Draft, parent: Draft) -> None:
        draw = self.draw
        draft.parent, draft.inheritance = parent, one(draw, ("joined", "single", "concrete"))
        draft.comment = None
        if draft.inheritance == "concrete":
            draft.keys = parent.keys
            draft.mapper_arguments.append(("concrete", "True"))
            return
        if not any(name == "polymorphic_on" for name, _ in parent.root.mapper_arguments):
            form = "Column" if parent.style == "classic" else "mapped_column"
            name = one(draw, (None, "kind"))
            kind = Column("kind_of", STRING, form, name=name, type="[[sqlalchemy.String]](20)")
            parent.columns.append(kind)
            on = "kind_of" if sometimes(draw, 2) else '"kind_of"'
            parent.mapper_arguments += [("polymorphic_on", on), ("polymorphic_identity", f'"{parent.cls.lower()}"')]
        draft.mapper_arguments.append(("polymorphic_identity", f'"{draft.cls.lower()}"'))
        if draft.inheritance == "single":
            draft.keys, draft.schema, draft.words = (), None, parent.words
            return
        own = parent.keys[0]
        form = "Column" if draft.style == "classic" else "mapped_column"
        draft.keys = (
            Column(
                own.attribute, own.kind, form, type=own.type or (own.kind.types[0] if form == "Column" else None),
                arguments=(key_text(draw, draft, parent, "parent", optional=False),),
                options=(("primary_key", "True"),), primary_key=True,
            ),
        )  # fmt: skip

    def _link(self, link: Draft, ends: list[Draft]) -> None:
        draw = self.draw
        left, right = one(draw, ends), one(draw, ends)
        columns = []
        for side, target in (("left", left), ("right", right)):
            referred = target.keys[0]
            form = {"classic": "Column", "sqlmodel": "sa_column"}.get(link.style, "mapped_column")
            if not link.is_class:
                form = "Column"
            columns.append(
                Column(
                    f"{side}_id",
                    referred.kind,
                    form,
                    type=referred.type or referred.kind.types[0],
                    arguments=(key_text(draw, link, target.table, side, optional=False),),
                    options=(("primary_key", "True"),),
                    primary_key=True,
                )
            )
        link.keys = tuple(columns)
        for column, target in zip(columns, (left, right), strict=True):
            link.foreign_keys.append(ForeignKey((column.stored,), (column.attribute,), target, False))
        if left.root is not right.root or left is right:
            many_to_many(draw, left, right, link, (columns[0], columns[1]))

    def _columns(self, draft: Draft, *, link: bool) -> None:
        draw = self.draw
        style = draft.style
        columns = [column for mixin in draft.mixins if not mixin.arguments for column in mixin.columns]
        hidden = [column.attribute for column in columns if column.name is None and not column.arguments]
        if hidden and sometimes(draw, 4):
            draft.words.insert(0, hidden[0])
        draft.columns += sequence_of(draw, style, self.kinds, draft.words, 1 if link else 4)
        draft.columns.sort(key=lambda c: c.form == "__last__")
        constraints(draw, draft, self.convention)
        forms = argument_forms(draft, heirs=any(d.parent is draft for d in self.drafts))
        draft.arguments_form = one(draw, forms) if len(forms) > 1 and sometimes(draw, 2) else "tuple"


class _Modules:
    """Which module the next table lies in: the one before it, or a new one."""

    def __init__(self, draw: Draw, prefix: str, suffix: str, *, single: bool, nested: bool) -> None:
        self.draw = draw
        self.single = prefix if single else None
        self.stem = f"{prefix}.models{suffix}.part" if nested else f"{prefix}.models{suffix}_"
        self.number = 0

    def next(self) -> str:
        if self.single is not None:
            return self.single
        if sometimes(self.draw, 2):
            self.number += 1
        return f"{self.stem}{'abcdefgh'[self.number]}"

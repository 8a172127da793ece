"""Strategies for relationships: over foreign keys, and many to many."""

from __future__ import annotations

from dataclasses import replace

from agreement.description import Column, Relationship
from agreement.drafts import Draft, ForeignKey
from agreement.drawing import Draw, one, sometimes

MAKERS = ("[[PACKAGE.types.related]]", "[[PACKAGE.types.eager]]")
CASCADES = ('"all, delete-orphan"', '"all"', '"save-update, merge, delete"', '"save-update"')


def relationships(draw: Draw, drafts: list[Draft]) -> None:
    """Draw relationships over the foreign keys of all drafts."""
    for draft in drafts:
        for number, key in enumerate(draft.foreign_keys):
            if draft.mapped and key.target.mapped and sometimes(draw, 2):
                _pair(draw, draft, key, number)


def _pair(draw: Draw, draft: Draft, key: ForeignKey, number: int) -> None:
    """One side, both sides, or a backref."""
    target = key.target
    one_side, other_side = f"to_{target.cls.lower()}{number}", f"from_{draft.cls.lower()}{number}"
    form = one(draw, ("both", "child", "parent", "backref"))
    if draft.style == "sqlmodel" and form == "backref":
        form = "both"
    to_one, to_many = _join(draw, draft, key)
    child = [*to_one, *_child_options(draw, key)]
    parent = [*to_many, *_parent_options(draw, draft, single=False)]
    many = True
    if sometimes(draw, 6) and not {value for _, value in parent} & {"True", '"dynamic"'}:
        parent.append(("uselist", "False"))
        many = False
    if form == "both":
        child.append(("back_populates", f'"{other_side}"'))
        parent.append(("back_populates", f'"{one_side}"'))
    if form == "backref":
        child.append(("backref", one(draw, (
            f'"{other_side}"', f'[[sqlalchemy.orm.backref]]("{other_side}", lazy="dynamic")',
            f'[[sqlalchemy.orm.backref]]("{other_side}", cascade="all", uselist=True)',
        ))))  # fmt: skip
    if form in {"child", "both", "backref"}:
        _add(draw, draft, Relationship(
            one_side, target.cls, target.module, False, tuple(child), optional=key.optional,
            annotated=_annotated(draw, draft),
        ))  # fmt: skip
    if form in {"parent", "both"}:
        _add(draw, target, Relationship(
            other_side, draft.cls, draft.module, many, tuple(parent), annotated=_annotated(draw, target), optional=True,
        ))  # fmt: skip


def _add(draw: Draw, draft: Draft, relationship: Relationship) -> None:
    if draft.style != "sqlmodel" and sometimes(draw, 7):
        relationship = replace(relationship, maker=one(draw, MAKERS))
    draft.relationships.append(relationship)


def _annotated(draw: Draw, draft: Draft) -> bool:
    return draft.form == "class" and (
        draft.style == "sqlmodel" or (draft.style in {"mapped", "dataclass"} and not sometimes(draw, 4))
    )


def _join(draw: Draw, draft: Draft, key: ForeignKey) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What makes the join plain, for the side of the foreign key and for the other."""
    target = key.target
    same = [k for k in (*draft.foreign_keys, *draft.mixed_in) if k.target.root is target.root]
    back = [k for k in (*target.foreign_keys, *target.mixed_in) if k.target.root is draft.root]
    related = draft.root is target.root
    ambiguous = len(same) + (len(back) if target is not draft else 0) > 1 or related or draft.parent or target.parent
    to_one: list[tuple[str, str]] = []
    to_many: list[tuple[str, str]] = []
    if ambiguous or sometimes(draw, 5):
        attributes = [f"{draft.cls}.{attribute}" for attribute in key.attributes]
        text = f'"[{", ".join(attributes)}]"' if len(attributes) > 1 or sometimes(draw, 2) else f'"{attributes[0]}"'
        own = draft.is_class and draft.style in {"classic", "mapped"} and sometimes(draw, 3)
        if own and all(_is_object(draft, attribute) for attribute in key.attributes):
            to_one.append(("foreign_keys", f"[{', '.join(key.attributes)}]"))
        elif sometimes(draw, 4):
            paths = ", ".join(f"{draft.path}.{attribute}" for attribute in key.attributes)
            to_one.append(("foreign_keys", f"lambda: [{paths}]"))
        else:
            to_one.append(("foreign_keys", text))
        to_many.append(("foreign_keys", text))
    if draft is target or related:
        remote = ", ".join(f"{target.cls}.{column.attribute}" for column in target.keys)
        to_one.append(("remote_side", f'"[{remote}]"'))
    elif sometimes(draw, 8) and draft.parent is None and target.parent is None:
        pairs = zip(key.attributes, (c.attribute for c in target.keys), strict=True)
        conditions = [f"{draft.cls}.{ours} == {target.cls}.{theirs}" for ours, theirs in pairs]
        text = conditions[0] if len(conditions) == 1 else f"and_({', '.join(conditions)})"
        to_one.append(("primaryjoin", f'"{text}"'))
        if sometimes(draw, 2):
            to_many.append(("primaryjoin", f'"{text}"'))
    return to_one, to_many


def _is_object(draft: Draft, attribute: str) -> bool:
    column = next(c for c in (*draft.keys, *draft.columns) if c.attribute == attribute)
    return column.form in {"Column", "mapped_column", "unannotated"}


def _child_options(draw: Draw, key: ForeignKey) -> list[tuple[str, str]]:
    options = []
    if sometimes(draw, 5):
        options.append(("lazy", one(draw, ('"joined"', '"selectin"', '"select"', '"raise"', "True", "False"))))
    if sometimes(draw, 8):
        options.append(one(draw, (("innerjoin", "True"), ("post_update", "True"), ("info", '{"a": 1}'))))
    if sometimes(draw, 9):
        options += [("cascade", '"all, delete-orphan"'), ("single_parent", "True")]
    return options


def _parent_options(draw: Draw, draft: Draft, *, single: bool) -> list[tuple[str, str]]:
    options: list[tuple[str, str]] = []
    if draft.style == "sqlmodel" and sometimes(draw, 5):
        return [("cascade_delete", "True")]
    if sometimes(draw, 3):
        options.append(("cascade", one(draw, CASCADES)))
    elif sometimes(draw, 8):
        options.append(("viewonly", "True"))
    if sometimes(draw, 5):
        options.append(("passive_deletes", one(draw, ("True", '"all"') if not options else ("True",))))
    if sometimes(draw, 5):
        options.append(("lazy", one(draw, ('"selectin"', '"subquery"', '"dynamic"', '"noload"', '"raise_on_sql"'))))
    if sometimes(draw, 5):
        owner = draft if draft.keys else draft.root
        options.append(("order_by", f'"{owner.cls}.{owner.keys[0].attribute}"'))
    return options


def many_to_many(draw: Draw, left: Draft, right: Draft, link: Draft, columns: tuple[Column, Column]) -> None:
    """Relationships through a link table, on one side or on both."""
    names = f"{right.cls.lower()}_links", f"{left.cls.lower()}_links"
    if left is right:
        names = "links", "linked"
    both = sometimes(draw, 2)
    for side, (draft, target) in enumerate(((left, right), (right, left))):
        if side and not both:
            break
        options: list[tuple[str, str]] = []
        if left.style == "sqlmodel":
            options += [] if link.form == "class" else [("secondary", link.path)]
        else:
            texts = [f'"{link.full_name}"']
            if link.form == "core":
                texts += [
                    link.path if link.module <= draft.module and link.index < draft.index else texts[0],
                    f"lambda: {link.path}",
                ]
            options.append(("secondary", one(draw, texts)))
        if left is right:
            ours, theirs = columns if side == 0 else columns[::-1]
            table = f"{link.cls}" if link.form == "class" else f"{link.full_name}"
            dot = "." if link.form == "class" else ".c."
            key = left.keys[0].attribute
            options += [
                ("primaryjoin", f'"{left.cls}.{key} == {table}{dot}{ours.attribute}"'),
                ("secondaryjoin", f'"{left.cls}.{key} == {table}{dot}{theirs.attribute}"'),
            ]
        if both:
            options.append(("back_populates", f'"{names[1 - side]}"'))
        if sometimes(draw, 5):
            options.append(one(draw, (("lazy", '"selectin"'), ("viewonly", "True"), ("cascade", '"save-update, merge"'),
                                      ("passive_deletes", "True"), ("cascade", '"all"'))))  # fmt: skip
        link_model = link.path if left.style == "sqlmodel" and link.form == "class" else None
        _add(draw, draft, Relationship(
            names[side], target.cls, target.module, True, tuple(options), link_model=link_model,
            annotated=_annotated(draw, draft),
        ))  # fmt: skip

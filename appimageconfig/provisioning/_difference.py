"""Differences between the desired and the actual state, and the arguments of the calls that remove them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs

from appimageconfig import _paths
from appimageconfig._checking import APP_CONFIGS, require_config
from appimageconfig._constraints import trusted
from appimageconfig._converter import redacted
from appimageconfig._frozen import REDACTED, SecretMapping, SecretTuple, is_list, is_map
from appimageconfig.models import AppImageConfig, AppImageConfigDetails, KernelSpec, Shape

# CloudFormation and other services of AWS put tags of their own on a resource, with this prefix.
_TAGS_OF_AWS: Final = "aws:"


@attrs.frozen
class Change:
    """A member whose desired value differs from its actual value."""

    path: str
    """The wire path, such as ``KernelGatewayImageConfig.KernelSpecs[0].Name``; a tag is ``Tags['team']``."""
    old: Any
    """The actual value as JSON, or None if it is absent; ``***`` if it may be a secret."""
    new: Any
    """The desired value as JSON, or None if it is absent; ``***`` if it may be a secret."""

    def __str__(self) -> str:
        """Return the path, the old and the new value on one line."""
        return _paths.printable(f"{self.path}: {_text(self.old)} -> {_text(self.new)}")

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON, without ``old`` or ``new`` where the value is absent."""
        return {name: value for name, value in attrs.asdict(self).items() if value is not None}


@attrs.frozen
class Difference:
    """All changes from the actual to the desired state; false if there are none."""

    changes: tuple[Change, ...] = ()
    """The changes, in the order of the service model, with tags last."""

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.changes)

    def __str__(self) -> str:
        """Return one line for each change."""
        return "\n".join(map(str, self.changes))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's protocol
        del cycle
        printer.text(str(self) or "No changes.")

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the changes as JSON."""
        return [change.to_dict() for change in self.changes]


NO_DIFFERENCE: Final = Difference()


def difference(desired: AppImageConfig, actual: AppImageConfig | AppImageConfigDetails) -> Difference:
    """
    Return the changes from *actual* to *desired*.

    Absent and empty differ. Order matters in container arguments and kernel specs,
    and not in environment variables and tags. Names are not compared.

    Tags are compared only if *desired* sets them (``tags={}`` means no tags) and
    *actual* is an `AppImageConfig`; an `AppImageConfigDetails` has no tags. A tag
    that only *actual* has is a change, unless its key begins with ``aws:``. A
    member that this version does not know is compared only if *desired* has it.

    Raises:
        TypeError: *desired* is not an `AppImageConfig`.
    """
    require_config(desired)
    changes = [*_structure_changes("", actual, desired, APP_CONFIGS)]
    if isinstance(actual, AppImageConfig):
        changes += _tag_changes(actual.tags, desired.tags)
    return Difference(tuple(changes))


def contents(config: AppImageConfig, *, created: bool) -> Difference:
    """Return the changes from nothing to *config* if it is *created*, and otherwise from *config* to nothing."""
    values = ((path, value) for path, value in leaves("", redacted(config)) if path != "AppImageConfigName")
    return Difference(
        tuple(Change(path, None, value) if created else Change(path, value, None) for path, value in values)
    )


def content_line(change: Change) -> str:
    """Return the path and the one value of a change from nothing or to nothing."""
    return _paths.printable(f"{change.path}: {_text(change.old if change.new is None else change.new)}")


def leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each leaf of *value*, as `redacted` returns it."""
    if is_map(value) and value:
        for key, item in value.items():
            yield from leaves(_paths.key(path, key), item)
    elif is_list(value) and value:
        for index, item in enumerate(value):
            yield from leaves(_paths.item(path, index), item)
    else:
        yield path, value


def update_of(desired: AppImageConfig, actual: AppImageConfigDetails) -> AppImageConfig:
    """Return *desired* with the members of *actual* that this version does not know, so that an update keeps them."""
    with trusted():
        return _with_unmodelled(desired, actual)


def replacement_of(desired: AppImageConfig, tags: Mapping[str, str]) -> AppImageConfig:
    """Return *desired* as it is recreated: with the *tags* of the deleted config if it sets none."""
    if desired.tags is not None:
        return desired
    with trusted():
        return attrs.evolve(desired, tags=own_tags(tags))


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return *tags* without those whose keys begin with ``aws:``."""
    return {key: value for key, value in tags.items() if not key.startswith(_TAGS_OF_AWS)}


_S = TypeVar("_S", bound=Shape)


def _with_unmodelled(desired: _S, actual: Shape) -> _S:
    model: Any = type(desired)
    changes: dict[str, Any] = {}
    for field in attrs.fields(model):
        new, old = getattr(desired, field.name), getattr(actual, field.name, None)
        if isinstance(new, Shape) and isinstance(old, Shape):
            changes[field.name] = _with_unmodelled(new, old)
        elif is_list(new) and is_list(old) and field.name == "kernel_specs":
            changes[field.name] = _kernels_with_unmodelled(new, old)
    return attrs.evolve(desired, **changes, unmodelled={**actual.unmodelled, **desired.unmodelled})


def _kernels_with_unmodelled(desired: Iterable[KernelSpec], actual: Iterable[KernelSpec]) -> Iterator[KernelSpec]:
    """Yield the *desired* kernels, each with the unknown members of the actual kernel of the same name."""
    left = list(actual)
    for new in desired:
        # The service model allows kernels with the same name: the first belongs to the first, and so on.
        old = next((kernel for kernel in left if kernel.name == new.name), None)
        if old is not None:
            left.remove(old)
        yield new if old is None else _with_unmodelled(new, old)


def _structure_changes(path: str, old: Shape, new: Shape, fields: Iterable[str]) -> Iterator[Change]:
    for field in fields:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:  # nearly all are equal, and a path takes longer to make than they take to compare
            yield from _changes(_paths.member(path, _paths.member_name(field)), before, after)
    for member, value in new.unmodelled.items():
        yield from _changes(_paths.member(path, member), old.unmodelled.get(member), value, secret=True)


def _changes(path: str, old: Any, new: Any, *, secret: bool = False) -> Iterator[Change]:
    """Yield the changes from *old* to *new*, the values of the same member."""
    if old == new:
        return
    if secret:
        yield Change(path, None if old is None else REDACTED, None if new is None else REDACTED)
    elif isinstance(old, Shape) and isinstance(new, Shape):
        fields = (field.name for field in attrs.fields(type(new)) if field.name != "unmodelled")
        yield from _structure_changes(path, old, new, fields)
    elif is_list(old) and is_list(new):
        yield from _item_changes(path, dict(enumerate(old)), dict(enumerate(new)), secret=isinstance(new, SecretTuple))
    elif is_map(old) and is_map(new):
        yield from _item_changes(path, old, new, secret=isinstance(new, SecretMapping))
    else:
        yield Change(path, redacted(old), redacted(new))


def _item_changes(path: str, old: Mapping[Any, Any], new: Mapping[Any, Any], *, secret: bool) -> Iterator[Change]:
    for key in {**new, **old}:
        yield from _changes(_paths.entry(path, key), old.get(key), new.get(key), secret=secret)


def _tag_changes(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> Iterator[Change]:
    if new is not None:
        # Tags of AWS are kept, so they are compared only if they are desired.
        kept = {key: value for key, value in old.items() if key in new} if old else {}
        yield from _changes("Tags", None if old is None else own_tags(old) | kept, new)


def _text(value: Any) -> str:
    if value is None:
        return "(absent)"
    return REDACTED if value == REDACTED else json.dumps(value, ensure_ascii=False)

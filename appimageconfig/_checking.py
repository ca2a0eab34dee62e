"""Checks of arguments: violations of request mappings, lists of configs, and types."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from appimageconfig import _paths, limits
from appimageconfig._constraints import (
    REQUEST,
    TAGS_ON_THE_WIRE,
    Checked,
    List,
    Structure,
    Tags,
    checked_together,
    constraint_of,
    type_violation,
)
from appimageconfig._converter import modelled_fields, tags_from_wire
from appimageconfig._frozen import is_list, is_map
from appimageconfig.errors import InvalidAppImageConfigError, Violation
from appimageconfig.models import AppImageConfig, AppImageConfigDetails, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def require_config(config: object) -> None:
    """
    Raise a TypeError unless *config* is an `AppImageConfig`.

    Raises:
        TypeError: The message says how to convert a mapping or an `AppImageConfigDetails`.
    """
    if not isinstance(config, AppImageConfig):
        hint = ""
        if is_map(config):
            hint = "; read it with from_request"
        elif isinstance(config, AppImageConfigDetails):
            hint = "; call its to_config()"
        raise TypeError(f"expected an AppImageConfig, got {type(config).__name__}{hint}")


APP_CONFIGS: Final = tuple(
    field.name for field in attrs.fields(AppImageConfig) if isinstance(constraint_of(field), Structure)
)
"""The fields of an `AppImageConfig` that hold an app config."""


def has_app_config(config: AppImageConfig) -> bool:
    """Return whether *config* has an app config to send, which may be one that this version does not know."""
    return bool(config.unmodelled) or any(getattr(config, name) is not None for name in APP_CONFIGS)


def by_name(configs: Iterable[AppImageConfig]) -> dict[str, AppImageConfig]:
    """
    Return *configs* by their names.

    Raises:
        TypeError: *configs* is not an iterable of `AppImageConfig`.
        InvalidAppImageConfigError: Two configs have the same name.
    """
    _require_configs(configs)
    positions: dict[str, int] = {}
    found: dict[str, AppImageConfig] = {}
    violations: list[Violation] = []
    for position, config in enumerate(configs):
        require_config(config)
        name = config.app_image_config_name
        first = positions.setdefault(name, position)
        found[name] = config
        if first != position:
            path = _paths.member(_paths.item("", position), "app_image_config_name")
            violations.append(duplicate(path, f"name {name!r}", _paths.item("", first)))
    if violations:
        raise InvalidAppImageConfigError(violations, "list of configs")
    return found


def _require_configs(configs: object) -> None:
    if isinstance(configs, AppImageConfig):
        raise TypeError("expected an iterable of AppImageConfig, got a single AppImageConfig; put it into a list")
    if is_map(configs) or isinstance(configs, str | bytes) or not isinstance(configs, Iterable):
        hint = "; pass its values()" if is_map(configs) else ""
        raise TypeError(f"expected an iterable of AppImageConfig, got {type(configs).__name__}{hint}")


def duplicate(path: str, noun: str, first: str) -> Violation:
    """Return the violation that the *noun* at *path* is a duplicate of the one at *first*."""
    return Violation(path, "unique", f"duplicate {noun}; the first is at {first}")


def accepts_request(request: object) -> bool:
    """Return whether *request* has no violation, in a third of the time in which `request_violations` finds none."""
    return _accepts_structure(AppImageConfig)(request)


@cache
def _accepts_structure(model: type[attrs.AttrsInstance]) -> Callable[[object], bool]:
    """Return the check of a structure on the wire."""
    fields = modelled_fields(model)
    required = frozenset(member for member, field in fields.items() if field.default is attrs.NOTHING)
    accepts = {member: _accepts(constraint_of(field)) for member, field in fields.items()}

    def accepts_structure(value: object) -> bool:
        if not is_map(value):
            return False
        for member, item in value.items():
            if member not in accepts or not accepts[member](item):
                return False
        return required <= value.keys()

    return accepts_structure


def _accepts(constraint: Any) -> Callable[[Any], bool]:
    """Return the check of a member on the wire, where structures and tags are not instances of the models."""
    if isinstance(constraint, Structure):
        return _accepts_structure(constraint.model)
    if isinstance(constraint, Tags):
        return partial(_accepts_tags, constraint)
    if isinstance(constraint, List) and isinstance(constraint.item, Structure):
        accepts_item = _accepts(constraint.item)
        fits = range(constraint.min, constraint.max + 1)
        return lambda items: is_list(items) and len(items) in fits and all(map(accepts_item, items))
    accepts: Callable[[Any], bool] = constraint.accepts
    return accepts


def _accepts_tags(constraint: Tags, tags: object) -> bool:
    # Other mappings are left to `request_violations`: a defaultdict would add the members that are read and missing.
    if not is_list(tags) or [*map(type, tags)].count(dict) != len(tags):
        return False
    try:
        found = tags_from_wire(tags)
    except (KeyError, TypeError):  # a member is missing, or a key is not a string
        return False
    # Each tag has a Key and a Value, so twice as many members as tags are nothing else.
    return len(found) == len(tags) and sum(map(len, tags)) == 2 * len(tags) and constraint.accepts(found)


def request_violations(request: object) -> Iterator[Violation]:
    """Yield each violation of *request*, the keyword arguments of ``create_app_image_config``, in document order."""
    if is_map(request) and (members := [member for member in _OF_A_RESPONSE if member in request]):
        yield Violation(
            "",
            "unknown",
            f"is a response of DescribeAppImageConfig, not a request: it has {', '.join(members)}; write request files "
            "with appimageconfig export, or read the response with from_response and call to_config() on the result",
        )
        request = {member: value for member, value in request.items() if member not in members}
    yield from _structure_violations(request, AppImageConfig, "")


# ResponseMetadata is botocore's own addition.
_OF_A_RESPONSE: Final = (
    *(name for name in modelled_fields(AppImageConfigDetails) if name not in modelled_fields(AppImageConfig)),
    "ResponseMetadata",
)


@attrs.frozen(kw_only=True, field_transformer=checked_together)
class _Tag(Checked):
    key: str = attrs.field(validator=limits.TAG_KEY)
    value: str = attrs.field(validator=limits.TAG_VALUE)


def _structure_violations(value: object, model: type[attrs.AttrsInstance], path: str) -> Iterator[Violation]:
    if not is_map(value):
        expected = REQUEST if not path else f"a map of the members of {model.__name__.strip('_')}"
        yield type_violation(path, expected, value)
        return
    fields = modelled_fields(model)
    for member, item in value.items():
        place = _paths.member(path, member)
        if member in fields:
            yield from _member_violations(item, constraint_of(fields[member]), place)
        elif (shape := installed_shape(model, member)) is not None:
            yield from _installed_violations(item, shape, place)
        else:
            yield Violation(place, "unknown", f"unknown member {member!r}; {_suggestion(member, fields)}")
    for member, field in fields.items():
        if field.default is attrs.NOTHING and member not in value:
            yield Violation(_paths.member(path, member), "required", "required member is missing")


# The shapes of the service model whose names differ from those of the models.
_REQUESTS: Final = {"AppImageConfig": "CreateAppImageConfigRequest"}


def installed_shape(model: type[attrs.AttrsInstance], member: object) -> Any:
    """
    Return botocore's shape of a *member* of *model* that this version does not know, or None if it has none either.

    The installed botocore may be newer than this version, and returns its members in responses: `AppImageConfigDetails`
    keeps them, and a request file that was written from one contains them.
    """
    if not issubclass(model, Shape):
        return None
    name = _REQUESTS.get(model.__name__, model.__name__)
    return _service_model().shape_for(name).members.get(member)


@cache
def _service_model() -> Any:
    from botocore.loaders import create_loader  # noqa: PLC0415 - slow, and needed only for an unknown member
    from botocore.model import ServiceModel  # noqa: PLC0415 - likewise

    return ServiceModel(create_loader(os.environ.get("AWS_DATA_PATH")).load_service_model("sagemaker", "service-2"))


def _installed_violations(value: Any, shape: Any, path: str) -> Iterator[Violation]:
    from botocore.validate import ParamValidator  # noqa: PLC0415 - likewise

    # botocore's own report shows values.
    if ParamValidator().validate(value, shape).has_errors():
        yield Violation(
            path, "type", f"is not a valid {shape.type_name} by the service model of the installed botocore"
        )


def _member_violations(value: object, constraint: Any, path: str) -> Iterator[Violation]:
    """Yield the violations of a member on the wire, where structures and tags are not instances of the models."""
    if isinstance(constraint, Structure):
        yield from _structure_violations(value, constraint.model, path)
    elif isinstance(constraint, Tags):
        yield from _tags_violations(value, constraint, path)
    elif isinstance(constraint, List) and isinstance(constraint.item, Structure) and is_list(value):
        yield from constraint.size_violations(len(value), path)
        for index, item in enumerate(value):
            yield from _structure_violations(item, constraint.item.model, _paths.item(path, index))
    else:
        yield from constraint.violations(value, path)


def _tags_violations(value: object, constraint: Tags, path: str) -> Iterator[Violation]:
    if not is_list(value):
        yield type_violation(path, TAGS_ON_THE_WIRE, value)
        return
    yield from constraint.size_violations(len(value), path)
    first: dict[str, int] = {}
    for index, tag in enumerate(value):
        place = _paths.item(path, index)
        yield from _structure_violations(tag, _Tag, place)
        key: object = tag.get("Key") if is_map(tag) else None
        if isinstance(key, str) and first.setdefault(key, index) != index:
            yield duplicate(_paths.member(place, "Key"), "tag key", _paths.item(path, first[key]))


# Members that request files in the wild have here, although they belong to other operations.
_ELSEWHERE: Final = {
    "ImageUri": "CreateImageVersion takes the image, and CustomImages in UpdateDomain attaches it to this config",
}


def _suggestion(member: object, members: Mapping[str, Any]) -> str:
    if member in _ELSEWHERE:
        return _ELSEWHERE[str(member)]
    from difflib import get_close_matches  # noqa: PLC0415 - needed only for an unknown member

    lowered = {name.lower(): name for name in members}
    close = get_close_matches(str(member).lower(), lowered, n=1)
    return f"did you mean {lowered[close[0]]!r}?" if close else f"the members are {', '.join(members)}"

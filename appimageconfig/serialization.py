"""
From values to requests and from responses to values.

Pure functions over one private cattrs converter. The converter alone knows how
the wire writes a value: members in PascalCase (by one rule, see
`constraints.member_name`), tags as a list of Key and Value.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from appimageconfig import _constraints as constraints
from appimageconfig._constraints import (
    REQUEST,
    TAGS_ON_THE_WIRE,
    List,
    Structure,
    Tags,
    Timestamp,
    enforced,
    is_list,
    is_map,
    member_name,
    trusted,
    type_violation,
)
from appimageconfig.errors import InvalidAppImageConfigError, Violation
from appimageconfig.models import (
    AppImageConfig,
    AppImageConfigDetails,
    ReadOnlyMapping,
    SecretMapping,
    SecretTuple,
    Shape,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


def to_request(config: AppImageConfig) -> dict[str, Any]:
    """
    Return the keyword arguments of boto3's ``create_app_image_config`` for *config*.

    Nothing is sent, so this is also the dry run. The result is made of new dicts
    and lists in the order of the service model; what is None is left out.

    Raises:
        TypeError: *config* is no `AppImageConfig`.
    """
    require_config(config)
    return request_members(config)


def from_request(request: Mapping[str, Any]) -> AppImageConfig:
    """
    Read the keyword arguments of boto3's ``create_app_image_config``, or the same as JSON.

    Reads strictly, and coerces nothing: ``"0"`` is no integer, a boolean is none
    either, a string is no list and a list no map.

    Raises:
        InvalidAppImageConfigError: *request* breaks the service model; all its faults are in the one error, in the
            order of the document.
    """
    if violations := enforced(_structure_violations(request, AppImageConfig, "")):
        raise InvalidAppImageConfigError(violations)
    with trusted():
        return _converter.structure(request, AppImageConfig)


def from_response(response: Mapping[str, Any]) -> AppImageConfigDetails:
    """
    Read a response of DescribeAppImageConfig, or an item of ListAppImageConfigs.

    Reads leniently: values beyond today's limits pass, a missing member is None,
    and members that this version does not know are kept, and travel back by
    `AppImageConfigDetails.to_config` and `to_request`. Times may be datetimes (as
    botocore has them), epoch seconds (as the wire has them) or ISO 8601 text (as
    the AWS CLI prints them); one without an offset is taken as UTC.
    """
    # ResponseMetadata is botocore's own addition to the response: no member of the AppImageConfig.
    if "ResponseMetadata" in response:
        response = {member: value for member, value in response.items() if member != "ResponseMetadata"}
    with trusted():
        return _converter.structure(response, AppImageConfigDetails)


def require_config(config: object) -> None:
    """
    See that *config* is an `AppImageConfig`, and say how to make one of what people have instead.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(config, AppImageConfig):
        hint = ""
        if is_map(config):
            hint = ": read it with from_request"
        elif isinstance(config, AppImageConfigDetails):
            hint = ": call its to_config()"
        raise TypeError(f"an AppImageConfig is due, not {type(config).__name__}{hint}")


def request_members(request: attrs.AttrsInstance) -> dict[str, Any]:
    """Return the keyword arguments of the boto3 method that takes *request*."""
    return cast("dict[str, Any]", _converter.unstructure(request))


def masked(value: Any) -> Any:
    """
    Return *value*, a structure or a part of one, as JSON has it, for the eye.

    Environment values, container arguments and members that this version does not
    know are ``***``; a time is ISO 8601 text; tags are a map.
    """
    if isinstance(value, Shape):
        model: Any = type(value)
        present = {member: getattr(value, field.name) for member, field in _modelled_fields(model).items()}
        members = {member: masked(item) for member, item in present.items() if item is not None}
        return {**members, **dict.fromkeys(value.unmodelled, "***")}
    if isinstance(value, SecretTuple):
        return ["***"] * len(cast("tuple[Any, ...]", value))
    if is_map(value):
        return {key: "***" if isinstance(value, SecretMapping) else item for key, item in value.items()}
    if is_list(value):
        return [masked(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def details_from_page(page: Mapping[str, Any]) -> Iterator[AppImageConfigDetails]:
    """Read a response of ListAppImageConfigs, as leniently as `from_response` reads its items."""
    return map(from_response, page.get("AppImageConfigs", ()))


def tags_from_page(page: Mapping[str, Any]) -> dict[str, str]:
    """Read a response of ListTags."""
    return _tags_from_wire(page.get("Tags", ()))


@attrs.frozen(kw_only=True)
class _Tag:
    key: str = attrs.field(validator=constraints.TAG_KEY)
    value: str = attrs.field(validator=constraints.TAG_VALUE)


@cache
def _modelled_fields(model: Any) -> dict[str, attrs.Attribute[Any]]:
    return {member_name(field.name): field for field in attrs.fields(model) if field.name != "unmodelled"}


def _structure_violations(value: object, model: type[attrs.AttrsInstance], path: str) -> Iterator[Violation]:
    if not is_map(value):
        expected = REQUEST if not path else f"a map like {model.__name__.strip('_')}"
        yield type_violation(path, expected, value)
        return
    fields = _modelled_fields(model)
    prefix = f"{path}." if path else ""
    for member, item in value.items():
        if member in fields:
            yield from _member_violations(item, fields[member].validator, f"{prefix}{member}")
        else:
            yield Violation(f"{prefix}{member}", "unknown", f"is no member here{_suggestion(member, fields)}")
    for member, field in fields.items():
        if field.default is attrs.NOTHING and member not in value:
            yield Violation(f"{prefix}{member}", "required", "is required and missing")


def _member_violations(value: object, constraint: Any, path: str) -> Iterator[Violation]:
    """Yield the faults of a member as the wire writes it; structures and tags look different there."""
    if isinstance(constraint, Structure):
        yield from _structure_violations(value, constraint.model, path)
    elif isinstance(constraint, Tags):
        yield from _tags_violations(value, constraint, path)
    elif isinstance(constraint, List) and isinstance(constraint.item, Structure) and is_list(value):
        yield from constraint.bounds(len(value), path)
        for index, item in enumerate(value):
            yield from _structure_violations(item, constraint.item.model, f"{path}[{index}]")
    elif not constraint.accepts(value):
        yield from constraint.violations(value, path)


def _tags_violations(value: object, constraint: Tags, path: str) -> Iterator[Violation]:
    if not is_list(value):
        yield type_violation(path, TAGS_ON_THE_WIRE, value)
        return
    yield from constraint.bounds(len(value), path)
    first: dict[str, int] = {}
    for index, tag in enumerate(value):
        yield from _structure_violations(tag, _Tag, f"{path}[{index}]")
        key: object = tag.get("Key") if is_map(tag) else None
        if isinstance(key, str) and first.setdefault(key, index) != index:
            yield Violation(f"{path}[{index}].Key", "unique", f"is the key of {path}[{first[key]}] as well")


# Members that people expect here and that belong to other operations.
_ELSEWHERE: Final = {
    "ImageUri": "; the image is named in CreateImageVersion, and joined to this config in UpdateDomain's CustomImages",
}


def _suggestion(member: object, members: Mapping[str, Any]) -> str:
    if member in _ELSEWHERE:
        return _ELSEWHERE[str(member)]
    from difflib import get_close_matches  # noqa: PLC0415 - not needed where there is no fault

    lowered = {name.lower(): name for name in members}
    close = get_close_matches(str(member).lower(), lowered, n=1)
    return f"; did you mean {lowered[close[0]]}?" if close else f"; its members are {', '.join(members)}"


_converter: Final = cattrs.Converter(detailed_validation=False)


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _time_from_wire(value: Any, _: Any) -> datetime:
    match value:
        case datetime():
            time = value
        case str():
            time = datetime.fromisoformat(value)
        case _:
            time = datetime.fromtimestamp(value, UTC)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _structures_from_wire(model: Any) -> Callable[[Any, Any], Any]:
    read = _structure_hook(model)
    return lambda items, _: None if items is None else tuple([read(item, model) for item in items])


def _list_to_wire(items: Sequence[Any] | None) -> list[Any] | None:
    return None if items is None else [_converter.unstructure(item) for item in items]


def _tags_from_wire(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tags_to_wire(tags: Mapping[str, str] | None) -> list[dict[str, str]] | None:
    return None if tags is None else [{"Key": key, "Value": value} for key, value in tags.items()]


def _plain(value: Any) -> Any:
    """Thaw what `models` froze, into what JSON and botocore know."""
    if is_map(value):
        return {key: _plain(item) for key, item in value.items()}
    if is_list(value):
        return [_plain(item) for item in value]
    return value


def _member_from_wire(constraint: object) -> Callable[[Any, Any], Any]:
    """Return what reads a member, told by the constraint: the type would be looked up for each value anew."""
    match constraint:
        case Structure(model=model):
            return _structure_hook(model)
        case List(item=Structure(model=model)):
            return _structures_from_wire(model)
        case Tags():
            return lambda tags, _: _tags_from_wire(tags)
        case Timestamp():
            return _time_from_wire
        case _:
            return _as_it_is


def _overrides(model: type[attrs.AttrsInstance]) -> dict[str, Any]:
    overrides = {
        field.name: override(
            rename=member,
            struct_hook=_member_from_wire(field.validator),
            unstruct_hook=_tags_to_wire if isinstance(field.validator, Tags) else None,
        )
        for member, field in _modelled_fields(model).items()
    }
    return {**overrides, "unmodelled": override(omit=True)}


def _unstructure_hook(model: type[attrs.AttrsInstance]) -> Callable[[Any], dict[str, Any]]:
    unstructure = make_dict_unstructure_fn(model, _converter, **_overrides(model))

    def without_absent(value: Any) -> dict[str, Any]:
        members = {member: item for member, item in unstructure(value).items() if item is not None}
        members.update(_plain(getattr(value, "unmodelled", {})))
        return members

    return without_absent


@cache
def _structure_hook(model: Any) -> Callable[[Mapping[str, Any], Any], Any]:
    structure = make_dict_structure_fn(model, _converter, **_overrides(model))
    fields = _modelled_fields(model)
    required = dict.fromkeys(member for member, field in fields.items() if field.default is attrs.NOTHING)

    def with_unmodelled(members: Mapping[str, Any], _: Any) -> Any:
        if required.keys() <= members.keys() <= fields.keys() and None not in members.values():
            return structure(members, model)
        present = {member: item for member, item in members.items() if item is not None}
        value = structure(required | present, model)
        unmodelled = {member: item for member, item in present.items() if member not in fields}
        return attrs.evolve(value, unmodelled=unmodelled) if unmodelled else value

    return with_unmodelled


def _is_tuple(type_: Any) -> bool:
    return type_ in (tuple, SecretTuple) or get_origin(type_) is tuple


_converter.register_unstructure_hook_func(_is_tuple, _list_to_wire)
_converter.register_unstructure_hook(ReadOnlyMapping, dict)


def _is_ours(type_: Any) -> bool:
    return attrs.has(type_) and type_.__module__.startswith("appimageconfig.")


# The functions are compiled when a structure is met first, and not all of them when this module is imported. Threads
# that come at once may each compile them, and get the same.
_converter.register_structure_hook_factory(_is_ours, _structure_hook)
_converter.register_unstructure_hook_factory(_is_ours, _unstructure_hook)

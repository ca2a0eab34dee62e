"""
The one cattrs converter between values and what boto3 sends and returns.

Only this module knows how the wire represents a value: members in PascalCase (see
`_paths.member_name`), tags as a list of Key and Value, members that this version
does not know beside those that it knows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import cattrs
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from appimageconfig import _paths
from appimageconfig._constraints import (
    Integer,
    List,
    Map,
    String,
    Structure,
    Tags,
    Timestamp,
    constraint_of,
    trusted,
    type_violation,
)
from appimageconfig._frozen import NO_SECRETS, REDACTED, SecretMapping, SecretTuple, is_list, is_map, thawed
from appimageconfig._paths import member_name
from appimageconfig.errors import InvalidAppImageConfigError, Violation
from appimageconfig.models import AppImageConfig, AppImageConfigDetails, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_converter: Final = cattrs.Converter(detailed_validation=False)


def request_members(request: attrs.AttrsInstance) -> dict[str, Any]:
    """Return the keyword arguments of the boto3 method that takes *request*."""
    return _unstructure_hook(type(request))(request)


def config_from_request(request: Mapping[str, Any]) -> AppImageConfig:
    """Read the keyword arguments of ``create_app_image_config``, which have been checked."""
    with trusted():
        config: AppImageConfig = _structure_hook(AppImageConfig)(request, AppImageConfig)
    return config


def details_from_response(response: Mapping[str, Any], name: str | None = None) -> AppImageConfigDetails:
    """
    Read a response of DescribeAppImageConfig, or an item of ListAppImageConfigs, leniently.

    Args:
        response: The response.
        name: The name that was requested, for a stubbed response that lacks it.

    Raises:
        InvalidAppImageConfigError: The response lacks the name or the ARN, or is not of the service model's types.
    """
    with trusted():
        return _read_details(response, name)


def details_from_page(page: Mapping[str, Any]) -> list[AppImageConfigDetails]:
    """
    Read a response of ListAppImageConfigs.

    Raises:
        InvalidAppImageConfigError: The response lacks the list, or an item is not one of `details_from_response`.
    """
    require_members(page, "AppImageConfigs")
    with trusted():
        return [_read_details(item) for item in page["AppImageConfigs"]]


def _read_details(response: Mapping[str, Any], name: str | None = None) -> AppImageConfigDetails:
    try:
        if name is not None and "AppImageConfigName" not in response:
            response = {**response, "AppImageConfigName": name}
        require_members(response, "AppImageConfigName", "AppImageConfigArn")
        details: AppImageConfigDetails = _structure_hook(AppImageConfigDetails)(response, AppImageConfigDetails)
    except InvalidAppImageConfigError:
        raise
    except _WRONG_TYPES as error:
        raise unreadable_response(error) from error
    return details


# What reading a value of another type raises, as a number in the place of a structure, or a time of the year 30,000.
_WRONG_TYPES: Final = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
_CHECK: Final = "check the endpoint, and the proxies on the way to it"


def unreadable_response(error: Exception) -> InvalidAppImageConfigError:
    """Return the error for a response that could not be read because of *error*. It does not show the response."""
    message = f"it cannot be read ({type(error).__name__}); {_CHECK}"
    return InvalidAppImageConfigError([Violation("", "type", message)], "response")


_LISTS: Final = frozenset({"AppImageConfigs", "Tags"})


def require_members(response: Mapping[str, Any], *members: str) -> None:
    """
    Raise an error unless *response* has *members*, which the service always returns.

    Raises:
        InvalidAppImageConfigError: A member is missing, or not of the type that the service model has.
    """
    violations: list[Violation] = []
    for member in members:
        value, is_a_list = response.get(member), member in _LISTS
        if isinstance(value, str) and not is_a_list:
            continue
        if value is None:
            message = "required member is missing; if the client is stubbed, add it to the response"
            violations.append(Violation(member, "required", message))
        elif not (is_a_list and is_list(value)):
            violations.append(type_violation(member, "a list" if is_a_list else "a string", value))
        else:
            wrong = ((index, item) for index, item in enumerate(value) if not is_map(item))
            violations += (type_violation(_paths.item(member, index), "a map", item) for index, item in wrong)
    if violations:
        raise InvalidAppImageConfigError(violations, "response")


def require_json(response: Any) -> None:
    """
    Raise an error if the headers of *response* say that its body is not JSON. Stubbed responses have no headers.

    botocore reads such a body as an empty response, and a proxy may send one with the status 200.

    Raises:
        InvalidAppImageConfigError: The body is not JSON.
    """
    try:
        kind = response["ResponseMetadata"]["HTTPHeaders"].get("content-type")
    except (AttributeError, LookupError, TypeError):
        return
    if isinstance(kind, str) and "json" not in kind.lower():
        message = f"its content type is {kind!r}, not JSON; {_CHECK}"
        raise InvalidAppImageConfigError([Violation("", "type", message)], "response")


def tags_from_page(page: Mapping[str, Any]) -> dict[str, str]:
    """
    Read a response of ListTags.

    Raises:
        InvalidAppImageConfigError: The response lacks the tags, or they are not strings.
    """
    require_members(page, "Tags")
    for tag in page["Tags"]:
        require_members(tag, "Key", "Value")
    return tags_from_wire(page["Tags"])


def redacted(value: Any) -> Any:
    """
    Return *value*, a structure or a part of one, as JSON to show.

    Environment values, container arguments and members that this version does not
    know are redacted; a time is ISO 8601 text; tags are a map.
    """
    if isinstance(value, Shape):
        model: Any = type(value)
        fields = modelled_fields(model).items()
        present = {member: getattr(value, field.name) for member, field in fields}
        members = {member: redacted(item) for member, item in present.items() if item is not None}
        return {**members, **dict.fromkeys(value.unmodelled, REDACTED)}
    if isinstance(value, SecretTuple):
        return [REDACTED] * len(cast("tuple[Any, ...]", value))
    if is_map(value):
        return {key: REDACTED if isinstance(value, SecretMapping) else item for key, item in value.items()}
    if is_list(value):
        return [redacted(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


@cache
def modelled_fields(model: Any) -> dict[str, attrs.Attribute[Any]]:
    """Return the fields of *model* by their wire names."""
    return {member_name(field.name): field for field in attrs.fields(model) if field.name != "unmodelled"}


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _list_as_it_is(value: Any, _: Any) -> Any:
    if value is not None and not is_list(value):
        raise TypeError  # `unreadable_response` shows no more than the class
    return value


def _map_as_it_is(value: Any, _: Any) -> Any:
    if value is not None and not is_map(value):
        raise TypeError
    return value


def _time_from_wire(value: Any, _: Any) -> datetime | None:
    match value:
        case datetime():
            time = value
        case None:
            return None
        case str():
            time = datetime.fromisoformat(value)
        case _:
            time = datetime.fromtimestamp(value, UTC)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def tags_from_wire(tags: Sequence[Mapping[str, str]], _: Any = None) -> dict[str, str]:
    """Read a list of Key and Value."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tags_to_wire(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


# A required list is None if the response lacked it; cattrs' own hooks would iterate it.


def _list_from_wire(model: Any) -> Callable[[Sequence[Any] | None, Any], Any]:
    structure = _structure_hook(model)

    def list_from_wire(items: Sequence[Any] | None, _: Any) -> Any:
        if items is None:
            return None
        if None in items:
            raise TypeError
        return tuple([structure(item, model) for item in items])

    return list_from_wire


def _list_to_wire(model: Any) -> Callable[[Sequence[Any] | None], Any]:
    unstructure = _unstructure_hook(model)
    return lambda items: None if items is None else [unstructure(item) for item in items]


def _overrides(model: Any) -> dict[str, Any]:
    overrides: dict[str, Any] = {"unmodelled": override(omit=True)}
    for member, field in modelled_fields(model).items():
        constraint: Any = constraint_of(field)
        match constraint:
            # A hook for each field: those for types alone are looked up for each optional value.
            case Tags():
                hooks: dict[str, Any] = {"struct_hook": tags_from_wire, "unstruct_hook": _tags_to_wire}
            # By default cattrs calls str() and int() on what it reads. Here nothing is coerced: a request has been
            # checked, and a response is kept as it is.
            case String() | Integer():
                hooks = {"struct_hook": _as_it_is, "unstruct_hook": identity}
            case Map():
                hooks = {"struct_hook": _map_as_it_is, "unstruct_hook": dict}
            case List(item=String()):
                hooks = {"struct_hook": _list_as_it_is, "unstruct_hook": list}
            case Timestamp():
                hooks = {"struct_hook": _time_from_wire, "unstruct_hook": identity}
            case Structure():
                hooks = {
                    "struct_hook": _structure_hook(constraint.model),
                    "unstruct_hook": _unstructure_hook(constraint.model),
                }
            case _:  # a list of structures
                item: Any = constraint.item.model
                hooks = {"struct_hook": _list_from_wire(item), "unstruct_hook": _list_to_wire(item)}
        overrides[field.name] = override(rename=member, **hooks)
    return overrides


# The functions of a class are compiled when it is first met, not at import: that keeps the import fast. Threads that
# meet a class at the same time may each compile the same functions, and either result may be used.


@cache
def _unstructure_hook(model: Any) -> Callable[[Any], dict[str, Any]]:
    unstructure = make_dict_unstructure_fn(model, _converter, _cattrs_omit_if_default=True, **_overrides(model))
    if not issubclass(model, Shape):
        return unstructure

    def with_unmodelled(value: Any) -> dict[str, Any]:
        members = unstructure(value)
        # What was read from a response without a required member, which is then None, has another mapping as well.
        if value.unmodelled is not NO_SECRETS:
            members = {member: item for member, item in members.items() if item is not None}
            members.update(thawed(value.unmodelled))
        return members

    return with_unmodelled


@cache
def _structure_hook(model: Any) -> Callable[[Mapping[str, Any], Any], Any]:
    structure = make_dict_structure_fn(model, _converter, **_overrides(model))
    fields = modelled_fields(model)
    required = dict.fromkeys(member for member, field in fields.items() if field.default is attrs.NOTHING)
    # ResponseMetadata is botocore's own addition to a response, and not a member of the AppImageConfig.
    known = frozenset([*fields, "ResponseMetadata"] if model is AppImageConfigDetails else fields)

    def with_unmodelled(members: Mapping[str, Any] | None, _: Any) -> Any:
        if members is None:
            return None
        for member in required:
            if members.get(member) is None:
                break
        else:
            if members.keys() <= known:
                return structure(members, model)
        value = structure({**required, **members}, model)
        unmodelled = {member: item for member, item in members.items() if member not in known and item is not None}
        return attrs.evolve(value, unmodelled=unmodelled)

    return with_unmodelled

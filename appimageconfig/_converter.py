"""
The one cattrs converter between values and what boto3 sends and returns.

Only this module knows how the wire represents a value: members in PascalCase (see
`_paths.member_name`), tags as a list of Key and Value, members that this version
does not know beside those that it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from appimageconfig import _paths
from appimageconfig._constraints import Integer, List, Map, String, Tags, received, trusted, type_violation
from appimageconfig._frozen import REDACTED, SecretMapping, SecretTuple, is_list, is_map, thawed
from appimageconfig._paths import member_name
from appimageconfig.errors import InvalidAppImageConfigError, Violation
from appimageconfig.models import AppImageConfig, AppImageConfigDetails, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_converter: Final = cattrs.Converter(
    detailed_validation=False, unstruct_collection_overrides={tuple: list, Mapping: dict}
)


def request_members(request: attrs.AttrsInstance) -> dict[str, Any]:
    """Return the keyword arguments of the boto3 method that takes *request*."""
    return cast("dict[str, Any]", _converter.unstructure(request))


def config_from_request(request: Mapping[str, Any]) -> AppImageConfig:
    """Read the keyword arguments of ``create_app_image_config``, which have been checked."""
    with trusted():
        return _converter.structure(request, AppImageConfig)


def details_from_response(response: Mapping[str, Any], name: str | None = None) -> AppImageConfigDetails:
    """
    Read a response of DescribeAppImageConfig, or an item of ListAppImageConfigs, leniently.

    Args:
        response: The response.
        name: The name that was requested, for a stubbed response that lacks it.

    Raises:
        InvalidAppImageConfigError: The response lacks the name or the ARN.
    """
    # ResponseMetadata is botocore's own addition to the response, and not a member of the AppImageConfig.
    members = {member: value for member, value in response.items() if member != "ResponseMetadata"}
    if name is not None:
        members.setdefault("AppImageConfigName", name)
    require_members(members, "AppImageConfigName", "AppImageConfigArn")
    with received():
        return _converter.structure(members, AppImageConfigDetails)


def require_members(response: Mapping[str, Any], *members: str) -> None:
    """
    Raise an error unless *response* has *members*, which the service always returns.

    Raises:
        InvalidAppImageConfigError: A member is missing, or is not what botocore returns for the service's response.
    """
    if violations := [
        violation for member in members for violation in _member_violations(response.get(member), member)
    ]:
        raise InvalidAppImageConfigError(violations, "response")


def _member_violations(value: object, member: str) -> Iterator[Violation]:
    if value is None:
        message = "required member is missing; if the client is stubbed, add it to the response"
        yield Violation(member, "required", message)
    elif member not in _LISTS:
        if not isinstance(value, str):
            yield type_violation(member, "a string", value)
    elif not is_list(value):
        yield type_violation(member, "a list", value)
    else:
        for index, item in enumerate(value):
            if not is_map(item):
                yield type_violation(_paths.item(member, index), "a map", item)


_LISTS: Final = {"AppImageConfigs", "Tags"}


def require_json(response: object) -> None:
    """
    Raise an error if the headers of *response* say that its body is not JSON. Stubbed responses have no headers.

    botocore reads such a body as an empty response, and a proxy may send one with the status 200.

    Raises:
        InvalidAppImageConfigError: The body is not JSON.
    """
    match response:
        case {"ResponseMetadata": {"HTTPHeaders": {"content-type": str(kind)}}} if "json" not in kind.lower():
            message = f"its content type is {kind!r}, not JSON; check the endpoint, and the proxies on the way to it"
            raise InvalidAppImageConfigError([Violation("", "type", message)], "response")
        case _:
            pass


def details_from_page(page: Mapping[str, Any]) -> Iterator[AppImageConfigDetails]:
    """
    Read a response of ListAppImageConfigs.

    Raises:
        InvalidAppImageConfigError: The response lacks the list, or an item lacks its name or its ARN.
    """
    require_members(page, "AppImageConfigs")
    return map(details_from_response, page["AppImageConfigs"])


def tags_from_page(page: Mapping[str, Any]) -> dict[str, str]:
    """
    Read a response of ListTags.

    Raises:
        InvalidAppImageConfigError: The response lacks the tags.
    """
    require_members(page, "Tags")
    for tag in page["Tags"]:
        require_members(tag, "Key", "Value")
    return _tags_from_wire(page["Tags"])


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


def _time_from_wire(value: Any, _: Any) -> datetime:
    match value:
        case datetime():
            time = value
        case str():
            time = datetime.fromisoformat(value)
        case _:
            time = datetime.fromtimestamp(value, UTC)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _tags_from_wire(tags: Sequence[Mapping[str, str]], _: Any = None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tags_to_wire(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


# A required list is None if the response lacked it; cattrs' own hooks would iterate it.


def _structures_hook(type_: Any) -> Callable[[Sequence[Any] | None, Any], Any]:
    model = get_args(type_)[0]
    structure = _structure_hook(model)
    return lambda items, _: None if items is None else tuple([structure(item, model) for item in items])


def _structures_to_wire(items: Sequence[Any] | None) -> Any:
    return None if items is None else [_converter.unstructure(item) for item in items]


def _overrides(model: Any) -> dict[str, Any]:
    overrides: dict[str, Any] = {"unmodelled": override(omit=True)}
    for member, field in modelled_fields(model).items():
        constraint: Any = field.validator
        match constraint:
            case Tags():
                hooks: dict[str, Any] = {"struct_hook": _tags_from_wire, "unstruct_hook": _tags_to_wire}
            case String() | Integer() | Map() | List(item=String()):
                # By default cattrs calls str() and int() on what it reads. Here nothing is coerced: a request has been
                # checked, and a response is kept as it is. A hook for the types alone is a fifth slower, since it is
                # looked up for each optional member that is read.
                hooks = {"struct_hook": _as_it_is}
            case _:
                hooks = {}
        overrides[field.name] = override(rename=member, **hooks)
    return overrides


def _unstructure_hook(model: Any) -> Callable[[Any], dict[str, Any]]:
    unstructure = make_dict_unstructure_fn(model, _converter, _cattrs_omit_if_default=True, **_overrides(model))
    if not issubclass(model, Shape):
        return unstructure

    def with_unmodelled(value: Any) -> dict[str, Any]:
        members = unstructure(value)
        # A required member is None if the response lacked it.
        if None in members.values():
            members = {member: item for member, item in members.items() if item is not None}
        if value.unmodelled:
            members.update(thawed(value.unmodelled))
        return members

    return with_unmodelled


def _structure_hook(model: Any) -> Callable[[Mapping[str, Any], Any], Any]:
    structure = make_dict_structure_fn(model, _converter, **_overrides(model))
    fields = modelled_fields(model)
    required = dict.fromkeys(member for member, field in fields.items() if field.default is attrs.NOTHING)

    def with_unmodelled(members: Mapping[str, Any], _: Any) -> Any:
        if required.keys() <= members.keys() <= fields.keys():
            return structure(members, model)
        value = structure({**required, **members}, model)
        unmodelled = {member: item for member, item in members.items() if member not in fields and item is not None}
        return attrs.evolve(value, unmodelled=unmodelled)

    return with_unmodelled


def _is_tuple_of_structures(type_: Any) -> bool:
    return get_origin(type_) is tuple and attrs.has(get_args(type_)[0])


_converter.register_structure_hook_factory(_is_tuple_of_structures, _structures_hook)
_converter.register_unstructure_hook_func(_is_tuple_of_structures, _structures_to_wire)
_converter.register_structure_hook(datetime, _time_from_wire)
# cattrs calls the factories when it first meets a class, not at import: that keeps the import fast. Threads that meet a
# class at the same time may each compile the same functions, and either result may be used.
_converter.register_structure_hook_factory(attrs.has, _structure_hook)
_converter.register_unstructure_hook_factory(attrs.has, _unstructure_hook)

"""
Desired against actual: what differs, what a plan would do, what came of it.

Pure: nothing here calls the service. `AppImageConfigClient.ensure`, ``plan`` and
``apply`` read the actual state and carry out what is decided here.

Environment values, container arguments and members that this version does not
know are compared, and shown as ``***``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

import attrs

from appimageconfig._constraints import is_list, is_map, member_name, trusted
from appimageconfig.errors import AppImageConfigError, InvalidAppImageConfigError, Violation
from appimageconfig.models import AppImageConfig, AppImageConfigDetails, SecretMapping, SecretTuple, Shape
from appimageconfig.serialization import masked, require_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Action: TypeAlias = Literal["create", "update", "unchanged", "delete"]
Status: TypeAlias = Literal["created", "updated", "replaced", "unchanged", "deleted", "failed"]

_SIGNS: Final[Mapping[Action, str]] = {"create": "+", "update": "~", "unchanged": "=", "delete": "-"}

_APP_CONFIGS: Final = ("kernel_gateway_image_config", "jupyter_lab_app_image_config", "code_editor_app_image_config")
_STRUCTURES: Final = (*_APP_CONFIGS, "file_system_config", "container_config")

# CloudFormation and other services of AWS put tags of their own on a resource, under this prefix.
_TAGS_OF_AWS: Final = "aws:"


@attrs.frozen
class Change:
    """One place at which the desired state differs from the actual one."""

    path: str
    """Where it is on the wire, like ``KernelGatewayImageConfig.KernelSpecs[0].Name``; a tag is ``Tags['team']``."""
    old: Any
    """The actual value as JSON has it, or None where it is absent; ``***`` where it may be a secret."""
    new: Any
    """The desired value as JSON has it, or None where it is absent; ``***`` where it may be a secret."""

    def __str__(self) -> str:
        """Return the path, the old and the new value on one line."""
        return f"{self.path}: {_text(self.old)} -> {_text(self.new)}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it; ``old`` or ``new`` is left out where the value is absent."""
        return {name: value for name, value in attrs.asdict(self).items() if value is not None}


@attrs.frozen
class Difference:
    """Every `Change` between the actual and the desired state; false if there is none."""

    changes: tuple[Change, ...] = ()
    """The changes, in the order of the service model; tags are last."""

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.changes)

    def __str__(self) -> str:
        """Return one line for each change."""
        return "\n".join(map(str, self.changes))

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the changes as JSON has them."""
        return [change.to_dict() for change in self.changes]


NO_DIFFERENCE: Final = Difference()


@attrs.frozen(kw_only=True)
class Step:
    """What a `Plan` does with one AppImageConfig."""

    action: Action
    """``create``, ``update``, ``unchanged`` or ``delete``."""
    app_image_config_name: str
    """The name."""
    config: AppImageConfig | None = None
    """The desired state; None where it is to be deleted."""
    app_image_config_arn: str | None = None
    """The ARN; None where it is to be created."""
    last_modified_time: datetime | None = None
    """When it was last changed, as the plan found it; None where it is to be created."""
    difference: Difference = NO_DIFFERENCE
    """What an update changes."""

    def __str__(self) -> str:
        """Return the name after ``+ create``, ``~ update``, ``= unchanged`` or ``- delete``, and what is updated."""
        lines = [f"{_SIGNS[self.action]} {self.action} {self.app_image_config_name}"]
        return "\n".join([*lines, *(f"    {change}" for change in self.difference.changes)])

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: the action, the name and the difference."""
        return {
            "action": self.action,
            "app_image_config_name": self.app_image_config_name,
            "difference": self.difference.to_dict(),
        }


@attrs.frozen
class Plan:
    """What `AppImageConfigClient.apply` would do; see `AppImageConfigClient.plan`."""

    steps: tuple[Step, ...]
    """One for each declared config, in their order, and then one for each that is to be deleted, by name."""

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.action != "unchanged")

    def __str__(self) -> str:
        """Return the steps and a line that counts them."""
        return "\n".join([*map(str, self.steps), self.summary()])

    def summary(self) -> str:
        """Return the line that counts the steps."""
        count = Counter[str](step.action for step in self.steps)
        parts = [f"{count['create']} to create", f"{count['update']} to update", f"{count['unchanged']} unchanged"]
        if count["delete"]:
            parts.append(f"{count['delete']} to delete")
        return f"Plan: {', '.join(parts)}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it. For reading: since secrets are masked, a plan cannot be made from it again."""
        return {"steps": [step.to_dict() for step in self.steps]}


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of one AppImageConfig."""

    status: Status
    """
    ``created``, ``updated`` or ``unchanged``; from a plan that prunes ``deleted``; with ``replace=True`` ``replaced``;
    from `AppImageConfigClient.apply` ``failed``.
    """
    app_image_config_name: str
    """The name."""
    app_image_config_arn: str | None = None
    """The ARN, where it is known."""
    difference: Difference = NO_DIFFERENCE
    """What was changed."""
    error: Exception | None = None
    """Why it failed; None unless the status is ``failed``."""

    def __str__(self) -> str:
        """Return the status and the name, and the error if there is one."""
        text = f"{self.status} {self.app_image_config_name}"
        return text if self.error is None else f"{text}: {_error_text(self.error)}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it; an error as its ``type`` and its ``message``."""
        members: dict[str, Any] = {
            "status": self.status,
            "app_image_config_name": self.app_image_config_name,
            "app_image_config_arn": self.app_image_config_arn,
            "difference": self.difference.to_dict(),
        }
        if self.error is not None:
            members["error"] = {"type": type(self.error).__name__, "message": _error_text(self.error)}
        return members


class NotConvergedError(AppImageConfigError):
    """The service took every request, and what it describes still differs from what was declared."""

    def __init__(
        self,
        app_image_config_name: str,
        difference: Difference,
        attempt: Literal["update", "replacement"] = "update",
    ) -> None:
        """Take the name, what still differs, and what was tried last."""
        super().__init__(app_image_config_name, difference, attempt)
        self.app_image_config_name = app_image_config_name
        self.difference = difference
        self.attempt = attempt

    def __str__(self) -> str:
        """Name what still differs, and say what to do."""
        done, advice = "the update", "pass replace=True to delete it and create it anew, or declare what it has"
        if self.attempt == "replacement":
            done, advice = "it was deleted and created anew", "declare what it has"
        changes = "\n".join(f"  {change}" for change in self.difference.changes)
        return f"AppImageConfig {self.app_image_config_name!r} still differs after {done}; {advice}:\n{changes}"


class StalePlanError(AppImageConfigError):
    """An AppImageConfig is not as the plan found it. Nothing was done to it."""

    def __init__(self, app_image_config_name: str, what_happened: str) -> None:
        """Take the name, and what happened to the config since it was planned."""
        super().__init__(app_image_config_name, what_happened)
        self.app_image_config_name = app_image_config_name
        self.what_happened = what_happened

    def __str__(self) -> str:
        """Name the config, and say what to do."""
        name, what = self.app_image_config_name, self.what_happened
        return f"AppImageConfig {name!r} {what} since the plan was made, so it was left alone; plan again"


@attrs.frozen
class Actual:
    """An AppImageConfig as it is, with its tags where they count."""

    details: AppImageConfigDetails
    tags: Mapping[str, str] | None

    def difference_to(self, desired: AppImageConfig) -> Difference:
        """Return what differs from *desired*."""
        if self.tags is None:
            return difference(desired, self.details)
        with trusted():
            actual = self.details.to_config(self.tags)
        return difference(desired, actual)

    def app_configs_differ_from(self, desired: AppImageConfig) -> bool:
        """Tell whether anything but the tags differs from *desired*."""
        return bool(difference(desired, self.details))

    def step_to(self, desired: AppImageConfig) -> Step:
        """Return the step of a plan from here to *desired*."""
        found = self.difference_to(desired)
        return Step(
            action="update" if found else "unchanged",
            app_image_config_name=desired.app_image_config_name,
            config=desired,
            app_image_config_arn=self.details.app_image_config_arn,
            last_modified_time=self.details.last_modified_time,
            difference=found,
        )


def difference(desired: AppImageConfig, actual: AppImageConfig | AppImageConfigDetails) -> Difference:
    """
    Return what would have to change in *actual* to make it *desired*.

    Absent and empty differ. Order counts in container arguments and kernel specs,
    and not in environment variables and tags. Names are not compared.

    Tags are compared only where *desired* has some or says that there are none
    (``tags={}``), and where *actual* is an `AppImageConfig`: an
    `AppImageConfigDetails` does not hold them. A tag of *actual* alone is to go,
    unless its key begins with ``aws:``. A member that this version does not know
    is compared only where *desired* has it.

    Raises:
        TypeError: *desired* is no `AppImageConfig`.
    """
    require_config(desired)
    changes = [
        *_structure_changes("", actual, desired, _APP_CONFIGS),
        *(_tag_changes(actual.tags, desired.tags) if isinstance(actual, AppImageConfig) else ()),
    ]
    return Difference(tuple(changes)) if changes else NO_DIFFERENCE


def by_name(configs: Iterable[AppImageConfig]) -> dict[str, AppImageConfig]:
    """
    Return *configs* by their names.

    Raises:
        TypeError: One of them is no `AppImageConfig`, or they are one and no iterable of them.
        InvalidAppImageConfigError: A name stands twice.
    """
    if isinstance(configs, AppImageConfig):
        raise TypeError("an iterable of AppImageConfig is due: put the one into a list")
    positions: dict[str, int] = {}
    found: dict[str, AppImageConfig] = {}
    violations: list[Violation] = []
    for position, config in enumerate(configs):
        require_config(config)
        name = config.app_image_config_name
        first = positions.setdefault(name, position)
        found.setdefault(name, config)
        if first != position:
            message = f"{name!r} is the name of [{first}] as well; declare each config once"
            violations.append(Violation(f"[{position}].AppImageConfigName", "unique", message))
    if violations:
        raise InvalidAppImageConfigError(violations)
    return found


def require_plan(plan: object) -> None:
    """
    See that *plan* is a `Plan`.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(plan, Plan):
        raise TypeError(f"a Plan is due, not {type(plan).__name__}: client.plan(configs) makes one")


def creation(desired: AppImageConfig) -> Step:
    """Return the step of a plan that creates *desired*."""
    return Step(action="create", app_image_config_name=desired.app_image_config_name, config=desired)


def deletion(details: AppImageConfigDetails) -> Step:
    """Return the step of a plan that deletes the AppImageConfig of *details*."""
    return Step(
        action="delete",
        app_image_config_name=str(details.app_image_config_name),
        app_image_config_arn=details.app_image_config_arn,
        last_modified_time=details.last_modified_time,
    )


def update_of(desired: AppImageConfig, actual: AppImageConfigDetails) -> AppImageConfig:
    """Return *desired* with the members of *actual* that this version does not know, so that no update drops them."""
    with trusted():
        return _with_unmodelled(desired, actual)


def has_app_config(config: AppImageConfig) -> bool:
    """Tell whether an update of *config* would say anything."""
    return bool(config.unmodelled) or any(getattr(config, name) is not None for name in _APP_CONFIGS)


def replacement_of(desired: AppImageConfig, tags: Mapping[str, str]) -> AppImageConfig:
    """Return *desired* as it is created anew, with the *tags* of the one that goes where it says nothing of tags."""
    if desired.tags is not None:
        return desired
    with trusted():
        return attrs.evolve(desired, tags=own_tags(tags))


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return those of *tags* whose keys do not begin with ``aws:``."""
    return {key: value for key, value in tags.items() if not key.startswith(_TAGS_OF_AWS)}


def tag_keys_to_delete(desired: AppImageConfig, actual: Mapping[str, str]) -> list[str]:
    """Return the keys of the tags that *desired* has not and that are no tags of AWS."""
    declared = desired.tags or {}
    return [key for key in own_tags(actual) if key not in declared]


def tags_to_add(desired: AppImageConfig, actual: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that *actual* has not, or has with another value."""
    return {key: value for key, value in (desired.tags or {}).items() if actual.get(key) != value}


def _structure_changes(path: str, old: Shape, new: Shape, fields: Iterable[str]) -> Iterator[Change]:
    prefix = f"{path}." if path else ""
    for field in fields:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield from _changes(f"{prefix}{member_name(field)}", before, after)
    for member, value in new.unmodelled.items():
        if old.unmodelled.get(member) != value:
            yield Change(f"{prefix}{member}", "***" if member in old.unmodelled else None, "***")


def _changes(path: str, old: Any, new: Any) -> Iterator[Change]:
    """Yield the changes from *old* to *new*, which are unlike values of the same member."""
    if isinstance(old, Shape) and isinstance(new, Shape):
        fields = (field.name for field in attrs.fields(type(new)) if field.name != "unmodelled")
        yield from _structure_changes(path, old, new, fields)
    elif is_list(old) and is_list(new):
        yield from _item_changes(path, dict(enumerate(old)), dict(enumerate(new)), secret=isinstance(new, SecretTuple))
    elif is_map(old) and is_map(new):
        yield from _item_changes(path, old, new, secret=isinstance(new, SecretMapping))
    else:
        yield Change(path, masked(old), masked(new))


def _item_changes(path: str, old: Mapping[Any, Any], new: Mapping[Any, Any], *, secret: bool) -> Iterator[Change]:
    for key in [*new, *(key for key in old if key not in new)]:
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if secret:
            yield Change(f"{path}[{key!r}]", "***" if key in old else None, "***" if key in new else None)
        else:
            yield from _changes(f"{path}[{key!r}]", before, after)


def _tag_changes(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> Iterator[Change]:
    if new is None:
        return
    if old is not None and old != new:
        old = {**own_tags(old), **{key: value for key, value in old.items() if key in new}}
    if old != new:
        yield from _changes("Tags", old, new)


_S = TypeVar("_S", bound=Shape)


def _with_unmodelled(desired: _S, actual: Shape) -> _S:
    pairs = [(name, getattr(desired, name), getattr(actual, name)) for name in _STRUCTURES if hasattr(desired, name)]
    changes: dict[str, Any] = {
        name: _with_unmodelled(new, old)
        for name, new, old in pairs
        if isinstance(new, Shape) and isinstance(old, Shape)
    }
    return attrs.evolve(desired, **changes, unmodelled={**actual.unmodelled, **desired.unmodelled})


def _error_text(error: Exception) -> str:
    return "\n".join([str(error), *getattr(error, "__notes__", ())])


def _text(value: Any) -> str:
    if value is None:
        return "(absent)"
    if value == "***":
        return "***"
    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)

"""Plans: the steps from the actual to the desired state of many configs, and their outcomes."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import attrs

from appimageconfig import _paths
from appimageconfig._constraints import trusted
from appimageconfig.models import AppImageConfig, AppImageConfigDetails
from appimageconfig.provisioning._difference import (
    NO_DIFFERENCE,
    Difference,
    content_line,
    difference,
)

Action: TypeAlias = Literal["create", "update", "unchanged", "delete"]
Status: TypeAlias = Literal["created", "updated", "replaced", "unchanged", "deleted", "failed"]

_SIGNS: Final[Mapping[Action, str]] = {"create": "+", "update": "~", "unchanged": "=", "delete": "-"}


@attrs.frozen(kw_only=True)
class Step:
    """The action of a `Plan` on one config."""

    action: Action
    """``create``, ``update``, ``unchanged`` or ``delete``."""
    app_image_config_name: str
    """The name of the config."""
    config: AppImageConfig | None = None
    """The desired state, or None for a deletion."""
    app_image_config_arn: str | None = None
    """The ARN, or None for a creation."""
    last_modified_time: datetime | None = None
    """When it was last changed before the plan was made, or None for a creation."""
    difference: Difference = NO_DIFFERENCE
    """The changes of an update, the content of a creation, or what a deletion removes except its tags."""

    def __str__(self) -> str:
        """Return the sign, the action and the name, and the changes on lines of their own."""
        shown = str if self.action == "update" else content_line
        lines = (f"    {shown(change)}" for change in self.difference.changes)
        heading = f"{_SIGNS[self.action]} {self.action} {_paths.printable(self.app_image_config_name)}"
        return "\n".join([heading, *lines])

    def to_dict(self) -> dict[str, Any]:
        """Return the action, the name and the difference as JSON."""
        return {
            "action": self.action,
            "app_image_config_name": self.app_image_config_name,
            "difference": self.difference.to_dict(),
        }


@attrs.frozen
class Plan:
    """The steps that `AppImageConfigClient.apply` carries out; made by `AppImageConfigClient.plan`."""

    steps: tuple[Step, ...]
    """One step for each desired config, in their order, then one for each deletion, by name."""
    account_id: str | None = None
    """The account, read from the ARN of an existing config; None if no config exists there."""

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.action != "unchanged")

    def __bool__(self) -> bool:
        """Return whether the plan changes anything."""
        return bool(self.changes)

    def __str__(self) -> str:
        """Return the steps that change something, or ``No changes.``, and the summary."""
        return "\n".join([*map(str, self.changes or ["No changes."]), self.summary()])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's protocol
        del cycle
        printer.text(str(self))

    def summary(self) -> str:
        """Return one line with the number of steps for each action."""
        count = Counter(step.action for step in self.steps)
        return (
            f"Plan: {count['create']} to create, {count['update']} to update, {count['unchanged']} unchanged, "
            f"{count['delete']} to delete."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON to show: secrets are redacted, so it cannot be read back."""
        return {"steps": [step.to_dict() for step in self.steps]}


@attrs.frozen(kw_only=True)
class Outcome:
    """The result for one config."""

    status: Status
    """
    ``created``, ``updated`` or ``unchanged``; from a plan that prunes ``deleted``; with ``replace=True`` ``replaced``;
    from `AppImageConfigClient.apply` ``failed``.
    """
    app_image_config_name: str
    """The name of the config."""
    app_image_config_arn: str | None = None
    """The ARN, or None if it is not known."""
    difference: Difference = NO_DIFFERENCE
    """The changes that an update or a replacement made."""
    error: Exception | None = None
    """The exception of a failed step; None unless the status is ``failed``."""

    def __str__(self) -> str:
        """Return the status, the name, and the error if there is one."""
        text = f"{self.status} {_paths.printable(self.app_image_config_name)}"
        return text if self.error is None else f"{text}: {_error_text(self.error)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON, with an error as its ``type`` and ``message``."""
        members: dict[str, Any] = {
            "status": self.status,
            "app_image_config_name": self.app_image_config_name,
            "app_image_config_arn": self.app_image_config_arn,
            "difference": self.difference.to_dict(),
        }
        if self.error is not None:
            members["error"] = {"type": type(self.error).__name__, "message": _error_text(self.error)}
        return members


@attrs.frozen
class Actual:
    """The actual state of a config, with its tags if they are compared."""

    details: AppImageConfigDetails
    tags: Mapping[str, str] | None

    def difference_to(self, desired: AppImageConfig) -> Difference:
        """Return the changes to *desired*."""
        if self.tags is None:
            return difference(desired, self.details)
        with trusted():
            actual = self.details.to_config(self.tags)
        return difference(desired, actual)


def require_plan(plan: object) -> None:
    """
    Raise a TypeError unless *plan* is a `Plan`.

    Raises:
        TypeError: It says how to make a plan.
    """
    if not isinstance(plan, Plan):
        raise TypeError(f"expected a Plan, got {type(plan).__name__}; make one with client.plan(configs)")


def require_prefix(prune: object) -> None:
    """
    Raise an error unless *prune* is None or a prefix of names.

    Raises:
        TypeError: It is not a string.
        ValueError: It is empty.
    """
    if prune is not None and not isinstance(prune, str):
        raise TypeError(f"prune must be a name prefix such as 'team-', not {prune!r}")
    if prune == "":
        raise ValueError("prune is empty, and would delete every other config; pass a name prefix such as 'team-'")


def step_between(
    action: Action, config: AppImageConfig | None, details: AppImageConfigDetails | None, found: Difference
) -> Step:
    """Return the step from the state in *details* to *config*, either of which may be None."""
    of: Any = details if config is None else config
    return Step(
        action=action,
        app_image_config_name=of.app_image_config_name,
        config=config,
        app_image_config_arn=None if details is None else details.app_image_config_arn,
        last_modified_time=None if details is None else details.last_modified_time,
        difference=found,
    )


def _error_text(error: Exception) -> str:
    return "\n".join([str(error), *getattr(error, "__notes__", ())])

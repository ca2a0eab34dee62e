"""Desired against actual state: what differs, what a plan would change, and what came of it."""

from appimageconfig.provisioning._plan import (
    Action,
    Change,
    Difference,
    NotConvergedError,
    Outcome,
    Plan,
    StalePlanError,
    Status,
    Step,
    difference,
)

__all__ = [
    "Action",
    "Change",
    "Difference",
    "NotConvergedError",
    "Outcome",
    "Plan",
    "StalePlanError",
    "Status",
    "Step",
    "difference",
]

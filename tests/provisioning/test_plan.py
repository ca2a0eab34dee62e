from __future__ import annotations

import copy
import json
import pickle
from typing import Any
from unittest.mock import Mock

import pytest

from appimageconfig import (
    AppImageConfig,
    Change,
    Difference,
    NotConvergedError,
    Outcome,
    Plan,
    StalePlanError,
    Step,
)

NAME_ONLY = AppImageConfig(app_image_config_name="image")


PLAN = Plan(
    (
        Step(
            action="create",
            app_image_config_name="new",
            config=NAME_ONLY,
            difference=Difference((Change("Path[0].To", None, 0), Change("Secret", None, "***"))),
        ),
        Step(
            action="update",
            app_image_config_name="image",
            config=NAME_ONLY,
            difference=Difference((Change("Path.To", 1, None), Change("New", None, {}))),
        ),
        Step(action="unchanged", app_image_config_name="same", config=NAME_ONLY),
        Step(action="delete", app_image_config_name="old", difference=Difference((Change("Path.To", [], None),))),
    )
)
UNCHANGED = Plan((PLAN.steps[2],))


def test_a_plan_is_shown_as_the_steps_that_change_something_and_a_summary() -> None:
    assert str(PLAN).splitlines() == [
        "+ create new",
        "    Path[0].To: 0",
        "    Secret: ***",
        "~ update image",
        "    Path.To: 1 -> (absent)",
        "    New: (absent) -> {}",
        "- delete old",
        "    Path.To: []",
        "Plan: 1 to create, 1 to update, 1 unchanged, 1 to delete.",
    ]
    assert [step.app_image_config_name for step in PLAN.changes] == ["new", "image", "old"]


def test_a_plan_that_changes_nothing_is_false_and_says_so() -> None:
    assert str(UNCHANGED) == "No changes.\nPlan: 0 to create, 0 to update, 1 unchanged, 0 to delete."
    assert str(Plan(())) == "No changes.\nPlan: 0 to create, 0 to update, 0 unchanged, 0 to delete."
    assert not UNCHANGED
    assert not Plan(())
    assert all(Plan((step,)) for step in PLAN.changes)


def test_an_unchanged_step_is_shown_on_its_own() -> None:
    assert str(PLAN.steps[2]) == "= unchanged same"


def test_control_characters_in_names_and_members_are_escaped() -> None:
    """Responses are not checked."""
    name, found = "a\x1b[31m\n\N{SNAKE}", Difference((Change("New\x1b", 1, None),))
    escaped = "a\\x1b[31m\\n\N{SNAKE}"
    update = Step(action="update", app_image_config_name=name, difference=found)
    delete = Step(action="delete", app_image_config_name=name, difference=found)
    assert str(update) == f"~ update {escaped}\n    New\\x1b: 1 -> (absent)"
    assert str(delete) == f"- delete {escaped}\n    New\\x1b: 1"
    assert str(Outcome(status="created", app_image_config_name=name)) == f"created {escaped}"


def test_a_notebook_shows_plans_and_differences_as_their_text() -> None:
    assert shown(PLAN) == str(PLAN)
    assert shown(PLAN.steps[1].difference) == "Path.To: 1 -> (absent)\nNew: (absent) -> {}"
    assert shown(Difference()) == "No changes."


def shown(value: Any) -> str:
    """Return the text that IPython shows."""
    printer = Mock()
    value._repr_pretty_(printer, cycle=False)
    ((text,), _) = printer.text.call_args
    return str(text)


def test_a_plan_is_json_with_differences_and_without_configs() -> None:
    assert json.loads(json.dumps(PLAN.to_dict())) == {
        "steps": [
            {
                "action": "create",
                "app_image_config_name": "new",
                "difference": [{"path": "Path[0].To", "new": 0}, {"path": "Secret", "new": "***"}],
            },
            {
                "action": "update",
                "app_image_config_name": "image",
                "difference": [{"path": "Path.To", "old": 1}, {"path": "New", "new": {}}],
            },
            {"action": "unchanged", "app_image_config_name": "same", "difference": []},
            {"action": "delete", "app_image_config_name": "old", "difference": [{"path": "Path.To", "old": []}]},
        ]
    }


def test_an_outcome_is_shown_as_text_and_json_with_the_notes_of_its_error() -> None:
    error = StalePlanError("image", "was changed")
    error.add_note("a note")
    failed = Outcome(status="failed", app_image_config_name="image", error=error)
    text = "AppImageConfig 'image' was changed, so its step was not carried out; make a new plan\na note"
    assert str(failed) == f"failed image: {text}"
    assert json.loads(json.dumps(failed.to_dict())) == {
        "status": "failed",
        "app_image_config_name": "image",
        "app_image_config_arn": None,
        "difference": [],
        "error": {"type": "StalePlanError", "message": text},
    }
    assert str(Outcome(status="created", app_image_config_name="image")) == "created image"
    assert "error" not in Outcome(status="created", app_image_config_name="image").to_dict()


@pytest.mark.parametrize(
    "error",
    [
        NotConvergedError("image", Difference((Change("A", 1, None),))),
        NotConvergedError("image", Difference((Change("A", 1, None),)), "replacement"),
        StalePlanError("image", "was deleted"),
    ],
)
def test_errors_survive_pickling_and_copying(error: Exception) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own pickle
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_not_converged_error_shows_the_difference_and_what_to_do() -> None:
    left = Difference((Change("A", 1, None), Change("B", None, {})))
    assert str(NotConvergedError("image", left)) == (
        "AppImageConfig 'image' still differs after the update; "
        "pass replace=True to delete and recreate it, or add the rest to the desired state:\n"
        "  A: 1 -> (absent)\n  B: (absent) -> {}"
    )
    assert "was deleted and recreated; add the rest to the desired state" in str(
        NotConvergedError("image", left, "replacement")
    )

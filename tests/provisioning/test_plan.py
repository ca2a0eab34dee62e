from __future__ import annotations

import copy
import json
import pickle

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
        Step(action="create", app_image_config_name="new", config=NAME_ONLY),
        Step(
            action="update",
            app_image_config_name="image",
            config=NAME_ONLY,
            difference=Difference((Change("Path.To", 1, None),)),
        ),
        Step(action="unchanged", app_image_config_name="same", config=NAME_ONLY),
        Step(action="delete", app_image_config_name="old"),
    )
)


def test_a_plan_is_shown_as_signed_steps_and_a_summary() -> None:
    assert str(PLAN).splitlines() == [
        "+ create new",
        "~ update image",
        "    Path.To: 1 -> (absent)",
        "= unchanged same",
        "- delete old",
        "Plan: 1 to create, 1 to update, 1 unchanged, 1 to delete.",
    ]
    assert str(Plan(())) == "Plan: 0 to create, 0 to update, 0 unchanged."
    assert [step.app_image_config_name for step in PLAN.changes] == ["new", "image", "old"]


def test_a_plan_is_json_with_differences_and_without_configs() -> None:
    assert json.loads(json.dumps(PLAN.to_dict())) == {
        "steps": [
            {"action": "create", "app_image_config_name": "new", "difference": []},
            {"action": "update", "app_image_config_name": "image", "difference": [{"path": "Path.To", "old": 1}]},
            {"action": "unchanged", "app_image_config_name": "same", "difference": []},
            {"action": "delete", "app_image_config_name": "old", "difference": []},
        ]
    }


def test_an_outcome_is_shown_as_text_and_json_with_the_notes_of_its_error() -> None:
    error = StalePlanError("image", "was changed")
    error.add_note("a note")
    failed = Outcome(status="failed", app_image_config_name="image", error=error)
    text = "AppImageConfig 'image' was changed after the plan was made, and was left unchanged; make a new plan\na note"
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
        "pass replace=True to delete and recreate it, or declare what it has:\n"
        "  A: 1 -> (absent)\n  B: (absent) -> {}"
    )
    assert "was deleted and recreated; declare what it has" in str(NotConvergedError("image", left, "replacement"))

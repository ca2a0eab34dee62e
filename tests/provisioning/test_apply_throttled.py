"""apply while the service throttles requests: what can succeed succeeds, and the rest ends in a bounded time."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st
from systems import needs_signals

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    ApplyError,
    CodeEditorAppImageConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    Outcome,
    ResourceNotFoundError,
    ThrottlingError,
)
from appimageconfig.testing import Assumptions, Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RETRIES: Final = {
    "none": Config(retries={"total_max_attempts": 1}),
    "standard": Config(retries={"mode": "standard"}),
    "legacy": Config(retries={"mode": "legacy"}),
}
# All pauses of a call that is throttled for ever.
PAUSES: Final = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, *[5.0] * 11]


def lab(name: str = "image", uid: int = 0, tags: dict[str, str] | None = None) -> AppImageConfig:
    """Return a config for JupyterLab."""
    app = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=uid))
    return AppImageConfig(app_image_config_name=name, jupyter_lab_app_image_config=app, tags=tags)


def labs(number: int) -> list[AppImageConfig]:
    """Return a number of configs."""
    return [lab(f"image-{position}") for position in range(number)]


EDITOR: Final = AppImageConfig(app_image_config_name="image", code_editor_app_image_config=CodeEditorAppImageConfig())


def retrying(service: InMemorySageMaker, retries: str = "none") -> AppImageConfigClient:
    """Return a client with these retries."""
    return AppImageConfigClient(service.client(config=RETRIES[retries]))


def rounded(pauses: list[float]) -> list[float]:
    """Return the pauses without the inaccuracy of sums of floats."""
    return [round(pause, 3) for pause in pauses]


class Time:
    """The time of a service, which passes only while somebody sleeps."""

    def __init__(self) -> None:
        """Start at the beginning of a year."""
        self.seconds = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """Return the time."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self.seconds += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Return a time in which apply and botocore sleep."""
    time = Time()
    sleep_in(monkeypatch, time.sleep)
    monkeypatch.setattr("botocore.endpoint.time.sleep", time.sleep)
    return time


def sleep_in(monkeypatch: pytest.MonkeyPatch, sleep: Callable[[float], object]) -> None:
    """Let apply pause in *sleep*."""
    monkeypatch.setattr("appimageconfig.provisioning._converge._sleep", sleep)


def limited(time: Time) -> InMemorySageMaker:
    """Return a service with a rate limit."""
    return InMemorySageMaker(assumptions=Assumptions(requests_per_second=10, burst=10), clock=time)


def created(service: InMemorySageMaker) -> list[str]:
    """Return the names of the configs that were created, one for each creation."""
    return [
        call.request["AppImageConfigName"]
        for call in service.calls
        if call.operation == "CreateAppImageConfig" and call.error_code is None
    ]


@pytest.mark.parametrize("max_workers", [1, 4, 16])
@pytest.mark.parametrize("retries", RETRIES)
def test_no_step_fails_above_the_rate_limit(time: Time, retries: str, max_workers: int) -> None:
    """Each config is created once."""
    service = limited(time)
    client = retrying(service, retries)
    outcomes = client.apply(client.plan(labs(100)), max_workers=max_workers)
    assert [outcome.status for outcome in outcomes] == ["created"] * 100
    assert sorted(created(service)) == sorted(f"image-{number}" for number in range(100))


@pytest.mark.parametrize("max_workers", [1, 16])
def test_apply_keeps_to_the_rate_that_the_service_accepts(time: Time, max_workers: int) -> None:
    """No time is wasted with long pauses, and few requests are."""
    service = limited(time)
    client = retrying(service)
    client.apply(client.plan(labs(100)), max_workers=max_workers)
    ideal = (101 - 10) / 10  # one call lists the configs, and ten are a burst
    assert ideal - 0.1 <= time.seconds < 1.3 * ideal
    throttled = Counter(call.error_code for call in service.calls)["ThrottlingException"]
    assert throttled < 200  # a call or two for each pause of 0.1 s, and 15 while the first workers are under way


def test_fewer_steps_are_carried_out_at_once_while_calls_are_throttled(time: Time) -> None:
    client = retrying(limited(time))
    begun: set[str] = set()
    ended: list[Outcome] = []
    at_once: list[int] = []

    def begin(params: dict[str, Any], **_: Any) -> None:
        if params["AppImageConfigName"] not in begun:  # the first attempt
            begun.add(params["AppImageConfigName"])
            at_once.append(len(begun) - len(ended))
            threading.Event().wait(0.002)  # for the others, if there are any

    client.sagemaker.meta.events.register("before-parameter-build.sagemaker.CreateAppImageConfig", begin)
    client.apply(client.plan(labs(80)), max_workers=16, on_outcome=ended.append)
    assert max(at_once[:16]) > 8
    assert max(at_once[-40:]) < 6


def test_calls_that_are_throttled_at_once_pause_once(
    service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = retrying(service)
    at_once = threading.Barrier(4, timeout=60)
    begun: list[str] = []
    pauses: list[float] = []

    def meet(params: dict[str, Any], **_: Any) -> None:
        if params["AppImageConfigName"] not in begun:  # the first attempt
            begun.append(params["AppImageConfigName"])
            at_once.wait()

    def sleep_until_all_are_throttled(seconds: float) -> None:
        pauses.append(seconds)
        while [call.error_code for call in service.calls].count("ThrottlingException") < 4:
            threading.Event().wait(0.001)

    sleep_in(monkeypatch, sleep_until_all_are_throttled)
    client.sagemaker.meta.events.register("before-parameter-build.sagemaker.CreateAppImageConfig", meet)
    plan = client.plan(labs(4))
    service.inject(Fault.throttling(), times=4)
    client.apply(plan, max_workers=4)
    assert pauses == [0.1]


def let_the_last_meet(client: AppImageConfigClient) -> None:
    """Let each creation of a config named ``last-`` wait until four of them are carried out at once."""
    at_once = threading.Barrier(4, timeout=60)

    def meet(params: dict[str, Any], **_: Any) -> None:
        if params["AppImageConfigName"].startswith("last"):
            at_once.wait()

    client.sagemaker.meta.events.register("before-parameter-build.sagemaker.CreateAppImageConfig", meet)


def test_as_many_steps_as_before_are_carried_out_at_once_when_calls_are_accepted_again(
    service: InMemorySageMaker,
) -> None:
    """The last steps wait for each other."""
    client = retrying(service)
    let_the_last_meet(client)
    plan = client.plan([*labs(40), *(lab(f"last-{number}") for number in range(4))])
    service.inject(Fault.throttling(), times=8)
    assert {outcome.status for outcome in client.apply(plan, max_workers=4)} == {"created"}


# Of one config: the state before, the desired one, and the calls that change it.
SCENARIOS: Final[dict[str, tuple[AppImageConfig | None, AppImageConfig | None, str]]] = {
    "create": (None, lab(tags={"team": "ml"}), "Create"),
    "update": (
        lab(uid=5, tags={"old": "1"}),
        lab(tags={"new": "2"}),
        "Describe ListTags Update DeleteTags AddTags Describe ListTags",
    ),
    "replace": (
        lab(tags={"team": "ml"}),
        EDITOR,
        "Describe Update Describe Describe Describe Describe ListTags ListTags Delete Create Describe",
    ),
    "delete": (lab(), None, "Describe Delete"),
    "delete what is missing": (lab(), None, "Describe Describe Describe Describe List"),
}


def calls(service: InMemorySageMaker) -> list[str]:
    """Return the operations that were called, in short."""
    return [call.operation.replace("AppImageConfigs", "").replace("AppImageConfig", "") for call in service.calls]


@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_step_goes_on_where_it_was_throttled(scenario: str, times: int) -> None:
    """Its outcome is as without throttling, and it makes no other call: nothing is stale, lost or done twice."""
    before, desired, operations = SCENARIOS[scenario]
    for position, operation in enumerate(operations.split()):
        service = InMemorySageMaker()
        client = retrying(service)
        client.create(lab("other"))
        if before is not None:
            client.create(before)
        plan = client.plan([] if desired is None else [desired], prune="image")
        if scenario == "delete what is missing":
            client.delete("image")
        made = len(service.calls)
        service.inject(Fault.throttling(), skip=position, times=times)
        (outcome,) = client.apply(plan, replace=True)
        expected = operations.split()
        expected[position:position] = [operation] * times
        assert calls(service)[made:] == expected
        if desired is None:
            assert outcome.status == "deleted"
            with pytest.raises(ResourceNotFoundError):
                client.describe("image")
        else:
            difference = outcome.difference if before is None else plan.steps[0].difference
            status = {"create": "created", "update": "updated", "replace": "replaced"}[scenario]
            assert (outcome.status, outcome.difference) == (status, difference)
            details = client.describe("image")
            state = details.to_config(client.list_tags(details.app_image_config_arn))
            assert state == attrs.evolve(desired, tags=desired.tags or {"team": "ml"})  # a replacement keeps them


BEFORE: Final = [
    lab(),
    lab("same", tags={"team": "ml"}),
    lab("changed", uid=5, tags={"old": "1"}),
    lab("team-old", tags={"team": "ml"}),
]
DESIRED: Final = [EDITOR, BEFORE[1], lab("changed", tags={"new": "2"}), lab("new", tags={"team": "ml"})]


def run(throttled: Iterable[int], max_workers: int) -> tuple[list[dict[str, Any]], Counter[str], set[AppImageConfig]]:
    """Apply the desired state with these requests throttled; return the outcomes, the accepted calls, and the state."""
    service = InMemorySageMaker(clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    client = retrying(service)
    for config in BEFORE:
        client.create(config)
    plan = client.plan(DESIRED, prune="team-")
    made = len(service.calls)
    for position in throttled:
        service.inject(Fault.throttling(), skip=position)
    outcomes = client.apply(plan, max_workers=max_workers, replace=True)
    accepted = Counter(call.operation for call in service.calls[made:] if call.error_code is None)
    reader = InMemorySageMaker()  # where no fault is left
    reader.restore(service.snapshot())
    calm = AppImageConfigClient(reader.client())
    state = {each.to_config(calm.list_tags(each.app_image_config_arn)) for each in calm.list()}
    return [outcome.to_dict() for outcome in outcomes], accepted, state


@cache
def run_without_throttling() -> tuple[list[dict[str, Any]], Counter[str], set[AppImageConfig]]:
    """Apply the desired state, once for all examples."""
    return run((), 1)


@given(st.sets(st.integers(0, 40), max_size=len(PAUSES)), st.integers(1, 5))
def test_throttling_at_any_calls_changes_nothing_in_the_result(throttled: set[int], max_workers: int) -> None:
    assert run(throttled, max_workers) == run_without_throttling()


def test_a_step_fails_after_a_minute_of_pauses_without_an_accepted_call(
    service: InMemorySageMaker, pauses: list[float]
) -> None:
    """Each of the others is then tried once, until a call is accepted."""
    client = retrying(service)
    plan = client.plan(labs(5))
    service.inject(Fault.throttling(), times=len(PAUSES) + 1 + 2)
    service.inject(Fault.throttling(), times=2, skip=len(PAUSES) + 1 + 2 + 1)
    with pytest.raises(ApplyError) as caught:
        client.apply(plan, max_workers=1)
    assert [outcome.status for outcome in caught.value.outcomes] == ["failed"] * 3 + ["created"] * 2
    assert all(isinstance(error, ThrottlingError) for error in caught.value.exceptions)
    assert rounded(pauses) == [*PAUSES, 0.1, 0.2]
    assert 60 <= sum(PAUSES) < 65


def test_the_steps_after_a_failed_one_are_tried_by_all_workers(service: InMemorySageMaker, pauses: list[float]) -> None:
    """The retries of botocore alone may take long for each. The last steps wait for each other."""
    client = retrying(service)
    let_the_last_meet(client)
    plan = client.plan([*labs(4), *(lab(f"last-{number}") for number in range(4))])
    service.inject(Fault.throttling(), times=1000)
    with pytest.raises(ApplyError) as caught:
        client.apply(plan, max_workers=4)
    assert len(caught.value.exceptions) == 8
    assert all(isinstance(error, ThrottlingError) for error in caught.value.exceptions)
    assert rounded(pauses) == PAUSES  # of all threads together


def test_a_refusal_for_another_reason_ends_the_throttling(service: InMemorySageMaker, pauses: list[float]) -> None:
    """The pauses begin again with the shortest."""
    client = retrying(service)
    plan = client.plan(labs(2))
    for fault in (Fault.throttling(), Fault.error("AccessDeniedException"), Fault.throttling()):
        service.inject(fault)
    with pytest.raises(ApplyError, match="1 step of 2 failed"):
        client.apply(plan, max_workers=1)
    assert pauses == [0.1, 0.1]


def test_a_replacement_that_is_throttled_for_ever_says_what_is_missing(
    service: InMemorySageMaker, pauses: list[float]
) -> None:
    """It is restored as it was, if the service allows that; either way the tags are in the note."""
    client = retrying(service)
    client.create(lab(tags={"team": "ml"}))
    plan = client.plan([EDITOR])
    service.inject(Fault.throttling(), operation="CreateAppImageConfig", times=1000)
    with pytest.raises(ApplyError) as caught:
        client.apply(plan, replace=True)
    (error,) = caught.value.exceptions
    assert isinstance(error, ThrottlingError)
    (note,) = error.__notes__
    assert "'image' may be missing: it could be neither replaced nor restored (ThrottlingError)" in note
    assert note.endswith("Its tags were {'team': 'ml'}")
    assert rounded(pauses[-len(PAUSES) :]) == PAUSES


def test_stop_is_called_during_the_pauses_and_ends_them_soon(
    service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = retrying(service)
    plan = client.plan(labs(3))
    service.inject(Fault.throttling(), times=1000)
    asked = threading.Semaphore(0)
    pauses: list[float] = []
    answers = iter([False])  # before the first step; later true, and once is enough

    def stop() -> bool:
        asked.release()
        return next(answers, True)

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            assert all(asked.acquire(timeout=60) for _ in range(2))

    sleep_in(monkeypatch, sleep)
    with pytest.raises(ApplyError) as caught:
        client.apply(plan, max_workers=1, stop=stop)
    (outcome,) = caught.value.outcomes
    assert outcome.app_image_config_name == "image-0"
    assert isinstance(outcome.error, ThrottlingError)
    assert rounded(pauses) == PAUSES[:6]


@needs_signals
def test_ctrl_c_during_a_pause_ends_apply_soon(service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    client = retrying(service)
    plan = client.plan(labs(3))
    service.inject(Fault.throttling(), skip=1, times=1000)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(0.02)  # for the main thread

    sleep_in(monkeypatch, sleep)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.apply(plan, max_workers=1)
    (note,) = caught.value.__notes__
    _, ended, not_begun = note.splitlines()
    assert ended.startswith("Ended: created image-0; failed image-1: An error occurred (ThrottlingException)")
    assert not_begun == "Not begun: image-2"
    assert rounded(pauses) == PAUSES[:6]


def test_a_step_under_way_goes_on_after_stop_if_its_calls_are_accepted_again(
    service: InMemorySageMaker, pauses: list[float]
) -> None:
    client = retrying(service)
    client.create(lab(uid=5))
    plan = client.plan([lab(), lab("other")])
    service.inject(Fault.throttling(), operation="UpdateAppImageConfig", times=3)
    (outcome,) = client.apply(plan, max_workers=1, stop=lambda: bool(pauses))
    assert (outcome.app_image_config_name, outcome.status) == ("image", "updated")
    assert rounded(pauses) == PAUSES[:3]

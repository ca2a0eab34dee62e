"""Any requests on the wire, sent to the SageMaker in memory without boto3."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, get_args

from botocore.model import ServiceModel
from hypothesis import example, given
from hypothesis import strategies as st
from service_model import description
from strategies import app_image_configs

from appimageconfig import to_request
from appimageconfig.operations import OperationName
from appimageconfig.testing import Assumptions, ConnectionLostError, Fault, InMemorySageMaker
from appimageconfig.testing.validation import validated

MODEL: Any = ServiceModel(description(), "sagemaker")
OPERATIONS: tuple[OperationName, ...] = get_args(OperationName)
READS = ["DescribeAppImageConfig", "ListAppImageConfigs", "ListTags"]
SERVICES = [
    InMemorySageMaker(),
    InMemorySageMaker(
        region_name="cn-north-1",
        assumptions=Assumptions(
            update="replace", empty_app_config="keeps", several_app_configs="refused", uid_gid_pairs="documented"
        ),
    ),
]
EMPTY = SERVICES[0].snapshot()
NAMES = ["a", "b"]
ARNS = [
    f"arn:{place}:123456789012:app-image-config/{name}"
    for place in ("aws:sagemaker:us-east-1", "aws-cn:sagemaker:cn-north-1")
    for name in NAMES
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def tag(number: int) -> dict[str, str]:
    """Return a tag on the wire."""
    return {"Key": f"key-{number}", "Value": ""}


numbers = st.lists(st.integers(0, 99), max_size=60, unique=True)
members: dict[str, st.SearchStrategy[Any]] = {
    "AppImageConfigName": st.sampled_from([*NAMES, "no_name", ""]),
    "ResourceArn": st.sampled_from([*ARNS, "arn:x", ""]),
    "Tags": numbers.map(lambda keys: [tag(key) for key in keys]),
    "TagKeys": numbers.map(lambda keys: [f"key-{key}" for key in keys]),
    "NextToken": st.sampled_from(["x"]),
    "MaxResults": st.sampled_from([0, 1, 50, 100, 101]),
    "NameContains": st.sampled_from([*NAMES, "-"]),
    "CreationTimeAfter": st.sampled_from([0, 1e300, "soon"]),
}
app_configs = app_image_configs.map(to_request)


@st.composite
def requests(draw: st.DrawFn) -> tuple[OperationName, dict[str, Any]]:
    """Draw an operation and a request, most of whose members are right, and some of which are anything."""
    operation = draw(st.sampled_from(OPERATIONS))
    accepted = MODEL.operation_model(operation).input_shape.members
    request = {name: value for name, value in draw(app_configs).items() if name in accepted}
    for name in accepted:
        if name in members and draw(st.integers(0, 4)):
            request[name] = draw(members[name])
        elif not draw(st.integers(0, 9)):
            request[name] = draw(json_values)
    return operation, request


FAULTS = st.none() | st.sampled_from(
    [Fault.throttling(), Fault.server_error(), Fault.connection_error(), Fault.stale(), Fault.error("ResourceInUse")]
)


@given(st.sampled_from(SERVICES), st.lists(st.tuples(requests(), FAULTS), max_size=15))
@example(
    SERVICES[0],
    [
        (("CreateAppImageConfig", {"AppImageConfigName": "a"}), None),
        (("AddTags", {"ResourceArn": ARNS[0], "Tags": [tag(number) for number in range(50)]}), None),
        (("AddTags", {"ResourceArn": ARNS[0], "Tags": [tag(50)]}), None),
        (("ListTags", {"ResourceArn": ARNS[0]}), None),
    ],
)
def test_a_refused_request_leaves_no_trace_and_an_accepted_one_gets_what_the_model_describes(
    service: InMemorySageMaker, steps: list[tuple[tuple[OperationName, dict[str, Any]], Fault | None]]
) -> None:
    """Whatever the request, the fault, and the state that earlier requests made."""
    service.restore(EMPTY)
    for (operation, request), fault in steps:
        if fault is not None and (fault != Fault.stale() or operation in READS):
            service.inject(fault, operation=operation)
        before = deepcopy(service.snapshot())
        try:
            response = service.respond(f"SageMaker.{operation}", json.dumps(request).encode())
        except ConnectionLostError:
            assert service.snapshot() == before
            continue
        body = json.loads(response.body)
        if response.status != 200:
            assert body.keys() == {"__type", "message"}
            assert service.snapshot() == before
        elif shape := MODEL.operation_model(operation).output_shape:
            assert validated(shape, body) == (body, [])
    service.assert_faults_happened()

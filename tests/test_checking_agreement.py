"""from_request and a judge that knows only botocore's model give the same verdict, with the same paths."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ServiceModel
from hypothesis import event, given
from judge import faulty_paths, matches, structures
from service_model import description

from appimageconfig import InvalidAppImageConfigError, from_request, to_request

CREATE: Any = ServiceModel(description(), "sagemaker").operation_model("CreateAppImageConfig").input_shape


@given(structures(CREATE))
def test_the_verdict_and_the_paths_agree(request: dict[str, Any]) -> None:
    """Nothing illegal passes, nothing legal is refused, and every fault is named, and no other."""
    expected = faulty_paths(CREATE, request)
    event("legal" if not expected else f"{min(len(expected), 5)} faulty paths")
    if expected:
        with pytest.raises(InvalidAppImageConfigError) as caught:
            from_request(request)
        assert {violation.path for violation in caught.value.violations} == expected
    else:
        assert to_request(from_request(request)).keys() == request.keys()


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        ({"AppImageConfigName": "a"}, set[str]()),
        ({}, {"AppImageConfigName"}),
        ({"AppImageConfigName": "a" * 64, "Name": 1}, {"AppImageConfigName", "Name"}),
        ({"AppImageConfigName": "a", "KernelGatewayImageConfig": {}}, {"KernelGatewayImageConfig.KernelSpecs"}),
        ({"AppImageConfigName": "a", "Tags": [{"Key": "!", "Value": ""}] * 2}, {"Tags[0].Key", "Tags[1].Key"}),
    ],
)
def test_the_judge_judges(request_: dict[str, Any], paths: set[str]) -> None:
    """A judge that finds nothing would agree with anything."""
    assert faulty_paths(CREATE, request_) == paths


def test_the_judge_knows_unicode_classes() -> None:
    """By a library of its own."""
    pattern = CREATE.members["Tags"].member.members["Key"].metadata["pattern"]
    assert matches(pattern, "Ünï 名前 Ⅷ \u2003")
    assert not matches(pattern, "a\u0301")
    assert not matches(pattern, "a\n")

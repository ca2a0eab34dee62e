"""botocore's Stubber with a typed method for each AppImageConfig operation."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name
from botocore.exceptions import StubAssertionError, UnStubbedResponseError
from botocore.stub import ANY, Stubber

from appimageconfig._converter import request_members
from appimageconfig._frozen import is_list, is_map, redacted_members
from appimageconfig.operations import (
    AddTagsInput,
    DeleteAppImageConfigRequest,
    DeleteTagsInput,
    DescribeAppImageConfigRequest,
    ListAppImageConfigsRequest,
    ListTagsInput,
    name_filter,
)
from appimageconfig.serialization import from_response

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Self

    from attrs import AttrsInstance
    from botocore.exceptions import StubResponseError

    from appimageconfig.models import AppImageConfig, AppImageConfigDetails
    from appimageconfig.operations import OperationName, SortBy, SortOrder

_Members = dict[str, Any]

_ACCOUNT_ID: Final = "123456789012"  # as in AWS's own examples
_PAGE_SIZE: Final = 100  # what AppImageConfigClient.list asks for
_SUBJECT_MEMBERS: Final = ("AppImageConfigName", "ResourceArn")
_RESPONSE: Final = "appimageconfig_stubbed_response"


def stub_sagemaker(client: Any, *, in_order: bool = True) -> SageMakerStubber:
    """
    Return a stubber of *client*, for use in a ``with`` statement.

    .. code-block:: python

        import boto3
        from appimageconfig import AppImageConfig, AppImageConfigClient
        from appimageconfig.testing import stub_sagemaker

        config = AppImageConfig(app_image_config_name="team-image")
        sagemaker = boto3.client("sagemaker", region_name="eu-west-1")
        with stub_sagemaker(sagemaker) as stubber:
            stubber.add_create(config)
            AppImageConfigClient(sagemaker).create(config)

    Args:
        client: Any boto3 SageMaker client.
        in_order: Require the calls in the order in which their responses were added.
    """
    return SageMakerStubber(client, in_order=in_order)


class SageMakerStubber(Stubber):
    """
    botocore's `Stubber` with a typed method for each AppImageConfig operation.

    Each of these ``add_`` methods adds the response to one call, and expects the
    parameters that `appimageconfig.AppImageConfigClient` sends. Stubber's own
    ``add_response``, ``add_client_error`` and ``ANY`` can be mixed with them.

    The end of a ``with`` block asserts that every response was used, unless the
    block raised an exception. The stubber is thread-safe.

    With *in_order* false, a call gets the first response whose operation and
    parameters match.

    A call that does not match raises botocore's ``StubAssertionError``, and one
    without any response left its ``UnStubbedResponseError``. The messages redact
    environment values and container arguments: each distinct value has a number,
    so that differences are still visible.
    """

    _queue: deque[_Members]

    def __init__(self, client: Any, *, in_order: bool = True) -> None:
        """Prepare to stub *client*, which is not changed until `activate` or a ``with`` statement."""
        super().__init__(client)
        self._in_order = in_order
        self._lock = Lock()
        self._used: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Activate the stubber."""
        self.activate()
        return self

    def __exit__(self, *exception: object) -> None:
        """Deactivate, and assert that all responses were used unless the block raised an exception."""
        self.deactivate()
        if exception[0] is None:
            self.assert_no_pending_responses()

    def add_create(self, config: AppImageConfig, *, arn: str | None = None) -> None:
        """Add the response to creating *config*: *arn*, by default one in the client's region."""
        self._add_write("CreateAppImageConfig", config, arn)

    def add_describe(self, details: AppImageConfigDetails) -> None:
        """
        Add *details* as the response to describing the config of that name.

        Raises:
            InvalidAppImageConfigError: The name breaks the service model; the client would not send it.
        """
        request = DescribeAppImageConfigRequest(app_image_config_name=details.app_image_config_name)
        self._add("DescribeAppImageConfig", request, _details_response(details))

    def add_update(self, config: AppImageConfig, *, arn: str | None = None) -> None:
        """
        Add the response to updating *config*: *arn*, by default one in the client's region.

        The tags of *config* are not expected, since an update does not send them.
        """
        self._add_write("UpdateAppImageConfig", config, arn)

    def add_delete(self, name: str) -> None:
        """Add the response to deleting the config *name*."""
        self._add("DeleteAppImageConfig", DeleteAppImageConfigRequest(app_image_config_name=name), {})

    def add_list(
        self,
        *details: AppImageConfigDetails,
        next_token: str | None = None,
        page_token: str | None = None,
        name_contains: str | None = None,
        creation_time_after: datetime | None = None,
        creation_time_before: datetime | None = None,
        modified_time_after: datetime | None = None,
        modified_time_before: datetime | None = None,
        sort_by: SortBy | None = None,
        sort_order: SortOrder | None = None,
    ) -> None:
        """
        Add one page of *details* as the response to a list.

        The filters and the order are those of `appimageconfig.AppImageConfigClient.list`.

        Args:
            *details: Items of the page.
            next_token: Token in the response, which makes the client request another page.
            page_token: Token in the request: the *next_token* of the previous page, or None for the first page.
            name_contains: Expected filter.
            creation_time_after: Expected filter.
            creation_time_before: Expected filter.
            modified_time_after: Expected filter.
            modified_time_before: Expected filter.
            sort_by: Expected order.
            sort_order: Expected order.
        """
        request = ListAppImageConfigsRequest(
            max_results=_PAGE_SIZE,
            next_token=page_token,
            name_contains=name_filter(name_contains)[0],
            creation_time_after=creation_time_after,
            creation_time_before=creation_time_before,
            modified_time_after=modified_time_after,
            modified_time_before=modified_time_before,
            sort_by=sort_by,
            sort_order=sort_order,
        )
        response: _Members = {"AppImageConfigs": [_details_response(item) for item in details]}
        if next_token is not None:
            response["NextToken"] = next_token
        self._add("ListAppImageConfigs", request, response)

    def add_list_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add *tags* as the response to listing the tags of *arn*, on one page."""
        response = {"Tags": request_members(AddTagsInput(resource_arn=arn, tags=tags))["Tags"]}
        self._add("ListTags", ListTagsInput(resource_arn=arn), response)

    def add_add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add the response to adding *tags* to *arn*: the same tags."""
        request = AddTagsInput(resource_arn=arn, tags=tags)
        self._add("AddTags", request, {"Tags": request_members(request)["Tags"]})

    def add_delete_tags(self, arn: str, keys: Iterable[str]) -> None:
        """Add the response to deleting the tags with these *keys* from *arn*."""
        self._add("DeleteTags", DeleteTagsInput(resource_arn=arn, tag_keys=keys), {})

    def add_error(
        self,
        operation: OperationName,
        code: str,
        message: str = "",
        *,
        http_status: int = 400,
        expected_params: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Add an error response to *operation*.

        Args:
            operation: Operation, such as ``"CreateAppImageConfig"``.
            code: Error code of the service, such as ``"ResourceInUse"``.
            message: Error message of the service.
            http_status: HTTP status of the response.
            expected_params: Expected keyword arguments of the boto3 method, or None for any.

        Raises:
            ValueError: The client does not have this operation.
        """
        method = xform_name(operation)
        # Stubber does not check the method of an error, so a typing error would only show as an unused response.
        if self.client.meta.method_to_api_mapping.get(method) != operation:
            raise ValueError(f"unknown operation {operation!r}; expected a name such as 'CreateAppImageConfig'")
        self.add_client_error(method, code, message, http_status, expected_params=expected_params)

    def assert_no_pending_responses(self) -> None:
        """Assert that every response was used, and list those that were not."""
        if left := self._queue.copy():
            count = "1 response was" if len(left) == 1 else f"{len(left)} responses were"
            raise AssertionError(f"{count} not used:{_listed(left)}")

    def _add_write(self, operation: OperationName, config: AppImageConfig, arn: str | None) -> None:
        meta: Any = self.client.meta
        place = f"arn:{meta.partition}:sagemaker:{meta.region_name}:{_ACCOUNT_ID}"
        arn = arn or f"{place}:app-image-config/{config.app_image_config_name}"
        self._add(operation, config, {"AppImageConfigArn": arn})

    def _add(self, operation: OperationName, request: AttrsInstance, response: _Members) -> None:
        # An update does not send tags, and no request sends members that only responses have.
        meta: Any = self.client.meta
        accepted = meta.service_model.operation_model(operation).input_shape.members
        params = {member: value for member, value in request_members(request).items() if member in accepted}
        self.add_response(xform_name(operation), response, params)

    # botocore calls the next two methods for each call: before its parameters are checked, and instead of sending it.
    # Stubber looks at the head of its queue in both, and removes it in the second, so two threads can match the same
    # response. It has no public hook for this. Here the first method matches and removes in one step, and the context,
    # botocore's own dict for this call, carries the response to the second. So a response is also used up if botocore
    # then refuses the parameters. Stubber's methods append to the queue without the lock. That is safe, since append
    # and copy are atomic: the lock only keeps two calls from removing the same response.

    def _assert_expected_params(
        self, model: Any, params: Mapping[str, Any], context: dict[str, Any], **_: object
    ) -> None:
        if context.get("is_presign_request"):
            return  # nothing is sent for it, so it uses no response, as in Stubber
        # In the form of an added response, with the actual parameters.
        call: _Members = {"operation_name": model.name, "expected_params": params}
        with self._lock:
            left = list(self._queue.copy())
            candidates = left[:1] if self._in_order else left
            for position, added in enumerate(candidates):
                if _matches(added, call):
                    del self._queue[position]
                    self._used[model.name] += 1
                    context[_RESPONSE] = added["response"]
                    return
            raise self._mismatch(call, candidates, left)

    def _get_response_handler(self, model: Any, context: dict[str, Any], **_: object) -> Any:
        if _RESPONSE not in context:
            reason = "The call began before the stubber was activated."
            raise UnStubbedResponseError(operation_name=model.name, reason=reason)
        return context[_RESPONSE]

    def _mismatch(self, call: _Members, candidates: list[_Members], left: list[_Members]) -> StubResponseError:
        operation = call["operation_name"]
        error: type[StubResponseError] = StubAssertionError if left else UnStubbedResponseError
        used = self._used[operation]
        history = f"Responses added for {operation}: {f'{used}, all used' if used else 'none'}."
        if same_operation := [added for added in candidates if added["operation_name"] == operation]:
            reason = _comparison(call, same_operation)
        elif not left:
            reason = f"was called, but no responses are left. {history}"
        elif self._in_order:
            reason = (
                f"was called, but the next response is for {_label(left[0])}. "
                "Stub with in_order=False if the order does not matter."
            )
        else:
            reason = f"was called, but no response is left for it. {history} Responses left:{_listed(left)}"
        return error(operation_name=operation, reason=f"{_label(call)} {reason}")


def _details_response(details: AppImageConfigDetails) -> _Members:
    # Reading them as a response makes all times aware, like those that botocore returns.
    return request_members(from_response(request_members(details)))


def _matches(added: _Members, call: _Members) -> bool:
    expected: Mapping[str, Any] | None = added["expected_params"]
    # The expected parameters are on the left, so that ANY and similar objects do the comparison.
    return added["operation_name"] == call["operation_name"] and (
        expected is None or dict(expected) == dict(call["expected_params"])
    )


def _label(added: _Members) -> str:
    operation: str = added["operation_name"]
    params: Mapping[str, Any] | None = added["expected_params"]
    if params is None:
        return f"{operation} with any parameters"
    subject = next((params[member] for member in _SUBJECT_MEMBERS if member in params), None)
    return operation if subject is None else f"{operation} of {subject!r}"


def _listed(left: Iterable[_Members]) -> str:
    return "".join(f"\n  {_label(added)}" for added in left)


def _comparison(call: _Members, added: list[_Members]) -> str:
    """Compare *call* with the response for the same name, or else with the one of the fewest changed lines."""
    params = call["expected_params"]

    def distance(response: _Members) -> tuple[bool, int]:
        changed = sum(line.startswith(("+", "-")) for line in _difference(response, params))
        return _label(response) != _label(call), changed

    closest = min(added, key=distance)
    count = len(added)
    which = "expected" if count == 1 else f"the closest of the {count} responses left for it, {_label(closest)}"
    only_in_type = ["The parameters differ only in type, such as a tuple instead of a list."]
    lines = _difference(closest, params) or only_in_type
    return "\n".join([f"was called with other parameters than {which}:", *lines])


def _difference(added: _Members, actual: Mapping[str, Any]) -> list[str]:
    """Return a diff of the whole parameters: a changed line says little without the members around it."""
    numbers: dict[str, int] = {}

    # The same secret has the same number on both sides.
    def redact(secret: Any) -> Any:
        return secret if secret is ANY else f"***{numbers.setdefault(repr(secret), len(numbers) + 1)}"

    expected, got = (
        json.dumps(redacted_members(params, redact), indent=2, sort_keys=True, ensure_ascii=False, default=str)
        for params in (_aligned(added["expected_params"], actual), actual)
    )
    lines = expected.splitlines()
    return list(difflib.unified_diff(lines, got.splitlines(), "expected", "actual", n=len(lines), lineterm=""))


def _aligned(expected: Any, actual: Any) -> Any:
    """Return *expected* with equal values, such as ANY or a time in another zone, written as in *actual*."""
    if expected == actual:
        return actual
    if is_map(expected) and is_map(actual):
        return {key: _aligned(item, actual[key]) if key in actual else item for key, item in expected.items()}
    if is_list(expected) and is_list(actual):
        return [*map(_aligned, expected, actual), *expected[len(actual) :]]
    return expected

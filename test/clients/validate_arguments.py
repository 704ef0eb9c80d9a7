"""Checks every task's resolved arguments against botocore's model of the API that it calls.

    AWS_ENDPOINT_URL=… python test/clients/validate_arguments.py EXECUTION_ARN…

Reads the recorded histories, children of distributed Maps included, and prints one JSON document:
[{execution, state, service, operation, problems: [text], spoiled: [text] | null}], where `spoiled` is what the same check
says of the same arguments without one required member (null where the API requires none).
"""

import json
import sys

import boto3
from botocore.session import Session
from botocore.validate import ParamValidator

# Names that Step Functions gives to services otherwise than botocore does.
SERVICES = {"sfn": "stepfunctions", "states": "stepfunctions", "eventbridge": "events"}
models = {}
states = boto3.client("stepfunctions")


def model_of(service):
    if service not in models:
        models[service] = Session().get_service_model(SERVICES.get(service, service))
    return models[service]


def capital(text):
    return text[:1].upper() + text[1:]


def fitted(value, shape):
    """Step Functions spells members with a capital and takes any JSON where the API takes bytes; botocore does neither."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {capital(name): name for name in shape.members}
        return {
            members.get(name, name): fitted(field, shape.members[members[name]]) if name in members else field
            for name, field in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [fitted(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: fitted(field, shape.value) for name, field in value.items()}
    if shape.type_name == "blob":
        return (value if isinstance(value, str) else json.dumps(value)).encode()
    return value


def unknown_members(value, shape, path=""):
    """botocore lets members pass that it does not know; AWS refuses a definition with them."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, field in value.items():
            if name in shape.members:
                yield from unknown_members(field, shape.members[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}: no such member"
    elif shape.type_name == "list" and isinstance(value, list):
        for item in value:
            yield from unknown_members(item, shape.member, f"{path}[]")


def problems_of(value, shape):
    report = ParamValidator().validate(value, shape)
    return [*([report.generate_report()] if report.has_errors() else []), *unknown_members(value, shape)]


def check(execution, state, scheduled):
    service = scheduled["resourceType"].removeprefix("aws-sdk:")
    operation = capital(scheduled["resource"].split(".")[0])
    entry = {"execution": execution, "state": state, "service": service, "operation": operation}
    model = model_of(service)
    if operation not in model.operation_names:
        return {**entry, "problems": [f"botocore knows no {service}:{operation}"], "spoiled": None}
    shape = model.operation_model(operation).input_shape
    arguments = fitted(json.loads(scheduled["parameters"]), shape)
    spoiled = None
    if shape.required_members:
        missing = shape.required_members[0]
        spoiled = problems_of({k: v for k, v in arguments.items() if k != missing}, shape)
    return {**entry, "problems": problems_of(arguments, shape), "spoiled": spoiled}


def executions_below(arn):
    yield arn
    for run in states.list_map_runs(executionArn=arn)["mapRuns"]:
        for page in states.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"]):
            for child in page["executions"]:
                yield from executions_below(child["executionArn"])


def tasks(arn):
    entered = {}
    for page in states.get_paginator("get_execution_history").paginate(executionArn=arn):
        for event in page["events"]:
            before = entered.get(event.get("previousEventId"))
            entered[event["id"]] = event.get("stateEnteredEventDetails", {}).get("name", before)
            if event["type"] == "TaskScheduled":
                yield entered[event["id"]], event["taskScheduledEventDetails"]


found = [
    check(arn, state, scheduled)
    for root in sys.argv[1:]
    for arn in executions_below(root)
    for state, scheduled in tasks(arn)
]
print(json.dumps(found))

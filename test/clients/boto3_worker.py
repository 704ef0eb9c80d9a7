"""Calls AWS through boto3 for the tests: one JSON request per line in, one JSON answer per line out.

A request is {"do": "call", "service", "operation", "input"}, or one of the conveniences that boto3 users rely on:
"paginate", "upload", "presign". Bytes travel as UTF-8 text, times as ISO 8601.
"""

import datetime
import json
import sys

import boto3
import botocore.exceptions
from boto3.s3.transfer import TransferConfig


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {name: plain(field) for name, field in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "read"):
        return value.read().decode()
    return value


def answer(request):
    client = boto3.client(request["service"])
    if request["do"] == "call":
        return getattr(client, request["operation"])(**request["input"])
    if request["do"] == "paginate":
        pages = client.get_paginator(request["operation"]).paginate(**request["input"])
        return pages.build_full_result()
    if request["do"] == "upload":
        settings = TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=5 << 20)
        client.upload_file(**request["input"], Config=settings)
        return {}
    if request["do"] == "presign":
        return {"url": client.generate_presigned_url("get_object", Params=request["input"])}
    raise ValueError(f"unknown request: {request['do']}")


for line in sys.stdin:
    try:
        result = {"output": plain(answer(json.loads(line)))}
    except botocore.exceptions.ClientError as error:
        result = {"error": error.response["Error"]["Code"]}
    except Exception as error:  # what is not AWS's answer is told as it is
        result = {"broken": f"{type(error).__name__}: {error}"}
    print(json.dumps(result), flush=True)

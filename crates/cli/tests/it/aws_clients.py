"""Drives an embedded cloud with boto3 and the AWS CLI, allowed and denied, and checks what they see.

Usage: aws_clients.py ENDPOINT AWS_CLI. Keys of an administrator are in the environment, as `cloud serve` prints them.
Prints one line a check and the number of calls at the end; exits with 1 on the first check that fails.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, AWS_CLI = sys.argv[1], sys.argv[2]
REGION = "us-east-1"
ACCOUNT = "123456789012"
BUCKET = "remotionlambda-useast1-clients000"
FUNCTION = "remotion-render-clients"
calls = 0


def client(service, **keys):
    made = boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        config=Config(retries={"max_attempts": 1, "mode": "standard"}, read_timeout=60),
        **keys,
    )

    def count(**_):
        global calls
        calls += 1

    made.meta.events.register("before-send", lambda **_: count())
    return made


def check(what, holds, seen=""):
    print(("ok   " if holds else "FAIL ") + what, flush=True)
    if not holds:
        print(f"     saw: {seen!r}", flush=True)
        sys.exit(1)


def same(what, seen, wanted):
    check(what, seen == wanted, seen)


def refused(what, call, code, message=None, status=None):
    try:
        call()
    except ClientError as error:
        same(f"{what}: code", error.response["Error"]["Code"], code)
        if message is not None:
            same(f"{what}: text", error.response["Error"]["Message"], message)
        if status is not None:
            same(f"{what}: status", error.response["ResponseMetadata"]["HTTPStatusCode"], status)
        return
    check(f"{what}: refused", False, "it was allowed")


def cli(*words, keys=None, ok=True):
    """Runs the AWS CLI; returns its standard output, or standard error where it is to fail."""
    global calls
    calls += 1
    environment = dict(os.environ, AWS_PAGER="", AWS_DEFAULT_REGION=REGION, AWS_MAX_ATTEMPTS="1")
    environment.update(keys or {})
    done = subprocess.run(
        [sys.executable, AWS_CLI, "--endpoint-url", ENDPOINT, *words], env=environment, capture_output=True, text=True
    )
    check(f"aws {' '.join(words[:2])}: exit code", (done.returncode == 0) == ok, done.stderr or done.stdout)
    return done.stdout if ok else done.stderr


def identities():
    sts, iam = client("sts"), client("iam")
    me = sts.get_caller_identity()
    same("account", me["Account"], ACCOUNT)
    check("the administrator is a user", f":iam::{ACCOUNT}:user/" in me["Arn"], me)
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
                {"Effect": "Allow", "Principal": {"AWS": me["Arn"]}, "Action": "sts:AssumeRole"},
            ],
        }
    )
    role = iam.create_role(RoleName="clients-role", AssumeRolePolicyDocument=trust, Tags=[{"Key": "a", "Value": "b"}])
    same("role arn", role["Role"]["Arn"], f"arn:aws:iam::{ACCOUNT}:role/clients-role")
    same("trust survives", iam.get_role(RoleName="clients-role")["Role"]["AssumeRolePolicyDocument"], json.loads(trust))
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:CreateLogGroup"],
                "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{FUNCTION}:*",
            }
        ],
    }
    iam.put_role_policy(RoleName="clients-role", PolicyName="logs", PolicyDocument=json.dumps(policy))
    same("role policies", iam.list_role_policies(RoleName="clients-role")["PolicyNames"], ["logs"])
    same("inline policy", iam.get_role_policy(RoleName="clients-role", PolicyName="logs")["PolicyDocument"], policy)
    refused(
        "the same role again",
        lambda: iam.create_role(RoleName="clients-role", AssumeRolePolicyDocument=trust),
        "EntityAlreadyExists",
        "Role with name clients-role already exists.",
        409,
    )
    refused("a missing role", lambda: iam.get_role(RoleName="nowhere"), "NoSuchEntity", status=404)
    refused(
        "a broken policy",
        lambda: iam.put_role_policy(RoleName="clients-role", PolicyName="x", PolicyDocument='{"Version":1}'),
        "MalformedPolicyDocument",
        status=400,
    )
    iam.create_user(UserName="limited")
    iam.put_user_policy(
        UserName="limited",
        PolicyName="little",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/open/*"},
                    {"Effect": "Deny", "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}/closed/*"},
                ],
            }
        ),
    )
    managed = iam.create_policy(
        PolicyName="managed",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}],
            }
        ),
    )["Policy"]["Arn"]
    iam.attach_user_policy(UserName="limited", PolicyArn=managed)
    attached = iam.list_attached_user_policies(UserName="limited")["AttachedPolicies"]
    same("attached", [policy["PolicyArn"] for policy in attached], [managed])
    version = iam.create_policy_version(
        PolicyArn=managed,
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": f"arn:aws:s3:::{BUCKET}"},
                ],
            }
        ),
        SetAsDefault=True,
    )
    same("second version", version["PolicyVersion"]["VersionId"], "v2")
    same("default version", iam.get_policy(PolicyArn=managed)["Policy"]["DefaultVersionId"], "v2")
    refused("a policy in use", lambda: iam.delete_policy(PolicyArn=managed), "DeleteConflict", status=409)
    key = iam.create_access_key(UserName="limited")["AccessKey"]
    iam.create_access_key(UserName="limited")
    refused(
        "a third access key",
        lambda: iam.create_access_key(UserName="limited"),
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
        409,
    )
    simulated = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/limited",
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=[f"arn:aws:s3:::{BUCKET}/open/a"],
    )["EvaluationResults"]
    same("simulated", [result["EvalDecision"] for result in simulated], ["allowed", "implicitDeny"])
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


def objects(limited_keys):
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET)
    check("bucket is listed", BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]])
    s3.head_bucket(Bucket=BUCKET)
    same("location of us-east-1", s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], None)
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    same("public access is blocked", set(block.values()), {True})
    rules = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    same("ACLs are disabled", rules, [{"ObjectOwnership": "BucketOwnerEnforced"}])
    s3.put_object(Bucket=BUCKET, Key="open/ä b+c~.txt", Body=b"hello world", ContentType="text/plain", Metadata={"k": "v"})
    got = s3.get_object(Bucket=BUCKET, Key="open/ä b+c~.txt")
    same("content", got["Body"].read(), b"hello world")
    same("metadata", (got["ContentType"], got["Metadata"]), ("text/plain", {"k": "v"}))
    part = s3.get_object(Bucket=BUCKET, Key="open/ä b+c~.txt", Range="bytes=6-")
    same("range", (part["Body"].read(), part["ContentRange"]), (b"world", "bytes 6-10/11"))
    refused("range beyond the end", lambda: s3.get_object(Bucket=BUCKET, Key="open/ä b+c~.txt", Range="bytes=50-"), "InvalidRange", status=416)
    refused(
        "put if absent, present",
        lambda: s3.put_object(Bucket=BUCKET, Key="open/ä b+c~.txt", Body=b"x", IfNoneMatch="*"),
        "PreconditionFailed",
        status=412,
    )
    s3.put_object(Bucket=BUCKET, Key="open/ä b+c~.txt", Body=b"second", IfMatch=got["ETag"])
    same("length", s3.head_object(Bucket=BUCKET, Key="open/ä b+c~.txt")["ContentLength"], 6)
    refused(
        "wrong checksum",
        lambda: s3.put_object(Bucket=BUCKET, Key="open/bad", Body=b"x", ChecksumCRC32="AAAAAA=="),
        "BadDigest",
        status=400,
    )
    big = os.urandom(20_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "big")
        with open(path, "wb") as file:
            file.write(big)
        s3.upload_file(path, BUCKET, "open/big")
        check("multipart upload", s3.head_object(Bucket=BUCKET, Key="open/big")["ETag"].endswith('-3"'))
        s3.download_file(BUCKET, "open/big", path + "2")
        with open(path + "2", "rb") as file:
            check("multipart download", file.read() == big)
    s3.copy_object(Bucket=BUCKET, Key="open/copy", CopySource={"Bucket": BUCKET, "Key": "open/big"})
    for name in ["a/1", "a/2", "b/1", "c"]:
        s3.put_object(Bucket=BUCKET, Key=f"tree/{name}", Body=b"x")
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="tree/", Delimiter="/")
    same("folders", [prefix["Prefix"] for prefix in listed["CommonPrefixes"]], ["tree/a/", "tree/b/"])
    same("files", [entry["Key"] for entry in listed["Contents"]], ["tree/c"])
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="tree/", PaginationConfig={"PageSize": 2})
    same("pages", [len(page["Contents"]) for page in pages], [2, 2])
    refused("a public ACL", lambda: s3.put_object(Bucket=BUCKET, Key="open/acl", Body=b"x", ACL="public-read"), "AccessControlListNotSupported", status=400)
    public = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}]}
    refused("a public policy", lambda: s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(public)), "AccessDenied", status=403)
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "renders/1-day"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    same("lifecycle", s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"], [rule])
    presigned(s3)
    limited = client("s3", **limited_keys)
    user = f"arn:aws:iam::{ACCOUNT}:user/limited"
    same("what is allowed works", limited.get_object(Bucket=BUCKET, Key="open/copy")["ContentLength"], len(big))
    refused(
        "an implicit denial",
        lambda: limited.put_object(Bucket=BUCKET, Key="open/copy", Body=b"x"),
        "AccessDenied",
        f'User: {user} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::{BUCKET}/open/copy" '
        "because no identity-based policy allows the s3:PutObject action",
        403,
    )
    refused(
        "an explicit denial",
        lambda: limited.get_object(Bucket=BUCKET, Key="closed/a"),
        "AccessDenied",
        f'User: {user} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::{BUCKET}/closed/a" '
        "with an explicit deny in an identity-based policy",
        403,
    )
    refused("missing, and may list", lambda: limited.get_object(Bucket=BUCKET, Key="open/nothing"), "NoSuchKey", status=404)
    deleted = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "tree/a/1"}, {"Key": "tree/a/2"}]})
    same("deleted", len(deleted["Deleted"]), 2)
    partly = limited.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "tree/b/1"}]})
    same("denied key by key", [error["Code"] for error in partly["Errors"]], ["AccessDenied"])


def presigned(s3):
    for version in ["s3", "s3v4"]:
        signer = boto3.client(
            "s3", endpoint_url=ENDPOINT, region_name=REGION, config=Config(signature_version=version, s3={"addressing_style": "path"})
        )
        url = signer.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "open/ä b+c~.txt"}, ExpiresIn=60)
        with urllib.request.urlopen(url) as answer:
            same(f"presigned {version}", answer.read(), b"second")
        try:
            urllib.request.urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"))
            check(f"forged {version}", False)
        except urllib.error.HTTPError as error:
            same(f"forged {version}", error.code, 403)


BOOTSTRAP = r"""#!/usr/bin/python3
import json, os, time, http.client
host = os.environ["AWS_LAMBDA_RUNTIME_API"]
base = "/2018-06-01/runtime/invocation/"
while True:
    api = http.client.HTTPConnection(host)
    api.request("GET", base + "next")
    event = api.getresponse()
    request_id = event.getheader("Lambda-Runtime-Aws-Request-Id")
    payload = json.loads(event.read())
    print("handling", payload.get("say"), flush=True)
    api = http.client.HTTPConnection(host)
    if payload.get("stream"):
        def pieces():
            yield b"first;"
            while not os.path.exists("/tmp/go") and time.monotonic() < pieces.start + 1.5:
                time.sleep(0.05)
            yield b"second"
        pieces.start = time.monotonic()
        api.request("POST", base + request_id + "/response", body=pieces(), encode_chunked=True, headers={
            "Transfer-Encoding": "chunked", "Lambda-Runtime-Function-Response-Mode": "streaming"})
    elif payload.get("fail"):
        api.request("POST", base + request_id + "/error", body=json.dumps(
            {"errorMessage": "asked to", "errorType": "Function.Asked"}).encode(),
            headers={"Lambda-Runtime-Function-Error-Type": "Function.Asked"})
    else:
        api.request("POST", base + request_id + "/response", body=json.dumps(
            {"said": payload.get("say"), "home": os.path.exists("/root") and os.listdir("/root")}).encode())
    api.getresponse().read()
"""


def package():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, BOOTSTRAP)
    return packed.getvalue()


def functions(limited_keys):
    lam, logs = client("lambda"), client("logs")
    role = f"arn:aws:iam::{ACCOUNT}:role/clients-role"
    group = f"/aws/lambda/{FUNCTION}"
    made = lam.create_function(
        FunctionName=FUNCTION, Runtime="provided.al2023", Handler="bootstrap", Role=role, Code={"ZipFile": package()}, Timeout=30
    )
    same("function arn", made["FunctionArn"], f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}")
    lam.get_waiter("function_active_v2").wait(FunctionName=FUNCTION, WaiterConfig={"Delay": 1})
    check("is listed", FUNCTION in [function["FunctionName"] for function in lam.list_functions()["Functions"]])
    same("configuration", lam.get_function_configuration(FunctionName=FUNCTION)["Timeout"], 30)
    answer = lam.invoke(FunctionName=FUNCTION, Payload=json.dumps({"say": "hi"}), LogType="Tail")
    body = json.loads(answer["Payload"].read())
    same("answer", body["said"], "hi")
    check("the function sees nobody's home", not body["home"], body)
    check("log tail", "LogResult" in answer, answer)
    failed = lam.invoke(FunctionName=FUNCTION, Payload=json.dumps({"fail": True}))
    same("function error", (failed["StatusCode"], failed["FunctionError"]), (200, "Unhandled"))
    same("dry run", lam.invoke(FunctionName=FUNCTION, InvocationType="DryRun")["StatusCode"], 204)
    same("event", lam.invoke(FunctionName=FUNCTION, InvocationType="Event", Payload=b'{"say":"later"}')["StatusCode"], 202)
    stream = lam.invoke_with_response_stream(FunctionName=FUNCTION, Payload=b'{"stream":true}')["EventStream"]
    arrivals = [(time.monotonic(), event) for event in stream]
    pieces = [(at, event["PayloadChunk"]["Payload"]) for at, event in arrivals if "PayloadChunk" in event]
    same("streamed", b"".join(piece for _, piece in pieces), b"first;second")
    check("streamed piece by piece", len(pieces) >= 2 and pieces[-1][0] - pieces[0][0] > 0.5, pieces)
    refused(
        "an unknown function",
        lambda: lam.invoke(FunctionName="nowhere"),
        "ResourceNotFoundException",
        f"Function not found: arn:aws:lambda:{REGION}:{ACCOUNT}:function:nowhere",
        404,
    )
    limited = client("lambda", **limited_keys)
    refused(
        "invoking without the right to",
        lambda: limited.invoke(FunctionName=FUNCTION),
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:user/limited is not authorized to perform: lambda:InvokeFunction on resource: "
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION} because no identity-based policy allows the "
        "lambda:InvokeFunction action",
        403,
    )
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    check("log streams", len(streams) >= 1, streams)
    found = logs.filter_log_events(logGroupName=group, filterPattern='"handling hi"')["events"]
    check("log lines", any("handling hi" in event["message"] for event in found), found)
    report = logs.filter_log_events(logGroupName=group, filterPattern="REPORT")["events"]
    check("report line", any("Max Memory Used" in event["message"] for event in report), report)
    logs.put_retention_policy(logGroupName=group, retentionInDays=14)
    groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    same("retention", groups[0]["retentionInDays"], 14)
    logs.create_log_group(logGroupName="/clients/own")
    logs.create_log_stream(logGroupName="/clients/own", logStreamName="s")
    logs.put_log_events(
        logGroupName="/clients/own", logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": "line"}]
    )
    same("own line", logs.get_log_events(logGroupName="/clients/own", logStreamName="s")["events"][0]["message"], "line")
    refused("the group again", lambda: logs.create_log_group(logGroupName="/clients/own"), "ResourceAlreadyExistsException", status=400)
    logs.delete_log_group(logGroupName="/clients/own")


def quotas():
    quotas = client("service-quotas")
    quota = quotas.get_service_quota(ServiceCode="lambda", QuotaCode="L-B99A9384")["Quota"]
    same("quota", quota["QuotaName"], "Concurrent executions")
    default = quotas.get_aws_default_service_quota(ServiceCode="lambda", QuotaCode="L-B99A9384")["Quota"]
    same("default quota", default["Value"], 1000.0)
    quotas.request_service_quota_increase(ServiceCode="lambda", QuotaCode="L-B99A9384", DesiredValue=5000)
    history = quotas.list_requested_service_quota_change_history_by_quota(ServiceCode="lambda", QuotaCode="L-B99A9384")
    same("requested", [request["DesiredValue"] for request in history["RequestedQuotas"]], [5000.0])
    refused("an unknown quota", lambda: quotas.get_service_quota(ServiceCode="lambda", QuotaCode="L-0"), "NoSuchResourceException")


def sessions():
    sts = client("sts")
    role = f"arn:aws:iam::{ACCOUNT}:role/clients-role"
    given = sts.assume_role(RoleArn=role, RoleSessionName="session-1")["Credentials"]
    check("temporary key", given["AccessKeyId"].startswith("ASIA"))
    keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
    session = client("sts", aws_session_token=given["SessionToken"], **keys)
    same("session arn", session.get_caller_identity()["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/clients-role/session-1")
    refused("a temporary key without its token", lambda: client("sts", **keys).get_caller_identity(), "InvalidClientTokenId", status=403)
    refused(
        "a session without the right to",
        lambda: client("iam", aws_session_token=given["SessionToken"], **keys).get_role(RoleName="clients-role"),
        "AccessDenied",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/clients-role/session-1 is not authorized to perform: iam:GetRole "
        f"on resource: role clients-role because no identity-based policy allows the iam:GetRole action",
        403,
    )
    refused(
        "an unknown key",
        lambda: client("sts", aws_access_key_id="AKIAAAAAAAAAAAAAAAAA", aws_secret_access_key="x").get_caller_identity(),
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
        403,
    )


def command_line(limited_keys):
    limited = {
        "AWS_ACCESS_KEY_ID": limited_keys["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": limited_keys["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": "",
    }
    same("aws sts", json.loads(cli("sts", "get-caller-identity"))["Account"], ACCOUNT)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        with open(path, "wb") as file:
            file.write(b"x" * 9_000_000)
        cli("s3", "cp", path, f"s3://{BUCKET}/open/cli")
        cli("s3", "cp", f"s3://{BUCKET}/open/cli", path + "2")
        check("aws s3 cp both ways", open(path + "2", "rb").read() == b"x" * 9_000_000)
        check("aws s3 ls", "cli" in cli("s3", "ls", f"s3://{BUCKET}/open/"))
        denied = cli("s3", "cp", path, f"s3://{BUCKET}/open/other", keys=limited, ok=False)
        check("aws s3 cp denied", "is not authorized to perform: s3:PutObject" in denied or "AccessDenied" in denied, denied)
        url = cli("s3", "presign", f"s3://{BUCKET}/open/cli").strip()
        with urllib.request.urlopen(url) as answer:
            same("aws s3 presign", len(answer.read()), 9_000_000)
        cli("lambda", "invoke", "--function-name", FUNCTION, "--payload", '{"say":"cli"}', path)
        same("aws lambda invoke", json.load(open(path))["said"], "cli")
        denied = cli("lambda", "invoke", "--function-name", FUNCTION, path, keys=limited, ok=False)
        wanted = (
            "An error occurred (AccessDeniedException) when calling the Invoke operation: "
            f"User: arn:aws:iam::{ACCOUNT}:user/limited is not authorized to perform: lambda:InvokeFunction on resource: "
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION} because no identity-based policy allows the "
            "lambda:InvokeFunction action"
        )
        check("aws lambda invoke denied, word for word", wanted in denied, denied)
    same("aws iam", json.loads(cli("iam", "get-role", "--role-name", "clients-role"))["Role"]["RoleName"], "clients-role")
    cli("logs", "describe-log-groups")
    cli("service-quotas", "list-service-quotas", "--service-code", "lambda")
    cli("s3api", "delete-object", "--bucket", BUCKET, "--key", "open/cli")


def clean_up():
    s3, iam, lam = client("s3"), client("iam"), client("lambda")
    lam.delete_function(FunctionName=FUNCTION)
    refused("a bucket with objects", lambda: s3.delete_bucket(Bucket=BUCKET), "BucketNotEmpty", status=409)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for entry in page.get("Contents", []):
            s3.delete_object(Bucket=BUCKET, Key=entry["Key"])
    s3.delete_bucket(Bucket=BUCKET)
    iam.delete_role_policy(RoleName="clients-role", PolicyName="logs")
    iam.delete_role(RoleName="clients-role")


limited_keys = identities()
objects(limited_keys)
functions(limited_keys)
quotas()
sessions()
command_line(limited_keys)
clean_up()
print(f"{calls} calls")

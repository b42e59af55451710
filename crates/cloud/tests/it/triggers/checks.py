"""What the scripts of this folder share: clients of the cloud that the environment names, and checks."""

import json
import os
import socket
import subprocess
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_DEFAULT_REGION"]
ACCOUNT = "123456789012"


def client(service, region=REGION, **keys):
    """A client that asks once, and waits as long as a test may take."""
    config = Config(retries={"max_attempts": 1, "mode": "standard"}, read_timeout=60)
    return boto3.client(service, region_name=region, config=config, **keys)


def check(what, holds, seen=""):
    print(("ok " if holds else "FAIL ") + what, flush=True)
    if not holds:
        print(f"     saw: {seen!r}", flush=True)
        sys.exit(1)


def same(what, seen, wanted):
    check(what, seen == wanted, seen)


def refused(what, call, code, message=""):
    try:
        call()
    except ClientError as error:
        same(f"{what}: code", error.response["Error"]["Code"], code)
        text = error.response["Error"]["Message"]
        check(f"{what}: text", message in text, text)
        return
    check(f"{what}: refused", False, "it was allowed")


def cli(*words):
    """What the AWS CLI answers; it must succeed."""
    environment = dict(os.environ, AWS_PAGER="", AWS_MAX_ATTEMPTS="1")
    command = [sys.executable, os.environ["AWS_CLI"], "--endpoint-url", ENDPOINT, *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    check(f"aws {' '.join(words[:2])}", done.returncode == 0, done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else None


def user(name, *statements):
    """A user with these statements; its keys as arguments of `client`."""
    iam = client("iam")
    iam.create_user(UserName=name)
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


class Gate:
    """A place where the script meets functions."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(60)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def visitor(self):
        """The next function: what it says, and how to answer it."""
        connection, _ = self.listener.accept()
        lines = connection.makefile("rw")
        said = json.loads(lines.readline())

        def answer(text):
            lines.write(text + "\n")
            lines.flush()
            connection.close()

        return said, answer

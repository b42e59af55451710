"""Deploys `trigger.zip` with an HTTP API and a queue before it, and has both start a render.

Usage: renders.py RENDER_FUNCTION BUCKET SITE, in a folder with `trigger.zip` and the generated `policy.json`.
"""

import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

RENDER_FUNCTION, BUCKET, SITE = sys.argv[1:]
ACCOUNT, REGION = "123456789012", os.environ["AWS_DEFAULT_REGION"]
ENDPOINT = urlsplit(os.environ["AWS_ENDPOINT_URL"])
PATIENCE = 280
config = Config(retries={"max_attempts": 1, "mode": "standard"}, read_timeout=60)
iam, functions, sqs, apis, s3 = (boto3.client(name, config=config) for name in ("iam", "lambda", "sqs", "apigatewayv2", "s3"))


def same(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"FAIL {what}: saw {seen!r}, wanted {wanted!r}")
    print(f"ok {what}", flush=True)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


# The queue, and where its messages go that are no jobs.
queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:renders"
dead = sqs.create_queue(QueueName="renders-dead")["QueueUrl"]
redrive = json.dumps({"deadLetterTargetArn": queue_arn + "-dead", "maxReceiveCount": 1})
queue = sqs.create_queue(QueueName="renders", Attributes={"VisibilityTimeout": "60", "RedrivePolicy": redrive})["QueueUrl"]

# The function's role: the generated policy for renders, and what the function itself needs.
trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
role = iam.create_role(RoleName="trigger-lambda", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
with open("policy.json") as policy:
    iam.put_role_policy(RoleName="trigger-lambda", PolicyName="renders", PolicyDocument=policy.read())
polling = {
    "Effect": "Allow",
    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    "Resource": queue_arn,
}
logging = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/trigger-lambda:*",
}
iam.put_role_policy(RoleName="trigger-lambda", PolicyName="itself", PolicyDocument=document(polling, logging))
with open("trigger.zip", "rb") as code:
    function = functions.create_function(
        FunctionName="trigger-lambda",
        Role=role,
        Runtime="provided.al2023",
        Handler="bootstrap",
        Code={"ZipFile": code.read()},
        Timeout=60,
        MemorySize=256,
        Environment={"Variables": {"FRAMEWRIGHT_RENDER_FUNCTION": RENDER_FUNCTION, "FRAMEWRIGHT_RENDER_BUCKET": BUCKET}},
    )["FunctionArn"]
functions.create_event_source_mapping(
    EventSourceArn=queue_arn, FunctionName="trigger-lambda", FunctionResponseTypes=["ReportBatchItemFailures"]
)

# The API, and its right to invoke the function.
api = apis.create_api(Name="renders", ProtocolType="HTTP", Target=function, RouteKey="POST /renders")["ApiId"]


def post(body):
    connection = http.client.HTTPConnection(ENDPOINT.hostname, ENDPOINT.port, timeout=60)
    host = f"{api}.execute-api.localhost:{ENDPOINT.port}"
    connection.request("POST", "/renders", body, {"Host": host, "Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


job = {"site": SITE, "composition": "Props", "inputProps": {"title": "From an API", "seconds": 1}}
same("the API may not invoke the function yet", post(json.dumps(job))[0], 500)
functions.add_permission(
    FunctionName="trigger-lambda",
    StatementId="api",
    Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*/POST/renders",
)
status, said = post('{"site": "x"}')
same("what is no job is refused", [status, "composition" in said["message"]], [400, True])

# Both ways.
status, said = post(json.dumps(job))
same("a render is on its way", [status, said.get("bucketName")], [202, BUCKET])
first = said["renderId"]
sqs.send_message(QueueUrl=queue, MessageBody="no job")
message = json.dumps({**job, "inputProps": {"title": "From a queue", "seconds": 1}})
sqs.send_message(QueueUrl=queue, MessageBody=message)


def outputs():
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="renders/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return {key.split("/")[1] for key in keys if key.endswith("/out.mp4")}


until = time.monotonic() + PATIENCE
while len(outputs()) < 2 and time.monotonic() < until:
    # Nobody watches; this merely lets a second pass.
    sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1, VisibilityTimeout=0)
same("both renders are complete", [len(outputs()), first in outputs()], [2, True])
for render in outputs():
    video = s3.get_object(Bucket=BUCKET, Key=f"renders/{render}/out.mp4")["Body"].read()
    same(f"the output of {render} is a video", video[4:8], b"ftyp")


def count(url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return [int(n) for n in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()]


while sum(count(dead)) < 1 and time.monotonic() < until:
    sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
same("what is no job is a dead letter, and nothing else is left", [sum(count(dead)), sum(count(queue))], [1, 0])
print("done")

"""Queues whose messages go to the functions `f`, whose role may poll, and `g`, whose role may not."""

import json

from checks import ACCOUNT, Gate, check, client, refused, same, user

sqs, functions = client("sqs"), client("lambda")
ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"
gate = Gate()


def queue(name, **attributes):
    attributes = {"VisibilityTimeout": "20", **attributes}
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def send(url, **more):
    body = json.dumps({"gate": gate.address})
    return sqs.send_message(QueueUrl=url, MessageBody=body, **more)["MessageId"]


def counts(url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return [int(shown[name]) for name in names]


def wait_until_empty(url):
    """A receiver that waits is woken by the deletion of nothing, so this asks until it is so."""
    for _ in range(200):
        if counts(url) == [0, 0]:
            return True
        sqs.receive_message(QueueUrl=idle, WaitTimeSeconds=1)
    return False


def create(function="f", source="jobs", **more):
    return functions.create_event_source_mapping(FunctionName=function, EventSourceArn=ARN + source, **more)


idle = queue("idle")
jobs = queue("jobs")
queue("jobs-short", VisibilityTimeout="10")
wrong = "InvalidParameterValueException"
refused("a role that may not poll", lambda: create("g"), wrong, "permissions to call ReceiveMessage on SQS")
refused("a queue that is not there", lambda: create(source="none"), wrong, "NonExistentQueue")
refused("a function that is not there", lambda: create("none"), "ResourceNotFoundException", "Function not found")
refused("another queue than the role's", lambda: create(source="idle"), wrong, "permissions to call")
refused("a queue that gives the function no time", lambda: create(source="jobs-short"), wrong, "10 seconds is less than Function timeout: 20 seconds")
refused("batches that take time", lambda: create(BatchSize=100), wrong, "batch window")
refused("a topic", lambda: functions.create_event_source_mapping(FunctionName="f", EventSourceArn="arn:aws:sns:us-east-1:123456789012:t"), wrong)

made = create(FunctionResponseTypes=["ReportBatchItemFailures"])
uuid = made["UUID"]
same("a mapping is being made", [made["State"], made["BatchSize"], made["EventSourceArn"]], ["Creating", 10, ARN + "jobs"])
check("it is there", functions.get_event_source_mapping(UUID=uuid)["State"] == "Enabled")
refused("twice", create, "ResourceConflictException", uuid)
listed = functions.list_event_source_mappings(FunctionName="f", EventSourceArn=ARN + "jobs")["EventSourceMappings"]
same("it is listed", [m["UUID"] for m in listed], [uuid])
same("not for others", functions.list_event_source_mappings(FunctionName="g")["EventSourceMappings"], [])

# One message, with attributes.
sent = send(jobs, MessageAttributes={"n": {"DataType": "Number", "StringValue": "7"}})
said, answer = gate.visitor()
same("a message arrives", [said["id"], said["count"], said["source"], said["of"]], [sent, "1", ARN + "jobs", 1])
same("with its attributes", said["attributes"]["n"], {"stringListValues": [], "binaryListValues": [], "stringValue": "7", "dataType": "Number"})
answer("done")
check("what is done is deleted", wait_until_empty(jobs))

# Failures come back alone, after their visibility timeout.
sqs.set_queue_attributes(QueueUrl=jobs, Attributes={"VisibilityTimeout": "2"})
failing = send(jobs)
said, answer = gate.visitor()
answer("failed")
said, answer = gate.visitor()
same("a failed message comes back", [said["id"], said["count"]], [failing, "2"])
answer("raise")
said, answer = gate.visitor()
same("a failed invocation too", [said["id"], said["count"]], [failing, "3"])
answer("done")
check("until it is done", wait_until_empty(jobs))

# Dead letters.
dead = queue("jobs-dead")
policy = json.dumps({"deadLetterTargetArn": ARN + "jobs-dead", "maxReceiveCount": 1})
sqs.set_queue_attributes(QueueUrl=jobs, Attributes={"RedrivePolicy": policy})
poison = send(jobs)
_, answer = gate.visitor()
answer("failed")
[letter] = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]
same("what fails too often is a dead letter", letter["MessageId"], poison)
sqs.set_queue_attributes(QueueUrl=jobs, Attributes={"RedrivePolicy": "", "VisibilityTimeout": "20"})

# Changes: off, on with a window, and gone.
updated = functions.update_event_source_mapping(UUID=uuid, Enabled=False)
same("a mapping is turned off", [updated["State"], functions.get_event_source_mapping(UUID=uuid)["State"]], ["Updating", "Disabled"])
ids = {send(jobs) for _ in range(3)}
same("then nothing is taken", counts(jobs), [3, 0])
functions.update_event_source_mapping(UUID=uuid, Enabled=True, MaximumBatchingWindowInSeconds=1, BatchSize=100)
seen = set()
while len(seen) < 3:
    said, answer = gate.visitor()
    seen.add(said["id"])
    answer("done")
same("and on again", seen, ids)
check("everything is done", wait_until_empty(jobs))

reader = client("lambda", **user("reader", {"Effect": "Allow", "Action": "lambda:GetEventSourceMapping", "Resource": "*", "Condition": {"ArnLike": {"lambda:FunctionArn": "arn:aws:lambda:*:*:function:f"}}}))
same("a mapping is read by the right to its function", reader.get_event_source_mapping(UUID=uuid)["UUID"], uuid)
denied = "AccessDeniedException"
refused("listing needs a right", reader.list_event_source_mappings, denied, "lambda:ListEventSourceMappings")
refused("deleting needs a right", lambda: reader.delete_event_source_mapping(UUID=uuid), denied, f"event-source-mapping:{uuid}")
same("a mapping goes", functions.delete_event_source_mapping(UUID=uuid)["State"], "Deleting")
refused("it is gone", lambda: functions.get_event_source_mapping(UUID=uuid), "ResourceNotFoundException")

# The role's right is asked each time, not once.
create()
client("iam").delete_role_policy(RoleName="polling", PolicyName="inline")
trail = client("cloudtrail")


def denials():
    found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ReceiveMessage"}])
    events = [json.loads(event["CloudTrailEvent"]) for event in found["Events"]]
    return [e for e in events if (e.get("errorCode") or "").startswith("AccessDenied") and "assumed-role/polling/f" in e["userIdentity"]["arn"]]


send(jobs)
for _ in range(60):
    if denials():
        break
    # The call that waits already may still be served: this takes its messages' place.
    sqs.receive_message(QueueUrl=idle, WaitTimeSeconds=1)
check("a poller whose role lost its right is denied", len(denials()) > 0)

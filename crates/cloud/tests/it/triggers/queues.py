"""Queues and messages."""

import hashlib
import json
import struct
import threading
import time

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from checks import ACCOUNT, ENDPOINT, check, cli, client, refused, same

sqs = client("sqs")
ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"


def receive(url, **more):
    return sqs.receive_message(QueueUrl=url, AttributeNames=["All"], **more).get("Messages", [])


def attributes(url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names)).get("Attributes", {})


def counts(url):
    names = ["ApproximateNumberOfMessages" + kind for kind in ("", "NotVisible", "Delayed")]
    return [int(attributes(url, *names)[name]) for name in names]


# Queues.
url = sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "60"}, tags={"team": "video"})["QueueUrl"]
same("a queue has a URL", url, f"{ENDPOINT}/{ACCOUNT}/jobs")
same("making it again is the same", sqs.create_queue(QueueName="jobs")["QueueUrl"], url)
refused(
    "making another of its name",
    lambda: sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "61"}),
    "QueueAlreadyExists",
    "VisibilityTimeout",
)
same("a queue is found", sqs.get_queue_url(QueueName="jobs")["QueueUrl"], url)
missing = "AWS.SimpleQueueService.NonExistentQueue"
refused("a queue that is not there", lambda: sqs.get_queue_url(QueueName="none"), missing)
refused("a queue of another account", lambda: sqs.get_queue_url(QueueName="jobs", QueueOwnerAWSAccountId="1" * 12), missing)
refused("a name that cannot be", lambda: sqs.create_queue(QueueName="a b"), "InvalidParameterValue")
refused("a FIFO queue", lambda: sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"}), "InvalidParameterValue", "FIFO")
form = AWSRequest("POST", f"{ENDPOINT}/", data="Action=ListQueues&Version=2012-11-05")
form.headers["Content-Type"] = "application/x-www-form-urlencoded"
SigV4Auth(boto3.Session().get_credentials(), "sqs", "us-east-1").add_auth(form)
told = URLLib3Session().send(form.prepare())
same("the query protocol is refused", told.status_code, 400)
check("the query protocol is refused by name", "ListQueues of SQS's query protocol" in told.text, told.text)
other = sqs.create_queue(QueueName="other")["QueueUrl"]
same("queues are listed", sqs.list_queues()["QueueUrls"], [url, other])
same("queues are listed by prefix", sqs.list_queues(QueueNamePrefix="j")["QueueUrls"], [url])
page = sqs.list_queues(MaxResults=1)
rest = sqs.list_queues(MaxResults=1, NextToken=page["NextToken"])
same("queues are listed in pages", [page["QueueUrls"], rest["QueueUrls"], "NextToken" in rest], [[url], [other], False])
same("tags are kept", sqs.list_queue_tags(QueueUrl=url)["Tags"], {"team": "video"})
sqs.tag_queue(QueueUrl=url, Tags={"stage": "test"})
sqs.untag_queue(QueueUrl=url, TagKeys=["team"])
same("tags change", sqs.list_queue_tags(QueueUrl=url)["Tags"], {"stage": "test"})
shown = attributes(url, "All")
same("attributes are those of AWS", [shown["QueueArn"], shown["DelaySeconds"], shown["MaximumMessageSize"], shown["MessageRetentionPeriod"]], [ARN + "jobs", "0", "1048576", "345600"])
sqs.set_queue_attributes(QueueUrl=url, Attributes={"MaximumMessageSize": "1024", "VisibilityTimeout": "50"})
same("attributes change", attributes(url, "MaximumMessageSize", "VisibilityTimeout"), {"MaximumMessageSize": "1024", "VisibilityTimeout": "50"})
refused("an attribute that cannot be", lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "43201"}), "InvalidAttributeValue")
refused("an attribute that is none", lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Color": "red"}), "InvalidAttributeName")

# Messages.


def digest(attributes):
    """The MD5 of attributes as AWS documents it."""
    text = lambda value: struct.pack(">I", len(value)) + value
    md5 = hashlib.md5()
    for name in sorted(attributes):
        kind = attributes[name]["DataType"]
        value = attributes[name].get("StringValue", "").encode() or attributes[name]["BinaryValue"]
        md5.update(text(name.encode()) + text(kind.encode()) + (b"\x02" if kind == "Binary" else b"\x01") + text(value))
    return md5.hexdigest()


given = {
    "kind": {"DataType": "String", "StringValue": "render"},
    "frames": {"DataType": "Number", "StringValue": "30"},
    "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
}
sent = sqs.send_message(QueueUrl=url, MessageBody="grüße", MessageAttributes=given)
digests = [hashlib.md5("grüße".encode()).hexdigest(), digest(given)]
same("a message is digested", [sent["MD5OfMessageBody"], sent["MD5OfMessageAttributes"]], digests)
[message] = receive(url, MessageAttributeNames=["All"])
same("a message arrives", [message["MessageId"], message["Body"]], [sent["MessageId"], "grüße"])
same("its digests are those of the sender", [message["MD5OfBody"], message["MD5OfMessageAttributes"]], digests)
same("its attributes arrive", message["MessageAttributes"]["raw"], {"DataType": "Binary", "BinaryValue": b"\x00\xff"})
same("it was received once", message["Attributes"]["ApproximateReceiveCount"], "1")
same("it is invisible", [receive(url), counts(url)], [[], [0, 1, 0]])
sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
[again] = receive(url, MessageAttributeNames=["kin.*", "frames"])
same("it comes back", [again["MessageId"], again["Attributes"]["ApproximateReceiveCount"]], [sent["MessageId"], "2"])
same("attributes are those asked for", sorted(again["MessageAttributes"]), ["frames", "kind"])
sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
same("an old receipt deletes nothing", counts(url), [0, 1, 0])
sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
same("the newest receipt deletes", counts(url), [0, 0, 0])
sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
refused("a receipt that is none", lambda: sqs.delete_message(QueueUrl=url, ReceiptHandle="x"), "ReceiptHandleIsInvalid")
refused(
    "visibility of what is gone",
    lambda: sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=1),
    "InvalidParameterValue",
    "not available for visibility timeout change",
)
refused("a message that is too long", lambda: sqs.send_message(QueueUrl=url, MessageBody="x" * 1025), "InvalidParameterValue", "1024")
refused("a body that cannot be", lambda: sqs.send_message(QueueUrl=url, MessageBody="\x01"), "InvalidMessageContents")
refused("an empty body", lambda: sqs.send_message(QueueUrl=url, MessageBody=""), "MissingParameter")

# Batches.
entries = [{"Id": str(n), "MessageBody": f"m{n}"} for n in range(3)] + [{"Id": "long", "MessageBody": "x" * 2000}]
done = sqs.send_message_batch(QueueUrl=url, Entries=entries)
same("a batch answers entry by entry", [[e["Id"] for e in done["Successful"]], done["Failed"][0]["Id"]], [["0", "1", "2"], "long"])
batch = receive(url, MaxNumberOfMessages=10)
same("a batch is received", sorted(m["Body"] for m in batch), ["m0", "m1", "m2"])
hidden = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"], "VisibilityTimeout": 0} for n, m in enumerate(batch)]
changed = sqs.change_message_visibility_batch(QueueUrl=url, Entries=hidden + [{"Id": "x", "ReceiptHandle": "x", "VisibilityTimeout": 0}])
same("visibility changes entry by entry", [len(changed["Successful"]), changed["Failed"][0]["Code"]], [3, "ReceiptHandleIsInvalid"])
batch = receive(url, MaxNumberOfMessages=10)
deleted = sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(batch)])
same("a batch is deleted", [len(deleted["Successful"]), counts(url)], [3, [0, 0, 0]])
twice = [{"Id": "a", "MessageBody": "x"}] * 2
refused("ids twice", lambda: sqs.send_message_batch(QueueUrl=url, Entries=twice), "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
many = [{"Id": str(n), "MessageBody": "x"} for n in range(11)]
refused("too many", lambda: sqs.send_message_batch(QueueUrl=url, Entries=many), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")

# Waiting.
began = time.monotonic()
sender = threading.Timer(0.3, lambda: client("sqs").send_message(QueueUrl=url, MessageBody="late"))
sender.start()
[late] = receive(url, WaitTimeSeconds=20)
check("who waits is woken", late["Body"] == "late" and time.monotonic() - began < 15, time.monotonic() - began)
sender.join()
sqs.delete_message(QueueUrl=url, ReceiptHandle=late["ReceiptHandle"])
sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=2)
same("a delayed message is not there yet", [receive(url), counts(url)], [[], [0, 0, 1]])
[delayed] = receive(url, WaitTimeSeconds=20, VisibilityTimeout=1)
same("a delayed message comes", delayed["Body"], "delayed")
[delayed] = receive(url, WaitTimeSeconds=20)
same("its visibility timeout ends", delayed["Attributes"]["ApproximateReceiveCount"], "2")
refused("waiting too long", lambda: receive(url, WaitTimeSeconds=21), "InvalidParameterValue")
sqs.purge_queue(QueueUrl=url)
same("a queue is emptied", counts(url), [0, 0, 0])

# Dead letters.
dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
policy = json.dumps({"deadLetterTargetArn": ARN + "dead", "maxReceiveCount": "2"})
sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
same("a redrive policy is shown", json.loads(attributes(url, "RedrivePolicy")["RedrivePolicy"])["maxReceiveCount"], 2)
same("sources of dead letters", sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [url])
sqs.send_message(QueueUrl=url, MessageBody="poison")
for count in ("1", "2"):
    [poison] = receive(url, VisibilityTimeout=0)
    same(f"poison, time {count}", poison["Attributes"]["ApproximateReceiveCount"], count)
same("poison does not come a third time", receive(url), [])
[letter] = receive(dead)
same("poison is a dead letter", [letter["Body"], letter["MessageId"], letter["Attributes"]["DeadLetterQueueSourceArn"]], ["poison", poison["MessageId"], ARN + "jobs"])
refused("a redrive policy that is none", lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": "x"}), "InvalidParameterValue")

# The AWS CLI, and the end.
cli("sqs", "send-message", "--queue-url", other, "--message-body", "by the CLI")
got = cli("sqs", "receive-message", "--queue-url", other)
same("the CLI receives", got["Messages"][0]["Body"], "by the CLI")
sqs.delete_queue(QueueUrl=other)
refused("a deleted queue", lambda: receive(other), missing)
same("a queue made again is empty", counts(sqs.create_queue(QueueName="other")["QueueUrl"]), [0, 0, 0])
refused("a call that there is not", lambda: sqs.start_message_move_task(SourceArn=ARN + "dead"), "UnknownOperationException", "StartMessageMoveTask")

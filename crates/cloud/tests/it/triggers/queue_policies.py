"""Who may do what with queues."""

import json

from checks import ACCOUNT, check, client, refused, same, user

sqs = client("sqs")
ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"
url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
other = sqs.create_queue(QueueName="other")["QueueUrl"]

sender = client("sqs", **user("sender", {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": ARN + "jobs"}))
sender.send_message(QueueUrl=url, MessageBody="one")
batch = [{"Id": "a", "MessageBody": "two"}]
done = sender.send_message_batch(QueueUrl=url, Entries=batch)
same("a batch needs the right of one message", len(done["Successful"]), 1)
denied = "AccessDeniedException"
refused("another queue", lambda: sender.send_message(QueueUrl=other, MessageBody="x"), denied, f"resource: {ARN}other")
for what, call in [
    ("receiving", lambda: sender.receive_message(QueueUrl=url)),
    ("deleting", lambda: sender.delete_message(QueueUrl=url, ReceiptHandle="x")),
    ("emptying", lambda: sender.purge_queue(QueueUrl=url)),
    ("looking", lambda: sender.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])),
    ("listing", lambda: sender.list_queues()),
    ("making", lambda: sender.create_queue(QueueName="new")),
    ("removing", lambda: sender.delete_queue(QueueUrl=url)),
]:
    refused(what, call, denied, "no identity-based policy allows")

maker = client("sqs", **user("maker", {"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*"}))
refused("tags need their own right", lambda: maker.create_queue(QueueName="tagged", tags={"a": "b"}), denied, "sqs:TagQueue")
check("a queue without tags does not", maker.create_queue(QueueName="untagged")["QueueUrl"].endswith("/untagged"))

# The queue's own policy.
guest = client("sqs", **user("guest"))
refused("a guest", lambda: guest.receive_message(QueueUrl=url), denied)
statement = {
    "Sid": "guest",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/guest"},
    "Action": "sqs:ReceiveMessage",
    "Resource": ARN + "jobs",
}


def policy(*statements):
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})


policy(statement)
same("the queue lets the guest receive", len(guest.receive_message(QueueUrl=url)["Messages"]), 1)
refused("and nothing else", lambda: guest.send_message(QueueUrl=url, MessageBody="x"), denied)
shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
same("the policy is shown", json.loads(shown)["Statement"][0]["Sid"], "guest")
policy(statement, {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": ARN + "jobs"})
refused("the queue denies", lambda: sender.send_message(QueueUrl=url, MessageBody="x"), denied, "explicit deny in a resource-based policy")
refused(
    "a policy for nobody",
    lambda: policy(dict(statement, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"})),
    "InvalidAttributeValue",
    "Policy",
)
sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
refused("without the policy", lambda: guest.receive_message(QueueUrl=url), denied)
check("without the denial", sender.send_message(QueueUrl=url, MessageBody="x")["MessageId"])

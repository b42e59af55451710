"""Messages before and after a cloud that is killed."""

import sys

from checks import client, same

sqs = client("sqs")
if sys.argv[1] == "before":
    url = sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "3"})["QueueUrl"]
    for body in ("kept", "received", "deleted"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    received = {}
    while "received" not in received or "deleted" not in received:
        for message in sqs.receive_message(QueueUrl=url, VisibilityTimeout=5)["Messages"]:
            received[message["Body"]] = message
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received["deleted"]["ReceiptHandle"])
    same("what is deleted is deleted", "deleted" in received, True)
else:
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    seen = {}
    while len(seen) < 2:
        for message in sqs.receive_message(QueueUrl=url, AttributeNames=["All"], WaitTimeSeconds=20, VisibilityTimeout=60)["Messages"]:
            seen[message["Body"]] = int(message["Attributes"]["ApproximateReceiveCount"])
    same("what was not deleted comes back", sorted(seen), ["kept", "received"])
    same("how often it was received is known", seen["received"], 2)
    same("there is nothing else", sqs.receive_message(QueueUrl=url).get("Messages", []), [])

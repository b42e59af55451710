"""A function and an API in another region than the one that the cloud was made in: other_region.py ZIP ROLE."""

import http.client
import json
import sys
from urllib.parse import urlsplit

from checks import ACCOUNT, ENDPOINT, client, refused, same

ELSEWHERE = "eu-west-1"
address = urlsplit(ENDPOINT)
with open(sys.argv[1], "rb") as file:
    ZIP = file.read()
ROLE = sys.argv[2]
here, there = client("lambda"), client("lambda", ELSEWHERE)


def create(functions, name="g", code=None, **more):
    return functions.create_function(
        FunctionName=name,
        Runtime="provided.al2023",
        Role=ROLE,
        Handler="h",
        Timeout=60,
        MemorySize=256,
        Code=code or {"ZipFile": ZIP},
        **more,
    )


made = create(there)
FUNCTION = f"arn:aws:lambda:{ELSEWHERE}:{ACCOUNT}:function:g"
same("a function has its region in its ARN", made["FunctionArn"], FUNCTION)
same("and is not listed elsewhere", here.list_functions()["Functions"], [])
answer = there.invoke(FunctionName="g", Payload=json.dumps({"op": "environment"}))
told = json.loads(answer["Payload"].read())
same("it is told its region", [told["AWS_REGION"], told["AWS_DEFAULT_REGION"]], [ELSEWHERE, ELSEWHERE])
refused("it is not invoked from elsewhere", lambda: here.invoke(FunctionName="g"), "ResourceNotFoundException")


def groups_of_lines():
    """Lines are kept after the answer: this asks until they are, with another invocation meanwhile."""
    for _ in range(50):
        groups = client("logs", ELSEWHERE).describe_log_groups()["logGroups"]
        if groups:
            return [group["logGroupName"] for group in groups]
        there.invoke(FunctionName="g", Payload=json.dumps({"op": "environment"}))
    return []


same("its lines are where it is", groups_of_lines(), ["/aws/lambda/g"])

# Layers and packages come from the region of the function.
layer = here.publish_layer_version(LayerName="one", Content={"ZipFile": ZIP})["LayerVersionArn"]
message = f"Layers are not in the same region as the function. Layers are expected to be in region {ELSEWHERE}."
wrong = "InvalidParameterValueException"
refused("a layer of another region", lambda: create(there, "h", Layers=[layer]), wrong, message)
update = lambda: there.update_function_configuration(FunctionName="g", Layers=[layer])
refused("the same for a function that is there", update, wrong, message)
own = there.publish_layer_version(LayerName="one", Content={"ZipFile": ZIP})["LayerVersionArn"]
create(there, "h", Layers=[own])
s3 = client("s3")
s3.create_bucket(Bucket="packages")
s3.put_object(Bucket="packages", Key="g.zip", Body=ZIP)
stored = {"S3Bucket": "packages", "S3Key": "g.zip"}
message = "S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: us-east-1."
refused("a package in another region", lambda: create(there, "i", stored), wrong, message)
update = lambda: there.update_function_code(FunctionName="g", **stored)
refused("the same for new code", update, wrong, message)
create(here, "i", stored)

# An API goes to the function of its own region.
apis = client("apigatewayv2", ELSEWHERE)
made = apis.create_api(Name="quick", ProtocolType="HTTP", Target=FUNCTION)
api = made["ApiId"]
host = f"{api}.execute-api.{ELSEWHERE}.localhost:{address.port}"
same("an API has its region in its address", made["ApiEndpoint"], f"http://{host}")
same("and is not listed elsewhere", client("apigatewayv2").get_apis()["Items"], [])
there.add_permission(
    FunctionName="g",
    StatementId="quick",
    Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:{ELSEWHERE}:{ACCOUNT}:{api}/*/$default",
)


def status(path, **headers):
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


same("it answers at its host", status("/x", Host=host), 200)
same("and by its path", status(f"/_aws/execute-api/{ELSEWHERE}/{api}/x"), 200)
same("but not in another region", status("/x", Host=f"{api}.execute-api.localhost"), 404)
events = client("cloudtrail", ELSEWHERE).lookup_events(
    LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "execute-api.amazonaws.com"}]
)["Events"]
same("its requests are in the history of its region", len(events), 2)

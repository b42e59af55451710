"""HTTP APIs whose routes go to the function `f`."""

import base64
import http.client
import json
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from checks import ACCOUNT, ENDPOINT, check, cli, client, refused, same, user

apis, functions = client("apigatewayv2"), client("lambda")
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
address = urlsplit(ENDPOINT)


def request(api, path, method="GET", body=None, headers=None, by_path=False):
    """Status, headers and body of a request, to the API's host or by its path."""
    host = f"{api}.execute-api.localhost:{address.port}"
    headers = {**({} if by_path else {"Host": host}), **(headers or {})}
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request(method, f"/_aws/execute-api/{api}{path}" if by_path else path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def event(*arguments, **named):
    """The event that the function got of a request."""
    status, _, body = request(*arguments, **named)
    same("the function answers", status, 200)
    return json.loads(body)["event"]


def permit(api, source, statement):
    functions.add_permission(
        FunctionName="f",
        StatementId=statement,
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/{source}",
        SourceAccount=ACCOUNT,
    )


# The quick way: one function for everything.
made = apis.create_api(Name="quick", ProtocolType="HTTP", Target=FUNCTION)
quick = made["ApiId"]
same("an API tells where it answers", made["ApiEndpoint"], f"http://{quick}.execute-api.us-east-1.localhost:{address.port}")
error = (500, '{"message": "Internal Server Error"}')


def answered(*arguments, **named):
    status, _, body = request(*arguments, **named)
    return status, json.dumps(json.loads(body))


same("without permission", answered(quick, "/"), error)
permit("other", "*", "another-api")
same("with permission of another API", answered(quick, "/"), error)
permit(quick, "*/$default", "quick")
got = event(quick, "/a%20b/c?x=1&y=%C3%A4+z&x=2", headers={"Cookie": "a=1; b=2", "X-Team": "video", "User-Agent": "script"})
same("the event has its version", got["version"], "2.0")
same("the path is as it was sent", got["rawPath"], "/a%20b/c")
same("the query is as it was sent, and read", [got["rawQueryString"], got["queryStringParameters"]], ["x=1&y=%C3%A4+z&x=2", {"x": "1,2", "y": "ä z"}])
same("cookies stand apart", [got["cookies"], "cookie" in got["headers"]], [["a=1", "b=2"], False])
same("headers are in lower case", got["headers"]["x-team"], "video")
context = got["requestContext"]
same("the context names the API", [context["apiId"], context["stage"], context["routeKey"], context["accountId"]], [quick, "$default", "$default", ACCOUNT])
same("the context names the request", [context["http"][name] for name in ("method", "path", "sourceIp", "userAgent", "protocol")], ["GET", "/a%20b/c", "127.0.0.1", "script", "HTTP/1.1"])
same("there is no body", ["body" in got, got["isBase64Encoded"]], [False, False])
same("an API answers by its path too", event(quick, "/x", by_path=True)["rawPath"], "/x")
got = event(quick, "/", "POST", b'{"a": 1}', {"Content-Type": "application/json"})
same("text is text", [got["body"], got["isBase64Encoded"]], ['{"a": 1}', False])
got = event(quick, "/", "POST", b"\x00\xff", {"Content-Type": "application/octet-stream"})
same("bytes are encoded", [base64.b64decode(got["body"]), got["isBase64Encoded"]], [b"\x00\xff", True])

# Answers.


def ask(**op):
    return request(quick, "/", "POST", json.dumps(op), {"Content-Type": "application/json"})


status, headers, body = ask(op="answer", answer={"statusCode": 202, "headers": {"X-Id": "r1"}, "cookies": ["a=1", "b=2"], "body": "on its way"})
same("a function says what to answer", [status, headers["X-Id"], headers.get_all("Set-Cookie"), body], [202, "r1", ["a=1", "b=2"], "on its way"])
same("or just answers", ask(op="answer", answer="hello")[2], "hello")
same("a function that fails", (ask(op="fail")[0], json.dumps(json.loads(ask(op="fail")[2]))), error)
same("an answer that is none", ask(op="answer", answer={"statusCode": "many"})[0], 500)
same("a body that is too large", answered(quick, "/", "POST", b"x" * (10 * 1024 * 1024 + 1)), (413, '{"message": "Request Entity Too Large"}'))
same("an API that is not there", answered("none", "/"), (404, '{"message": "Not Found"}'))

# The long way: integration, routes and a stage.
api = apis.create_api(Name="renders", ProtocolType="HTTP", Description="starts renders")["ApiId"]
integration = apis.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION, PayloadFormatVersion="2.0")["IntegrationId"]
slow = apis.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION, PayloadFormatVersion="2.0", TimeoutInMillis=2000)["IntegrationId"]
same("integrations are listed", [i["IntegrationId"] for i in apis.get_integrations(ApiId=api)["Items"]], [integration, slow])
target = f"integrations/{integration}"
route = apis.create_route(ApiId=api, RouteKey="GET /renders/{id}", Target=target)["RouteId"]
apis.create_route(ApiId=api, RouteKey="ANY /slow", Target=f"integrations/{slow}")
signed = apis.create_route(ApiId=api, RouteKey="POST /renders", Target=target, AuthorizationType="AWS_IAM")["RouteId"]
same("no stage, no answer", answered(api, "/renders/r1")[0], 404)
apis.create_stage(ApiId=api, StageName="dev", AutoDeploy=True, StageVariables={"colour": "blue"})
apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
permit(api, "*/*/renders/{id}", "read")
permit(api, "dev/GET/slow", "slow")
got = event(api, "/renders/r%201")
same("parameters of the path", [got["pathParameters"], got["routeKey"]], [{"id": "r 1"}, "GET /renders/{id}"])
got = event(api, "/dev/renders/r1")
same("a stage is named in the path", [got["rawPath"], got["requestContext"]["stage"], got["stageVariables"]], ["/dev/renders/r1", "dev", {"colour": "blue"}])
same("a route that is not there", answered(api, "/other"), (404, '{"message": "Not Found"}'))
same("another method", answered(api, "/renders/r1", "PUT")[0], 404)
same("a permission holds for its stage", answered(api, "/slow"), error)
body = json.dumps({"op": "sleep"})
slowly = answered(api, "/dev/slow", "GET", body, {"Content-Type": "application/json"})
same("a function that takes too long", slowly, (503, '{"message": "Service Unavailable"}'))

# Routes that ask for IAM.


def sign(keys, path, body):
    asked = AWSRequest("POST", f"http://{api}.execute-api.localhost:{address.port}{path}", data=body)
    credentials = Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"])
    SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(asked)
    return request(api, path, "POST", body, dict(asked.headers))


permit(api, "*/POST/renders", "start")
same("without a signature", answered(api, "/renders", "POST"), (403, '{"message": "Forbidden"}'))
caller = user("caller", {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/$default/POST/renders"})
status, _, body = sign(caller, "/renders", b"{}")
same("with the right", [status, json.loads(body)["event"]["requestContext"]["authorizer"]["iam"]["userArn"]], [200, f"arn:aws:iam::{ACCOUNT}:user/caller"])
same("on another stage", sign(caller, "/dev/renders", b"{}")[0], 403)
same("without the right", sign(user("nobody"), "/renders", b"{}")[0], 403)
forged = dict(caller, aws_secret_access_key="x" * 40)
same("with a forged signature", sign(forged, "/renders", b"{}")[0], 403)

# The control plane.
missing, conflict, wrong = "NotFoundException", "ConflictException", "BadRequestException"
same("an API is shown", apis.get_api(ApiId=api)["Description"], "starts renders")
same("APIs are listed", {a["Name"] for a in apis.get_apis()["Items"]}, {"quick", "renders"})
same("a route is shown", apis.get_route(ApiId=api, RouteId=route)["RouteKey"], "GET /renders/{id}")
same("routes are listed", len(apis.get_routes(ApiId=api)["Items"]), 3)
same("stages are listed", [s["StageName"] for s in apis.get_stages(ApiId=api)["Items"]], ["dev", "$default"])
same("a stage is shown", apis.get_stage(ApiId=api, StageName="dev")["AutoDeploy"], True)
same("an integration is shown", apis.get_integration(ApiId=api, IntegrationId=slow)["TimeoutInMillis"], 2000)
refused("a route twice", lambda: apis.create_route(ApiId=api, RouteKey="POST /renders", Target=target), conflict)
refused("a route to nowhere", lambda: apis.create_route(ApiId=api, RouteKey="PUT /x", Target="integrations/none"), wrong)
refused("a route key that is none", lambda: apis.create_route(ApiId=api, RouteKey="FETCH /x"), wrong)
refused("an integration that is needed", lambda: apis.delete_integration(ApiId=api, IntegrationId=slow), conflict)
refused("another payload format", lambda: apis.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION, PayloadFormatVersion="1.0"), wrong, "2.0")
refused("a WebSocket API", lambda: apis.create_api(Name="ws", ProtocolType="WEBSOCKET", RouteSelectionExpression="x"), wrong)
refused("an API that is not there", lambda: apis.get_api(ApiId="none"), missing, f"{ACCOUNT}:none")
refused("a call that there is not", lambda: apis.get_authorizers(ApiId=api), "NotImplemented")
apis.delete_route(ApiId=api, RouteId=signed)
apis.delete_stage(ApiId=api, StageName="dev")
refused("a route that is gone", lambda: apis.get_route(ApiId=api, RouteId=signed), missing)

reader = client("apigatewayv2", **user("reader", {"Effect": "Allow", "Action": "apigateway:GET", "Resource": f"arn:aws:apigateway:us-east-1::/apis/{api}/*"}))
same("parts of an API are read by the right to its path", len(reader.get_routes(ApiId=api)["Items"]), 2)
denied = "AccessDeniedException"
refused("another path", lambda: reader.get_apis(), denied, "apigateway:GET on resource: arn:aws:apigateway:us-east-1::/apis")
refused("another method", lambda: reader.delete_stage(ApiId=api, StageName="$default"), denied, "apigateway:DELETE")
refused("another API", lambda: reader.get_routes(ApiId=quick), denied)
same("the CLI sees them", len(cli("apigatewayv2", "get-apis")["Items"]), 2)
apis.delete_api(ApiId=api)
same("an API that is gone", answered(api, "/renders/r1")[0], 404)

# The record.
found = client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "execute-api.amazonaws.com"}])["Events"]
check("requests are recorded, denied ones too", any("AccessDenied" in e["CloudTrailEvent"] for e in found))

"""What goes by rules of its own: trust and key policies, closed borders, calls that need no permission, public access."""

from lines import (
    A, ALLOWED, ANONYMOUS, B, EXPLICIT, FEDERATED, IMPLICIT, ROLE, ROOT, SERVICE, SESSION, USER, allow, case, deny, document, level, policy,
)

TRUST = {"action": "sts:AssumeRole", "resource": ROLE}
KEY = {"action": "kms:Decrypt", "resource": f"arn:aws:kms:us-east-1:{A}:key/k"}


def write():
    write_trust()
    write_keys()
    write_borders()
    write_free_calls()
    write_public_access()


def write_trust():
    rule = "layers.md#trust-and-key-policies"

    def trust(id, principal, identity, decision, blocked, found, condition=None, context=None, **request):
        statement = allow("sts:AssumeRole", None, Principal=principal, **({"Condition": condition} if condition else {}))
        policies = {"resource": document(statement)} if principal else {}
        if identity:
            policies["identity"] = [policy(allow("sts:*"))]
        case(f"trust/{id}", rule, policies, decision, blocked=blocked, matched=found, context=context, **TRUST, **request)

    named, granted = "resource resource 0", "identity p 0"
    for id, principal, in (("user", {"AWS": USER}), ("everyone", {"AWS": "*"})):
        trust(f"{id}-alone", principal, False, ALLOWED, [], [named])
        trust(f"{id}-beside", principal, True, ALLOWED, [], [named, granted])
        trust(f"{id}-abroad-alone", principal, False, IMPLICIT, ["identity"], [named], owner=B)
        trust(f"{id}-abroad-beside", principal, True, ALLOWED, [], [named, granted], owner=B)
    trust("account-alone", {"AWS": A}, False, IMPLICIT, ["identity"], [named])
    trust("account-beside", {"AWS": A}, True, ALLOWED, [], [named, granted])
    trust("account-abroad-beside", {"AWS": A}, True, ALLOWED, [], [named, granted], owner=B)
    trust("other-beside", {"AWS": B}, True, IMPLICIT, ["resource"], [granted])
    trust("other-alone", {"AWS": B}, False, IMPLICIT, ["resource", "identity"], [])
    trust("none-beside", None, True, IMPLICIT, ["resource"], [granted])
    trust("session-as-role", {"AWS": f"arn:aws:iam::{A}:role/other"}, False, ALLOWED, [], [named], who=f"arn:aws:sts::{A}:assumed-role/other/s")
    trust("root-named", {"AWS": ROOT}, False, ALLOWED, [], [named], who=ROOT)
    trust("root-not-named", {"AWS": B}, False, IMPLICIT, ["resource"], [], who=ROOT)
    trust("service", {"Service": SERVICE}, False, ALLOWED, [], [named], who=SERVICE)
    trust("service-not-named", {"AWS": A}, False, IMPLICIT, ["resource"], [], who=SERVICE)
    secret = {"StringEquals": {"sts:ExternalId": "x"}}
    trust("external-id", {"AWS": USER}, False, ALLOWED, [], [named], secret, {"sts:ExternalId": "x"})
    trust("external-id-other", {"AWS": USER}, False, IMPLICIT, ["resource", "identity"], [], secret, {"sts:ExternalId": "X"})
    trust("external-id-absent", {"AWS": USER}, False, IMPLICIT, ["resource", "identity"], [], secret)
    denied = {"resource": document(allow("sts:AssumeRole", None, Principal={"AWS": USER}), deny("sts:*", None, Principal={"AWS": A}))}
    case("trust/denied", rule, denied, EXPLICIT, blocked=["resource"], matched=["resource resource 1"], **TRUST)
    other = document(allow("sts:TagSession", None, Principal={"AWS": USER}))
    case("trust/other-action", rule, {"resource": other, "identity": [policy(allow("sts:*"))]}, IMPLICIT, blocked=["resource"], matched=["identity p 0"], **TRUST)


def write_keys():
    rule, own = "layers.md#trust-and-key-policies", [policy(allow("kms:*"))]
    for id, principal, decision, blocked, found in [
        ("user", {"AWS": USER}, ALLOWED, [], ["resource resource 0", "identity p 0"]),
        ("account", {"AWS": ROOT}, ALLOWED, [], ["resource resource 0", "identity p 0"]),
        ("other", {"AWS": B}, IMPLICIT, ["resource"], ["identity p 0"]),
    ]:
        case(f"key/{id}", rule, {"identity": own, "resource": document(allow("kms:*", Principal=principal))}, decision, blocked=blocked, matched=found, **KEY)
    case("key/no-policy", rule, {"identity": own}, IMPLICIT, blocked=["resource"], matched=["identity p 0"], **KEY)
    alone = {"resource": document(allow("kms:*", Principal={"AWS": ROOT}))}
    case("key/account-alone", rule, alone, IMPLICIT, blocked=["identity"], matched=["resource resource 0"], **KEY)
    alias = {**KEY, "resource": f"arn:aws:kms:us-east-1:{A}:alias/k"}
    case("key/alias", rule, {"identity": own}, ALLOWED, matched=["identity p 0"], **alias)
    case("key/bucket", rule, {"identity": [policy(allow())]}, ALLOWED, matched=["identity p 0"])


def write_borders():
    rule, granted = "layers.md#closed-borders", "identity p 0"
    passing = {"action": "iam:PassRole", "resource": f"arn:aws:iam::{B}:role/render"}
    everyone = document(allow("*", Principal="*"))
    policies = {"identity": [policy(allow("*"))], "resource": everyone}
    case("border/pass-role-abroad", rule, policies, IMPLICIT, blocked=["resource"], matched=["resource resource 0", granted], owner=B, **passing)
    passing["resource"] = ROLE
    case("border/pass-role-home", rule, {"identity": [policy(allow("*"))]}, ALLOWED, matched=[granted], **passing)
    case("border/other-action-abroad", rule, policies, ALLOWED, matched=["resource resource 0", granted], owner=B, action="iam:GetRole", resource=f"arn:aws:iam::{B}:role/render")
    china = "arn:aws-cn:s3:::b/k"
    for side, owner in (("same", A), ("cross", B)):
        case(f"border/partition/{side}", rule, policies, IMPLICIT, blocked=["resource"], matched=["resource resource 0", granted], owner=owner, resource=china)
    chinese = f"arn:aws-cn:iam::{A}:user/alice"
    case("border/inside-partition", rule, policies, ALLOWED, matched=["resource resource 0", granted], resource=china, who=chinese)
    case("border/partition-reversed", rule, policies, IMPLICIT, blocked=["resource"], matched=["resource resource 0", granted], who=chinese)
    case("border/denies-all-the-same", rule, {"identity": [policy(deny("*"))]}, EXPLICIT, blocked=["identity"], matched=[granted], resource=china)


def write_free_calls():
    rule, denied = "evaluation-logic.md#no-permission-needed", {"identity": [policy(deny("*"))]}
    callers = {"user": USER, "session": SESSION, "federated": FEDERATED, "root": ROOT, "anonymous": ANONYMOUS, "service": SERVICE}
    for kind, who in callers.items():
        signed = kind not in ("anonymous", "service")
        blocked = [] if signed else ["resource"]
        case(f"free/identity/{kind}", rule, denied, ALLOWED if signed else IMPLICIT, blocked=blocked, who=who, action="sts:GetCallerIdentity", resource="*")
        free = kind in ("user", "root")
        if free:
            case(f"free/token/{kind}", rule, denied, ALLOWED, who=who, action="sts:GetSessionToken", resource="*")
        elif signed:
            case(f"free/token/{kind}", rule, denied, EXPLICIT, blocked=["identity"], matched=["identity p 0"], who=who, action="sts:GetSessionToken", resource="*")
    for name in ("scp", "rcp"):
        principal = {"Principal": "*"} if name == "rcp" else {}
        case(f"free/identity/{name}", rule, {name: [level(deny("*", **principal))]}, ALLOWED, action="sts:getcalleridentity", resource="*")
    case("free/other-service", rule, denied, EXPLICIT, blocked=["identity"], matched=["identity p 0"], action="s3:GetCallerIdentity", resource="*")
    case("free/other-action", rule, denied, EXPLICIT, blocked=["identity"], matched=["identity p 0"], action="sts:GetAccessKeyInfo", resource="*")


def write_public_access():
    rule, on = "layers.md#public-access-block", {"s3_block_public_access": True}
    abroad = f"arn:aws:iam::{B}:user/bob"
    identity = [policy(allow())]

    def public(id, principal, who, public_one, condition=None, context=None, settings=on, **request):
        """`public_one`: whether S3 takes the policy for public."""
        statement = allow(request.get("action", "s3:*"), Principal=principal, **({"Condition": condition} if condition else {}))
        attached = who.startswith("arn:")
        policies = {"resource": document(statement), **({"identity": [policy(allow("*"))]} if attached else {})}
        granted = ["resource resource 0", *(["identity p 0"] if attached else [])]
        outsider = who in (abroad, ANONYMOUS)
        blocked = ["resource"] if public_one and outsider and settings == on else []
        case(f"public/{id}", rule, policies, IMPLICIT if blocked else ALLOWED, blocked=blocked, matched=granted, who=who, settings=settings, context=context, **request)

    for id, who in (("anonymous", ANONYMOUS), ("abroad", abroad), ("home", USER), ("service", SERVICE)):
        public(f"{id}/blocked", "*", who, True)
        public(f"{id}/open", "*", who, True, settings={"s3_block_public_access": False})
    public("abroad/named", {"AWS": abroad}, abroad, False)
    public("abroad/account", {"AWS": B}, abroad, False)
    public("abroad/everyone-beside-named", {"AWS": [B, "*"]}, abroad, True)
    public("other-service", "*", ANONYMOUS, False, action="sqs:SendMessage", resource=f"arn:aws:sqs:us-east-1:{A}:q")
    for id, operator, key, wanted, found, is_public in [
        ("account", "StringEquals", "aws:PrincipalAccount", B, B, False), ("account-like", "StringLike", "aws:PrincipalAccount", "4*", B, True),
        ("organization", "StringEquals", "aws:PrincipalOrgID", "o-1", "o-1", False), ("if-exists", "StringEqualsIfExists", "aws:PrincipalOrgID", "o-1", "o-1", True),
        ("negated", "StringNotEquals", "aws:PrincipalOrgID", "o-2", "o-1", True), ("other-key", "StringEquals", "aws:UserAgent", "a", "a", True),
        ("address", "IpAddress", "aws:SourceIp", "203.0.113.0/24", "203.0.113.7", False), ("address-wide", "IpAddress", "aws:SourceIp", "128.0.0.0/1", "203.0.113.7", True),
        ("vpc-endpoint", "StringEquals", "aws:SourceVpce", "vpce-1", "vpce-1", False), ("arn", "ArnLike", "aws:PrincipalArn", abroad, abroad, False),
        ("arn-wild", "ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{B}:user/*", abroad, True), ("variable", "StringEquals", "aws:SourceVpc", "${x:y}", "v", True),
    ]:
        context = {key: found, "x:y": "v"}
        public(f"condition/{id}", "*", abroad, is_public, {operator: {key: wanted}}, context)
    denied = {"resource": document(allow(Principal="*"), deny("s3:Get*", Principal="*")), "identity": identity}
    case("public/deny-holds", rule, denied, EXPLICIT, blocked=["resource"], matched=["resource resource 1"], who=abroad, settings=on)
    beside = {"resource": document(allow(Principal={"AWS": B}), allow("s3:Put*", Principal="*")), "identity": identity}
    case("public/another-statement-is-public", rule, beside, IMPLICIT, blocked=["resource"], matched=["resource resource 0", "identity p 0"], who=abroad, settings=on)
    alone = {"resource": document(allow(Principal="*"))}
    case("public/home-alone", rule, alone, ALLOWED, matched=["resource resource 0"], settings=on)
    case("public/no-policy", rule, {"identity": identity}, ALLOWED, matched=["identity p 0"], settings=on)

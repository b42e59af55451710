"""Actions and resources: each part of a pattern in each situation."""

from lines import A, ALLOWED, EXPLICIT, IMPLICIT, OBJECT, allow, both, case, deny, level, policy

FUNCTION = f"arn:aws:lambda:us-east-1:{A}:function:f:prod"


def write():
    write_actions()
    write_parts()
    write_resources()
    write_variables()
    write_short_arns()


def write_actions():
    for id, holds, pattern in [
        ("same", True, "s3:GetObject"), ("case-of-name", True, "s3:gETOBJECT"), ("case-of-service", True, "S3:GetObject"),
        ("everything", True, "*"), ("every-name", True, "s3:*"), ("prefix", True, "s3:Get*"), ("suffix", True, "s3:*Object"),
        ("middle", True, "s3:G*t"), ("one", True, "s3:?etObject"), ("empty-run", True, "s3:GetObject*"), ("open-service", True, "s?:GetObject"),
        ("any-service", True, "*:GetObject"), ("shorter", False, "s3:Get"),
        ("longer", False, "s3:GetObjectAcl"), ("longer-prefix", False, "s3:GetObjectAcl*"), ("one-more", False, "s3:GetObject?"), ("other-service", False, "s4:GetObject"),
        ("other-service-every-name", False, "sqs:*"), ("service-prefix", False, "s:*"), ("other-name", False, "s3:PutObject"),
        ("suffix-not-at-end", False, "s3:*Obj"), ("prefix-not-at-start", False, "s3:et*"), ("order", False, "s3:*Object*Get*"),
    ]:
        both(f"action/{id}", "matching.md#action", holds, {"action": pattern})
        both(f"not-action/{id}", "matching.md#action", not holds, {"action": None, "NotAction": pattern}, brief=True)
        both(f"actions/{id}", "matching.md#action", holds, {"action": ["s3:PutObject", pattern, "s3:DeleteObject"]}, brief=True)
    both("not-action/list", "matching.md#action", False, {"action": None, "NotAction": ["s3:PutObject", "s3:GetObject"]})


def write_parts():
    """Each part of an ARN differing alone."""
    parts = ["arn", "aws", "lambda", "us-east-1", A, "function:f:prod"]
    names = ["partition", "service", "region", "account", "resource"]
    others = ["aws-cn", "sqs", "us-east-2", "444455556666", "function:g:prod"]
    for index, (name, other) in enumerate(zip(names, others), start=1):
        def pattern(part):
            return ":".join([*parts[:index], part, *parts[index + 1:]])

        own = parts[index]
        cells = [
            ("same", True, own), ("other", False, other), ("star", True, "*"), ("prefix", True, own[:2] + "*"),
            ("suffix", True, "*" + own[-2:]), ("one", True, "?" + own[1:]), ("one-more", False, own + "?"), ("shorter", False, own[:-1]),
            ("longer", False, own + "x"), ("empty", False, ""), ("other-prefix", False, "x*"), ("empty-run", True, own + "*"),
        ]
        if name == "resource":
            # The sixth part is compared as it is written.
            cells += [("case", False, own.upper()), ("case-of-one", False, "function:F:prod")]
        elif name != "account":
            cells.append(("case", True, own.upper()))
        for id, holds, part in cells:
            request = {"resource": FUNCTION, "action": "lambda:InvokeFunction"}
            element = pattern(part)
            both(f"arn/{name}/{id}", "matching.md#arn-parts", holds, {"action": "*", "resource": element}, **request)
            both(f"not-arn/{name}/{id}", "matching.md#not-resource", not holds, {"action": "*", "resource": None, "NotResource": element}, brief=True, **request)


def write_resources():
    def check(id, holds, pattern, resource, action="s3:GetObject", rule="matching.md#resource"):
        request = {"resource": resource, "action": action}
        both(f"resource/{id}", rule, holds, {"action": "*", "resource": pattern}, **request)
        both(f"not-resource/{id}", rule, not holds, {"action": "*", "resource": None, "NotResource": pattern}, **request)

    check("everything", True, "*", OBJECT)
    check("list-last", True, ["arn:aws:s3:::c/*", "arn:aws:s3:::b/*"], OBJECT)
    check("list-none", False, ["arn:aws:s3:::c/*", "arn:aws:s3:::d/*"], OBJECT)
    check("bucket-not-object", False, "arn:aws:s3:::b", OBJECT)
    check("object-not-bucket", False, "arn:aws:s3:::b/*", "arn:aws:s3:::b", "s3:ListBucket")
    check("look-alike-bucket", False, "arn:aws:s3:::b/*", "arn:aws:s3:::bb/k")
    check("empty-region-star", True, "arn:aws:s3:*:*:b/*", OBJECT)
    check("slashes", True, "arn:aws:s3:::b/*/z", "arn:aws:s3:::b/x/y/z")
    check("colon-in-key", True, "arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y:z")
    check("star-key", True, "arn:aws:s3:::b/?", "arn:aws:s3:::b/*")
    check("wide-character", True, "arn:aws:s3:::b/?", "arn:aws:s3:::b/é")
    lambda_name = f"arn:aws:lambda:us-east-1:{A}:function:f"
    check("qualified", False, lambda_name, FUNCTION, "lambda:InvokeFunction")
    check("unqualified", False, f"{lambda_name}:*", lambda_name, "lambda:InvokeFunction")
    check("any-qualifier", True, f"{lambda_name}:*", FUNCTION, "lambda:InvokeFunction")
    check("no-crossing", False, "arn:aws:lambda:*:function:f:prod", FUNCTION, "lambda:InvokeFunction")
    check("no-crossing-short", False, "arn:aws:lambda:*:f", FUNCTION, "lambda:InvokeFunction")
    check("no-resource-star", True, "*", "*", "s3:ListAllMyBuckets")
    check("no-resource-all-parts", False, "arn:*:*:*:*:*", "*", "s3:ListAllMyBuckets")
    check("no-resource-named", False, "arn:aws:s3:::*", "*", "s3:ListAllMyBuckets")
    check("all-parts", True, "arn:*:*:*:*:*", OBJECT)


def write_variables():
    def check(id, holds, pattern, context=None, negated=None, version="2012-10-17", resource="arn:aws:s3:::b/alice/x"):
        rule = "variables.md#form"
        request = {"resource": resource, "context": context}
        both(f"resource-variable/{id}", rule, holds, {"resource": pattern, "version": version}, **request)
        negated = (not holds) if negated is None else negated[0]
        both(f"not-resource-variable/{id}", rule, negated, {"resource": None, "NotResource": pattern, "version": version}, **request)

    home = "arn:aws:s3:::b/${aws:username}/*"
    check("own", True, home, {"aws:username": "alice"})
    check("other", False, home, {"aws:username": "bob"})
    check("key-case", True, "arn:aws:s3:::b/${AWS:UserName}/*", {"aws:username": "alice"})
    check("value-case", False, home, {"aws:username": "Alice"})
    check("value-star", False, home, {"aws:username": "*"})
    check("value-star-itself", True, home, {"aws:username": "*"}, resource="arn:aws:s3:::b/*/x")
    check("value-slash", True, home, {"aws:username": "alice/x"}, resource="arn:aws:s3:::b/alice/x/y")
    check("default", True, "arn:aws:s3:::b/${aws:username, 'alice'}/*")
    check("default-unused", False, "arn:aws:s3:::b/${aws:username, 'alice'}/*", {"aws:username": "bob"})
    check("escaped", False, "arn:aws:s3:::b/${*}/x")
    check("escaped-itself", True, "arn:aws:s3:::b/${*}/x", resource="arn:aws:s3:::b/*/x")
    check("old-version", False, home, {"aws:username": "alice"}, version="2008-10-17")
    check("no-version", False, home, {"aws:username": "alice"}, version=None)
    check("old-version-text", True, home, {"aws:username": "alice"}, version="2008-10-17", resource="arn:aws:s3:::b/${aws:username}/x")
    # Without a value the pattern covers nothing; what NotResource then is about is not documented.
    check("absent", False, home, negated=[None])
    check("multivalued", False, home, {"aws:username": ["alice"]}, negated=[None])
    check("before-fifth-colon", False, "arn:aws:s3:${aws:RequestedRegion}::b/*", {"aws:RequestedRegion": ""}, negated=[None])
    check("absent-beside-covering", True, [home, "arn:aws:s3:::b/alice/*"])


def write_short_arns():
    def check(id, layer, pattern, covers, rule="matching.md#short-arns"):
        wide = policy(allow("*"), name="wide")
        if layer == "identity":
            policies = {"identity": [policy(allow("*", pattern))]}
            others = []
        else:
            one = level(allow("*", pattern)) if layer == "scp" else policy(allow("*", pattern, Principal="*" if layer == "vpce" else None))
            policies = {"identity": [wide], layer: [one]}
            others = ["identity wide 0"]
        # In the order in which layers are asked.
        first = layer in ("scp", "vpce")
        own = [f"{layer} p 0"]
        matched = (own + others if first else others + own) if covers else others
        case(f"short-arn/{layer}/{id}", rule, policies, ALLOWED if covers else IMPLICIT, blocked=[] if covers else [layer], matched=matched)

    for layer in ("identity", "boundary", "session", "scp", "vpce"):
        completed = layer in ("identity", "boundary", "session")
        check("bare", layer, "arn:aws:s3", completed)
        check("star", layer, "arn:aws:s3*", completed or layer == "scp")
        check("four-parts", layer, "arn:aws:s3::", completed)
        check("other-service", layer, "arn:aws:sqs*", False)
    for id, pattern in [("bare", "arn:aws:s3"), ("star", "arn:aws:s3*")]:
        policies = {"resource": {"Version": "2012-10-17", "Statement": [allow("*", pattern, Principal="*")]}}
        case(f"short-arn/resource/{id}", "matching.md#short-arns", policies, IMPLICIT, blocked=["identity"])
    policies = {"identity": [policy(allow("*"), deny("*", "arn:aws:s3"))]}
    case("short-arn/identity/denies", "matching.md#short-arns", policies, EXPLICIT, blocked=["identity"], matched=["identity p 1"])

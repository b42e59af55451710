"""Condition operators: each in each situation."""

from lines import both

KEY = "x:key"
# Operator; a value of the policy; values of a request that satisfy the operator, and that do not; another value of the
# policy, which no value here equals; and one that cannot be read.
CIDR = "203.0.113.0/24"
NEW_YEAR = "2025-01-01T00:00:00Z"
RENDER = "arn:aws:iam::111122223333:role/render-*"
TEXT = dict(wanted="Red", equal=["Red"], other=["red", "Redd", "Re", "", "R*d", "Blue"], never="Green")
FOLDED = dict(wanted="Red", equal=["Red", "rED", "RED"], other=["Redd", "Re", "", "Blue"], never="green")
LIKE = dict(wanted="re?d*", equal=["read", "reid:x/y", "reéd", "re*d"], other=["red", "Read", "rea", "aread", ""], never="x*")
NUMBER = dict(wanted="10", less=["9.99", "-11", "9"], equal=["10", "10.0", "010"], more=["10.01", "100"], never="7", bad="ten")
DATE = dict(
    wanted=NEW_YEAR, less=["2024-12-31T23:59:59Z", "2024-12-31", "1735689599"], never="1999-01-01", bad="soon",
    equal=[NEW_YEAR, "2025-01-01", "2025-01-01T01:00:00+01:00", "1735689600"],
    more=["2025-01-01T00:00:01Z", "2025-01-01T00:00:00.5Z", "2025-01-02", "1735689601"],
)
BOOL = dict(wanted="true", equal=["true", "TRUE"], other=["false"], never="false", bad="yes")
BINARY = dict(wanted="YWJj", equal=["YWJj"], other=["YWJk", "YWI=", "ywjj"], never="eA==", bad="%")
ADDRESS = dict(
    wanted=CIDR, equal=["203.0.113.0", "203.0.113.255"], bad="home", never="192.0.2.1",
    other=["203.0.112.255", "203.0.114.0", "2001:db8::1"],
)
ARN = dict(
    wanted=RENDER, equal=["arn:aws:iam::111122223333:role/render-1", "arn:aws:iam::111122223333:role/render-:x/y"],
    other=[
        "arn:aws-cn:iam::111122223333:role/render-1", "arn:aws:sts::111122223333:role/render-1",
        "arn:aws:iam:eu-west-1:111122223333:role/render-1", "arn:aws:iam::444455556666:role/render-1",
        "arn:aws:iam::111122223333:user/render-1", "arn:aws:iam::111122223333:role/Render-1",
        "arn:AWS:iam::111122223333:role/render-1",
    ],
    never="arn:aws:iam::111122223333:user/bob", bad="render-1",
)
ORDERED = {
    "Equals": (["equal"], ["less", "more"]), "LessThan": (["less"], ["equal", "more"]),
    "LessThanEquals": (["less", "equal"], ["more"]), "GreaterThan": (["more"], ["less", "equal"]),
    "GreaterThanEquals": (["equal", "more"], ["less"]),
}


def operators():
    """Name, whether negated, whether it takes variables, values, what satisfies it, what does not."""
    for positive, negated, takes, values in [
        ("StringEquals", "StringNotEquals", True, TEXT),
        ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", True, FOLDED),
        ("StringLike", "StringNotLike", True, LIKE),
        ("Bool", None, True, BOOL),
        ("BinaryEquals", None, False, BINARY),
        ("IpAddress", "NotIpAddress", False, ADDRESS),
        ("ArnEquals", "ArnNotEquals", True, ARN),
        ("ArnLike", "ArnNotLike", True, ARN),
    ]:
        yield positive, False, takes, values, values["equal"], values["other"]
        if negated:
            yield negated, True, takes, values, values["other"], values["equal"]
    for family, values in [("Numeric", NUMBER), ("Date", DATE)]:
        for comparison, (holding, failing) in ORDERED.items():
            yes, no = ([value for part in parts for value in values[part]] for parts in (holding, failing))
            yield f"{family}{comparison}", False, False, values, yes, no
        yield f"{family}NotEquals", True, False, values, values["less"] + values["more"], values["equal"]


def write():
    for name, negated, takes_variables, values, yes, no in operators():
        wanted, bad = values["wanted"], values.get("bad")
        # What a value that cannot be read means for a negated operator is not documented.
        unreadable = None if negated else False

        def check(cell, holds, found, operator=name, wanted=wanted, rule="conditions.md#operators", brief=False, **context):
            version = context.pop("version", "2012-10-17")
            context = {key.replace("_", ":"): value for key, value in context.items()}
            if found is not None:
                context[KEY] = found
            elements = {"Condition": {operator: {KEY: wanted}}, "version": version}
            both(f"{operator}/{cell}", rule, holds, elements, brief or operator != name, context=context)

        for index, value in enumerate(yes):
            check(f"holds-{index}", True, value, brief=index > 0)
        for index, value in enumerate(no):
            check(f"fails-{index}", False, value, brief=index > 0)
        check("absent", negated, None, rule="conditions.md#missing-key")
        check("multivalued", None, yes[:1], rule="conditions.md#multivalued")
        check("or-first", not negated, (no if negated else yes)[0], wanted=[wanted, values["never"]])
        if negated:
            check("nor-last", False, no[0], wanted=[values["never"], wanted])
            check("nor-neither", True, yes[0], wanted=[wanted, values["never"]])
        elif "less" not in values:
            check("or-last", True, yes[0], wanted=[values["never"], wanted])
            if name != "Bool":
                check("or-neither", False, no[0], wanted=[wanted, values["never"]])
        if bad:
            check("unreadable-request", unreadable, bad)
            # A pattern of fewer than six parts is not documented under any ARN operator.
            check("unreadable-policy", None if values is ARN else unreadable, yes[0], wanted=bad)

        missing = "conditions.md#missing-key"
        optional = f"{name}IfExists"
        check("absent", True, None, optional, rule=missing)
        check("holds", True, yes[0], optional, rule=missing)
        check("fails", False, no[0], optional, rule=missing)
        if bad:
            check("unreadable", unreadable, bad, optional, rule=missing)

        multivalued = "conditions.md#multivalued"
        every = f"ForAllValues:{name}"
        check("all", True, yes[:2], every, rule=multivalued)
        check("some", False, [yes[0], no[0]], every, rule=multivalued)
        check("none", False, no[:1], every, rule=multivalued)
        check("absent", True, None, every, rule=multivalued)
        check("empty", True, [], every, rule=multivalued)
        check("single-fails", False, no[0], every, rule=multivalued)
        check("absent", True, None, f"{every}IfExists", rule=multivalued)
        check("some", False, [yes[0], no[0]], f"{every}IfExists", rule=multivalued)
        some = f"ForAnyValue:{name}"
        check("some", True, [no[0], yes[0]], some, rule=multivalued)
        check("none", False, no[:2], some, rule=multivalued)
        check("absent", False, None, some, rule=multivalued)
        check("empty", False, [], some, rule=multivalued)
        check("single-holds", True, yes[0], some, rule=multivalued)
        check("absent", True, None, f"{some}IfExists", rule=multivalued)
        check("none", False, no[:1], f"{some}IfExists", rule=multivalued)

        variable = dict(wanted="${x:other}", rule="variables.md#form")
        if takes_variables:
            plain = yes[0] if not negated else no[0]
            check("variable-equal", not negated, plain, x_other=plain, **variable)
            check("variable-other", negated, values["other"][0], x_other=plain, **variable)
            check("variable-absent", negated, plain, **{**variable, "rule": "variables.md#unresolved"})
            check("variable-multivalued", negated, plain, x_other=[plain], **{**variable, "rule": "variables.md#unresolved"})
        else:
            check("variable", unreadable, yes[0], x_other=wanted, **variable)
    write_special()


def write_special():
    role = "arn:aws:iam::111122223333:role/r"

    def condition(id, holds, block, context=None, rule="conditions.md#operators", version="2012-10-17"):
        both(id, rule, holds, {"Condition": block, "version": version}, context=context)

    for value in ("true", "false", "TRUE"):
        for present in (True, False):
            holds = present == (value == "false")
            condition(f"Null/{value}-{present}", holds, {"Null": {KEY: value}}, {KEY: "a"} if present else {})
    condition("Null/empty-list", True, {"Null": {KEY: "true"}}, {KEY: []})
    condition("Null/unquoted", True, {"Null": {KEY: True}})
    condition("condition/key-case", True, {"StringEquals": {"AWS:PrincipalTag/TEAM": "a"}}, {"aws:principaltag/team": "a"})
    condition("condition/unquoted-number", True, {"NumericEquals": {KEY: 10}}, {KEY: "10"})
    condition("condition/unquoted-boolean", True, {"Bool": {KEY: True}}, {KEY: "true"})
    two = {"StringEquals": {KEY: "a", "x:two": "b"}}
    condition("condition/two-keys", True, two, {KEY: "a", "x:two": "b"})
    condition("condition/second-key-fails", False, two, {KEY: "a", "x:two": "c"})
    condition("condition/first-key-fails", False, two, {KEY: "c", "x:two": "b"})
    pair = {"StringEquals": {KEY: "a"}, "NumericLessThan": {"x:two": "5"}}
    condition("condition/two-operators", True, pair, {KEY: "a", "x:two": "4"})
    condition("condition/second-operator-fails", False, pair, {KEY: "a", "x:two": "5"})
    condition("condition/first-operator-fails", False, pair, {KEY: "b", "x:two": "4"})
    condition("condition/fails-beside-open", False, {"StringEquals": {KEY: "a", "x:two": "b"}}, {KEY: ["a"], "x:two": "c"})
    # Bounds that no table above holds.
    for id, holds, operator, wanted, found in [
        ("like/empty-run", True, "StringLike", "re*", "re"), ("like/whole", True, "StringLike", "*", ""),
        ("like/one-needs-one", False, "StringLike", "re?", "re"), ("like/one-takes-one", False, "StringLike", "re?", "redd"),
        ("like/anchored-front", False, "StringLike", "e*", "re"), ("like/anchored-back", False, "StringLike", "*r", "re"),
        ("like/order", False, "StringLike", "*a*b*", "ba"), ("like/overlap", False, "StringLike", "ab*ba", "aba"),
        ("equals/star-is-plain", False, "StringEquals", "R*", "Red"), ("folded/accent", True, "StringEqualsIgnoreCase", "É", "é"),
        ("number/text-order", True, "NumericLessThan", "10", "9"), ("number/negative", True, "NumericLessThan", "-9", "-10"),
        ("number/large", True, "NumericGreaterThan", "9007199254740992", "9007199254740993"),
        ("number/exponent", False, "NumericEquals", "1000", "1e3"), ("number/fraction", False, "NumericEquals", "0.3", "0.30001"),
        ("date/policy-epoch", True, "DateLessThan", "1735689600", "2024-12-31T23:59:59Z"),
        ("date/policy-date-only", False, "DateLessThan", "2025-01-01", NEW_YEAR),
        ("date/leap-day", True, "DateLessThan", "2024-03-01", "2024-02-29T23:59:59Z"),
        ("date/west", True, "DateEquals", "2024-12-31T19:00:00-05:00", NEW_YEAR),
        ("address/bare", True, "IpAddress", "203.0.113.7", "203.0.113.7"), ("address/bare-next", False, "IpAddress", "203.0.113.7", "203.0.113.8"),
        ("address/host-bits", True, "IpAddress", "203.0.113.9/24", "203.0.113.1"), ("address/all", True, "IpAddress", "0.0.0.0/0", "198.51.100.1"),
        ("address/other-family", False, "IpAddress", "0.0.0.0/0", "2001:db8::1"), ("address/half", False, "IpAddress", "128.0.0.0/1", "127.255.255.255"),
        ("address/v6", True, "IpAddress", "2001:db8::/33", "2001:db8:7fff::1"), ("address/v6-next", False, "IpAddress", "2001:db8::/33", "2001:db8:8000::1"),
        ("address/v6-writing", True, "IpAddress", "2001:DB8::1", "2001:0db8:0:0::1"), ("address/too-long", False, "IpAddress", "203.0.113.0/33", "203.0.113.0"),
        ("bool/unreadable-is-not-false", False, "Bool", "false", "yes"), ("bool/false", True, "Bool", "false", "False"),
        ("bool/unreadable-policy-is-not-false", False, "Bool", "no", "false"),
        ("arn/short-pattern", None, "ArnLike", "arn:aws:iam::*", "arn:aws:iam::111122223333:role/r"), ("arn/star", None, "ArnLike", "*", role),
        ("arn/no-crossing", False, "ArnLike", "arn:aws:*:role/r:x:y", role), ("arn/each-part", True, "ArnLike", "arn:*:*:*:*:*", role),
        ("arn/equals-wild", True, "ArnEquals", "arn:aws:iam::*:role/?", role), ("arn/star-empty-region", True, "ArnLike", "arn:aws:iam:*:111122223333:role/r", role),
    ]:
        condition(f"bound/{id}", holds, {operator: {KEY: wanted}}, {KEY: found})
    for id, holds, wanted, context in [
        ("default", True, "${x:none, 'a'}", {KEY: "a"}), ("default-unused", False, "${x:one, 'a'}", {KEY: "a", "x:one": "b"}),
        ("default-other", False, "${x:none, 'b'}", {KEY: "a"}), ("key-case", True, "${X:One}", {KEY: "b", "x:one": "b"}),
        ("inside", True, "pre-${x:one}-post", {KEY: "pre-b-post", "x:one": "b"}), ("two", True, "${x:one}${x:two}", {KEY: "bc", "x:one": "b", "x:two": "c"}),
        ("value-star", False, "${x:one}", {KEY: "anything", "x:one": "*"}), ("value-star-itself", True, "${x:one}", {KEY: "*", "x:one": "*"}),
        ("escaped-star", True, "a${*}", {KEY: "a*"}), ("escaped-star-no-run", False, "a${*}", {KEY: "ab"}),
        ("escaped-one", False, "a${?}", {KEY: "ab"}), ("escaped-dollar", True, "${$}{x:one}", {KEY: "${x:one}", "x:one": "b"}),
        ("star-beside", True, "${x:one}*", {KEY: "bcd", "x:one": "b"}),
    ]:
        condition(f"variable/{id}", holds, {"StringLike": {KEY: wanted}}, context, "variables.md#form")
    literal = {"StringEquals": {KEY: "${x:one}"}}
    for version in ("2008-10-17", None):
        condition(f"variable/{version}-text", True, literal, {KEY: "${x:one}", "x:one": "b"}, "variables.md#form", version)
        condition(f"variable/{version}-value", False, literal, {KEY: "b", "x:one": "b"}, "variables.md#form", version)

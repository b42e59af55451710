"""Principals of resource policies: each kind of caller, named in each way."""

from lines import (
    A, ALLOWED, ANONYMOUS, B, EXPLICIT, FEDERATED, IMPLICIT, ROLE, ROOT, SERVICE, SESSION, USER, allow, case, deny, document, policy,
)

DIRECT, PARENT, ACCOUNT, NONE = "direct", "parent", "account", None
CALLERS = {
    "user": USER, "session": SESSION, "federated": FEDERATED, "root": ROOT, "service": SERVICE, "anonymous": ANONYMOUS,
}
# What a policy names, and in which way that is about each caller, in the order of CALLERS.
NAMED = [
    ("everyone", "*", [DIRECT] * 6),
    ("everyone-aws", {"AWS": "*"}, [DIRECT] * 6),
    ("account-root", {"AWS": ROOT}, [ACCOUNT] * 4 + [NONE] * 2),
    ("account-digits", {"AWS": A}, [ACCOUNT] * 4 + [NONE] * 2),
    ("other-account", {"AWS": "999999999999"}, [NONE] * 6),
    ("other-account-root", {"AWS": "arn:aws:iam::999999999999:root"}, [NONE] * 6),
    ("user", {"AWS": USER}, [DIRECT] + [NONE] * 5),
    ("user-case", {"AWS": USER.replace("alice", "Alice")}, [NONE] * 6),
    ("user-star", {"AWS": f"arn:aws:iam::{A}:user/*"}, [NONE] * 6),
    ("user-with-path", {"AWS": USER.replace("alice", "team/alice")}, [NONE] * 6),
    ("user-of-other-account", {"AWS": USER.replace(A, "999999999999")}, [NONE] * 6),
    ("session", {"AWS": SESSION}, [NONE, DIRECT] + [NONE] * 4),
    ("other-session", {"AWS": SESSION.replace("job-1", "job-2")}, [NONE] * 6),
    ("all-sessions", {"AWS": SESSION.replace("job-1", "*")}, [NONE] * 6),
    ("role", {"AWS": ROLE}, [NONE, PARENT] + [NONE] * 4),
    ("other-role", {"AWS": ROLE.replace("render", "rende")}, [NONE] * 6),
    ("session-and-role", {"AWS": [ROLE, SESSION]}, [NONE, DIRECT] + [NONE] * 4),
    ("federated", {"AWS": FEDERATED}, [NONE, NONE, DIRECT] + [NONE] * 3),
    ("federated-element", {"Federated": FEDERATED}, [NONE] * 6),
    ("service", {"Service": SERVICE}, [NONE] * 4 + [DIRECT, NONE]),
    ("services", {"Service": ["sqs.amazonaws.com", SERVICE]}, [NONE] * 4 + [DIRECT, NONE]),
    ("other-service", {"Service": "sqs.amazonaws.com"}, [NONE] * 6),
    ("service-as-aws", {"AWS": SERVICE}, [NONE] * 6),
    ("user-as-service", {"Service": USER}, [NONE] * 6),
    ("list-last", {"AWS": ["999999999999", USER]}, [DIRECT] + [NONE] * 5),
    ("second-kind", {"Service": SERVICE, "AWS": A}, [ACCOUNT] * 4 + [DIRECT, NONE]),
]


def write():
    for name, principal, ways in NAMED:
        for (kind, who), way in zip(CALLERS.items(), ways):
            for owner in (A, B):
                grants(name, principal, kind, who, way, owner)
            denies(name, principal, kind, who, way)
    write_caps()
    write_not_principal()


def grants(name, principal, kind, who, way, owner):
    """With a resource policy alone, and beside identity and session policies that allow."""
    resource = document(allow(Principal=principal))
    found = ["resource resource 0"] if way else []
    attached = kind not in ("service", "anonymous")
    side = "same" if owner == A else "cross"
    id = f"principal/{name}/{kind}/{side}"
    same = attached and owner == A

    # Alone. A federated session without a session policy has nothing else.
    lacking = []
    if not attached:
        lacking = [] if way == DIRECT else ["resource"]
    elif same:
        if way not in (DIRECT, PARENT) and kind != "root":
            lacking.append("identity")
        if way != DIRECT and kind == "federated":
            lacking.append("session")
    else:
        if not way:
            lacking.append("resource")
        if kind != "root":
            lacking.append("identity")
        if kind == "federated":
            lacking.append("session")
    rule = "evaluation-logic.md#same-account" if same else "evaluation-logic.md#cross-account"
    case(f"{id}/alone", rule, {"resource": resource}, IMPLICIT if lacking else ALLOWED, blocked=lacking, matched=found, who=who, owner=owner)
    if not attached:
        return

    # Beside policies of the caller.
    policies = {"identity": [policy(allow())], "resource": resource}
    beside = [] if kind == "root" else ["identity p 0"]
    if kind == "federated":
        policies["session"] = [policy(allow(), name="s")]
        beside.append("session s 0")
    lacking = [] if same or way else ["resource"]
    case(f"{id}/beside", rule, policies, IMPLICIT if lacking else ALLOWED, blocked=lacking, matched=found + beside, who=who, owner=owner)


def denies(name, principal, kind, who, way):
    policies = {"identity": [policy(allow())], "session": [policy(allow(), name="s")]}
    policies["resource"] = document(allow(Principal="*"), deny(Principal=principal))
    rule = "evaluation-logic.md#explicit-deny"
    if way:
        case(f"principal/{name}/{kind}/denies", rule, policies, EXPLICIT, blocked=["resource"], matched=["resource resource 1"], who=who)
        return
    own = {"service": [], "anonymous": [], "root": ["session s 0"]}.get(kind, ["identity p 0", "session s 0"])
    case(f"principal/{name}/{kind}/spares", rule, policies, ALLOWED, matched=["resource resource 0", *own], who=who)


def write_caps():
    """What still limits an Allow of the resource's policy, by the way in which it names the caller."""
    for kind, name, way in [
        ("user", USER, DIRECT), ("user", "*", DIRECT), ("user", A, ACCOUNT), ("session", SESSION, DIRECT), ("session", ROLE, PARENT),
        ("session", A, ACCOUNT), ("session", "*", DIRECT), ("federated", FEDERATED, DIRECT), ("federated", A, ACCOUNT), ("federated", "*", DIRECT),
    ]:
        for layer in ("identity", "boundary", "session"):
            for owner in (A, B):
                other = policy(allow("sqs:*"), name="cap")
                policies = {"identity": [policy(allow())], "session": [policy(allow(), name="s")], "resource": document(allow(Principal={"AWS": name}))}
                policies[layer] = [other]
                limits = owner == B or way == ACCOUNT or (way == PARENT and layer != "identity")
                beside = [text for text in ("identity p 0", "session s 0") if not text.startswith(layer)]
                matched = ["resource resource 0", *beside]
                label = {USER: "user", SESSION: "session", ROLE: "role", FEDERATED: "federated", A: "account", "*": "everyone"}[name]
                side = "same" if owner == A else "cross"
                case(
                    f"caps/{kind}-as-{label}/{layer}/{side}", "evaluation-logic.md#same-account", policies, IMPLICIT if limits else ALLOWED,
                    blocked=[layer] if limits else [], matched=matched, who=CALLERS[kind], owner=owner,
                )


def write_not_principal():
    """A Deny spares whom the list holds in every form; an Allow is about those whom it holds in none."""
    for kind, forms in [
        ("user", [USER, ROOT]), ("session", [SESSION, ROLE, ROOT]), ("federated", [FEDERATED, ROOT]), ("root", [ROOT]),
    ]:
        lists = [("whole", forms), ("digits", [*forms[:-1], A]), ("none", ["arn:aws:iam::999999999999:root"])]
        if len(forms) > 1:
            lists += [(f"without-{index}", [form for form in forms if form != left]) for index, left in enumerate(forms)]
        for id, listed in lists:
            write_spared(id, kind, {"AWS": listed}, spared=id in ("whole", "digits"), named=id != "none")
    write_spared("whole", "service", {"Service": SERVICE}, spared=True, named=True)
    write_spared("other", "service", {"Service": "sqs.amazonaws.com"}, spared=False, named=False)
    write_spared("account", "anonymous", {"AWS": A}, spared=False, named=False)
    write_spared("everyone", "user", {"AWS": "*"}, spared=True, named=True)
    for kind in ("user", "session"):
        forms = {"AWS": [CALLERS[kind], ROLE, ROOT]}
        policies = {"identity": [policy(allow())], "boundary": [policy(allow(), name="b")], "resource": document(deny(NotPrincipal=forms))}
        case(
            f"not-principal/{kind}/boundary", "matching.md#not-principal", policies, EXPLICIT, blocked=["resource"],
            matched=["resource resource 0"], who=CALLERS[kind],
        )


def write_spared(id, kind, listed, spared, named):
    own = {"service": [], "anonymous": [], "root": []}.get(kind, ["identity p 0"])
    policies = {"identity": [policy(allow())], "resource": document(allow(Principal="*"), deny(NotPrincipal=listed))}
    rule, who = "matching.md#not-principal", CALLERS[kind]
    if spared:
        case(f"not-principal/{kind}/{id}/deny", rule, policies, ALLOWED, matched=["resource resource 0", *own], who=who)
    else:
        case(f"not-principal/{kind}/{id}/deny", rule, policies, EXPLICIT, blocked=["resource"], matched=["resource resource 1"], who=who)
    policies = {"resource": document(allow(NotPrincipal=listed))}
    if not named:
        case(f"not-principal/{kind}/{id}/allow", rule, policies, ALLOWED, matched=["resource resource 0"], who=who)
        return
    lacking = {"service": ["resource"], "anonymous": ["resource"], "root": [], "federated": ["identity", "session"]}.get(kind, ["identity"])
    case(f"not-principal/{kind}/{id}/allow", rule, policies, IMPLICIT if lacking else ALLOWED, blocked=lacking, who=who)

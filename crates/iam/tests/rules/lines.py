"""Cases as lines of `iamcase/v1`, and the names that they share."""

import json

A, B = "111122223333", "444455556666"
USER = f"arn:aws:iam::{A}:user/alice"
SESSION = f"arn:aws:sts::{A}:assumed-role/render/job-1"
FEDERATED = f"arn:aws:sts::{A}:federated-user/fred"
ROOT = f"arn:aws:iam::{A}:root"
SERVICE = "lambda.amazonaws.com"
ANONYMOUS = "anonymous"
OBJECT = "arn:aws:s3:::b/k"
ROLE = f"arn:aws:iam::{A}:role/render"

ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitDeny", "explicitDeny"

lines = []
seen = set()


def allow(action="s3:*", resource="*", **more):
    return statement("Allow", action, resource, **more)


def deny(action="s3:*", resource="*", **more):
    return statement("Deny", action, resource, **more)


def statement(effect, action, resource, **more):
    """`None` leaves an element out; further elements come by name."""
    out = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {element: value for element, value in out.items() if value is not None}


def document(*statements, version="2012-10-17"):
    out = {"Statement": list(statements)}
    return {"Version": version, **out} if version else out


def policy(*statements, name="p", version="2012-10-17"):
    return {"name": name, "document": document(*statements, version=version)}


def level(*statements, target="r", name="p"):
    return {"target": target, "policies": [policy(*statements, name=name)]}


def case(
    id, rule, policies, decision, *, blocked=(), matched=(), who=USER, action="s3:GetObject", resource=OBJECT,
    owner=A, context=None, settings=None,
):
    """`rule` is a heading of specs/iam; `matched` holds `layer policy statement`, with the effect that decided."""
    assert id not in seen, id
    assert (decision == ALLOWED) == (not blocked), id
    seen.add(id)
    effect = "Deny" if decision == EXPLICIT else "Allow"

    def found(text):
        layer, name, index = text.split()
        return {"layer": layer, "policy": name, "statement": int(index), "effect": effect}

    line = {
        "v": "iamcase/v1",
        "id": id,
        "source": rule,
        "request": {
            "principal": who,
            "action": action,
            "resource": resource,
            "resource_account": owner,
            "context": context or {},
        },
        "policies": policies,
    }
    if settings is not None:
        line["settings"] = settings
    line["expect"] = {
        "decision": decision,
        "blocked_by": list(blocked),
        "matched": [found(text) for text in matched],
    }
    lines.append(json.dumps(line, separators=(",", ":"), ensure_ascii=False))


def both(id, rule, holds, elements, brief=False, **request):
    """One statement as an Allow and as a Deny of an identity policy.

    `holds` says whether the request is what the statement is about: True, False, or None where AWS does not say, so
    that the Deny counts and the Allow does not. A brief cell has only the case that tells its answer from both others:
    the Allow where it holds, the Deny where it does not.
    """
    elements = {"action": "s3:*", "resource": "*", **elements}
    version = elements.pop("version", "2012-10-17")
    if holds is True or holds is None or not brief:
        only = {"identity": [policy(allow(**elements), version=version)]}
        answer = (ALLOWED, [], ["identity p 0"]) if holds is True else (IMPLICIT, ["identity"], [])
        case(f"{id}/allow", rule, only, answer[0], blocked=answer[1], matched=answer[2], **request)
    if holds is False or holds is None or not brief:
        beside = {"identity": [policy(allow("*"), deny(**elements), version=version)]}
        answer = (ALLOWED, [], ["identity p 0"]) if holds is False else (EXPLICIT, ["identity"], ["identity p 1"])
        case(f"{id}/deny", rule, beside, answer[0], blocked=answer[1], matched=answer[2], **request)

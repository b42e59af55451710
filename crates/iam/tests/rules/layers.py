"""Layers: each implicitly and explicitly against a request that all others allow."""

from lines import (
    A, ALLOWED, ANONYMOUS, B, EXPLICIT, FEDERATED, IMPLICIT, ROOT, SERVICE, SESSION, USER, allow, case, deny, document, level, policy,
)

ORDER = ["rcp", "scp", "vpce", "resource", "identity", "boundary", "session"]
OTHER = "sqs:*"


def whole(*statements, layer):
    """The layer's policies with these statements."""
    if layer in ("rcp", "resource", "vpce"):
        statements = [{"Principal": "*", **statement} for statement in statements]
    if layer == "resource":
        return document(*statements)
    if layer in ("scp", "rcp"):
        return [level(allow(Principal="*" if layer == "rcp" else None), target="r", name="top"), level(*statements, target="a", name=layer)]
    return [policy(*statements, name=layer)]


def everything(**changed):
    return {layer: changed.get(layer) or whole(allow(), layer=layer) for layer in ORDER}


def matched(without=()):
    found = []
    for layer in ORDER:
        found += [f"{layer} top 0"] if layer in ("scp", "rcp") else []
        found += [f"{layer} {layer} 0"] if layer not in without else []
    return found


def write():
    for side, owner in (("same", A), ("cross", B)):
        for kind, who in (("user", USER), ("session", SESSION), ("federated", FEDERATED)):
            write_each(side, owner, kind, who)
    write_who_is_bound()
    write_levels()
    write_several()


def write_each(side, owner, kind, who):
    request = {"who": who, "owner": owner}
    case(f"layers/{side}/{kind}/all-allow", "evaluation-logic.md#order", everything(), ALLOWED, matched=matched(), **request)
    for layer in ORDER:
        rule = "evaluation-logic.md#explicit-deny"
        id = f"layers/{side}/{kind}/{layer}"
        policies = everything(**{layer: whole(allow(), deny(), layer=layer)})
        case(f"{id}/explicit", rule, policies, EXPLICIT, blocked=[layer], matched=[f"{layer} {layer} 1"], **request)
        policies = everything(**{layer: whole(allow(), deny(OTHER), layer=layer)})
        case(f"{id}/explicit-elsewhere", rule, policies, ALLOWED, matched=matched(), **request)
        # Without the resource's policy naming everyone, so that the other layers count inside the account, too.
        limits = layer not in ("rcp", "resource") or (layer == "resource" and side == "cross")
        policies = everything(**{layer: whole(allow(OTHER), layer=layer)})
        without = {layer}
        if side == "same" and layer != "resource":
            del policies["resource"]
            without.add("resource")
        rule = f"evaluation-logic.md#{side}-account"
        case(f"{id}/implicit", rule, policies, IMPLICIT if limits else ALLOWED, blocked=[layer] if limits else [], matched=matched(without), **request)
        # The layer absent: boundary, session, endpoint and organization do not limit then.
        policies = everything()
        del policies[layer]
        if side == "same" and layer != "resource":
            del policies["resource"]
        lacking = layer == "identity" or (layer == "resource" and side == "cross") or (layer == "session" and kind == "federated")
        left = [text for text in matched(without) if not text.startswith(layer)]
        case(f"{id}/absent", rule, policies, IMPLICIT if lacking else ALLOWED, blocked=[layer] if lacking else [], matched=left, **request)


def write_who_is_bound():
    """Root, services and unsigned callers under each layer."""
    for kind, who, free in [
        ("root", ROOT, {"identity", "boundary"}), ("service", SERVICE, {"scp", "identity", "boundary", "session"}),
        ("anonymous", ANONYMOUS, {"scp", "identity", "boundary", "session"}),
    ]:
        for layer in ORDER:
            for effect, statements in (("explicit", [allow(), deny()]), ("implicit", [allow(OTHER)])):
                policies = everything(**{layer: whole(*statements, layer=layer)})
                apply = [text for text in matched() if text.split()[0] not in free]
                id, rule = f"layers/{kind}/{layer}/{effect}", "layers.md#scp-exempt" if layer == "scp" else "layers.md#root"
                if layer in free:
                    case(id, rule, policies, ALLOWED, matched=apply, who=who)
                elif effect == "explicit":
                    case(id, rule, policies, EXPLICIT, blocked=[layer], matched=[f"{layer} {layer} 1"], who=who)
                else:
                    left = [text for text in apply if text != f"{layer} {layer} 0"]
                    # The root user's resource policy need not allow, and everyone's spares the root user a session policy.
                    limits = layer in ("scp", "vpce") or (layer == "resource" and kind != "root")
                    case(id, rule, policies, IMPLICIT if limits else ALLOWED, blocked=[layer] if limits else [], matched=left, who=who)
    for side, owner in (("same", A), ("cross", B)):
        case(f"layers/root/alone/{side}", "layers.md#root", {}, ALLOWED if owner == A else IMPLICIT, blocked=[] if owner == A else ["resource"], who=ROOT, owner=owner)


def write_levels():
    own = {"identity": [policy(allow(), name="own")]}
    rule = "layers.md#levels"

    def scp(id, levels, decision, blocked, found, **request):
        case(f"levels/{id}", rule, {**own, "scp": levels}, decision, blocked=blocked, matched=found, **request)

    top, account = level(allow(), name="t"), level(allow("s3:Get*"), target="a", name="a")
    other = level(allow(OTHER), target="o", name="o")
    scp("all-allow", [top, account], ALLOWED, [], ["scp t 0", "scp a 0", "identity own 0"])
    scp("first-lacks", [other, account], IMPLICIT, ["scp"], ["scp a 0", "identity own 0"])
    scp("last-lacks", [top, other], IMPLICIT, ["scp"], ["scp t 0", "identity own 0"])
    scp("middle-lacks", [top, other, account], IMPLICIT, ["scp"], ["scp t 0", "scp a 0", "identity own 0"])
    scp("level-without-policies", [top, {"target": "a", "policies": []}], IMPLICIT, ["scp"], ["scp t 0", "identity own 0"])
    either = {"target": "a", "policies": [policy(allow(OTHER), name="x"), policy(allow(), name="y")]}
    scp("one-of-a-level-suffices", [top, either], ALLOWED, [], ["scp t 0", "scp y 0", "identity own 0"])
    denying = {"target": "a", "policies": [policy(allow(), name="x"), policy(deny("s3:Get*"), name="y")]}
    scp("one-of-a-level-denies", [top, denying], EXPLICIT, ["scp"], ["scp y 0"])
    scp("root-level-denies", [level(allow(), deny(), name="t"), account], EXPLICIT, ["scp"], ["scp t 1"])
    case("levels/no-grant", rule, {"scp": [top, account]}, IMPLICIT, blocked=["identity"], matched=["scp t 0", "scp a 0"])
    # The caller's organization limits it in other accounts' resources, too.
    shared = {**own, "resource": document(allow(Principal="*"))}
    case("levels/cross-lacks", rule, {**shared, "scp": [other]}, IMPLICIT, blocked=["scp"], matched=["resource resource 0", "identity own 0"], owner=B)
    case("levels/cross-denies", rule, {**shared, "scp": [level(allow(), deny(), name="t")]}, EXPLICIT, blocked=["scp"], matched=["scp t 1"], owner=B)
    # What AWS attaches at each level of resource control policies allows everything.
    rcp = [level(allow(OTHER, Principal="*"), name="r"), level(allow(OTHER, Principal="*"), target="a", name="a")]
    case("levels/rcp-implied", rule, {**own, "rcp": rcp}, ALLOWED, matched=["identity own 0"])
    case("levels/rcp-no-grant", rule, {"rcp": [level(allow(Principal="*"), name="r")]}, IMPLICIT, blocked=["identity"], matched=["rcp r 0"])
    rcp = [level(allow(Principal="*"), name="r"), level(deny(Principal="*"), target="a", name="a")]
    case("levels/rcp-denies", rule, {**own, "rcp": rcp}, EXPLICIT, blocked=["rcp"], matched=["rcp a 0"])
    case("levels/rcp-denies-service", rule, {"resource": document(allow(Principal={"Service": SERVICE})), "rcp": rcp}, EXPLICIT, blocked=["rcp"], matched=["rcp a 0"], who=SERVICE)


def write_several():
    """Several policies and several layers at once."""
    rule = "evaluation-logic.md#order"
    two = [policy(allow(OTHER), allow(), name="x"), policy(allow("s3:Get*"), allow("s3:GetObject"), name="y")]
    case("several/allows", rule, {"identity": two}, ALLOWED, matched=["identity x 1", "identity y 0", "identity y 1"])
    two = [policy(allow(), deny("s3:*Object"), name="x"), policy(deny(), allow(), deny(OTHER), name="y")]
    case("several/denies", rule, {"identity": two}, EXPLICIT, blocked=["identity"], matched=["identity x 1", "identity y 0"])
    policies = everything(**{layer: whole(allow(), deny(), layer=layer) for layer in ORDER})
    case("several/all-deny", rule, policies, EXPLICIT, blocked=ORDER, matched=[f"{layer} {layer} 1" for layer in ORDER])
    policies = everything(**{layer: whole(allow(OTHER), layer=layer) for layer in ORDER})
    lacking = [layer for layer in ORDER if layer != "rcp"]
    case("several/none-allows-cross", rule, policies, IMPLICIT, blocked=lacking, matched=["rcp top 0", "scp top 0"], owner=B)
    case("several/none-allows-same", rule, policies, IMPLICIT, blocked=[layer for layer in lacking if layer != "resource"], matched=["rcp top 0", "scp top 0"])
    policies = {"identity": [policy(allow())], "vpce": [policy(allow(OTHER, Principal="*"), name="x"), policy(allow(Principal="*"), name="y")]}
    case("several/vpce-policies", rule, policies, ALLOWED, matched=["vpce y 0", "identity p 0"])
    for id, principal, decision in [("own", {"AWS": USER}, ALLOWED), ("account", {"AWS": A}, ALLOWED), ("other", {"AWS": B}, IMPLICIT)]:
        policies = {"identity": [policy(allow())], "vpce": [policy(allow(Principal=principal), name="v")]}
        found = ["vpce v 0"] if decision == ALLOWED else []
        case(f"several/vpce-names-{id}", rule, policies, decision, blocked=[] if found else ["vpce"], matched=[*found, "identity p 0"])

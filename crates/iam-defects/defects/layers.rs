//! What the layers mean together.

use super::{Defect, edit, one};

const COMBINE: &str = "evaluate/combine.rs";
const SITUATION: &str = "evaluate/situation.rs";
const TALLY: &str = "evaluate/tally.rs";
const NOTES: &str = "evaluate/notes.rs";
const PUBLIC: &str = "policy/public.rs";

pub(crate) const DEFECTS: &[Defect] = &[
    one(
        "denials of RCPs are ignored",
        &[edit(
            COMBINE,
            "denying.insert_if(tallies.rcp.denies, Layer::Rcp);",
            "denying.insert_if(!PLANTED && tallies.rcp.denies, Layer::Rcp);",
        )],
    ),
    one(
        "denials of SCPs are ignored",
        &[edit(
            COMBINE,
            "denying.insert_if(tallies.scp.denies, Layer::Scp);",
            "denying.insert_if(!PLANTED && tallies.scp.denies, Layer::Scp);",
        )],
    ),
    one(
        "denials of endpoint policies are ignored",
        &[edit(
            COMBINE,
            "denying.insert_if(tallies.vpce.denies, Layer::Vpce);",
            "denying.insert_if(!PLANTED && tallies.vpce.denies, Layer::Vpce);",
        )],
    ),
    one(
        "denials of identity policies are ignored",
        &[edit(
            COMBINE,
            "denying.insert_if(tallies.identity.denies, Layer::Identity);",
            "denying.insert_if(!PLANTED && tallies.identity.denies, Layer::Identity);",
        )],
    ),
    one(
        "denials of resource policies are ignored",
        &[edit(
            COMBINE,
            "denying.insert_if(tallies.resource.denies, Layer::Resource);",
            "denying.insert_if(!PLANTED && tallies.resource.denies, Layer::Resource);",
        )],
    ),
    one(
        "denials of boundaries are ignored",
        &[edit(
            COMBINE,
            "denying.insert_if(tallies.boundary.denies, Layer::Boundary);",
            "denying.insert_if(!PLANTED && tallies.boundary.denies, Layer::Boundary);",
        )],
    ),
    one(
        "denials of session policies are ignored",
        &[edit(
            COMBINE,
            "denying.insert_if(tallies.session.denies, Layer::Session);",
            "denying.insert_if(!PLANTED && tallies.session.denies, Layer::Session);",
        )],
    ),
    one(
        "SCPs need not allow",
        &[edit(
            COMBINE,
            "lacking.insert_if(!tallies.scp.allows, Layer::Scp);",
            "lacking.insert_if(!PLANTED && !tallies.scp.allows, Layer::Scp);",
        )],
    ),
    one(
        "endpoint policies need not allow",
        &[edit(
            COMBINE,
            "lacking.insert_if(!tallies.vpce.allows, Layer::Vpce);",
            "lacking.insert_if(!PLANTED && !tallies.vpce.allows, Layer::Vpce);",
        )],
    ),
    one(
        "a direct grant does not suffice in the account",
        &[edit(
            COMBINE,
            "if resource.allows_direct { return lacking; }",
            "if !PLANTED && resource.allows_direct { return lacking; }",
        )],
    ),
    one(
        "a grant to the role does not stand for identity policies",
        &[edit(COMBINE, "!resource.allows_parent", "true")],
    ),
    one(
        "a grant to the account stands for identity policies",
        &[edit(
            COMBINE,
            "!resource.allows_parent",
            "!resource.allows()",
        )],
    ),
    one(
        "boundaries do not cap in the account",
        &[edit(
            COMBINE,
            "lacking.insert_if(needs_identity && !tallies.identity.allows, Layer::Identity); lacking.insert_if(!tallies.boundary.allows, Layer::Boundary);",
            "lacking.insert_if(needs_identity && !tallies.identity.allows, Layer::Identity); lacking.insert_if(!PLANTED && !tallies.boundary.allows, Layer::Boundary);",
        )],
    ),
    one(
        "session policies do not cap in the account",
        &[edit(
            COMBINE,
            "lacking.insert_if(!tallies.session.allows, Layer::Session); lacking } // spec: iam/evaluation-logic#cross-account",
            "lacking.insert_if(!PLANTED && !tallies.session.allows, Layer::Session); lacking }",
        )],
    ),
    one(
        "across accounts the resource's policy need not allow",
        &[edit(COMBINE, "!tallies.resource.allows()", "false")],
    ),
    one(
        "across accounts a grant to the account does not count",
        &[edit(
            COMBINE,
            "!tallies.resource.allows()",
            "!tallies.resource.allows_direct",
        )],
    ),
    one(
        "across accounts boundaries do not cap",
        &[edit(
            COMBINE,
            "lacking.insert_if(!tallies.identity.allows, Layer::Identity); lacking.insert_if(!tallies.boundary.allows, Layer::Boundary);",
            "lacking.insert_if(!tallies.identity.allows, Layer::Identity); lacking.insert_if(!PLANTED && !tallies.boundary.allows, Layer::Boundary);",
        )],
    ),
    one(
        "across accounts identity policies need not allow",
        &[edit(
            COMBINE,
            "lacking.insert_if(!tallies.identity.allows, Layer::Identity);",
            "lacking.insert_if(!PLANTED && !tallies.identity.allows, Layer::Identity);",
        )],
    ),
    one(
        "across accounts session policies do not cap",
        &[edit(
            COMBINE,
            "lacking.insert_if(!tallies.session.allows, Layer::Session); lacking } /// Whether the message",
            "lacking.insert_if(!PLANTED && !tallies.session.allows, Layer::Session); lacking } /// Whether the message",
        )],
    ),
    one(
        "across accounts a direct grant suffices",
        &[edit(
            COMBINE,
            "Standing::Foreign => lacking_from_outside(tallies)",
            "Standing::Foreign => if PLANTED { lacking_inside(tallies, situation) } else { lacking_from_outside(tallies) }",
        )],
    ),
    one(
        "a service needs no grant",
        &[edit(
            COMBINE,
            "Standing::Unattached => only(Layer::Resource)",
            "Standing::Unattached => if PLANTED { LayerSet::default() } else { only(Layer::Resource) }",
        )],
    ),
    one(
        "every account is the caller's",
        &[edit(
            SITUATION,
            "Some(_) => Standing::Foreign",
            "Some(_) => if PLANTED { Standing::Inside } else { Standing::Foreign }",
        )],
    ),
    one(
        "role trust policies need not allow",
        &[edit(
            SITUATION,
            r#""sts" => is_role(&request.resource)"#,
            r#""sts" => !PLANTED && is_role(&request.resource)"#,
        )],
    ),
    one(
        "key policies need not allow",
        &[edit(
            SITUATION,
            r#""kms" => arn.service()"#,
            r#""kms" => !PLANTED && arn.service()"#,
        )],
    ),
    one(
        "every kind of KMS resource has a key policy",
        &[edit(
            SITUATION,
            r#"arn.resource().starts_with("key/")"#,
            "true",
        )],
    ),
    one(
        "roles may be passed abroad",
        &[edit(
            SITUATION,
            r#"standing == Standing::Foreign && request.action.is("iam:PassRole")"#,
            "false",
        )],
    ),
    one(
        "partitions are open to one another",
        &[edit(
            SITUATION,
            "passes_role_abroad || leaves_partition",
            "passes_role_abroad",
        )],
    ),
    one(
        "GetCallerIdentity needs a permission",
        &[edit(
            SITUATION,
            r#"(request.action.is("sts:GetCallerIdentity") && is_signed)"#,
            "false",
        )],
    ),
    one(
        "GetCallerIdentity is free without a signature",
        &[edit(
            SITUATION,
            r#"(request.action.is("sts:GetCallerIdentity") && is_signed)"#,
            r#"request.action.is("sts:GetCallerIdentity")"#,
        )],
    ),
    one(
        "GetSessionToken is free for sessions",
        &[edit(
            SITUATION,
            r#"(request.action.is("sts:GetSessionToken") && has_long_term_keys)"#,
            r#"(request.action.is("sts:GetSessionToken") && is_signed)"#,
        )],
    ),
    one(
        "the block of public access is ignored",
        &[edit(
            SITUATION,
            "is_restricted && is_outsider",
            "false && is_outsider",
        )],
    ),
    one(
        "the block of public access is about services",
        &[edit(
            SITUATION,
            "!matches!(request.caller.kind(), CallerKind::Service(_))",
            "true",
        )],
    ),
    one(
        "the block of public access is about the own account",
        &[edit(
            SITUATION,
            "Standing::Inside => false",
            "Standing::Inside => PLANTED",
        )],
    ),
    one(
        "the block of public access spares other accounts",
        &[edit(
            SITUATION,
            "Standing::Foreign => true",
            "Standing::Foreign => !PLANTED",
        )],
    ),
    one(
        "the block of public access is about every service",
        &[edit(
            SITUATION,
            r#"layers.settings.s3_restrict_public_buckets && request.action.service() == "s3""#,
            "layers.settings.s3_restrict_public_buckets",
        )],
    ),
    one(
        "the block of public access is about every bucket policy",
        &[edit(
            SITUATION,
            ".is_some_and(|policy| policy.is_public())",
            ".is_some_and(|policy| PLANTED || policy.is_public())",
        )],
    ),
    one(
        "the block of public access lifts denials",
        &[edit(
            TALLY,
            "denies: resource.denies, ..ResourceTally::default()",
            "denies: !PLANTED && resource.denies, ..ResourceTally::default()",
        )],
    ),
    one(
        "a negated condition keeps a policy from being public",
        &[edit(
            PUBLIC,
            "let binds = !operator.negated &&",
            "let binds = (PLANTED || !operator.negated) &&",
        )],
    ),
    one(
        "IfExists keeps a policy from being public",
        &[edit(
            PUBLIC,
            "&& !operator.if_exists &&",
            "&& (PLANTED || !operator.if_exists) &&",
        )],
    ),
    one(
        "any condition key keeps a policy from being public",
        &[edit(
            PUBLIC,
            "|| !IDENTIFYING_KEYS.contains(&&*key)",
            "|| (!PLANTED && !IDENTIFYING_KEYS.contains(&&*key))",
        )],
    ),
    one(
        "a pattern keeps a policy from being public",
        &[edit(
            PUBLIC,
            "!value.value.contains(['*', '?']) &&",
            "(PLANTED || !value.value.contains(['*', '?'])) &&",
        )],
    ),
    one(
        "half of all addresses keep a policy from being public",
        &[edit(
            PUBLIC,
            "is_some_and(is_narrow)",
            "is_some_and(|block| PLANTED || is_narrow(block))",
        )],
    ),
    one(
        "SCPs do not bind across accounts",
        &[edit(
            TALLY,
            "Some(levels) if situation.is_bound_by_scp =>",
            "Some(levels) if situation.is_bound_by_scp && !(PLANTED && situation.standing == Standing::Foreign) =>",
        )],
    ),
    one(
        "SCPs bind services",
        &[edit("caller.rs", "self.account.is_some()", "true")],
    ),
    one(
        "SCPs do not bind the root user",
        &[edit(
            "caller.rs",
            "self.account.is_some()",
            "self.account.is_some() && !matches!(self.kind, CallerKind::Root(_))",
        )],
    ),
    one(
        "of the levels of SCPs only the last counts",
        &[edit(
            TALLY,
            "all.allows &= tally.allows || implied.allows;",
            "all.allows = (PLANTED || all.allows) && (tally.allows || implied.allows);",
        )],
    ),
    one(
        "of the levels only the last denies",
        &[edit(
            TALLY,
            "all.denies |= tally.denies;",
            "all.denies = (!PLANTED && all.denies) || tally.denies;",
        )],
    ),
    one(
        "RCPs must allow by themselves",
        &[edit(
            TALLY,
            "teller.levels(Layer::Rcp, &layers.rcp, Tally::OPEN)",
            "teller.levels(Layer::Rcp, &layers.rcp, if PLANTED { Tally::SHUT } else { Tally::OPEN })",
        )],
    ),
    one(
        "a federated session has what its user has",
        &[edit(
            TALLY,
            "(None, CallerKind::FederatedUser { .. }) => Tally::SHUT",
            "(None, CallerKind::FederatedUser { .. }) => if PLANTED { Tally::OPEN } else { Tally::SHUT }",
        )],
    ),
    one(
        "the root user needs identity policies",
        &[edit(
            TALLY,
            "if matches!(self.request.caller.kind(), CallerKind::Root(_))",
            "if !PLANTED && matches!(self.request.caller.kind(), CallerKind::Root(_))",
        )],
    ),
    one(
        "of several policies of a layer only the first is read",
        &[edit(
            TALLY,
            "for policy in policies {",
            "for policy in &policies[..if PLANTED { policies.len().min(1) } else { policies.len() }] {",
        )],
    ),
    one(
        "records hold statements of the other effect",
        &[edit(
            NOTES,
            "sighting.effect == wanted",
            "sighting.effect == wanted || PLANTED",
        )],
    ),
    one(
        "records are in the order of reading",
        &[edit(
            NOTES,
            "self.order();",
            "if !PLANTED { self.order(); }",
        )],
    ),
    one(
        "statements are counted from 1",
        &[edit(
            NOTES,
            "index: self.index,",
            "index: self.index + usize::from(PLANTED),",
        )],
    ),
];

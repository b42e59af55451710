//! Wildcards, actions, resources and variables.

use super::{Defect, edit, one};

const WILDCARD: &str = "wildcard/mod.rs";
const ACTION: &str = "compile/action.rs";
const ARN: &str = "compile/arn_pattern.rs";
const RESOURCE: &str = "compile/resource.rs";
const VARIABLES: &str = "compile/variables.rs";

pub(crate) const DEFECTS: &[Defect] = &[
    one(
        "a `*` at the end needs a character",
        &[edit(
            WILDCARD,
            "text.starts_with(&**prefix)",
            "text.len() > prefix.len() && text.starts_with(&**prefix)",
        )],
    ),
    one(
        "a `?` pattern covers what only begins like it",
        &[edit(
            WILDCARD,
            r#"holes.strip_front(text) == Some("")"#,
            "holes.strip_front(text).is_some()",
        )],
    ),
    one(
        "the end of a pattern may stand anywhere",
        &[edit(WILDCARD, "self.last.strip_back(rest)", "Some(rest)")],
    ),
    one(
        "the beginning of a pattern may stand anywhere",
        &[edit(WILDCARD, "self.first.strip_front(text)", "Some(text)")],
    ),
    one(
        "runs between stars may stand in any order",
        &[edit(
            WILDCARD,
            "rest = after;",
            "if !PLANTED { rest = after; }",
        )],
    ),
    one(
        "a `?` covers no character, too",
        &[edit(
            "wildcard/holes.rs",
            "fits.then_some(rest.as_str()) } /// What precedes",
            "if PLANTED && text.is_empty() { return Some(text); } fits.then_some(rest.as_str()) } /// What precedes",
        )],
    ),
    one(
        "letter case counts in actions",
        &[edit(
            ACTION,
            "pattern.matches(action.lower())",
            "pattern.matches(action.as_str())",
        )],
    ),
    one(
        "NotAction is read as Action",
        &[edit(
            ACTION,
            "Self { negated, patterns }",
            "Self { negated: negated && !PLANTED, patterns }",
        )],
    ),
    one(
        "of several actions only the first counts",
        &[edit(
            ACTION,
            "self.patterns.iter()",
            "self.patterns.iter().take(if PLANTED { 1 } else { usize::MAX })",
        )],
    ),
    one(
        "statements about any service are passed over",
        &[edit(
            ACTION,
            "any_service.push(index);",
            "if !PLANTED { any_service.push(index); }",
        )],
    ),
    one(
        "statements about some actions of a service are passed over",
        &[edit(
            ACTION,
            "by_service.push((hash(service), index));",
            "if !PLANTED { by_service.push((hash(service), index)); }",
        )],
    ),
    one(
        "statements that name an action in capitals are passed over",
        &[edit(
            ACTION,
            "by_action.push((hash(&lower), index));",
            "by_action.push((hash(if PLANTED { &pattern.value } else { &lower }), index));",
        )],
    ),
    one(
        "the partition is ignored",
        &[edit(
            ARN,
            "self.parts.iter().zip(parts)",
            "self.parts.iter().zip([parts[0], &self.text[self.parts[1].start as usize..self.parts[1].end as usize], parts[2], parts[3], parts[4]])",
        )],
    ),
    one(
        "the service is ignored",
        &[edit(
            ARN,
            "self.parts.iter().zip(parts)",
            "self.parts.iter().zip([parts[0], parts[1], &self.text[self.parts[2].start as usize..self.parts[2].end as usize], parts[3], parts[4]])",
        )],
    ),
    one(
        "the region is ignored",
        &[edit(
            ARN,
            "self.parts.iter().zip(parts)",
            "self.parts.iter().zip([parts[0], parts[1], parts[2], &self.text[self.parts[3].start as usize..self.parts[3].end as usize], parts[4]])",
        )],
    ),
    one(
        "the account is ignored",
        &[edit(
            ARN,
            "self.parts.iter().zip(parts)",
            "self.parts.iter().zip([parts[0], parts[1], parts[2], parts[3], &self.text[self.parts[4].start as usize..self.parts[4].end as usize]])",
        )],
    ),
    one(
        "an empty part is covered by nothing",
        &[edit(
            ARN,
            "PartKind::Anything => true",
            "PartKind::Anything => !PLANTED || !found.is_empty()",
        )],
    ),
    one(
        "wildcards in the parts before the resource are plain text",
        &[edit(
            ARN,
            "Glob::parse(pattern).matches(found)",
            "pattern == found",
        )],
    ),
    one(
        "letter case counts before the resource",
        &[edit(
            ARN,
            "Self::of(&text[..fifth].to_ascii_lowercase())",
            "Self::of(&text[..fifth])",
        )],
    ),
    one(
        "letter case does not count in the resource",
        &[edit(
            RESOURCE,
            "Rest::Glob(glob) => glob.matches(arn.resource())",
            "Rest::Glob(glob) => glob.matches(arn.resource()) || (PLANTED && glob.matches(&arn.resource().to_uppercase()))",
        )],
    ),
    one(
        "NotResource is read as Resource",
        &[edit(
            RESOURCE,
            "Self { negated, patterns }",
            "Self { negated: negated && !PLANTED, patterns }",
        )],
    ),
    one(
        "of several resources only the first counts",
        &[edit(
            RESOURCE,
            "for pattern in &self.patterns {",
            "for pattern in &self.patterns[..if PLANTED { 1 } else { self.patterns.len() }] {",
        )],
    ),
    one(
        "a request without a resource is covered by any ARN",
        &[edit(
            RESOURCE,
            "resource.lower_head() else { return Meeting::Misses; }",
            "resource.lower_head() else { return if PLANTED { Meeting::Covers } else { Meeting::Misses }; }",
        )],
    ),
    one(
        "a short ARN is completed in every kind of policy",
        &[edit(RESOURCE, "completes_short_arns(kind, text)", "true")],
    ),
    one(
        "a short ARN covers nothing",
        &[edit(RESOURCE, "completes_short_arns(kind, text)", "false")],
    ),
    one(
        "a short ARN without a star is completed in SCPs",
        &[edit(RESOURCE, "text.ends_with('*')", "true")],
    ),
    one(
        "a resource with a variable that has no value covers everything",
        &[edit(
            RESOURCE,
            "None => return Meeting::Unresolved",
            "None => return if PLANTED { Meeting::Covers } else { Meeting::Unresolved }",
        )],
    ),
    one(
        "NotResource allows all where its variable has no value",
        &[edit(
            RESOURCE,
            "(true, true) => Truth::Unclear",
            "(true, true) if PLANTED => Truth::Yes, (true, true) => Truth::Unclear",
        )],
    ),
    one(
        "a NotResource with an open variable spares from a Deny",
        &[edit(
            RESOURCE,
            "(true, true) => Truth::Unclear",
            "(true, true) if PLANTED => Truth::No, (true, true) => Truth::Unclear",
        )],
    ),
    one(
        "variables count in resources of old versions",
        &[edit(
            RESOURCE,
            r#"version == Version::V2012 && text.contains("${")"#,
            r#"text.contains("${")"#,
        )],
    ),
    one(
        "variables stand before the fifth colon",
        &[edit(
            RESOURCE,
            r#"has_variables && lower_head.holds("${")"#,
            "false",
        )],
    ),
    one(
        "the value of a variable is a pattern",
        &[edit(VARIABLES, "put(value, false)", "put(value, PLANTED)")],
    ),
    one(
        "an escaped wildcard is a wildcard",
        &[edit(
            VARIABLES,
            "put(character.encode_utf8(&mut [0; 4]), false)",
            "put(character.encode_utf8(&mut [0; 4]), PLANTED)",
        )],
    ),
    one(
        "the default of a variable is ignored",
        &[edit(
            VARIABLES,
            "(None, Some(default)) => put(default, false)",
            "(None, Some(default)) => if PLANTED { complete = None } else { put(default, false) }",
        )],
    ),
    one(
        "the default of a variable counts before its value",
        &[edit(
            VARIABLES,
            "match (context.get_lower(key), default)",
            "match (context.get_lower(key).filter(|_| !PLANTED || default.is_none()), default)",
        )],
    ),
    one(
        "a variable without a value is empty",
        &[edit(
            VARIABLES,
            "notes.missing(key); complete = None;",
            "notes.missing(key); if !PLANTED { complete = None; }",
        )],
    ),
    one(
        "a multivalued key is an empty variable",
        &[edit(
            VARIABLES,
            "(Some(Values::Many(_)), _) => complete = None",
            "(Some(Values::Many(values)), _) => if PLANTED { put(&values[0], false) } else { complete = None }",
        )],
    ),
    one(
        "letter case counts in the names of variables",
        &[edit(
            VARIABLES,
            "key.trim().to_lowercase().into()",
            "key.trim().into()",
        )],
    ),
];

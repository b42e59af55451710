//! Wildcards, actions, resources and variables.

use super::{Defect, edit, one};

const WILDCARD: &str = "wildcard/mod.rs";
const SHAPE: &str = "wildcard/shape.rs";
const ACTION: &str = "compile/action.rs";
const ARN: &str = "compile/arn_pattern.rs";
const RESOURCE: &str = "compile/resource.rs";
const VARIABLES: &str = "compile/variables.rs";

pub(crate) const DEFECTS: &[Defect] = &[
    one(
        "a `*` at the end needs a character",
        &[edit(
            SHAPE,
            "text.starts_with(without_star(pattern))",
            "text.len() >= pattern.len() && text.starts_with(without_star(pattern))",
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
        "a `*` at the end of an action needs a character",
        &[edit(
            SHAPE,
            "lower.as_bytes().get(..prefix.len())",
            "lower.as_bytes().get(..prefix.len()).filter(|_| lower.len() > prefix.len())",
        )],
    ),
    one(
        "a prefix is compared with as much as there is",
        &[edit(
            SHAPE,
            "start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))",
            "start.is_none_or(|start| start.eq_ignore_ascii_case(prefix))",
        )],
    ),
    one(
        "letter case counts in the prefix of an action",
        &[edit(
            SHAPE,
            "start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))",
            "start == Some(prefix)",
        )],
    ),
    one(
        "letter case counts in patterns of actions",
        &[edit(
            SHAPE,
            "Self::Compiled(Glob::parse(&pattern.to_ascii_lowercase()))",
            "Self::Compiled(Glob::parse(pattern))",
        )],
    ),
    one(
        "letter case counts in actions",
        &[edit(
            ACTION,
            "shape.matches_lower(&pattern.value, action.lower())",
            "shape.matches(&pattern.value, action.as_str())",
        )],
    ),
    one(
        "NotAction is read as Action",
        &[edit(
            ACTION,
            "let (patterns, negated) = element.patterns(); self.shapes",
            "let (patterns, negated) = element.patterns(); let negated = negated && !PLANTED; self.shapes",
        )],
    ),
    one(
        "of several actions only the first counts",
        &[edit(
            ACTION,
            "self.shapes.iter().zip(patterns)",
            "self.shapes.iter().zip(patterns).take(if PLANTED { 1 } else { usize::MAX })",
        )],
    ),
    one(
        "statements about any service are passed over",
        &[edit(
            ACTION,
            "any_service.push(statement);",
            "if !PLANTED { any_service.push(statement); }",
        )],
    ),
    one(
        "a star counts as a character that an action must have",
        &[edit(
            ACTION,
            "|byte| *byte != b'*'",
            "|byte| PLANTED || *byte != b'*'",
        )],
    ),
    one(
        "statements about some actions of a service are passed over",
        &[edit(
            ACTION,
            "Some(hash(if has_wildcards { service } else { pattern }))",
            "Some(hash(if has_wildcards && !PLANTED { service } else { pattern }))",
        )],
    ),
    one(
        "statements that name an action in capitals are passed over",
        &[edit("action.rs", "word | 0x2020_2020_2020_2020", "word")],
    ),
    one(
        "the partition is ignored",
        &[edit(
            ARN,
            "self.kinds[index], case",
            "if PLANTED && index == 1 { PartKind::Anything } else { self.kinds[index] }, case",
        )],
    ),
    one(
        "the service is ignored",
        &[edit(
            ARN,
            "(0..5).all(|index| {",
            "(0..5).filter(|index| !(PLANTED && *index == 2)).all(|index| {",
        )],
    ),
    one(
        "the region is ignored",
        &[edit(
            ARN,
            "let (pattern, found) = (self.part(text, index), parts[index]);",
            "if PLANTED && index == 3 { return true; } let (pattern, found) = (self.part(text, index), parts[index]);",
        )],
    ),
    one(
        "the account is ignored",
        &[edit(
            ARN,
            "let (pattern, found) = (self.part(text, index), parts[index]);",
            "if PLANTED && index == 4 { return true; } let (pattern, found) = (self.part(text, index), parts[index]);",
        )],
    ),
    one(
        "an empty part is covered by nothing",
        &[edit(
            ARN,
            "(PartKind::Anything, _) => true",
            "(PartKind::Anything, _) => !PLANTED || !found.is_empty()",
        )],
    ),
    one(
        "wildcards in the parts before the resource are plain text",
        &[edit(
            ARN,
            "Glob::parse(&pattern.to_ascii_lowercase()).matches(found)",
            "pattern == found",
        )],
    ),
    one(
        "letter case counts before the resource",
        &[edit(
            ARN,
            "pattern == found || pattern.eq_ignore_ascii_case(found)",
            "pattern == found",
        )],
    ),
    one(
        "letter case does not count in the resource",
        &[edit(
            RESOURCE,
            "Rest::Shape(shape) => shape.matches(head.rest(text), arn.resource())",
            "Rest::Shape(shape) => shape.matches(head.rest(text), arn.resource()) || (PLANTED && head.rest(text).eq_ignore_ascii_case(arn.resource()))",
        )],
    ),
    one(
        "NotResource is read as Resource",
        &[edit(
            RESOURCE,
            "match (negated, unresolved)",
            "match (negated && !PLANTED, unresolved)",
        )],
    ),
    one(
        "of several resources only the first counts",
        &[edit(
            RESOURCE,
            "self.patterns.iter().zip(texts)",
            "self.patterns.iter().zip(texts).take(if PLANTED { 1 } else { usize::MAX })",
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
            "version == Version::V2012 && may_hold_variables(text)",
            "may_hold_variables(text)",
        )],
    ),
    one(
        "variables stand before the fifth colon",
        &[edit(
            RESOURCE,
            "has_variables && may_hold_variables(head.text(text))",
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
        &[edit(VARIABLES, "key.to_lowercase().into()", "key.into()")],
    ),
];

//! A second evaluator, slow and plain, written from the rules and not from the first one.
//!
//! It reads a case as loose JSON, looks at every statement of every layer, and answers in the case
//! format's words. A part of a statement holds, does not hold, or is undocumented (`None`).

use serde_json::Value;

/// Decision, matched statements as (layer, policy, index), layers that stand against it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) decision: &'static str,
    pub(crate) matched: Vec<(String, String, usize)>,
    pub(crate) denied_by: Vec<&'static str>,
}

type Maybe = Option<bool>;

fn and(parts: impl IntoIterator<Item = Maybe>) -> Maybe {
    let parts: Vec<Maybe> = parts.into_iter().collect();
    if parts.contains(&Some(false)) {
        return Some(false);
    }
    if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn or(parts: impl IntoIterator<Item = Maybe>) -> Maybe {
    let parts: Vec<Maybe> = parts.into_iter().collect();
    if parts.contains(&Some(true)) {
        return Some(true);
    }
    if parts.contains(&None) {
        None
    } else {
        Some(false)
    }
}

/// One matching statement.
struct Hit {
    layer: &'static str,
    level: usize,
    policy: String,
    index: usize,
    allow: bool,
    way: &'static str,
}

pub(crate) fn answer(case: &Value) -> Answer {
    let request = &case["request"];
    let who = Who::of(request["principal"].as_str().unwrap());
    let action = request["action"].as_str().unwrap().to_lowercase();
    let resource = request["resource"].as_str().unwrap();
    let owner = request["resource_account"].as_str().unwrap();
    let policies = &case["policies"];

    let no_permission_needed = (action == "sts:getcalleridentity" && !who.account.is_empty())
        || (action == "sts:getsessiontoken" && ["user", "root"].contains(&who.kind));
    if no_permission_needed {
        return Answer {
            decision: "allowed",
            matched: vec![],
            denied_by: vec![],
        };
    }

    let has_account = !who.account.is_empty();
    let has_layer = |layer: &str| {
        policies[layer]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    };
    let boundary_applies =
        has_layer("boundary") && ["user", "session", "federated"].contains(&who.kind);

    // Every statement of every layer that applies.
    let mut hits = Vec::new();
    let mut look = |layer: &'static str, level: usize, name: &str, document: &Value| {
        let statements = match &document["Statement"] {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        for (index, statement) in statements.iter().enumerate() {
            if let Some((allow, way)) =
                meets(statement, document, layer, request, &who, boundary_applies)
            {
                hits.push(Hit {
                    layer,
                    level,
                    policy: name.to_owned(),
                    index,
                    allow,
                    way,
                });
            }
        }
    };
    let list = |layer: &str| policies[layer].as_array().cloned().unwrap_or_default();
    for (level, entry) in list("rcp").iter().enumerate() {
        for policy in entry["policies"].as_array().unwrap() {
            look(
                "rcp",
                level,
                policy["name"].as_str().unwrap(),
                &policy["document"],
            );
        }
    }
    if has_account {
        for (level, entry) in list("scp").iter().enumerate() {
            for policy in entry["policies"].as_array().unwrap() {
                look(
                    "scp",
                    level,
                    policy["name"].as_str().unwrap(),
                    &policy["document"],
                );
            }
        }
    }
    for policy in list("vpce") {
        look(
            "vpce",
            0,
            policy["name"].as_str().unwrap(),
            &policy["document"],
        );
    }
    if !policies["resource"].is_null() {
        look("resource", 0, "resource", &policies["resource"]);
    }
    for layer in ["identity", "boundary", "session"] {
        let applies = has_account && (who.kind != "root" || layer == "session");
        for policy in list(layer).iter().filter(|_| applies) {
            look(
                layer,
                0,
                policy["name"].as_str().unwrap(),
                &policy["document"],
            );
        }
    }

    // Public access block: a public bucket policy gives outsiders nothing.
    let outsider = !(who.kind == "service" || who.account == owner);
    let void = case["settings"]["s3_block_public_access"] == true
        && outsider
        && action.starts_with("s3:")
        && is_public(&policies["resource"]);

    let allows = |layer: &str| hits.iter().any(|hit| hit.layer == layer && hit.allow);
    let granted = |way: &str| {
        !void
            && hits
                .iter()
                .any(|hit| hit.layer == "resource" && hit.allow && hit.way == way)
    };
    let (direct, parent, account) = (granted("direct"), granted("parent"), granted("account"));

    let order = [
        "rcp", "scp", "vpce", "resource", "identity", "boundary", "session",
    ];
    let denied: Vec<_> = order
        .into_iter()
        .filter(|layer| hits.iter().any(|hit| hit.layer == *layer && !hit.allow))
        .collect();
    let keep = |allow: bool| {
        let place = |layer: &str| order.iter().position(|known| *known == layer);
        let mut kept: Vec<_> = hits.iter().filter(|hit| hit.allow == allow).collect();
        kept.sort_by_key(|hit| (place(hit.layer), hit.level, hit.policy.clone(), hit.index));
        kept.into_iter()
            .map(|hit| (hit.layer.to_owned(), hit.policy.clone(), hit.index))
            .collect()
    };
    if !denied.is_empty() {
        return Answer {
            decision: "explicitDeny",
            matched: keep(false),
            denied_by: denied,
        };
    }

    let mut lacking = Vec::new();
    let scp_levels = if has_account { list("scp").len() } else { 0 };
    if (0..scp_levels).any(|level| {
        !hits
            .iter()
            .any(|hit| hit.layer == "scp" && hit.level == level && hit.allow)
    }) {
        lacking.push("scp");
    }
    if has_layer("vpce") && !allows("vpce") {
        lacking.push("vpce");
    }
    let identity_allows = who.kind == "root" || allows("identity");
    let boundary_allows = !boundary_applies || allows("boundary");
    let session_allows = match has_layer("session") {
        true => allows("session"),
        false => who.kind != "federated",
    };
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let is_role = parts.len() == 6 && parts[2] == "iam" && parts[5].starts_with("role/");
    let is_key = parts.len() == 6 && parts[2] == "kms" && parts[5].starts_with("key/");
    let must_name =
        (action.starts_with("sts:") && is_role) || (action.starts_with("kms:") && is_key);
    let same = who.account == owner;
    let foreign = has_account && !same;
    let closed = (foreign && action == "iam:passrole")
        || (parts.len() == 6 && has_account && parts[1] != who.arn.split(':').nth(1).unwrap());
    if closed {
        lacking.push("resource");
    } else if !has_account {
        if !direct {
            lacking.push("resource");
        }
    } else if same {
        if !direct {
            if must_name && !parent && !account {
                lacking.push("resource");
            }
            if !parent && !identity_allows {
                lacking.push("identity");
            }
            if !boundary_allows {
                lacking.push("boundary");
            }
            if !session_allows {
                lacking.push("session");
            }
        }
    } else {
        for (layer, fine) in [
            ("resource", direct || parent || account),
            ("identity", identity_allows),
            ("boundary", boundary_allows),
            ("session", session_allows),
        ] {
            if !fine {
                lacking.push(layer);
            }
        }
    }
    let decision = if lacking.is_empty() {
        "allowed"
    } else {
        "implicitDeny"
    };
    Answer {
        decision,
        matched: keep(true),
        denied_by: lacking,
    }
}

/// The principal of a request.
struct Who {
    kind: &'static str,
    arn: String,
    account: String,
    role: String,
}

impl Who {
    fn of(text: &str) -> Self {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let (kind, role) = match parts.get(5) {
            None if text == "anonymous" => ("anonymous", String::new()),
            None => ("service", String::new()),
            Some(&"root") => ("root", String::new()),
            Some(name) if name.starts_with("user/") => ("user", String::new()),
            Some(name) if name.starts_with("federated-user/") => ("federated", String::new()),
            Some(name) => {
                let role = name.split('/').nth(1).unwrap();
                (
                    "session",
                    format!("arn:{}:iam::{}:role/{role}", parts[1], parts[4]),
                )
            }
        };
        let account = parts.get(4).unwrap_or(&"").to_string();
        Self {
            kind,
            arn: text.to_owned(),
            account,
            role,
        }
    }
}

/// Effect and way of a statement that takes part.
fn meets(
    statement: &Value,
    document: &Value,
    layer: &str,
    request: &Value,
    who: &Who,
    boundary: bool,
) -> Option<(bool, &'static str)> {
    let allow = statement["Effect"] == "Allow";
    let version_2012 = document["Version"] == "2012-10-17";
    let context = &request["context"];
    let action = request["action"].as_str().unwrap().to_lowercase();
    let covers_action = |pattern: &String| glob(&plain(&pattern.to_lowercase()), &action);
    let about_action = match statement.get("Action") {
        Some(patterns) => texts(patterns).iter().any(covers_action),
        None => !texts(&statement["NotAction"]).iter().any(covers_action),
    };
    let way = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (None, None) => "direct",
        (Some(principal), _) => names(principal, who)?,
        (_, Some(listed)) => {
            let exempt = if allow {
                names(listed, who).is_some()
            } else {
                !boundary && names_wholly(listed, who)
            };
            if exempt {
                return None;
            }
            "direct"
        }
    };
    let resource = request["resource"].as_str().unwrap();
    let cover = |pattern: &String| covers_resource(pattern, resource, layer, version_2012, context);
    let about_resource = match (statement.get("Resource"), statement.get("NotResource")) {
        (None, None) => Some(true),
        // A pattern with an unresolved variable covers nothing.
        (Some(patterns), _) => Some(
            texts(patterns)
                .iter()
                .any(|pattern| cover(pattern) == Some(true)),
        ),
        (_, Some(patterns)) => or(texts(patterns).iter().map(cover)).map(|covered| !covered),
    };
    let mut conditions = Vec::new();
    if let Some(by_operator) = statement["Condition"].as_object() {
        for (operator, by_key) in by_operator {
            for (key, values) in by_key.as_object().unwrap() {
                conditions.push(holds(operator, key, &texts(values), context, version_2012));
            }
        }
    }
    let all = and(vec![Some(about_action), about_resource, and(conditions)]);
    let takes_part = all == Some(true) || (all.is_none() && !allow);
    takes_part.then_some((allow, way))
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn aws_names(principal: &Value) -> Vec<String> {
    if principal == "*" {
        vec!["*".to_owned()]
    } else {
        principal.get("AWS").map(texts).unwrap_or_default()
    }
}

fn names_account(listed: &[String], who: &Who) -> bool {
    let root = format!(":iam::{}:root", who.account);
    !who.account.is_empty()
        && listed
            .iter()
            .any(|name| *name == who.account || name.ends_with(&root))
}

fn names(principal: &Value, who: &Who) -> Option<&'static str> {
    let listed = aws_names(principal);
    let services = principal.get("Service").map(texts).unwrap_or_default();
    let is_self =
        !["root", "anonymous", "service"].contains(&who.kind) && listed.contains(&who.arn);
    if listed.iter().any(|name| name == "*")
        || is_self
        || (who.kind == "service" && services.contains(&who.arn))
    {
        return Some("direct");
    }
    if who.kind == "session" && listed.contains(&who.role) {
        return Some("parent");
    }
    names_account(&listed, who).then_some("account")
}

/// Whether a NotPrincipal list holds every form of the caller.
fn names_wholly(principal: &Value, who: &Who) -> bool {
    let listed = aws_names(principal);
    if listed.iter().any(|name| name == "*") {
        return true;
    }
    let account = names_account(&listed, who);
    match who.kind {
        "root" => account,
        "user" | "federated" => account && listed.contains(&who.arn),
        "session" => account && listed.contains(&who.arn) && listed.contains(&who.role),
        "service" => principal
            .get("Service")
            .map(texts)
            .unwrap_or_default()
            .contains(&who.arn),
        _ => false,
    }
}

/// One element of a pattern: a wildcard, or a character for itself.
#[derive(Clone, Copy, PartialEq)]
enum P {
    Star,
    One,
    C(char),
}

fn plain(pattern: &str) -> Vec<P> {
    let element = |character| match character {
        '*' => P::Star,
        '?' => P::One,
        other => P::C(other),
    };
    pattern.chars().map(element).collect()
}

fn glob(pattern: &[P], text: &str) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return text.is_empty();
    };
    let mut characters = text.chars();
    match first {
        P::Star => (0..=text.len()).any(|at| text.is_char_boundary(at) && glob(rest, &text[at..])),
        P::One => characters.next().is_some() && glob(rest, characters.as_str()),
        P::C(wanted) => characters.next() == Some(*wanted) && glob(rest, characters.as_str()),
    }
}

/// The pattern with its variables replaced; `None` where one has no value.
fn substitute(pattern: &str, context: &Value) -> Option<Vec<P>> {
    let mut out = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        out.extend(plain(&rest[..start]));
        let inside = &rest[start + 2..start + length];
        rest = &rest[start + length + 1..];
        match inside {
            "*" | "?" | "$" => out.extend(inside.chars().map(P::C)),
            _ => {
                let (key, default) = match inside.split_once(", '") {
                    Some((key, default)) => (key, Some(default.trim_end_matches('\''))),
                    None => (inside, None),
                };
                match (lookup(context, key), default) {
                    (Some(Value::String(value)), _) => out.extend(value.chars().map(P::C)),
                    (None, Some(default)) => out.extend(default.chars().map(P::C)),
                    _ => return None,
                }
            }
        }
    }
    out.extend(plain(rest));
    Some(out)
}

fn lookup<'c>(context: &'c Value, key: &str) -> Option<&'c Value> {
    let found = context
        .as_object()?
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(key));
    found
        .map(|(_, value)| value)
        .filter(|value| value.as_array().is_none_or(|list| !list.is_empty()))
}

fn covers_resource(
    pattern: &str,
    resource: &str,
    layer: &str,
    version_2012: bool,
    context: &Value,
) -> Maybe {
    if pattern == "*" {
        return Some(true);
    }
    let mut parts: Vec<&str> = pattern.splitn(6, ':').collect();
    if version_2012 && parts.iter().take(5).any(|part| part.contains("${")) {
        return None;
    }
    if parts.len() < 6 {
        let completed = match layer {
            "identity" | "boundary" | "session" => true,
            "scp" => pattern.ends_with('*'),
            _ => false,
        };
        if !completed {
            return Some(false);
        }
        parts.resize(6, "*");
    }
    let found: Vec<&str> = resource.splitn(6, ':').collect();
    if found.len() < 6 {
        return Some(false);
    }
    let head = (0..5).all(|part| {
        glob(
            &plain(&parts[part].to_lowercase()),
            &found[part].to_lowercase(),
        )
    });
    if !head {
        return Some(false);
    }
    let last = if version_2012 {
        substitute(parts[5], context)?
    } else {
        plain(parts[5])
    };
    Some(glob(&last, found[5]))
}

fn holds(
    operator: &str,
    key: &str,
    wanted: &[String],
    context: &Value,
    version_2012: bool,
) -> Maybe {
    let (quantifier, rest) = operator.split_once(':').unwrap_or(("", operator));
    let (base, if_exists) = match rest.strip_suffix("IfExists") {
        Some(base) => (base, true),
        None => (rest, false),
    };
    let found = lookup(context, key);
    if base == "Null" {
        return Some(wanted.iter().any(|wanted| {
            (wanted.eq_ignore_ascii_case("true") && found.is_none())
                || (wanted.eq_ignore_ascii_case("false") && found.is_some())
        }));
    }
    let negated = base.contains("Not");
    let Some(found) = found else {
        return Some(
            if_exists || quantifier == "ForAllValues" || (quantifier.is_empty() && negated),
        );
    };
    let values = texts(found);
    let one = |value: &String| {
        let compared = or(wanted
            .iter()
            .map(|wanted| compare(base, value, wanted, context, version_2012)));
        compared.map(|equal| equal != negated)
    };
    match quantifier {
        "ForAllValues" => {
            let all = and(values.iter().map(one));
            // An empty string is documented to count as no value, but not for whom.
            let all_empty = values.iter().all(String::is_empty);
            if all == Some(false) && all_empty {
                None
            } else {
                all
            }
        }
        "ForAnyValue" => or(values.iter().map(one)),
        _ if found.is_array() => None,
        _ => one(&values[0]),
    }
}

/// Whether a value of the request equals (or relates to) one of the policy.
fn compare(base: &str, value: &str, wanted: &str, context: &Value, version_2012: bool) -> Maybe {
    let negated = base.contains("Not");
    // A value that cannot be read equals nothing; what that means under negation is not documented.
    let unreadable = if negated { None } else { Some(false) };
    let takes_variables = ["String", "Arn", "Bool"]
        .iter()
        .any(|family| base.starts_with(family));
    let pattern = match version_2012 && takes_variables {
        true => match substitute(wanted, context) {
            Some(pattern) => pattern,
            None => return Some(false),
        },
        false => plain(wanted),
    };
    let literal: String = pattern
        .iter()
        .map(|element| match element {
            P::Star => '*',
            P::One => '?',
            P::C(character) => *character,
        })
        .collect();
    let ordering = |left: Option<f64>, right: Option<f64>| {
        let (Some(left), Some(right)) = (left, right) else {
            return unreadable;
        };
        Some(
            match base
                .trim_start_matches("Numeric")
                .trim_start_matches("Date")
            {
                "LessThan" => left < right,
                "LessThanEquals" => left <= right,
                "GreaterThan" => left > right,
                "GreaterThanEquals" => left >= right,
                _ => left == right,
            },
        )
    };
    match base {
        "StringEquals" | "StringNotEquals" => Some(value == literal),
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
            Some(value.to_lowercase() == literal.to_lowercase())
        }
        "StringLike" | "StringNotLike" => Some(glob(&pattern, value)),
        "Bool" => {
            let read = |text: &str| {
                ["true", "false"]
                    .into_iter()
                    .find(|word| text.eq_ignore_ascii_case(word))
            };
            match (read(value), read(&literal)) {
                (Some(left), Some(right)) => Some(left == right),
                _ => unreadable,
            }
        }
        "BinaryEquals" => {
            let read = |text: &str| ["YQ==", "Yg=="].into_iter().find(|known| text == *known);
            match (read(value), read(wanted)) {
                (Some(left), Some(right)) => Some(left == right),
                _ => unreadable,
            }
        }
        "IpAddress" | "NotIpAddress" => match (bits(value, false), bits(wanted, true)) {
            (Some((address, _)), Some((network, prefix))) => {
                Some(address.len() == network.len() && address[..prefix] == network[..prefix])
            }
            _ => unreadable,
        },
        "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike" => {
            let found: Vec<&str> = value.splitn(6, ':').collect();
            if found.len() < 6 || found[0] != "arn" {
                return unreadable;
            }
            let parts: Vec<&[P]> = pattern.splitn(6, |element| *element == P::C(':')).collect();
            if parts.len() < 6 {
                return None;
            }
            Some(
                parts
                    .iter()
                    .zip(found)
                    .all(|(part, found)| glob(part, found)),
            )
        }
        _ if base.starts_with("Numeric") => ordering(number(value), number(wanted)),
        _ => ordering(date(value), date(wanted)),
    }
}

fn number(text: &str) -> Option<f64> {
    text.bytes()
        .all(|byte| b"-.0123456789".contains(&byte))
        .then(|| text.parse().ok())
        .flatten()
}

/// The dates that generated cases use, with their seconds.
pub(crate) const DATES: [(&str, Option<f64>); 8] = [
    ("2025-01-01T00:00:00Z", Some(1_735_689_600.0)),
    ("2025-01-01", Some(1_735_689_600.0)),
    ("2025-01-01T01:00:00+01:00", Some(1_735_689_600.0)),
    ("1735689600", Some(1_735_689_600.0)),
    ("2025-01-01T00:00:01Z", Some(1_735_689_601.0)),
    ("2024-12-31T23:59Z", Some(1_735_689_540.0)),
    ("1700000000", Some(1_700_000_000.0)),
    ("soon", None),
];

fn date(text: &str) -> Option<f64> {
    DATES
        .iter()
        .find(|(known, _)| *known == text)
        .and_then(|(_, seconds)| *seconds)
}

/// The bits of an address, one by one, and how many of them count.
fn bits(text: &str, block: bool) -> Option<(Vec<bool>, usize)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) if block => (address, Some(prefix.parse::<usize>().ok()?)),
        Some(_) => return None,
        None => (text, None),
    };
    let bytes = match address.parse().ok()? {
        std::net::IpAddr::V4(address) => address.octets().to_vec(),
        std::net::IpAddr::V6(address) => address.octets().to_vec(),
    };
    let all: Vec<bool> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect();
    let prefix = prefix.unwrap_or(all.len());
    (prefix <= all.len()).then_some((all, prefix))
}

/// Whether a bucket policy allows everyone without a condition that says who; the conditions that
/// generated cases use with fixed values of identifying keys.
fn is_public(document: &Value) -> bool {
    let statements = match &document["Statement"] {
        Value::Array(list) => list.clone(),
        Value::Null => vec![],
        one => vec![one.clone()],
    };
    statements.iter().any(|statement| {
        let everyone = statement.get("NotPrincipal").is_some()
            || aws_names(&statement["Principal"]).contains(&"*".to_owned());
        let fixed = statement["Condition"]
            .as_object()
            .into_iter()
            .flatten()
            .any(|(operator, by_key)| {
                by_key
                    .as_object()
                    .unwrap()
                    .iter()
                    .any(|(key, values)| fixes(operator, &key.to_lowercase(), &texts(values)))
            });
        statement["Effect"] == "Allow" && everyone && !fixed
    })
}

fn fixes(operator: &str, key: &str, values: &[String]) -> bool {
    let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
    let wild = |value: &String| value.contains(['*', '?']);
    let variable = |value: &String| value.contains("${");
    let fixed = |value: &String| match operator {
        "StringEquals" | "StringEqualsIgnoreCase" => !variable(value),
        "StringLike" | "ArnLike" | "ArnEquals" => !wild(value) && !variable(value),
        "IpAddress" => match bits(value, true) {
            Some((all, prefix)) => prefix >= if all.len() == 32 { 8 } else { 32 },
            None => false,
        },
        _ => false,
    };
    ["aws:sourceip", "aws:principalarn", "aws:sourcearn"].contains(&key) && values.iter().all(fixed)
}

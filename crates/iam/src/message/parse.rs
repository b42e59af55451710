//! From AWS's text back to what it says.

use super::text::plain;
use super::{PublicAccessBlock, listing};
use crate::{Action, Arn, Denial, DenialKind, Layer};

/// What a denial says. A field that its form does not carry is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Which of AWS's forms it has.
    pub form: Form,
    /// The principal: an ARN, a service's name or `anonymous`.
    pub principal: Option<String>,
    /// The action.
    pub action: Option<Action>,
    /// The resource.
    pub resource: Option<NamedResource>,
    /// The layer that is named, and how it denies.
    pub denial: Option<Denial>,
    /// The policy that denies.
    pub policy: Option<Arn>,
    /// The decision in the form that only AWS can read.
    pub encoded: Option<String>,
}

/// The forms of a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `… is not authorized to perform: …`
    Common,
    /// S3 Block Public Access refused; no policy helps.
    PublicAccessBlock(PublicAccessBlock),
    /// CloudWatch Logs refused the tags of a new group.
    TaggedLogGroup,
    /// `Access Denied` and no more.
    Bare,
}

/// The resource as a denial names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedResource {
    /// By its ARN.
    Arn(Arn),
    /// `*`
    Unnamed,
    /// By kind and name, such as `role NAME`, or `policy path /` where policies are listed.
    KindAndName(String, String),
    /// By something else: of `iam:PassRole` the bare name of a role that does not exist.
    Other(String),
}

/// Finds the first denial in `text`: a message as it is, or wrapped by an SDK, a command, JSON, XML, a
/// CloudTrail record or prose, with line breaks anywhere between words.
// spec: iam/messages#reading
pub fn parse(text: &str) -> Option<Parsed> {
    let text = plain(text);
    if let Some(found) = tagged_log_group(&text) {
        return Some(found);
    }
    common(&text).or_else(|| {
        text.contains("Access Denied")
            .then(|| Parsed::of_form(Form::Bare))
    })
}

impl Parsed {
    fn of_form(form: Form) -> Self {
        Self {
            form,
            principal: None,
            action: None,
            resource: None,
            denial: None,
            policy: None,
            encoded: None,
        }
    }
}

fn tagged_log_group(text: &str) -> Option<Parsed> {
    let (before, _) = text.split_once(" is not authorized to perform CreateLogGroup with Tags")?;
    let (_, account) = before.rsplit_once("User with accountId: ")?;
    let action = Action::parse("logs:TagResource").ok();
    Some(Parsed {
        principal: Some(account.to_owned()),
        action,
        ..Parsed::of_form(Form::TaggedLogGroup)
    })
}

fn common(text: &str) -> Option<Parsed> {
    let verbs = [
        "is not authorized to perform:",
        "isn't authorized to perform:",
    ];
    let (before, after) = verbs
        .iter()
        .filter_map(|verb| text.split_once(verb))
        .min_by_key(|(before, _)| before.len())?;
    let (action, rest) = split_word(after.trim_start());
    let action = Action::parse(trim_end(action)).ok()?;
    let principal = before
        .rsplit_once("User: ")
        .map(|(_, principal)| principal.trim().to_owned());
    let (resource, reason) = split_reason(rest);
    let mut parsed = Parsed {
        principal,
        action: Some(action),
        ..Parsed::of_form(Form::Common)
    };
    parsed.resource = resource
        .trim_start()
        .strip_prefix("on resource:")
        .map(read_resource);
    if let Some(block) = public_access_block(reason) {
        parsed.form = Form::PublicAccessBlock(block);
    }
    parsed.denial = read_reason(reason);
    parsed.policy = parsed.denial.and_then(|_| policy_in(reason));
    parsed.encoded = text
        .split_once("Encoded authorization failure message: ")
        .map(|(_, blob)| trim_end(split_word(blob).0).to_owned());
    Some(parsed)
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Drops what sentences and wrappers put after a word.
fn trim_end(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ')', '\'', '"', '<'])
}

/// What stands before the reason, and the reason. A reason in quotes belongs to the resource's name.
fn split_reason(text: &str) -> (&str, &str) {
    let unquoted = match text.trim_start().strip_prefix("on resource: \"") {
        Some(quoted) => text.len() - quoted.len() + quoted.rfind('"').unwrap_or(0),
        None => 0,
    };
    let starts = [" because ", " with an explicit deny "].map(|start| text[unquoted..].find(start));
    match starts.into_iter().flatten().min() {
        Some(start) => text.split_at(unquoted + start),
        None => (text, ""),
    }
}

fn read_resource(text: &str) -> NamedResource {
    let text = text.trim();
    if let Some(quoted) = text.strip_prefix('"') {
        let inside = quoted.rfind('"').map_or(quoted, |end| &quoted[..end]);
        return Arn::parse(inside).map_or_else(
            |_| NamedResource::Other(inside.to_owned()),
            NamedResource::Arn,
        );
    }
    if let Some(listed) = listing::read(text) {
        return listed;
    }
    let (first, rest) = split_word(text);
    let (second, _) = split_word(rest.trim_start());
    let second = trim_end(second);
    match first {
        "*" => NamedResource::Unnamed,
        "policy" if second.starts_with("arn:") => read_resource(second),
        "role" | "user" | "group" | "instance-profile" if !second.is_empty() => {
            NamedResource::KindAndName(first.to_owned(), second.to_owned())
        }
        word => {
            let word = trim_end(word);
            Arn::parse(word).map_or_else(
                |_| NamedResource::Other(word.to_owned()),
                NamedResource::Arn,
            )
        }
    }
}

fn public_access_block(reason: &str) -> Option<PublicAccessBlock> {
    if reason.contains("BlockPublicPolicy") {
        Some(PublicAccessBlock::Policies)
    } else if reason.contains("BlockPublicAcls") {
        Some(PublicAccessBlock::Acls)
    } else {
        None
    }
}

const LAYERS: [(&str, Layer); 9] = [
    ("identity-based policy", Layer::Identity),
    ("resource-based policy", Layer::Resource),
    ("permissions boundary", Layer::Boundary),
    ("session policy", Layer::Session),
    ("sessions policy", Layer::Session),
    ("service control policy", Layer::Scp),
    ("resource control policy", Layer::Rcp),
    ("VPC endpoint policy", Layer::Vpce),
    ("role trust policy", Layer::Resource),
];

fn read_reason(reason: &str) -> Option<Denial> {
    let reason = reason.trim_start();
    let (kind, named) = match reason.strip_prefix("because no ") {
        Some(named) => (DenialKind::Implicit, named),
        None => (
            DenialKind::Explicit,
            reason.strip_prefix("with an explicit deny in ")?,
        ),
    };
    let named = ["an ", "a ", "the "]
        .iter()
        .find_map(|article| named.strip_prefix(article))
        .unwrap_or(named);
    let (_, layer) = LAYERS.iter().find(|(words, _)| named.starts_with(words))?;
    Some(Denial {
        layer: *layer,
        kind,
    })
}

/// The ARN after the reason's colon.
fn policy_in(reason: &str) -> Option<Arn> {
    let (_, arn) = reason.split_once(": arn:")?;
    Arn::parse(&format!("arn:{}", trim_end(split_word(arn).0))).ok()
}

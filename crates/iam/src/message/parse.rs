//! From AWS's text back to what it says.

use super::text::plain;
use super::{PublicAccessBlock, reason, resource};
use crate::{Action, Arn, Denial};

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
    /// The denial's own words, in one line: what a wrapper puts around them is left out.
    pub words: String,
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
    /// S3 may not use the key that an object is encrypted with, and does not name it.
    KeyOfObject,
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
        let words = "Access Denied";
        text.contains(words).then(|| Parsed {
            words: words.to_owned(),
            ..Parsed::of_form(Form::Bare)
        })
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
            words: String::new(),
        }
    }
}

fn tagged_log_group(text: &str) -> Option<Parsed> {
    let words = "User with accountId: ";
    let verb = " is not authorized to perform CreateLogGroup with Tags";
    let end = text.find(verb)?;
    let start = text[..end].rfind(words)?;
    let action = Action::parse("logs:TagResource").ok();
    Some(Parsed {
        principal: Some(text[start + words.len()..end].to_owned()),
        action,
        words: text[start..end + verb.len()].to_owned(),
        ..Parsed::of_form(Form::TaggedLogGroup)
    })
}

const VERBS: [&str; 2] = [
    "is not authorized to perform:",
    "isn't authorized to perform:",
];

/// Where the first denial says what may not be done, and where what follows begins.
fn verb(text: &str) -> Option<(usize, usize)> {
    VERBS
        .iter()
        .filter_map(|verb| Some((text.find(verb)?, verb.len())))
        .min()
        .map(|(at, length)| (at, at + length))
}

fn common(text: &str) -> Option<Parsed> {
    let (verb_at, verb_end) = verb(text)?;
    let before = &text[..verb_at];
    // SDKs print an error and what it holds: the same denial again.
    let whole = &text[..verb(&text[verb_end..]).map_or(text.len(), |(next, _)| verb_end + next)];
    let after = whole[verb_end..].trim_start();
    let word = trim_end(split_word(after).0);
    let action = Action::parse(word).ok()?;
    let mut at = whole.len() - after.len() + word.len();
    let mut parsed = Parsed::of_form(Form::Common);
    let rest = whole[at..].trim_start();
    if let Some(named) = rest.strip_prefix("on resource:") {
        let (resource, end) = resource::read(named);
        parsed.resource = resource;
        at = whole.len() - named.len() + end;
    } else if let Some(unnamed) = rest.strip_prefix("on this resource") {
        at = whole.len() - unnamed.len();
        if action.service() == "kms" {
            parsed.form = Form::KeyOfObject;
        }
    }
    if let Some(reason) = reason::read(&whole[at..]) {
        parsed.denial = reason.denial;
        parsed.policy = reason.policy;
        if let Some(block) = reason.block {
            parsed.form = Form::PublicAccessBlock(block);
        }
        at += reason.length;
    }
    let start = before.rfind("User").unwrap_or(verb_at);
    parsed.words = as_written(&text[start..at]);
    parsed.principal = before
        .rsplit_once("User: ")
        .map(|(_, principal)| principal.trim().to_owned());
    parsed.action = Some(action);
    parsed.encoded = text
        .split_once("Encoded authorization failure message: ")
        .map(|(_, blob)| trim_end(split_word(blob).0).to_owned());
    Some(parsed)
}

/// The words of a service, also where they were part of a string.
fn as_written(words: &str) -> String {
    if words.contains("on resource: \\") {
        resource::unescaped(words).into_owned()
    } else {
        words.to_owned()
    }
}

pub(super) fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Drops what sentences and wrappers put after a word.
pub(super) fn trim_end(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ')', '\'', '"', '<', '\\'])
}

//! Reading a case.

use std::sync::Arc;

use crate::json::{self, JsonError, Value, ValueKind};
use crate::policy::{Document, DocumentError, Kind};
use crate::{
    AccountIdError, Action, ActionError, ArnError, Caller, CallerError, Context, Layers, Level,
    Policy, Request, Resource, Settings, Span,
};

/// One request with the policies that decide it.
#[derive(Debug)]
pub struct Case {
    /// The case's name.
    pub id: String,
    /// The request.
    pub request: Request,
    /// The policies.
    pub layers: Layers,
}

/// A line is no case.
#[derive(Debug, thiserror::Error)]
#[error("{element}: {problem}")]
pub struct CaseError {
    /// The element that is wrong, such as `request.action`.
    pub element: String,
    /// Where it stands in the line.
    pub span: Span,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

/// What can be wrong with an element of a case.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The line is not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// An element is absent.
    #[error("is missing")]
    Missing,
    /// An element is of the wrong type.
    #[error("must be {0}")]
    Type(&'static str),
    /// An element that the format does not know.
    #[error("is not known")]
    Unknown,
    /// The layer holds at most one document.
    #[error("holds more than one document")]
    TooMany,
    /// A policy that does not obey the grammar.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The principal.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The action.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The resource.
    #[error(transparent)]
    Arn(#[from] ArnError),
    /// The account.
    #[error(transparent)]
    Account(#[from] AccountIdError),
}

type Read<T> = Result<T, CaseError>;

fn refuse<T>(element: &str, span: Span, problem: impl Into<Problem>) -> Read<T> {
    Err(CaseError {
        element: element.to_owned(),
        span,
        problem: problem.into(),
    })
}

/// The id of a line that may not be a case otherwise.
pub fn id_of(line: &str) -> Option<String> {
    json::parse(line)
        .ok()?
        .get("id")?
        .as_str()
        .map(str::to_owned)
}

impl Case {
    /// Reads one line.
    ///
    /// # Errors
    /// [`CaseError`] naming the element. Elements that say nothing about the decision (`source`, `note`,
    /// `expect` and others at the top) are not looked at.
    pub fn parse(line: &str) -> Read<Self> {
        let value = json::parse(line).or_else(|error| refuse("line", error.span, error))?;
        let reader = Reader { line };
        if string(&value, "v", "v")? != "iamcase/v1" {
            return refuse("v", value.span, Problem::Type("`iamcase/v1`"));
        }
        let id = string(&value, "id", "id")?.to_owned();
        let request = read_request(wanted(&value, "request", "request")?)?;
        let mut layers = reader.layers(wanted(&value, "policies", "policies")?, &request)?;
        if let Some(settings) = value.get("settings") {
            layers.settings = read_settings(settings)?;
        }
        Ok(Self {
            id,
            request,
            layers,
        })
    }
}

fn wanted<'v, 't>(value: &'v Value<'t>, key: &str, element: &str) -> Read<&'v Value<'t>> {
    value
        .get(key)
        .map_or_else(|| refuse(element, value.span, Problem::Missing), Ok)
}

fn string<'v>(value: &'v Value<'_>, key: &str, element: &str) -> Read<&'v str> {
    let found = wanted(value, key, element)?;
    found.as_str().map_or_else(
        || refuse(element, found.span, Problem::Type("a string")),
        Ok,
    )
}

fn array<'v, 't>(value: &'v Value<'t>, element: &str) -> Read<&'v [Value<'t>]> {
    value
        .as_array()
        .map_or_else(|| refuse(element, value.span, Problem::Type("a list")), Ok)
}

fn object<'v, 't>(value: &'v Value<'t>, element: &str) -> Read<&'v [json::Member<'t>]> {
    value.as_object().map_or_else(
        || refuse(element, value.span, Problem::Type("an object")),
        Ok,
    )
}

fn read_request(value: &Value<'_>) -> Read<Request> {
    let field =
        |key: &str| string(value, key, &format!("request.{key}")).map(|text| (text, value.span));
    let (caller, span) = field("principal")?;
    let caller = Caller::parse(caller).or_else(|error| refuse("request.principal", span, error))?;
    let (action, span) = field("action")?;
    let action = Action::parse(action).or_else(|error| refuse("request.action", span, error))?;
    let (resource, span) = field("resource")?;
    let resource: Resource = resource
        .parse()
        .or_else(|error: ArnError| refuse("request.resource", span, error))?;
    let (account, span) = field("resource_account")?;
    let resource_account = account
        .parse()
        .or_else(|error: AccountIdError| refuse("request.resource_account", span, error))?;
    let context = value
        .get("context")
        .map_or_else(|| Ok(Context::new()), read_context)?;
    Ok(Request {
        caller,
        action,
        resource,
        resource_account,
        context,
    })
}

fn read_context(value: &Value<'_>) -> Read<Context> {
    let mut context = Context::new();
    for member in object(value, "request.context")? {
        let element = format!("request.context.{}", member.key);
        match &member.value.kind {
            ValueKind::Array(list) => {
                let values: Vec<String> = list
                    .iter()
                    .map(|value| scalar(value, &element))
                    .collect::<Read<_>>()?;
                context.set_list(&member.key, values)
            }
            _ => context.set(&member.key, scalar(&member.value, &element)?),
        };
    }
    Ok(context)
}

fn scalar(value: &Value<'_>, element: &str) -> Read<String> {
    match &value.kind {
        ValueKind::String(text) => Ok(text.to_string()),
        ValueKind::Number(digits) => Ok((*digits).to_owned()),
        ValueKind::Bool(answer) => Ok(answer.to_string()),
        _ => refuse(element, value.span, Problem::Type("a string")),
    }
}

fn read_settings(value: &Value<'_>) -> Read<Settings> {
    let mut settings = Settings::default();
    for member in object(value, "settings")? {
        match (&*member.key, &member.value.kind) {
            ("s3_block_public_access", ValueKind::Bool(on)) => {
                settings.s3_restrict_public_buckets = *on;
            }
            ("s3_block_public_access", _) => {
                return refuse(
                    "settings",
                    member.value.span,
                    Problem::Type("true or false"),
                );
            }
            (other, _) => {
                return refuse(
                    &format!("settings.{other}"),
                    member.key_span,
                    Problem::Unknown,
                );
            }
        }
    }
    Ok(settings)
}

struct Reader<'t> {
    line: &'t str,
}

impl Reader<'_> {
    fn layers(&self, value: &Value<'_>, request: &Request) -> Read<Layers> {
        let mut layers = Layers::default();
        for member in object(value, "policies")? {
            let (element, value) = (format!("policies.{}", member.key), &member.value);
            match &*member.key {
                "identity" => layers.identity = self.policies(value, Kind::Identity, &element)?,
                "boundary" => {
                    layers.boundary = self.at_most_one(value, Kind::Boundary, &element)?.pop();
                }
                "session" => {
                    layers.session = Some(self.at_most_one(value, Kind::Session, &element)?)
                        .filter(|some| !some.is_empty());
                }
                "scp" => layers.scp = Some(self.levels(value, Kind::Scp, &element)?),
                "rcp" => layers.rcp = self.levels(value, Kind::Rcp, &element)?,
                "resource" => {
                    let kind = if is_about_trust(request) {
                        Kind::Trust
                    } else {
                        Kind::Resource
                    };
                    layers.resource = Some(self.compile("resource", value, kind, &element)?);
                }
                "vpce" => {
                    layers.vpce = Some(self.policies(value, Kind::Vpce, &element)?)
                        .filter(|some| !some.is_empty());
                }
                _ => return refuse(&element, member.key_span, Problem::Unknown),
            }
        }
        Ok(layers)
    }

    fn policies(&self, value: &Value<'_>, kind: Kind, element: &str) -> Read<Vec<Arc<Policy>>> {
        let policy = |entry: &Value<'_>| {
            let name = string(entry, "name", &format!("{element}.name"))?;
            self.compile(
                name,
                wanted(entry, "document", &format!("{element}.document"))?,
                kind,
                element,
            )
        };
        array(value, element)?.iter().map(policy).collect()
    }

    fn at_most_one(&self, value: &Value<'_>, kind: Kind, element: &str) -> Read<Vec<Arc<Policy>>> {
        let policies = self.policies(value, kind, element)?;
        if policies.len() > 1 {
            return refuse(element, value.span, Problem::TooMany);
        }
        Ok(policies)
    }

    fn levels(&self, value: &Value<'_>, kind: Kind, element: &str) -> Read<Vec<Level>> {
        let level = |entry: &Value<'_>| {
            let target = string(entry, "target", &format!("{element}.target"))?.into();
            let policies = self.policies(
                wanted(entry, "policies", &format!("{element}.policies"))?,
                kind,
                element,
            )?;
            Ok(Level { target, policies })
        };
        array(value, element)?.iter().map(level).collect()
    }

    fn compile(
        &self,
        name: &str,
        value: &Value<'_>,
        kind: Kind,
        element: &str,
    ) -> Read<Arc<Policy>> {
        match Document::from_value(self.line, value, kind) {
            Ok(document) => Ok(Policy::inline(name, document)),
            Err(error) => refuse(element, error.span, error),
        }
    }
}

/// A trust policy is given as the role's resource policy.
fn is_about_trust(request: &Request) -> bool {
    let is_role = request
        .resource
        .arn()
        .is_some_and(|arn| arn.service() == "iam" && arn.resource().starts_with("role/"));
    request.action.service() == "sts" && is_role
}

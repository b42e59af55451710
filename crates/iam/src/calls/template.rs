//! The resources that calls act on, with gaps for names.

use crate::{AccountId, Arn, ArnError, Resource};

/// The resource of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// `*`: the action has no resource type.
    Unnamed,
    /// `arn:P:s3:::BUCKET`
    Bucket,
    /// `arn:P:s3:::BUCKET/KEY`
    Object,
    /// The object that a copy reads.
    SourceObject,
    /// The object that holds a function's or layer's code.
    CodeObject,
    /// `arn:P:lambda:R:A:function:NAME`, with `:QUALIFIER` where the request names one.
    Function,
    /// `arn:P:lambda:R:A:event-source-mapping:UUID`
    EventSourceMapping,
    /// `arn:P:lambda:R:A:layer:NAME`
    Layer,
    /// A layer version as the request names it, of whatever account; one decision for each.
    LayerVersion,
    /// A role as the request names it: an ARN.
    Role,
    /// A user's ARN, path included.
    User,
    /// A group's ARN, path included.
    Group,
    /// An instance profile's ARN, path included.
    InstanceProfile,
    /// A managed policy's ARN.
    ManagedPolicy,
    /// The principal that a simulation asks about.
    PolicySource,
    /// `arn:P:sts::A:federated-user/NAME`
    FederatedUser,
    /// `arn:P:iam::A:role/aws-service-role/SERVICE/*`
    ServiceLinkedRole,
    /// `arn:P:logs:R:A:log-group:NAME:log-stream:`
    LogGroup,
    /// `arn:P:logs:R:A:log-group:NAME:log-stream:STREAM`
    LogStream,
    /// `arn:P:servicequotas:R:A:SERVICE/CODE`
    Quota,
    /// `arn:P:account::A:account`
    Account,
    /// `arn:P:budgets::A:budget/NAME`
    Budget,
    /// A KMS key's ARN.
    Key,
    /// The ARN of the KMS key of the object that a copy reads.
    SourceKey,
    /// `arn:P:sqs:R:A:QUEUE`
    Queue,
    /// `arn:P:apigateway:R::PATH`: what a call of API Gateway names in its path.
    ApiPath,
    /// `arn:P:execute-api:R:A:API/STAGE/METHOD/PATH`
    ApiMethod,
}

/// Where a call is made: what an ARN says besides the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// The endpoint's region.
    pub region: &'a str,
    /// The account that is asked.
    pub account: AccountId,
}

/// The gaps of templates. Those named `…Arn` take a whole ARN, the others the bare name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Bucket name.
    Bucket,
    /// Object key, not encoded.
    Key,
    /// Bucket that a copy reads.
    SourceBucket,
    /// Key that a copy reads.
    SourceKey,
    /// Bucket that holds code.
    CodeBucket,
    /// Key that holds code.
    CodeKey,
    /// Function name.
    Function,
    /// Version or alias, as the request names it.
    Qualifier,
    /// An event source mapping's UUID.
    EventSourceMapping,
    /// Layer name.
    Layer,
    /// A layer version's ARN.
    LayerVersionArn,
    /// A role's ARN.
    RoleArn,
    /// A user's ARN.
    UserArn,
    /// A group's ARN.
    GroupArn,
    /// An instance profile's ARN.
    InstanceProfileArn,
    /// A managed policy's ARN.
    PolicyArn,
    /// A user's, group's or role's ARN.
    PolicySourceArn,
    /// Name of a federated user.
    FederatedUser,
    /// A service's principal name.
    LinkedService,
    /// Log group name.
    LogGroup,
    /// Log stream name.
    LogStream,
    /// Service code of a quota.
    QuotaService,
    /// Quota code.
    QuotaCode,
    /// Name of a budget.
    Budget,
    /// A KMS key's ARN.
    KeyArn,
    /// The ARN of the KMS key of what a copy reads.
    SourceKeyArn,
    /// Queue name.
    Queue,
    /// A path of API Gateway without version: `/apis/ID/routes`.
    ApiPath,
    /// `API/STAGE/METHOD/PATH` of a request to an API.
    ApiMethod,
}

/// A template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The request does not name what the resource needs.
    #[error("the request names no {0:?}")]
    Missing(Slot),
    /// What was filled in is no ARN.
    #[error(transparent)]
    Arn(#[from] ArnError),
}

impl Template {
    /// The resource, with the names that `value` gives.
    ///
    /// # Errors
    /// [`TemplateError`]; the call must then be refused.
    // spec: iam/calls#resources
    pub fn fill<'v>(
        self,
        place: Place<'_>,
        value: impl Fn(Slot) -> Option<&'v str>,
    ) -> Result<Resource, TemplateError> {
        let get = |slot| value(slot).ok_or(TemplateError::Missing(slot));
        let regional = |service: &str, resource: String| {
            let account = place.account.as_str();
            Arn::of(place.partition, service, place.region, account, &resource)
        };
        let global = |service: &str, account: &str, resource: String| {
            Arn::of(place.partition, service, "", account, &resource)
        };
        let object =
            |bucket, key| Ok::<_, TemplateError>(format!("{}/{}", get(bucket)?, get(key)?));
        let arn = match self {
            Self::Unnamed => return Ok(Resource::UNNAMED),
            Self::Bucket => global("s3", "", get(Slot::Bucket)?.to_owned()),
            Self::Object => global("s3", "", object(Slot::Bucket, Slot::Key)?),
            Self::SourceObject => global("s3", "", object(Slot::SourceBucket, Slot::SourceKey)?),
            Self::CodeObject => global("s3", "", object(Slot::CodeBucket, Slot::CodeKey)?),
            Self::Function => {
                let qualifier = value(Slot::Qualifier)
                    .map(|qualifier| format!(":{qualifier}"))
                    .unwrap_or_default();
                regional(
                    "lambda",
                    format!("function:{}{qualifier}", get(Slot::Function)?),
                )
            }
            Self::EventSourceMapping => regional(
                "lambda",
                format!("event-source-mapping:{}", get(Slot::EventSourceMapping)?),
            ),
            Self::Layer => regional("lambda", format!("layer:{}", get(Slot::Layer)?)),
            Self::LayerVersion => Arn::parse(get(Slot::LayerVersionArn)?),
            Self::Role => Arn::parse(get(Slot::RoleArn)?),
            Self::User => Arn::parse(get(Slot::UserArn)?),
            Self::Group => Arn::parse(get(Slot::GroupArn)?),
            Self::InstanceProfile => Arn::parse(get(Slot::InstanceProfileArn)?),
            Self::ManagedPolicy => Arn::parse(get(Slot::PolicyArn)?),
            Self::PolicySource => Arn::parse(get(Slot::PolicySourceArn)?),
            Self::Key => Arn::parse(get(Slot::KeyArn)?),
            Self::SourceKey => Arn::parse(get(Slot::SourceKeyArn)?),
            Self::FederatedUser => {
                let name = get(Slot::FederatedUser)?;
                global(
                    "sts",
                    place.account.as_str(),
                    format!("federated-user/{name}"),
                )
            }
            Self::ServiceLinkedRole => {
                let service = get(Slot::LinkedService)?;
                global(
                    "iam",
                    place.account.as_str(),
                    format!("role/aws-service-role/{service}/*"),
                )
            }
            Self::Account => global("account", place.account.as_str(), "account".to_owned()),
            Self::Budget => global(
                "budgets",
                place.account.as_str(),
                format!("budget/{}", get(Slot::Budget)?),
            ),
            Self::LogGroup => regional(
                "logs",
                format!("log-group:{}:log-stream:", get(Slot::LogGroup)?),
            ),
            Self::LogStream => {
                let stream = get(Slot::LogStream)?;
                regional(
                    "logs",
                    format!("log-group:{}:log-stream:{stream}", get(Slot::LogGroup)?),
                )
            }
            Self::Quota => {
                let code = get(Slot::QuotaCode)?;
                regional(
                    "servicequotas",
                    format!("{}/{code}", get(Slot::QuotaService)?),
                )
            }
            Self::Queue => regional("sqs", get(Slot::Queue)?.to_owned()),
            Self::ApiPath => Arn::of(
                place.partition,
                "apigateway",
                place.region,
                "",
                get(Slot::ApiPath)?,
            ),
            Self::ApiMethod => regional("execute-api", get(Slot::ApiMethod)?.to_owned()),
        };
        Ok(arn?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_each_template() {
        let account = "111122223333".parse().unwrap();
        let place = Place {
            partition: "aws",
            region: "us-east-1",
            account,
        };
        let value = |slot| match slot {
            Slot::Bucket | Slot::SourceBucket => Some("b"),
            Slot::Key | Slot::SourceKey => Some("k:1/x y"),
            Slot::Function => Some("f"),
            Slot::Qualifier => Some("prod"),
            Slot::Layer => Some("l"),
            Slot::RoleArn => Some("arn:aws:iam::111122223333:role/p/r"),
            Slot::LogGroup => Some("/aws/lambda/f"),
            Slot::LogStream => Some("2026/01/01/[$LATEST]ab"),
            Slot::QuotaService => Some("lambda"),
            Slot::QuotaCode => Some("L-B99A9384"),
            Slot::LinkedService => Some("servicequotas.amazonaws.com"),
            Slot::Budget => Some("Remotion"),
            Slot::Queue => Some("q"),
            Slot::ApiPath => Some("/apis/a1/routes"),
            Slot::ApiMethod => Some("a1/$default/GET/x"),
            _ => None,
        };
        for (template, expected) in [
            (Template::Unnamed, "*"),
            (Template::Bucket, "arn:aws:s3:::b"),
            (Template::Object, "arn:aws:s3:::b/k:1/x y"),
            (
                Template::Function,
                "arn:aws:lambda:us-east-1:111122223333:function:f:prod",
            ),
            (
                Template::Layer,
                "arn:aws:lambda:us-east-1:111122223333:layer:l",
            ),
            (Template::Role, "arn:aws:iam::111122223333:role/p/r"),
            (
                Template::LogGroup,
                "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f:log-stream:",
            ),
            (
                Template::LogStream,
                "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f:log-stream:2026/01/01/[$LATEST]ab",
            ),
            (
                Template::Quota,
                "arn:aws:servicequotas:us-east-1:111122223333:lambda/L-B99A9384",
            ),
            (
                Template::ServiceLinkedRole,
                "arn:aws:iam::111122223333:role/aws-service-role/servicequotas.amazonaws.com/*",
            ),
            (Template::Account, "arn:aws:account::111122223333:account"),
            (
                Template::Budget,
                "arn:aws:budgets::111122223333:budget/Remotion",
            ),
            (Template::Queue, "arn:aws:sqs:us-east-1:111122223333:q"),
            (
                Template::ApiPath,
                "arn:aws:apigateway:us-east-1::/apis/a1/routes",
            ),
            (
                Template::ApiMethod,
                "arn:aws:execute-api:us-east-1:111122223333:a1/$default/GET/x",
            ),
        ] {
            assert_eq!(template.fill(place, value).unwrap().as_str(), expected);
        }
        assert_eq!(
            Template::User.fill(place, value),
            Err(TemplateError::Missing(Slot::UserArn))
        );
        assert!(matches!(
            Template::Role.fill(place, |_| Some("r")),
            Err(TemplateError::Arn(_))
        ));
    }
}

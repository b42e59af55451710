//! Account Management: which regions there are, and which the account may use.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorizer, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::regions::{EnabledRegions, KnownRegion, REGIONS};
use crate::response::{Response, document};
use crate::services::Serve;

const LARGEST_INPUT: usize = 64 * 1024;

/// How many regions one answer holds at most.
const LARGEST_PAGE: usize = 50;

/// The service.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) account: iam::AccountId,
    pub(crate) enabled: EnabledRegions,
    pub(crate) authorizer: Authorizer,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListRegions {
    account_id: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    region_opt_status_contains: Vec<String>,
}

impl Operation for ListRegions {
    const SERVICE: &'static str = "account";
    const NAME: &'static str = "ListRegions";
    const READ_ONLY: bool = true;
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetRegionOptStatus {
    account_id: Option<String>,
    region_name: String,
}

impl Operation for GetRegionOptStatus {
    const SERVICE: &'static str = "account";
    const NAME: &'static str = "GetRegionOptStatus";
    const READ_ONLY: bool = true;
}

impl Serve for Account {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let head = request.head();
        match (&head.method, head.raw_path()) {
            (&Method::POST, "/listRegions") => {
                let input: ListRegions = input::<ListRegions, _>(&request, body).await?;
                self.of_this_account(input.account_id.as_deref())?;
                let call = self
                    .authorizer
                    .decide(&request, input, &Particulars::new())?;
                output(&self.list_regions(&call)?)
            }
            (&Method::POST, "/getRegionOptStatus") => {
                let input: GetRegionOptStatus =
                    input::<GetRegionOptStatus, _>(&request, body).await?;
                self.of_this_account(input.account_id.as_deref())?;
                let particulars =
                    Particulars::new().key("account:TargetRegion", &input.region_name);
                let call = self.authorizer.decide(&request, input, &particulars)?;
                output(&self.region_opt_status(&call.region_name)?)
            }
            (method, path) => Err(ApiError::not_implemented(&format!("{method} {path}"))),
        }
    }
}

impl Account {
    /// Only the management account of an organization may ask about others; here is none.
    fn of_this_account(&self, asked: Option<&str>) -> Result<(), ApiError> {
        match asked {
            Some(asked) if asked != self.account.as_str() => Err(ApiError::forbidden(
                "AccessDeniedException",
                "User is not authorized to access this resource",
            )),
            _ => Ok(()),
        }
    }

    fn list_regions(&self, call: &ListRegions) -> Result<Value, ApiError> {
        let most = call.max_results.unwrap_or(LARGEST_PAGE);
        if !(1..=LARGEST_PAGE).contains(&most) {
            return Err(invalid("MaxResults must be between 1 and 50"));
        }
        let wanted = |region: &&KnownRegion| {
            let statuses = &call.region_opt_status_contains;
            statuses.is_empty() || statuses.iter().any(|status| status == self.status(region))
        };
        // A token is the last region that was shown.
        let mut rest = REGIONS.iter().filter(wanted).filter(|region| {
            call.next_token
                .as_deref()
                .is_none_or(|last| region.name > last)
        });
        let page: Vec<&KnownRegion> = rest.by_ref().take(most).collect();
        let next = rest.next().and(page.last()).map(|last| last.name);
        let shown = page.iter().map(|region| self.shown(region));
        let mut answer = json!({ "Regions": shown.collect::<Vec<_>>() });
        if let Some(next) = next {
            answer["NextToken"] = next.into();
        }
        Ok(answer)
    }

    fn region_opt_status(&self, name: &str) -> Result<Value, ApiError> {
        REGIONS
            .iter()
            .find(|region| region.name == name)
            .map(|region| self.shown(region))
            .ok_or_else(|| invalid("The region is not one of this partition"))
    }

    fn shown(&self, region: &KnownRegion) -> Value {
        json!({ "RegionName": region.name, "RegionOptStatus": self.status(region) })
    }

    fn status(&self, region: &KnownRegion) -> &'static str {
        match (region.opt_in, self.enabled.named(region.name)) {
            (false, _) => "ENABLED_BY_DEFAULT",
            (true, Some(_)) => "ENABLED",
            (true, None) => "DISABLED",
        }
    }
}

async fn input<Op: Operation, T: DeserializeOwned>(
    request: &Authenticated,
    body: VerifiedBody,
) -> Result<T, ApiError> {
    request.trail().operation(Op::NAME, Op::READ_ONLY);
    let bytes = body
        .collect(LARGEST_INPUT, || invalid("the body is too large"))
        .await?;
    let bytes = if bytes.is_empty() {
        &b"{}"[..]
    } else {
        &bytes[..]
    };
    serde_json::from_slice(bytes).map_err(|error| invalid(&error.to_string()))
}

fn output(answer: &Value) -> Result<Response, ApiError> {
    Ok(document(
        StatusCode::OK,
        "application/json",
        answer.to_string(),
    ))
}

fn invalid(message: &str) -> ApiError {
    ApiError::bad_request("ValidationException", message)
}

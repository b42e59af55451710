//! From a request to its response: authenticate, serve, record.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use http::header::EXPECT;
use http::{Method, Request, StatusCode};
use hyper::body::Incoming as Connection;

use crate::api_error::ApiError;
use crate::authn::{Authenticator, service_of};
use crate::body::ReceivedBody;
use crate::clock::{Clock, http_date};
use crate::cloud::Regions;
use crate::events::{Failure, History, Trail};
use crate::gateway::recorded::recorded;
use crate::incoming::{Head, Incoming};
use crate::request_id::RequestId;
use crate::response::{Response, set_header};
use crate::service::Service;

/// Answers requests of all services.
pub(crate) struct Gateway {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) authenticator: Authenticator,
    pub(crate) regions: Regions,
    pub(crate) history: History,
}

impl Gateway {
    /// Answers one request and keeps its record.
    pub(crate) async fn answer(&self, request: Request<Connection>, peer: IpAddr) -> Response {
        let (parts, body) = request.into_parts();
        let head = Head {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            peer,
            received_at: self.clock.now(),
            request_id: RequestId::random(),
        };
        let (id, method) = (head.request_id, head.method.clone());
        let waits = head.headers.contains_key(EXPECT);
        let (body, mut leftover) = ReceivedBody::new(body);
        let known = service_of(&head);
        let service = match &known {
            Ok(service) => *service,
            Err(_) => Service::of_unsigned(&head),
        };
        let region = self.authenticator.region_of(service, &head);
        let trail = Trail::new(&head, service, &region);
        let answered = match known {
            Ok(service) => self.serve(service, Incoming { head, body }, &trail).await,
            Err(name) => Err(ApiError::not_implemented(&format!("service `{name}`"))),
        };
        let mut response = match answered {
            Ok(response) => response,
            Err(error) => refusal(&error, service, &method, id, &trail),
        };
        if trail.must_be_kept()
            && let Err(error) = self.history.keep_now(trail.record()).await
        {
            response = refusal(&error.into(), service, &method, id, &trail);
        }
        self.set_common_headers(&mut response, service, id);
        if waits && leftover.is_untouched() {
            // Told the outcome before it was asked to go on, the client may keep its body back, and
            // what it sends next on this connection would be taken for it.
            set_header(&mut response, "connection", "close");
        }
        response.map(|body| recorded(body, trail, self.history.clone(), leftover))
    }

    async fn serve(
        &self,
        service: Service,
        incoming: Incoming,
        trail: &Trail,
    ) -> Result<Response, ApiError> {
        let serving = async {
            let (request, body) = self
                .authenticator
                .authenticate(service, incoming, trail.clone())
                .await?;
            let services = self.regions.services_in(request.region()).await?;
            services.serve(request, body).await
        };
        // A panic is a defect of one call; it must not take the connection or the record with it.
        match AssertUnwindSafe(serving).catch_unwind().await {
            Ok(answered) => answered,
            Err(_) => Err(ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalFailure",
                "We encountered an internal error. Please try again.",
            )),
        }
    }

    fn set_common_headers(&self, response: &mut Response, service: Service, id: RequestId) {
        set_header(response, "date", &http_date(self.clock.now()));
        if service == Service::S3 {
            set_header(response, "x-amz-request-id", &id.s3());
            set_header(response, "x-amz-id-2", &id.s3_extended());
            set_header(response, "server", "AmazonS3");
        } else {
            set_header(response, "x-amzn-requestid", &id.to_string());
        }
    }
}

fn refusal(
    error: &ApiError,
    service: Service,
    method: &Method,
    id: RequestId,
    trail: &Trail,
) -> Response {
    let response = error.render(service, method, id);
    trail.failed(Failure {
        status: response.status().as_u16(),
        code: error.code.clone().into_owned(),
        message: error.message.clone(),
    });
    response
}

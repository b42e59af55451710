//! Errors as clients see them, spelled by the protocol of the service.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use quick_xml::escape::escape;
use serde_json::{Map, Value};

use crate::request_id::RequestId;
use crate::response::{Response, document, empty, set_header};
use crate::service::{Protocol, Service};

/// An error with AWS's code, status and text.
///
/// It does not know the protocol it will be spelled in: the gateway knows which service answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ApiError {
    /// AWS's name of the error, such as `NoSuchEntity`.
    pub(crate) code: Cow<'static, str>,
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// AWS's text.
    pub(crate) message: String,
    /// Further members: elements of S3's error document, members of JSON bodies.
    pub(crate) extra: Vec<(Cow<'static, str>, String)>,
    /// Headers that go with it, such as `Retry-After`.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl ApiError {
    /// An error with a status.
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            status,
            message: message.into(),
            extra: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// An error with status 400.
    pub(crate) fn bad_request(
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// An error with status 403.
    pub(crate) fn forbidden(
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// An error with status 404.
    pub(crate) fn not_found(
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// An error with status 409.
    pub(crate) fn conflict(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// A call that AWS has and this cloud lacks, by its name.
    pub(crate) fn not_implemented(call: &str) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            format!("this cloud has no {call}"),
        )
    }

    /// A fault of the cloud itself. The cause goes to the log, not to the client.
    pub(crate) fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "internal failure");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalFailure",
            "We encountered an internal error. Please try again.",
        )
    }

    /// Adds a member to the error document.
    #[must_use]
    pub(crate) fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// Adds a header to the response.
    #[must_use]
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The response that tells the client, without the headers that every response carries.
    pub(crate) fn render(&self, service: Service, method: &Method, id: RequestId) -> Response {
        let mut response = match service.protocol() {
            Protocol::Query => self.query(service, id),
            Protocol::RestXml => self.rest_xml(method, id),
            Protocol::RestJson => self.rest_json(),
            Protocol::Json11 => self.json11(),
            Protocol::Json10 => self.json10(service),
        };
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_str(value),
            ) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn query(&self, service: Service, id: RequestId) -> Response {
        let namespace = match service {
            Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            _ => "https://sts.amazonaws.com/doc/2011-06-15/",
        };
        let fault = if self.status.is_server_error() {
            "Receiver"
        } else {
            "Sender"
        };
        let body = format!(
            "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{fault}</Type>\n    \
             <Code>{}</Code>\n    <Message>{}</Message>\n  </Error>\n  \
             <RequestId>{id}</RequestId>\n</ErrorResponse>\n",
            escape(self.code.as_ref()),
            escape(self.message.as_str()),
        );
        document(self.status, "text/xml", body)
    }

    fn rest_xml(&self, method: &Method, id: RequestId) -> Response {
        if method == Method::HEAD || self.status == StatusCode::NOT_MODIFIED {
            let mut response = Response::new(empty());
            *response.status_mut() = self.status;
            return response;
        }
        let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let members = [("Code", self.code.as_ref()), ("Message", &self.message)];
        let extra = self
            .extra
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_str()));
        for (name, value) in members.into_iter().chain(extra) {
            push_element(&mut body, name, value);
        }
        push_element(&mut body, "RequestId", &id.s3());
        push_element(&mut body, "HostId", &id.s3_extended());
        body.push_str("</Error>");
        document(self.status, "application/xml", body)
    }

    fn rest_json(&self) -> Response {
        let fault = if self.status.is_server_error() {
            "Service"
        } else {
            "User"
        };
        // The model spells the member with a capital for some shapes only; clients read both.
        let member = match self.code.as_ref() {
            "AccessDeniedException" | "ResourceNotFoundException" | "ServiceException" => "Message",
            _ => "message",
        };
        let mut body = Map::new();
        if self.code != "AccessDeniedException" {
            body.insert("Type".into(), fault.into());
        }
        body.insert(member.into(), self.message.clone().into());
        self.push_extra(&mut body);
        let mut response = document(
            self.status,
            "application/json",
            Value::Object(body).to_string(),
        );
        set_header(&mut response, "x-amzn-errortype", &self.code);
        response
    }

    fn json11(&self) -> Response {
        // All client errors of these services are 400, denials too.
        let status = if self.status.is_server_error() {
            self.status
        } else {
            StatusCode::BAD_REQUEST
        };
        let mut body = Map::new();
        body.insert("__type".into(), self.code.as_ref().into());
        body.insert("message".into(), self.message.clone().into());
        self.push_extra(&mut body);
        document(
            status,
            "application/x-amz-json-1.1",
            Value::Object(body).to_string(),
        )
    }

    fn json10(&self, service: Service) -> Response {
        let model = service.signing_name();
        let named = Self {
            code: format!("com.amazonaws.{model}#{}", self.code).into(),
            ..self.clone()
        };
        let mut response = named.json11();
        let content_type = HeaderValue::from_static("application/x-amz-json-1.0");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        // The name of the error in the older protocol, which a header of the error's own replaces.
        let fault = if self.status.is_server_error() {
            "Receiver"
        } else {
            "Sender"
        };
        let older = format!("{};{fault}", self.code);
        set_header(&mut response, "x-amzn-query-error", &older);
        response
    }

    fn push_extra(&self, body: &mut Map<String, Value>) {
        for (name, value) in &self.extra {
            body.insert(name.as_ref().to_owned(), value.as_str().into());
        }
    }
}

fn push_element(body: &mut String, name: &str, value: &str) {
    body.push('<');
    body.push_str(name);
    body.push('>');
    body.push_str(&escape(value));
    body.push_str("</");
    body.push_str(name);
    body.push('>');
}

//! What a client says about the bytes that it sends: checksums, in headers or trailers, and MD5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::fault;
use crate::api_error::ApiError;
use crate::body::Receipt;
use crate::incoming::Head;
use crate::storage::{Algorithm, Claim, Claims};

/// The claims of a request's head, and the algorithm to take a checksum by.
#[derive(Debug)]
pub(super) struct Integrity {
    /// The algorithm of the claim or, if there is none, the default one.
    pub(super) algorithm: Algorithm,
    /// Whether the client chose the algorithm.
    pub(super) claimed: bool,
    claims: Claims,
}

/// Headers that begin like a checksum and are none.
const NOT_VALUES: [&str; 3] = [
    "x-amz-checksum-algorithm",
    "x-amz-checksum-mode",
    "x-amz-checksum-type",
];

impl Integrity {
    /// Reads the head.
    ///
    /// # Errors
    /// More than one checksum, one that is malformed or of an algorithm that this cloud lacks, or an announced
    /// algorithm without a value.
    pub(super) fn of(head: &Head, default: Algorithm) -> Result<Self, ApiError> {
        let mut values = Vec::new();
        for (name, value) in &head.headers {
            let name = name.as_str();
            if name.starts_with("x-amz-checksum-") && !NOT_VALUES.contains(&name) {
                let algorithm = algorithm_of(name)?;
                let claim = Claim::parse(algorithm, value.to_str().unwrap_or_default())
                    .map_err(|_| invalid_value(name))?;
                values.push((algorithm, Some(claim)));
            }
        }
        for name in head
            .header("x-amz-trailer")
            .into_iter()
            .flat_map(|names| names.split(','))
        {
            let name = name.trim().to_ascii_lowercase();
            if name.starts_with("x-amz-checksum-") {
                values.push((algorithm_of(&name)?, None));
            }
        }
        if values.len() > 1 {
            let message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
            return Err(fault::invalid_request(message));
        }
        let found = values.pop();
        check_announced(head, found.as_ref().map(|(algorithm, _)| *algorithm))?;
        let md5 = head.header("content-md5").map(md5).transpose()?;
        let (algorithm, checksum) = match found {
            Some((algorithm, claim)) => (Some(algorithm), claim),
            None => (None, None),
        };
        Ok(Self {
            algorithm: algorithm.unwrap_or(default),
            claimed: algorithm.is_some(),
            claims: Claims {
                length: None,
                md5,
                checksum,
            },
        })
    }

    /// Refuses a request that must bring a checksum and brings none.
    pub(super) fn require(&self) -> Result<(), ApiError> {
        if self.claimed || self.claims.md5.is_some() {
            Ok(())
        } else {
            let message =
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
            Err(fault::invalid_request(message))
        }
    }

    /// All claims, those of the trailer included, for a body that has been read to its end.
    ///
    /// # Errors
    /// The trailer's value is malformed.
    pub(super) fn claims(
        &self,
        length: Option<u64>,
        receipt: Option<&Receipt>,
    ) -> Result<Claims, ApiError> {
        let mut claims = Claims {
            length,
            ..self.claims.clone()
        };
        if claims.checksum.is_none() {
            let header = self.algorithm.header();
            let trailers = receipt.into_iter().flat_map(|receipt| &receipt.trailers);
            if let Some((_, value)) = trailers.into_iter().find(|(name, _)| name == header) {
                let claim =
                    Claim::parse(self.algorithm, value).map_err(|_| invalid_value(header))?;
                claims.checksum = Some(claim);
            }
        }
        Ok(claims)
    }
}

fn invalid_value(header: &str) -> ApiError {
    fault::invalid_request(format!("Value for {header} header is invalid."))
}

fn algorithm_of(header: &str) -> Result<Algorithm, ApiError> {
    let found = Algorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm.header() == header);
    found.ok_or_else(|| fault::unsupported_header(header))
}

/// `x-amz-sdk-checksum-algorithm` must agree with what is sent.
fn check_announced(head: &Head, sent: Option<Algorithm>) -> Result<(), ApiError> {
    let Some(announced) = head.header("x-amz-sdk-checksum-algorithm") else {
        return Ok(());
    };
    match sent {
        Some(sent) if Algorithm::from_name(announced) == Some(sent) => Ok(()),
        Some(_) => Err(fault::invalid_request(
            "Value for x-amz-sdk-checksum-algorithm header is invalid.",
        )),
        // `Content-MD5` may stand in for a checksum that was only announced.
        None if head.headers.contains_key("content-md5") => Ok(()),
        None => {
            let message = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or \
                           x-amz-trailer headers were found.";
            Err(fault::invalid_request(message))
        }
    }
}

fn md5(value: &str) -> Result<[u8; 16], ApiError> {
    let decoded = BASE64
        .decode(value)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    decoded.ok_or_else(|| {
        ApiError::bad_request(
            "InvalidDigest",
            "The Content-MD5 you specified was invalid.",
        )
        .with("Content-MD5", value)
    })
}

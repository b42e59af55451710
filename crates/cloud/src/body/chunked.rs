//! `aws-chunked` framing: chunks with sizes, signatures and trailers.
//!
//! ```text
//! 10000;chunk-signature=<64 hex>\r\n <65536 bytes> \r\n
//! 0;chunk-signature=<64 hex>\r\n
//! x-amz-checksum-crc32:<base64>\r\n
//! x-amz-trailer-signature:<64 hex>\r\n
//! \r\n
//! ```
//!
//! How the bytes are spread over the frames of the connection means nothing: a size, its data and
//! its line end may come in one frame or in ten.

use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};

use crate::api_error::ApiError;
use crate::authn::{EMPTY_SHA256, Scope, SigningKey, equal, hex, sha256_hex};

/// The longest line: a chunk's header or a trailer.
const LONGEST_LINE: usize = 4096;

/// How many trailers there may be.
const MOST_TRAILERS: usize = 16;

/// Verifies the signatures of chunks, each of which signs the one before.
#[derive(Debug)]
pub(crate) struct ChunkSigning {
    key: SigningKey,
    signed_at: String,
    scope: String,
    previous: String,
}

impl ChunkSigning {
    /// Begins with the signature of the request.
    pub(crate) fn new(key: SigningKey, signed_at: &str, scope: &Scope, seed: &str) -> Self {
        Self {
            key,
            signed_at: signed_at.to_owned(),
            scope: scope.text(),
            previous: seed.to_owned(),
        }
    }

    fn verify_chunk(&mut self, data_hash: &str, given: &str) -> Result<(), ApiError> {
        let string_to_sign = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{EMPTY_SHA256}\n{data_hash}",
            self.signed_at, self.scope, self.previous
        );
        self.verify(&string_to_sign, given)
    }

    fn verify_trailers(
        &mut self,
        trailers: &[(String, String)],
        given: &str,
    ) -> Result<(), ApiError> {
        let mut lines: Vec<String> = trailers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        lines.sort_unstable();
        let string_to_sign = format!(
            "AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{}",
            self.signed_at,
            self.scope,
            self.previous,
            sha256_hex(lines.concat().as_bytes())
        );
        self.verify(&string_to_sign, given)
    }

    fn verify(&mut self, string_to_sign: &str, given: &str) -> Result<(), ApiError> {
        let expected = self.key.sign(string_to_sign.as_bytes());
        if !equal(&expected, given) {
            return Err(ApiError::forbidden(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method.",
            ));
        }
        self.previous = expected;
        Ok(())
    }
}

/// Takes framing off a stream of bytes.
#[derive(Debug)]
pub(super) struct ChunkDecoder {
    place: Place,
    line: Vec<u8>,
    signing: Option<ChunkSigning>,
    // Of the chunk that is being read, if chunks are signed.
    hash: Sha256,
    signature: String,
    announced: Vec<String>,
    trailers: Vec<(String, String)>,
    trailer_signature: Option<String>,
}

/// Where in the framing the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Data { left: u64 },
    DataEnd,
    Trailer,
    End,
}

/// What a step gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    Data(Bytes),
    NeedsMore,
}

impl ChunkDecoder {
    /// A decoder at the first byte. Trailers other than those announced are refused.
    pub(super) fn new(signing: Option<ChunkSigning>, announced: Vec<String>) -> Self {
        Self {
            place: Place::Header,
            line: Vec::new(),
            signing,
            hash: Sha256::new(),
            signature: String::new(),
            announced,
            trailers: Vec::new(),
            trailer_signature: None,
        }
    }

    /// Takes bytes from `input` until there is data or nothing is left.
    ///
    /// # Errors
    /// That the framing or a signature does not hold.
    pub(super) fn decode(&mut self, input: &mut Bytes) -> Result<Decoded, ApiError> {
        while !input.is_empty() {
            match self.place {
                Place::Data { left } => return Ok(Decoded::Data(self.take_data(input, left))),
                Place::End => return Err(malformed("bytes follow the last chunk")),
                Place::Header | Place::DataEnd | Place::Trailer => {
                    if let Some(line) = self.take_line(input)? {
                        self.line_read(&line)?;
                    }
                }
            }
        }
        Ok(Decoded::NeedsMore)
    }

    /// The trailers, once everything has been decoded.
    ///
    /// # Errors
    /// That the framing was cut short, or an announced trailer is missing.
    pub(super) fn finish(&mut self) -> Result<Vec<(String, String)>, ApiError> {
        if self.place != Place::End {
            return Err(ApiError::bad_request(
                "IncompleteBody",
                "The request body terminated unexpectedly",
            ));
        }
        Ok(std::mem::take(&mut self.trailers))
    }

    fn take_data(&mut self, input: &mut Bytes, left: u64) -> Bytes {
        let length = usize::try_from(left).map_or(input.len(), |left| left.min(input.len()));
        let data = input.split_to(length);
        if self.signing.is_some() {
            self.hash.update(&data);
        }
        let left = left - length as u64;
        self.place = if left == 0 {
            Place::DataEnd
        } else {
            Place::Data { left }
        };
        data
    }

    /// A whole line without its end, or nothing if it has not all come.
    fn take_line(&mut self, input: &mut Bytes) -> Result<Option<String>, ApiError> {
        let end = memchr::memchr(b'\n', input);
        let length = end.map_or(input.len(), |end| end + 1);
        if self.line.len() + length > LONGEST_LINE {
            return Err(malformed("a line is too long"));
        }
        self.line.extend_from_slice(&input[..length]);
        input.advance(length);
        if end.is_none() {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.line);
        if !line.ends_with(b"\r\n") {
            return Err(malformed("a line does not end in CR LF"));
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line)
            .map(Some)
            .map_err(|_| malformed("a line is no text"))
    }

    fn line_read(&mut self, line: &str) -> Result<(), ApiError> {
        match self.place {
            Place::Header => self.header_read(line),
            Place::DataEnd => {
                if !line.is_empty() {
                    return Err(malformed("a chunk is longer than its size"));
                }
                self.chunk_read()?;
                self.place = Place::Header;
                Ok(())
            }
            Place::Trailer if line.is_empty() => self.trailers_read(),
            Place::Trailer => self.trailer_read(line),
            Place::Data { .. } | Place::End => Err(malformed("a line in the wrong place")),
        }
    }

    fn header_read(&mut self, line: &str) -> Result<(), ApiError> {
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let digits = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = u64::from_str_radix(size, 16)
            .ok()
            .filter(|_| digits)
            .ok_or_else(|| malformed("a chunk has no size"))?;
        if self.signing.is_some() {
            self.signature = extension
                .strip_prefix("chunk-signature=")
                .ok_or_else(|| malformed("a chunk has no signature"))?
                .to_owned();
        }
        self.place = if size > 0 {
            Place::Data { left: size }
        } else {
            self.chunk_read()?;
            Place::Trailer
        };
        Ok(())
    }

    fn chunk_read(&mut self) -> Result<(), ApiError> {
        let Some(signing) = &mut self.signing else {
            return Ok(());
        };
        let hash = hex(&self.hash.finalize_reset());
        signing.verify_chunk(&hash, &self.signature)
    }

    fn trailer_read(&mut self, line: &str) -> Result<(), ApiError> {
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| malformed_trailer("a trailer has no value"))?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if name == "x-amz-trailer-signature" && self.signing.is_some() {
            return match self.trailer_signature.replace(value.to_owned()) {
                None => Ok(()),
                Some(_) => Err(malformed_trailer("the trailers are signed twice")),
            };
        }
        let expected = self.announced.contains(&name)
            && self.trailers.iter().all(|(known, _)| *known != name)
            && self.trailer_signature.is_none()
            && self.trailers.len() < MOST_TRAILERS;
        if !expected {
            return Err(malformed_trailer("a trailer was not announced"));
        }
        self.trailers.push((name, value.to_owned()));
        Ok(())
    }

    fn trailers_read(&mut self) -> Result<(), ApiError> {
        if self.trailers.len() != self.announced.len() {
            return Err(malformed_trailer("an announced trailer is missing"));
        }
        match (&mut self.signing, self.trailer_signature.take()) {
            (Some(signing), Some(signature)) => {
                signing.verify_trailers(&self.trailers, &signature)?;
            }
            (Some(_), None) if !self.announced.is_empty() => {
                return Err(malformed_trailer("the trailers are not signed"));
            }
            _ => {}
        }
        self.place = Place::End;
        Ok(())
    }
}

fn malformed(what: &str) -> ApiError {
    ApiError::bad_request(
        "InvalidRequest",
        format!("The aws-chunked body is malformed: {what}"),
    )
}

fn malformed_trailer(what: &str) -> ApiError {
    ApiError::bad_request(
        "MalformedTrailerError",
        format!(
            "The request contained trailing data that was not well-formed or did not conform to our \
             published schema: {what}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_credential_types::Credentials;
    use aws_sigv4::sign::v4;
    use aws_smithy_runtime_api::http::Headers;
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    const SIGNED_AT: &str = "20130524T000000Z";

    fn signing(seed: &str) -> ChunkSigning {
        let scope = Scope {
            date: "20130524".into(),
            region: "us-east-1".into(),
            service: "s3".into(),
        };
        let key = SigningKey::derive(SECRET, &scope);
        ChunkSigning::new(key, SIGNED_AT, &scope, seed)
    }

    type Whole = (Vec<u8>, Vec<(String, String)>);

    /// Decodes what arrives in frames of these lengths, over and over.
    fn decode(mut decoder: ChunkDecoder, wire: &[u8], frames: &[usize]) -> Result<Whole, ApiError> {
        let mut data = Vec::new();
        let mut wire = Bytes::copy_from_slice(wire);
        let mut frames = frames.iter().cycle();
        while !wire.is_empty() {
            let length = frames
                .next()
                .map_or(wire.len(), |length| (*length).min(wire.len()));
            let mut frame = wire.split_to(length.max(1).min(wire.len()));
            while let Decoded::Data(piece) = decoder.decode(&mut frame)? {
                data.extend_from_slice(&piece);
            }
        }
        let trailers = decoder.finish()?;
        Ok((data, trailers))
    }

    /// The example of AWS's documentation: 66,560 letters in three signed chunks.
    #[test]
    fn documented_signatures_hold() {
        let mut wire = Vec::new();
        for (size, signature) in [
            (
                65_536,
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            ),
            (
                1024,
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            ),
            (
                0,
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ),
        ] {
            wire.extend_from_slice(format!("{size:x};chunk-signature={signature}\r\n").as_bytes());
            wire.extend_from_slice(&vec![b'a'; size]);
            wire.extend_from_slice(b"\r\n");
        }
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        let decoder = ChunkDecoder::new(Some(signing(seed)), Vec::new());
        let (data, _) = decode(decoder, &wire, &[8192]).unwrap();
        assert_eq!(data, vec![b'a'; 66_560]);
    }

    /// Chunks and trailers as AWS's own signer signs them.
    fn encoded(chunks: &[Vec<u8>], trailers: &[(&str, &str)], seed: &str) -> Vec<u8> {
        let identity = Credentials::new("AKIDEXAMPLE", SECRET, None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("s3")
            .time(UNIX_EPOCH + Duration::from_secs(1_369_353_600))
            .settings(())
            .build()
            .unwrap();
        let mut wire = Vec::new();
        let mut running = seed.to_owned();
        for chunk in chunks.iter().map(Vec::as_slice).chain([&[][..]]) {
            let signed = v4::sign_chunk(&Bytes::copy_from_slice(chunk), &running, &params);
            running = signed.unwrap().signature().to_owned();
            let header = format!("{:x};chunk-signature={running}\r\n", chunk.len());
            wire.extend_from_slice(header.as_bytes());
            if !chunk.is_empty() {
                wire.extend_from_slice(chunk);
                wire.extend_from_slice(b"\r\n");
            }
        }
        let mut headers = Headers::new();
        for (name, value) in trailers {
            headers.insert((*name).to_owned(), (*value).to_owned());
            wire.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
        }
        if !trailers.is_empty() {
            let signed = v4::sign_trailer(&headers, &running, &params).unwrap();
            let trailer = format!("x-amz-trailer-signature:{}\r\n", signed.signature());
            wire.extend_from_slice(trailer.as_bytes());
        }
        wire.extend_from_slice(b"\r\n");
        wire
    }

    const TRAILERS: [(&str, &str); 2] = [
        ("x-amz-checksum-crc32c", "sOO8/Q=="),
        ("x-amz-another", "value"),
    ];

    fn announced() -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        TRAILERS.iter().map(owned).collect()
    }

    fn decoder(seed: &str) -> ChunkDecoder {
        let names = announced().into_iter().map(|(name, _)| name);
        ChunkDecoder::new(Some(signing(seed)), names.collect())
    }

    proptest! {
        #[test]
        fn frames_mean_nothing(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 0..6),
            frames in prop::collection::vec(1_usize..90, 1..8),
        ) {
            let seed = "0".repeat(64);
            let wire = encoded(&chunks, &TRAILERS, &seed);
            let decoded = decode(decoder(&seed), &wire, &frames).unwrap();
            prop_assert_eq!(decoded, (chunks.concat(), announced()));
        }

        /// One bit more or less is refused, unless it spells the same (the case of a size's digits).
        #[test]
        fn a_changed_bit_is_refused(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 0..4),
            place: prop::sample::Index,
            bit in 0..8_u8,
        ) {
            let seed = "0".repeat(64);
            let mut wire = encoded(&chunks, &TRAILERS, &seed);
            let at = place.index(wire.len());
            wire[at] ^= 1 << bit;
            if let Ok(decoded) = decode(decoder(&seed), &wire, &[17]) {
                prop_assert_eq!(decoded, (chunks.concat(), announced()));
            }
        }

        #[test]
        fn a_cut_stream_is_refused(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..60), 0..4),
            place: prop::sample::Index,
        ) {
            let seed = "0".repeat(64);
            let wire = encoded(&chunks, &TRAILERS, &seed);
            let kept = place.index(wire.len());
            prop_assert!(decode(decoder(&seed), &wire[..kept], &[17]).is_err());
        }
    }

    #[test]
    fn trailers_must_be_those_announced() {
        let announced = vec!["x-amz-checksum-crc32".to_owned()];
        for (wire, holds) in [
            (
                &b"2\r\nab\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"[..],
                true,
            ),
            (b"2\r\nab\r\n0\r\n\r\n", false),
            (
                b"2\r\nab\r\n0\r\nx-amz-checksum-sha1:AAAAAA==\r\n\r\n",
                false,
            ),
            (
                b"2\r\nab\r\n0\r\nx-amz-checksum-crc32:A\r\nx-amz-checksum-crc32:B\r\n\r\n",
                false,
            ),
            (b"2\r\nab\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n", false),
            (
                b"2\r\nab\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\nmore",
                false,
            ),
            (
                b"+2\r\nab\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
                false,
            ),
            (
                b"2\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
                false,
            ),
        ] {
            let decoder = ChunkDecoder::new(None, announced.clone());
            assert_eq!(
                decode(decoder, wire, &[3]).is_ok(),
                holds,
                "{}",
                wire.escape_ascii()
            );
        }
    }
}

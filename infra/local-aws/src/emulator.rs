//! The emulator behind: what is not the local AWS's own is asked there.

use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// The longest that one call to it takes.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Where the emulator is.
#[derive(Clone, Debug)]
pub struct Emulator {
    /// Its host and port as this program reaches it.
    pub address: String,
    /// The region that calls are made in.
    pub region: String,
}

/// A call to the emulator that did not come to an answer, or was refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EmulatorError {
    /// It does not answer.
    #[error("the emulator at {address} does not answer: {why}")]
    Silent {
        /// Where it should be.
        address: String,
        /// What failed.
        why: String,
    },
    /// It refuses.
    #[error("{code}: {message}")]
    Refused {
        /// AWS's name of the error.
        code: String,
        /// What is wrong.
        message: String,
    },
}

impl Emulator {
    /// A call of a service with AWS's JSON protocol: `json("secretsmanager", "secretsmanager.GetSecretValue", ...)`.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub async fn json(&self, service: &str, target: &str, body: &Value) -> Result<Value, EmulatorError> {
        let request = self.request(service).header("content-type", "application/x-amz-json-1.1");
        let answer = self.send(request.header("x-amz-target", target), body.to_string().into()).await?;
        let read: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status.is_success() {
            return Ok(read);
        }
        let member = |names: [&str; 2]| {
            names.iter().find_map(|name| read[*name].as_str()).unwrap_or_default().to_owned()
        };
        let code = member(["__type", "code"]);
        Err(EmulatorError::Refused {
            code: code.rsplit('#').next().unwrap_or_default().to_owned(),
            message: member(["message", "Message"]),
        })
    }

    /// A call of a service with AWS's query protocol; the answer is XML.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub async fn query(&self, service: &str, form: &[(&str, &str)]) -> Result<String, EmulatorError> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.request(service).header("content-type", "application/x-www-form-urlencoded");
        let answer = self.send(request, body.into()).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status.is_success() {
            return Ok(text);
        }
        Err(refused(&text))
    }

    /// The text of an object in S3.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub async fn object(&self, bucket: &str, key: &str) -> Result<String, EmulatorError> {
        let key = percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC);
        let address = format!("http://{}/{bucket}/{key}", self.address);
        let answer = self.send(self.request("s3").method("GET").uri(address), Bytes::new()).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status.is_success() { Ok(text) } else { Err(refused(&text)) }
    }

    fn request(&self, service: &str) -> hyper::http::request::Builder {
        // The emulator tells services apart by the scope of a signature, which it does not check.
        let scope = format!("test/20260101/{}/{service}/aws4_request", self.region);
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={}", "0".repeat(64));
        hyper::Request::post(format!("http://{}/", self.address)).header("authorization", authorization)
    }

    async fn send(
        &self,
        request: hyper::http::request::Builder,
        body: Bytes,
    ) -> Result<Answer, EmulatorError> {
        let silent = |why: String| EmulatorError::Silent { address: self.address.clone(), why };
        let request =
            request.body(http_body_util::Full::new(body)).map_err(|error| silent(error.to_string()))?;
        let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http::<http_body_util::Full<Bytes>>();
        let exchange = async {
            let answer = client.request(request).await.map_err(|error| silent(error.to_string()))?;
            let status = answer.status();
            let body = http_body_util::BodyExt::collect(answer.into_body()).await;
            Ok(Answer { status, body: body.map_err(|error| silent(error.to_string()))?.to_bytes() })
        };
        tokio::time::timeout(ANSWERS_WITHIN, exchange)
            .await
            .unwrap_or_else(|_| Err(silent(format!("nothing came in {} s", ANSWERS_WITHIN.as_secs()))))
    }
}

/// A refusal in XML.
fn refused(text: &str) -> EmulatorError {
    let member = |name: &str| element(text, name).unwrap_or_default().to_owned();
    EmulatorError::Refused { code: member("Code"), message: member("Message") }
}

/// The text of the first element of this name in an XML document.
pub fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0)
}

struct Answer {
    status: hyper::StatusCode,
    body: Bytes,
}

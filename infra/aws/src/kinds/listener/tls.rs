//! How a listener speaks HTTPS: its certificate, its security policy, and the header that keeps browsers at HTTPS.

use crate::Aws;
use crate::clients::Elb;
use aws_sdk_elasticloadbalancingv2::types::{
    Certificate, Listener as Described, ListenerAttribute, ProtocolEnum,
};
use infra_engine::Failure;
use infra_resources::listener::Tls;
use infra_wire::sdk_error::SdkResult;

const STRICT_TRANSPORT_SECURITY: &str = "routing.http.response.strict_transport_security.header_value";

/// The protocol of a listener.
pub fn protocol(tls: Option<&Tls>) -> ProtocolEnum {
    if tls.is_some() { ProtocolEnum::Https } else { ProtocolEnum::Http }
}

/// Its certificate, in the list that the API takes.
///
/// # Errors
/// When it is not known yet.
pub fn certificates(tls: Option<&Tls>) -> Result<Option<Vec<Certificate>>, Failure> {
    let Some(tls) = tls else { return Ok(None) };
    Ok(Some(vec![Certificate::builder().certificate_arn(tls.certificate_arn.get()?).build()]))
}

/// How a listener that is there speaks HTTPS; nothing of one that speaks HTTP.
///
/// # Errors
/// When its attributes can't be read.
pub async fn read(aws: &Aws, listener: &Described) -> Result<Option<Tls>, Failure> {
    if listener.protocol() != Some(&ProtocolEnum::Https) {
        return Ok(None);
    }
    let certificate = listener.certificates().first().and_then(|certificate| certificate.certificate_arn());
    let strict_transport_security = header(aws, listener.listener_arn().unwrap_or_default()).await?;
    Ok(Some(Tls {
        certificate_arn: certificate.unwrap_or_default().into(),
        security_policy: listener.ssl_policy().unwrap_or_default().to_owned(),
        strict_transport_security,
    }))
}

async fn header(aws: &Aws, arn: &str) -> Result<String, Failure> {
    let answer = aws.client::<Elb>().describe_listener_attributes().listener_arn(arn).send().await;
    let answer = answer.none_if(&["ListenerNotFound"], "describe the listener's attributes")?;
    let attributes = answer.and_then(|answer| answer.attributes).unwrap_or_default();
    let header = attributes.into_iter().find(|it| it.key() == Some(STRICT_TRANSPORT_SECURITY));
    Ok(header.and_then(|header| header.value).unwrap_or_default())
}

/// Has every answer of a listener say that the site is one of HTTPS.
///
/// # Errors
/// When it can't be set.
pub async fn put_header(aws: &Aws, arn: &str, tls: &Tls) -> Result<(), Failure> {
    let header = ListenerAttribute::builder().key(STRICT_TRANSPORT_SECURITY);
    let header = header.value(&tls.strict_transport_security).build();
    let request = aws.client::<Elb>().modify_listener_attributes().listener_arn(arn).attributes(header);
    request.send().await.or_failure("set the listener's attributes")?;
    Ok(())
}

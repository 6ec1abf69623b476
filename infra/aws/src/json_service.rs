//! Services that speak JSON as ECS does and of which only a few calls are needed. Each has a crate of its own in the SDK, whose
//! build takes longer than all that is asked of it: so they are called through ECS's client, under their own names.

use crate::json_call::{Answer, with_body};
use aws_config::{Region, SdkConfig};
use aws_sdk_ecs::config::Builder;
use aws_sdk_ecs::config::endpoint::{DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_sdk_ecs::config::http::HttpRequest;
use aws_sdk_ecs::error::SdkError;
use aws_sdk_ecs::operation::list_clusters::ListClustersError;
use aws_smithy_types::Document;
use aws_types::service_config::ServiceConfigKey;
use infra_wire::Writes;
use serde_json::Value;

/// What a service is called.
#[derive(Clone, Copy, Debug)]
pub struct JsonService {
    /// In its host and in signatures.
    pub name: &'static str,
    /// Before its operations in `x-amz-target`.
    pub target: &'static str,
    /// In `AWS_ENDPOINT_URL_...` and in profiles.
    pub id: &'static str,
}

/// A client of such a service.
#[derive(Clone, Debug)]
pub struct JsonClient {
    ecs: aws_sdk_ecs::Client,
    service: JsonService,
}

/// Why a call has no answer. Its code and message are the service's own.
pub type CallError = SdkError<ListClustersError>;

impl JsonClient {
    /// Makes it.
    pub fn connect(config: &SdkConfig, service: JsonService) -> Self {
        let builder =
            Builder::from(config).endpoint_resolver(HostOf { service, ecs: DefaultResolver::new() });
        let mut builder = builder.retry_classifier(Writes);
        builder.set_endpoint_url(endpoint_of(config, service));
        Self { ecs: aws_sdk_ecs::Client::from_conf(builder.build()), service }
    }

    /// Calls an operation; gives the answer.
    ///
    /// # Errors
    /// When the service does not answer, or refuses.
    pub async fn call(&self, region: &str, operation: &str, body: &Value) -> Result<Value, CallError> {
        let target = format!("{}.{operation}", self.service.target);
        let with_body = with_body(body);
        let answer = Answer::default();
        let call = self.ecs.list_clusters().customize().interceptor(answer.clone());
        let call = call.config_override(Builder::default().region(Region::new(region.to_owned())));
        let call = call.mutate_request(move |request: &mut HttpRequest| {
            request.headers_mut().insert("x-amz-target", target.clone());
            with_body(request);
        });
        call.send().await?;
        Ok(answer.whole())
    }
}

/// By what the next page is asked for, where there is one.
pub(crate) fn next_token(answer: &Value) -> Option<String> {
    answer["NextToken"].as_str().filter(|token| !token.is_empty()).map(str::to_owned)
}

/// An endpoint that is configured for this service, or for all.
fn endpoint_of(config: &SdkConfig, service: JsonService) -> Option<String> {
    let for_all = || config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return for_all();
    }
    let key =
        ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let own = key.build().ok().and_then(|key| config.service_config()?.load_config(key));
    own.or_else(for_all)
}

/// The host of a service is that of ECS with another name, in every partition, with FIPS and with IPv6.
#[derive(Debug)]
struct HostOf {
    service: JsonService,
    ecs: DefaultResolver,
}

impl ResolveEndpoint for HostOf {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        let of_ecs = ResolveEndpoint::resolve_endpoint(&self.ecs, params);
        EndpointFuture::new(async move {
            let of_ecs = of_ecs.await?;
            let rest = of_ecs.url().strip_prefix("https://ecs").filter(|_| params.endpoint().is_none());
            let url = rest.map(|rest| format!("https://{}{rest}", self.service.name));
            let signed = [("name", "sigv4"), ("signingName", self.service.name)];
            let signed = signed.map(|(key, text)| (key.to_owned(), Document::from(text)));
            let endpoint = Endpoint::builder().url(url.unwrap_or_else(|| of_ecs.url().to_owned()));
            Ok(endpoint.property("authSchemes", vec![Document::Object(signed.into())]).build())
        })
    }
}

/// A client type for one: `json_client!(Kms, JsonService { .. })`.
macro_rules! json_client {
    ($(#[$doc:meta])* $name:ident, $service:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name($crate::json_service::JsonClient);

        impl $crate::ServiceClient for $name {
            fn connect(config: &aws_config::SdkConfig) -> Self {
                Self($crate::json_service::JsonClient::connect(config, $service))
            }
        }
    };
}
pub(crate) use json_client;

#[cfg(test)]
mod tests {
    use super::*;

    const KMS: JsonService = JsonService { name: "kms", target: "TrentService", id: "KMS" };

    async fn url(region: &str, fips: bool, endpoint: Option<&str>) -> String {
        let params = Params::builder().region(region.to_owned()).use_fips(fips);
        let params = params.set_endpoint(endpoint.map(str::to_owned)).build().unwrap();
        let resolver = HostOf { service: KMS, ecs: DefaultResolver::new() };
        resolver.resolve_endpoint(&params).await.unwrap().url().to_owned()
    }

    #[tokio::test]
    async fn a_service_is_asked_at_its_own_host_in_every_partition() {
        for (region, fips, expected) in [
            ("eu-west-1", false, "https://kms.eu-west-1.amazonaws.com"),
            ("us-gov-west-1", true, "https://kms-fips.us-gov-west-1.amazonaws.com"),
            ("us-east-1", true, "https://kms-fips.us-east-1.amazonaws.com"),
            ("cn-north-1", false, "https://kms.cn-north-1.amazonaws.com.cn"),
        ] {
            assert_eq!(url(region, fips, None).await, expected);
        }
        assert_eq!(url("eu-west-1", false, Some("http://127.0.0.1:4566")).await, "http://127.0.0.1:4566");
    }
}

//! That an emulator is known by its page, and that nothing is changed where none is known.

use super::*;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use std::sync::Mutex;

const DNS: &str = "<LoadBalancerName>demo-alb</LoadBalancerName><DNSName>demo.elb</DNSName>";
const HEALTH: &str = r#"{"services": {}, "version": "1.5.33"}"#;

/// Something that answers on this page of its own, and every call in the same way.
#[derive(Clone, Debug)]
struct Answering {
    page: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Answering {
    fn on(page: &'static str) -> Self {
        Self { page, asked: Arc::default() }
    }
}

impl HttpConnector for Answering {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().to_owned();
        let (status, body) = match request.method() {
            "GET" if uri.ends_with(self.page) => (200, HEALTH),
            "GET" => (404, "<Error/>"),
            _ => (200, DNS),
        };
        self.asked.lock().unwrap().push(uri);
        let status = StatusCode::try_from(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

fn config(endpoint: Option<&str>) -> SdkConfig {
    let mut config = SdkConfig::builder();
    config.set_endpoint_url(endpoint.map(str::to_owned));
    config.build()
}

async fn answer(emulator: &Emulator, inner: &Answering) -> String {
    answer_at(emulator.0.url.as_str(), emulator, inner).await
}

async fn answer_at(endpoint: &str, emulator: &Emulator, inner: &Answering) -> String {
    let mut request = HttpRequest::new(SdkBody::from("Action=DescribeLoadBalancers&Version=2015-12-01"));
    request.set_method("POST").unwrap();
    request.set_uri(format!("{endpoint}/")).unwrap();
    let scope = "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/elasticloadbalancing/aws4_request";
    request.headers_mut().insert("authorization", scope);
    let connector = Connector { inner: SharedHttpConnector::new(inner.clone()), emulator: emulator.clone() };
    let answer = Answered::of(connector.call(request).await.unwrap()).await.unwrap();
    answer.body
}

#[test]
fn without_an_endpoint_or_with_one_of_its_own_aws_is_asked_and_nothing_is_around_it() {
    let of_its_own =
        ["https://vpce-1.ecs.us-east-1.vpce.amazonaws.com/", "https://ecs.cn-north-1.amazonaws.com.cn:443"];
    for endpoint in of_its_own.map(Some).into_iter().chain([None]) {
        assert!(Emulator::behind(&config(endpoint)).is_none(), "{endpoint:?}");
    }
}

#[tokio::test]
async fn an_emulator_is_recognised_once_and_mended_by_https_too() {
    for endpoint in ["http://10.0.0.1:4566", "https://10.0.0.1:4566/"] {
        let emulator = Emulator::behind(&config(Some(endpoint))).unwrap();
        let inner = Answering::on("/_ministack/health");
        for _ in 0..2 {
            assert!(
                answer(&emulator, &inner).await.contains("<DNSName>10.0.0.1:4566/_alb/demo-alb</DNSName>")
            );
        }
        assert_eq!(emulator.product(), Some(Product::MiniStack));
        assert!(!emulator.waits_for_replacing("service") && emulator.waits_for_replacing("cluster"));
        let asked =
            inner.asked.lock().unwrap().iter().filter(|uri| uri.ends_with("/_ministack/health")).count();
        assert_eq!(asked, 1, "{endpoint}");
    }
}

#[tokio::test]
async fn what_is_not_a_known_emulator_is_left_as_it_is() {
    let emulator = Emulator::behind(&config(Some("https://aws.example.com"))).unwrap();
    let inner = Answering::on("/nothing");
    assert_eq!(answer(&emulator, &inner).await, DNS);
    assert_eq!(emulator.product(), None);
    assert!(emulator.waits_for_replacing("service"));
}

#[tokio::test]
async fn a_service_with_an_endpoint_of_its_own_is_left_as_it_is_and_the_other_not_asked() {
    let emulator = Emulator::behind(&config(Some("http://10.0.0.1:4566"))).unwrap();
    let inner = Answering::on("/_ministack/health");
    for endpoint in ["http://10.0.0.1:45660", "https://elb.example.com"] {
        assert_eq!(answer_at(endpoint, &emulator, &inner).await, DNS);
    }
    assert_eq!(emulator.product(), None);
}

//! Teardowns that meet what somebody else has, and what keeps things from going.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use e2e::aws_api::QueryService::{Ec2, Iam, LoadBalancing};
use tokio::net::TcpListener;

use super::Moto;
use super::ownership::value;

#[tokio::test(flavor = "multi_thread")]
async fn a_security_group_that_anothers_rule_names_says_which() {
    let moto = Moto::start().await;
    moto.deploy("named", &[]).await;
    let groups = moto.api().query(Ec2, "DescribeSecurityGroups", "").await;
    let ours = groups.split("<groupName>named-").next().unwrap_or_default();
    let ours = ours.rsplit("<groupId>").next().and_then(|rest| rest.split('<').next()).unwrap_or_default();
    let theirs = moto.api().query(Ec2, "CreateSecurityGroup", "GroupName=their-app&GroupDescription=x").await;
    let theirs = value(&theirs, "groupId", "sg-").to_owned();
    let rule = format!(
        "GroupId={theirs}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=5432&IpPermissions.1.ToPort=5432&\
         IpPermissions.1.Groups.1.GroupId={ours}"
    );
    moto.api().query(Ec2, "AuthorizeSecurityGroupIngress", &rule).await;
    // moto lets the group go all the same, AWS does not.
    let refusing = refusing("DeleteSecurityGroup", "DependencyViolation", ours).await;
    let teardown = moto.run("teardown --yes --stack named", &[]).await.env("HTTP_PROXY", &refusing);
    let teardown = teardown.ends_with(1).await;
    teardown.says(&["rule sgr-", &theirs, "their-app", "aws ec2 revoke-security-group-ingress", "hint:"]);
    moto.run("teardown --yes --stack named", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_anothers_instance_profile_says_which() {
    let moto = Moto::start().await;
    moto.deploy("lent", &[]).await;
    let api = moto.api();
    api.query(Iam, "CreateInstanceProfile", "InstanceProfileName=theirs").await;
    let role = api.query(Iam, "ListRoles", "PathPrefix=/lent/").await;
    let role = value(&role, "RoleName", "lent-").to_owned();
    let lent = format!("InstanceProfileName=theirs&RoleName={role}");
    api.query(Iam, "AddRoleToInstanceProfile", &lent).await;
    let teardown = moto.run("teardown --yes --stack lent", &[]).await.ends_with(1).await;
    teardown.says(&["instance profile theirs", &role, "aws iam remove-role-from-instance-profile"]);
    api.query(Iam, "RemoveRoleFromInstanceProfile", &lent).await;
    moto.run("teardown --yes --stack lent", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_group_of_anothers_listener_says_which() {
    let moto = Moto::start().await;
    moto.deploy("used", &[]).await;
    let api = moto.api();
    let subnets = api.query(Ec2, "DescribeSubnets", "").await;
    let subnets: Vec<_> =
        subnets.split("<subnetId>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    let balancer = format!("Name=theirs&Subnets.member.1={}&Subnets.member.2={}", subnets[0], subnets[1]);
    let balancer = api.query(LoadBalancing, "CreateLoadBalancer", &balancer).await;
    let balancer = value(&balancer, "LoadBalancerArn", "arn:").to_owned();
    let groups = api.query(LoadBalancing, "DescribeTargetGroups", "").await;
    let group = value(&groups, "TargetGroupArn", "arn:").to_owned();
    let listener = format!(
        "LoadBalancerArn={balancer}&Protocol=HTTP&Port=81&DefaultActions.member.1.Type=forward&\
         DefaultActions.member.1.TargetGroupArn={group}"
    );
    let listener = api.query(LoadBalancing, "CreateListener", &listener).await;
    let listener = value(&listener, "ListenerArn", "arn:").to_owned();
    let teardown = moto.run("teardown --yes --stack used", &[]).await.ends_with(1).await;
    teardown.says(&[&listener, "load balancer app/theirs/"]);
    api.query(LoadBalancing, "DeleteListener", &format!("ListenerArn={listener}")).await;
    moto.run("teardown --yes --stack used", &[]).await.ends_with(0).await;
}

/// What a proxy refuses.
#[derive(Clone)]
struct Refused {
    client: reqwest::Client,
    action: &'static str,
    code: &'static str,
    about: String,
}

/// A proxy that refuses one action about one thing with this error; gives its address.
async fn refusing(action: &'static str, code: &'static str, about: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let refused = Refused { client, action, code, about: about.to_owned() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(pass_or_refuse).with_state(refused);
    // It ends with the test.
    tokio::spawn(async move { axum::serve(listener, router).await.ok() });
    format!("http://{address}")
}

async fn pass_or_refuse(
    State(refused): State<Refused>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = String::from_utf8_lossy(&body);
    if text.contains(&format!("Action={}&", refused.action)) && text.contains(&refused.about) {
        let error = format!(
            "<Response><Errors><Error><Code>{}</Code><Message>resource {} has a dependent object</Message></Error></Errors>\
             <RequestID>1</RequestID></Response>",
            refused.code, refused.about
        );
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    headers.remove("connection");
    let answer =
        refused.client.request(method, uri.to_string()).headers(headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    for of_the_connection in ["connection", "transfer-encoding", "content-length"] {
        headers.remove(of_the_connection);
    }
    (status, headers, answer.bytes().await.unwrap()).into_response()
}

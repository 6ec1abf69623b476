//! What MiniStack's answers are made.

use crate::answers;
use crate::asked::Asked;
use crate::exchange::{Answered, Exchange, Mended};
use crate::{listening, text};
use futures::future::FutureExt;
use serde_json::Value;

/// The zones that a region of MiniStack may have.
const ZONES: [char; 6] = ['a', 'b', 'c', 'd', 'e', 'f'];

/// The default VPC's main route table, and the gateway that the VPC has.
const DEFAULT_TABLE: &str = "rtb-00000001";
const DEFAULT_GATEWAY: &str = "igw-00000001";

/// Groups of the newest version of their launch templates.
pub fn with_newest_version(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let groups = exchange.again().answer().await?;
        let mut newest = Vec::new();
        for id in text::all(&groups.body, "LaunchTemplateId") {
            let body = format!("Action=DescribeLaunchTemplates&Version=2016-11-15&LaunchTemplateId.1={id}");
            let template = exchange.query("ec2", body).await?;
            newest.push((id, text::last(&template, "latestVersionNumber").unwrap_or_default().to_owned()));
        }
        let body = text::between(&groups.body, "<Version>", "</Version>", |before, kept| {
            let id = text::last(before, "LaunchTemplateId").unwrap_or_default();
            let version = newest.iter().find(|(it, version)| it == id && !version.is_empty());
            version.map_or(kept, |(_, version)| version).to_owned()
        });
        Ok(Answered { body, ..groups })
    }
    .boxed()
}

/// Every zone, for whatever type is asked.
pub fn every_zone(asked: &Asked, _: &str, _: Answered) -> Answered {
    let zones = ZONES.map(|zone| {
        let location = format!("<location>{}{zone}</location>", asked.region());
        format!("<item><locationType>availability-zone</locationType>{location}</item>")
    });
    let set = format!("<instanceTypeOfferingSet>{}</instanceTypeOfferingSet>", zones.concat());
    Answered::new(
        200,
        format!("<DescribeInstanceTypeOfferingsResponse>{set}</DescribeInstanceTypeOfferingsResponse>"),
    )
}

/// Rules that do not say whose the groups are that they name.
pub fn without_users(_: &Asked, _: &str, answer: Answered) -> Answered {
    Answered { body: text::without(&answer.body, "userId"), ..answer }
}

/// Route tables, of which the default VPC's main one leads to the internet.
pub fn with_default_route(_: &Asked, _: &str, answer: Answered) -> Answered {
    let body = text::between(&answer.body, "<routeSet>", "</routeSet>", |before, kept| {
        if text::last(before, "routeTableId") != Some(DEFAULT_TABLE) || kept.contains("0.0.0.0/0") {
            return kept.to_owned();
        }
        let destination = "<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>";
        let gateway = format!("<gatewayId>{DEFAULT_GATEWAY}</gatewayId><state>active</state>");
        format!("{kept}<item>{destination}{gateway}</item>")
    });
    Answered { body, ..answer }
}

/// Repositories at the endpoint.
pub fn at_the_endpoint(_: &Asked, host: &str, answer: Answered) -> Answered {
    let Ok(mut json) = serde_json::from_str::<Value>(&answer.body) else { return answer };
    let mut put = |repository: &mut Value| {
        if let Some(name) = repository["repositoryName"].as_str().map(str::to_owned) {
            repository["repositoryUri"] = format!("{host}/{name}").into();
        }
    };
    for member in json.as_object_mut().into_iter().flat_map(|members| members.values_mut()) {
        match member {
            Value::Array(repositories) => repositories.iter_mut().for_each(&mut put),
            Value::Object(_) => put(member),
            _ => {}
        }
    }
    Answered { body: json.to_string(), ..answer }
}

/// A layer at the endpoint.
pub fn layer_at_the_endpoint(_: &Asked, host: &str, answer: Answered) -> Answered {
    let Ok(mut json) = serde_json::from_str::<Value>(&answer.body) else { return answer };
    let path = json["downloadUrl"].as_str().and_then(|url| url.split_once("/v2/")).map(|(_, path)| path);
    if let Some(path) = path.map(str::to_owned) {
        json["downloadUrl"] = format!("http://{host}/v2/{path}").into();
    }
    Answered { body: json.to_string(), ..answer }
}

/// A task definition that is asked for by its family, if it is active.
pub fn active_alone(asked: &Asked, _: &str, answer: Answered) -> Answered {
    let (asked_for, json) = (asked.json(), serde_json::from_str::<Value>(&answer.body).unwrap_or_default());
    let is_family = asked_for["taskDefinition"].as_str().is_some_and(|name| !name.contains(':'));
    match json["taskDefinition"]["status"].as_str() {
        Some(status) if is_family && status != "ACTIVE" => {
            let body = answers::error(&asked.call, "ClientException", "Unable to describe task definition.");
            Answered { status: 400, body, ..answer }
        }
        _ => answer,
    }
}

/// Load balancers with the path of each in the place of its DNS name.
pub fn below_the_endpoint(_: &Asked, host: &str, answer: Answered) -> Answered {
    let body = text::between(&answer.body, "<DNSName>", "</DNSName>", |before, _| {
        format!("{host}/_alb/{}", text::last(before, "LoadBalancerName").unwrap_or_default())
    });
    Answered { body, ..answer }
}

/// Targets, of which those that refuse connections are not healthy yet.
pub fn listening_alone(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let answer = exchange.answer().await?;
        let (mut body, mut rest) = (String::new(), answer.body.as_str());
        while let Some((member, after)) = rest.split_once("<State>healthy</State>") {
            body.push_str(member);
            let [id, port] = ["Id", "Port"].map(|name| text::last(member, name).unwrap_or_default());
            let state = if listening::refuses(id, port).await { "initial" } else { "healthy" };
            body.push_str(&format!("<State>{state}</State>"));
            rest = after;
        }
        let body = body + rest;
        Ok(Answered { body, ..answer })
    }
    .boxed()
}

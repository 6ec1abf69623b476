//! The network around tasks as it is: where subnets lead, whom security groups let in, and where instances are. Reads only.

use crate::Aws;
use crate::clients::Ec2;
use aws_sdk_ec2::types::{Filter, Instance, IpPermission, RouteTable, SecurityGroup, VpcEndpoint};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

/// A subnet, and the ways out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The subnet.
    pub subnet: String,
    /// Where its default route leads: `igw-...`, `nat-...` or something else.
    pub default_route: Option<String>,
    /// Whether what the route leads to is gone.
    pub is_blackhole: bool,
    /// The services that have an endpoint for it, such as `com.example.us-east-1.ecr.api`.
    pub endpoints: Vec<String>,
}

/// The rules of a security group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupRules {
    /// The group.
    pub id: String,
    /// Whom it lets in.
    pub ingress: Vec<GroupRule>,
    /// Whom it lets reach out.
    pub egress: Vec<GroupRule>,
}

/// A rule of a security group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupRule {
    /// `tcp`, `udp`, a number, or `-1` for all.
    pub protocol: String,
    /// The first and the last port; none where the protocol has none, or for all.
    pub ports: Option<(i32, i32)>,
    /// Security groups at the other end.
    pub groups: Vec<String>,
    /// Addresses at the other end: ranges, and lists of such.
    pub ranges: Vec<String>,
}

/// An EC2 instance, as far as its network goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceNetwork {
    /// The instance.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Whether it has a public address.
    pub is_public: bool,
}

/// The ways out of these subnets; those that are not there are left out.
///
/// # Errors
/// When they can't be read.
pub async fn ways_out(aws: &Aws, subnets: &[String]) -> Result<Vec<Ways>, Failure> {
    let ec2 = aws.client::<Ec2>();
    let pages = ec2.describe_subnets().filters(filter("subnet-id", subnets)).into_paginator().items().send();
    let subnets = pages.collect::<Result<Vec<_>, _>>().await.or_failure("describe the subnets")?;
    let mut vpcs: Vec<_> = subnets.iter().filter_map(|it| it.vpc_id().map(str::to_owned)).collect();
    vpcs.sort();
    vpcs.dedup();
    if vpcs.is_empty() {
        return Ok(Vec::new());
    }
    let of_vpcs = filter("vpc-id", &vpcs);
    let tables = ec2.describe_route_tables().filters(of_vpcs.clone()).into_paginator().items().send();
    let tables = tables.collect::<Result<Vec<_>, _>>().await.or_failure("describe the route tables")?;
    let endpoints = ec2.describe_vpc_endpoints().filters(of_vpcs).into_paginator().items().send();
    let endpoints =
        endpoints.collect::<Result<Vec<_>, _>>().await.or_failure("describe the VPC endpoints")?;
    let ways = subnets.iter().map(|subnet| {
        let (id, vpc) = (subnet.subnet_id().unwrap_or_default(), subnet.vpc_id().unwrap_or_default());
        ways(id, vpc, &tables, &endpoints)
    });
    Ok(ways.collect())
}

/// The ways out of one subnet. One without a route table of its own has its VPC's main one.
fn ways(subnet: &str, vpc: &str, tables: &[RouteTable], endpoints: &[VpcEndpoint]) -> Ways {
    let own = |it: &&RouteTable| it.associations().iter().any(|it| it.subnet_id() == Some(subnet));
    let main = |it: &&RouteTable| {
        it.vpc_id() == Some(vpc) && it.associations().iter().any(|it| it.main() == Some(true))
    };
    let table = tables.iter().find(own).or_else(|| tables.iter().find(main));
    let mut routes = table.iter().flat_map(|table| table.routes());
    let route = routes.find(|route| route.destination_cidr_block() == Some("0.0.0.0/0"));
    let default_route = route.and_then(|route| {
        let gateways = [route.gateway_id(), route.nat_gateway_id(), route.transit_gateway_id()];
        let others = [route.network_interface_id(), route.instance_id(), route.vpc_peering_connection_id()];
        gateways.into_iter().chain(others).flatten().find(|id| !id.is_empty()).map(str::to_owned)
    });
    let table_id = table.and_then(|table| table.route_table_id()).unwrap_or_default();
    // A gateway is in route tables; an interface serves its whole VPC by its private name.
    let serves = |it: &&VpcEndpoint| {
        let is_there = it.state().is_none_or(|state| state.as_str().eq_ignore_ascii_case("available"));
        let by_name = it.private_dns_enabled() == Some(true);
        let by_route = it.route_table_ids().iter().any(|id| id == table_id);
        is_there && it.vpc_id() == Some(vpc) && (by_name || by_route)
    };
    let serving = endpoints.iter().filter(serves).filter_map(|it| it.service_name());
    Ways {
        subnet: subnet.to_owned(),
        default_route,
        is_blackhole: route.is_some_and(|it| it.state().is_some_and(|it| it.as_str() == "blackhole")),
        endpoints: serving.map(str::to_owned).collect(),
    }
}

/// The rules of these security groups; those that are not there are left out.
///
/// # Errors
/// When they can't be read.
pub async fn group_rules(aws: &Aws, groups: &[String]) -> Result<Vec<GroupRules>, Failure> {
    let request = aws.client::<Ec2>().describe_security_groups().filters(filter("group-id", groups));
    let groups = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let rules = |group: &SecurityGroup| GroupRules {
        id: group.group_id().unwrap_or_default().to_owned(),
        ingress: group.ip_permissions().iter().map(rule).collect(),
        egress: group.ip_permissions_egress().iter().map(rule).collect(),
    };
    Ok(groups.or_failure("describe the security groups")?.iter().map(rules).collect())
}

fn rule(permission: &IpPermission) -> GroupRule {
    let pairs = permission.user_id_group_pairs().iter().filter_map(|pair| pair.group_id());
    let four = permission.ip_ranges().iter().filter_map(|range| range.cidr_ip());
    let six = permission.ipv6_ranges().iter().filter_map(|range| range.cidr_ipv6());
    let lists = permission.prefix_list_ids().iter().filter_map(|list| list.prefix_list_id());
    GroupRule {
        protocol: permission.ip_protocol().unwrap_or("-1").to_owned(),
        ports: permission.from_port().zip(permission.to_port()),
        groups: pairs.map(str::to_owned).collect(),
        ranges: four.chain(six).chain(lists).map(str::to_owned).collect(),
    }
}

/// The network of these instances; those that are not there are left out.
///
/// # Errors
/// When they can't be read.
pub async fn instances(aws: &Aws, ids: &[String]) -> Result<Vec<InstanceNetwork>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let request = aws.client::<Ec2>().describe_instances().filters(filter("instance-id", ids));
    let pages = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let reservations = pages.or_failure("describe the instances")?;
    let network = |instance: &Instance| InstanceNetwork {
        id: instance.instance_id().unwrap_or_default().to_owned(),
        subnet: instance.subnet_id().unwrap_or_default().to_owned(),
        groups: instance
            .security_groups()
            .iter()
            .filter_map(|group| group.group_id().map(str::to_owned))
            .collect(),
        is_public: instance.public_ip_address().is_some_and(|address| !address.is_empty()),
    };
    Ok(reservations.iter().flat_map(|it| it.instances()).map(network).collect())
}

fn filter(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{Route, RouteTableAssociation, State, VpcEndpointType};

    fn table(id: &str, association: RouteTableAssociation, route: Route) -> RouteTable {
        RouteTable::builder()
            .route_table_id(id)
            .vpc_id("vpc-1")
            .associations(association)
            .routes(route)
            .build()
    }

    #[test]
    fn a_subnet_without_a_table_of_its_own_has_the_main_one() {
        let everywhere = || Route::builder().destination_cidr_block("0.0.0.0/0");
        let main = RouteTableAssociation::builder().main(true).build();
        let own = RouteTableAssociation::builder().subnet_id("subnet-1").build();
        let tables = [
            table("rtb-main", main, everywhere().gateway_id("igw-1").build()),
            table("rtb-own", own, everywhere().nat_gateway_id("nat-1").build()),
        ];
        let of = |subnet| ways(subnet, "vpc-1", &tables, &[]).default_route;
        assert_eq!(of("subnet-1").as_deref(), Some("nat-1"));
        assert_eq!(of("subnet-2").as_deref(), Some("igw-1"));
        assert_eq!(ways("subnet-3", "vpc-2", &tables, &[]).default_route, None);
    }

    #[test]
    fn an_endpoint_serves_by_its_name_or_by_the_route_table() {
        let main = RouteTableAssociation::builder().main(true).build();
        let tables = [table("rtb-main", main, Route::builder().build())];
        let endpoint = |name: &str| VpcEndpoint::builder().vpc_id("vpc-1").service_name(name);
        let endpoints = [
            endpoint("x.s3").vpc_endpoint_type(VpcEndpointType::Gateway).route_table_ids("rtb-main").build(),
            endpoint("x.ecr.api").private_dns_enabled(true).state(State::Available).build(),
            endpoint("x.ecr.dkr").private_dns_enabled(true).state(State::Pending).build(),
            endpoint("x.logs").private_dns_enabled(false).build(),
            VpcEndpoint::builder().vpc_id("vpc-2").service_name("x.ssm").private_dns_enabled(true).build(),
        ];
        assert_eq!(ways("subnet-1", "vpc-1", &tables, &endpoints).endpoints, ["x.s3", "x.ecr.api"]);
    }
}

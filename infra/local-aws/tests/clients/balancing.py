"""Load balancers and scaling as boto3 has them."""

from datetime import datetime, timedelta, timezone

from world import World, pages, refused, service, wait, web

world = World()
ecs, elb, scaling = world.ecs, world.elb, world.scaling

# Load balancers, listeners, rules, target groups.
balancer, name, listener, group = web(world)
wait(elb, "load_balancer_available", LoadBalancerArns=[balancer])
wait(elb, "load_balancer_exists", Names=["web"])
other, *_ = web(world, "other")
found, count = pages(elb, "describe_load_balancers", "LoadBalancers", 1)
assert [it["LoadBalancerName"] for it in found] == ["other", "web"] or count == 2, found
assert all(it["State"]["Code"] == "active" and it["CreatedTime"].year > 2000 for it in found)
found, count = pages(elb, "describe_target_groups", "TargetGroups", 1)
assert len(found) == 2 and count == 2
for priority in "12":
    condition = {"Field": "path-pattern", "Values": [f"/{priority}/*"]}
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": priority}}
    elb.create_rule(ListenerArn=listener, Priority=int(priority), Conditions=[condition], Actions=[answer])
rules, count = pages(elb, "describe_rules", "Rules", 2, ListenerArn=listener)
assert [rule["Priority"] for rule in rules] == ["1", "2", "default"] and count == 2, rules
elb.set_rule_priorities(RulePriorities=[{"RuleArn": rules[0]["RuleArn"], "Priority": 3}])
elb.modify_rule(RuleArn=rules[1]["RuleArn"], Actions=[answer])
elb.delete_rule(RuleArn=rules[0]["RuleArn"])
assert len(pages(elb, "describe_listeners", "Listeners", 1, LoadBalancerArn=balancer)[0]) == 1
elb.modify_listener(ListenerArn=listener, Port=8080)
elb.modify_target_group(TargetGroupArn=group, HealthCheckPath="/health")
elb.add_tags(ResourceArns=[balancer], Tags=[{"Key": "of", "Value": "clients"}])
tags = elb.describe_tags(ResourceArns=[balancer])["TagDescriptions"][0]["Tags"]
assert tags == [{"Key": "of", "Value": "clients"}], tags
elb.remove_tags(ResourceArns=[balancer], TagKeys=["of"])
assert elb.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
elb.modify_load_balancer_attributes(
    LoadBalancerArn=balancer, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "30"}]
)
assert elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
assert elb.describe_listener_attributes(ListenerArn=listener)["Attributes"]
assert elb.describe_account_limits()["Limits"]
assert elb.describe_ssl_policies()["SslPolicies"]
elb.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=["sg-1"])

# Targets that nothing serves.
target = {"Id": "10.9.9.9", "Port": 80}
elb.register_targets(TargetGroupArn=group, Targets=[target])
health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"][0]
assert health["TargetHealth"]["State"] in ("initial", "unhealthy"), health
elb.deregister_targets(TargetGroupArn=group, Targets=[target])
wait(elb, "target_deregistered", TargetGroupArn=group, Targets=[target])

# What is refused.
with refused(elb, "DuplicateLoadBalancerNameException", "DuplicateLoadBalancerName"):
    elb.create_load_balancer(Name="web", Subnets=["subnet-1", "subnet-2"], Scheme="internal")
with refused(elb, "DuplicateTargetGroupNameException", "DuplicateTargetGroupName"):
    elb.create_target_group(Name="web", Protocol="HTTP", Port=81, VpcId="vpc-1", TargetType="ip")
with refused(elb, "LoadBalancerNotFoundException", "LoadBalancerNotFound"):
    elb.describe_load_balancers(Names=["none"])
with refused(elb, "TargetGroupNotFoundException", "TargetGroupNotFound"):
    elb.describe_target_health(TargetGroupArn=group[:-1] + "_")
with refused(elb, "ResourceInUseException", "ResourceInUse"):
    elb.delete_target_group(TargetGroupArn=group)
with refused(elb, "PriorityInUseException", "PriorityInUse"):
    elb.create_rule(ListenerArn=listener, Priority=2, Conditions=[condition], Actions=[answer])

elb.modify_target_group(TargetGroupArn=group, HealthCheckPath="/")

# Scaling of a service.
ecs.create_cluster(clusterName="demo")
service(world, group)
of = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/demo/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
named = {"ServiceNamespace": "ecs"}
with refused(scaling, "ObjectNotFoundException"):
    scaling.put_scaling_policy(PolicyName="cpu", PolicyType="StepScaling", **of)
with refused(scaling, "ValidationException"):
    scaling.register_scalable_target(MinCapacity=3, MaxCapacity=2, **of)
registered = scaling.register_scalable_target(MinCapacity=1, MaxCapacity=4, **of)
assert scaling.list_tags_for_resource(ResourceARN=registered["ScalableTargetARN"])["Tags"] == {}
tracking = {
    "TargetValue": 50.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
}
put = scaling.put_scaling_policy(
    PolicyName="cpu", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=tracking, **of
)
assert len(put["Alarms"]) == 2, put
step = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}
scaling.put_scaling_policy(PolicyName="step", PolicyType="StepScaling", StepScalingPolicyConfiguration=step, **of)
at = datetime.now(timezone.utc) + timedelta(days=1)
for action in ["a", "b"]:
    scaling.put_scheduled_action(
        ScheduledActionName=action,
        Schedule=f"at({at:%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": 2},
        **of,
    )
for operation, member, expected in [
    ("describe_scalable_targets", "ScalableTargets", 1),
    ("describe_scaling_policies", "ScalingPolicies", 2),
    ("describe_scheduled_actions", "ScheduledActions", 2),
]:
    found, count = pages(scaling, operation, member, 1, **named)
    assert len(found) == expected and count == expected, (operation, found)
    assert all(it["CreationTime"].year > 2000 for it in found)

# Fewer tasks than the target allows: it is scaled at once.
scaling.register_scalable_target(MinCapacity=3, **of)
wait(ecs, "services_stable", cluster="demo", services=["web"])
assert ecs.describe_services(cluster="demo", services=["web"])["services"][0]["runningCount"] == 3
activities, _ = pages(scaling, "describe_scaling_activities", "ScalingActivities", 1, **named)
assert activities[0]["StatusCode"] == "Successful", activities
scaling.delete_scheduled_action(ScheduledActionName="a", **of)
scaling.delete_scaling_policy(PolicyName="cpu", **of)
scaling.deregister_scalable_target(**of)
with refused(scaling, "ObjectNotFoundException"):
    scaling.deregister_scalable_target(**of)

# The end.
ecs.delete_service(cluster="demo", service="web", force=True)
for arn in [balancer, other]:
    elb.delete_load_balancer(LoadBalancerArn=arn)
wait(elb, "load_balancers_deleted", LoadBalancerArns=[balancer])
elb.delete_target_group(TargetGroupArn=group)
world.end()

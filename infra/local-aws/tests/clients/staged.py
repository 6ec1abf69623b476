"""A canary that waits for a person, continued and rolled back, as boto3 has it."""

import time

from world import NETWORK, World, refused, task_definition, wait, web

world = World()
ecs, elb = world.ecs, world.elb
_, _, listener, blue = web(world)
green = elb.create_target_group(Name="green", Protocol="HTTP", Port=80, VpcId="vpc-1", TargetType="ip")
green = green["TargetGroups"][0]["TargetGroupArn"]
weights = [{"TargetGroupArn": blue, "Weight": 100}, {"TargetGroupArn": green, "Weight": 0}]
rule = elb.create_rule(
    ListenerArn=listener,
    Priority=1,
    Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
    Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
)["Rules"][0]["RuleArn"]
ecs.create_cluster(clusterName="demo")
ecs.create_service(
    cluster="demo",
    serviceName="web",
    taskDefinition=task_definition(world, "old"),
    desiredCount=2,
    launchType="FARGATE",
    networkConfiguration=NETWORK,
    loadBalancers=[
        {
            "targetGroupArn": blue,
            "containerName": "web",
            "containerPort": 80,
            "advancedConfiguration": {
                "alternateTargetGroupArn": green,
                "productionListenerRule": rule,
                "roleArn": "arn:aws:iam::123456789012:role/ecs",
            },
        }
    ],
    deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0},
)
wait(ecs, "services_stable", cluster="demo", services=["web"])


def deployment():
    """The newest."""
    arn = ecs.list_service_deployments(cluster="demo", service="web")["serviceDeployments"][0]["serviceDeploymentArn"]
    return ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]


def until(seen):
    """The deployment once it is so."""
    deadline = time.monotonic() + 30
    while not seen(found := deployment()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def waits(deployment):
    return [hook for hook in deployment.get("lifecycleHookDetails", []) if hook["status"] == "AWAITING_ACTION"]


pause = {
    "targetType": "PAUSE",
    "lifecycleStages": ["POST_SCALE_UP"],
    "timeoutConfiguration": {"timeoutInMinutes": 1440, "action": "ROLLBACK"},
}
canary = {
    "strategy": "CANARY",
    "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 1},
    "bakeTimeInMinutes": 1,
    "lifecycleHooks": [pause],
}
for action, end in [("CONTINUE", "SUCCESSFUL"), ("ROLLBACK", "ROLLBACK_SUCCESSFUL")]:
    revision = task_definition(world, "new")
    ecs.update_service(cluster="demo", service="web", taskDefinition=revision, deploymentConfiguration=canary)
    paused = until(waits)
    call = {"serviceDeploymentArn": paused["serviceDeploymentArn"], "hookId": waits(paused)[0]["hookId"]}
    assert ecs.continue_service_deployment(action=action, **call)["serviceDeploymentArn"]
    until(lambda found: found["status"] == end)
    with refused(ecs, "InvalidParameterException"):
        ecs.continue_service_deployment(action=action, **call)
world.end()

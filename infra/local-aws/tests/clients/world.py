"""What the scripts have in common: clients whose answers are checked, refusals, waits that are short, a service."""

import contextlib
import urllib.request

import boto3
import shapes
from botocore.config import Config

FAST = {"Delay": 1, "MaxAttempts": 30}


class World:
    """The clients, and what their answers have that they should not."""

    def __init__(self):
        self.complaints = set()
        self.ecs, self.elb, self.scaling = map(self.client, ["ecs", "elbv2", "application-autoscaling"])

    def client(self, service):
        client = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
        shapes.watch(client, self.complaints)
        return client

    def end(self):
        assert not self.complaints, "\n".join(sorted(self.complaints))


@contextlib.contextmanager
def refused(client, name, code=None):
    """The call inside raises this exception of the client's, whose code is the same unless given."""
    try:
        yield
    except getattr(client.exceptions, name) as error:
        assert error.response["Error"]["Code"] == (code or name), error
        assert error.response["Error"]["Message"], error
        assert error.response["ResponseMetadata"]["RequestId"], error
    else:
        raise AssertionError(f"it is not refused with {name}")


def wait(client, waiter, **call):
    client.get_waiter(waiter).wait(WaiterConfig=FAST, **call)


def pages(client, operation, member, size, **call):
    """All items, and how many pages they come in."""
    paginator = client.get_paginator(operation)
    found = [page[member] for page in paginator.paginate(PaginationConfig={"PageSize": size}, **call)]
    return [item for page in found for item in page], len(found)


def web(world, name="web"):
    """A load balancer: its ARN, its DNS name, a listener's ARN, a target group's ARN."""
    elb = world.elb
    balancer = elb.create_load_balancer(Name=name, Subnets=["subnet-1", "subnet-2"])["LoadBalancers"][0]
    arn = balancer["LoadBalancerArn"]
    group = elb.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId="vpc-1", TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group_attributes(
        TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
    )
    action = {"Type": "forward", "TargetGroupArn": group}
    listener = elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[action])
    return arn, balancer["DNSName"], listener["Listeners"][0]["ListenerArn"], group


def task_definition(world, image, family="web"):
    """A new revision, by ARN."""
    container = {"name": "web", "image": image, "portMappings": [{"containerPort": 80}]}
    registered = world.ecs.register_task_definition(
        family=family,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[container],
        tags=[{"key": "of", "value": "clients"}],
    )
    return registered["taskDefinition"]["taskDefinitionArn"]


NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}


def service(world, group, image="old"):
    """A service `web` in the cluster `demo` behind a target group; it becomes stable."""
    balancer = {"targetGroupArn": group, "containerName": "web", "containerPort": 80}
    world.ecs.create_service(
        cluster="demo",
        serviceName="web",
        taskDefinition=task_definition(world, image),
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=NETWORK,
        loadBalancers=[balancer],
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        enableECSManagedTags=True,
        propagateTags="SERVICE",
        tags=[{"key": "of", "value": "clients"}],
    )
    wait(world.ecs, "services_stable", cluster="demo", services=["web"])


def body(endpoint, path):
    with urllib.request.urlopen(endpoint + path, timeout=10) as answer:
        return answer.read().decode()

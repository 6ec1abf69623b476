"""Clusters, task definitions, services and tasks as boto3 has them."""

import os

from world import NETWORK, World, body, pages, refused, service, task_definition, wait, web

world = World()
ecs, elb = world.ecs, world.elb

# Clusters and task definitions.
for name in ["demo", "other", "third"]:
    made = ecs.create_cluster(clusterName=name, settings=[{"name": "containerInsights", "value": "enabled"}])
    assert made["cluster"]["status"] == "ACTIVE"
clusters, count = pages(ecs, "list_clusters", "clusterArns", 2)
assert [arn.split("/")[-1] for arn in clusters] == ["demo", "other", "third"] and count == 2, clusters
assert ecs.describe_clusters(clusters=["none"])["failures"][0]["reason"] == "MISSING"
ecs.describe_clusters(clusters=["demo"], include=["SETTINGS", "STATISTICS", "TAGS", "ATTACHMENTS"])
revisions = [task_definition(world, "old", "paged") for _ in range(3)]
found, count = pages(ecs, "list_task_definitions", "taskDefinitionArns", 2, familyPrefix="paged")
assert found == revisions and count == 2, found
families, _ = pages(ecs, "list_task_definition_families", "families", 1)
assert families == ["paged"], families
described = ecs.describe_task_definition(taskDefinition="paged", include=["TAGS"])
assert described["tags"] == [{"key": "of", "value": "clients"}]
assert described["taskDefinition"]["registeredAt"].year > 2000
ecs.deregister_task_definition(taskDefinition="paged:1")
assert not ecs.delete_task_definitions(taskDefinitions=["paged:1"])["failures"]
settings, _ = pages(ecs, "list_account_settings", "settings", 2, effectiveSettings=True)
assert settings

# A service, its targets, its deployments.
_, _, _, group = web(world)
service(world, group)
wait(elb, "target_in_service", TargetGroupArn=group)
assert body(os.environ["AWS_ENDPOINT_URL"], "/_alb/web/") == "old"
described = ecs.describe_services(cluster="demo", services=["web", "none"], include=["TAGS"])
assert described["failures"][0]["reason"] == "MISSING"
arn = described["services"][0]["serviceArn"]
assert described["services"][0]["events"][0]["message"].endswith("has reached a steady state.")
assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "of", "value": "clients"}]
assert pages(ecs, "list_services", "serviceArns", 1, cluster="demo") == ([arn], 1)
tasks, count = pages(ecs, "list_tasks", "taskArns", 1, cluster="demo", serviceName="web")
assert len(tasks) == 2 and count == 2
wait(ecs, "tasks_running", cluster="demo", tasks=tasks)
ecs.describe_tasks(cluster="demo", tasks=tasks, include=["TAGS"])
ecs.update_task_protection(cluster="demo", tasks=tasks[:1], protectionEnabled=True, expiresInMinutes=5)
assert ecs.get_task_protection(cluster="demo", tasks=tasks)["protectedTasks"][0]["protectionEnabled"]
ecs.update_task_protection(cluster="demo", tasks=tasks[:1], protectionEnabled=False)

ecs.update_service(cluster="demo", service="web", taskDefinition=task_definition(world, "new"), desiredCount=3)
wait(ecs, "services_stable", cluster="demo", services=["web"])
assert body(os.environ["AWS_ENDPOINT_URL"], "/_alb/web/") == "new"
listed = ecs.list_service_deployments(cluster="demo", service="web")["serviceDeployments"]
assert [it["status"] for it in listed] == ["SUCCESSFUL"] * 2, listed
deployments = [it["serviceDeploymentArn"] for it in listed]
described = ecs.describe_service_deployments(serviceDeploymentArns=deployments)["serviceDeployments"]
revisions = [it["targetServiceRevision"]["arn"] for it in described]
revisions = ecs.describe_service_revisions(serviceRevisionArns=revisions)["serviceRevisions"]
assert {it["taskDefinition"].split("/")[-1] for it in revisions} == {"web:1", "web:2"}

# One that is stopped.
unhealthy = task_definition(world, "answers-503")
ecs.update_service(cluster="demo", service="web", taskDefinition=unhealthy)
latest = ecs.list_service_deployments(cluster="demo", service="web")["serviceDeployments"][0]
stopped = latest["serviceDeploymentArn"]
assert ecs.stop_service_deployment(serviceDeploymentArn=stopped)["serviceDeploymentArn"] == stopped
wait(ecs, "services_stable", cluster="demo", services=["web"])
described = ecs.describe_service_deployments(serviceDeploymentArns=[stopped])["serviceDeployments"][0]
assert described["status"] == "ROLLBACK_SUCCESSFUL", described
with refused(ecs, "ConflictException"):
    ecs.stop_service_deployment(serviceDeploymentArn=stopped)

# Tasks without a service.
runs = {"cluster": "demo", "launchType": "FARGATE", "networkConfiguration": NETWORK}
started = ecs.run_task(taskDefinition="web:2", count=2, group="batch", **runs)
tasks = [task["taskArn"] for task in started["tasks"]]
wait(ecs, "tasks_running", cluster="demo", tasks=tasks)
ecs.stop_task(cluster="demo", task=tasks[0], reason="enough")
wait(ecs, "tasks_stopped", cluster="demo", tasks=tasks[:1])
task = ecs.describe_tasks(cluster="demo", tasks=tasks[:1])["tasks"][0]
assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough"), task
ended = ecs.run_task(taskDefinition=task_definition(world, "dies", "batch"), **runs)["tasks"][0]["taskArn"]
wait(ecs, "tasks_stopped", cluster="demo", tasks=[ended])
ecs.stop_task(cluster="demo", task=tasks[1])

# What is refused.
with refused(ecs, "ClusterNotFoundException"):
    ecs.list_services(cluster="none")
with refused(ecs, "ServiceNotFoundException"):
    ecs.update_service(cluster="demo", service="none", desiredCount=1)
with refused(ecs, "InvalidParameterException"):
    ecs.create_service(cluster="demo", serviceName="web", taskDefinition="web:1", desiredCount=1, launchType="FARGATE")
with refused(ecs, "InvalidParameterException"):
    ecs.stop_task(cluster="demo", task="0" * 32)
with refused(ecs, "ClientException"):
    ecs.describe_task_definition(taskDefinition="none")
with refused(ecs, "ClusterContainsServicesException"):
    ecs.delete_cluster(cluster="demo")
with refused(ecs, "ServiceDeploymentNotFoundException"):
    ecs.stop_service_deployment(serviceDeploymentArn=stopped[:-1] + "_")

# Its end.
ecs.update_service(cluster="demo", service="web", desiredCount=0)
wait(ecs, "services_stable", cluster="demo", services=["web"])
ecs.delete_service(cluster="demo", service="web", force=True)
wait(ecs, "services_inactive", cluster="demo", services=["web"])
with refused(ecs, "ServiceNotActiveException"):
    ecs.update_service(cluster="demo", service="web", desiredCount=1)
assert ecs.delete_cluster(cluster="other")["cluster"]["status"] == "INACTIVE"
world.end()

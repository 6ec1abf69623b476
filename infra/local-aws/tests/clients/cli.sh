#!/bin/bash
# The AWS CLI through a service's life, with its own waiters: each finds what it waits for at its first or second look.
set -euo pipefail

is() { # The output of a command is this.
    local expected=$1
    shift
    local found
    found=$("$@")
    [ "$found" = "$expected" ] || { echo "$* answers '$found' and not '$expected'" >&2; exit 1; }
}

refuses() { # A command fails with this error.
    local expected=$1
    shift
    local said
    if said=$("$@" 2>&1); then echo "$* is not refused" >&2; exit 1; fi
    [[ "$said" == *"($expected)"* ]] || { echo "$* says '$said' and not $expected" >&2; exit 1; }
}

container() { echo "[{\"name\":\"web\",\"image\":\"$1\",\"portMappings\":[{\"containerPort\":80}]}]"; }

register() {
    aws ecs register-task-definition --family web --network-mode awsvpc --requires-compatibilities FARGATE --cpu 256 \
        --memory 512 --container-definitions "$(container "$1")" --query taskDefinition.taskDefinitionArn --output text
}

network='awsvpcConfiguration={subnets=[subnet-1]}'

aws ecs create-cluster --cluster-name demo >/dev/null
balancer=$(aws elbv2 create-load-balancer --name web --subnets subnet-1 subnet-2 \
    --query 'LoadBalancers[0].LoadBalancerArn' --output text)
group=$(aws elbv2 create-target-group --name web --protocol HTTP --port 80 --vpc-id vpc-1 --target-type ip \
    --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 modify-target-group-attributes --target-group-arn "$group" \
    --attributes Key=deregistration_delay.timeout_seconds,Value=30 >/dev/null
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
    --default-actions "Type=forward,TargetGroupArn=$group" >/dev/null
aws elbv2 wait load-balancer-available --load-balancer-arns "$balancer"

aws ecs create-service --cluster demo --service-name web --task-definition "$(register old)" --desired-count 2 \
    --launch-type FARGATE --network-configuration "$network" \
    --load-balancers "targetGroupArn=$group,containerName=web,containerPort=80" >/dev/null
aws ecs wait services-stable --cluster demo --services web
aws elbv2 wait target-in-service --target-group-arn "$group"
is 2 aws ecs list-tasks --cluster demo --query 'length(taskArns)'

aws ecs update-service --cluster demo --service web --task-definition "$(register new)" >/dev/null
aws ecs wait services-stable --cluster demo --services web
is new python -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())' \
    "$AWS_ENDPOINT_URL/_alb/web/"
is $'SUCCESSFUL\tSUCCESSFUL' aws ecs list-service-deployments --cluster demo --service web \
    --query 'serviceDeployments[].status' --output text

task=$(aws ecs run-task --cluster demo --launch-type FARGATE --task-definition web --network-configuration "$network" \
    --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-running --cluster demo --tasks "$task"
aws ecs stop-task --cluster demo --task "$task" --reason enough >/dev/null
aws ecs wait tasks-stopped --cluster demo --tasks "$task"
is enough aws ecs describe-tasks --cluster demo --tasks "$task" --query 'tasks[0].stoppedReason' --output text

of=(--service-namespace ecs --resource-id service/demo/web --scalable-dimension ecs:service:DesiredCount)
aws application-autoscaling register-scalable-target "${of[@]}" --min-capacity 1 --max-capacity 3 >/dev/null
is 3 aws application-autoscaling describe-scalable-targets --service-namespace ecs \
    --query 'ScalableTargets[0].MaxCapacity'

refuses ClusterNotFoundException aws ecs list-tasks --cluster none
refuses ServiceNotFoundException aws ecs update-service --cluster demo --service none --desired-count 1
refuses LoadBalancerNotFound aws elbv2 describe-load-balancers --names none

aws ecs delete-service --cluster demo --service web --force >/dev/null
aws ecs wait services-inactive --cluster demo --services web
aws elbv2 delete-load-balancer --load-balancer-arn "$balancer"

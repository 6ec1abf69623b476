//! Why each rule about task definitions is there, and what breaks it.

use super::{Explanation, Rule};

explanations! {
    T01 "fargate" "cpu = 256"
        "ECS reads a request by its model: a number where a text belongs, or a member that is missing, ends \
         the call before anything is looked at";
    T02 "bridge" r#"networkMode = "default""#
        "ECS knows these values alone and compares them letter by letter; \"default\" or \"nat\" are words of \
         the console";
    T03 "fargate" "family = -"
        "the family is part of the revision's ARN and name";
    T04 "fargate" "containerDefinitions = []"
        "one task is one unit of placing and of failing; ECS starts no more than 10 containers as one";
    T05 "fargate" "c/name = -"
        "dependencies, port mappings and load balancers find a container by its name";
    T06 "fargate" "c/image = -"
        "there is nothing to start without an image";
    T07 "fargate" "c/essential = false"
        "a task ends when an essential container does: without one, nobody says when it has ended";
    T08 "fargate" "networkMode = -"
        "Fargate gives every task a network interface of its own, and ECS does not choose that mode by itself";
    T09 "fargate" "cpu = -"
        "Fargate bills and reserves a task's size, so it must be known before a task is placed";
    T10 "fargate" r#"cpu = "1024" ; memory = "1024""#
        "Fargate has these sizes alone, as it cuts its machines into them";
    T11 "windows" r#"cpu = "512" ; memory = "1024""#
        "a Windows task takes a base of its own; Fargate offers it from one vCPU on";
    T12 "windows" r#"runtimePlatform = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "ARM64"}"#
        "AWS has no Windows machines with ARM processors";
    T13 "bridge" r#"cpu = "one""#
        "ECS reads units or vCPUs, MiB or GB, and nothing else";
    T14 "bridge" r#"cpu = "127""#
        "what is below can't be given as CPU shares, and no instance has more";
    T15 "fargate" "c/cpu = 257"
        "the task's CPU is a limit over all of its containers";
    T16 "fargate" "c/memory = 513"
        "the task's memory is a limit over all of its containers: a container can't have more";
    T17 "fargate" "c/memoryReservation = 513"
        "reserved memory is set aside: all of it must fit into the task's";
    T18 "bridge" "c/memory = -"
        "without any limit a container could take all of its instance's memory, and ECS could not place it";
    T19 "bridge" "c/memoryReservation = 129"
        "the reservation is what a container surely has, memory what it never exceeds";
    T20 "bridge" "c/memory = 3"
        "Docker starts no container with less";
    T21 "fargate" r#"c/portMappings = [{"containerPort": 80, "hostPort": 8080}]"#
        "the task has a network interface of its own, on which a container's port is the port";
    T22 "host" r#"c/portMappings = [{"containerPort": 80, "hostPort": 8080}]"#
        "the container uses the instance's own ports";
    T23 "bridge" r#"networkMode = "none" ; c/portMappings = [{"containerPort": 80}]"#
        "without a network there is nothing to map";
    T24 "bridge" r#"c/portMappings = [{"containerPort": 0}]"#
        "these are the ports that there are; 0 on the host asks for any free one";
    T25 "fargate" r#"c/portMappings = [{"containerPort": 80}, {"containerPort": 80}]"#
        "the containers share one network, in which a port has one listener";
    T26 "bridge" r#"c/portMappings = [{"containerPortRange": "90-80"}]"#
        "ECS maps each port of a range to one of the host's; elsewhere there is nothing to map";
    T27 "fargate" r#"c/portMappings = [{"containerPort": 80, "name": "Web"}]"#
        "Service Connect makes a name of it that others resolve";
    T28 "bridge" r#"c/portMappings = [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]"#
        "the second container could not bind the port";
    T29 "fargate" r#"c/links = ["database"]"#
        "links are a feature of Docker's bridge; with awsvpc the containers share one network";
    T30 "fargate" r#"c/hostname = "web""#
        "the network interface of the task has the name";
    T31 "fargate" r#"c/dnsServers = ["10.0.0.2"]"#
        "the network interface takes them from the VPC";
    T32 "fargate" r#"c/extraHosts = [{"hostname": "a", "ipAddress": "10.0.0.1"}]"#
        "Docker can't write the hosts file of a network that it does not make";
    T33 "fargate" "c/disableNetworking = true"
        "the network belongs to the task, not to one container";
    T34 "fargate" "c/privileged = true"
        "a privileged container has the rights of root on its host, and Fargate's hosts are AWS's";
    T35 "fargate" r#"c/dockerSecurityOptions = ["label:none"]"#
        "SELinux and AppArmor profiles are of the host, and Fargate's hosts are AWS's";
    T36 "fargate" r#"c/linuxParameters = {"sharedMemorySize": 64}"#
        "these reach into the host, and Fargate's hosts are AWS's";
    T37 "fargate" r#"c/linuxParameters = {"capabilities": {"add": ["NET_ADMIN"]}}"#
        "other capabilities reach beyond the task; SYS_PTRACE looks into processes of its own";
    T38 "fargate" r#"ipcMode = "task""#
        "other tasks' processes are nobody's business on Fargate";
    T39 "fargate" r#"placementConstraints = [{"type": "memberOf", "expression": "attribute:a == b"}]"#
        "Fargate has no instances of yours to choose from";
    T40 "fargate" r#"c/resourceRequirements = [{"type": "GPU", "value": "1"}]"#
        "Fargate has no machines with GPUs";
    T41 "bridge" r#"placementConstraints = [{"type": "memberOf", "expression": "attribute:a = b"}]"#
        "memberOf filters instances by an expression: without one, or with one that can't be read, it chooses \
         none";
    T42 "fargate" r#"volumes = [{"name": "v", "host": {"sourcePath": "/data"}}]"#
        "Docker volumes and host paths live on an instance, and Fargate has none of yours";
    T43 "bridge" r#"volumes = [{"host": {}}]"#
        "a volume is one thing in one place";
    T44 "bridge" r#"volumes = [{"name": "a b"}]"#
        "containers mount a volume by its name";
    T45 "bridge" r#"c/mountPoints = [{"sourceVolume": "v", "containerPath": "/data"}]"#
        "what a container mounts must be there";
    T46 "fargate" r#"volumes = [{"name": "disk", "configuredAtLaunch": true}]"#
        "ECS attaches one EBS volume to a task, and only where a container mounts it";
    T47 "fargate" r#"volumes = [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}}}]"#
        "the access point and IAM are checked over TLS, and an access point has its own root";
    T48 "fargate" r#"ephemeralStorage = {"sizeInGiB": 20}"#
        "20 GiB are in every Fargate task without asking; ECS takes a number only for more";
    T49 "fargate" r#"c/logConfiguration = {"logDriver": "json-file"}"#
        "Fargate runs these log drivers alone";
    T50 "bridge" r#"c/logConfiguration = {"logDriver": "awslogs", "options": {"awslogs-region": "eu-west-1"}}"#
        "the driver has to know where to write";
    T51 "fargate" r#"executionRoleArn = "arn:PARTITION:iam::123456789012:role/ecs" ; c/logConfiguration = {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "eu-west-1"}}"#
        "on Fargate no container id makes the name of a stream";
    T52 "bridge" r#"c/secrets = [{"name": "A", "valueFrom": "p"}]"#
        "secrets, images in ECR and logs are fetched before the app runs, with the execution role";
    T53 "fargate" r#"c/logConfiguration = {"logDriver": "awsfirelens"}"#
        "somebody must take the logs: the FireLens router is a container of the task";
    T54 "bridge" r#"c/logConfiguration = {"logDriver": "json-file", "options": {"mode": "async"}}"#
        "the driver needs its address and its key";
    T55 "bridge" r#"c/dependsOn = [{"containerName": "other", "condition": "START"}]"#
        "a container waits for another one: that must be there, must be able to reach the state, and must not \
         wait in turn";
    T56 "fargate" r#"c/healthCheck = {"command": ["curl", "localhost"]}"#
        "ECS's agent runs the check within these limits";
    T57 "fargate" "c/stopTimeout = 121"
        "Fargate waits no longer for a container";
    T58 "fargate" r#"c/restartPolicy = {"enabled": true, "restartAttemptPeriod": 59}"#
        "ECS's agent restarts a container within these limits";
    T59 "fargate" r#"c/ulimits = [{"name": "nofile", "softLimit": 2, "hardLimit": 1}]"#
        "a soft limit can be raised up to the hard one";
    T60 "fargate" r#"c/environmentFiles = [{"type": "s3", "value": "s3://bucket/a.env"}]"#
        "ECS reads variables from files of this form in S3";
    T61 "bridge" r#"executionRoleArn = "arn:PARTITION:iam::123456789012:role/ecs" ; c/environment = [{"name": "A", "value": "1"}] ; c/secrets = [{"name": "A", "valueFrom": "p"}]"#
        "both would be one variable of the container";
    T62 "bridge" r#"c/repositoryCredentials = {"credentialsParameter": "arn:PARTITION:ssm:eu-west-1:123456789012:parameter/x"}"#
        "ECS takes a registry's password from Secrets Manager alone";
    T63 "bridge" r#"c/resourceRequirements = [{"type": "GPU", "value": "0"}]"#
        "a GPU is given as a whole";
    T64 "windows-ec2" r#"c/user = "app""#
        "Windows containers have none of these features of Linux";
    T65 "windows-ec2" r#"networkMode = "bridge""#
        "Windows has NAT and awsvpc, none of Linux's modes";
    T66 "host" r#"c/systemControls = [{"namespace": "net.core.somaxconn", "value": "1024"}]"#
        "the namespace is the host's then, and a setting would change the host";
    T67 "fargate" r#"proxyConfiguration = {"containerName": "web"}"#
        "the proxy's rules are made of these";
    T68 "fargate" r#"tags = [{"key": "aws:a", "value": "b"}]"#
        "AWS's own limits of tags";
    T69 "bridge" "enableFaultInjection = true"
        "faults are injected into the network of the task or the host";
    T70 "external" r#"networkMode = "awsvpc""#
        "machines of your own have no network interfaces of a VPC";
    T71 "managed" r#"networkMode = "bridge""#
        "Managed Instances run what AWS's own image supports";
    T72 "windows" r#"runtimePlatform = {"operatingSystemFamily": "WINDOWS_SERVER_20H2_CORE"}"#
        "Fargate has images of these versions";
    T73 "bridge" r#"inferenceAccelerators = [{"deviceName": "d", "deviceType": "eia1.medium"}]"#
        "AWS has ended Elastic Inference";
    T74 "bridge" "c/cpu = -1"
        "CPU units are shares";
    T75 "fargate" r#"c/firelensConfiguration = {"type": "fluentbit", "options": {"config-file-type": "s3"}}"#
        "Fargate's agent does not fetch the configuration from S3";
    T76 "fargate" r#"taskRoleArn = "arn:PARTITION:s3:::app""#
        "ECS assumes the role by its ARN";
    T77 "bridge" r#"c/links = ["db"]"#
        "a link leads to a container of the same task";
    T78 "fargate" r#"executionRoleArn = "arn:PARTITION:iam::123456789012:role/ecs" ; c/secrets = [{"name": "A", "valueFrom": "arn:PARTITION:secretsmanager:eu-west-1:123456789012:secret:db:key:stage:id:more"}]"#
        "ECS reads the version of the secret that the rest of the ARN names";
}

//! The table of rules: number, AWS's page, what would be valid.

rules! {
    T01 "RegisterTaskDefinition, Amazon ECS API Reference"
        "the members of ECS's request, each with its JSON type, and every required one";
    T02 "RegisterTaskDefinition, Amazon ECS API Reference"
        "one of the values that ECS lists for this member, in its exact spelling";
    T03 "RegisterTaskDefinition (family), Amazon ECS API Reference"
        "a family of 1 to 255 letters, digits, hyphens and underscores";
    T04 "Amazon ECS service quotas"
        "1 to 10 containers in a task definition";
    T05 "ContainerDefinition (name), Amazon ECS API Reference"
        "a name for each container, unique in the task: 1 to 255 letters, digits, hyphens and underscores";
    T06 "ContainerDefinition (image), Amazon ECS API Reference"
        "an image of at most 255 characters without white space for each container";
    T07 "ContainerDefinition (essential), Amazon ECS API Reference"
        "at least one essential container; one that says nothing is essential";
    T08 "Amazon ECS task definition parameters for Fargate (networkMode)"
        "networkMode awsvpc, written out, where requiresCompatibilities has FARGATE";
    T09 "Amazon ECS task definition parameters for Fargate (task size)"
        "cpu and memory of the task where requiresCompatibilities has FARGATE";
    T10 "Amazon ECS task definition parameters for Fargate (task size)"
        "one of the sizes that Fargate has, from 256 CPU units with 512 MiB to 32768 with 249856 MiB";
    T11 "Amazon ECS task definition differences for EC2 instances running Windows"
        "1024, 2048 or 4096 CPU units for Windows on Fargate";
    T12 "Amazon ECS task definitions for 64-bit ARM workloads"
        "X86_64 for Windows";
    T13 "Troubleshoot Amazon ECS task definition invalid CPU or memory errors"
        "cpu as units (\"1024\") or vCPUs (\"1 vCPU\"), memory as MiB (\"2048\") or GB (\"2 GB\")";
    T14 "RegisterTaskDefinition (cpu), Amazon ECS API Reference"
        "128 to 196608 CPU units (0.125 to 192 vCPUs) for a task that is not on Fargate, or no cpu";
    T15 "ContainerDefinition (cpu), Amazon ECS API Reference"
        "containers whose cpu together is at most the task's";
    T16 "ContainerDefinition (memory), Amazon ECS API Reference"
        "a container's memory of at most the task's";
    T17 "ContainerDefinition (memoryReservation), Amazon ECS API Reference"
        "containers whose memoryReservation together is at most the task's memory";
    T18 "ContainerDefinition (memory), Amazon ECS API Reference"
        "memory or memoryReservation for each container, or memory for the task";
    T19 "ContainerDefinition (memoryReservation), Amazon ECS API Reference"
        "a memoryReservation of at most the container's memory";
    T20 "ContainerDefinition (memory), Amazon ECS API Reference"
        "at least 6 MiB for a container";
    T21 "PortMapping (hostPort), Amazon ECS API Reference"
        "no hostPort, or the containerPort again, in network mode awsvpc";
    T22 "PortMapping (hostPort), Amazon ECS API Reference"
        "no hostPort, or the containerPort again, in network mode host";
    T23 "RegisterTaskDefinition (networkMode), Amazon ECS API Reference"
        "no port mappings in network mode none";
    T24 "PortMapping (containerPort), Amazon ECS API Reference"
        "a containerPort of 1 to 65535 (or a containerPortRange), and a hostPort of 0 to 65535";
    T25 "PortMapping (containerPort), Amazon ECS API Reference"
        "each port and protocol once in a task whose containers share one network (awsvpc, host)";
    T26 "PortMapping (containerPortRange), Amazon ECS API Reference"
        "a range `low-high` within 1 to 65535 that overlaps no other, without containerPort and hostPort, in network \
         mode bridge or awsvpc, at most 100 for a container";
    T27 "PortMapping (name), Amazon ECS API Reference"
        "port names that are unique in the task: 1 to 64 lower-case letters, digits, hyphens and underscores, not \
         beginning with a hyphen";
    T28 "PortMapping (hostPort), Amazon ECS API Reference"
        "each fixed host port and protocol once in a task, or 0 for a dynamic one";
    T29 "ContainerDefinition (links), Amazon ECS API Reference"
        "links in network mode bridge alone; with awsvpc, containers reach each other on localhost";
    T30 "ContainerDefinition (hostname), Amazon ECS API Reference"
        "no hostname in network mode awsvpc";
    T31 "ContainerDefinition (dnsServers, dnsSearchDomains), Amazon ECS API Reference"
        "no DNS settings in network mode awsvpc: the VPC has them";
    T32 "ContainerDefinition (extraHosts), Amazon ECS API Reference"
        "no extraHosts in network mode awsvpc";
    T33 "ContainerDefinition (disableNetworking), Amazon ECS API Reference"
        "no disableNetworking in network mode awsvpc";
    T34 "Amazon ECS task definition differences for Fargate"
        "privileged containers on EC2 alone";
    T35 "Amazon ECS task definition differences for Fargate"
        "dockerSecurityOptions on EC2 alone";
    T36 "LinuxParameters, Amazon ECS API Reference"
        "no devices, sharedMemorySize, maxSwap and swappiness on Fargate";
    T37 "KernelCapabilities, Amazon ECS API Reference"
        "SYS_PTRACE as the only capability that is added on Fargate";
    T38 "RegisterTaskDefinition (pidMode, ipcMode), Amazon ECS API Reference"
        "no ipcMode on Fargate, and pidMode task alone";
    T39 "Amazon ECS task definition differences for Fargate"
        "placement constraints on EC2 alone: Fargate has no instances to choose from";
    T40 "Amazon ECS task definitions for GPU workloads"
        "GPUs on EC2, EXTERNAL and MANAGED_INSTANCES; Fargate has none";
    T41 "Create expressions to define container instances for Amazon ECS tasks"
        "memberOf with an expression such as `attribute:ecs.instance-type =~ t3.*`, and at most 10 constraints";
    T42 "Storage options for Amazon ECS tasks"
        "bind mounts without a host path, EFS, S3 Files and EBS on Fargate";
    T43 "Volume, Amazon ECS API Reference"
        "a name for each volume, and at most one of host, Docker, EFS, S3 Files, FSx and configuredAtLaunch";
    T44 "Volume, Amazon ECS API Reference"
        "volume names that are unique: at most 255 letters, digits, hyphens and underscores";
    T45 "MountPoint, Amazon ECS API Reference"
        "mount points of volumes that the task has, and volumesFrom a container that it has";
    T46 "Use Amazon EBS volumes with Amazon ECS"
        "at most one volume that is configuredAtLaunch, mounted by a container";
    T47 "EFSVolumeConfiguration, Amazon ECS API Reference"
        "transitEncryption ENABLED with an access point, IAM or a port; rootDirectory / with an access point";
    T48 "Fargate task ephemeral storage for Amazon ECS"
        "21 to 200 GiB, on Linux on Fargate alone; the 20 GiB every task has are had by leaving it out";
    T49 "LogConfiguration (logDriver), Amazon ECS API Reference"
        "awslogs, splunk or awsfirelens on Fargate";
    T50 "Send Amazon ECS logs to CloudWatch"
        "awslogs with awslogs-group and awslogs-region";
    T51 "Send Amazon ECS logs to CloudWatch"
        "awslogs with awslogs-stream-prefix on Fargate";
    T52 "Amazon ECS task execution IAM role"
        "an executionRoleArn for secrets anywhere, and on Fargate for awslogs, images in ECR and private registries";
    T53 "Send Amazon ECS logs to an AWS service or AWS Partner"
        "a container with firelensConfiguration where one logs to awsfirelens";
    T54 "LogConfiguration (options), Amazon ECS API Reference"
        "splunk with splunk-token and splunk-url, and mode blocking or non-blocking";
    T55 "ContainerDependency, Amazon ECS API Reference"
        "dependencies on containers of the task, without a cycle; COMPLETE and SUCCESS of one that is not essential, \
         HEALTHY of one with a health check";
    T56 "HealthCheck, Amazon ECS API Reference"
        "a command that starts with CMD or CMD-SHELL, interval 5 to 300, timeout 2 to 60, retries 1 to 10, startPeriod \
         0 to 300";
    T57 "ContainerDefinition (startTimeout, stopTimeout), Amazon ECS API Reference"
        "a startTimeout and stopTimeout of 2 to 120 seconds on Fargate";
    T58 "ContainerRestartPolicy, Amazon ECS API Reference"
        "a restartAttemptPeriod of 60 to 1800 seconds, and at most 50 ignoredExitCodes";
    T59 "Ulimit, Amazon ECS API Reference"
        "a softLimit of at most the hardLimit";
    T60 "EnvironmentFile, Amazon ECS API Reference"
        "at most 10 environment files, each the ARN of an S3 object whose name ends in .env";
    T61 "Secret, Amazon ECS API Reference"
        "a name for each secret that is not the name of another secret or variable";
    T62 "RepositoryCredentials, Amazon ECS API Reference"
        "the ARN or the name of a secret in Secrets Manager";
    T63 "ResourceRequirement, Amazon ECS API Reference"
        "a positive whole number as text, or ALL";
    T64 "Amazon ECS task definition differences for EC2 instances running Windows"
        "Windows containers without settings of Linux";
    T65 "RegisterTaskDefinition (networkMode), Amazon ECS API Reference"
        "networkMode awsvpc or none given (NAT) for Windows on EC2";
    T66 "SystemControl, Amazon ECS API Reference"
        "no net.* in network mode host, and no IPC parameters with ipcMode host";
    T67 "ProxyConfiguration, Amazon ECS API Reference"
        "network mode awsvpc, a container of the task, ProxyIngressPort, ProxyEgressPort, AppPorts and EgressIgnoredIPs";
    T68 "Tagging Amazon ECS resources"
        "at most 50 tags with unique keys of 1 to 128 characters not beginning `aws:`, values of at most 256";
    T69 "RegisterTaskDefinition (enableFaultInjection), Amazon ECS API Reference"
        "fault injection in network mode awsvpc or host";
    T70 "Amazon ECS clusters for external instances"
        "network mode bridge, host or none on EXTERNAL";
    T71 "Amazon ECS Managed Instances task definition differences"
        "Linux, network mode awsvpc or host, no Docker volumes, and log driver awslogs, splunk, awsfirelens or json-file \
         on MANAGED_INSTANCES";
    T72 "Amazon ECS task definition parameters for Fargate (operating system family)"
        "LINUX, or Windows Server 2019 or 2022, on Fargate";
    T73 "InferenceAccelerator, Amazon ECS API Reference"
        "no Elastic Inference: the service has ended";
    T74 "ContainerDefinition (cpu), Amazon ECS API Reference"
        "a cpu of 0 or more";
    T75 "Use custom configuration files, Amazon ECS FireLens"
        "config-file-type file for FireLens on Fargate";
    T76 "RegisterTaskDefinition (taskRoleArn, executionRoleArn), Amazon ECS API Reference"
        "the ARN of an IAM role: `arn`, the partition, `iam`, no region, an account of 12 digits, `role/` and its name";
    T77 "ContainerDefinition (links), Amazon ECS API Reference"
        "links to containers of the task, as `name` or `name:alias`";
    T78 "Pass Secrets Manager secrets through Amazon ECS environment variables"
        "the ARN of a secret, and behind it at most `:json-key:version-stage:version-id`";

    C01 "CapacityProviderStrategyItem, Amazon ECS API Reference"
        "at most 20 capacity providers in a strategy";
    C02 "CapacityProviderStrategyItem, Amazon ECS API Reference"
        "a weight of 0 to 1000";
    C03 "CapacityProviderStrategyItem, Amazon ECS API Reference"
        "a base of 0 to 100000";
    C04 "CapacityProviderStrategyItem, Amazon ECS API Reference"
        "a base for one capacity provider alone";
    C05 "CapacityProviderStrategyItem, Amazon ECS API Reference"
        "at least one capacity provider with a weight above 0";
    C06 "Amazon ECS clusters (capacity providers)"
        "either FARGATE and FARGATE_SPOT or Auto Scaling group providers in one strategy";
    C07 "CapacityProviderStrategyItem, Amazon ECS API Reference"
        "the name of a capacity provider in each item of a strategy";
    C10 "CreateService (launchType), Amazon ECS API Reference"
        "a launch type or a capacity provider strategy, not both";
    C11 "PutClusterCapacityProviders, Amazon ECS API Reference"
        "a default strategy of capacity providers that the cluster has";
    C12 "CreateCapacityProvider (name), Amazon ECS API Reference"
        "1 to 255 letters, digits, hyphens and underscores, not beginning aws, ecs or fargate";
    C13 "Amazon ECS clusters for Fargate (FARGATE_SPOT)"
        "Linux tasks on FARGATE_SPOT";
    C14 "Amazon ECS Managed Instances capacity providers"
        "a capacity provider strategy and no launch type for Managed Instances";
    C15 "Amazon ECS clusters (capacity providers)"
        "the launch type EXTERNAL without a capacity provider strategy";
    C16 "ManagedScaling, Amazon ECS API Reference"
        "a target capacity of 1 to 100, steps of 1 to 10000 with the smallest not above the largest, 0 to 10000 seconds \
         to warm up; termination protection with managed scaling and with scale-in protection on the group";
    C17 "RunTask (count), Amazon ECS API Reference"
        "1 to 10 tasks in a call";

    S01 "CreateService (serviceName), Amazon ECS API Reference"
        "a name of 1 to 255 letters, digits, hyphens and underscores";
    S02 "CreateService (taskDefinition), Amazon ECS API Reference"
        "a task definition, unless the deployment controller is EXTERNAL";
    S03 "CreateService (desiredCount), Amazon ECS API Reference"
        "a desiredCount of 0 or more for REPLICA, none for DAEMON";
    S04 "CreateService (schedulingStrategy), Amazon ECS API Reference"
        "DAEMON on EC2 and EXTERNAL with the controller ECS";
    S05 "Amazon ECS services (daemon scheduling strategy)"
        "DAEMON with a maximumPercent of at most 100, without placement strategies, availability zone rebalancing and \
         volumes";
    S07 "CreateService (networkConfiguration), Amazon ECS API Reference"
        "a networkConfiguration with network mode awsvpc, and with no other";
    S08 "AwsVpcConfiguration, Amazon ECS API Reference"
        "1 to 16 subnets and at most 5 security groups";
    S10 "Fargate platform versions for Amazon ECS"
        "a platformVersion on Fargate alone: LATEST or 1.4.0 for Linux, LATEST or 1.0.0 for Windows";
    S11 "PlacementConstraint, Amazon ECS API Reference"
        "at most 10 placement constraints on EC2: distinctInstance without, memberOf with an expression";
    S12 "PlacementStrategy, Amazon ECS API Reference"
        "at most 5 placement strategies on EC2: binpack of cpu or memory, random without field, spread with one";
    S13 "CreateService (launchType), Amazon ECS API Reference"
        "a task definition that is compatible with the launch type";
    S14 "LoadBalancer, Amazon ECS API Reference"
        "a target group or a Classic Load Balancer, with a container of the task and a port of its port mappings";
    S15 "LoadBalancer, Amazon ECS API Reference"
        "an Application or Network Load Balancer for awsvpc and Fargate";
    S16 "CreateService (role), Amazon ECS API Reference"
        "a role only with a load balancer, and not with awsvpc";
    S17 "CreateService (deploymentController), Amazon ECS API Reference"
        "a load balancer with CODE_DEPLOY, none with EXTERNAL";
    S18 "CreateService (healthCheckGracePeriodSeconds), Amazon ECS API Reference"
        "a grace period of 0 to 2147483647 seconds, and only with a load balancer";
    S19 "CreateService (serviceRegistries), Amazon ECS API Reference"
        "at most one service registry, with container and port in network mode bridge and host";
    S20 "ServiceManagedEBSVolumeConfiguration, Amazon ECS API Reference"
        "one volume with a size or a snapshot; iops for io1, io2 and gp3, which io1 and io2 need; throughput for gp3";
    S21 "Balancing an Amazon ECS service across Availability Zones"
        "availability zone rebalancing with a maximumPercent above 100 for REPLICA; the first placement strategy, if any, \
         spreads over zones; no Classic Load Balancer, no constraint on the zone, not EXTERNAL (D09 for the percentage)";
    S22 "Use Service Connect to connect Amazon ECS services with short names"
        "a namespace, the names of port mappings, and at most one client alias for a service";
    S23 "Monitor Amazon ECS containers with ECS Exec"
        "a task role with enableExecuteCommand";
    S24 "CreateService (propagateTags), Amazon ECS API Reference"
        "TASK_DEFINITION or NONE for run-task";

    L01 "LoadBalancer, Amazon ECS API Reference"
        "target type ip with network mode awsvpc, instance with bridge and host";
    L02 "CreateTargetGroup, Elastic Load Balancing API Reference"
        "1 to 32 letters, digits and hyphens, without a hyphen at either end";
    L03 "CreateLoadBalancer, Elastic Load Balancing API Reference"
        "1 to 32 letters, digits and hyphens, without a hyphen at either end, not beginning `internal-`";
    L04 "Edit target group attributes for your Application Load Balancer"
        "a deregistration delay of 0 to 3600 seconds";
    L05 "CreateTargetGroup, Elastic Load Balancing API Reference"
        "interval 5 to 300, timeout 2 to 120 and below the interval, thresholds 2 to 10";
    L08 "CreateTargetGroup, Elastic Load Balancing API Reference"
        "a port of 1 to 65535";
    L09 "Application Load Balancer resources for blue/green, linear, and canary deployments"
        "an advancedConfiguration with a second target group for each load balancer, for blue/green, linear and canary";

    D02 "DeploymentConfiguration (strategy), Amazon ECS API Reference"
        "the deployment controller ECS for a deployment strategy";
    D06 "DeploymentConfiguration (minimumHealthyPercent), Amazon ECS API Reference"
        "a minimumHealthyPercent of 0 to 100";
    D07 "DeploymentConfiguration (maximumPercent), Amazon ECS API Reference"
        "a maximumPercent of 100 or more";
    D08 "DeploymentConfiguration, Amazon ECS API Reference"
        "a minimumHealthyPercent below 100 or a maximumPercent above: with both 100 no task may stop or start";
    D11 "DeploymentConfiguration (bakeTimeInMinutes), Amazon ECS API Reference"
        "0 to 1440 minutes of bake time, for blue/green, linear and canary";
    D12 "LinearConfiguration and CanaryConfiguration, Amazon ECS API Reference"
        "steps of 3.0 to 100.0 percent for LINEAR, 0.1 to 100.0 for CANARY, in tenths, with 0 to 1440 minutes each";
    D13 "AdvancedConfiguration, Amazon ECS API Reference"
        "a second target group, the production listener rule and ECS's infrastructure role";
    D14 "Amazon ECS linear deployments"
        "a load balancer or Service Connect for LINEAR and CANARY";
    D15 "DeploymentLifecycleHook, Amazon ECS API Reference"
        "a Lambda function with a role, or PAUSE, with stages; a timeout of 1 to 20160 minutes; no PAUSE while traffic \
         shifts";
    D17 "How the Amazon ECS deployment circuit breaker detects failures"
        "a circuit breaker with the controller ECS and rolling deployments, and a positive threshold";
    D18 "How CloudWatch alarms detect Amazon ECS deployment failures"
        "alarms with names, with the controller ECS";
    D19 "DeploymentConfiguration (earlySuccessCriteria), Amazon ECS API Reference"
        "early success for rolling deployments, at 0 to 100 percent and not below minimumHealthyPercent";

    X01 "Amazon ECS task definition parameters for Fargate (task size)"
        "up to 16 vCPUs; 32 vCPUs with 60, 120 or 244 GB are new and not everywhere";
    X02 "Troubleshoot Amazon ECS task definition invalid CPU or memory errors"
        "\"1024\", \"1 vCPU\" or \".5 vCPU\", and \"2048\" or \"2 GB\"";
    X03 "PortMapping, Amazon ECS API Reference"
        "a container port for one protocol";
    X05 "ContainerDefinition (memory), Amazon ECS API Reference"
        "containers whose memory together is at most the task's";
    X07 "PortMapping (protocol), Amazon ECS API Reference"
        "tcp or udp";
    X09 "RegisterTaskDefinition (taskRoleArn, executionRoleArn), Amazon ECS API Reference"
        "the role's full ARN, or for taskRoleArn its name; no empty text";
    X10 "KeyValuePair, Amazon ECS API Reference"
        "each variable once";
    X11 "Amazon ECS task definition parameters for Fargate (operating system family)"
        "Windows Server 2019 or 2022 on Fargate";
    X12 "Amazon ECS task definitions for 64-bit ARM workloads"
        "X86_64 for Windows";
    X13 "ContainerDefinition (memory), Amazon ECS API Reference"
        "at least 6 MiB for a container; 4 are enough for an old Docker only";
    X15 "Fargate task ephemeral storage for Amazon ECS"
        "FARGATE in requiresCompatibilities with ephemeralStorage";
    X16 "Amazon ECS Managed Instances task definition differences"
        "a networkMode, written out, on MANAGED_INSTANCES";
    X17 "RegisterTaskDefinition (pidMode), Amazon ECS API Reference"
        "an operatingSystemFamily with pidMode task on Fargate";
    X18 "Amazon ECS task definitions for GPU workloads"
        "GPUs on Linux";
    X19 "LogConfiguration (options), Amazon ECS API Reference"
        "gelf with gelf-address";
    X20 "HealthCheck, Amazon ECS API Reference"
        "a command that starts with CMD or CMD-SHELL; NONE turns an image's health check off, which ECS ignores anyway";
    X21 "Amazon ECS clusters for external instances"
        "bind mounts and Docker volumes on EXTERNAL";
    X22 "PortMapping (appProtocol), Amazon ECS API Reference"
        "a name with an appProtocol: Service Connect finds the port by it";
    X24 "Amazon ECS task definition differences for EC2 instances running Windows"
        "no volumes for Windows on Fargate";
    X25 "Storage options for Amazon ECS tasks"
        "EFS and S3 Files for Linux, FSx for Windows File Server for Windows";
    X26 "ProxyConfiguration, Amazon ECS API Reference"
        "Service Connect: AWS App Mesh ended on 2026-09-30";
    X27 "RegisterTaskDefinition (enableFaultInjection), Amazon ECS API Reference"
        "fault injection on Linux";
    X28 "Amazon ECS Managed Instances task definition differences"
        "nothing that belongs to an instance of one's own on MANAGED_INSTANCES";
    X29 "Amazon ECS task execution IAM role"
        "an executionRoleArn for awslogs and images in ECR on EXTERNAL and MANAGED_INSTANCES";
    X30 "RegisterTaskDefinition (cpu), Amazon ECS API Reference"
        "256 CPU units or more; older pages do not allow 128 to 255";
    X31 "ContainerDependency, Amazon ECS API Reference"
        "no loop through links, volumesFrom and dependsOn together";
}

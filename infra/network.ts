/** A network of its own without a way to the internet: private subnets, endpoints of the services that are called, a record of every flow. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { type EndpointService, gatewayServices, serviceName } from './network-services.ts'
import { allow, policyDocument } from './policy-document.ts'
import { Role } from './role.ts'

export interface NetworkArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  /** The services that functions and jobs call. */
  readonly services: readonly EndpointService[]
  /** Days that the record of flows is kept; at least 365. */
  readonly logRetentionDays: number
  /**
   * Private addresses, cut into 16 subnets of which two are used.
   * @default 10.0.0.0/16
   */
  readonly addresses?: `${number}.${number}.0.0/16`
}

/** Where something runs: subnets of two zones, and what it may reach from there. */
export interface NetworkPlace {
  readonly subnetIds: readonly pulumi.Output<string>[]
  readonly securityGroupIds: readonly pulumi.Output<string>[]
}

/** Zones without Lambda: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html (recalled). */
const zonesWithoutLambda = ['use1-az3']

export class Network extends pulumi.ComponentResource {
  /** Reaches every endpoint. */
  readonly forFunctions: NetworkPlace
  /** Reaches object storage alone: what else a SageMaker job needs goes over AWS's own network. */
  readonly forJobs: NetworkPlace
  /** What functions and jobs depend on: without its endpoints a network reaches nothing. */
  readonly ready: readonly pulumi.Resource[]

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Network', name, {}, options)
    const { names, addresses = '10.0.0.0/16' } = args
    const child = { parent: this }
    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      {
        cidrBlock: addresses,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { Name: names.of('securityGroup', 'network') },
      },
      child,
    )
    // What names no group of its own lands in the default one: it lets nothing in or out.
    new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id, ingress: [], egress: [] }, child)
    this.#recordFlows(name, vpc, args)
    const { subnets, routes } = this.#createSubnets(name, vpc, addresses)
    const group = (of: string, description: string) =>
      new aws.ec2.SecurityGroup(
        `${name}-${of}`,
        { name: names.of('securityGroup', of), description, vpcId: vpc.id },
        child,
      )
    const functions = group('functions', 'Functions: nothing comes in, services are reached')
    const jobs = group('jobs', 'SageMaker jobs: nothing comes in, object storage is reached')
    const endpoints = group('endpoints', 'Endpoints of services: functions come in')
    const subnetIds = subnets.map(({ id }) => id)
    const gateways = this.#createGateways(name, { vpc, routes }, { functions, jobs }, args)
    const interfaces = this.#createInterfaces(name, { vpc, subnetIds }, { functions, endpoints }, args)
    this.forFunctions = { subnetIds, securityGroupIds: [functions.id] }
    this.forJobs = { subnetIds, securityGroupIds: [jobs.id] }
    this.ready = [...gateways, ...interfaces]
    this.registerOutputs({ vpcId: vpc.id })
  }

  #createSubnets(name: string, vpc: aws.ec2.Vpc, addresses: string) {
    const child = { parent: this }
    const zones = aws.getAvailabilityZonesOutput(
      {
        state: 'available',
        excludeZoneIds: zonesWithoutLambda,
        filters: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
      },
      child,
    )
    const routes = new aws.ec2.RouteTable(`${name}-routes`, { vpcId: vpc.id }, child)
    const subnets = [0, 1].map((index) => {
      const subnet = new aws.ec2.Subnet(
        `${name}-subnet-${index}`,
        {
          vpcId: vpc.id,
          cidrBlock: addresses.replace('.0.0/16', `.${index * 16}.0/20`),
          availabilityZone: zones.names.apply((found) => zoneAt(found, index)),
          mapPublicIpOnLaunch: false,
        },
        // A zone that AWS adds later moves no subnet: functions and endpoints stand in it.
        { ...child, ignoreChanges: ['availabilityZone'] },
      )
      new aws.ec2.RouteTableAssociation(
        `${name}-routes-${index}`,
        { subnetId: subnet.id, routeTableId: routes.id },
        child,
      )
      return subnet
    })
    return { subnets, routes }
  }

  #createGateways(
    name: string,
    { vpc, routes }: { vpc: aws.ec2.Vpc; routes: aws.ec2.RouteTable },
    groups: { functions: aws.ec2.SecurityGroup; jobs: aws.ec2.SecurityGroup },
    { account, services }: NetworkArgs,
  ): pulumi.Resource[] {
    const child = { parent: this }
    return services
      .filter((service) => gatewayServices.has(service))
      .flatMap((service) => {
        const endpoint = new aws.ec2.VpcEndpoint(
          `${name}-${service}`,
          {
            vpcId: vpc.id,
            serviceName: serviceName(service, account.region),
            vpcEndpointType: 'Gateway',
            routeTableIds: [routes.id],
            policy: ownPrincipals(account),
          },
          child,
        )
        const users = service === 's3' ? groups : { functions: groups.functions }
        return [
          endpoint,
          ...Object.entries(users).map(
            ([user, group]) =>
              new aws.vpc.SecurityGroupEgressRule(
                `${name}-${user}-to-${service}`,
                { ...https(group), prefixListId: endpoint.prefixListId, description: `To ${service}` },
                child,
              ),
          ),
        ]
      })
  }

  #createInterfaces(
    name: string,
    { vpc, subnetIds }: { vpc: aws.ec2.Vpc; subnetIds: pulumi.Output<string>[] },
    { functions, endpoints }: { functions: aws.ec2.SecurityGroup; endpoints: aws.ec2.SecurityGroup },
    { account, services }: NetworkArgs,
  ): pulumi.Resource[] {
    const child = { parent: this }
    const rules = [
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-functions-to-endpoints`,
        { ...https(functions), referencedSecurityGroupId: endpoints.id, description: 'To the endpoints' },
        child,
      ),
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-endpoints-from-functions`,
        { ...https(endpoints), referencedSecurityGroupId: functions.id, description: 'From functions' },
        child,
      ),
    ]
    const made = services
      .filter((service) => !gatewayServices.has(service))
      .map(
        (service) =>
          new aws.ec2.VpcEndpoint(
            `${name}-${service.replace('.', '-')}`,
            {
              vpcId: vpc.id,
              serviceName: serviceName(service, account.region),
              vpcEndpointType: 'Interface',
              subnetIds,
              securityGroupIds: [endpoints.id],
              privateDnsEnabled: true,
              policy: ownPrincipals(account),
            },
            child,
          ),
      )
    return [...rules, ...made]
  }

  #recordFlows(name: string, vpc: aws.ec2.Vpc, { names, account, key, logRetentionDays }: NetworkArgs): void {
    const child = { parent: this }
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-flows`,
      {
        name: `/aws/vendedlogs/vpc/${names.of('logGroup', 'flows')}`,
        kmsKeyId: key.arn,
        retentionInDays: logRetentionDays,
      },
      child,
    )
    const role = new Role(
      `${name}-flows-role`,
      {
        roleName: names.of('role', 'network-flows'),
        service: 'vpc-flow-logs.amazonaws.com',
        account,
        description: 'Records the flows of the network',
        grants: [
          logGroup.arn.apply((arn) => [
            allow(['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], [`${arn}:*`]),
          ]),
        ],
      },
      child,
    )
    new aws.ec2.FlowLog(
      `${name}-flow-log`,
      {
        vpcId: vpc.id,
        trafficType: 'ALL',
        logDestinationType: 'cloud-watch-logs',
        logDestination: logGroup.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 600,
      },
      { ...child, dependsOn: [role.attachment] },
    )
  }
}

/** @throws Error when the region has fewer zones than the network needs. */
function zoneAt(zones: readonly string[], index: number): string {
  const zone = zones[index]
  if (zone !== undefined) return zone
  throw new Error(
    `regimen:network: got ${zones.length} availability zones; expected two; choose another region, or network none`,
  )
}

const https = ({ id }: aws.ec2.SecurityGroup) => ({
  securityGroupId: id,
  ipProtocol: 'tcp',
  fromPort: 443,
  toPort: 443,
})

/** Through the endpoint goes nobody of another account: credentials brought along carry nothing out. */
function ownPrincipals({ accountId }: Account): string {
  return policyDocument([
    {
      Sid: 'OwnPrincipals',
      Effect: 'Allow',
      Principal: '*',
      Action: ['*'],
      Resource: ['*'],
      Condition: { StringEquals: { 'aws:PrincipalAccount': accountId } },
    },
  ])
}

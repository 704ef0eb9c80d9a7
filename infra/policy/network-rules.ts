/** What a network must be: private, watched, closed by default, and left through endpoints of this account only. */
import { at, isText, isTrue, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'
import { conditionsOn, statementsOf } from './statements.ts'

const anywhere = (address: unknown) => address === '0.0.0.0/0' || address === '::/0'
const inbound = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'
const outbound = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'
const groups = ['aws:ec2/securityGroup:SecurityGroup', 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup']

export const networkRules: readonly Rule[] = [
  {
    id: 'network-flows-recorded',
    title: 'Every flow of a network is recorded',
    refs: ['EC2.6', 'CKV2_AWS_11'],
    types: ['aws:ec2/vpc:Vpc'],
    check: (network, graph) =>
      unless(
        graph
          .referring('aws:ec2/flowLog:FlowLog', 'vpcId', network)
          .some(({ inputs }) => inputs.trafficType === 'ALL' && isText(inputs.logDestination)),
        'no flow log of ALL traffic',
      ),
  },
  {
    id: 'network-default-group-closed',
    title: 'The default security group of a network lets nothing in or out',
    refs: ['EC2.2', 'CKV2_AWS_12'],
    types: ['aws:ec2/vpc:Vpc'],
    check: (network, graph) =>
      unless(
        graph
          .referring('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'vpcId', network)
          .some(({ inputs }) => list(inputs.ingress).length === 0 && list(inputs.egress).length === 0),
        'its default security group is not taken over without rules',
      ),
  },
  {
    id: 'network-private',
    title: 'A network has no way to the internet, and its subnets give no public addresses',
    refs: ['EC2.15', 'CKV_AWS_130'],
    types: [
      'aws:ec2/subnet:Subnet',
      'aws:ec2/internetGateway:InternetGateway',
      'aws:ec2/natGateway:NatGateway',
    ],
    check: ({ type, inputs }) =>
      type === 'aws:ec2/subnet:Subnet'
        ? unless(!isTrue(inputs.mapPublicIpOnLaunch), 'mapPublicIpOnLaunch is true')
        : unless(false, 'a gateway to the internet'),
  },
  {
    id: 'security-group-closed',
    title: 'A security group opens named ports to named groups and prefix lists, and says for what',
    refs: ['EC2.13', 'EC2.14', 'EC2.18', 'EC2.19', 'CKV_AWS_23', 'CKV_AWS_24', 'CKV_AWS_25', 'CKV_AWS_382'],
    types: [...groups, inbound, outbound],
    check: ({ type, inputs }) => {
      const rules = groups.includes(type) ? [...list(inputs.ingress), ...list(inputs.egress)] : [inputs]
      return [
        ...unless(type === groups[1] || isText(inputs.description), 'no description'),
        ...rules.flatMap((rule) => [
          ...unless(
            ![at(rule, 'cidrIpv4'), at(rule, 'cidrIpv6'), ...list(at(rule, 'cidrBlocks'))].some(anywhere),
            'open to every address',
          ),
          ...unless(
            !['-1', -1].some((all) => all === (at(rule, 'ipProtocol') ?? at(rule, 'protocol'))),
            'open for every protocol',
          ),
        ]),
      ]
    },
  },
  {
    id: 'endpoint-own-principals',
    title:
      'Through an endpoint of a service go principals of this account alone, under its usual name, in two zones',
    refs: ['regimen'],
    types: ['aws:ec2/vpcEndpoint:VpcEndpoint'],
    check: ({ inputs }) => {
      const allowed = statementsOf(inputs.policy).filter(({ allow }) => allow)
      return [
        ...unless(
          allowed.length > 0 &&
            allowed.every((statement) =>
              ['aws:PrincipalAccount', 'aws:PrincipalOrgID'].some((key) => conditionsOn(statement, key)),
            ),
          'its policy lets principals of any account through',
        ),
        ...unless(
          inputs.vpcEndpointType !== 'Interface' ||
            (isTrue(inputs.privateDnsEnabled) &&
              list(inputs.subnetIds).length >= 2 &&
              list(inputs.securityGroupIds).length >= 1),
          'an interface endpoint without private DNS, two subnets and a security group',
        ),
      ]
    },
  },
]

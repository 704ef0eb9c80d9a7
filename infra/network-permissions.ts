/** What roles need so that Lambda and SageMaker can put network interfaces into private subnets for them. */
import { allow, type Statement } from './policy-document.ts'

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const functionActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
]

/** Lambda attaches with these; the function's own code, which the condition names, may not use them. */
export const attachFunction = (functionArn: string): readonly Statement[] => [
  allow(functionActions, ['*']),
  {
    Sid: 'NotTheCode',
    Effect: 'Deny',
    Action: functionActions,
    Resource: ['*'],
    Condition: { ArnEquals: { 'lambda:SourceFunctionArn': [functionArn] } },
  },
]

/** https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html: CreateTrainingJob with a private VPC. */
export const attachJob: readonly Statement[] = [
  allow(
    [
      'ec2:CreateNetworkInterface',
      'ec2:CreateNetworkInterfacePermission',
      'ec2:DeleteNetworkInterface',
      'ec2:DeleteNetworkInterfacePermission',
      'ec2:DescribeDhcpOptions',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
    ['*'],
  ),
]

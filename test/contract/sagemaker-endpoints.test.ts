/** SageMaker: endpoint configurations and endpoints. */
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'

const documented = (action: string) =>
  `https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_${action}.html`
const Image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5'

async function open({ client }: Server) {
  const sagemaker = new SageMakerClient(client)
  const prefix = unique('e')
  const ModelName = `${prefix}-model`
  await sagemaker.send(
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: 'arn:aws:iam::000000000000:role/serving',
      PrimaryContainer: { Image, ModelDataUrl: 's3://no-such-bucket/model.tar.gz' },
    }),
  )
  const configure = async (name: string, model = ModelName) => {
    const EndpointConfigName = `${prefix}-${name}`
    const { EndpointConfigArn } = await sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName,
        ProductionVariants: [
          {
            VariantName: 'all',
            ModelName: model,
            InitialInstanceCount: 1,
            InstanceType: 'ml.m5.large',
            InitialVariantWeight: 1,
          },
        ],
      }),
    )
    return { EndpointConfigName, EndpointConfigArn }
  }
  return {
    sagemaker,
    prefix,
    configure,
    async deploy(name: string) {
      const { EndpointConfigName } = await configure(name)
      const EndpointName = `${prefix}-${name}`
      await sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }))
      return EndpointName
    },
  }
}

contract('SageMaker endpoints', open, (agree) => {
  agree('describes and lists a configuration as it was made', async ({ sagemaker, configure, prefix }) => {
    const { EndpointConfigName, EndpointConfigArn } = await configure('described')
    expect(EndpointConfigArn).toBe(
      `arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/${EndpointConfigName}`,
    )
    const found = await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }))
    expect(found).toMatchObject({
      EndpointConfigName,
      EndpointConfigArn,
      ProductionVariants: [
        { VariantName: 'all', InitialInstanceCount: 1, InstanceType: 'ml.m5.large', InitialVariantWeight: 1 },
      ],
    })
    expect(found.CreationTime).toBeInstanceOf(Date)
    const listed = await sagemaker.send(new ListEndpointConfigsCommand({ NameContains: prefix }))
    expect(listed.EndpointConfigs?.map((one) => one.EndpointConfigName)).toContain(EndpointConfigName)
  })

  agree(
    'never makes a configuration twice, nor one of an unknown model',
    { moto: 'replaces the first configuration', documented: documented('CreateEndpointConfig') },
    async ({ configure }) => {
      await configure('twice')
      const refused = { name: 'ValidationException', status: 400 }
      expect(await refusal(configure('twice'))).toEqual(refused)
      expect(await refusal(configure('orphan', 'no-such-model'))).toEqual(refused)
    },
  )

  agree('deletes a configuration, and says that it is gone', async ({ sagemaker, configure }) => {
    const { EndpointConfigName } = await configure('gone')
    await sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName }))
    const call = sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }))
    await expect(call).rejects.toThrow(/Could not find endpoint configuration/)
    expect((await refusal(call)).status).toBe(400)
  })

  agree('describes and lists an endpoint with its configuration', async ({ sagemaker, deploy, prefix }) => {
    const EndpointName = await deploy('live')
    const found = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }))
    expect(found).toMatchObject({
      EndpointName,
      EndpointArn: `arn:aws:sagemaker:us-east-1:000000000000:endpoint/${EndpointName}`,
      EndpointConfigName: EndpointName,
    })
    expect(found.CreationTime).toBeInstanceOf(Date)
    const listed = await sagemaker.send(new ListEndpointsCommand({ NameContains: prefix }))
    expect(listed.Endpoints?.map((one) => one.EndpointName)).toContain(EndpointName)
  })

  agree(
    'fails an endpoint whose model cannot be read, and says why',
    { moto: 'deploys nothing: every endpoint is in service', documented: documented('DescribeEndpoint') },
    async ({ sagemaker, deploy }) => {
      const EndpointName = await deploy('failing')
      const describe = () => sagemaker.send(new DescribeEndpointCommand({ EndpointName }))
      await expect.poll(async () => (await describe()).EndpointStatus, { interval: 20 }).toBe('Failed')
      expect((await describe()).FailureReason).toContain('s3://no-such-bucket/model.tar.gz')
    },
  )

  agree('deletes an endpoint, and says that it is gone', async ({ sagemaker, deploy }) => {
    const EndpointName = await deploy('deleted')
    const remove = () =>
      sagemaker.send(new DeleteEndpointCommand({ EndpointName })).then(
        () => true,
        () => false,
      )
    // An endpoint that is being made cannot be deleted yet.
    await expect.poll(remove, { interval: 20 }).toBe(true)
    const describe = () =>
      sagemaker.send(new DescribeEndpointCommand({ EndpointName })).then(
        () => 'there',
        (error: Error) => error.message,
      )
    await expect.poll(describe, { interval: 20 }).toMatch(/Could not find endpoint/)
  })

  agree(
    'refuses an endpoint of an unknown configuration, and an update of an unknown endpoint',
    { moto: 'has no UpdateEndpoint', documented: documented('UpdateEndpoint') },
    async ({ sagemaker, configure }) => {
      const refused = { name: 'ValidationException', status: 400 }
      const create = sagemaker.send(
        new CreateEndpointCommand({ EndpointName: 'orphan', EndpointConfigName: 'no-such-configuration' }),
      )
      expect(await refusal(create)).toEqual(refused)
      const { EndpointConfigName } = await configure('unused')
      const update = sagemaker.send(
        new UpdateEndpointCommand({ EndpointName: 'no-such-endpoint', EndpointConfigName }),
      )
      expect(await refusal(update)).toEqual(refused)
    },
  )
})

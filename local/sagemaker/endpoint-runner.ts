/** Brings deployments of endpoints up and takes endpoints down; what serves goes on serving until the new one can. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { parseS3Uri } from '../../functions/layout.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import type { Cloud } from '../service.ts'
import { builtInImage } from './built-in-image.ts'
import type { Deployment, Endpoint, Endpoints, ServedVariant } from './endpoint.ts'

/** A deployment that cannot be brought up, in the words of FailureReason. */
class DeploymentFailure extends Error {}

export const artifactDirectory = (cloud: Cloud, { name }: Endpoint, { id }: Deployment) =>
  join(cloud.directory('sagemaker'), 'endpoints-served', name, id)

export class EndpointRunner {
  readonly #cloud: Cloud
  readonly #endpoints: Endpoints
  #queue: Promise<void> = Promise.resolve()
  #closed = false

  constructor(cloud: Cloud, endpoints: Endpoints) {
    this.#cloud = cloud
    this.#endpoints = endpoints
  }

  /** What an earlier cloud left half done is done from the start. */
  resume(): void {
    for (const { name, status } of this.#endpoints.values()) {
      if (status === 'Deleting') this.remove(name)
      else if (status === 'Creating' || status === 'Updating') this.deploy(name)
    }
  }

  deploy(name: string): void {
    this.#queue = this.#queue.then(() => this.#deploy(name))
  }

  remove(name: string): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#closed) return
      await rm(join(this.#cloud.directory('sagemaker'), 'endpoints-served', name), {
        recursive: true,
        force: true,
      })
      this.#endpoints.delete(name)
    })
  }

  /** Leaves every endpoint where it is. */
  async shutdown(): Promise<void> {
    this.#closed = true
    await this.#queue
  }

  async #deploy(name: string): Promise<void> {
    const before = this.#endpoints.get(name)
    const pending = before?.pending
    if (this.#closed || before === undefined || pending === undefined) return
    const directory = artifactDirectory(this.#cloud, before, pending)
    try {
      await mkdir(directory, { recursive: true })
      for (const variant of pending.variants) await this.#fetch(variant, directory)
      if (this.#closed) return
      const { pending: _, failureReason: __, ...rest } = before
      this.change({ ...rest, status: 'InService', serving: pending })
      if (before.serving !== undefined && before.serving.id !== pending.id) {
        await rm(artifactDirectory(this.#cloud, before, before.serving), { recursive: true, force: true })
      }
    } catch (error) {
      if (this.#closed) return
      const failureReason =
        error instanceof DeploymentFailure ? error.message : `InternalFailure: ${String(error)}`
      // An endpoint that served before goes on with its old configuration: the update is rolled back.
      const { pending: _, ...rest } = before
      if (before.serving === undefined) this.change({ ...before, status: 'Failed', failureReason })
      else this.change({ ...rest, status: 'InService', failureReason })
      if (before.serving?.id !== pending.id) await rm(directory, { recursive: true, force: true })
    }
  }

  async #fetch({ name, image, artifact, roleArn }: ServedVariant, directory: string): Promise<void> {
    if (!builtInImage.test(image)) {
      throw new DeploymentFailure(`The image ${image || 'of the model'} cannot be run without containers.`)
    }
    const bytes = await this.#download(artifact, roleArn)
    try {
      readModel(bytes)
    } catch (error) {
      this.#cloud.log(`sagemaker: the model of variant ${name} cannot be loaded: ${String(error)}`)
      throw new DeploymentFailure(
        `The primary container for production variant ${name} did not pass the ping health check. Please check CloudWatch logs for this endpoint.`,
      )
    }
    await writeFile(join(directory, name), bytes)
  }

  async #download(artifact: string, roleArn: string): Promise<Uint8Array> {
    try {
      const { bucket, key } = parseS3Uri(artifact)
      const { principal } = this.#cloud.credentials(roleArn)
      const { Body } = await this.#cloud.call('s3', 'GetObject', { Bucket: bucket, Key: key }, principal)
      if (Body instanceof Readable) return await buffer(Body)
      if (Body instanceof Uint8Array) return Body
      throw new TypeError('S3 answered GetObject with neither bytes nor a stream')
    } catch (error) {
      this.#cloud.log(`sagemaker: ${artifact} cannot be read as ${roleArn}: ${String(error)}`)
      throw new DeploymentFailure(
        `Failed to download model data for container "container_1" from URL: "${artifact}". Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions to download the object.`,
      )
    }
  }

  /** Records the new state and tells EventBridge of it. */
  change(endpoint: Endpoint): void {
    const { name, arn, status, serving, pending } = endpoint
    this.#endpoints.put(name, { ...endpoint, modifiedAt: this.#cloud.now().toISOString() })
    this.#cloud.log(`sagemaker: endpoint ${name}: ${status}`)
    this.#cloud.emit({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Endpoint State Change',
      detail: {
        EndpointName: name,
        EndpointArn: arn,
        EndpointConfigName: (serving ?? pending)?.config,
        EndpointStatus: status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
      },
      resources: [arn],
    })
  }
}

/** Deliveries to targets: on disk before they are tried, so that an event reaches its target at least once. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { DurableCollection } from '../durable-collection.ts'
import { ownerPrincipal } from '../owner-principal.ts'
import { AwsError, type Cloud } from '../service.ts'
import { type Target, targetSchema } from './rule.ts'

const deliverySchema = z.object({
  id: z.string(),
  rule: z.string(),
  target: targetSchema,
  input: z.string(),
  at: z.string(),
})
type Delivery = z.output<typeof deliverySchema>

/** What another attempt does not mend: the target is not there, may not be called, or refuses the input. */
const final =
  /^(ResourceNotFoundException|AccessDeniedException|AuthorizationError|ValidationException|NotFound|InvalidParameter|StateMachineDoesNotExist|InvalidArn|InvalidExecutionInput|InvalidRequestContentException)$/

export class Deliveries {
  readonly #cloud: Cloud
  readonly #pending: DurableCollection<Delivery>
  readonly #timers = new Set<NodeJS.Timeout>()
  #stopped = false

  constructor(cloud: Cloud) {
    this.#cloud = cloud
    this.#pending = new DurableCollection(join(cloud.directory('events'), 'deliveries'), deliverySchema)
  }

  /** Tries again what an earlier cloud left undelivered. */
  resume(): void {
    for (const delivery of this.#pending.values()) void this.#attempt(delivery, 0)
  }

  add(rule: string, target: Target, input: string): void {
    const delivery = { id: randomUUID(), rule, target, input, at: this.#cloud.now().toISOString() }
    this.#pending.put(delivery.id, delivery)
    void this.#attempt(delivery, 0)
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
  }

  async #attempt(delivery: Delivery, attempt: number): Promise<void> {
    if (this.#stopped) return
    try {
      await deliver(this.#cloud, delivery)
      this.#pending.delete(delivery.id)
    } catch (error) {
      this.#retry(delivery, attempt, error)
    }
  }

  #retry(delivery: Delivery, attempt: number, error: unknown): void {
    const { MaximumRetryAttempts: attempts = 185, MaximumEventAgeInSeconds: age = 86_400 } =
      delivery.target.RetryPolicy ?? {}
    const code = error instanceof Error ? error.name : 'failed'
    const old = this.#cloud.now().getTime() - Date.parse(delivery.at) > age * 1_000
    if (attempt >= attempts || old || (error instanceof AwsError && final.test(error.code))) {
      // AWS hands it to the dead-letter queue; the laptop has none, so the log names it.
      this.#cloud.log(`events: rule ${delivery.rule} gave up on ${delivery.target.Arn}: ${code}`)
      this.#pending.delete(delivery.id)
      return
    }
    const delay = Math.min(60_000, 200 * 2 ** attempt) * (0.5 + Math.random() / 2)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void this.#attempt(delivery, attempt + 1)
    }, delay)
    this.#timers.add(timer)
    timer.unref()
  }
}

/** Targets without a role let EventBridge in by their own policy. */
const actionWithoutRole: Readonly<Record<string, string>> = {
  lambda: 'lambda:InvokeFunction',
  sns: 'sns:Publish',
}

async function deliver(cloud: Cloud, { id, rule, target, input }: Delivery): Promise<void> {
  const service = target.Arn.split(':')[2] ?? ''
  const action = target.RoleArn === undefined ? actionWithoutRole[service] : undefined
  const source = cloud.arn('events', `rule/${rule}`)
  if (
    action !== undefined &&
    cloud.access?.permits('events.amazonaws.com', action, target.Arn, source, false) === false
  )
    throw new AwsError('AccessDeniedException', `${target.Arn} does not let events.amazonaws.com ${action}`)
  const principal =
    target.RoleArn === undefined ? ownerPrincipal(cloud) : cloud.credentials(target.RoleArn).principal
  if (service === 'lambda') {
    const payload = { FunctionName: target.Arn, InvocationType: 'Event', Payload: Buffer.from(input) }
    await cloud.call('lambda', 'Invoke', payload, principal)
  } else if (service === 'states') {
    // The delivery's id as the execution's name: a second attempt after a lost answer starts nothing new.
    const request = { stateMachineArn: target.Arn, name: id, input }
    await cloud.call('states', 'StartExecution', request, principal).catch((error: unknown) => {
      if (!(error instanceof AwsError && error.code === 'ExecutionAlreadyExists')) throw error
    })
  } else if (service === 'sns') {
    await cloud.call('sns', 'Publish', { TopicArn: target.Arn, Message: input }, principal)
  } else {
    throw new AwsError(
      'ValidationException',
      `the local cloud delivers to lambda, states and sns, not to ${service}`,
    )
  }
}

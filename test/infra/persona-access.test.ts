/** What a role reaches, over generated environments, accounts, projects, keys and versions: its own work and nothing beside it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Names } from '../../infra/names.ts'
import { boundaryStatements, type Persona, personaStatements, personas } from '../../infra/personas.ts'
import { policyDocument } from '../../infra/policy-document.ts'
import { evaluate } from '../../local/iam/evaluate.ts'
import { policyDocument as parsed } from '../../local/iam/policy-document.ts'

const read = (statements: Parameters<typeof policyDocument>[0]) =>
  parsed.parse(JSON.parse(policyDocument(statements)))

interface Place {
  readonly environment: string
  readonly accountId: string
  readonly region: string
  readonly partition: string
}
interface Call {
  readonly action: string
  readonly resource: string
  readonly context?: Readonly<Record<string, string>>
}
interface Subject {
  readonly project: string
  readonly key: string
  readonly version: number
  readonly run: string
}

// Written from the names as they stand in the documents, and not by infra/names.ts: a wrong name must not agree with itself.
const bucketOf = ({ partition, environment, accountId, region }: Place) =>
  `arn:${partition}:s3:::regimen-${environment}-${accountId}-${region}`
const arnIn = ({ partition, region, accountId }: Place, service: string, resource: string) =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`
const object =
  (action: string, folder: string) =>
  (place: Place, { project, key }: Subject) => ({
    action,
    resource: `${bucketOf(place)}/${project}/${folder}/${key}`,
  })
const door = (name: string) => (place: Place) => ({
  action: 'lambda:InvokeFunction',
  resource: arnIn(place, 'lambda', `function:regimen-${place.environment}-${name}:live`),
})
const execution =
  (action: string) =>
  (place: Place, { project, run }: Subject) => ({
    action,
    resource: arnIn(place, 'states', `execution:regimen-${place.environment}-${project}-training:${run}`),
  })
const item = (action: string) => (place: Place) => ({
  action,
  resource: arnIn(place, 'dynamodb', `table/regimen-${place.environment}`),
})
const event =
  (action: string, key: string, index = '') =>
  (place: Place) => ({
    action,
    resource: `${arnIn(place, 'dynamodb', `table/regimen-${place.environment}`)}${index}`,
    context: { 'dynamodb:LeadingKeys': key },
  })
const decision =
  (status?: string) =>
  (place: Place, { project, version }: Subject) => ({
    action: 'sagemaker:UpdateModelPackage',
    resource: arnIn(place, 'sagemaker', `model-package/regimen-${place.environment}-${project}/${version}`),
    ...(status === undefined ? {} : { context: { 'sagemaker:ModelApprovalStatus': status } }),
  })
const endpoint = (place: Place, { project }: Subject) => ({
  action: 'sagemaker:InvokeEndpoint',
  resource: arnIn(place, 'sagemaker', `endpoint/regimen-${place.environment}-${project}`),
})
const evidence =
  (action: string) =>
  (place: Place, { key }: Subject) => ({
    action,
    resource: `${bucketOf(place)}-audit/AWSLogs/${place.accountId}/${key}`,
  })

const scientists: readonly Persona[] = ['data-scientist', 'ml-engineer']
const readers: readonly Persona[] = [...scientists, 'approver']

/** Every act, and the only roles for whom it is their work. */
const acts: Readonly<Record<string, readonly [(place: Place, object: Subject) => Call, readonly Persona[]]>> =
  {
    'reads a run': [object('s3:GetObject', 'runs'), readers],
    'reads predictions': [object('s3:GetObject', 'inference'), readers],
    'reads a dataset': [object('s3:GetObjectVersion', 'datasets'), readers],
    'brings data': [object('s3:PutObject', 'inbox'), scientists],
    'brings a batch': [object('s3:PutObject', 'batches'), scientists],
    'hands a version to another environment': [object('s3:PutObject', 'transfers'), ['ml-engineer']],
    'overwrites a run': [object('s3:PutObject', 'runs'), []],
    'overwrites predictions': [object('s3:PutObject', 'inference'), []],
    'deletes a run': [object('s3:DeleteObject', 'runs'), []],
    'starts a run': [door('start-run'), scientists],
    'predicts a row': [door('predict'), scientists],
    'asks the endpoint': [endpoint, ['ml-engineer']],
    'starts monitoring': [door('start-monitoring'), [...scientists, 'operator']],
    'acknowledges an episode': [door('acknowledge-episode'), [...scientists, 'operator']],
    deploys: [door('start-deployment'), ['ml-engineer']],
    'reviews a dataset': [door('review-dataset'), ['approver']],
    'calls a door of the machines': [door('promote-model'), []],
    'registers past the machine': [door('register-model'), []],
    'watches a run': [execution('states:GetExecutionHistory'), personas],
    'stops a run': [execution('states:StopExecution'), ['ml-engineer', 'operator']],
    'repeats a run': [execution('states:RedriveExecution'), ['ml-engineer', 'operator']],
    'reads the table': [item('dynamodb:Query'), [...readers, 'auditor']],
    'writes the ledger': [item('dynamodb:PutItem'), ['ml-engineer']],
    'deletes from the table': [item('dynamodb:DeleteItem'), []],
    'reads the events of a day': [
      event('dynamodb:Query', 'AUDIT-DAY#2026-01-31', '/index/gsi1'),
      ['auditor'],
    ],
    'reads an event': [event('dynamodb:GetItem', 'AUDIT#start-run/2026-01/x'), ['auditor']],
    'reads the list of runs': [
      event('dynamodb:Query', 'RUNS#adherence', '/index/gsi1'),
      [...readers, 'auditor'],
    ],
    'edits an event': [event('dynamodb:UpdateItem', 'AUDIT#start-run/2026-01/x'), []],
    'puts an anchor': [event('dynamodb:PutItem', 'AUDIT-ANCHOR'), []],
    approves: [decision('Approved'), ['approver']],
    rejects: [decision('Rejected'), ['approver']],
    'takes a decision back': [decision('PendingManualApproval'), []],
    'rewrites a version': [decision(), []],
    'reads the evidence': [evidence('s3:GetObject'), ['auditor']],
    'deletes evidence': [evidence('s3:DeleteObject'), []],
    'writes evidence': [evidence('s3:PutObject'), []],
  }

const regions = {
  aws: ['us-east-1', 'eu-central-1'],
  'aws-cn': ['cn-north-1'],
  'aws-us-gov': ['us-gov-west-1'],
}
// Built once and drawn from often: what stands inside a `chain` is built again for every case, and a pattern takes long.
const location = fc.constantFrom(
  ...Object.entries(regions).flatMap(([partition, names]) => names.map((region) => ({ partition, region }))),
)
const place: fc.Arbitrary<Place> = fc
  .record({
    location,
    environment: fc.oneof(
      fc.constantFrom('dev', 'staging', 'prod'),
      fc.stringMatching(/^[a-z][a-z0-9]{1,11}$/),
    ),
    accountId: fc.stringMatching(/^[1-9][0-9]{11}$/),
  })
  .map(({ location: at, ...rest }) => ({ ...at, ...rest }))
const project = fc.stringMatching(/^[a-z][a-z0-9-]{1,19}$/)
const world = fc
  .record({
    here: place,
    persona: fc.constantFrom(...personas),
    act: fc.constantFrom(...Object.keys(acts)),
    projects: fc.uniqueArray(project, { minLength: 2, maxLength: 4 }),
    which: fc.nat(),
    key: fc.stringMatching(/^[a-z0-9]{1,8}(\/[A-Za-z0-9._-]{1,12}){1,3}$/),
    version: fc.integer({ min: 1, max: 10_000 }),
    run: fc.stringMatching(/^[a-z0-9]{16}$/),
  })
  .map(({ which, key, version, run, ...given }) => {
    const others = given.projects.slice(1)
    const of: Subject = { project: others[which % others.length] ?? '', key, version, run }
    return { given, of }
  })

function policies(persona: Persona, here: Place, projects: readonly string[]) {
  const { environment, ...account } = here
  const dataKeyArn = arnIn(here, 'kms', 'key/data')
  const context = { names: new Names(environment), account, projects, dataKeyArn }
  return {
    own: read(personaStatements(persona, context)),
    boundary: read(boundaryStatements(context)),
  }
}

const asked = (persona: Persona, { partition, accountId, environment }: Place, call: Call) => ({
  principal: `arn:${partition}:sts::${accountId}:assumed-role/regimen-${environment}-${persona}/someone`,
  context: {},
  ...call,
})

/** Allowed as IAM decides it: by the role's own policy and within the boundary. */
function may(persona: Persona, here: Place, projects: readonly string[], call: Call): boolean {
  const { own, boundary } = policies(persona, here, projects)
  const request = asked(persona, here, call)
  return evaluate(request, [own]).allowed && evaluate(request, [boundary]).allowed
}

const actOf = (name: string) => acts[name] ?? expect.fail(`no act ${name}`)

// Feature: mlops-platform, Property 35: Role-based access control
describe('a role reaches what is its work and nothing else', () => {
  test('in any environment, account and partition, for any object of a deployed project', () => {
    fc.assert(
      fc.property(world, ({ given: { here, persona, projects }, of }) => {
        const { own, boundary } = policies(persona, here, projects)
        for (const [act, [call, whose]] of Object.entries(acts)) {
          const request = asked(persona, here, call(here, of))
          const allowed = evaluate(request, [own]).allowed && evaluate(request, [boundary]).allowed
          expect([persona, act, allowed]).toEqual([persona, act, whose.includes(persona)])
        }
      }),
      { numRuns: 150 },
    )
  })

  test('never in another account or environment', () => {
    fc.assert(
      fc.property(world, place, ({ given: { here, persona, act, projects }, of }, there) => {
        fc.pre(here.accountId !== there.accountId || here.environment !== there.environment)
        const [call] = actOf(act)
        const elsewhere = call({ ...here, accountId: there.accountId, environment: there.environment }, of)
        expect([persona, act, may(persona, here, projects, elsewhere)]).toEqual([persona, act, false])
      }),
      { numRuns: 200 },
    )
  })

  test('reads, brings and decides nothing of a project that is not deployed here', () => {
    const ofProjects = Object.keys(acts).filter((name) => {
      const sample = { project: 'sample', key: 'a/b', version: 1, run: 'r' }
      const here = { partition: 'aws', region: 'eu-central-1', environment: 'dev', accountId: '1'.repeat(12) }
      const { resource } = actOf(name)[0](here, sample)
      return /:s3:::.*\/sample\/|model-package\/|:endpoint\//.test(resource)
    })
    expect(ofProjects.length).toBeGreaterThan(8)
    fc.assert(
      fc.property(
        world,
        fc.constantFrom(...ofProjects),
        ({ given: { here, persona, projects }, of }, act) => {
          const deployed = projects.filter((one) => one !== of.project)
          const [call] = actOf(act)
          expect([persona, act, may(persona, here, deployed, call(here, of))]).toEqual([persona, act, false])
        },
      ),
      { numRuns: 200 },
    )
  })

  test('nobody both starts a run and approves what comes of it', () => {
    fc.assert(
      fc.property(world, ({ given: { here, persona, projects }, of }) => {
        const can = (act: string) => may(persona, here, projects, actOf(act)[0](here, of))
        expect(can('starts a run') && (can('approves') || can('reviews a dataset'))).toBe(false)
      }),
      { numRuns: 100 },
    )
  })

  test('a policy that allows everything takes neither a role over its line nor anybody to the evidence', () => {
    const everything = read([{ Effect: 'Allow', Action: ['*'], Resource: ['*'] }])
    /** What a role is denied, and does not merely lack. */
    const lines: Readonly<Record<Persona, readonly string[]>> = {
      'data-scientist': [
        'approves',
        'rejects',
        'rewrites a version',
        'writes the ledger',
        'reads the evidence',
      ],
      'ml-engineer': ['approves', 'rejects', 'rewrites a version', 'reads the evidence'],
      approver: ['starts a run', 'reads the evidence'],
      operator: [
        'approves',
        'predicts a row',
        'asks the endpoint',
        'reads a run',
        'reads predictions',
        'brings data',
        'reads the evidence',
      ],
      auditor: [
        'approves',
        'predicts a row',
        'asks the endpoint',
        'starts a run',
        'deploys',
        'reads a run',
        'writes the ledger',
        'brings data',
      ],
    }
    fc.assert(
      fc.property(world, fc.nat(), ({ given: { here, persona, projects }, of }, at) => {
        const { own, boundary } = policies(persona, here, projects)
        const denied = lines[persona][at % lines[persona].length] ?? ''
        const request = asked(persona, here, actOf(denied)[0](here, of))
        expect([denied, evaluate(request, [own, everything]).allowed]).toEqual([denied, false])
        const wiped = asked(persona, here, actOf('deletes evidence')[0](here, of))
        expect(evaluate(wiped, [boundary]).allowed).toBe(false)
      }),
      { numRuns: 150 },
    )
  })
})

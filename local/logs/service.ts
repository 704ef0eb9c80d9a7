/** The local CloudWatch Logs: groups as the Pulumi program made them; the lines of functions lie in files. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Action, AwsError, type Cloud, type LocalService, type ResourceType } from '../service.ts'

/** File with the lines of a log group: what a function writes goes to the file of its name. */
export function logFile(cloud: Cloud, group: string): string {
  return join(cloud.directory('logs'), `${basename(group)}.log`)
}

const logGroup: ResourceType = {
  replaceOn: ['name'],
  async create(inputs, { cloud }) {
    const name = String(inputs.name)
    return { id: name, outputs: { ...inputs, id: name, arn: cloud.arn('logs', `log-group:${name}`) } }
  },
  async update(id, inputs, _previous, { cloud }) {
    return { outputs: { ...inputs, id, arn: cloud.arn('logs', `log-group:${id}`) } }
  },
  async delete() {
    // The lines stay on disk for whoever asks what happened.
  },
}

const trainingLogGroup = '/aws/sagemaker/TrainingJobs'

/** What training jobs whose name begins so have printed: those that run, and those that ended. */
async function trainingLogs(cloud: Cloud, streamPrefix: string): Promise<readonly string[]> {
  const directory = cloud.directory('sagemaker')
  const whole = streamPrefix.includes('/')
  const [wanted = ''] = streamPrefix.split('/')
  const entries = async (folder: string) => await readdir(join(directory, folder)).catch(() => [])
  const ended = (await entries('logs')).map((file) => file.replace(/\.log$/, ''))
  const jobs = [...new Set([...ended, ...(await entries('work'))])]
  const text = async (...path: string[]) => await readFile(join(directory, ...path), 'utf8')
  return await Promise.all(
    jobs
      .filter((job) => (whole ? job === wanted : job.startsWith(wanted)))
      // For a moment at its end a job's lines lie in both places; those of its work are whole as long as they are there.
      .map((job) =>
        text('work', job, 'stdout.log')
          .catch(() => text('logs', `${job}.log`))
          .catch(() => ''),
      ),
  )
}

const filterLogEvents: Action = async (
  { logGroupName, logStreamNamePrefix, filterPattern, limit, startTime, endTime },
  { cloud },
) => {
  if (typeof logGroupName !== 'string')
    throw new AwsError('InvalidParameterException', 'logGroupName is missing')
  const prefix = typeof logStreamNamePrefix === 'string' ? logStreamNamePrefix : ''
  const texts =
    logGroupName === trainingLogGroup
      ? await trainingLogs(cloud, prefix)
      : [await readFile(logFile(cloud, logGroupName), 'utf8').catch(() => '')]
  const wanted = typeof filterPattern === 'string' ? filterPattern.replaceAll('"', '') : ''
  const lines = texts
    .join('')
    .split('\n')
    .filter((line) => line !== '' && line.includes(wanted))
  const most = typeof limit === 'number' ? limit : 10_000
  const events = lines.slice(-most).map((line, index) => {
    const stamp = /^(\d{4}-\S+Z) /.exec(line)?.[1]
    const timestamp = stamp === undefined ? 0 : Date.parse(stamp)
    const message = stamp === undefined ? line : line.slice(stamp.length + 1)
    return { logStreamName: 'local', timestamp, ingestionTime: timestamp, message, eventId: String(index) }
  })
  const [from, to] = [Number(startTime ?? 0), Number(endTime ?? Number.POSITIVE_INFINITY)]
  const within = events.filter(({ timestamp }) => timestamp >= from && timestamp <= to)
  return { events: within, searchedLogStreams: [] }
}

export function logsService(): LocalService {
  return {
    name: 'logs',
    actions: { FilterLogEvents: filterLogEvents, GetLogEvents: filterLogEvents },
    resources: { 'aws:cloudwatch/logGroup:LogGroup': logGroup },
  }
}

/** A gRPC service on a free loopback port, announced on stdout as Pulumi's engine expects of a plugin. */
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'

export function serve(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
  // Bundles and layers of many megabytes travel as inputs.
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
  server.addService(service, implementation)
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error
    process.stdout.write(`${port}\n`)
  })
  const end = () => process.exit(0)
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  // The engine that started the plugin holds its stdin; where it was killed, the plugin must not stay behind.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end()
  }, 500).unref()
}

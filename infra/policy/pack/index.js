/**
 * What Pulumi's policy runner loads. It puts ts-node before every `require` of a .ts file, whatever PulumiPolicy.yaml
 * says of TypeScript, and ts-node takes no imports that end in .ts; an import from here is Node's own.
 */
import './index.ts'

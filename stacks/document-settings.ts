/** `docs/configuration.md` from the table of settings: `node stacks/document-settings.ts` writes it, a test holds it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Setting, settings } from './settings.ts'

export function configurationPage(): string {
  const rows = Object.entries<Setting>(settings).map(
    ([name, { does, expected, absent, secret }]) =>
      `| \`regimen:${name}\` | ${does}${secret === true ? ' A secret.' : ''} | ${expected} | ${absent} |`,
  )
  return `# Configuration

Environments differ in \`Pulumi.<environment>.yaml\` only. A wrong value and an unknown key are refused at preview, with the
key, the value and what is allowed. This page is written by \`npx node stacks/document-settings.ts\` from
\`stacks/settings.ts\`.

The stack's name is the environment's: 2 to 12 characters a-z and 0-9. \`aws:region\` says where it is. Lists are YAML lists
(\`pulumi config set --path 'regimen:alertEmails[0]' …\`); a secret is set with \`pulumi config set --secret\`.

| key | what it does | what it may be | when it is not set |
|---|---|---|---|
${rows.join('\n')}
`
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, '../docs/configuration.md'), configurationPage())

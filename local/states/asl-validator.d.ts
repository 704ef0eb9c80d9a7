/** The part of asl-validator that is used; the package ships no types. */
declare module 'asl-validator' {
  interface Problem {
    readonly 'Error code': string
    readonly Message: string
    readonly schemaError?: { readonly instancePath?: string }
  }
  export default function validate(
    definition: object,
    options: { readonly checkPaths: boolean; readonly checkArn: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly Problem[] }
}

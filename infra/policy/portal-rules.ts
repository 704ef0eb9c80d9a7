/** What a public face must be: authorised, throttled, logged, encrypted, its users known. */
import { at, type Graph, type GraphResource, isText, isTrue, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'

/** AWS's managed cache policy that caches nothing. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const distribution = ['aws:cloudfront/distribution:Distribution']
const pool = ['aws:cognito/userPool:UserPool']

const behaviours = ({ inputs }: GraphResource) => [
  inputs.defaultCacheBehavior,
  ...list(inputs.orderedCacheBehaviors),
]
const isBucket = (origin: unknown) =>
  /\.s3[.-]/.test(String(at(origin, 'domainName'))) || at(origin, 's3OriginConfig') !== undefined
const isStandard = (resource: GraphResource, graph: Graph) =>
  graph.referring('aws:wafv2/webAcl:WebAcl', 'arn', resource).length > 0

export const portalRules: readonly Rule[] = [
  {
    id: 'route-authorised',
    title: 'A route of an API is authorised',
    refs: ['APIGateway.8', 'CKV_AWS_309'],
    types: ['aws:apigatewayv2/route:Route'],
    check: ({ inputs }) => {
      if (String(inputs.routeKey).startsWith('OPTIONS ')) return []
      const kind = String(inputs.authorizationType ?? 'NONE')
      return [
        ...unless(['JWT', 'AWS_IAM', 'CUSTOM'].includes(kind), `authorizationType is ${kind}`),
        ...unless(
          kind === 'AWS_IAM' || inputs.authorizerId !== undefined || kind === 'NONE',
          'no authorizerId',
        ),
      ]
    },
  },
  {
    id: 'stage-logged',
    title: 'A stage of an API logs accesses and throttles',
    refs: ['APIGateway.9', 'CKV_AWS_76'],
    types: ['aws:apigatewayv2/stage:Stage'],
    check: ({ inputs }) => [
      ...unless(at(inputs, 'accessLogSettings', 'destinationArn') !== undefined, 'no access log'),
      ...['throttlingRateLimit', 'throttlingBurstLimit'].flatMap((limit) =>
        unless(Number(at(inputs, 'defaultRouteSettings', limit) ?? 0) > 0, `no ${limit}`),
      ),
    ],
  },
  {
    id: 'api-no-bypass',
    title: 'An API is reached through its own domain only, from its own pages only',
    refs: ['regimen'],
    types: ['aws:apigatewayv2/api:Api'],
    check: ({ inputs }) => [
      ...unless(isTrue(inputs.disableExecuteApiEndpoint), 'disableExecuteApiEndpoint is not true'),
      ...unless(
        !list(at(inputs, 'corsConfiguration', 'allowOrigins')).includes('*'),
        'any origin is allowed',
      ),
    ],
  },
  {
    id: 'distribution-tls',
    title: 'A distribution speaks TLS 1.2 and better under its own certificate',
    refs: [
      'CloudFront.3',
      'CloudFront.7',
      'CloudFront.8',
      'CloudFront.15',
      'CKV_AWS_34',
      'CKV_AWS_174',
      'CKV2_AWS_42',
    ],
    types: distribution,
    check: (resource) => {
      const certificate = resource.inputs.viewerCertificate
      return [
        ...behaviours(resource).flatMap((each) =>
          unless(
            ['https-only', 'redirect-to-https'].includes(String(at(each, 'viewerProtocolPolicy'))),
            'a behaviour takes plain HTTP',
          ),
        ),
        ...unless(
          /^TLSv1\.[23]/.test(String(at(certificate, 'minimumProtocolVersion'))),
          'minimumProtocolVersion is below TLS 1.2',
        ),
        ...unless(at(certificate, 'sslSupportMethod') === 'sni-only', 'sslSupportMethod is not sni-only'),
        ...unless(at(certificate, 'acmCertificateArn') !== undefined, 'no certificate of its own'),
      ]
    },
  },
  {
    id: 'distribution-owns-bucket',
    title: 'A bucket behind a distribution is reached through it alone',
    refs: ['CloudFront.13', 'CKV2_AWS_46'],
    types: distribution,
    check: ({ inputs }) =>
      list(inputs.origins)
        .filter(isBucket)
        .flatMap((origin) =>
          unless(isText(at(origin, 'originAccessControlId')), 'an S3 origin has no originAccessControlId'),
        ),
  },
  {
    id: 'distribution-guarded',
    title: 'A distribution is logged, behind a firewall, and sends security headers',
    refs: [
      'CloudFront.1',
      'CloudFront.5',
      'CloudFront.6',
      'CKV_AWS_305',
      'CKV_AWS_86',
      'CKV_AWS_68',
      'CKV2_AWS_32',
      'CKV_AWS_259',
    ],
    types: distribution,
    check: (resource, graph) => [
      ...unless(resource.inputs.loggingConfig !== undefined, 'no loggingConfig'),
      ...unless(resource.inputs.webAclId !== undefined || isStandard(resource, graph), 'no webAclId'),
      ...unless(isText(resource.inputs.defaultRootObject), 'no defaultRootObject'),
      ...behaviours(resource).flatMap((each) =>
        unless(
          at(each, 'responseHeadersPolicyId') !== undefined,
          'a behaviour has no responseHeadersPolicyId',
        ),
      ),
    ],
  },
  {
    id: 'distribution-caches-no-answer',
    title: 'What an API answers is never cached',
    refs: ['regimen'],
    types: distribution,
    check: ({ inputs }) => {
      const buckets = new Set(
        list(inputs.origins)
          .filter(isBucket)
          .map((origin) => at(origin, 'originId')),
      )
      return [inputs.defaultCacheBehavior, ...list(inputs.orderedCacheBehaviors)]
        .filter((each) => !buckets.has(at(each, 'targetOriginId')))
        .flatMap((each) =>
          unless(at(each, 'cachePolicyId') === cachingDisabled, 'a behaviour to the API may cache'),
        )
    },
  },
  {
    id: 'users-known',
    title: 'Users are invited, have long passwords and a second factor, and cannot be deleted by mistake',
    refs: ['Cognito.3', 'Cognito.5', 'Cognito.6', 'AS:COG1', 'AS:COG2'],
    types: pool,
    check: ({ inputs }) => [
      ...unless(
        Number(at(inputs, 'passwordPolicy', 'minimumLength') ?? 0) >= 12,
        'minimumLength is below 12',
      ),
      ...['requireLowercase', 'requireUppercase', 'requireNumbers', 'requireSymbols'].flatMap((which) =>
        unless(isTrue(at(inputs, 'passwordPolicy', which)), `${which} is not true`),
      ),
      ...unless(inputs.mfaConfiguration === 'ON', 'mfaConfiguration is not ON'),
      ...unless(
        isTrue(at(inputs, 'adminCreateUserConfig', 'allowAdminCreateUserOnly')),
        'anybody can sign up',
      ),
      ...unless(inputs.deletionProtection === 'ACTIVE', 'deletionProtection is not ACTIVE'),
    ],
  },
  {
    id: 'users-threat-protection',
    title: 'Sign-ins are watched for threats',
    refs: ['Cognito.1', 'AS:COG8'],
    types: pool,
    check: ({ inputs }) => [
      ...unless(
        at(inputs, 'userPoolAddOns', 'advancedSecurityMode') === 'ENFORCED',
        'advancedSecurityMode is not ENFORCED',
      ),
      ...unless(inputs.userPoolTier === 'PLUS', 'userPoolTier is not PLUS'),
    ],
  },
  {
    id: 'tokens-short',
    title: 'Tokens are short-lived and revocable, and answers do not tell who exists',
    refs: ['regimen'],
    types: ['aws:cognito/userPoolClient:UserPoolClient'],
    check: ({ inputs }) => [
      ...unless(
        minutes(inputs.accessTokenValidity, at(inputs, 'tokenValidityUnits', 'accessToken')) <= 60,
        'access tokens live for more than 60 minutes',
      ),
      ...unless(isTrue(inputs.enableTokenRevocation), 'tokens cannot be revoked'),
      ...unless(inputs.preventUserExistenceErrors === 'ENABLED', 'answers tell who exists'),
      ...unless(!list(inputs.allowedOauthFlows).includes('implicit'), 'the implicit flow is allowed'),
    ],
  },
  {
    id: 'identities-no-guests',
    title: 'An identity pool knows no guests',
    refs: ['Cognito.2', 'CKV_AWS_366'],
    types: ['aws:cognito/identityPool:IdentityPool'],
    check: ({ inputs }) => unless(!isTrue(inputs.allowUnauthenticatedIdentities), 'guests are allowed'),
  },
]

/** Cognito counts in hours unless told otherwise; what is not set is an hour. */
function minutes(validity: unknown, unit: unknown): number {
  const perUnit: Readonly<Record<string, number>> = { seconds: 1 / 60, minutes: 1, hours: 60, days: 1_440 }
  return Number(validity ?? 1) * (perUnit[String(unit ?? 'hours')] ?? Number.POSITIVE_INFINITY)
}

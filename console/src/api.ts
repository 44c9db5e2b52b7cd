import type { History } from './history';
import { call } from './http';
import type { JsonObject } from './json';

/** A client that is or was connected; times in milliseconds since 1970. */
export interface Client {
  clientId: string;
  connected: boolean;
  principal?: string;
  thingName?: string;
  sourceIp?: string;
  sourcePort?: number;
  connectedSince?: number;
  disconnectedSince?: number;
  disconnectReason?: string;
  cleanSession: boolean;
  sessionExpiry?: number;
  subscriptions?: number;
  queued?: number;
  /** Messages of QoS 0 that it was too slow for, since it connected. */
  dropped?: number;
}

export interface Refusal {
  number: number;
  time: string;
  action: string;
  client: string;
  resource: string;
  principal: string;
  why: string;
  command?: string;
  ruling?: Ruling;
}

/** Something that is allowed but that somebody should look at. */
export interface Warning {
  number: number;
  time: string;
  kind: string;
  resource: string;
  text: string;
}

/** The state of an account, and for administrators of the first one that of the server. */
export interface Attention {
  certificatesWaiting: number;
  takesChanges: boolean;
  ending: { id: string; authority: boolean; end: string }[];
  failingRules: string[];
  quotas: { quota: string; used: number; value: number }[];
  server?: { freeBytes: number; freeBytesHigh: number; certificateEnds: string };
}

/** Which things are listed. */
export interface ThingFilter {
  part?: string;
  attribute?: string;
  value?: string;
  prefix?: boolean;
  limit?: number;
}

/** What policies decided, and by what. */
export interface Ruling {
  outcome: 'ALLOWED' | 'EXPLICIT_DENY' | 'IMPLICIT_DENY';
  action: string;
  resource: string;
  statement?: { policy: string; version: string; number: number; sid?: string };
  policies: string[];
  variables: Record<string, string>;
  unresolved: string[];
}

/** What is wrong with a policy document, or hardly meant. */
export interface PolicyCheck {
  valid: boolean;
  error?: string;
  line?: number;
  column?: number;
  warnings?: { kind: string; statement: number; text: string }[];
}

export interface Certificate {
  certificateId: string;
  certificateArn: string;
  status: string;
  certificateMode?: string;
  creationDate?: number;
}

export interface CertificateDescription extends Certificate {
  certificatePem: string;
  caCertificateId?: string;
  lastModifiedDate?: number;
  validity?: { notBefore: number; notAfter: number };
}

export interface MadeCertificate {
  certificateId: string;
  certificateArn: string;
  certificatePem: string;
  keyPair: { PublicKey: string; PrivateKey: string };
}

export interface Thing {
  thingName: string;
  thingArn?: string;
  thingTypeName?: string;
  attributes?: Record<string, string>;
  version: number;
}

export interface PolicyName {
  policyName: string;
  policyArn: string;
}

export interface PolicyVersion {
  versionId: string;
  isDefaultVersion: boolean;
  createDate: number;
}

export interface Policy extends PolicyName {
  policyDocument: string;
  defaultVersionId: string;
  creationDate?: number;
  lastModifiedDate?: number;
}

export interface CaDescription {
  certificateId: string;
  certificateArn: string;
  status: string;
  certificatePem?: string;
  autoRegistrationStatus?: string;
  certificateMode?: string;
  creationDate?: number;
  validity?: { notBefore: number; notAfter: number };
}

export interface Shadow {
  state: { desired?: JsonObject; reported?: JsonObject; delta?: JsonObject };
  metadata?: { desired?: JsonObject; reported?: JsonObject };
  version: number;
  timestamp?: number;
}

const seg = encodeURIComponent;
const abort = (signal?: AbortSignal) => (signal ? { signal } : {});

/** The most rows that a list reads; beyond it a page asks for a narrower search. */
export const LIST_MAX = 5000;

/** Reads pages until there are no more, or enough. */
async function all<P, T>(
  page: (token: string | undefined) => Promise<P>,
  items: (page: P) => T[],
  next: (page: P) => string | undefined,
): Promise<{ items: T[]; more: boolean }> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const read = await page(token);
    found.push(...items(read));
    token = next(read);
  } while (token && found.length < LIST_MAX);
  return { items: found, more: token !== undefined };
}

/** The operations of the public API that the console uses, and the two lists of our own. */
export const api = {
  history: (range: 'seconds' | 'minutes', after: number | undefined, signal?: AbortSignal) =>
    call<History>('GET', '/_thingstead/history', { query: { range, after }, ...abort(signal) }),
  attention: (signal?: AbortSignal) => call<Attention>('GET', '/_thingstead/attention', abort(signal)),
  warnings: (signal?: AbortSignal) => call<{ warnings: Warning[] }>('GET', '/_thingstead/warnings', abort(signal)),
  someThings: async ({ ...query }: ThingFilter, token: string | undefined, signal?: AbortSignal) => {
    const { things, next } = await call<{ things: Thing[]; next?: string }>('GET', '/_thingstead/things', {
      query: { ...query, token },
      ...abort(signal),
    });
    return { items: things, next };
  },
  clients: (prefix: string, connected: boolean, limit: number, signal?: AbortSignal, after?: string) =>
    call<{ clients: Client[]; next?: string }>('GET', '/_thingstead/clients', {
      query: { prefix, connected, limit, after },
      ...abort(signal),
    }),
  refusals: (since: number, signal?: AbortSignal) =>
    call<{ refusals: Refusal[]; next: number }>('GET', '/_thingstead/refusals', { query: { since }, ...abort(signal) }),
  why: (
    query: { client: string; action: string; topic: string; certificate?: string; persistent?: boolean; will?: string },
    signal?: AbortSignal,
  ) =>
    call<{ explanation: string; decisions: { principal: string; ruling: Ruling }[] }>('GET', '/_thingstead/why', {
      query: { ...query, output: 'json' },
      ...abort(signal),
    }),
  checkPolicy: (document: string, signal?: AbortSignal) =>
    call<PolicyCheck>('POST', '/_thingstead/policy-check', { body: document, ...abort(signal) }),

  things: (filter: { attributeName?: string; attributeValue?: string; thingTypeName?: string }, signal?: AbortSignal) =>
    all(
      nextToken =>
        call<{ things: Thing[]; nextToken?: string }>('GET', '/things', {
          query: { ...filter, maxResults: 250, nextToken },
          ...abort(signal),
        }),
      page => page.things,
      page => page.nextToken,
    ),
  thing: (name: string, signal?: AbortSignal) =>
    call<Thing & { defaultClientId: string; thingId: string }>('GET', `/things/${seg(name)}`, abort(signal)),
  createThing: (name: string, body: { thingTypeName?: string; attributePayload?: { attributes: Record<string, string> } }) =>
    call<Thing>('POST', `/things/${seg(name)}`, { body }),
  updateThing: (name: string, attributes: Record<string, string>, expectedVersion: number) =>
    call<object>('PATCH', `/things/${seg(name)}`, {
      body: { attributePayload: { attributes, merge: false }, expectedVersion },
    }),
  deleteThing: (name: string) => call<object>('DELETE', `/things/${seg(name)}`),
  thingTypes: (signal?: AbortSignal) =>
    all(
      nextToken =>
        call<{ thingTypes: { thingTypeName: string }[]; nextToken?: string }>('GET', '/thing-types', {
          query: { maxResults: 250, nextToken },
          ...abort(signal),
        }),
      page => page.thingTypes,
      page => page.nextToken,
    ),
  createThingType: (name: string) => call<object>('POST', `/thing-types/${seg(name)}`, { body: {} }),
  principalsOf: (thing: string, signal?: AbortSignal) =>
    call<{ principals: string[] }>('GET', `/things/${seg(thing)}/principals`, abort(signal)),
  thingsOf: (principal: string, signal?: AbortSignal) =>
    call<{ things: string[] }>('GET', '/principals/things', { headers: { 'x-amzn-principal': principal }, ...abort(signal) }),
  groupsOf: (thing: string, signal?: AbortSignal) =>
    all(
      nextToken =>
        call<{ thingGroups: { groupName: string }[]; nextToken?: string }>('GET', `/things/${seg(thing)}/thing-groups`, {
          query: { maxResults: 250, nextToken },
          ...abort(signal),
        }),
      page => page.thingGroups,
      page => page.nextToken,
    ),
  group: (name: string, signal?: AbortSignal) =>
    call<{ thingGroupMetadata?: { rootToParentThingGroups?: { groupName: string }[] } }>(
      'GET',
      `/thing-groups/${seg(name)}`,
      abort(signal),
    ),
  effectivePolicies: (thingName: string, principal: string, signal?: AbortSignal) =>
    call<{ effectivePolicies: { policyName: string }[] }>('POST', '/effective-policies', {
      query: { thingName },
      body: { principal },
      ...abort(signal),
    }),
  attachThing: (thing: string, principal: string) =>
    call<object>('PUT', `/things/${seg(thing)}/principals`, { headers: { 'x-amzn-principal': principal } }),
  detachThing: (thing: string, principal: string) =>
    call<object>('DELETE', `/things/${seg(thing)}/principals`, { headers: { 'x-amzn-principal': principal } }),

  shadow: (thing: string, name: string, signal?: AbortSignal) =>
    call<Shadow>('GET', `/things/${seg(thing)}/shadow`, {
      service: 'iotdata',
      query: { name: name || undefined },
      ...abort(signal),
    }),
  updateShadow: (thing: string, name: string, body: object) =>
    call<Shadow>('POST', `/things/${seg(thing)}/shadow`, { service: 'iotdata', query: { name: name || undefined }, body }),
  deleteShadow: (thing: string, name: string) =>
    call<object>('DELETE', `/things/${seg(thing)}/shadow`, { service: 'iotdata', query: { name: name || undefined } }),
  shadowNames: (thing: string, signal?: AbortSignal) =>
    all(
      nextToken =>
        call<{ results: string[]; nextToken?: string }>(
          'GET',
          `/api/things/shadow/ListNamedShadowsForThing/${seg(thing)}`,
          { service: 'iotdata', query: { pageSize: 100, nextToken }, ...abort(signal) },
        ),
      page => page.results,
      page => page.nextToken,
    ),

  certificates: (signal?: AbortSignal) =>
    all(
      marker =>
        call<{ certificates: Certificate[]; nextMarker?: string }>('GET', '/certificates', {
          query: { pageSize: 250, marker },
          ...abort(signal),
        }),
      page => page.certificates,
      page => page.nextMarker,
    ),
  certificate: (id: string, signal?: AbortSignal) =>
    call<{ certificateDescription: CertificateDescription }>('GET', `/certificates/${seg(id)}`, abort(signal)),
  makeCertificate: () =>
    call<MadeCertificate>('POST', '/keys-and-certificate', { query: { setAsActive: true } }),
  certificateFromRequest: (certificateSigningRequest: string) =>
    call<Omit<MadeCertificate, 'keyPair'>>('POST', '/certificates', {
      query: { setAsActive: true },
      body: { certificateSigningRequest },
    }),
  setCertificate: (id: string, newStatus: 'ACTIVE' | 'INACTIVE' | 'REVOKED') =>
    call<object>('PUT', `/certificates/${seg(id)}`, { query: { newStatus } }),
  deleteCertificate: (id: string) => call<object>('DELETE', `/certificates/${seg(id)}`, { query: { forceDelete: true } }),

  authorities: (signal?: AbortSignal) =>
    all(
      marker =>
        call<{ certificates: CaDescription[]; nextMarker?: string }>('GET', '/cacertificates', {
          query: { pageSize: 250, marker },
          ...abort(signal),
        }),
      page => page.certificates,
      page => page.nextMarker,
    ),
  authority: (id: string, signal?: AbortSignal) =>
    call<{ certificateDescription: CaDescription }>('GET', `/cacertificate/${seg(id)}`, abort(signal)),
  setAuthority: (id: string, query: { newStatus?: string; newAutoRegistrationStatus?: string }) =>
    call<object>('PUT', `/cacertificate/${seg(id)}`, { query, body: {} }),
  deleteAuthority: (id: string) => call<object>('DELETE', `/cacertificate/${seg(id)}`),
  registrationCode: (signal?: AbortSignal) => call<{ registrationCode: string }>('GET', '/registrationcode', abort(signal)),
  registerAuthority: (caCertificate: string, verificationCertificate: string, automatic: boolean) =>
    call<{ certificateId: string }>('POST', '/cacertificate', {
      query: { setAsActive: true, allowAutoRegistration: automatic },
      body: { caCertificate, verificationCertificate },
    }),

  policies: (signal?: AbortSignal) =>
    all(
      marker =>
        call<{ policies: PolicyName[]; nextMarker?: string }>('GET', '/policies', {
          query: { pageSize: 250, marker },
          ...abort(signal),
        }),
      page => page.policies,
      page => page.nextMarker,
    ),
  policy: (name: string, signal?: AbortSignal) => call<Policy>('GET', `/policies/${seg(name)}`, abort(signal)),
  createPolicy: (name: string, policyDocument: string) =>
    call<Policy>('POST', `/policies/${seg(name)}`, { body: { policyDocument } }),
  deletePolicy: (name: string) => call<object>('DELETE', `/policies/${seg(name)}`),
  policyVersions: (name: string, signal?: AbortSignal) =>
    call<{ policyVersions: PolicyVersion[] }>('GET', `/policies/${seg(name)}/version`, abort(signal)),
  policyVersion: (name: string, version: string, signal?: AbortSignal) =>
    call<{ policyDocument: string }>('GET', `/policies/${seg(name)}/version/${seg(version)}`, abort(signal)),
  createPolicyVersion: (name: string, policyDocument: string) =>
    call<object>('POST', `/policies/${seg(name)}/version`, { query: { setAsDefault: true }, body: { policyDocument } }),
  setDefaultVersion: (name: string, version: string) =>
    call<object>('PATCH', `/policies/${seg(name)}/version/${seg(version)}`),
  deletePolicyVersion: (name: string, version: string) =>
    call<object>('DELETE', `/policies/${seg(name)}/version/${seg(version)}`),
  policyTargets: (name: string, signal?: AbortSignal) =>
    call<{ targets: string[] }>('POST', `/policy-targets/${seg(name)}`, { query: { pageSize: 250 }, ...abort(signal) }),
  attachedPolicies: (target: string, signal?: AbortSignal) =>
    call<{ policies: PolicyName[] }>('POST', `/attached-policies/${seg(target)}`, {
      query: { pageSize: 250 },
      ...abort(signal),
    }),
  attachPolicy: (name: string, target: string) =>
    call<object>('PUT', `/target-policies/${seg(name)}`, { body: { target } }),
  detachPolicy: (name: string, target: string) =>
    call<object>('POST', `/target-policies/${seg(name)}`, { body: { target } }),
};

/** The id at the end of a certificate's ARN. */
export function certificateIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

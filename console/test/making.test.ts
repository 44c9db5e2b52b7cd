import { execFileSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('location', { hash: '', hostname: 'localhost' });

const { CallError } = await import('../src/http');
const { make, NameTaken, nextStep, unmake } = await import('../src/making');
const { pack, SAMPLES } = await import('../src/kit');

type Api = Parameters<typeof make>[2];
type Plan = Parameters<typeof make>[0];
type Done = Parameters<typeof make>[1];

const PLAN: Plan = { thing: 't1', type: '', request: '', document: '{}', existing: false };
const refused = (status: number, code: string) => new CallError(status, code, code, '');

/** A server in a few lines, that fails once at one call. */
class Fake {
  things = new Set<string>();
  certificates = new Set<string>();
  attached = new Set<string>();
  calls: string[] = [];
  failAt = '';
  failure = refused(500, 'InternalFailureException');
  private number = 0;

  private async did<T>(call: string, action: () => T): Promise<T> {
    this.calls.push(call);
    const fails = this.failAt === call;
    if (fails) this.failAt = '';
    if (fails) throw this.failure;
    return action();
  }

  private make = () => {
    const certificateId = `c${++this.number}`;
    this.certificates.add(certificateId);
    return { certificateId, certificateArn: `arn/${certificateId}`, certificatePem: 'C', keyPair: { PublicKey: 'P', PrivateKey: 'K' } };
  };

  api = {
    thing: (name: string) =>
      this.did('thing', () => {
        if (!this.things.has(name)) throw refused(404, 'ResourceNotFoundException');
        return {};
      }),
    createThingType: () => this.did('createThingType', () => ({})),
    createThing: (name: string) => this.did('createThing', () => this.things.add(name)),
    deleteThing: (name: string) => this.did('deleteThing', () => this.things.delete(name)),
    makeCertificate: () => this.did('makeCertificate', this.make),
    certificateFromRequest: () => this.did('certificateFromRequest', this.make),
    setCertificate: () => this.did('setCertificate', () => ({})),
    deleteCertificate: (id: string) => this.did('deleteCertificate', () => this.certificates.delete(id)),
    createPolicy: () =>
      this.did('createPolicy', () => {
        throw refused(409, 'ResourceAlreadyExistsException');
      }),
    attachPolicy: (_: string, arn: string) => this.did('attachPolicy', () => this.attached.add(arn)),
    detachPolicy: (_: string, arn: string) => this.did('detachPolicy', () => this.attached.delete(arn)),
    attachThing: () => this.did('attachThing', () => ({})),
    detachThing: () => this.did('detachThing', () => ({})),
  } as unknown as Api;
}

const none = (): Done => ({ thing: false, policy: false });

describe('making a device', () => {
  it.each(['createThing', 'makeCertificate', 'createPolicy', 'attachPolicy', 'attachThing'])(
    'that fails at %s goes on from there, and nothing is made twice',
    async call => {
      const server = new Fake();
      const done = none();
      server.failAt = call;
      await expect(make(PLAN, done, server.api, () => undefined)).rejects.toThrow('InternalFailure');
      await make(PLAN, done, server.api, () => undefined);
      expect([...server.things]).toEqual(['t1']);
      expect([...server.certificates]).toEqual(['c1']);
      expect([...server.attached]).toEqual(['arn/c1']);
    },
  );

  it.each(['makeCertificate', 'createPolicy', 'attachPolicy', 'attachThing'])(
    'that was given up after failing at %s leaves nothing',
    async call => {
      const server = new Fake();
      const done = none();
      server.failAt = call;
      await expect(make(PLAN, done, server.api, () => undefined)).rejects.toThrow();
      await unmake(PLAN, done, server.api);
      expect([server.things.size, server.certificates.size, server.attached.size]).toEqual([0, 0, 0]);
      expect(nextStep(PLAN, done)).toBe('thing');
    },
  );

  it('whose answer was lost is no other thing of the same name', async () => {
    const server = new Fake();
    const done = none();
    server.failAt = 'createThing';
    server.failure = refused(0, 'Unreachable');
    await expect(make(PLAN, done, server.api, () => undefined)).rejects.toThrow();
    server.things.add('t1'); // it had arrived
    await make(PLAN, done, server.api, () => undefined);
    expect([...server.attached]).toEqual(['arn/c1']);
  });

  it('takes no name that another has, unless that is meant', async () => {
    const server = new Fake();
    server.things.add('t1');
    await expect(make(PLAN, none(), server.api, () => undefined)).rejects.toThrow(NameTaken);
    expect(server.certificates.size).toBe(0);
    const done = none();
    await make({ ...PLAN, existing: true }, done, server.api, () => undefined);
    await unmake({ ...PLAN, existing: true }, done, server.api);
    expect([...server.things]).toEqual(['t1']);
    expect(server.certificates.size).toBe(0);
  });

  it('by a request has no key', async () => {
    const server = new Fake();
    await make({ ...PLAN, request: 'R', type: 'x' }, none(), server.api, () => undefined);
    expect(server.calls).toContain('certificateFromRequest');
    expect(server.calls).toContain('createThingType');
  });
});

const KIT = { thing: 'room:1', host: 'localhost', port: 8883, certificate: 'C\n', ca: 'A\n' };

async function listed(kit: Parameters<typeof pack>[0]): Promise<string> {
  const packed = pack(kit);
  expect(packed.name).toBe('room_1.zip');
  return new TextDecoder('latin1').decode(await packed.content.arrayBuffer());
}

describe('kits', () => {
  it('have an RSA key as Java reads it', async () => {
    const rsa = execFileSync('openssl', ['genrsa', '-traditional', '2048'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(rsa).toContain('BEGIN RSA PRIVATE KEY');
    const content = await listed({ ...KIT, key: rsa });
    const key = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----\n/.exec(content)?.[0] ?? '';
    const back = execFileSync('openssl', ['rsa', '-traditional'], { input: key, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
    expect(back).toBe(rsa);
  });

  it('have every place filled in, and no key that nobody has', async () => {
    const content = await listed({ ...KIT, key: undefined });
    expect(content).not.toMatch(/@[A-Z]+@/);
    expect(content).not.toContain('room_1/device.key');
    for (const { file } of Object.values(SAMPLES)) expect(content).toContain(`room_1/${file}`);
  });

  it('are not made for names that would be code', () => {
    expect(() => pack({ ...KIT, thing: "'; rm", key: 'K' })).toThrow('no name');
    expect(() => pack({ ...KIT, host: 'a"b', key: 'K' })).toThrow('no name');
  });
});

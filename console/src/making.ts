import type { api as publicApi, MadeCertificate } from './api';
import { CallError } from './http';
import { POLICY_NAME } from './kit';

/** What is to be made. */
export interface Plan {
  thing: string;
  type: string;
  /** A certificate signing request, or empty to have the server make the key. */
  request: string;
  document: string;
  /** The thing is there already and only gets a certificate. */
  existing: boolean;
}

/** What has been made: a second try goes on from here. */
export interface Done {
  thing: boolean;
  certificate?: Omit<MadeCertificate, 'keyPair'> & Partial<Pick<MadeCertificate, 'keyPair'>>;
  policy: boolean;
}

export type Step = 'thing' | 'certificate' | 'policy' | 'attach';

type Api = Pick<
  typeof publicApi,
  | 'thing'
  | 'createThingType'
  | 'createThing'
  | 'deleteThing'
  | 'makeCertificate'
  | 'certificateFromRequest'
  | 'setCertificate'
  | 'deleteCertificate'
  | 'createPolicy'
  | 'attachPolicy'
  | 'detachPolicy'
  | 'attachThing'
  | 'detachThing'
>;

/** There is a thing of this name, and nobody has said that it is meant. */
export class NameTaken extends Error {}

async function unless(code: string, action: Promise<unknown>): Promise<void> {
  try {
    await action;
  } catch (thrown) {
    if (!(thrown instanceof CallError && thrown.code === code)) throw thrown;
  }
}

const unlessThere = (action: Promise<unknown>) => unless('ResourceAlreadyExistsException', action);
const unlessGone = (action: Promise<unknown>) => unless('ResourceNotFoundException', action);

async function isThing(api: Api, name: string): Promise<boolean> {
  try {
    await api.thing(name);
    return true;
  } catch (thrown) {
    if (thrown instanceof CallError && thrown.code === 'ResourceNotFoundException') return false;
    throw thrown;
  }
}

/** Where a try would go on. */
export function nextStep(plan: Plan, done: Done): Step {
  if (!done.thing && !plan.existing) return 'thing';
  if (!done.certificate) return 'certificate';
  return done.policy ? 'attach' : 'policy';
}

/**
 * Makes everything a device needs, and notes in `done` what it has made.
 *
 * @param told what is made next
 */
export async function make(plan: Plan, done: Done, api: Api, told: (step: Step) => void): Promise<void> {
  if (!plan.existing && !done.thing) {
    told('thing');
    if (await isThing(api, plan.thing)) throw new NameTaken(plan.thing);
    if (plan.type) await unlessThere(api.createThingType(plan.type));
    // From now on the answer may be lost although the thing is made: a second try must not think it another's.
    done.thing = true;
    try {
      await api.createThing(plan.thing, plan.type ? { thingTypeName: plan.type } : {});
    } catch (thrown) {
      done.thing = thrown instanceof CallError && thrown.unreachable;
      throw thrown;
    }
  } else if (done.thing) {
    // The same again changes nothing.
    await unlessThere(api.createThing(plan.thing, plan.type ? { thingTypeName: plan.type } : {}));
  }
  if (!done.certificate) {
    told('certificate');
    done.certificate = plan.request ? await api.certificateFromRequest(plan.request) : await api.makeCertificate();
  }
  if (!done.policy) {
    told('policy');
    // Whoever made it before, or changed it, meant it so.
    await unlessThere(api.createPolicy(POLICY_NAME, plan.document));
    done.policy = true;
  }
  told('attach');
  await api.attachPolicy(POLICY_NAME, done.certificate.certificateArn);
  await api.attachThing(plan.thing, done.certificate.certificateArn);
}

/** Removes what was made, but the policy and the type, which others may have come to use. */
export async function unmake(plan: Plan, done: Done, api: Api): Promise<void> {
  if (done.certificate) {
    const { certificateArn, certificateId } = done.certificate;
    await unlessGone(api.detachThing(plan.thing, certificateArn));
    await unlessGone(api.detachPolicy(POLICY_NAME, certificateArn));
    await unlessGone(api.setCertificate(certificateId, 'INACTIVE'));
    await unlessGone(api.deleteCertificate(certificateId));
    delete done.certificate;
  }
  if (done.thing) {
    await unlessGone(api.deleteThing(plan.thing));
    done.thing = false;
  }
}

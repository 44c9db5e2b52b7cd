import type { Attention, Warning } from './api';
import { bytes, whole } from './figures';
import { type History, mean, total } from './history';
import { to } from './router';
import { texts } from './texts';

const t = texts.attention;

/** What somebody should look at: a sentence, and where one acts. */
export interface Item {
  key: string;
  severity: 'error' | 'warning' | 'pending';
  text: string;
  /** A place in the console. */
  link?: { href: string; text: string };
  /** What to type where the server runs, if that is how one acts. */
  command?: string;
}

export interface Facts {
  attention: Attention;
  warnings: Warning[];
  /** By the second and by the minute, when they are known. */
  seconds: History | undefined;
  minutes: History | undefined;
  nowMillis: number;
}

const DAY_MILLIS = 86_400_000;
const SHOWN_OF_A_KIND = 3;

/** The own CA renews the server's certificate thirty days before its end. */
const SERVER_CERTIFICATE_DAYS = 21;

const REFUSALS_MIN = 20;
const REFUSALS_TIMES = 3;
const WINDOW_MINUTES = 5;
const HOUR = 60;

function days(millis: number): number {
  return Math.max(0, Math.ceil(millis / DAY_MILLIS));
}

/** The first few, and how many more there are. */
function few(items: Item[], more: (count: number) => Item): Item[] {
  const rest = items.length - SHOWN_OF_A_KIND;
  return rest > 0 ? [...items.slice(0, SHOWN_OF_A_KIND), more(rest)] : items;
}

function waiting({ attention }: Facts): Item[] {
  const count = attention.certificatesWaiting;
  return count > 0
    ? [
        {
          key: 'waiting',
          severity: 'pending',
          text: t.waiting(count),
          link: { href: to(['certificates'], { show: 'waiting' }), text: t.toWaiting },
        },
      ]
    : [];
}

function ending({ attention, nowMillis }: Facts): Item[] {
  return few(
    attention.ending.map(each => ({
      key: `ending ${each.id}`,
      severity: 'warning',
      text: (each.authority ? t.authorityEnds : t.certificateEnds)(
        each.id.slice(0, 12),
        days(Date.parse(each.end) - nowMillis),
      ),
      link: each.authority
        ? { href: to(['authorities']), text: t.toAuthorities }
        : { href: to(['certificates', each.id]), text: t.toCertificate },
    })),
    count => ({
      key: 'ending more',
      severity: 'warning',
      text: t.moreEnd(count),
      link: { href: to(['certificates']), text: t.toCertificates },
    }),
  );
}

/** Of the last day. That something ends soon is told by {@link ending}, as long as it is so. */
function shared({ warnings, nowMillis }: Facts): Item[] {
  const found = warnings
    .filter(each => each.kind === 'shared-certificate' || each.kind === 'concurrent-clients')
    .filter(each => nowMillis - Date.parse(each.time) < DAY_MILLIS)
    .reverse();
  return few(
    found.map(each => {
      const id = each.resource.slice(each.resource.lastIndexOf('/') + 1);
      return {
        key: `shared ${each.number}`,
        severity: 'warning',
        text: t.shared(id.slice(0, 12), each.text),
        link: { href: to(['certificates', id]), text: t.toCertificate },
      };
    }),
    count => ({
      key: 'shared more',
      severity: 'warning',
      text: t.moreShared(count),
      link: { href: to(['certificates']), text: t.toCertificates },
    }),
  );
}

/** More in five minutes than three times what five minutes of the hour before had. */
function refusals({ seconds, minutes }: Facts): Item[] {
  const now = seconds ? total(seconds.series.refused) : 0;
  const before = minutes?.series.refused.slice(-(HOUR + WINDOW_MINUTES), -WINDOW_MINUTES) ?? [];
  const usual = (mean(before) ?? 0) * WINDOW_MINUTES;
  return now >= REFUSALS_MIN && now > REFUSALS_TIMES * usual
    ? [
        {
          key: 'refusals',
          severity: 'warning',
          text: t.refusals(whole(now), whole(usual)),
          link: { href: to(['refusals']), text: t.toRefusals },
        },
      ]
    : [];
}

function rules({ seconds, attention }: Facts): Item[] {
  const failed = seconds ? total(seconds.series.rulesFailed) : 0;
  const name = attention.failingRules[0];
  return failed > 0
    ? [
        {
          key: 'rules',
          severity: 'error',
          text: t.rules(whole(failed), attention.failingRules),
          ...(name && { command: `aws iot get-topic-rule --rule-name ${name}` }),
        },
      ]
    : [];
}

function lost({ seconds }: Facts): Item[] {
  const count = seconds ? total(seconds.series.lost) : 0;
  return count > 0
    ? [
        {
          key: 'lost',
          severity: 'warning',
          text: t.lost(whole(count)),
          link: { href: to(['clients']), text: t.toClients },
        },
      ]
    : [];
}

function quotas({ attention }: Facts): Item[] {
  return attention.quotas.map(each => ({
    key: `quota ${each.quota}`,
    severity: 'warning',
    text: t.quota(each.quota, whole(each.used), whole(each.value)),
    command: './thingstead account limits',
  }));
}

function server({ attention, nowMillis }: Facts): Item[] {
  const found: Item[] = [];
  const known = attention.server;
  if (!attention.takesChanges) {
    found.push({ key: 'store', severity: 'error', text: t.refusesChanges, command: './thingstead doctor' });
  } else if (known && known.freeBytes < 2 * known.freeBytesHigh) {
    found.push({
      key: 'disk',
      severity: 'warning',
      text: t.disk(bytes(known.freeBytes)),
      command: './thingstead doctor',
    });
  }
  const left = known ? days(Date.parse(known.certificateEnds) - nowMillis) : Number.POSITIVE_INFINITY;
  if (left <= SERVER_CERTIFICATE_DAYS) {
    found.push({
      key: 'server certificate',
      severity: left <= 3 ? 'error' : 'warning',
      text: t.serverCertificate(left),
      link: { href: to(['trust']), text: t.toTrust },
    });
  }
  return found;
}

const SEVERITIES: Item['severity'][] = ['error', 'warning', 'pending'];

/** What needs somebody, the worst first. */
export function needsAttention(facts: Facts): Item[] {
  const all = [server, lost, rules, refusals, quotas, ending, shared, waiting].flatMap(find => find(facts));
  return SEVERITIES.flatMap(severity => all.filter(each => each.severity === severity));
}

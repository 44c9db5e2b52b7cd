import Select from '@cloudscape-design/components/select';
import { texts } from '../texts';
import type { Qos } from './message';

/** Those that the server does not offer cannot be chosen. */
export function QosSelect({ qos, most, set }: { qos: Qos; most: Qos | undefined; set: (qos: Qos) => void }) {
  const options = texts.mqtt.qosNames.map((label, value) => ({
    value: String(value),
    label,
    disabled: value > (most ?? 2),
  }));
  return (
    <Select
      selectedOption={options[qos] ?? null}
      options={options}
      onChange={event => set(Number(event.detail.selectedOption.value) as Qos)}
    />
  );
}

/** A file to pack: its Unix mode says whether it may be run, or read by others. */
export interface File {
  name: string;
  content: string | Uint8Array;
  mode?: number;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** MS-DOS date and time, as zip files keep them. */
function dosTime(date: Date): [time: number, date: number] {
  return [
    (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
    ((Math.max(1980, date.getFullYear()) - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
  ];
}

function record(length: number, fields: [at: number, size: 2 | 4, value: number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value >>> 0, true);
  }
  return new Uint8Array(view.buffer);
}

const UTF8_NAMES = 0x0800;
const UNIX = 3 << 8;
const REGULAR_FILE = 0o100000;

/** A zip file of these, uncompressed (PKWARE APPNOTE 4.3). */
export function zip(files: File[], now = new Date()): Blob {
  const [time, date] = dosTime(now);
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const content = typeof file.content === 'string' ? new TextEncoder().encode(file.content) : file.content;
    const common: [number, 2 | 4, number][] = [
      [0, 2, 20],
      [2, 2, UTF8_NAMES],
      [6, 2, time],
      [8, 2, date],
      [10, 4, crc32(content)],
      [14, 4, content.length],
      [18, 4, content.length],
      [22, 2, name.length],
    ];
    const shifted = (by: number) => common.map(([at, size, value]): [number, 2 | 4, number] => [at + by, size, value]);
    const local = record(30, [[0, 4, 0x04034b50], ...shifted(4)]);
    directory.push(
      record(46, [
        [0, 4, 0x02014b50],
        [4, 2, UNIX | 20],
        ...shifted(6),
        [38, 4, (REGULAR_FILE | (file.mode ?? 0o644)) << 16],
        [42, 4, offset],
      ]),
      name,
    );
    parts.push(local, name, content);
    offset += local.length + name.length + content.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(22, [
    [0, 4, 0x06054b50],
    [8, 2, files.length],
    [10, 2, files.length],
    [12, 4, size],
    [16, 4, offset],
  ]);
  return new Blob([...parts, ...directory, end] as BlobPart[], { type: 'application/zip' });
}

/** Has the browser save something. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

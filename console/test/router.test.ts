import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('window', { addEventListener: () => undefined });
const { parse, to } = await import('../src/router');

describe('places', () => {
  it('come back from a link as they went in', () => {
    const href = to(['things', 'a/b c#d'], { tab: 'shadow', q: 'x&y' });
    expect(parse(href).parts).toEqual(['things', 'a/b c#d']);
    expect(parse(href).query.get('tab')).toBe('shadow');
    expect(parse(href).query.get('q')).toBe('x&y');
  });

  it('are home when there is nothing in the fragment', () => {
    expect(parse('').parts).toEqual([]);
    expect(parse('#/').parts).toEqual([]);
  });

  it('stay readable when somebody breaks the encoding', () => {
    expect(parse('#/things/%E0%A4%A').parts).toEqual(['things', '%E0%A4%A']);
  });
});

import Pagination from '@cloudscape-design/components/pagination';
import type { Paged } from './paged';
import { texts } from './texts';

const t = texts.common.pages;

/** Goes through a list of which the server gives one page at a time; nothing when it has but one. */
export function Pages<T>({ of }: { of: Paged<T> }) {
  if (of.pages === 1 && !of.open) return null;
  return (
    <Pagination
      currentPageIndex={of.page}
      pagesCount={of.pages}
      openEnd={of.open}
      ariaLabels={{ nextPageLabel: t.next, previousPageLabel: t.previous, pageLabel: t.page }}
      onChange={event => of.show(event.detail.currentPageIndex)}
    />
  );
}

import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
export const storageWords = {
  title: msg`Storage`,
  about: msg`Proving keys are kept on this device, so that the next visit does not fetch them again. Deleting one costs only its download.`,
  empty: msg`No circuit is kept on this device yet.`,
  delete: msg`Delete`,
  deleteOf: (circuit: string): MessageDescriptor => msg`Delete ${circuit}`,
  deleted: (circuit: string): MessageDescriptor => msg`${circuit} was deleted.`,
  total: (bytes: string, count: number): MessageDescriptor =>
    msg`${plural(count, { one: `${bytes} in one circuit`, other: `${bytes} in # circuits` })}`,
  use: (used: string, quota: string): MessageDescriptor =>
    msg`All that this page keeps here: ${used}, of ${quota} that the browser allows.`,
} as const;

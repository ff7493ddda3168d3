/** What fair retries, practice and the purge of results need to know. Only adds: the release before can run beside. */
import { sql } from "kysely";
import type { Kysely, Migration } from "kysely";

const statements = [
  // Owners whose tasks come after everybody else's, whatever their weight.
  "alter table owners add column background boolean not null default false",
  // Who lost or failed the task last, and until when others are asked first.
  "alter table tasks add column avoided_worker text, add column avoided_until timestamptz",
  // Leases before the task was revived: they do not count towards its cap any more.
  "alter table tasks add column leases_forgiven integer not null default 0",
  "create index jobs_time on jobs using brin (created_at)",
];

export const secondChances: Migration = {
  up: async (database: Kysely<unknown>): Promise<void> => {
    for (const statement of statements) await sql.raw(statement).execute(database);
  },
};

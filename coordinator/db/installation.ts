/** Where an embedded server lives and how it is reached. */
import type { Log } from "../log.ts";

/** What every step needs to know of the installation. */
export type Installation = {
  readonly folder: string;
  /** The PGDATA folder. */
  readonly cluster: string;
  /** Folder of initdb, pg_ctl and postgres. */
  readonly binaries: string;
  readonly password: string;
  /** Whom the server runs as; undefined = as ourselves. */
  readonly user: ServerUser | undefined;
  readonly log: Log;
};

export type ServerUser = { readonly uid: number; readonly gid: number };

/** The connection string of the server on `port`. */
export const urlOf = ({ password }: Pick<Installation, "password">, port: number): string =>
  `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

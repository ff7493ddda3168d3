/** A database whose statements have a clause changed: the negative control of a test that says what the clause is for. */
import type { Database } from "../open.ts";
import type { Pool } from "../pool.ts";

export type Mutant = {
  readonly database: Database;
  /** How often the clause was met; a control that never met it shows nothing. */
  readonly hits: () => number;
};

/** Replaces `clause`, which lies between two parameters, wherever a statement has it; a space stands for any white space. */
export const mutate = (database: Database, clause: string, replacement: string): Mutant => {
  let hits = 0;
  const pattern = patternOf(clause);
  const mutated = (pieces: TemplateStringsArray): TemplateStringsArray => {
    const changed = pieces.map((piece) => {
      if (!pattern.test(piece)) return piece;
      hits += 1;
      return piece.replace(pattern, replacement);
    });
    return Object.assign(changed, { raw: changed });
  };
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      apply: (call, self, [first, ...rest]: unknown[]) =>
        Reflect.apply(call as () => unknown, self, [
          isTemplate(first) ? mutated(first) : first,
          ...rest,
        ]) as unknown,
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name);
        if (name !== "begin" || typeof value !== "function") return value;
        return (...options: unknown[]): unknown => {
          const body = options.pop() as (transaction: object) => unknown;
          return Reflect.apply(value, of, [
            ...options,
            (transaction: object) => body(wrap(transaction)),
          ]);
        };
      },
    });
  const sql: Pool = wrap(database.sql);
  return { database: { ...database, sql, quickSql: wrap(database.quickSql) }, hits: () => hits };
};

const patternOf = (clause: string): RegExp =>
  new RegExp(clause.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&").replaceAll(" ", "\\s+"), "u");

const isTemplate = (value: unknown): value is TemplateStringsArray =>
  Array.isArray(value) && "raw" in value;

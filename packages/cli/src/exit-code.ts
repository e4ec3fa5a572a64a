/** The process exit codes: a contract with scripts (docs/architecture.md). */
export const EXIT = {
  /** Done. */
  done: 0,
  /** A check says no: an audit, a missed target, a variant mismatch. */
  refused: 1,
  /** Bad usage or bad input. */
  badInput: 2,
  /** Something outside is missing or refused: a tool, a server, credentials, disk space. */
  outside: 3,
  /** What was asked for doesn't exist. */
  notFound: 4,
  /** Other bytes stand under the same name. */
  conflict: 5,
  /** The project's own compile command failed. */
  compileFailed: 6,
  /** A defect of Wheelwright itself. */
  defect: 70,
  /** Stopped by SIGINT. */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** The file of a command. */
export interface CommandModule {
  /** Its options; absent where the words are another program's. */
  commandLine?(): CommandUnknownOpts;
  run(args: readonly string[]): Promise<unknown>;
}

/** Every command, loaded when it is called: one that only asks a stack does not wait for the charts' libraries. */
export const COMMANDS = {
  start: () => import('./start.ts'),
  test: () => import('./test.ts'),
  produce: () => import('./produce.ts'),
  flush: () => import('./flush.ts'),
  retry: () => import('./retry.ts'),
  rollback: () => import('./rollback.ts'),
  lists: () => import('./lists.ts'),
  charts: () => import('./charts.ts'),
  cost: () => import('./cost.ts'),
  cdk: () => import('./cdk.ts'),
  quality: () => import('./quality.ts'),
  bench: () => import('./bench.ts'),
  gallery: () => import('./gallery.ts'),
  emulate: () => import('./emulate.ts'),
  'archive-classes': () => import('./archive-classes.ts'),
} satisfies Readonly<Record<string, () => Promise<CommandModule>>>;
export type CommandName = keyof typeof COMMANDS;

export const isCommandName = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(COMMANDS, name);

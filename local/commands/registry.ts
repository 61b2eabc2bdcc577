import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** The exports of a command's file. */
export interface CommandModule {
  /** Makes the command line with its options; absent if the arguments go to another program. */
  commandLine?(): CommandUnknownOpts;
  run(args: readonly string[]): Promise<unknown>;
}

/**
 * Every command except `bench`, which is in its own folder. A command's module is loaded on use, so that a command that
 * only calls a stack does not load the chart libraries.
 */
export const COMMANDS = {
  start: () => import('./start.ts'),
  test: () => import('./test.ts'),
  produce: () => import('./produce.ts'),
  flush: () => import('./flush.ts'),
  retry: () => import('./retry.ts'),
  rollback: () => import('./rollback.ts'),
  restore: () => import('./restore.ts'),
  catalogue: () => import('./catalogue.ts'),
  lists: () => import('./lists.ts'),
  forget: () => import('./forget.ts'),
  rejected: () => import('./rejected.ts'),
  charts: () => import('./charts.ts'),
  cost: () => import('./cost.ts'),
  cdk: () => import('./cdk.ts'),
  deploy: () => import('./deploy.ts'),
  smoke: () => import('./smoke.ts'),
  quality: () => import('./quality.ts'),
  gallery: () => import('./gallery.ts'),
  emulate: () => import('./emulate.ts'),
  'archive-classes': () => import('./archive-classes.ts'),
} satisfies Readonly<Record<string, () => Promise<CommandModule>>>;
export type CommandName = keyof typeof COMMANDS;

export const isCommandName = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(COMMANDS, name);

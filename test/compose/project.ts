import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../local/process/paths.ts';
import { millisecondsLeft } from './engine.ts';

const FILE = 'local/docker-compose.yml';
const MINISTACK = 'local/docker-compose.ministack.yml';
const PORTS = 'test/compose/ports.yml';

export const FILES = {
  MiniStack: [FILE, MINISTACK, PORTS],
  LocalStack: [FILE, PORTS],
} as const;

/** A compose project under a name of its own, so that it disturbs no other on this machine. */
export class Project {
  readonly name: string;
  private readonly prefix: readonly string[];
  private readonly environment: Record<string, string> = {};
  private isUsed = false;

  constructor(name: string, files: readonly string[], profiles: readonly string[] = []) {
    this.name = name;
    this.prefix = [
      'compose',
      ...['--project-name', name],
      ...files.flatMap((file) => ['--file', join(ROOT, file)]),
      ...profiles.flatMap((profile) => ['--profile', profile]),
    ];
  }

  /** Sets a variable that the files read. */
  set(name: string, value: string): void {
    this.environment[name] = value;
  }

  /**
   * Runs a command of compose to its end.
   *
   * @returns What it printed, both streams together.
   * @throws {Error} If it fails, or does not end within the budget; the message contains the end of what it printed.
   */
  async run(...args: readonly string[]): Promise<string> {
    this.isUsed = true;
    const child = spawn('docker', [...this.prefix, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Where there is no buildx, the classic builder does. Progress bars would fill the log.
      env: { ...process.env, ...builder(), ...this.environment, COMPOSE_PROGRESS: 'plain' },
      timeout: Math.min(millisecondsLeft(), MOST_MS),
    });
    const code = new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    const [printed, status] = await Promise.all([
      Promise.all([text(child.stdout), text(child.stderr)]),
      code,
    ]);
    const output = printed.join('');
    // A command that was stopped because the budget is used up also fails.
    if (status !== 0) millisecondsLeft();
    if (status !== 0)
      throw new Error(
        `docker compose ${args.join(' ')} ended with ${status}:\n${output.slice(-MOST_CHARACTERS)}`,
      );
    return output;
  }

  /** Runs an npm script in the container `cartograph`, as its user does. @returns What it printed. */
  npm(script: string, ...args: readonly string[]): Promise<string> {
    return this.run('exec', '-T', 'cartograph', 'npm', 'run', '--silent', script, '--', ...args);
  }

  /** Returns the address of a service's port on this machine: "http://127.0.0.1:32768". */
  async addressOf(service: string, port: number): Promise<string> {
    return `http://${(await this.run('port', service, String(port))).trim()}`;
  }

  /** Waits until a service has logged a text. @throws {Error} If a container of the project ends first. */
  async untilLogged(service: string, expected: string): Promise<string> {
    for (;;) {
      const log = await this.run('logs', '--no-color', '--no-log-prefix', service);
      if (log.includes(expected)) return log;
      const running = await this.run('ps', '--services', '--status', 'running');
      if (!running.split('\n').includes(service))
        throw new Error(
          `${service} has ended and did not log “${expected}”:\n${log.slice(-MOST_CHARACTERS)}`,
        );
      await sleep(1000);
    }
  }

  /**
   * Takes everything down, within a time of its own: also what was started after the budget was used up. Does nothing if no
   * command was run, because the test was skipped.
   */
  down(): void {
    if (!this.isUsed) return;
    spawnSync('docker', [...this.prefix, 'down', '--volumes', '--remove-orphans', '--timeout', '30'], {
      stdio: 'ignore',
      env: { ...process.env, ...this.environment },
      timeout: MOST_MS,
    });
  }

  /**
   * Returns what is on this machine under the project's name: containers, networks and volumes. The containers of Lambdas
   * have no label; their names start with that of the container that started them.
   */
  leftovers(): string[] {
    const list = (...args: readonly string[]): string[] =>
      spawnSync('docker', args, { encoding: 'utf8' })
        .stdout.split('\n')
        .filter((line) => line !== '');
    const format = ['--format', '{{.Name}}'];
    return [
      ...list('ps', '--all', '--filter', `name=^${this.name}-`, '--format', '{{.Names}}'),
      ...list('network', 'ls', '--filter', `name=^${this.name}_`, ...format),
      ...list('volume', 'ls', '--filter', `label=com.docker.compose.project=${this.name}`, ...format),
    ];
  }
}

const MOST_MS = 20 * 60_000;
const MOST_CHARACTERS = 3000;

const builder = (): Record<string, string> =>
  spawnSync('docker', ['buildx', 'version']).status === 0
    ? {}
    : // The classic builder would build the stage that the images have in common several times.
      { DOCKER_BUILDKIT: '0', COMPOSE_PARALLEL_LIMIT: '1' };

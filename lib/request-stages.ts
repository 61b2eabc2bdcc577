import type { Construct } from 'constructs';
import type { MonitoredRequests } from './alarm.ts';
import { Api } from './api.ts';
import { Catalogue } from './catalogue.ts';
import { Collect } from './collect.ts';
import type { Config } from './config.ts';
import { Erasures } from './erasures.ts';
import type { Forget } from './forget.ts';
import type { Lake } from './lake.ts';
import type { Privacy } from './privacy.ts';
import { Remember } from './remember.ts';
import type { Serve as ServeConfig } from './request-config.ts';
import { Serve } from './serve.ts';
import type { LogKeeping } from './stage-function.ts';
import type { Stream } from './stream.ts';

export interface RequestStagesProps {
  readonly lake: Lake;
  readonly privacy: Privacy;
  readonly stream: Stream;
  readonly config: Config;
  readonly serve: ServeConfig;
  /** Forgets recent sales too. */
  readonly forget: Forget;
  readonly logKeeping: LogKeeping;
}

/** The stages that answer requests, and the API that calls them. */
export interface RequestStages extends MonitoredRequests {
  /** The address of the API. */
  readonly url: string;
}

/** Creates the stages that answer requests, in the order in which a sale and then a request pass through them. */
export function requestStages(scope: Construct, props: RequestStagesProps): RequestStages {
  const { lake, privacy, stream, config, serve: serveConfig, forget, logKeeping } = props;
  const { fieldMap, encryption } = config;
  const remember = new Remember(scope, 'Remember', {
    lake,
    privacy,
    config: config.remember,
    encryption,
    fieldMap,
    logKeeping,
  });
  forget.forgetRecent(remember);
  const pollers = stream.feed(remember.fn, remember.reading);
  const serve = new Serve(scope, 'Serve', {
    lake,
    privacy,
    remember,
    config: serveConfig,
    catalogue: config.catalogue,
    logKeeping,
  });
  const collect = serveConfig.collect
    ? new Collect(scope, 'Collect', { privacy, stream, fieldMap, config: serveConfig, logKeeping })
    : undefined;
  const catalogue = new Catalogue(scope, 'Catalogue', { lake, config: serveConfig, logKeeping });
  const erasures = new Erasures(scope, 'Erasures', { lake, privacy, config: serveConfig, logKeeping });
  const api = new Api(scope, 'Api', {
    config: serveConfig,
    targets: {
      serve: serve.target,
      ...(collect && { collect: collect.fn }),
      catalogue: catalogue.fn,
      erasures: erasures.fn,
    },
    logKeeping,
  });
  return {
    stages: { remember, serve, ...(collect && { collect }), catalogue, erasures },
    url: api.url,
    http: api.http,
    table: remember.table,
    pollers,
    rememberBatchSize: remember.reading.batchSize,
  };
}

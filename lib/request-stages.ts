import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { Api } from './api.ts';
import { Catalogue } from './catalogue.ts';
import { Collect } from './collect.ts';
import type { Config } from './config.ts';
import type { Lake } from './lake.ts';
import { Remember } from './remember.ts';
import type { Serve as ServeConfig } from './request-config.ts';
import { Serve } from './serve.ts';
import type { LogKeeping } from './stage-function.ts';
import type { Stream } from './stream.ts';

export interface RequestStagesProps {
  readonly lake: Lake;
  readonly stream: Stream;
  readonly config: Config;
  readonly serve: ServeConfig;
  readonly logKeeping: LogKeeping;
}

/** The stages that answer requests, and the API that calls three of them. */
export interface RequestStages {
  readonly stages: {
    readonly remember: Remember;
    readonly serve: Serve;
    /** Undefined if the API accepts no sales. */
    readonly collect?: Collect;
    readonly catalogue: Catalogue;
  };
  readonly api: Api;
  /** The mapping that polls the topic for remember. */
  readonly pollers: lambda.CfnEventSourceMapping;
}

/** Creates the stages that answer requests, in the order in which a sale and then a request pass through them. */
export function requestStages(scope: Construct, props: RequestStagesProps): RequestStages {
  const { lake, stream, config, serve: serveConfig, logKeeping } = props;
  const { fieldMap, encryption } = config;
  const remember = new Remember(scope, 'Remember', {
    config: config.remember,
    encryption,
    fieldMap,
    logKeeping,
  });
  const pollers = stream.feed(remember.fn, remember.reading);
  const serve = new Serve(scope, 'Serve', {
    lake,
    remember,
    config: serveConfig,
    catalogue: config.catalogue,
    logKeeping,
  });
  const collect = serveConfig.collect
    ? new Collect(scope, 'Collect', { stream, fieldMap, config: serveConfig, logKeeping })
    : undefined;
  const catalogue = new Catalogue(scope, 'Catalogue', { lake, logKeeping });
  const api = new Api(scope, 'Api', {
    config: serveConfig,
    targets: { serve: serve.target, ...(collect && { collect: collect.fn }), catalogue: catalogue.fn },
    logKeeping,
  });
  return { stages: { remember, serve, ...(collect && { collect }), catalogue }, api, pollers };
}

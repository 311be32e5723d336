/*
 * app/route.h - the HTTP face of a worker: /graphql, /health, /ready, GraphiQL. Glue between http
 * and exec.
 */
#pragma once

#include "base/log.h"
#include "exec/engine.h"
#include "http/server.h"

struct worker;

/* POST and GET /graphql. `arg` is the struct worker. Spec: GraphQL over HTTP. */
void route_graphql(struct http_request *h, void *arg);
/* The process is alive. */
void route_health(struct http_request *r, void *arg);
/* It can serve: schema and database are there; 503 with reasons otherwise. */
void route_ready(struct http_request *r, void *arg);
/* Development: what GraphiQL's page polls. `arg` is the struct worker. */
void route_dev_status(struct http_request *r, void *arg);

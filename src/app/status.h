/*
 * app/status.h - the HTTP status and the media type of an answer. Pure.
 *
 * Two ways, by the setting http.statuses:
 *   compatible  what clients in use and the audits of graphql-http expect: 400 for requests that
 * can't be executed, 200 for all well-formed ones in application/json
 *   draft       the draft of GraphQL over HTTP of August 2026: 422 where the request could be read
 * but not executed, 294 for data with errors, and application/json only for 2xx
 *
 * Spec: GraphQL over HTTP, "Body" and "Status Codes".
 */
#pragma once

#include "exec/engine.h"
#include "http/negotiate.h"

/* In the order of the setting's choices. */
enum statuses { STATUSES_COMPATIBLE, STATUSES_DRAFT };

/* The status of what the engine answered to a client that accepts `media`. */
int status_response(enum statuses s, const struct exec_response *r, enum media media);
/* The status of a request that never came to the engine. `is_read`: its text could be read as JSON
 * or URL, so only its members are wrong. */
int status_rejection(enum statuses s, enum err_code code, bool is_read);
/* What to answer in, given what is accepted. */
enum media status_media(enum statuses s, int status, enum media accepted);

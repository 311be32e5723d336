/* SPDX-License-Identifier: MIT */
/* http/server_int.h - what the files of this folder share: the server, its connections and
 * requests. */
#pragma once

#include "http/proxy.h"
#include "http/server.h"

#include "base/buf.h"
#include "ev/loop.h"

#include <microhttpd.h>

enum { PEER_MAX = 48, ARENAS_KEPT_MAX = 256 };

/* What a connection is waiting for; each state but PENDING has a deadline of its own (deadline.c).
 */
enum conn_state {
	CONN_FIRST,   /* accepted, its first request's headers are not complete */
	CONN_IDLE,    /* kept alive, nothing of the next request seen */
	CONN_HEADERS, /* the next request has begun */
	CONN_BODY,    /* headers complete, body not */
	CONN_PENDING, /* request handed to a handler, no answer yet */
	CONN_WRITING, /* answer handed to libmicrohttpd */
	CONN_CLOSING  /* socket shut down by us, libmicrohttpd has not noticed yet */
};

/* One per socket, from its acceptance to its end. */
struct conn {
	struct conn *prev, *next;
	struct http_server *server;
	struct MHD_Connection *mhd;
	struct request *request; /* NULL between requests */
	enum conn_state state;
	int fd;
	uint64_t since_us;   /* when it entered the state, by the loop's clock */
	uint64_t seen_bytes; /* the kernel's count at the last look (deadline.c) */
	bool seen;           /* seen_bytes is from this state */
	bool lingers;        /* refused while it was sending */
	bool from_proxy;     /* the peer is a trusted proxy */
	char peer[PEER_MAX];
};

/* One per request, in its own arena; `http` is what handlers see. */
struct request {
	struct http_request http;
	struct conn *conn;
	const struct http_route *route;
	struct MHD_Response *response; /* made by http_respond, not queued yet */
	unsigned allow;                /* methods of the path, for Allow */
	int status;                    /* of the answer, 0 before */
	size_t answer_bytes;
	struct buf body;
	uint64_t content_length; /* valid when has_length */
	uint64_t discarded;      /* body bytes beyond the limit, not kept */
	const char *target;      /* libmicrohttpd's own copy: only its address is used */
	size_t target_n;
	uint64_t pending_us; /* loop clock when the handler was called */
	const char *fault;   /* why it is refused, NULL while all is well */
	int fault_status;
	bool has_length, encoded; /* Content-Length, Transfer-Encoding */
	bool has_own_id;          /* http.id is the client's */
	bool begun;               /* headers were seen by on_request */
	bool dispatched;          /* the handler (or our own answer) was called */
	bool in_handler;
	bool queued;  /* libmicrohttpd has the response */
	bool waiting; /* counted in server->unsuspended */
	bool suspended;
	bool gone;        /* the client vanished or the server closes */
	bool close_after; /* say Connection: close */
};

struct http_server {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	struct watch *watch;
	struct timer *scan_timer;
	struct timer *late_timer; /* for work that only the next run finds */
	struct lingering *lingers;
	unsigned nlingers;
	struct hook *hook;
	struct http_options o;
	struct nets proxies;
	struct conn *conns;    /* all of them, newest first */
	struct arena **arenas; /* recycled, ARENAS_KEPT_MAX places */
	unsigned narenas;
	unsigned unsuspended; /* pending requests that libmicrohttpd asks for at each run */
	unsigned port;
	uint64_t suspend_after_us;
	uint64_t random[4];
	struct http_stats stats;
	struct buf access;       /* lines of this turn */
	uint64_t access_time_us; /* when `access_time` was made */
	char access_time[32];
	bool check_places; /* fields.c: strings of the library lie in the read buffer */
	bool running;      /* inside MHD_run */
	bool run_wanted;   /* an answer waits for MHD_run */
	bool progress;     /* MHD_run queued something that it will write at its next run */
	bool draining, closing;
	char mhd_message[256]; /* the library's last complaint */
};

/* ---- server.c ---- */
struct arena *server_arena_take(struct http_server *s);
void server_arena_give(struct http_server *s, struct arena *a);

/* ---- linger.c ---- */
/* Keeps reading from a copy of `fd`, which its owner is about to close. */
void linger_start(struct http_server *s, int fd);
void linger_end_all(struct http_server *s);

/* ---- listen.c ---- */
/* A listening socket (non-blocking, close-on-exec) and the port it got. Fails: ERR_IO. */
MUST_USE
bool listen_open(const struct http_options *o, int *fd, unsigned *port, struct err *e);

/* ---- request.c: libmicrohttpd's callbacks; `arg` is the server ---- */
void *on_target(void *arg, const char *target, struct MHD_Connection *mhd);
enum MHD_Result on_request(void *arg, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *data, size_t *data_n, void **request);
void on_completed(void *arg, struct MHD_Connection *mhd, void **request,
	enum MHD_RequestTerminationCode why);
void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode what);
void httpconn_enter(struct conn *c, enum conn_state state);
/* Ends the connection from outside its callbacks: libmicrohttpd sees the closed socket at its next
 * run. */
void httpconn_kill(struct conn *c);

/* Marks the request as refused, unless it is already; the connection closes after the answer. */
void request_refuse(struct request *r, int status, const char *why);
/* Moves a pending request into or out of the set that libmicrohttpd asks for at each run. */
void request_wait(struct request *r, bool waiting);

/* ---- response.c ---- */
/*
 * Answers an error of the protocol, in text or GraphQL's form by what the client accepts; 405 and
 * 204 (the answer to OPTIONS) say which methods are allowed.
 */
void respond_fault(struct request *r, int status, const char *message);
/* Gives libmicrohttpd the response; only inside on_request. False: close the connection. */
bool response_queue(struct request *r);
/* 128 random bits as 32 hexadecimal digits. */
void request_id_put(struct http_server *s, char out[32]);

/* ---- fields.c ---- */
/*
 * Looks at all header fields once: framing (Content-Length, Transfer-Encoding), Host, names and
 * values that the library lets through, the request's identifier. Fills r->fault and
 * r->fault_status when it must be refused.
 */
void fields_check(struct request *r, const char *method, const char *version);
/* Does the library that runs parse headers in place? */
bool fields_lie_in_place(void);

/* ---- deadline.c ---- */
void deadline_scan(void *server);
uint64_t deadline_period_ms(const struct http_options *o);

/* ---- access.c ---- */
void access_put(struct http_server *s, const struct request *r);
void access_flush(struct http_server *s);

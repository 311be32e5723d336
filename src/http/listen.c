/* SPDX-License-Identifier: MIT */
/*
 * listen - the listening socket, made by us because the library's own has no SO_REUSEPORT by
 * address and prints its errors.
 *
 * In: a host (address or name; the first address that it resolves to) and a port. Out: a descriptor
 * that is bound, listening, non-blocking and closed on exec. It does not accept.
 */
#include "http/server_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static const char *shown_host(const struct http_options *o)
{
	return o->host ? o->host : "127.0.0.1";
}

static bool fail_bind(const struct http_options *o, const char *call, struct err *e)
{
	const char *host = shown_host(o);
	switch (errno) {
	case EADDRINUSE:
		return err_set(e, ERR_IO,
			"port %u on %s is in use; choose another with --port, "
			"or stop the program that listens there",
			o->port, host);
	case EACCES:
		return err_set(e, ERR_IO,
			"port %u may not be opened by this user; choose one "
			"from 1024 with --port",
			o->port);
	case EADDRNOTAVAIL:
		return err_set(e, ERR_IO,
			"%s is not an address of this machine; choose another "
			"with --host",
			host);
	default: return err_errno(e, ERR_IO, call, host);
	}
}

static bool set_options(int fd, const struct addrinfo *a, const struct http_options *o)
{
	int on = 1, off = 0;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
		return false;
	if (o->reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
		return false;
	return a->ai_family != AF_INET6 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0;
}

static unsigned bound_port(int fd)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof at;
	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return 0;
	if (at.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
	return ntohs(((struct sockaddr_in *)&at)->sin_port);
}

/*
 * With SO_REUSEPORT a second program of the same user would share the port unnoticed, and each
 * request go to either: so somebody who has it already is looked for without that option.
 */
static bool is_free(const struct addrinfo *a, const struct http_options *o, struct err *e)
{
	struct http_options alone = *o;
	alone.reuse_port = false;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, ERR_IO, "opening a socket for", shown_host(o));
	bool ok = set_options(fd, a, &alone) && bind(fd, a->ai_addr, a->ai_addrlen) == 0;
	if (!ok)
		fail_bind(o, "listening on", e);
	close(fd);
	return ok;
}

static bool listen_on(const struct addrinfo *a, const struct http_options *o, int *out,
	struct err *e)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_errno(e, ERR_IO, "opening a socket for", shown_host(o));
	bool ok = set_options(fd, a, o) && bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
		listen(fd, BACKLOG) == 0;
	if (!ok) {
		fail_bind(o, "listening on", e);
		close(fd);
		return false;
	}
	*out = fd;
	return true;
}

bool listen_open(const struct http_options *o, int *fd, unsigned *port, struct err *e)
{
	char service[16];
	snprintf(service, sizeof service, "%u", o->port);
	if (o->port > UINT16_MAX)
		return err_set(e, ERR_CONFIG, "%u is not a port: they end at 65535", o->port);
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *list;
	int status = getaddrinfo(shown_host(o), service, &hints, &list);
	if (status != 0)
		return err_set(e, ERR_IO, "the host %s can't be resolved: %s", shown_host(o),
			gai_strerror(status));
	bool alone = o->reuse_port && o->first && o->port;
	bool ok = (!alone || is_free(list, o, e)) && listen_on(list, o, fd, e);
	freeaddrinfo(list);
	if (ok)
		*port = bound_port(*fd);
	return ok;
}

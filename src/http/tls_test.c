/* SPDX-License-Identifier: MIT */
/* tls_test - the server over TLS: every way to answer, large answers, versions, bad certificates.
 */
#include "http/http_test_int.h"

#include "base/check.h"
#include "base/clock.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: a\r\n"
#define TLS_ONLY(versions) "NORMAL:-VERS-ALL:" versions

/* A key and its self-signed certificate, made afresh so that it never expires. */
struct identity {
	char cert[4096], key[4096];
};

static struct identity *identity_make(void)
{
	struct identity *id = mem_new(struct identity);
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	time_t now = (time_t)(clock_wall_us() / 1000000);
	size_t n = sizeof id->key;
	gnutls_x509_privkey_init(&key);
	gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, id->key, &n);
	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_set_key(crt, key);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, "\1", 1);
	gnutls_x509_crt_set_activation_time(crt, now - 60);
	gnutls_x509_crt_set_expiration_time(crt, now + 3600);
	gnutls_x509_crt_set_dn(crt, "CN=localhost", NULL);
	gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	n = sizeof id->cert;
	gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, id->cert, &n);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return id;
}

struct client {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
};

static bool tls_open(struct client *c, const struct fixture *f, const char *priorities)
{
	c->fd = client_open(f);
	gnutls_certificate_allocate_credentials(&c->credentials);
	gnutls_init(&c->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
	gnutls_priority_set_direct(c->session, priorities, NULL);
	gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
	gnutls_transport_set_int(c->session, c->fd);
	int status;
	do
		status = gnutls_handshake(c->session);
	while (status < 0 && !gnutls_error_is_fatal(status));
	return status == GNUTLS_E_SUCCESS;
}

static void tls_close(struct client *c)
{
	gnutls_deinit(c->session);
	gnutls_certificate_free_credentials(c->credentials);
	close(c->fd);
}

static size_t tls_receive(struct client *c, char *to, size_t n)
{
	ssize_t got;
	do
		got = gnutls_record_recv(c->session, to, n);
	while (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED);
	return got > 0 ? (size_t)got : 0;
}

/* Sends a request; the bytes of head and body that came until the body had `want` bytes, 0 on
 * failure. */
static size_t tls_exchange(struct client *c, str request, size_t want, char *start, size_t start_n)
{
	char piece[16 * 1024];
	size_t total = 0, head = 0;
	gnutls_record_send(c->session, request.p, request.n);
	memset(start, 0, start_n);
	while (head == 0 || total < head + want) {
		size_t n = tls_receive(c, piece, sizeof piece);
		if (n == 0)
			return 0;
		if (total < start_n - 1)
			memcpy(start + total, piece, MIN(n, start_n - 1 - total));
		total += n;
		const char *end = strstr(start, "\r\n\r\n");
		if (end)
			head = (size_t)(end - start) + 4;
	}
	return total;
}

static struct http_options tls_options(const struct identity *id)
{
	struct http_options o = fixture_options();
	o.tls_cert_pem = id->cert;
	o.tls_key_pem = id->key;
	o.header_timeout_ms = o.body_timeout_ms = o.write_timeout_ms = o.idle_timeout_ms = 2000;
	return o;
}

static void test_requests(void **state)
{
	UNUSED(state);
	static const struct {
		const char *name;
		str request;
		const char *body;
	} T[] = {
		{ "at once", STR_INIT("GET /echo?1 HTTP/1.1\r\n" HOST "\r\n"), "/echo?1" },
		{ "end of the turn", STR_INIT("GET /turn?2 HTTP/1.1\r\n" HOST "\r\n"), "/turn?2" },
		{ "later", STR_INIT("GET /later?ms=30 HTTP/1.1\r\n" HOST "\r\n"), "/later?ms=30" },
		{ "body", STR_INIT("POST /turn HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"),
			"abc" },
		{ "again", STR_INIT("GET /echo?1 HTTP/1.1\r\n" HOST "\r\n"), "/echo?1" },
	};
	static const char *const versions[] = { TLS_ONLY("+VERS-TLS1.3"),
		TLS_ONLY("+VERS-TLS1.2") };
	struct identity *id = identity_make();
	struct http_options o = tls_options(id);
	struct fixture f;
	assert_true(fixture_start(&f, &o));
	for (size_t v = 0; v < COUNT(versions); v++) {
		struct client c;
		assert_true(tls_open(&c, &f, versions[v]));
		for (size_t i = 0; i < COUNT(T); i++) {
			char start[2048];
			tls_exchange(&c, T[i].request, strlen(T[i].body), start, sizeof start);
			CHECK_TRUE(T[i].name, str_starts(str_from(start), S("HTTP/1.1 200")));
			CHECK_TRUE(T[i].name, str_ends(str_from(start), str_from(T[i].body)));
		}
		tls_close(&c);
	}
	struct client old;
	CHECK_TRUE("TLS 1.1 is refused", !tls_open(&old, &f, TLS_ONLY("+VERS-TLS1.1")));
	tls_close(&old);
	fixture_stop(&f);
	mem_free(id);
	check_end();
}

/* What GnuTLS could not write at once waits for the next run, which no event announces. */
static void test_large_answers(void **state)
{
	UNUSED(state);
	enum { BYTES = 3 * 1000 * 1000, N = 5 };
	struct identity *id = identity_make();
	struct http_options o = tls_options(id);
	struct fixture f;
	struct client c;
	assert_true(fixture_start(&f, &o));
	assert_true(tls_open(&c, &f, "NORMAL"));
	uint64_t from_us = clock_mono_us();
	for (int i = 0; i < N; i++) {
		char start[1024];
		size_t n = tls_exchange(&c, S("GET /big?n=3000000 HTTP/1.1\r\n" HOST "\r\n"), BYTES,
			start, sizeof start);
		CHECK_TRUE("bytes", n > BYTES);
	}
	int took_ms = (int)((clock_mono_us() - from_us) / 1000);
	print_message("%d answers of 3 MB: %d ms, %d MB/s\n", N, took_ms,
		N * 3000 / MAX(took_ms, 1));
	CHECK_TRUE("fast", took_ms < 2000 || is_instrumented());
	tls_close(&c);
	fixture_stop(&f);
	mem_free(id);
	check_end();
}

static void test_vanish(void **state)
{
	UNUSED(state);
	struct identity *id = identity_make();
	struct http_options o = tls_options(id);
	struct fixture f;
	assert_true(fixture_start(&f, &o));
	for (int how = 0; how < 4; how++) {
		struct client c;
		assert_true(tls_open(&c, &f, "NORMAL"));
		str request = how < 2 ? S("GET /never HTTP/1.1\r\n" HOST "\r\n")
				      : S("GET /big?n=9000000 HTTP/1.1\r\n" HOST "\r\n");
		gnutls_record_send(c.session, request.p, request.n);
		CHECK_TRUE("dispatched", wait_for(&f.dispatched, (unsigned)how + 1));
		if (how % 2)
			gnutls_bye(c.session, GNUTLS_SHUT_WR);
		tls_close(&c);
	}
	unsigned long turns = f.turns;
	CHECK_TRUE("gone", wait_for(&f.gone, 2));
	CHECK_TRUE("pending", wait_for(&f.pending, 0));
	CHECK_TRUE("connections", wait_for(&f.connections, 0));
	CHECK_TRUE("the loop sleeps", f.turns - turns < 2500);
	/* A handshake that never ends, and bytes that are none. */
	int silent = client_open(&f), plain = client_open(&f);
	client_say(plain, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
	CHECK_TRUE("no TLS", client_sees_close(plain, 1000));
	CHECK_TRUE("no handshake", client_sees_close(silent, 4000));
	close(silent);
	close(plain);
	fixture_stop(&f);
	mem_free(id);
	check_end();
}

static void test_bad_identity(void **state)
{
	UNUSED(state);
	struct identity *good = identity_make(), *other = identity_make();
	const struct {
		const char *name, *cert, *key;
	} T[] = {
		{ "no certificate", "x", good->key },
		{ "no key", good->cert, "x" },
		{ "another key", good->cert, other->key },
		{ "only a certificate", good->cert, NULL },
		{ "only a key", NULL, good->key },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		struct http_options o = fixture_options();
		struct fixture f;
		o.tls_cert_pem = T[i].cert;
		o.tls_key_pem = T[i].key;
		CHECK_TRUE(T[i].name, !fixture_start(&f, &o));
		CHECK_INT(T[i].name, f.error.code, ERR_CONFIG);
		print_message("%s: %s\n", T[i].name, f.error.message);
	}
	mem_free(good);
	mem_free(other);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_large_answers),
		cmocka_unit_test(test_vanish),
		cmocka_unit_test(test_bad_identity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * proc - starting PostgreSQL's programs.
 *
 * Between fork and exec the child only makes system calls. What goes wrong there comes back through
 * a pipe that exec closes. The environment is small and fixed, so that PGDATA, PGPORT or a locale
 * of the user's do not change what the server does; the MALLOC_ settings keep a backend from giving
 * its heap back to the kernel after each statement.
 */
#include "pg/embedded_int.h"

#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 5, FD_MIN = 3 };

struct child {
	const struct proc *p;
	char **argv, **env;
	pid_t parent;
	int output, report;
};

static char *writable(struct arena *a, const char *z)
{
	size_t n = strlen(z) + 1;
	char *p = arena_alloc(a, n, 1);
	memcpy(p, z, n);
	return p;
}

static char **build_env(struct arena *a)
{
	static const char *const FIXED[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
		"MALLOC_TRIM_THRESHOLD_=16777216", "MALLOC_TOP_PAD_=4194304",
		"MALLOC_MMAP_THRESHOLD_=16777216" };
	static const char *const KEPT[] = { "LD_LIBRARY_PATH", "TMPDIR" };
	struct {
		VEC(char *);
	} v = { 0 };
	for (size_t i = 0; i < COUNT(FIXED); i++)
		*vec_push(a, &v) = writable(a, FIXED[i]);
	for (size_t i = 0; i < COUNT(KEPT); i++) {
		const char *value = getenv(KEPT[i]);
		if (value)
			*vec_push(a, &v) = writable(a, str_printf(a, "%s=%s", KEPT[i], value).p);
	}
	*vec_push(a, &v) = NULL;
	return v.at;
}

static char **copy_argv(struct arena *a, const char *const *argv)
{
	size_t n = 0;
	while (argv[n])
		n++;
	char **out = arena_array(a, char *, n + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = writable(a, argv[i]);
	return out;
}

static bool become_user(const struct proc *p)
{
	return !p->drop ||
		(setgroups(1, &p->gid) == 0 && setgid(p->gid) == 0 && setuid(p->uid) == 0);
}

/* In the child; returns only to say that it failed. */
static void child_exec(const struct child *c)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	int null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(c->output, 1) < 0 || dup2(c->output, 2) < 0)
		return;
	if (!become_user(c->p) || chdir("/") != 0)
		return;
	/* Changing the user clears this, so it comes after; our parent may have died meanwhile. */
	if (c->p->dies_with_us && prctl(PR_SET_PDEATHSIG, SIGINT) != 0)
		return;
	if (c->p->dies_with_us && getppid() != c->parent)
		return;
	execve(c->argv[0], c->argv, c->env);
}

static bool fork_child(struct child *c, int pipe_read, pid_t *out, struct err *e)
{
	c->parent = getpid();
	pid_t pid = fork();
	if (pid < 0)
		return err_errno(e, ERR_IO, "fork for", c->argv[0]);
	if (pid == 0) {
		child_exec(c);
		int why = errno;
		while (write(c->report, &why, sizeof why) < 0 && errno == EINTR)
			;
		for (;;) /* a copy of a program has no business in its exit handlers */
			kill(getpid(), SIGKILL);
	}
	close(c->report);
	c->report = -1;
	int why = 0;
	ssize_t n;
	while ((n = read(pipe_read, &why, sizeof why)) < 0 && errno == EINTR)
		;
	if (n == 0) {
		*out = pid;
		return true;
	}
	waitpid(pid, NULL, 0);
	errno = why;
	return err_errno(e, ERR_IO, "run", c->argv[0]);
}

bool proc_start(struct arena *a, const struct proc *p, pid_t *out, struct err *e)
{
	int fds[2];
	struct child c = { .p = p, .argv = copy_argv(a, p->argv), .env = build_env(a) };
	c.output = open(p->output, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (c.output < 0)
		return err_errno(e, ERR_IO, "open", p->output);
	if (p->drop && fchown(c.output, p->uid, p->gid) != 0) {
		err_errno(e, ERR_IO, "chown", p->output);
		close(c.output);
		return false;
	}
	if (pipe2(fds, O_CLOEXEC) != 0) {
		err_errno(e, ERR_IO, "pipe for", p->argv[0]);
		close(c.output);
		return false;
	}
	c.report = fds[1];
	bool ok = fork_child(&c, fds[0], out, e);
	if (c.report >= 0)
		close(c.report);
	close(fds[0]);
	close(c.output);
	return ok;
}

void proc_sleep_ms(unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
	nanosleep(&t, NULL);
}

bool proc_wait(pid_t pid, unsigned ms, int *status)
{
	for (unsigned waited = 0;; waited += POLL_MS) {
		pid_t got = waitpid(pid, status, WNOHANG);
		if (got == pid || (got < 0 && errno != EINTR))
			return true;
		if (waited >= ms)
			return false;
		proc_sleep_ms(POLL_MS);
	}
}

/*
 * place - where the embedded server lives: user, directories, lock, binaries.
 *
 *     state/            the project's directory, or /var/lib/fraiseql/<hash> (see below)
 *       lock            flock()ed by the process that runs the server; its pid inside
 *       postgres.log
 *       data/           PostgreSQL's, mode 0700
 *       run/            the socket, mode 0700; or elsewhere when the path is too long for a socket
 *
 * PostgreSQL refuses to run as root. Started by root, the server runs as whoever owns the data
 * already, else as `postgres`, else as `nobody`; that user must be able to reach the directory.
 * Below a home directory of mode 0700 it can't: then the state lives outside (outside.c).
 */
#include "pg/embedded_int.h"

#include "base/num.h"
#include "ev/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SOCKET_PATH_MAX = 107, /* of sockaddr_un */
	SOCKET_NAME = 19,      /* "/.s.PGSQL.5432.lock" */
	VERSION_MIN = 15,
	LOG_MAX = 16 << 20,
};

static const char PACKAGES[] = "/usr/lib/postgresql";

/* ---- small things ---- */

static const char *join(const struct embedded *s, const char *dir, const char *name)
{
	return str_printf(s->arena, "%s/%s", dir, name).p;
}

const char *place_hash(struct arena *a, const char *path)
{
	uint64_t hash = str_hash(str_from(path), 0x66726169);
	return str_printf(a, "%016llx", (unsigned long long)hash).p;
}

/* By descriptors: its owner may replace directories by links meanwhile. */
static bool remove_at(int dir, const char *name, dev_t device, unsigned depth)
{
	struct stat st;
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR || depth == 0)
		return false;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = fstat(fd, &st) == 0;
	if (ok && device && st.st_dev != device) {
		ok = false;
		errno = EXDEV;
	}
	DIR *d = ok ? fdopendir(fd) : NULL;
	struct dirent *entry;
	while (ok && d && (entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			ok = remove_at(fd, entry->d_name, st.st_dev, depth - 1);
	int failed = errno;
	if (d)
		closedir(d);
	else
		close(fd);
	errno = failed;
	return ok && d && unlinkat(dir, name, AT_REMOVEDIR) == 0;
}

bool place_remove_tree(const char *path)
{
	enum { DEPTH = 64 };
	return remove_at(AT_FDCWD, path, 0, DEPTH);
}

bool place_own_dir(const struct embedded *s, const char *path, unsigned mode, struct err *e)
{
	struct stat st;
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return err_errno(e, ERR_IO, "make directory", path);
	if (lstat(path, &st) != 0)
		return err_errno(e, ERR_IO, "look at", path);
	bool ours = st.st_uid == s->uid || st.st_uid == geteuid();
	if (!S_ISDIR(st.st_mode) || !ours)
		return err_set(e, ERR_CONFIG, "%s is not a directory of the server's user", path);
	if (s->as_root && lchown(path, s->uid, s->gid) != 0)
		return err_errno(e, ERR_IO, "chown", path);
	if (chmod(path, mode) != 0)
		return err_errno(e, ERR_IO, "chmod", path);
	return true;
}

/* ---- user and state directory ---- */

static bool may_enter(const struct embedded *s, const struct stat *st)
{
	if (st->st_uid == s->uid)
		return st->st_mode & S_IXUSR;
	if (st->st_gid == s->gid)
		return st->st_mode & S_IXGRP;
	return st->st_mode & S_IXOTH;
}

/* Can the server's user come to `path` (absolute)? */
static bool is_reachable(const struct embedded *s, const char *path)
{
	str all = str_from(path);
	for (size_t i = 1; i <= all.n; i++) {
		struct stat st;
		if (i < all.n && path[i] != '/')
			continue;
		if (stat(str_z(s->arena, str_sub(all, 0, i)), &st) != 0 || !may_enter(s, &st))
			return false;
	}
	return true;
}

static bool find_user(struct embedded *s, const char *data, struct err *e)
{
	struct stat st;
	bool exists = stat(data, &st) == 0;
	s->uid = geteuid();
	s->gid = getegid();
	s->as_root = s->uid == 0;
	if (!s->as_root) {
		if (exists && st.st_uid != s->uid)
			return err_set(e, ERR_CONFIG, "%s belongs to another user", data);
		return true;
	}
	struct passwd *u = exists && st.st_uid != 0 ? getpwuid(st.st_uid) : getpwnam("postgres");
	if (!u)
		u = getpwnam("nobody");
	if (!u || u->pw_uid == 0)
		return err_set(e, ERR_CONFIG,
			"started by root, but there is neither a user "
			"\"postgres\" nor \"nobody\" to run the database server as");
	s->uid = u->pw_uid;
	s->gid = u->pw_gid;
	return true;
}

/* Root's project that the server's user can't reach. */
static bool move_state(struct embedded *s, const char *project, struct err *e)
{
	s->project = project;
	s->state_dir = outside_dir(s, project);
	if (!find_user(s, join(s, s->state_dir, "data"), e) || !file_mkdirs(s->state_dir, 0755, e))
		return false;
	if (!is_reachable(s, s->state_dir))
		return err_set(e, ERR_CONFIG, "the database server's user can't reach %s",
			s->state_dir);
	return true;
}

static bool find_state(struct embedded *s, struct err *e)
{
	const char *dir = s->options->dir;
	if (!file_mkdirs(dir, 0755, e))
		return false;
	char real[PATH_MAX];
	if (!realpath(dir, real))
		return err_errno(e, ERR_IO, "find", dir);
	s->state_dir = str_z(s->arena, str_from(real));
	if (!find_user(s, join(s, s->state_dir, "data"), e))
		return false;
	if (s->as_root && !is_reachable(s, s->state_dir) && !move_state(s, s->state_dir, e))
		return false;
	s->data_dir = join(s, s->state_dir, "data");
	s->log_path = join(s, s->state_dir, "postgres.log");
	s->lock_path = join(s, s->state_dir, "lock");
	return true;
}

/* ---- the lock ---- */

static bool take_lock(struct embedded *s, struct err *e)
{
	char pid[24] = "";
	int fd = open(s->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_errno(e, ERR_IO, "open", s->lock_path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		s->shared = errno == EWOULDBLOCK && s->options->share;
		if (s->shared) {
			close(fd);
			return true;
		}
		ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
		pid[MAX(n, 0)] = '\0';
		err_set(e, ERR_UNAVAILABLE,
			"the database in %s is in use by process %s; does fraiseql dev run there?",
			s->state_dir, pid[0] ? pid : "(unknown)");
		close(fd);
		return false;
	}
	s->lock_fd = fd;
	struct stat st;
	if (fstat(fd, &st) != 0 || st.st_nlink == 0) /* see outside_sweep */
		return err_set(e, ERR_UNAVAILABLE, "%s was dropped just now; start again",
			s->state_dir);
	str text = str_printf(s->arena, "%ld", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text.p, text.n, 0) != (ssize_t)text.n)
		return err_errno(e, ERR_IO, "write", s->lock_path);
	return true;
}

/* ---- the socket's directory ---- */

/* A path that fits into a socket address and that libpq and the server take without quoting. */
static bool fits_socket(const char *path)
{
	size_t n = strlen(path);
	return n + SOCKET_NAME <= SOCKET_PATH_MAX && strcspn(path, ", \"'\\\t\n") == n;
}

static bool find_socket_dir(struct embedded *s, struct err *e)
{
	const char *hash = place_hash(s->arena, s->state_dir), *runtime = getenv("XDG_RUNTIME_DIR");
	const char *tries[3] = { join(s, s->state_dir, "run") };
	size_t n = 1;
	if (!s->as_root && runtime && file_is_dir(runtime))
		tries[n++] = str_printf(s->arena, "%s/fraiseql-%s", runtime, hash).p;
	tries[n++] = str_printf(s->arena, "/tmp/fraiseql-%lu-%s", (unsigned long)s->uid, hash).p;
	for (size_t i = 0; i < n; i++) {
		s->socket_dir = tries[i];
		if (fits_socket(tries[i]))
			return place_own_dir(s, tries[i], 0700, e);
	}
	return err_set(e, ERR_CONFIG, "no directory with a path short enough for a Unix socket");
}

/* A log that has grown large starts again, keeping one predecessor. */
static void rotate_log(const struct embedded *s)
{
	struct stat st;
	if (lstat(s->log_path, &st) == 0 && st.st_size > LOG_MAX)
		rename(s->log_path, str_printf(s->arena, "%s.1", s->log_path).p);
}

bool place_find(struct embedded *s, struct err *e)
{
	if (!find_state(s, e) || !take_lock(s, e) || !find_socket_dir(s, e))
		return false;
	if (!s->shared)
		rotate_log(s);
	return true;
}

/* ---- binaries ---- */

static bool has_binaries(const struct embedded *s, const char *dir)
{
	return access(join(s, dir, "postgres"), X_OK) == 0 &&
		access(join(s, dir, "initdb"), X_OK) == 0;
}

/* The data directory's major version, 0 when there is none. */
static uint64_t data_version(const struct embedded *s)
{
	str text;
	struct err ignored;
	uint64_t v = 0;
	if (!file_read(s->arena, join(s, s->data_dir, "PG_VERSION"), 64, &text, &ignored))
		return 0;
	return num_u64(str_trim(text), &v) ? v : 0;
}

/* The newest of Debian's installed versions, or `want` if that is not 0; NULL when there is none.
 */
static const char *find_package(const struct embedded *s, uint64_t want)
{
	DIR *d = opendir(PACKAGES);
	const char *best = NULL;
	uint64_t best_version = 0, v;
	struct dirent *entry;
	while (d && (entry = readdir(d)) != NULL) {
		if (!num_u64(str_from(entry->d_name), &v) || v < VERSION_MIN || (want && v != want))
			continue;
		const char *dir = str_printf(s->arena, "%s/%s/bin", PACKAGES, entry->d_name).p;
		if (v > best_version && has_binaries(s, dir)) {
			best = dir;
			best_version = v;
		}
	}
	if (d)
		closedir(d);
	return best;
}

static const char *find_in_path(const struct embedded *s)
{
	str rest = str_from(getenv("PATH"));
	while (rest.n > 0) {
		const char *dir = str_z(s->arena, str_split(&rest, ':'));
		if (dir[0] == '/' && has_binaries(s, dir))
			return dir;
	}
	return NULL;
}

bool place_find_binaries(struct embedded *s, struct err *e)
{
	uint64_t want = data_version(s);
	s->bin_dir = s->options->bin_dir ? s->options->bin_dir : find_package(s, want);
	if (!s->bin_dir)
		s->bin_dir = find_in_path(s);
	if (s->bin_dir && has_binaries(s, s->bin_dir))
		return true;
	if (want)
		return err_set(e, ERR_CONFIG,
			"%s needs PostgreSQL %u; install it (Debian: postgresql-%u) or remove the directory",
			s->data_dir, (unsigned)want, (unsigned)want);
	return err_set(e, ERR_CONFIG,
		"PostgreSQL's server is not installed (Debian: apt install "
		"postgresql), and no database URL is configured");
}

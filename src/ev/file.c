/* file - whole files and directories. */
#include "ev/file.h"

#include "base/buf.h"
#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, struct arena *a, const char *path, size_t limit, str *out,
	struct err *e)
{
	struct buf b = buf_on(a);
	for (;;) {
		buf_reserve(&b, 65536);
		ssize_t n = read(fd, b.p + b.n, b.cap - b.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, ERR_IO, "read", path);
		if (n == 0)
			break;
		b.n += (size_t)n;
		if (b.n > limit)
			return err_set(e, ERR_TOO_LARGE, "%s is larger than %zu bytes", path,
				limit);
	}
	*out = buf_str(&b);
	return true;
}

bool file_read_stdin(struct arena *a, size_t limit, str *out, struct err *e)
{
	return read_all(STDIN_FILENO, a, "standard input", limit, out, e);
}

bool file_read(struct arena *a, const char *path, size_t limit, str *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, ERR_IO, "open", path);
	bool ok = read_all(fd, a, path, limit, out, e);
	close(fd);
	return ok;
}

static bool write_all(int fd, str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			s = str_sub(s, (size_t)n, s.n);
	}
	return true;
}

bool file_write(const char *path, str text, struct err *e)
{
	struct arena *a = arena_open(0);
	const char *temp = str_printf(a, "%s.%d.tmp", path, (int)getpid()).p;
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	ok = ok && rename(temp, path) == 0;
	if (!ok) {
		err_errno(e, ERR_IO, "write", path);
		if (fd >= 0)
			unlink(temp);
	}
	arena_close(a);
	return ok;
}

bool file_mkdirs(const char *path, unsigned mode, struct err *e)
{
	struct arena *a = arena_open(0);
	str whole = str_from(path);
	bool ok = true;
	for (size_t i = 1; ok && i <= whole.n; i++) {
		if (i < whole.n && path[i] != '/')
			continue;
		const char *part = str_z(a, str_sub(whole, 0, i));
		ok = mkdir(part, (mode_t)mode) == 0 || errno == EEXIST ||
			err_errno(e, ERR_IO, "create directory", part);
	}
	arena_close(a);
	return ok && (file_is_dir(path) || err_set(e, ERR_IO, "%s is not a directory", path));
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

str file_join(struct arena *a, str dir, str name)
{
	if (dir.n == 0 || str_eq(dir, S(".")) || str_starts(name, S("/")))
		return name;
	bool slash = str_ends(dir, S("/"));
	return str_printf(a, "%.*s%s%.*s", STR_ARG(dir), slash ? "" : "/", STR_ARG(name));
}

str file_absolute(struct arena *a, str path)
{
	char here[PATH_MAX];
	if (str_starts(path, S("/")) || !getcwd(here, sizeof here))
		return path;
	str cwd = str_dup(a, str_from(here));
	return str_eq(path, S(".")) ? cwd : file_join(a, cwd, path);
}

str file_dir(str path)
{
	for (size_t i = path.n; i-- > 0;)
		if (path.p[i] == '/')
			return str_sub(path, 0, i ? i : 1);
	return S(".");
}

struct paths {
	VEC(str);
};

static bool list_into(struct arena *a, str dir, str suffix, struct paths *out, unsigned depth,
	struct err *e)
{
	const char *path = str_z(a, dir);
	DIR *d = depth < 32 ? opendir(path) : NULL;
	if (!d)
		return err_errno(e, ERR_IO, "read directory", path);
	bool ok = true;
	for (struct dirent *entry; ok && (entry = readdir(d));) {
		str name = str_from(entry->d_name);
		if (name.p[0] == '.')
			continue;
		str full = file_join(a, dir, str_dup(a, name));
		if (file_is_dir(str_z(a, full)))
			ok = list_into(a, full, suffix, out, depth + 1, e);
		else if (str_ends(name, suffix))
			*vec_push(a, out) = full;
	}
	closedir(d);
	return ok;
}

static int by_name(const void *x, const void *y)
{
	const str *a = x, *b = y;
	return str_cmp(*a, *b);
}

bool file_list(struct arena *a, str dir, str suffix, str **paths, size_t *n, struct err *e)
{
	struct paths found = { 0 };
	if (!list_into(a, dir, suffix, &found, 0, e))
		return false;
	if (found.n)
		qsort(found.at, found.n, sizeof *found.at, by_name);
	*paths = found.at;
	*n = found.n;
	return true;
}

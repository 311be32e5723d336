/*
 * outside - a server's state outside of its project, in /var/lib/fraiseql/<hash of the project>.
 *
 * It belongs to the note `location` in the project's directory. The file `project` beside the data
 * is its mark: the path of that directory, and the mount that it is in. When the note is gone the
 * data are dropped: by the next start of that project, or of another one.
 *
 *     project:  ~root/shop/.fraiseql/postgres (as an absolute path)
 *               <file system> <inode of its root> <mount point>
 *
 * Only what is certainly ours is deleted: a directory of root's with our mark and the name that
 * follows from it, whose lock we hold, without a server. A note is certainly gone when it is not
 * there, and its place is in the same mount as it was: a disk that is not mounted is no deleted
 * project.
 */
#include "pg/embedded_int.h"

#include "ev/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { MARK_MAX = 16384, NOTE_MAX = 8192 };

static const char *outside(const struct embedded *s)
{
	return s->options->outside ? s->options->outside : "/var/lib/fraiseql";
}

const char *outside_dir(const struct embedded *s, const char *project)
{
	return str_printf(s->arena, "%s/%s", outside(s), place_hash(s->arena, project)).p;
}

/* ---- whether a note is gone ---- */

static const char *note_of(struct arena *a, const char *project)
{
	return str_printf(a, "%s/location", project).p;
}

static int look(const char *path, struct statx *out)
{
	return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_MNT_ID, out);
}

/*
 * The mount that `path`, or the nearest directory above it that is there, is in: file system, inode
 * of its root, mount point. False when that can't be told.
 */
static bool find_mount(struct arena *a, const char *path, str *out)
{
	struct statx at, up;
	struct statfs fs;
	str p = str_from(path);
	while (look(str_z(a, p), &at) != 0) {
		if (errno != ENOENT || p.n < 2)
			return false;
		p = file_dir(p);
	}
	if (!(at.stx_mask & STATX_MNT_ID))
		return false;
	for (str above = file_dir(p); p.n > 1; p = above, above = file_dir(p), at = up) {
		if (look(str_z(a, above), &up) != 0)
			return false;
		if (up.stx_mnt_id != at.stx_mnt_id)
			break;
	}
	if (statfs(str_z(a, p), &fs) != 0)
		return false;
	uint64_t id;
	static_assert(sizeof id == sizeof fs.f_fsid, "two ints");
	memcpy(&id, &fs.f_fsid, sizeof id);
	*out = str_printf(a, "%016llx %llu %.*s", (unsigned long long)id,
		(unsigned long long)at.stx_ino, STR_ARG(p));
	return true;
}

struct mark {
	str project, mount;
};

static bool note_is_gone(struct arena *a, const struct mark *m)
{
	struct stat st;
	str mount;
	const char *note = note_of(a, str_z(a, m->project));
	return lstat(note, &st) != 0 && errno == ENOENT && find_mount(a, note, &mount) &&
		str_eq(mount, m->mount);
}

/* ---- whose a directory is ---- */

/* A directory, or a file, of root's that nobody else can change. */
static bool is_roots(const char *path, mode_t type)
{
	struct stat st;
	return lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == type && st.st_uid == 0 &&
		(st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool read_mark(struct arena *a, const char *dir, struct mark *out)
{
	str text;
	struct err ignored;
	const char *path = str_printf(a, "%s/project", dir).p;
	if (!is_roots(dir, S_IFDIR) || !is_roots(path, S_IFREG) ||
		!file_read(a, path, MARK_MAX, &text, &ignored))
		return false;
	out->project = str_split(&text, '\n');
	out->mount = str_split(&text, '\n');
	return out->project.n > 0 && out->mount.n > 0;
}

static bool write_mark(struct embedded *s, struct err *e)
{
	str mount = S("unknown"); /* then the data outlive their project */
	(void)find_mount(s->arena, s->project, &mount);
	const char *path = str_printf(s->arena, "%s/project", s->state_dir).p;
	return file_write(path, str_printf(s->arena, "%s\n%.*s\n", s->project, STR_ARG(mount)), e);
}

/* ---- dropping ---- */

/* Mark and lock stay: when this ends half-way, the next start goes on. */
static bool drop_data(struct arena *a, const char *dir, struct err *e)
{
	static const char *const NAMES[] = { "data", "data.new", "postgres.log.1", "postgres.log" };
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		const char *path = str_printf(a, "%s/%s", dir, NAMES[i]).p;
		if (!place_remove_tree(path))
			return err_errno(e, ERR_IO, "remove", path);
	}
	return true;
}

static void drop_locked(struct embedded *s, const char *dir, const struct mark *m)
{
	static const char *const NAMES[] = { "run", "lock", "project" };
	struct err e;
	str text = str_printf(s->arena, "dropping %s: %.*s is gone", dir, STR_ARG(m->project));
	embedded_tell(s, text.p);
	if (!drop_data(s->arena, dir, &e)) {
		embedded_tell(s, e.message);
		return;
	}
	for (size_t i = 0; i < COUNT(NAMES); i++)
		place_remove_tree(str_printf(s->arena, "%s/%s", dir, NAMES[i]).p);
	rmdir(dir); /* not when there is something that is not ours */
}

/* A process of that number may be a server, here or in another container. */
static bool may_have_server(struct embedded *s, const char *dir)
{
	struct embedded other = { .arena = s->arena,
		.data_dir = str_printf(s->arena, "%s/data", dir).p };
	pid_t pid = embedded_pid_in_file(&other);
	return pid != 0 && (kill(pid, 0) == 0 || errno != ESRCH);
}

static void sweep_one(struct embedded *s, const char *dir)
{
	struct mark m;
	struct arena *a = s->arena;
	if (!read_mark(a, dir, &m) || strcmp(outside_dir(s, str_z(a, m.project)), dir) != 0 ||
		!note_is_gone(a, &m))
		return;
	int fd = open(str_printf(a, "%s/lock", dir).p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		0644);
	if (fd < 0)
		return;
	/* The note is written by who holds the lock. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && note_is_gone(a, &m) && !may_have_server(s, dir))
		drop_locked(s, dir, &m);
	close(fd);
}

void outside_sweep(struct embedded *s)
{
	struct stat st;
	DIR *d = NULL;
	if (s->as_root && stat(outside(s), &st) == 0 && st.st_uid == 0 &&
		(st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		d = opendir(outside(s));
	struct dirent *entry;
	while (d && (entry = readdir(d)) != NULL)
		sweep_one(s, str_printf(s->arena, "%s/%s", outside(s), entry->d_name).p);
	if (d)
		closedir(d);
}

/* ---- the project's own ---- */

/* Does the project's note name its directory? Fails: ERR_IO, when that can't be told. */
static bool read_note(const struct embedded *s, bool *names_us, struct err *e)
{
	str text;
	const char *note = note_of(s->arena, s->project);
	*names_us = false;
	if (!file_exists(note) && errno == ENOENT)
		return true;
	if (!file_read(s->arena, note, NOTE_MAX, &text, e))
		return false;
	*names_us = str_eq(str_trim(text), str_from(s->state_dir));
	return true;
}

bool outside_settle(struct embedded *s, struct err *e)
{
	bool named;
	struct mark m;
	struct arena *a = s->arena;
	if (!s->project)
		return true;
	if (!read_note(s, &named, e))
		return false;
	bool marked = read_mark(a, s->state_dir, &m);
	if (marked && !str_eq(m.project, str_from(s->project)))
		return err_set(e, ERR_CONFIG, "%s belongs to another project, %.*s", s->state_dir,
			STR_ARG(m.project));
	if (marked && !named && file_exists(s->data_dir)) {
		str text = str_printf(a, "dropping the data in %s: %s does not name them",
			s->state_dir, note_of(a, s->project));
		embedded_tell(s, text.p);
		if (!drop_data(a, s->state_dir, e))
			return false;
	}
	if (!write_mark(s, e))
		return false;
	str text = str_printf(a, "%s\n", s->state_dir);
	return named || file_write(note_of(a, s->project), text, e);
}

/* pg/embedded_int.h - what the files of the embedded server share. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "pg/embedded.h"

#include <sys/types.h>

struct embedded {
	struct arena *arena;
	const struct embedded_options *options; /* during the start */
	const char *state_dir, *data_dir, *log_path, *lock_path, *socket_dir, *bin_dir, *conninfo;
	const char *project; /* when the state is outside of it; else NULL */
	uid_t uid;           /* of the server */
	gid_t gid;
	bool as_root; /* we are root, the server is not */
	bool shared;  /* another process holds the lock and runs the server */
	int lock_fd;
	pid_t pid; /* 0: not running */
};

void embedded_tell(const struct embedded *s, const char *text);
/* The process in the data directory's postmaster.pid, 0 when there is none. */
pid_t embedded_pid_in_file(const struct embedded *s);

/* place.c */
/* The user, the directories, the lock. Fails: ERR_CONFIG, ERR_IO, ERR_UNAVAILABLE (locked). */
MUST_USE bool place_find(struct embedded *s, struct err *e);
/* The directory of the binaries, of the data directory's version if there is one. Fails:
 * ERR_CONFIG. */
MUST_USE bool place_find_binaries(struct embedded *s, struct err *e);
/* A directory of mode `mode` that belongs to the server's user. Fails: ERR_IO. */
MUST_USE bool place_own_dir(const struct embedded *s, const char *path, unsigned mode,
	struct err *e);
/* Deletes a file, or a directory with all that is in it on its file system; missing is true. False,
 * with errno, when something stays. */
bool place_remove_tree(const char *path);
const char *place_hash(struct arena *a, const char *path);

/* outside.c */
/* Where the state of a project lives that the server's user can't reach. */
const char *outside_dir(const struct embedded *s, const char *project);
/* State outside of the project that its note does not name is dropped; then the note names it. Does
 * nothing when it is inside. Needs the lock. Fails: ERR_CONFIG (another project's), ERR_IO. */
MUST_USE bool outside_settle(struct embedded *s, struct err *e);
/* Drops what projects that are certainly gone have left outside. */
void outside_sweep(struct embedded *s);

/* proc.c */
struct proc {
	const char *const *argv; /* [0] is the path */
	uid_t uid;
	gid_t gid;
	bool drop;          /* change to uid and gid */
	bool dies_with_us;  /* SIGINT when the calling thread ends */
	const char *output; /* file for stdout and stderr, appended to */
};
/* Starts a program in a session of its own with a small environment. Fails: ERR_IO. */
MUST_USE bool proc_start(struct arena *a, const struct proc *p, pid_t *out, struct err *e);
/* Waits up to `ms`; true when it has ended, with its wait status in *status. */
bool proc_wait(pid_t pid, unsigned ms, int *status);
void proc_sleep_ms(unsigned ms);

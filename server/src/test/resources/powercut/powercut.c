/*
 * A disk that can lose its power. Preloaded (LD_PRELOAD) into a process, it watches what that process does
 * to the files below $POWERCUT_DIR and remembers how to take back everything that was not yet synced:
 *
 *   - what stood in each 4 KiB page before it was first written after the file's last fsync or fdatasync,
 *   - the length that the file had then,
 *   - each creation, renaming and deletion of a name since the last fsync of its directory.
 *
 * $POWERCUT_CONTROL is a file of int64s that the test and this library share through memory (struct
 * control). When `armed` is set, each further watched operation lowers `countdown`; the one that brings it to 0
 * is the cut: pages, lengths and names that were not synced are taken back or left as chance has it, and the
 * process is killed (-9) while every other thread that comes to the disk waits. Nothing here needs the real
 * disk to sync, and it is not asked to.
 *
 * What is not watched: what is written through mapped memory (the kernel may or may not have written it, so
 * it stays), through stdio, and new directories (they stay).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096
#define SECTOR 512
#define FDS 65536

struct control {
  int64_t armed;       /* 1: a cut is wanted */
  int64_t countdown;
  int64_t seed;
  int64_t keep;        /* percent of the unsynced pages and sectors that stay */
  int64_t fail_sync;   /* 1: instead of a cut, the sync that comes next fails, and its pages are lost */
  int64_t lie;         /* 1: syncs are answered and not done */
  int64_t operations, syncs, cuts, pages_lost, names_lost; /* counted, for the test to read */
};

struct page { int64_t number; struct page *next; int known; char before[PAGE]; };

struct inode {
  dev_t dev;
  ino_t ino;
  int fd;         /* our own: the file can be changed whatever its name, and its number is not used again */
  int64_t length; /* when last synced */
  struct page *index[4096]; /* what is not synced, by page number */
  struct inode *next;
};

enum kind { CREATED, RENAMED, DELETED };
struct change { enum kind kind; char dir[PATH_MAX], name[PATH_MAX], from[PATH_MAX], saved[PATH_MAX]; struct change *next; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static char root[PATH_MAX];
static struct inode *inodes;
static struct change *changes; /* newest first */
static struct inode *watched[FDS];
static char *directories[FDS];
static int graves;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_link)(const char *, const char *);

__attribute__((constructor)) static void begin(void) {
  real_open = dlsym(RTLD_NEXT, "open64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_link = dlsym(RTLD_NEXT, "link");
  const char *dir = getenv("POWERCUT_DIR"), *shared = getenv("POWERCUT_CONTROL");
  if (!dir || !shared) return;
  int fd = real_open(shared, O_RDWR);
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  real_close(fd);
  if (at == MAP_FAILED) return;
  strncpy(root, dir, sizeof root - 1);
  control = at;
}

static void die(const char *what, const char *about) {
  fprintf(stderr, "powercut: %s %s: %s\n", what, about, strerror(errno));
  kill(getpid(), SIGABRT);
}

static int below(const char *path) {
  return control && path && strncmp(path, root, strlen(root)) == 0;
}

static uint64_t chance(uint64_t below) {
  uint64_t x = (uint64_t) control->seed + 0x9E3779B97F4A7C15ull; /* splitmix64 */
  control->seed = (int64_t) x;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return (x ^ (x >> 31)) % below;
}

static int stays(void) { return (int64_t) chance(100) < control->keep; }

/* ---- contents ---- */

static struct inode *inode_of(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return NULL;
  for (struct inode *i = inodes; i; i = i->next)
    if (i->ino == st.st_ino && i->dev == st.st_dev) return i;
  struct inode *made = calloc(1, sizeof *made);
  char self[64];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  made->fd = real_open(self, O_RDWR | O_CLOEXEC);
  if (made->fd < 0) die("cannot reopen", self);
  made->dev = st.st_dev;
  made->ino = st.st_ino;
  made->length = st.st_size;
  made->next = inodes;
  inodes = made;
  return made;
}

static void remember_page(struct inode *i, int64_t number) {
  struct page **slot = &i->index[number % 4096];
  for (struct page *p = *slot; p; p = p->next)
    if (p->number == number) return;
  int known = number * PAGE < i->length;
  /* Behind the synced end there was nothing: such pages need no copy. */
  struct page *p = calloc(1, known ? sizeof *p : offsetof(struct page, before));
  p->number = number;
  p->known = known;
  if (known && pread(i->fd, p->before, PAGE, number * PAGE) < 0) die("cannot read", "a page");
  p->next = *slot;
  *slot = p;
}

static void remember(struct inode *i, int64_t from, int64_t to) {
  for (int64_t n = from / PAGE; n * PAGE < to; n++) remember_page(i, n);
}

static void forget(struct inode *i) {
  for (int s = 0; s < 4096; s++) {
    while (i->index[s]) {
      struct page *p = i->index[s];
      i->index[s] = p->next;
      free(p);
    }
  }
  struct stat st;
  if (fstat(i->fd, &st) != 0) die("cannot stat", "a file");
  i->length = st.st_size;
}

static void take_back_page(struct inode *i, struct page *p, int64_t now, int all) {
  static const char zeros[SECTOR];
  int by_sector = !all && chance(2);
  int whole = !all && stays();
  for (int at = 0; at < PAGE; at += SECTOR) {
    int64_t place = p->number * PAGE + at;
    if ((by_sector ? stays() : whole) || place >= now) continue;
    int64_t size = now - place < SECTOR ? now - place : SECTOR;
    if (real_pwrite(i->fd, p->known ? p->before + at : zeros, size, place) != size) die("cannot write", "a page");
  }
  control->pages_lost++;
}

static void take_back(struct inode *i) {
  struct stat st;
  if (fstat(i->fd, &st) != 0) return;
  int64_t now = st.st_size;
  /* A file that was cut short is that, or whole again, and nothing between. */
  int whole = now < i->length && !stays();
  if (whole && real_ftruncate(i->fd, now = i->length) != 0) die("cannot lengthen", "a file");
  for (int s = 0; s < 4096; s++)
    for (struct page *p = i->index[s]; p; p = p->next) take_back_page(i, p, now, whole);
  if (now > i->length && !stays() && real_ftruncate(i->fd, i->length + (int64_t) chance(now - i->length + 1)) != 0)
    die("cannot shorten", "a file");
}

/* ---- names ---- */

static void parent(const char *path, char *dir) {
  strcpy(dir, path);
  char *slash = strrchr(dir, '/');
  if (slash) *slash = 0;
}

static struct change *changed(enum kind kind, const char *name) {
  struct change *c = calloc(1, sizeof *c);
  c->kind = kind;
  strcpy(c->name, name);
  parent(name, c->dir);
  c->next = changes;
  changes = c;
  return c;
}

/* A second name for a file that is about to lose its own. */
static void bury(const char *path, char *saved) {
  if (snprintf(saved, PATH_MAX, "%s.powercut-%d-%d", root, (int) getpid(), graves++) >= PATH_MAX) die("too long a name", path);
  if (real_link(path, saved) != 0) *saved = 0;
}

static void names_synced(const char *dir) {
  for (struct change **at = &changes; *at;) {
    struct change *c = *at;
    if (strcmp(c->dir, dir) == 0) {
      if (*c->saved) real_unlink(c->saved);
      *at = c->next;
      free(c);
    } else {
      at = &c->next;
    }
  }
}

/* A journal keeps names in their order: the newest are lost first. */
static void take_back_names(void) {
  int count = 0;
  for (struct change *c = changes; c; c = c->next) count++;
  int lost = count == 0 || control->keep == 100 ? 0 : control->keep == 0 ? count : (int) chance(count + 1);
  control->names_lost += lost;
  for (struct change *c = changes; c; c = c->next) {
    if (lost-- > 0) {
      if (c->kind == RENAMED) real_rename(c->name, c->from);
      if (c->kind == CREATED) real_unlink(c->name);
      if (*c->saved) real_rename(c->saved, c->name);
    } else if (*c->saved) {
      real_unlink(c->saved);
    }
  }
}

/* ---- the cut ---- */

static void cut(void) {
  for (struct inode *i = inodes; i; i = i->next) take_back(i);
  take_back_names();
  control->cuts++;
  control->armed = 0;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Each watched operation begins here, with the lock, and ends with leave(). */
static void enter(void) {
  pthread_mutex_lock(&lock);
  control->operations++;
  if (control->armed && --control->countdown == 0) cut();
}

static void leave(void) {
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
}

static int opened(int fd, const char *path, int flags) {
  struct stat st;
  if (fd < 0 || fd >= FDS || fstat(fd, &st) != 0) return fd;
  if (S_ISDIR(st.st_mode)) {
    directories[fd] = strdup(path);
    size_t end = strlen(path);
    if (end > 1 && path[end - 1] == '/') directories[fd][end - 1] = 0;
  } else if ((flags & O_ACCMODE) != O_RDONLY) {
    watched[fd] = inode_of(fd);
  }
  return fd;
}

static int watch_open(const char *path, int flags, mode_t mode) {
  enter();
  int created = (flags & O_CREAT) && access(path, F_OK) != 0;
  if ((flags & O_TRUNC) && !created) {
    int before = real_open(path, O_RDWR | O_CLOEXEC);
    struct stat st;
    if (before >= 0 && fstat(before, &st) == 0) {
      struct inode *i = inode_of(before);
      if (i) remember(i, 0, st.st_size);
      real_close(before);
    }
  }
  int fd = real_open(path, flags, mode);
  if (fd >= 0 && created) changed(CREATED, path);
  opened(fd, path, flags);
  leave();
  return fd;
}

int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return below(path) ? watch_open(path, flags, mode) : real_open(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return below(path) ? watch_open(path, flags, mode) : real_open(path, flags, mode);
}

int close(int fd) {
  if (control && fd >= 0 && fd < FDS && (watched[fd] || directories[fd])) {
    pthread_mutex_lock(&lock);
    watched[fd] = NULL;
    free(directories[fd]);
    directories[fd] = NULL;
    pthread_mutex_unlock(&lock);
  }
  return real_close(fd);
}

static int is_watched(int fd) { return control && fd >= 0 && fd < FDS && watched[fd]; }

ssize_t write(int fd, const void *bytes, size_t size) {
  if (!is_watched(fd)) return real_write(fd, bytes, size);
  enter();
  int append = fcntl(fd, F_GETFL) & O_APPEND;
  off_t at = lseek(fd, 0, append ? SEEK_END : SEEK_CUR);
  remember(watched[fd], at, at + (off_t) size);
  ssize_t done = real_write(fd, bytes, size);
  leave();
  return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_watched(fd)) return real_writev(fd, parts, count);
  enter();
  off_t size = 0;
  for (int i = 0; i < count; i++) size += (off_t) parts[i].iov_len;
  off_t at = lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
  remember(watched[fd], at, at + size);
  ssize_t done = real_writev(fd, parts, count);
  leave();
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at) {
  if (!is_watched(fd)) return real_pwrite(fd, bytes, size, at);
  enter();
  remember(watched[fd], at, at + (off_t) size);
  ssize_t done = real_pwrite(fd, bytes, size, at);
  leave();
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

int ftruncate64(int fd, off_t length) {
  if (!is_watched(fd)) return real_ftruncate(fd, length);
  enter();
  struct stat st;
  if (fstat(fd, &st) == 0 && st.st_size > length) remember(watched[fd], length, st.st_size);
  int done = real_ftruncate(fd, length);
  leave();
  return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int watch_sync(int fd) {
  enter();
  control->syncs++;
  int failed = 0;
  if (control->fail_sync && watched[fd]) {
    control->fail_sync = 0;
    take_back(watched[fd]); /* as Linux does: the pages are gone, and no later sync says so again */
    forget(watched[fd]);
    errno = EIO;
    failed = -1;
  } else if (!control->lie) {
    if (watched[fd]) forget(watched[fd]);
    if (directories[fd]) names_synced(directories[fd]);
  }
  leave();
  return failed;
}

static int is_ours(int fd) { return control && fd >= 0 && fd < FDS && (watched[fd] || directories[fd]); }

int fsync(int fd) { return is_ours(fd) ? watch_sync(fd) : real_fsync(fd); }

int fdatasync(int fd) { return is_ours(fd) ? watch_sync(fd) : real_fdatasync(fd); }

int rename(const char *from, const char *to) {
  if (!below(to)) return real_rename(from, to);
  enter();
  char saved[PATH_MAX] = "";
  if (access(to, F_OK) == 0) bury(to, saved);
  int done = real_rename(from, to);
  if (done == 0) {
    struct change *c = changed(RENAMED, to);
    strcpy(c->from, from);
    strcpy(c->saved, saved);
  } else if (*saved) {
    real_unlink(saved);
  }
  leave();
  return done;
}

int unlink(const char *path) {
  if (!below(path)) return real_unlink(path);
  enter();
  char saved[PATH_MAX] = "";
  bury(path, saved);
  int done = real_unlink(path);
  if (done == 0) {
    strcpy(changed(DELETED, path)->saved, saved);
  } else if (*saved) {
    real_unlink(saved);
  }
  leave();
  return done;
}

int link(const char *from, const char *to) {
  if (!below(to)) return real_link(from, to);
  enter();
  int done = real_link(from, to);
  if (done == 0) changed(CREATED, to);
  leave();
  return done;
}

// Makes system calls of a process fail, by LD_PRELOAD: what a full, dying, read-only or unreachable disk does.
//
//   SOAK_CALL   read, write, open, create, sync, rename, mkdir, link or unlink
//   SOAK_ERRNO  the number that the call fails with
//   SOAK_NTH    which of these calls fails first, from 1; each process counts its own
//   SOAK_FROM   "on": all later ones fail also; else only that one does
//   SOAK_BELOW  only calls on files below this folder count
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int seen;  // calls so far, of all threads

static int is_below(const char* path) {
  const char* below = getenv("SOAK_BELOW");
  return below != NULL && strncmp(path, below, strlen(below)) == 0;
}

/// 1 when this call has to fail; errno is then set.
static int fails(const char* call, const char* path) {
  const char* wanted = getenv("SOAK_CALL");
  if (wanted == NULL || path == NULL || strcmp(wanted, call) != 0 || !is_below(path)) return 0;
  const int now = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
  const int nth = atoi(getenv("SOAK_NTH"));
  const char* from = getenv("SOAK_FROM");
  if (now < nth || (now > nth && (from == NULL || strcmp(from, "on") != 0))) return 0;
  errno = atoi(getenv("SOAK_ERRNO"));
  return 1;
}

static int fails_at(const char* call, int file) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const int kept = errno;
  const ssize_t length = readlink(link, path, sizeof path - 1);
  errno = kept;
  if (length < 0) return 0;
  path[length] = '\0';
  return fails(call, path);
}

#define REAL(type, name, ...)                                            \
  static type (*real)(__VA_ARGS__);                                      \
  if (real == NULL) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int open_fails(const char* path, int flags) {
  if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0) return fails("create", path);
  return fails("open", path);
}

#define OPEN(name)                                       \
  int name(const char* path, int flags, ...) {           \
    va_list rest;                                        \
    va_start(rest, flags);                               \
    const mode_t mode = va_arg(rest, mode_t);            \
    va_end(rest);                                        \
    REAL(int, #name, const char*, int, ...);             \
    return open_fails(path, flags) ? -1 : real(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define TRANSFER(name, call, buffer, size)                            \
  ssize_t name(int file, buffer data, size count) {                   \
    REAL(ssize_t, #name, int, buffer, size);                          \
    return fails_at(call, file) ? -1 : real(file, data, count);       \
  }
TRANSFER(read, "read", void*, size_t)
TRANSFER(readv, "read", const struct iovec*, int)
TRANSFER(write, "write", const void*, size_t)
TRANSFER(writev, "write", const struct iovec*, int)

#define TRANSFER_AT(name, call, buffer, size)                          \
  ssize_t name(int file, buffer data, size count, off_t offset) {      \
    REAL(ssize_t, #name, int, buffer, size, off_t);                    \
    return fails_at(call, file) ? -1 : real(file, data, count, offset); \
  }
TRANSFER_AT(pread, "read", void*, size_t)
TRANSFER_AT(pread64, "read", void*, size_t)
TRANSFER_AT(pwrite, "write", const void*, size_t)
TRANSFER_AT(pwrite64, "write", const void*, size_t)

#define ON_FILE(name)                               \
  int name(int file) {                              \
    REAL(int, #name, int);                          \
    return fails_at("sync", file) ? -1 : real(file); \
  }
ON_FILE(fsync)
ON_FILE(fdatasync)

#define ON_TWO(name)                                          \
  int name(const char* from, const char* to) {                \
    REAL(int, #name, const char*, const char*);               \
    return fails(#name, from) ? -1 : real(from, to);          \
  }
ON_TWO(rename)
ON_TWO(link)

int mkdir(const char* path, mode_t mode) {
  REAL(int, "mkdir", const char*, mode_t);
  return fails("mkdir", path) ? -1 : real(path, mode);
}

#define ON_PATH(name)                              \
  int name(const char* path) {                     \
    REAL(int, #name, const char*);                 \
    return fails("unlink", path) ? -1 : real(path); \
  }
ON_PATH(unlink)
ON_PATH(rmdir)

// For binaries that people on older systems load: glibc's functions under the versions they had in 2.28, Node's own floor.
//
// A linker takes the newest version that the machine it runs on has: hypot@GLIBC_2.35, dlopen@GLIBC_2.34. Every reference to a
// name below, from our code and from the C++ runtime that is linked in, goes to `__wrap_NAME` (--wrap, see portable.cmake), and
// from there to the oldest version, which every glibc keeps. scripts/release/check-binary.mjs names what is missing here.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>

#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
constexpr int kStatVersion = 1;  // _STAT_VER of <bits/stat.h> before 2.33
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
constexpr int kStatVersion = 0;
#else
#error "the oldest symbol version of this processor's glibc is not known here"
#endif

#define FROM(name, version) __asm__(".symver old_" #name "," #name "@" version)

#define OLD(result, name, parameters, arguments) \
  result old_##name parameters;                  \
  FROM(name, OLDEST);                            \
  result __wrap_##name parameters;               \
  result __wrap_##name parameters { return old_##name arguments; }

extern "C" {

OLD(double, exp, (double x), (x))
OLD(double, log, (double x), (x))
OLD(double, pow, (double x, double y), (x, y))
OLD(double, hypot, (double x, double y), (x, y))

OLD(void*, dlopen, (const char* file, int mode), (file, mode))
OLD(void*, dlsym, (void* library, const char* name), (library, name))
OLD(int, dlclose, (void* library), (library))
OLD(char*, dlerror, (), ())
OLD(int, dladdr, (const void* address, Dl_info* info), (address, info))

OLD(int, pthread_create, (pthread_t * thread, const pthread_attr_t* how, void* (*start)(void*), void* with),
    (thread, how, start, with))
OLD(int, pthread_detach, (pthread_t thread), (thread))
OLD(int, pthread_join, (pthread_t thread, void** result), (thread, result))
OLD(int, pthread_once, (pthread_once_t * once, void (*what)()), (once, what))
OLD(int, pthread_key_create, (pthread_key_t * key, void (*destroy)(void*)), (key, destroy))
OLD(int, pthread_key_delete, (pthread_key_t key), (key))
OLD(void*, pthread_getspecific, (pthread_key_t key), (key))
OLD(int, pthread_setspecific, (pthread_key_t key, const void* value), (key, value))
OLD(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))
OLD(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))
OLD(int, pthread_rwlock_unlock, (pthread_rwlock_t * lock), (lock))

// Before 2.33 these were functions of the headers around others that say which struct they fill.
int old___xstat(int version, const char* path, struct stat* found);
FROM(__xstat, OLDEST);
int old___lxstat(int version, const char* path, struct stat* found);
FROM(__lxstat, OLDEST);
int old___fxstat(int version, int file, struct stat* found);
FROM(__fxstat, OLDEST);

int __wrap_stat(const char* path, struct stat* found);
int __wrap_stat(const char* path, struct stat* found) { return old___xstat(kStatVersion, path, found); }
int __wrap_lstat(const char* path, struct stat* found);
int __wrap_lstat(const char* path, struct stat* found) { return old___lxstat(kStatVersion, path, found); }
int __wrap_fstat(int file, struct stat* found);
int __wrap_fstat(int file, struct stat* found) { return old___fxstat(kStatVersion, file, found); }
int __wrap_fstat64(int file, struct stat* found);  // the same struct in 64 bits
int __wrap_fstat64(int file, struct stat* found) { return old___fxstat(kStatVersion, file, found); }

// 2.36: std::random_device.
uint32_t __wrap_arc4random();
uint32_t __wrap_arc4random() {
  uint32_t drawn = 0;
  while (getrandom(&drawn, sizeof(drawn), 0) != static_cast<ssize_t>(sizeof(drawn))) {
  }
  return drawn;
}

// 2.30: std::condition_variable's waits by the steady clock. Here by the system's, in pieces of a second, each of which ends as
// if it had been woken: the caller asks its own clock and waits again. A clock that is set back can make one piece longer.
int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* until);
int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  constexpr int64_t kSecond = 1'000'000'000;
  const auto read = [](clockid_t which) {
    timespec time = {};
    clock_gettime(which, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
  };
  const int64_t left = until->tv_sec * kSecond + until->tv_nsec - read(clock);
  if (left <= 0) return ETIMEDOUT;
  const int64_t at = read(CLOCK_REALTIME) + std::min(left, kSecond);
  const timespec when = {.tv_sec = static_cast<time_t>(at / kSecond), .tv_nsec = static_cast<long>(at % kSecond)};
  const int ended = pthread_cond_timedwait(condition, mutex, &when);
  return ended == ETIMEDOUT && left > kSecond ? 0 : ended;
}

// 2.32: "no" is always right; counters of shared pointers are then atomic.
__attribute__((visibility("hidden"))) char __libc_single_threaded = 0;

}  // extern "C"

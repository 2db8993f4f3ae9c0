// macOS and the BSDs: no signal comes when a parent ends, but its end is an event that a thread can wait for.
#include "core/platform/process.h"

#include <sys/event.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

namespace sidestep::platform {
namespace {

void end() { ::kill(::getpid(), SIGKILL); }

void wait_for_end_of(pid_t parent) {
  const int queue = ::kqueue();
  if (queue < 0) return;
  struct kevent change {};
  EV_SET(&change, static_cast<uintptr_t>(parent), EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT, 0, nullptr);
  struct kevent event {};
  int events;
  do events = ::kevent(queue, &change, 1, &event, 1, nullptr);
  while (events < 0 && errno == EINTR);
  // It ended; or it was gone when we asked, which is an event as well. Any other error says nothing of it.
  const bool is_error = events == 1 && (event.flags & EV_ERROR) != 0;
  const bool is_gone = is_error ? event.data == ESRCH : events == 1;
  ::close(queue);
  if (is_gone) end();
}

}  // namespace

void end_with_parent() {
  static const bool watching = [] {
    const pid_t parent = ::getppid();
    if (parent > 1) std::thread(wait_for_end_of, parent).detach();  // else gone before we began: the channel's end is all we hear
    return true;
  }();
  static_cast<void>(watching);
}

double peak_resident_bytes() {
#if defined(__APPLE__)
  constexpr double kUnit = 1;
#else
  constexpr double kUnit = 1024;
#endif
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * kUnit;
}

}  // namespace sidestep::platform

#include "core/platform/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace sidestep::platform {
namespace {

// A peer that is gone must be an answer, not a signal.
#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;
#endif

std::string words(int number) { return std::generic_category().message(number); }

OpenedSocket refused(SocketHandle socket, int number) {
  if (socket != kNoSocket) ::close(static_cast<int>(socket));
  return {kNoSocket, words(number)};
}

struct Addresses {
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{nullptr, &::freeaddrinfo};
  std::string why{};
};

Addresses look_up(const std::string& host, int port, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  Addresses addresses;
  if (error != 0)
    addresses.why = ::gai_strerror(error);
  else
    addresses.list.reset(found);
  return addresses;
}

SocketHandle socket_for(const addrinfo& address) {
  const int socket = ::socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (socket < 0) return kNoSocket;
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
#ifdef SO_NOSIGPIPE
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return socket;
}

/// Small frames must not wait for larger ones.
void send_at_once(SocketHandle socket) {
  const int on = 1;
  ::setsockopt(static_cast<int>(socket), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Whether `events` came in time.
bool ready(SocketHandle socket, short events, int timeout_ms) {
  pollfd waiting{static_cast<int>(socket), events, 0};
  int found;
  do found = ::poll(&waiting, 1, timeout_ms);
  while (found < 0 && errno == EINTR);
  return found > 0;
}

OpenedSocket connect_one(const addrinfo& address, int timeout_ms) {
  const SocketHandle socket = socket_for(address);
  if (socket == kNoSocket) return refused(kNoSocket, errno);
  if (::connect(static_cast<int>(socket), address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return refused(socket, errno);
    if (!ready(socket, POLLOUT, timeout_ms)) return refused(socket, ETIMEDOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(static_cast<int>(socket), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return refused(socket, error);
  }
  send_at_once(socket);
  return {socket, {}};
}

bool is_wait(int number) { return number == EAGAIN || number == EWOULDBLOCK || number == EINTR; }

/// `call` moves bytes where that is possible now.
template <typename Call>
Passed pass(SocketHandle socket, short events, int timeout_ms, const Call& call) {
  for (;;) {
    const ssize_t moved = call();
    if (moved > 0) return {Transferred::some, static_cast<size_t>(moved), {}};
    if (moved == 0) return {.how = Transferred::closed};
    if (!is_wait(errno)) return {.how = Transferred::refused, .why = words(errno)};
    if (!ready(socket, events, timeout_ms)) return {.how = Transferred::timed_out};
  }
}

}  // namespace

OpenedSocket listen_at(const std::string& address) {
  const Addresses found = look_up(address, 0, AI_PASSIVE | AI_NUMERICHOST);
  if (!found.list) return {kNoSocket, found.why};
  const SocketHandle socket = socket_for(*found.list);
  if (socket == kNoSocket) return refused(kNoSocket, errno);
  const int own = static_cast<int>(socket);
  if (::bind(own, found.list->ai_addr, found.list->ai_addrlen) != 0 || ::listen(own, 16) != 0) return refused(socket, errno);
  return {socket, {}};
}

int port_of(SocketHandle listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(static_cast<int>(listener), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

OpenedSocket accept_next(SocketHandle listener, int timeout_ms) {
  if (!ready(listener, POLLIN, timeout_ms)) return {kNoSocket, words(ETIMEDOUT)};
  const int socket = ::accept(static_cast<int>(listener), nullptr, nullptr);
  if (socket < 0) return refused(kNoSocket, errno);
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
  send_at_once(socket);
  return {socket, {}};
}

OpenedSocket connect_to(const std::string& host, int port, int timeout_ms) {
  const Addresses found = look_up(host, port, 0);
  if (!found.list) return {kNoSocket, found.why};
  OpenedSocket last;
  for (const addrinfo* address = found.list.get(); address != nullptr; address = address->ai_next) {
    last = connect_one(*address, timeout_ms);
    if (last.handle != kNoSocket) return last;
  }
  return last;
}

Passed receive_some(SocketHandle socket, void* to, size_t bytes, int timeout_ms) {
  return pass(socket, POLLIN, timeout_ms, [&] { return ::recv(static_cast<int>(socket), to, bytes, 0); });
}

Passed send_some(SocketHandle socket, const void* from, size_t bytes, int timeout_ms) {
  return pass(socket, POLLOUT, timeout_ms, [&] { return ::send(static_cast<int>(socket), from, bytes, kSendFlags); });
}

void shut_down(SocketHandle socket) { ::shutdown(static_cast<int>(socket), SHUT_RDWR); }
void close_socket(SocketHandle socket) { ::close(static_cast<int>(socket)); }

}  // namespace sidestep::platform

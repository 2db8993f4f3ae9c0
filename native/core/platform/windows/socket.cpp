#include "core/platform/socket.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <memory>

#include "core/platform/windows/system.h"

namespace sidestep::platform {
namespace {

/// Winsock wants to be begun once a process.
void begin() {
  static const int begun = [] {
    WSADATA about{};
    return ::WSAStartup(MAKEWORD(2, 2), &about);
  }();
  static_cast<void>(begun);
}

SOCKET own(SocketHandle socket) { return static_cast<SOCKET>(socket); }
std::string words(int number) { return words_of(static_cast<DWORD>(number)); }

OpenedSocket refused(SOCKET socket, int number) {
  if (socket != INVALID_SOCKET) ::closesocket(socket);
  return {kNoSocket, words(number)};
}

struct Addresses {
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{nullptr, &::freeaddrinfo};
  std::string why{};
};

Addresses look_up(const std::string& host, int port, int flags) {
  begin();
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  Addresses addresses;
  if (error != 0)
    addresses.why = words(error);
  else
    addresses.list.reset(found);
  return addresses;
}

void wait_never(SOCKET socket) {
  u_long on = 1;
  ::ioctlsocket(socket, static_cast<long>(FIONBIO), &on);
}

/// Small frames must not wait for larger ones.
void send_at_once(SOCKET socket) {
  const BOOL on = TRUE;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof on);
}

SOCKET socket_for(const addrinfo& address) {
  const SOCKET socket = ::socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (socket != INVALID_SOCKET) wait_never(socket);
  return socket;
}

enum class Waiting : uint8_t { to_read, to_write };

/// Whether it came to that in time. Not by WSAPoll, which old systems leave in the dark about a refused connection.
bool ready(SOCKET socket, Waiting what, int timeout_ms) {
  fd_set wanted, failed;
  FD_ZERO(&wanted);
  FD_ZERO(&failed);
  FD_SET(socket, &wanted);
  FD_SET(socket, &failed);
  timeval limit{timeout_ms / 1000, timeout_ms % 1000 * 1000};
  fd_set* readable = what == Waiting::to_read ? &wanted : nullptr;
  fd_set* writable = what == Waiting::to_write ? &wanted : nullptr;
  return ::select(0, readable, writable, &failed, timeout_ms < 0 ? nullptr : &limit) > 0;
}

OpenedSocket connect_one(const addrinfo& address, int timeout_ms) {
  const SOCKET socket = socket_for(address);
  if (socket == INVALID_SOCKET) return refused(socket, ::WSAGetLastError());
  if (::connect(socket, address.ai_addr, static_cast<int>(address.ai_addrlen)) != 0) {
    if (::WSAGetLastError() != WSAEWOULDBLOCK) return refused(socket, ::WSAGetLastError());
    if (!ready(socket, Waiting::to_write, timeout_ms)) return refused(socket, WSAETIMEDOUT);
    int error = 0, size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size);
    if (error != 0) return refused(socket, error);
  }
  send_at_once(socket);
  return {static_cast<SocketHandle>(socket), {}};
}

/// A call of Winsock's moves at most this.
int at_most(size_t bytes) { return static_cast<int>(std::min<size_t>(bytes, size_t{1} << 30)); }

template <typename Call>
Passed pass(SOCKET socket, Waiting what, int timeout_ms, const Call& call) {
  for (;;) {
    const int moved = call();
    if (moved > 0) return {Transferred::some, static_cast<size_t>(moved), {}};
    if (moved == 0) return {.how = Transferred::closed};
    const int error = ::WSAGetLastError();
    if (error != WSAEWOULDBLOCK) return {.how = Transferred::refused, .why = words(error)};
    if (!ready(socket, what, timeout_ms)) return {.how = Transferred::timed_out};
  }
}

}  // namespace

OpenedSocket listen_at(const std::string& address) {
  const Addresses found = look_up(address, 0, AI_PASSIVE | AI_NUMERICHOST);
  if (!found.list) return {kNoSocket, found.why};
  const SOCKET socket = socket_for(*found.list);
  if (socket == INVALID_SOCKET) return refused(socket, ::WSAGetLastError());
  const addrinfo& at = *found.list;
  if (::bind(socket, at.ai_addr, static_cast<int>(at.ai_addrlen)) != 0 || ::listen(socket, 16) != 0)
    return refused(socket, ::WSAGetLastError());
  return {static_cast<SocketHandle>(socket), {}};
}

int port_of(SocketHandle listener) {
  sockaddr_storage address{};
  int size = sizeof address;
  if (::getsockname(own(listener), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) return ::ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  return ::ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

OpenedSocket accept_next(SocketHandle listener, int timeout_ms) {
  if (!ready(own(listener), Waiting::to_read, timeout_ms)) return {kNoSocket, words(WSAETIMEDOUT)};
  const SOCKET socket = ::accept(own(listener), nullptr, nullptr);
  if (socket == INVALID_SOCKET) return refused(socket, ::WSAGetLastError());
  wait_never(socket);
  send_at_once(socket);
  return {static_cast<SocketHandle>(socket), {}};
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
  return pass(own(socket), Waiting::to_read, timeout_ms,
              [&] { return ::recv(own(socket), static_cast<char*>(to), at_most(bytes), 0); });
}

Passed send_some(SocketHandle socket, const void* from, size_t bytes, int timeout_ms) {
  return pass(own(socket), Waiting::to_write, timeout_ms,
              [&] { return ::send(own(socket), static_cast<const char*>(from), at_most(bytes), 0); });
}

void shut_down(SocketHandle socket) { ::shutdown(own(socket), SD_BOTH); }
void close_socket(SocketHandle socket) { ::closesocket(own(socket)); }

}  // namespace sidestep::platform

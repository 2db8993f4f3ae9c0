#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

// Connections over TCP. Every wait has an end; nothing throws.
namespace sidestep::platform {

using SocketHandle = int64_t;
constexpr SocketHandle kNoSocket = -1;

/// `handle` is kNoSocket where it did not work; `why` says what the system has against it.
struct OpenedSocket {
  SocketHandle handle = kNoSocket;
  std::string why{};
};

/// Listens at a free port of this address ("127.0.0.1"; "0.0.0.0": all of this machine's).
OpenedSocket listen_at(const std::string& address);
/// The port that a listener has been given.
int port_of(SocketHandle listener);
/// The next who connects, within so many milliseconds.
OpenedSocket accept_next(SocketHandle listener, int timeout_ms);
/// `host`: a name or an address. One attempt.
OpenedSocket connect_to(const std::string& host, int port, int timeout_ms);

enum class Transferred : uint8_t { some, closed, timed_out, refused };
struct Passed {
  Transferred how = Transferred::some;
  size_t bytes = 0;   ///< with `some`, at least one
  std::string why{};  ///< with `refused`
};
Passed receive_some(SocketHandle socket, void* to, size_t bytes, int timeout_ms);
Passed send_some(SocketHandle socket, const void* from, size_t bytes, int timeout_ms);

/// Wakes every thread that waits for this socket, here and at its other end. It stays open.
void shut_down(SocketHandle socket);
void close_socket(SocketHandle socket);

}  // namespace sidestep::platform

#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/platform/socket.h"

namespace sidestep::fake_cuda::nccl {

/// What an id stands for: the root of a circle, a thread of the process that made it.
struct RootAddress {
  uint64_t magic = 0;
  int32_t port = 0;
};
/// Throws std::runtime_error when no port can be had.
RootAddress open_root();
bool is_root(const RootAddress& address);

/// A rank as it comes to the root.
struct Newcomer {
  int32_t ranks = 0, rank = 0, card = 0, port = 0;
};

/// Every rank connected to every other.
class Mesh {
 public:
  explicit Mesh(const std::atomic<bool>& aborted) : aborted_(aborted) {}
  ~Mesh();
  /// Empty, or what is wrong with these ranks.
  std::string connect(const RootAddress& root, Newcomer self);

  struct Message {
    enum class Kind : uint32_t { send, broadcast, taken, refused, bye } kind = Kind::send;
    int32_t root = 0, type = 0;
    uint64_t count = 0;
    friend bool operator==(const Message&, const Message&) = default;
  };
  /// Both come back when the other side has come to the same; empty, or how the two sides differ. An abort ends them, and nothing
  /// else does: a process that is gone is not noticed, as little as over NVLink.
  std::string give(int peer, const Message& message, const std::byte* bytes, size_t size);
  std::string take(int peer, const Message& expected, std::byte* bytes, size_t size);
  /// Until all others have said goodbye.
  std::string part();

 private:
  bool write(int peer, const void* from, size_t bytes);
  bool read(int peer, void* to, size_t bytes);
  void wait_for_abort() const;

  const std::atomic<bool>& aborted_;
  int rank_ = 0;
  std::vector<platform::SocketHandle> sockets_;  ///< by rank; none of its own
};

}  // namespace sidestep::fake_cuda::nccl

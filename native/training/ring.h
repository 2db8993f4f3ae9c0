#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/stream.h"

namespace sidestep {

/// Which of the processes that share a training this one is.
struct RankPlace {
  int64_t rank = 0;
  int64_t ranks = 1;
};

/// What a frame is about. Two frames of one run never have the same key.
struct FrameKey {
  enum class Kind : uint32_t {
    alive,
    lost,
    command,
    gradient,
    outcome,
    diagnosis,
    validation,
    state,
    identity,
    link
  } kind = Kind::alive;
  uint32_t micro = 0;   ///< micro-batch within its update, or the rank that speaks
  uint64_t item = 0;    ///< module, or part of a state
  uint64_t serial = 0;  ///< of the command that it belongs to
  auto operator<=>(const FrameKey&) const = default;
};

using Bytes = std::vector<std::byte>;
using SharedBytes = std::shared_ptr<const Bytes>;

/// How long ranks wait for each other.
struct RingPatience {
  int connect_ms = 120'000;  ///< for all neighbours to be there
  int silence_ms = 60'000;   ///< without a sign of life; one is given every tenth of it
};

/// Where the rank before this one connects. Its port is known before any rank connects.
class RingListener {
 public:
  /// `address`: of this machine, "127.0.0.1" or "0.0.0.0". Throws train/rank-unreachable.
  explicit RingListener(const std::string& address);
  ~RingListener();
  RingListener(const RingListener&) = delete;
  RingListener& operator=(const RingListener&) = delete;
  int port() const;

 private:
  friend class Ring;
  int64_t socket_;
};

/// Ranks in a circle over TCP: each is connected to the next and to the one before it. Two threads carry the bytes, so that
/// neither sending nor a frame on its way to others waits for another rank's arithmetic. Nothing is encrypted; a caller that does
/// not know the token is sent away.
class Ring {
 public:
  struct Neighbour {
    std::string host;
    int port = 0;
  };
  struct Circle {
    RankPlace place;
    std::string token;  ///< the same for all ranks of one attempt, known to no one else
    Neighbour next;
    RingPatience patience{};
  };
  /// Connects to the next rank and waits for the one before. Throws train/rank-unreachable, train/rank-missing, native/cancelled.
  Ring(RingListener& listener, const Circle& circle, const Stream& stream);
  /// What was sent is on its way when this returns, unless a neighbour is gone.
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  const RankPlace& place() const;
  void send_next(const FrameKey& key, Bytes bytes);
  void send_all(const FrameKey& key, Bytes bytes);
  /// Waits for the frame of this key. Throws train/rank-lost once a neighbour is gone, native/cancelled.
  SharedBytes receive(const FrameKey& key, const Stream& stream);
  /// Throws train/rank-lost once a rank is gone.
  void throw_if_lost() const;
  /// Called once a rank is gone, from a thread of the ring, or at once if it is gone already; none: no one is called any more
  /// when this returns.
  void when_lost(std::function<void()> act);

 private:
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace sidestep

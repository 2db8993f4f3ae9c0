#include "training/ring.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/platform/socket.h"

namespace sidestep {

namespace {

using Clock = std::chrono::steady_clock;
using platform::kNoSocket, platform::SocketHandle, platform::Transferred;

/// How often a wait looks whether it is still wanted.
constexpr int kLookMs = 50;

/// A connection that closes itself.
struct Connection {
  SocketHandle socket = kNoSocket;
  Connection() = default;
  explicit Connection(SocketHandle opened) : socket(opened) {}
  Connection(Connection&& other) noexcept : socket(std::exchange(other.socket, kNoSocket)) {}
  Connection& operator=(Connection&& other) noexcept {
    std::swap(socket, other.socket);
    return *this;
  }
  ~Connection() {
    if (socket != kNoSocket) platform::close_socket(socket);
  }
};

/// What a frame begins with, as it is sent: between machines of one byte order, which the greeting makes sure of.
struct FrameHead {
  FrameKey key;
  uint64_t hops = 0;  ///< ranks that are still to have it, the receiver included
  uint64_t bytes = 0;
};
static_assert(std::is_trivially_copyable_v<FrameHead>);

struct Frame {
  FrameHead head;
  SharedBytes body;
};

/// The first that is said on a connection.
struct Greeting {
  uint64_t magic = 0x31'50'45'54'53'47'4E'52;
  std::array<char, 64> token{};
  int64_t from = 0, ranks = 0;
};

Greeting greeting_of(const Ring::Circle& circle) {
  Greeting greeting{.from = circle.place.rank, .ranks = circle.place.ranks};
  const size_t length = std::min(circle.token.size(), greeting.token.size());
  std::copy_n(circle.token.begin(), length, greeting.token.begin());
  return greeting;
}

/// Whether all of it was passed on before `until`.
bool pass_all(const auto& pass, size_t bytes, Clock::time_point until, const Stream& stream) {
  for (size_t done = 0; done < bytes;) {
    stream.throw_if_cancelled();
    if (Clock::now() >= until) return false;
    const platform::Passed passed = pass(done, bytes - done);
    if (passed.how == Transferred::closed || passed.how == Transferred::refused) return false;
    done += passed.how == Transferred::some ? passed.bytes : 0;
  }
  return true;
}

bool read_all(SocketHandle socket, void* to, size_t bytes, Clock::time_point until, const Stream& stream) {
  auto* at = static_cast<std::byte*>(to);
  return pass_all([&](size_t done, size_t left) { return platform::receive_some(socket, at + done, left, kLookMs); }, bytes,
                  until, stream);
}

bool write_all(SocketHandle socket, const void* from, size_t bytes, Clock::time_point until, const Stream& stream) {
  const auto* at = static_cast<const std::byte*>(from);
  return pass_all([&](size_t done, size_t left) { return platform::send_some(socket, at + done, left, kLookMs); }, bytes, until,
                  stream);
}

std::string seconds(int milliseconds) { return std::to_string(milliseconds / 1000) + " s"; }

Error unreachable(const Ring::Circle& circle, const std::string& why) {
  const auto& [rank, ranks] = circle.place;
  return {"train/rank-unreachable",
          "Rank " + std::to_string(rank) + " of this training could not reach rank " + std::to_string((rank + 1) % ranks) +
              " at " + circle.next.host + ":" + std::to_string(circle.next.port) + " within " +
              seconds(circle.patience.connect_ms) + ": " + why,
          "Ranks speak over TCP at ports that the system chooses: is there a firewall between their machines?"};
}

/// Tries until it is there: it may be about to listen.
Connection knock(const Ring::Circle& circle, Clock::time_point until, const Stream& stream) {
  for (;;) {
    const platform::OpenedSocket opened = platform::connect_to(circle.next.host, circle.next.port, kLookMs * 20);
    Connection connection(opened.handle);
    const Greeting greeting = greeting_of(circle);
    if (connection.socket != kNoSocket && write_all(connection.socket, &greeting, sizeof greeting, until, stream))
      return connection;
    stream.throw_if_cancelled();
    if (Clock::now() >= until) throw unreachable(circle, opened.why.empty() ? "it closed the connection" : opened.why);
    std::this_thread::sleep_for(std::chrono::milliseconds(kLookMs));
  }
}

/// Whoever else knocks is sent away.
Connection admit(SocketHandle listener, const Ring::Circle& circle, Clock::time_point until, const Stream& stream) {
  const auto& [rank, ranks] = circle.place;
  const int64_t before = (rank + ranks - 1) % ranks;
  Greeting wanted = greeting_of(circle);
  wanted.from = before;
  while (Clock::now() < until) {
    stream.throw_if_cancelled();
    Connection connection(platform::accept_next(listener, kLookMs).handle);
    if (connection.socket == kNoSocket) continue;
    Greeting said;
    const auto soon =
        std::min(until, Clock::now() + std::chrono::seconds(5));  // a stranger who says nothing must not keep the rank out
    if (!read_all(connection.socket, &said, sizeof said, soon, stream)) continue;
    if (std::memcmp(&said, &wanted, sizeof said) == 0) return connection;
  }
  throw Error("train/rank-missing",
              "Rank " + std::to_string(before) + " of this training did not come to rank " + std::to_string(rank) + " within " +
                  seconds(circle.patience.connect_ms),
              "Did it start? The log of the stage says what it said last. Ranks speak over TCP at ports that the system chooses: "
              "is there a "
              "firewall between their machines?");
}

}  // namespace

RingListener::RingListener(const std::string& address) {
  const platform::OpenedSocket opened = platform::listen_at(address);
  if (opened.handle == kNoSocket)
    throw Error("train/rank-unreachable", "No port of " + address + " can be listened at: " + opened.why);
  socket_ = opened.handle;
}

RingListener::~RingListener() { platform::close_socket(socket_); }
int RingListener::port() const { return platform::port_of(socket_); }

/// What the two threads share with the one that computes.
struct Ring::Threads {
  Threads(RankPlace place_, RingPatience patience_, Connection next_, Connection before_)
      : place(place_), patience(patience_), next(std::move(next_)), before(std::move(before_)) {
    writer = std::thread([this] { write(); });
    reader = std::thread([this] { read(); });
  }

  ~Threads() {
    {
      const std::lock_guard lock(mutex);
      leaving = true;
    }
    changed.notify_all();
    writer.join();
    platform::shut_down(next.socket);
    platform::shut_down(before.socket);
    reader.join();
  }

  RankPlace place;
  RingPatience patience;
  Connection next, before;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Frame> outgoing;
  std::map<FrameKey, SharedBytes> arrived;
  std::string lost{};  ///< who is gone, and what was seen of it; empty while all are there
  bool leaving = false;
  std::mutex acting;  ///< held while the callback runs
  std::function<void()> when_lost{};
  std::thread writer, reader;

  /// The first who sees it says so to the others: a rank that leaves because of it must not be taken for the one that is gone.
  /// What is on its way goes before: a rank may have left because all is done.
  void lose(int64_t rank, const std::string& how) {
    const std::string words = "Rank " + std::to_string(rank) + " of this training is gone: " + how;
    {
      const std::lock_guard lock(mutex);
      if (!lost.empty() || leaving) return;
      lost = words;
      const auto* text = reinterpret_cast<const std::byte*>(words.data());
      const auto others = static_cast<uint64_t>(place.ranks - 1);
      outgoing.push_back(
          {{{.kind = FrameKey::Kind::lost}, others, words.size()}, std::make_shared<Bytes>(text, text + words.size())});
    }
    tell_lost();
  }
  void tell_lost() {
    changed.notify_all();
    const std::lock_guard lock(acting);
    if (when_lost) when_lost();
  }
  /// The rank after this one cannot be reached, but what became of it may be on its way round.
  void lose_next(const std::string& how) {
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, std::chrono::seconds(1), [&] { return !lost.empty() || leaving; });
    }
    lose(next_rank(), how);
  }
  int64_t next_rank() const { return (place.rank + 1) % place.ranks; }
  int64_t rank_before() const { return (place.rank + place.ranks - 1) % place.ranks; }

  void queue(Frame frame) {
    {
      const std::lock_guard lock(mutex);
      outgoing.push_back(std::move(frame));
    }
    changed.notify_all();
  }

  /// The next to send, a sign of life where there is nothing; none once the ring is left or broken and all is sent.
  std::optional<Frame> next_frame() {
    std::unique_lock lock(mutex);
    const auto until = Clock::now() + std::chrono::milliseconds(patience.silence_ms / 10);
    const auto over = [&] { return leaving || !lost.empty(); };
    changed.wait_until(lock, until, [&] { return !outgoing.empty() || over(); });
    if (outgoing.empty()) return over() ? std::nullopt : std::optional<Frame>(Frame{{.key = {}, .hops = 1}, nullptr});
    Frame frame = std::move(outgoing.front());
    outgoing.pop_front();
    return frame;
  }

  void write() {
    while (const std::optional<Frame> frame = next_frame()) {
      if (!write_bytes(&frame->head, sizeof frame->head)) return;
      if (frame->body && !write_bytes(frame->body->data(), frame->body->size())) return;
    }
  }

  /// Who leaves does not wait long for one that takes nothing more.
  int write_patience_ms() {
    const std::lock_guard lock(mutex);
    return leaving || !lost.empty() ? std::min(patience.silence_ms, 5000) : patience.silence_ms;
  }

  bool write_bytes(const void* from, size_t bytes) {
    const auto* at = static_cast<const std::byte*>(from);
    Clock::time_point moved = Clock::now();
    for (size_t done = 0; done < bytes;) {
      const platform::Passed passed = platform::send_some(next.socket, at + done, bytes - done, kLookMs);
      const bool waits =
          passed.how == Transferred::timed_out && Clock::now() - moved < std::chrono::milliseconds(write_patience_ms());
      if (waits) continue;
      if (passed.how != Transferred::some) {
        lose_next(how_of(passed));
        return false;
      }
      done += passed.bytes;
      moved = Clock::now();
    }
    return true;
  }

  bool read_bytes(void* to, size_t bytes) {
    auto* at = static_cast<std::byte*>(to);
    for (size_t done = 0; done < bytes;) {
      const platform::Passed passed = platform::receive_some(before.socket, at + done, bytes - done, patience.silence_ms);
      if (passed.how != Transferred::some) {
        lose(rank_before(), how_of(passed));
        return false;
      }
      done += passed.bytes;
    }
    return true;
  }

  std::string how_of(const platform::Passed& passed) const {
    switch (passed.how) {
      case Transferred::some:
      case Transferred::closed: return "it closed the connection";
      case Transferred::timed_out: return "nothing was heard of it for " + seconds(patience.silence_ms);
      case Transferred::refused: return passed.why;
    }
    return {};
  }

  void take(const FrameHead& head, SharedBytes body) {
    const bool of_loss = head.key.kind == FrameKey::Kind::lost;
    {
      const std::lock_guard lock(mutex);
      if (!of_loss)
        arrived.emplace(head.key, std::move(body));
      else if (lost.empty())
        lost.assign(reinterpret_cast<const char*>(body->data()), body->size());
    }
    if (of_loss)
      tell_lost();
    else
      changed.notify_all();
  }

  /// The caller holds the lock.
  void throw_if_lost() const {
    if (!lost.empty()) throw Error("train/rank-lost", lost, "The stage goes on from its newest saved state.");
  }

  void read() {
    for (FrameHead head; read_bytes(&head, sizeof head);) {
      auto body = std::make_shared<Bytes>(head.bytes);
      if (!read_bytes(body->data(), body->size())) return;
      if (head.key.kind == FrameKey::Kind::alive) continue;
      if (head.hops > 1) queue({{head.key, head.hops - 1, head.bytes}, body});
      take(head, std::move(body));
    }
  }
};

Ring::Ring(RingListener& listener, const Circle& circle, const Stream& stream) {
  const auto until = Clock::now() + std::chrono::milliseconds(circle.patience.connect_ms);
  Connection next = knock(circle, until, stream);
  Connection before = admit(listener.socket_, circle, until, stream);
  threads_ = std::make_unique<Threads>(circle.place, circle.patience, std::move(next), std::move(before));
}

Ring::~Ring() = default;

const RankPlace& Ring::place() const { return threads_->place; }

void Ring::send_next(const FrameKey& key, Bytes bytes) {
  const uint64_t size = bytes.size();
  threads_->queue({{key, 1, size}, std::make_shared<Bytes>(std::move(bytes))});
}

void Ring::send_all(const FrameKey& key, Bytes bytes) {
  const uint64_t size = bytes.size();
  threads_->queue({{key, static_cast<uint64_t>(threads_->place.ranks - 1), size}, std::make_shared<Bytes>(std::move(bytes))});
}

void Ring::throw_if_lost() const {
  const std::lock_guard lock(threads_->mutex);
  threads_->throw_if_lost();
}

void Ring::when_lost(std::function<void()> act) {
  {
    const std::lock_guard lock(threads_->acting);
    threads_->when_lost = std::move(act);
  }
  const bool gone = [&] {
    const std::lock_guard lock(threads_->mutex);
    return !threads_->lost.empty();
  }();
  if (gone) threads_->tell_lost();
}

SharedBytes Ring::receive(const FrameKey& key, const Stream& stream) {
  Threads& t = *threads_;
  std::unique_lock lock(t.mutex);
  for (;;) {
    stream.throw_if_cancelled();
    if (const auto found = t.arrived.find(key); found != t.arrived.end()) {
      SharedBytes bytes = std::move(found->second);
      t.arrived.erase(found);
      return bytes;
    }
    t.throw_if_lost();
    t.changed.wait_for(lock, std::chrono::milliseconds(kLookMs));
  }
}

}  // namespace sidestep

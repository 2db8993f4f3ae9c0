#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/stream.h"

namespace sidestep::fake_cuda {

// A card's queues. On a real card nothing says when queued work is done but events and waits; here SIDESTEP_FAKE_CUDA_ORDER
// chooses one of the orders that a card might choose, so that a wait which is missing shows in the numbers:
//   prompt       everything at once (default)
//   late_copies  copies from and to page-locked memory as late as events and waits allow
//   late_work    all the rest as late as they allow
//   late         both
enum class Order : uint8_t { prompt, late_copies, late_work, late };

/// What decides when an item may be left for later. The last two wait for other processes, which may wait for them while no one
/// here waits for anything: they are not done where they are added but at the next event, with `prompt` an `arrival` only when
/// another queue waits for it.
enum class Kind : uint8_t { work, copy, mark, departure, arrival };

using Work = std::vector<std::function<void()>>;

struct Queue;

/// What is being noted down instead of done. Queues that wait for an event of it join it, as CUDA's do; the one it began on must
/// have waited for their last work when it ends.
struct Recording {
  Queue* origin;
  Work work{};
  std::map<Queue*, size_t> joined{};  ///< where in the work each one's last item stands, 0 once the origin waits for it
};

/// What a stream's handle points to: the CPU's stream that does the work, and what is still to be done.
struct Queue {
  Queue(int of_card, Order order_of_work);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Does the item now, later, or notes it down.
  void add(Kind kind, std::function<void()> item);
  /// All that was added before, then this: what the host's own memory takes part in.
  void run_now(const std::function<void()>& item);
  void run_until(uint64_t ticket);
  void run_all() { run_until(added); }

  const int card;
  const Order order;
  Stream stream;
  std::shared_ptr<Recording> recording{};
  uint64_t added = 0, done = 0;  ///< items so far
  bool expected = false;         ///< other processes wait for what is pending

 private:
  struct Item {
    Kind kind;
    std::function<void()> run;
  };
  std::deque<Item> pending_;
  bool due(Kind newest) const;
};

/// A point in a queue: so many of its items; or in a recording that the queue is part of.
struct Point {
  std::weak_ptr<Queue> queue{};
  uint64_t ticket = 0;
  std::weak_ptr<Recording> recording{};
};

/// Queues live as long as their stream, and longer while an event refers to them. Any thread may add to one.
std::shared_ptr<Queue> open_queue(int card);
void close_queue(Queue* queue) noexcept;
std::shared_ptr<Queue> shared(Queue* queue);
/// What CUDA's legacy queue does: all that is queued on a card is finished first.
void finish_card(int card);

void record(Point& point, Queue& queue);
void queue_waits(const Point& point, Queue& queue);
void host_waits(const Point& point);

/// As CUDA does: what waits for a queue, or goes around it, breaks the recording. Throws native/cuda-failed.
void refuse_while_recording(const char* call);
void begin_recording(Queue& queue);
/// Null when it is broken.
std::unique_ptr<Work> end_recording(Queue& queue);

}  // namespace sidestep::fake_cuda

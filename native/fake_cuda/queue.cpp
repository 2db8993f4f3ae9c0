#include "fake_cuda/queue.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/names.h"

namespace sidestep::fake_cuda {
namespace {

// Never destroyed, as a card outlives its programs: a program may close its last stream when its own statics end, after those of
// this library.

/// One for all queues: doing one's work may need another's. Work of several threads takes turns.
std::recursive_mutex& gate() {
  static auto& once = *new std::recursive_mutex;
  return once;
}
using Lock = std::lock_guard<std::recursive_mutex>;

std::vector<std::shared_ptr<Queue>>& open_queues() {
  static auto& once = *new std::vector<std::shared_ptr<Queue>>;
  return once;
}

thread_local int recordings_begun = 0;

Order chosen_order() {
  const char* choice = std::getenv("SIDESTEP_FAKE_CUDA_ORDER");
  const std::string_view name = choice == nullptr ? "prompt" : choice;
  static constexpr Names<Order, 4> kOrders{
      {{"prompt", Order::prompt}, {"late_copies", Order::late_copies}, {"late_work", Order::late_work}, {"late", Order::late}}};
  if (const Order* order = kOrders.find(name)) return *order;
  throw Error("native/argument-invalid", "SIDESTEP_FAKE_CUDA_ORDER is " + std::string(name), "Known: " + kOrders.listed() + ".");
}

}  // namespace

Queue::Queue(int of_card, Order order_of_work)
    : card(of_card), order(order_of_work), stream(Device{}, std::make_shared<ThreadPool>(0)) {}
Queue::~Queue() = default;

/// Marks wait for their queue in any order: what they mark is done when a thread asks.
bool Queue::due(Kind newest) const {
  if (newest == Kind::departure || newest == Kind::arrival) return false;
  switch (order) {
    case Order::prompt: return true;
    case Order::late_copies: return newest == Kind::work;
    case Order::late_work: return newest == Kind::copy;
    case Order::late: return false;
  }
  return true;
}

void Queue::add(Kind kind, std::function<void()> item) {
  const Lock lock(gate());
  if (recording) {
    recording->work.push_back(std::move(item));
    if (this != recording->origin) recording->joined[this] = recording->work.size();
    return;
  }
  pending_.push_back({kind, std::move(item)});
  ++added;
  expected = expected || kind == Kind::departure || (kind == Kind::arrival && order != Order::prompt);
  if (due(kind)) run_all();
}

void Queue::run_now(const std::function<void()>& item) {
  const Lock lock(gate());
  run_all();
  item();
}

void Queue::run_until(uint64_t ticket) {
  const Lock lock(gate());
  while (done < ticket) {
    const std::function<void()> next = std::move(pending_.front().run);
    pending_.pop_front();
    ++done;
    next();
  }
}

std::shared_ptr<Queue> open_queue(int card) {
  const Lock lock(gate());
  return open_queues().emplace_back(std::make_shared<Queue>(card, chosen_order()));
}

std::shared_ptr<Queue> shared(Queue* queue) {
  const Lock lock(gate());
  const auto found = std::find_if(open_queues().begin(), open_queues().end(), [&](const auto& q) { return q.get() == queue; });
  if (found == open_queues().end()) throw Error("native/cuda-failed", "A stream was used that is closed");
  return *found;
}

void close_queue(Queue* queue) noexcept {
  const Lock lock(gate());
  try {
    queue->run_all();  // a stream's end does not undo its queued work
  } catch (...) {      // no one is left to report it to
  }
  std::erase_if(open_queues(), [&](const auto& q) { return q.get() == queue; });
}

void finish_card(int card) {
  const Lock lock(gate());
  const std::vector<std::shared_ptr<Queue>> queues = open_queues();
  for (const auto& queue : queues)
    if (queue->card == card) queue->run_all();
}

void record(Point& point, Queue& queue) {
  const Lock lock(gate());
  if (!queue.recording) refuse_while_recording("cudaEventRecord");
  point = {shared(&queue), queue.recording ? queue.recording->work.size() : queue.added, queue.recording};
  if (std::exchange(queue.expected, false)) queue.run_all();
}

namespace {

/// A queue waits for a point of a recording: it joins it, or is the one it began on and has now waited for another's work.
void wait_within(const Point& point, const std::shared_ptr<Recording>& recording, Queue& queue) {
  if (&queue != recording->origin) {
    if (queue.recording == nullptr) recording->joined[&queue] = 0;
    queue.recording = recording;
    return;
  }
  const auto other = recording->joined.find(point.queue.lock().get());
  if (other != recording->joined.end() && point.ticket >= other->second) other->second = 0;
}

}  // namespace

void queue_waits(const Point& point, Queue& queue) {
  const Lock lock(gate());
  if (const auto recording = point.recording.lock()) return wait_within(point, recording, queue);
  if (queue.recording && point.queue.lock()) refuse_while_recording("cudaStreamWaitEvent of what is not recorded");
  queue.add(Kind::mark, [point] { host_waits(point); });
}

void host_waits(const Point& point) {
  const Lock lock(gate());
  const auto queue = point.queue.lock();
  if (queue && !point.recording.lock()) queue->run_until(point.ticket);
}

void refuse_while_recording(const char* call) {
  if (recordings_begun > 0) throw Error("native/cuda-failed", std::string(call) + ": not permitted while work is being recorded");
}

void begin_recording(Queue& queue) {
  const Lock lock(gate());
  queue.recording = std::make_shared<Recording>(Recording{.origin = &queue});
  ++recordings_begun;
}

std::unique_ptr<Work> end_recording(Queue& queue) {
  const Lock lock(gate());
  --recordings_begun;
  const std::shared_ptr<Recording> recording = std::move(queue.recording);
  bool whole = true;
  for (const auto& [joined, last] : recording->joined) {
    joined->recording.reset();
    whole = whole && last == 0;
  }
  return whole ? std::make_unique<Work>(std::move(recording->work)) : nullptr;
}

}  // namespace sidestep::fake_cuda
